using Affluent.Connectors.Contract;

namespace Affluent.Server.Synchronization;

/// <summary>
/// When a step ends before it is done: the node stops, has lost the job, or the step has lasted too long. A bank that is only read is left at once. A bank that has just been told something (a
/// token is renewed, a code exchanged, a form sent) may say what it answers to that only once: the answer is waited for, and nothing more is asked. So is one that
/// came while the process stood still, and finds the step's time over.
/// </summary>
internal sealed class StepStop : IDisposable
{
    /// <summary>How long an answer is waited for: within this and a little more, a process that stops has to end.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(4);

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenSource _limit;
    private readonly CancellationTokenRegistration[] _registrations;
    private bool _awaitsAnswer;
    private bool _ends;
    private volatile bool _isStopped;

    /// <param name="cancellation">The node stops.</param>
    public StepStop(TimeProvider time, CancellationToken cancellation)
    {
        _end = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        Token = _end.Token;
        _limit = new CancellationTokenSource(BankLimits.LongestStep, time);
        _registrations = [cancellation.Register(Stop), _limit.Token.Register(End)];
    }

    /// <summary>Cancelled when the step is to end.</summary>
    public CancellationToken Token { get; }

    /// <summary>The step has ended, and not since it lasted too long: nothing is to be made of that.</summary>
    public bool HasStopped => _isStopped && Token.IsCancellationRequested;

    /// <summary>The bank is about to be asked.</summary>
    /// <exception cref="OperationCanceledException">It is asked nothing any more.</exception>
    public void Asks(HttpMethod method)
    {
        lock (_lock)
        {
            Token.ThrowIfCancellationRequested();
            // RFC 9110, section 9.2.1: these methods change nothing.
            _awaitsAnswer = method != HttpMethod.Get && method != HttpMethod.Head;
            if (!_ends)
            {
                return;
            }
        }
        _end.Cancel();
        Token.ThrowIfCancellationRequested();
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
        _limit.Dispose();
        _end.Dispose();
    }

    /// <summary>Ends the step as soon as the bank has answered what it was told; at once when it was told nothing.</summary>
    public void Stop()
    {
        _isStopped = true;
        End();
    }

    private void End()
    {
        bool wait;
        lock (_lock)
        {
            _ends = true;
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
