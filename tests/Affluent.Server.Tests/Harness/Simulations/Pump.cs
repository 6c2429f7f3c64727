namespace Affluent.Server.Tests.Harness.Simulations;

/// <summary>Lets all code of a simulation run on one thread, in the order in which it became able to go on.</summary>
internal sealed class Pump : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _queue = [];

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_queue)
        {
            _queue.Enqueue((d, state));
            Monitor.Pulse(_queue);
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException();

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs what comes next; false: nothing came for as long as this.</summary>
    public bool RunNext(TimeSpan patience)
    {
        (SendOrPostCallback Callback, object? State) next;
        lock (_queue)
        {
            if (_queue.Count == 0 && patience > TimeSpan.Zero)
            {
                Monitor.Wait(_queue, patience);
            }
            if (!_queue.TryDequeue(out next))
            {
                return false;
            }
        }
        next.Callback(next.State);
        return true;
    }

    /// <summary>Does something of the simulation's own, between two steps of what it simulates.</summary>
    public T Outside<T>(Func<Task<T>> work)
    {
        SetSynchronizationContext(null);
        try
        {
            return work().GetAwaiter().GetResult();
        }
        finally
        {
            SetSynchronizationContext(this);
        }
    }
}
