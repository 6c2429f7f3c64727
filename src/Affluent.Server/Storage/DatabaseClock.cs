namespace Affluent.Server.Storage;

/// <summary>
/// The time of an installation: that of its database, carried on by the monotonic clock of this machine. So the leases, revocations and tokens of
/// all nodes go by one clock, and a machine whose clock is set back makes nobody wait and no token younger.
/// </summary>
internal sealed class DatabaseClock : TimeProvider
{
    /// <summary>How far a machine's clock may be from the database's: banks and clients judge our requests and tokens by their own.</summary>
    public static readonly TimeSpan MostOffset = TimeSpan.FromSeconds(30);

    // Less is the network's way to and back, and not worth a step.
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private readonly Database _database;
    private readonly TimeProvider _machine;
    private Anchor _anchor;

    private DatabaseClock(Database database, TimeProvider machine)
    {
        (_database, _machine) = (database, machine);
        _anchor = new(machine.GetUtcNow(), machine.GetTimestamp());
    }

    /// <summary>How far this machine's clock is ahead of the database's; negative: behind.</summary>
    public TimeSpan Offset => _machine.GetUtcNow() - GetUtcNow();

    /// <summary>A clock that goes by the database's from the start.</summary>
    public static async Task<DatabaseClock> Start(
        Database database,
        TimeProvider machine,
        CancellationToken cancellation
    )
    {
        var clock = new DatabaseClock(database, machine);
        await clock.Set(cancellation);
        return clock;
    }

    /// <summary>Looks at the database's clock, and goes by it from now on.</summary>
    public async Task Set(CancellationToken cancellation)
    {
        var asked = _machine.GetTimestamp();
        var answer = await _database.Read(db => db.Database.Now(db, _machine), cancellation);
        // It was read somewhere between the question and the answer.
        var now = answer + (_machine.GetElapsedTime(asked) / 2);
        if ((now - GetUtcNow()).Duration() >= Step)
        {
            Volatile.Write(ref _anchor, new(now, _machine.GetTimestamp()));
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        var anchor = Volatile.Read(ref _anchor);
        return anchor.Time + _machine.GetElapsedTime(anchor.Timestamp);
    }

    public override TimeZoneInfo LocalTimeZone => _machine.LocalTimeZone;

    public override long TimestampFrequency => _machine.TimestampFrequency;

    public override long GetTimestamp() => _machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _machine.CreateTimer(callback, state, dueTime, period);

    private sealed record Anchor(DateTimeOffset Time, long Timestamp);
}
