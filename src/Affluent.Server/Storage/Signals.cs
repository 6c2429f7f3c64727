namespace Affluent.Server.Storage;

/// <summary>
/// Wake-ups by topic ("events:12"). They only shorten a wait: what is true stands in the database, and who waits looks there again now and
/// then, because a signal of another node may be lost.
/// </summary>
internal sealed class Signals
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, HashSet<Watch>> _watches = new(StringComparer.Ordinal);

    /// <summary>Start before reading: what is committed after that will wake it.</summary>
    public Watch For(string topic)
    {
        var watch = new Watch(this, topic);
        lock (_lock)
        {
            (_watches.TryGetValue(topic, out var all) ? all : _watches[topic] = []).Add(watch);
        }
        return watch;
    }

    /// <summary>Hears of each topic that is raised here, for other nodes; null: there are none.</summary>
    public Action<string>? Relay { get; set; }

    /// <summary>Wakes all who watch the topic now, on other nodes too.</summary>
    public void Raise(string topic)
    {
        Wake(topic);
        Relay?.Invoke(topic);
    }

    /// <summary>Wakes those of this process who watch the topic now.</summary>
    public void Wake(string topic)
    {
        Watch[] woken;
        lock (_lock)
        {
            woken = _watches.TryGetValue(topic, out var all) ? [.. all] : [];
        }
        foreach (var watch in woken)
        {
            watch.Wake();
        }
    }

    private void Remove(Watch watch)
    {
        lock (_lock)
        {
            if (_watches.TryGetValue(watch.Topic, out var all) && all.Remove(watch) && all.Count == 0)
            {
                _watches.Remove(watch.Topic);
            }
        }
    }

    /// <summary>One who waits.</summary>
    internal sealed class Watch(Signals signals, string topic) : IDisposable
    {
        private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Topic => topic;

        /// <summary>Ends at the next signal since the start or since the last wait, or after the time given.</summary>
        public async Task Wait(TimeSpan atMost, TimeProvider time, CancellationToken cancellation)
        {
            try
            {
                await Volatile.Read(ref _woken).Task.WaitAsync(atMost, time, cancellation);
                Volatile.Write(ref _woken, new(TaskCreationOptions.RunContinuationsAsynchronously));
            }
            catch (TimeoutException)
            {
                // The time is over: the caller looks for itself.
            }
        }

        public void Wake() => Volatile.Read(ref _woken).TrySetResult();

        public void Dispose() => signals.Remove(this);
    }
}
