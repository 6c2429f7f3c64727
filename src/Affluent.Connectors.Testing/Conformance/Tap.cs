namespace Affluent.Connectors.Testing.Conformance;

/// <summary>Stands before a bank: notes the requests and, from one of them on, answers in its place.</summary>
internal sealed class Tap(HttpMessageHandler bank, int from, Func<HttpRequestMessage, HttpResponseMessage>? answer)
    : DelegatingHandler(bank)
{
    private readonly List<HttpRequestMessage> _requests = [];

    /// <summary>In their order.</summary>
    public IReadOnlyList<HttpRequestMessage> Requests => _requests;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        _requests.Add(request);
        if (answer is null || _requests.Count <= from)
        {
            return await base.SendAsync(request, cancellationToken);
        }
        var response = answer(request);
        response.RequestMessage = request;
        return response;
    }
}

/// <summary>Stands before a bank and breaks the run off at one of its exchanges, as a node that is killed there.</summary>
internal sealed class Cut(HttpMessageHandler bank, int at, bool answered) : DelegatingHandler(bank)
{
    private readonly CancellationTokenSource _stop = new();
    private List<Message> _messages = [];
    private bool _takenUp;

    /// <summary>Cancelled when the run is broken off.</summary>
    public CancellationToken Stopped => _stop.Token;

    /// <summary>What was sent, since the run was taken up where it was.</summary>
    public IReadOnlyList<Message> Messages => _messages;

    /// <summary>The answer after which the run is broken off has been given.</summary>
    public bool IsDue => !_takenUp && answered && _messages.Count > at;

    /// <summary>Lets everything through from now on; what was sent so far.</summary>
    public IReadOnlyList<Message> TakeUp()
    {
        var before = _messages;
        (_messages, _takenUp) = ([], true);
        return before;
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        if (IsDue)
        {
            await _stop.CancelAsync();
        }
        cancellationToken.ThrowIfCancellationRequested();
        _messages.Add(
            new Message(
                request.Method,
                request.RequestUri!,
                request.Content is { } content ? await content.ReadAsStringAsync(cancellationToken) : ""
            )
        );
        if (!_takenUp && !answered && _messages.Count > at)
        {
            await _stop.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
        return await base.SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Dispose();
        }
        base.Dispose(disposing);
    }
}

/// <summary>A request as it was sent.</summary>
internal sealed record Message(HttpMethod Method, Uri Address, string Body);
