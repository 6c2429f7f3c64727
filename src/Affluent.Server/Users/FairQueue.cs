using Affluent.Server.Platform;

namespace Affluent.Server.Users;

/// <summary>
/// Lets so many in at once. Who waits is let in client by client in turn: a client that sends very many keeps its own waiting, not
/// another's.
/// </summary>
/// <param name="mostWaiting">How many of a client may wait.</param>
internal sealed class FairQueue(int places, int mostWaiting)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ClientId, Queue<TaskCompletionSource>> _waiting = [];

    // Clients with somebody waiting, in the order of their turns.
    private readonly Queue<ClientId> _turns = new();
    private int _free = places;

    /// <summary>A place, to be given back; null: too many of this client wait.</summary>
    public async Task<IDisposable?> Enter(ClientId clientId, CancellationToken cancellation)
    {
        var entry = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--;
                return new Place(this);
            }
            if (!_waiting.TryGetValue(clientId, out var queue))
            {
                _waiting[clientId] = queue = new();
                _turns.Enqueue(clientId);
            }
            if (queue.Count >= mostWaiting)
            {
                return null;
            }
            queue.Enqueue(entry);
        }
        await using var givingUp = cancellation.UnsafeRegister(_ => entry.TrySetCanceled(cancellation), null);
        await entry.Task;
        return new Place(this);
    }

    private void Leave()
    {
        lock (_lock)
        {
            while (_turns.TryDequeue(out var clientId))
            {
                var queue = _waiting[clientId];
                var next = queue.Dequeue();
                if (queue.Count > 0)
                {
                    _turns.Enqueue(clientId);
                }
                else
                {
                    _waiting.Remove(clientId);
                }
                // Else it was given up meanwhile.
                if (next.TrySetResult())
                {
                    return;
                }
            }
            _free++;
        }
    }

    private sealed class Place(FairQueue queue) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                queue.Leave();
            }
        }
    }
}
