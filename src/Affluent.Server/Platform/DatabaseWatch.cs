using System.Data.Common;
using System.Diagnostics.Metrics;
using Affluent.Server.Storage;
using Affluent.Server.Telemetry;

namespace Affluent.Server.Platform;

/// <summary>
/// An outage of the database, which many notice: told when it begins and when it is over, and counted in between, so that the log of a night
/// without a database is two lines long.
/// </summary>
internal sealed partial class DatabaseOutage(TimeProvider time, ILogger<DatabaseOutage> log)
{
    private long _failures;
    private long _begun;

    /// <summary>Whether an exception says that the database cannot be reached or take anything just now.</summary>
    public static bool Is(Exception error) => error is DbException or TimeoutException;

    /// <summary>Something could not be done without the database.</summary>
    public void Noticed(Exception error)
    {
        if (Interlocked.Increment(ref _failures) == 1)
        {
            Volatile.Write(ref _begun, time.GetTimestamp());
            LogBegun(log, error);
        }
    }

    /// <summary>The database has answered, a reading perhaps: after an outage it must take a transaction, too, to be back. One on a full disk is not.</summary>
    public async Task Answered(Database database, CancellationToken cancellation)
    {
        if (Volatile.Read(ref _failures) > 0)
        {
            await database.Write(Ids.Touch, cancellation);
            TookTransaction();
        }
    }

    /// <summary>The database has taken a transaction.</summary>
    public void TookTransaction()
    {
        if (Volatile.Read(ref _failures) > 0 && Interlocked.Exchange(ref _failures, 0) is > 0 and var failures)
        {
            LogOver(log, (long)time.GetElapsedTime(Volatile.Read(ref _begun)).TotalSeconds, failures);
        }
    }

    [LoggerMessage(
        1101,
        LogLevel.Error,
        "The database does not answer; it is asked again, and further failures are counted until it does"
    )]
    private static partial void LogBegun(ILogger log, Exception error);

    [LoggerMessage(1108, LogLevel.Warning, "The database answers again, after {Seconds} s and {Failures} failures")]
    private static partial void LogOver(ILogger log, long seconds, long failures);
}

/// <summary>Whether the database takes a transaction, looked at once for all who ask within a second.</summary>
internal sealed class DatabaseProbe(Database database, DatabaseOutage outage, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1);
    private string? _trouble;
    private long? _looked;

    /// <summary>What is wrong, in words; null: nothing.</summary>
    public async Task<string?> Trouble(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_looked is not { } looked || time.GetElapsedTime(looked) >= GoodFor)
            {
                _trouble = await Look(cancellation);
                _looked = time.GetTimestamp();
            }
            return _trouble;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<string?> Look(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var limit = new CancellationTokenSource(Patience, time);
        using var ends = limit.Token.Register(patience.Cancel);
        try
        {
            var version = await database.Read(Migrator.VersionOf, patience.Token);
            if (version != Migrator.Latest)
            {
                return $"database at version {version}, this program needs {Migrator.Latest}";
            }
            // A full disk, a file without rights and a standby answer reads.
            await database.Write(Ids.Touch, patience.Token);
            outage.TookTransaction();
            return null;
        }
        catch (Exception error) when (DatabaseOutage.Is(error))
        {
            outage.Noticed(error);
            return "the database cannot be reached or written";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"the database takes no transaction within {Patience.TotalSeconds:0} s";
        }
    }
}

/// <summary>Sets the installation's clock by the database's, and says when this machine's is far from it.</summary>
internal sealed partial class DatabaseClockLoop : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly DatabaseClock _clock;
    private readonly ILogger<DatabaseClockLoop> _log;
    private bool _isFar;

    public DatabaseClockLoop(DatabaseClock clock, IMeterFactory meters, ILogger<DatabaseClockLoop> log)
    {
        (_clock, _log) = (clock, log);
        meters
            .Create(Metrics.Name)
            .CreateObservableGauge(
                "affluent.clock.offset",
                () => _clock.Offset.TotalSeconds,
                "s",
                "How far this machine's clock is ahead of the database's"
            );
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Interval, _clock, stoppingToken);
                await Set(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends.
        }
    }

    private async Task Set(CancellationToken cancellation)
    {
        try
        {
            await _clock.Set(cancellation);
        }
        catch (Exception error) when (DatabaseOutage.Is(error))
        {
            // The monotonic clock goes on meanwhile, and others tell of the outage.
        }
        var isFar = _clock.Offset.Duration() > DatabaseClock.MostOffset;
        if (isFar && !_isFar)
        {
            LogFar(_log, _clock.Offset.TotalSeconds);
        }
        _isFar = isFar;
    }

    [LoggerMessage(
        1109,
        LogLevel.Error,
        "This machine's clock is {Seconds:0} s ahead of the database's (negative: behind); the platform goes by the database's"
    )]
    private static partial void LogFar(ILogger log, double seconds);
}
