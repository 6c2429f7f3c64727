using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;

namespace Affluent.Server.Synchronization;

/// <summary>What every run works with.</summary>
internal sealed record RunTools(
    Database Database,
    Ids Ids,
    Vault Vault,
    Banks Banks,
    BankHttp Http,
    TimeProvider Time,
    Uri CallbackAddress,
    ILogger Log
)
{
    public DateTimeOffset Now => Time.GetUtcNow();

    public long Seconds => Time.Seconds();
}

/// <summary>One run over one connection, as far as this node knows it.</summary>
internal sealed class RunState(
    RunTools tools,
    ClaimedConnection claim,
    UserKey key,
    IReadOnlyList<ChannelRow> channels,
    QuestionRow? question
)
{
    private long _leaseRenewed = tools.Time.Seconds();

    /// <summary>Its <see cref="ClaimedConnection.RunId"/> is set.</summary>
    public ClaimedConnection Claim => claim;

    public UserKey Key => key;

    public IReadOnlyList<ChannelRow> Channels => channels;

    public QuestionRow? Question => question;

    public SyncType Type { get; } = claim.RunType == "LIST_ACCOUNTS" ? SyncType.ListAccounts : SyncType.All;

    public Progress Progress { get; set; } = Progress.Read(claim.Progress);

    /// <summary>The user waits, so questions may be asked.</summary>
    public bool Attended { get; } = claim.Attended && claim.PresentUntil > tools.Time.Seconds();

    /// <summary>The user, when present.</summary>
    public PresentUser? User { get; } =
        claim.Attended
        && claim.PresentUntil > tools.Time.Seconds()
        && key.Open(claim.PresentUser, Sealed.PresentUser(claim.Id)) is { } text
            ? JsonSerializer.Deserialize(text, SealedJson.Default.PresentUser)
            : null;

    /// <summary>The zone in which the bank's days are meant.</summary>
    public TimeZoneInfo Zone { get; } = ZoneOf(tools.Banks.Provider(claim.ProviderId));

    /// <summary>The REDIRECT channel, for an EMBEDDED one, as long as the user's authorization stands.</summary>
    public string? RanksAbove(ChannelRow channel) =>
        channel.Mode == "EMBEDDED"
        && channels.FirstOrDefault(c => c.Mode == "REDIRECT") is { } redirect
        && !(
            Progress.Done.TryGetValue(redirect.DefinitionId, out var result)
                ? result.NeedsUser
                : Outcome.NeedsUser(Outcome.Status(redirect.Status))
        )
            ? redirect.DefinitionId
            : null;

    /// <summary>One transaction of the run: nothing of it is written when the lease is lost.</summary>
    public async Task Write(Func<DbWork, Task> work, CancellationToken stop)
    {
        await tools.Database.Write(
            async db =>
            {
                await Synchronization.Claim.Hold(db, claim, tools.Seconds);
                await work(db);
            },
            stop
        );
        _leaseRenewed = tools.Seconds;
    }

    /// <summary>Renews the lease when a third of it is over.</summary>
    public Task KeepLease(CancellationToken stop) =>
        tools.Seconds - _leaseRenewed > Synchronization.Claim.Lease.TotalSeconds / 3
            ? Write(_ => Task.CompletedTask, stop)
            : Task.CompletedTask;

    /// <summary>Waits for a step and keeps the lease meanwhile: a bank may take longer than it lasts.</summary>
    /// <exception cref="LeaseLostException">The step is not waited for any more.</exception>
    public async Task<StepResult> KeepLeaseDuring(Task<StepResult> step, CancellationToken stop)
    {
        while (true)
        {
            using var done = new CancellationTokenSource();
            var beat = Task.Delay(Synchronization.Claim.Lease / 3, tools.Time, done.Token);
            if (await Task.WhenAny(step, beat) == step)
            {
                await done.CancelAsync();
                return await step;
            }
            await Write(_ => Task.CompletedTask, stop);
        }
    }

    public Task Tell(DbWork db, IReadOnlyList<NewEvent> events) =>
        EventLog.Append(db, tools.Ids, claim.UserId, claim.ClientId, events, tools.Seconds);

    private static TimeZoneInfo ZoneOf(Provider? provider) =>
        provider is not null && TimeZoneInfo.TryFindSystemTimeZoneById(provider.TimeZone, out var zone)
            ? zone
            : TimeZoneInfo.Utc;
}

/// <summary>Runs a claimed connection: channel after channel, to the end, to a question, or to a bank that wants time.</summary>
internal sealed partial class Run(RunTools tools)
{
    /// <summary>A run that was found dead this often kills its node: it is ended as failed.</summary>
    private const int MostRescues = 5;

    /// <summary>Takes the connection as far as it gets. Leaves it in a state from which any node can go on, whatever happens.</summary>
    public async Task Go(ClaimedConnection claim, CancellationToken stop)
    {
        try
        {
            if (await Begin(claim, stop) is { } run)
            {
                await Channels(run, stop);
            }
        }
        catch (LeaseLostException)
        {
            LogLost(tools.Log, claim.Id);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Release(claim, claim.Attempt, tools.Now);
        }
        catch (Exception error)
        {
            LogFailed(tools.Log, claim.Id, error);
            var wait = Schedule.Backoff(claim.Attempt + 1, TimeSpan.FromSeconds(30), claim.Id);
            await Release(claim, claim.Attempt + 1, tools.Now + wait);
        }
    }

    private async Task<RunState?> Begin(ClaimedConnection claim, CancellationToken stop)
    {
        var begins = claim.RunId is null;
        var begun = begins
            ? claim with
            {
                RunId = tools.Ids.Next(),
                RunType = claim.Request ?? "ALL",
                Progress = null,
            }
            : claim;
        var run = await tools.Database.Read(
            async db =>
                await tools.Vault.OpenKey(db, claim.UserId) is { } key
                    ? new RunState(
                        tools,
                        begun,
                        key,
                        await RunStore.Channels(db, begun),
                        await QuestionStore.Find(db, begun.UserId, begun.Id)
                    )
                    : null,
            stop
        );
        if (run is not null && begins)
        {
            await run.Write(
                async db =>
                {
                    await RunStore.Begin(db, begun, begun.RunId!.Value, begun.RunType!);
                    await QuestionStore.Delete(db, begun.UserId, begun.Id);
                    await run.Tell(
                        db,
                        [
                            NewEvent.OfConnection(EventName.SynchronizationStarted, begun.Id) with
                            {
                                Status = "RUNNING",
                                Reason = Kind(run.Type),
                            },
                        ]
                    );
                },
                stop
            );
        }
        return run;
    }

    private async Task Channels(RunState run, CancellationToken stop)
    {
        List<(ChannelRow Channel, ChannelEnd.Later Later)> later = [];
        foreach (var channel in run.Channels.Where(c => !run.Progress.Done.ContainsKey(c.DefinitionId)))
        {
            var (end, listed) = await One(run, channel, stop);
            switch (end)
            {
                case ChannelEnd.Waiting:
                    return;
                case ChannelEnd.Later wait:
                    later.Add((channel, wait));
                    break;
                case ChannelEnd.Finished finished:
                    await Finish(run, channel, finished.Result, listed, stop);
                    break;
                default:
                    throw new NotSupportedException(end.GetType().Name);
            }
        }
        if (later.Count > 0)
        {
            var claim = run.Claim;
            var notBefore = later.Max(l => l.Later.NotBefore);
            if (Outcome.Retry(notBefore, run.Attended, claim.Attempt, claim.Id, tools.Now) is { } retry)
            {
                await Release(claim, claim.Attempt + 1, retry);
                return;
            }
            foreach (var (channel, wait) in later)
            {
                await Finish(run, channel, Outcome.Of(wait.Reason), [], stop);
            }
        }
        await Conclude(run, stop);
    }

    private async Task<(ChannelEnd End, IReadOnlyList<AccountId> Listed)> One(
        RunState run,
        ChannelRow channel,
        CancellationToken stop
    )
    {
        var status = Outcome.Status(channel.Status);
        if (run.Question?.DefinitionId != channel.DefinitionId && !Outcome.MayTry(status, channel.Reason, run.Attended))
        {
            return (new ChannelEnd.Finished(new ChannelResult(status, channel.Reason)), []);
        }
        if (Unusable(run, channel) is { } result)
        {
            return (new ChannelEnd.Finished(result), []);
        }
        var steps = new ChannelRun(tools, run, tools.Banks.Channel(channel.DefinitionId)!, channel);
        return (await steps.Go(stop), steps.ListedAccounts);
    }

    /// <summary>What keeps the channel from being tried at all; null: nothing.</summary>
    private ChannelResult? Unusable(RunState run, ChannelRow channel) =>
        run.Claim.Rescues > MostRescues ? new(ChannelStatus.Failed, "internal_error")
        : tools.Banks.Channel(channel.DefinitionId) is not { } bank ? new(ChannelStatus.Failed, "channel_unknown")
        : bank.Definition.Unavailable ? new(ChannelStatus.Failed, "channel_unavailable")
        : !run.Attended && channel.ExpiresAt <= tools.Seconds ? new(ChannelStatus.TokenExpired, Outcome.ConsentExpired)
        : null;

    private async Task Finish(
        RunState run,
        ChannelRow channel,
        ChannelResult result,
        IReadOnlyList<AccountId> listed,
        CancellationToken stop
    )
    {
        run.Progress = run.Progress.With(channel.DefinitionId, result);
        var list = NewEvent.OfAccountList(run.Claim.Id, channel.DefinitionId, listed) with
        {
            Status = Outcome.Text(result.Status),
            Reason = result.Reason,
        };
        var listsAccounts = run.Type == SyncType.ListAccounts || channel.LastSuccessAt is null;
        await run.Write(
            async db =>
            {
                await RunStore.SaveResult(db, run.Claim, channel, result, tools.Seconds);
                await RunStore.SaveProgress(db, run.Claim, run.Progress);
                await run.Tell(
                    db,
                    [
                        .. Outcome.Events(run.Claim.Id, channel.DefinitionId, result),
                        .. listsAccounts ? [list] : Array.Empty<NewEvent>(),
                    ]
                );
            },
            stop
        );
    }

    private Task Conclude(RunState run, CancellationToken stop) =>
        run.Write(
            async db =>
            {
                var claim = run.Claim;
                var results = run.Progress.Done.Values.ToArray();
                // Asked for while we ran; the row is locked now.
                var asked = (await RunStore.Asked(db, claim))!;
                var end = Outcome.End(results, asked.AutoSync, () => Schedule.NextSlot(claim.Id, run.Zone, tools.Now));
                var follows =
                    asked.Request
                    ?? (
                        (run.Type == SyncType.ListAccounts && results.Any(r => r.IsSuccess))
                        || (asked.Attended && !claim.Attended && results.Any(r => r.NeedsUser))
                            ? "ALL"
                            : null
                    );
                var due = follows is null ? end.DueAt?.ToUnixTimeSeconds() : tools.Seconds;
                await RunStore.End(
                    db,
                    claim,
                    follows is null ? end.Status : "RUNNING",
                    follows is null ? end.Job : "idle",
                    due,
                    follows
                );
                await QuestionStore.Delete(db, claim.UserId, claim.Id);
                await run.Tell(
                    db,
                    [
                        NewEvent.OfConnection(EventName.SynchronizationEnded, claim.Id) with
                        {
                            Status = end.Status,
                            Reason = results.FirstOrDefault(r => !r.IsSuccess)?.Reason,
                        },
                    ]
                );
                db.AfterCommit(() => db.Database.Signals.Raise(Synchronizations.Work));
            },
            stop
        );

    private async Task Release(ClaimedConnection claim, int attempt, DateTimeOffset due)
    {
        try
        {
            // Not the run's own token: it may be the reason why we are here.
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10), tools.Time);
            await tools.Database.Write(db => Claim.Release(db, claim, attempt, due.ToUnixTimeSeconds()), limit.Token);
        }
        catch (Exception error) when (error is System.Data.Common.DbException or OperationCanceledException)
        {
            // The lease runs out and another run rescues the connection.
            LogFailed(tools.Log, claim.Id, error);
        }
    }

    private static string Kind(SyncType type) => type == SyncType.All ? "all" : "list_accounts";

    [LoggerMessage(
        1,
        LogLevel.Information,
        "Connection {Connection}: the run was taken over, or the connection is gone"
    )]
    private static partial void LogLost(ILogger log, long connection);

    [LoggerMessage(2, LogLevel.Error, "Connection {Connection}: the run failed and will be tried again")]
    private static partial void LogFailed(ILogger log, long connection, Exception error);
}
