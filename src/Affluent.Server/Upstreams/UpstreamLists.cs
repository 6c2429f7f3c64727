using System.Diagnostics.Metrics;
using Affluent.Connectors;
using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Affluent.Server.Synchronization;
using Affluent.Server.Telemetry;

namespace Affluent.Server.Upstreams;

/// <summary>
/// Reads which banks an upstream lists, once a day by one node of all, country by country; and gives each node what was read. A list that cannot be read, or is
/// not to be believed, changes nothing.
/// </summary>
internal sealed partial class UpstreamLists(
    UpstreamApplication application,
    Database database,
    BankHttp http,
    Banks banks,
    TimeProvider time,
    DatabaseOutage outage,
    ILogger<UpstreamLists> log
) : IDisposable
{
    /// <summary>Raised when there is another state of the lists.</summary>
    public const string Topic = "upstream_lists";

    private static readonly TimeSpan Every = TimeSpan.FromDays(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(15);

    // Others write meanwhile.
    private const int WrittenAtOnce = 500;

    private static readonly Counter<long> Lists = Metrics.Meter.CreateCounter<long>(
        "affluent.upstream.lists",
        "{list}",
        "Lists of banks that an upstream was asked for, one for each country"
    );

    private readonly SemaphoreSlim _looking = new(1);
    private long _version;

    // When all lists could be read, as of this process's last look; 0: never.
    private long _readAt;

    private string TaskName => $"upstream_{application.Environment.Word().ToLowerInvariant()}";

    /// <summary>Puts banks as they are stored beside those of the catalogue, for whoever has no node that runs.</summary>
    public static async Task<Banks> Import(DbWork db, Settings settings, Banks banks, long now)
    {
        if (settings.EnableBanking is { } application)
        {
            var (offered, former) = ListedProviders.Of(
                application,
                await UpstreamStore.List(db, application.Environment),
                now
            );
            banks.Import(offered, former);
        }
        return banks;
    }

    /// <summary>Has the age of the lists measured.</summary>
    public void Measure(IMeterFactory meters) =>
        meters
            .Create(Metrics.Name)
            .CreateObservableGauge(
                "affluent.upstream.list.age",
                () => _readAt is > 0 and var at ? [new Measurement<long>(Math.Max(0, time.Seconds() - at))] : NotRead,
                "s",
                "How long ago all of the upstream's lists of banks could be read"
            );

    private static readonly Measurement<long>[] NotRead = [];

    /// <summary>Takes over what any node has read since the last look.</summary>
    public async Task Look(CancellationToken cancellation)
    {
        await _looking.WaitAsync(cancellation);
        try
        {
            await database.Read(TakeOver, cancellation);
        }
        catch (Exception error) when (DatabaseOutage.Is(error))
        {
            outage.Noticed(error);
        }
        finally
        {
            _looking.Release();
        }
    }

    public void Dispose() => _looking.Dispose();

    private async Task<long> TakeOver(DbWork db)
    {
        var state = await UpstreamStore.State(db, application.Environment);
        _readAt = state?.ReadAt ?? 0;
        var version = state?.Version ?? 0;
        if (version != _version)
        {
            var stored = await UpstreamStore.List(db, application.Environment);
            var (offered, former) = ListedProviders.Of(application, stored, time.Seconds());
            banks.Import(offered, former);
            _version = version;
            LogTaken(log, offered.Count, former.Count);
        }
        return version;
    }

    /// <summary>Reads the lists when it is time and no other node does.</summary>
    public async Task ReadDue(CancellationToken cancellation)
    {
        try
        {
            if (
                await database.Write(
                    db => PeriodicTaskStore.Claim(db, TaskName, time.Seconds(), LeaseEnd()),
                    cancellation
                ) is
                { } fence
            )
            {
                await Read(fence, cancellation);
                await Look(cancellation);
            }
        }
        catch (Exception error) when (DatabaseOutage.Is(error))
        {
            // Taken up when the lease is over, by whoever comes first.
            outage.Noticed(error);
        }
    }

    private async Task Read(long fence, CancellationToken cancellation)
    {
        var (standing, failure) = await Ask(directory => directory.Application(cancellation), cancellation);
        if ((failure is null ? FaultOf(standing!) : failure.Words) is { } fault)
        {
            Failed("all countries", fault);
            await End(fence, hasFailed: true, cancellation);
            return;
        }
        var known = (await database.Read(db => UpstreamStore.List(db, application.Environment), cancellation)).ToLookup(
            bank => bank.Country
        );
        var hasFailed = false;
        foreach (var country in standing!.Countries)
        {
            var (list, why) = await Ask(directory => directory.Banks(country, cancellation), cancellation);
            var change = list is null ? null : ListChange.Of([.. known[country]], list, time.Seconds());
            if (change is null)
            {
                Failed(country, why?.Words ?? "the list is empty, and was not");
                hasFailed = true;
                continue;
            }
            Lists.Add(1, new KeyValuePair<string, object?>("result", "read"));
            if (change.Missing > 0 || list!.Unread.Count > 0)
            {
                LogLacking(log, country, change.Missing, list!.Unread.Count);
            }
            if (!await Put(fence, change, cancellation))
            {
                return;
            }
        }
        foreach (var country in known.Where(country => !standing.Countries.Contains(country.Key)))
        {
            if (!await Put(fence, ListChange.OfNoList([.. country], time.Seconds()), cancellation))
            {
                return;
            }
        }
        await End(fence, hasFailed, cancellation);
    }

    /// <summary>Why nothing is read; null: all is well. Its banks are not offered as others before it is known what they are.</summary>
    private string? FaultOf(ApplicationStanding standing) =>
        standing.Environment != application.Environment
            ? $"the application is one of {standing.Environment.Word()}, and {application.Environment.Word()} is set"
        : !standing.IsActive ? "the application is not active"
        : !standing.ReadsAccounts ? "the application may not read accounts (AIS)"
        : standing.Countries.Count == 0 ? "the application is for no country"
        : null;

    private async Task<DirectoryAnswer<T>> Ask<T>(
        Func<EnableBankingDirectory, Task<DirectoryAnswer<T>>> ask,
        CancellationToken cancellation
    )
    {
        var channel = application.Itself;
        using var stop = new StepStop(time, cancellation);
        using var client = http.Client(new ReadingBounds(), stop, channel);
        try
        {
            return await ask(
                new EnableBankingDirectory(
                    new StepContext
                    {
                        Channel = channel,
                        Http = client,
                        Keep = _ => Task.CompletedTask,
                        Now = time.GetUtcNow(),
                        Seal = http.SealFor(channel),
                    }
                )
            );
        }
        catch (Exception error)
            when (error is HttpRequestException or IOException or OperationCanceledException
                && !cancellation.IsCancellationRequested
            )
        {
            return new(default, new ProbedResult.Failed(ProbeBlame.Network, "no answer came"));
        }
    }

    /// <summary>False: another node is at it.</summary>
    private async Task<bool> Put(long fence, ListChange change, CancellationToken cancellation)
    {
        // One transaction even where nothing is to be written: it renews the lease.
        foreach (var part in change.Put.Chunk(WrittenAtOnce).DefaultIfEmpty([]))
        {
            var isOurs = await database.Write(
                async db =>
                {
                    if (!await PeriodicTaskStore.Renew(db, TaskName, fence, LeaseEnd()))
                    {
                        return false;
                    }
                    if (part.Length > 0)
                    {
                        await UpstreamStore.Put(db, application.Environment, part);
                    }
                    return true;
                },
                cancellation
            );
            if (!isOurs)
            {
                return false;
            }
        }
        return true;
    }

    private Task End(long fence, bool hasFailed, CancellationToken cancellation) =>
        database.Write(
            async db =>
            {
                if (await PeriodicTaskStore.Renew(db, TaskName, fence, LeaseEnd()))
                {
                    await UpstreamStore.Changed(db, application.Environment, hasFailed ? null : time.Seconds());
                    var next = time.GetUtcNow() + (hasFailed ? AfterFailure : Every);
                    await PeriodicTaskStore.Finish(db, TaskName, next.ToUnixTimeSeconds());
                    db.AfterCommit(() => db.Database.Signals.Raise(Topic));
                }
            },
            cancellation
        );

    private void Failed(string country, string why)
    {
        Lists.Add(1, new KeyValuePair<string, object?>("result", "failed"));
        LogFailed(log, country, why);
    }

    private long LeaseEnd() => (time.GetUtcNow() + PeriodicTasks.Lease).ToUnixTimeSeconds();

    [LoggerMessage(5701, LogLevel.Information, "Enable Banking lists {Offered} banks; {Former} are listed no longer")]
    private static partial void LogTaken(ILogger log, int offered, int former);

    [LoggerMessage(
        5702,
        LogLevel.Warning,
        "The list of Enable Banking's banks ({Country}) cannot be read, and the old one stays: {Why}"
    )]
    private static partial void LogFailed(ILogger log, string country, string why);

    [LoggerMessage(
        5703,
        LogLevel.Information,
        "The list of Enable Banking's banks ({Country}) lacks {Missing} that are known, and {Unread} of its rows are no banks that could be offered"
    )]
    private static partial void LogLacking(ILogger log, string country, int missing, int unread);
}
