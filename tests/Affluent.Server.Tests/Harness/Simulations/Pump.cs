using System.Collections.Concurrent;

namespace Affluent.Server.Tests.Harness.Simulations;

/// <summary>Lets all code of a simulation run on one thread, in the order in which it became able to go on.</summary>
internal sealed class Pump : SynchronizationContext, IDisposable
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _queue = [];

    public override void Post(SendOrPostCallback d, object? state) => _queue.Add((d, state));

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException();

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs what comes next; false: nothing came for as long as this.</summary>
    public bool RunNext(TimeSpan patience)
    {
        if (!_queue.TryTake(out var next, patience))
        {
            return false;
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

    public void Dispose() => _queue.Dispose();
}
