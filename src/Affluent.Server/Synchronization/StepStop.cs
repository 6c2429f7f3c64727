namespace Affluent.Server.Synchronization;

/// <summary>
/// When a step ends before its time, because the node stops or has lost the job. A bank that is only read is left at once. A bank that has just been told something (a
/// token is renewed, a code exchanged, a form sent) may say what it answers to that only once: the answer is waited for, and nothing more is asked.
/// </summary>
internal sealed class StepStop : IDisposable
{
    /// <summary>How long an answer is waited for: within this and a little more the process has to end.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(4);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenRegistration _registration;
    private bool _awaitsAnswer;
    private bool _stops;

    /// <param name="cancellation">The node stops.</param>
    public StepStop(TimeProvider time, CancellationToken cancellation)
    {
        _end = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        Token = _end.Token;
        _registration = cancellation.Register(Stop);
    }

    /// <summary>Cancelled when the step is to end.</summary>
    public CancellationToken Token { get; }

    /// <summary>The bank is about to be asked.</summary>
    /// <exception cref="OperationCanceledException">It is asked nothing any more.</exception>
    public void Asks(HttpMethod method)
    {
        lock (_lock)
        {
            Token.ThrowIfCancellationRequested();
            // RFC 9110, section 9.2.1: these methods change nothing.
            _awaitsAnswer = method != HttpMethod.Get && method != HttpMethod.Head;
            if (!_stops)
            {
                return;
            }
        }
        _end.Cancel();
        Token.ThrowIfCancellationRequested();
    }

    public void Dispose()
    {
        _registration.Dispose();
        _end.Dispose();
    }

    /// <summary>Ends the step as soon as the bank has answered what it was told; at once when it was told nothing.</summary>
    public void Stop()
    {
        bool wait;
        lock (_lock)
        {
            _stops = true;
            wait = _awaitsAnswer;
        }
        if (wait)
        {
            _end.CancelAfter(Grace);
        }
        else
        {
            _end.Cancel();
        }
    }
}

/// <summary>Stands before the way to a bank: nothing is sent once the step is to end.</summary>
internal sealed class StoppableExchange(StepStop stop, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        stop.Asks(request.Method);
        return base.SendAsync(request, cancellationToken);
    }
}
