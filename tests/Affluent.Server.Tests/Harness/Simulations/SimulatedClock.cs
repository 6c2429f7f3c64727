namespace Affluent.Server.Tests.Harness.Simulations;

/// <summary>
/// The one clock of a simulation. It moves when the scheduler says so, and knows whose each timer is: those of a process that is dead never ring, those
/// of one that stands still ring when it goes on.
/// </summary>
internal sealed class SimulatedClock(DateTimeOffset start) : TimeProvider
{
    private readonly List<Timer> _timers = [];
    private readonly Lock _lock = new();
    private long _made;

    public DateTimeOffset Now { get; private set; } = start;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state), Fiber.Current);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>When the next timer rings; null: none is set.</summary>
    public DateTimeOffset? Next()
    {
        lock (_lock)
        {
            return _timers.Where(timer => timer.MayRing(Now)).Min(timer => timer.Due);
        }
    }

    /// <summary>Goes on to a time, timer after timer.</summary>
    public void AdvanceTo(DateTimeOffset time)
    {
        while (true)
        {
            Timer? first;
            lock (_lock)
            {
                first = _timers
                    .Where(timer => timer.MayRing(Now) && timer.Due <= time)
                    .OrderBy(timer => timer.Due)
                    .ThenBy(timer => timer.Number)
                    .FirstOrDefault();
                if (first is null)
                {
                    break;
                }
                Now = first.Due > Now ? first.Due!.Value : Now;
                _timers.Remove(first);
            }
            first.Ring();
        }
        Now = time > Now ? time : Now;
    }

    private sealed class Timer(SimulatedClock clock, Action ring, Fiber? owner) : ITimer
    {
        public DateTimeOffset? Due { get; private set; }

        public long Number { get; private set; }

        public bool MayRing(DateTimeOffset now) =>
            owner is null || (!owner.Process.IsDead && !(owner.Process.FrozenUntil > now));

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            // Nothing that is simulated asks for one that rings again and again.
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    (Due, Number) = (clock.Now + dueTime, ++clock._made);
                    clock._timers.Add(this);
                    owner?.Set(this);
                }
                else
                {
                    owner?.Forget(this);
                }
            }
            return true;
        }

        public void Ring()
        {
            owner?.Forget(this);
            ring();
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
            }
            owner?.Forget(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
