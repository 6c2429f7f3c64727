using System.Diagnostics;
using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Events;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Telemetry;

namespace Affluent.Server.Synchronization;

/// <summary>Runs a claimed synchronization: channel after channel, to the end, to a question, or to a bank that wants time.</summary>
internal sealed partial class Run(RunTools tools)
{
    /// <summary>A run that was found dead this often kills its node: it is ended as failed.</summary>
    private const int MostRescues = 5;

    /// <summary>A run that cannot even be ended is left alone for this long.</summary>
    private static readonly TimeSpan AfterTheLastRetry = TimeSpan.FromHours(1);

    /// <summary>Takes the connection as far as it gets. Leaves it in a state from which any node can go on, whatever happens.</summary>
    public async Task<JobEnd> Execute(Job job, CancellationToken cancellation)
    {
        RunState? run = null;
        try
        {
            run = await Load(job, cancellation);
            if (run is null)
            {
                return JobEnd.Lost;
            }
            var entry = new BankEntry(tools, run);
            if (job.RunId is null)
            {
                if (entry.HeldUntil() is { } until)
                {
                    // Whatever keeps it off: it is not taken again in the same moment, and again.
                    await run.Release(Math.Max(until, tools.Seconds + 1), attempt: 0, cancellation);
                    return JobEnd.PutOff;
                }
                entry.CountReadings();
                await Begin(run, cancellation);
            }
            else if (job.Request is not null && !await run.HasRead(cancellation))
            {
                await run.Write(_ => new JobChange.RequestTaken(), data: null, cancellation);
            }
            var id = run.Job.RunId?.ToString();
            Activity.Current?.SetTag("run_id", id);
            using var logged = tools.Log.BeginScope(new LogScope { RunId = id });
            return await RunChannels(run, entry, cancellation);
        }
        catch (LeaseLostException)
        {
            LogLost(tools.Log);
            return JobEnd.Lost;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await Release(run, job, job.Attempt, tools.Now);
            return JobEnd.GivenBack;
        }
        catch (Exception error)
        {
            LogFailed(tools.Log, error);
            Activity.Current.Fail(error);
            var retry = Outcome.RetryFault(job.IsAttended(tools.Seconds), job.Attempt, job.SubjectId, tools.Now);
            if (retry is null && await TryEnd(job) is { } end)
            {
                return end;
            }
            await Release(run, job, job.Attempt + 1, retry ?? tools.Now + AfterTheLastRetry);
            return JobEnd.Failed;
        }
    }

    /// <summary>Ends a run that fails each time as failed; null: that fails, too.</summary>
    private async Task<JobEnd?> TryEnd(Job job)
    {
        try
        {
            await FailedRun.End(tools, job, TraceOf(Activity.Current));
            return JobEnd.Failed;
        }
        catch (LeaseLostException)
        {
            LogLost(tools.Log);
            return JobEnd.Lost;
        }
        catch (Exception error) when (Fault.Is(error, CancellationToken.None))
        {
            LogFailed(tools.Log, error);
            return null;
        }
    }

    /// <summary>All that the run needs; null: its user or its connection is gone.</summary>
    private Task<RunState?> Load(Job job, CancellationToken cancellation) =>
        tools.Database.Read(
            async db =>
            {
                var id = new ConnectionId(job.SubjectId);
                var channels = await ChannelStore.InUse(db, job.UserId, id);
                return
                    await tools.Vault.OpenKey(db, job.UserId) is { } key
                    && await ConnectionsStore.Find(db, job.UserId, id) is { } connection
                    ? new RunState(
                        tools,
                        job,
                        connection,
                        key,
                        job.RunId is null ? [.. channels.Where(channel => !IsOver(channel))] : channels,
                        await QuestionStore.Find(db, job.UserId, job.Id)
                    )
                    : null;
            },
            cancellation
        );

    /// <summary>It was to take the place of another way, and the user did not go it to its end: that one is used on.</summary>
    private static bool IsOver(ChannelAccess channel) =>
        channel.Replaces is not null && Outcome.NeedsUser(channel.Status);

    private Task Begin(RunState run, CancellationToken cancellation) =>
        run.Write(
            _ => new JobChange.Begun(tools.Ids.Next<RunId>()),
            async work =>
            {
                await ConnectionsStore.SetRunning(work.Db, work.UserId, run.Id);
                foreach (var over in (await ChannelStore.InUse(work.Db, work.UserId, run.Id)).Where(IsOver))
                {
                    await FormerWay.Forget(work, tools.Revocations, run.Id, over.DefinitionId);
                }
                if (run.HasVoidQuestion)
                {
                    await QuestionStore.Delete(work.Db, run.Job);
                }
                return
                [
                    NewEvent.OfConnection(EventName.SynchronizationStarted, run.Id) with
                    {
                        Status = ConnectionStatus.Running.Word(),
                        Reason = run.Job.Request == JobRequest.ListAccounts ? "list_accounts" : "all",
                    },
                ];
            },
            cancellation
        );

    private async Task<JobEnd> RunChannels(RunState run, BankEntry entry, CancellationToken cancellation)
    {
        List<(ChannelAccess Channel, ChannelEnd End)> unfinished = [];
        foreach (var channel in run.Channels.Where(c => run.Progress.Of(c.DefinitionId) is null))
        {
            var successor = run.Successor(channel);
            if (successor is not null && run.Progress.Of(successor.DefinitionId)?.IsSuccess == true)
            {
                // Its place is taken.
                continue;
            }
            var (end, listed) = await RunChannel(run, entry, channel, cancellation);
            switch (end)
            {
                case ChannelEnd.Waiting:
                    return JobEnd.Asked;
                case ChannelEnd.Later or ChannelEnd.Faulty:
                    unfinished.Add((channel, end));
                    break;
                case ChannelEnd.Finished finished:
                    Finish(run, channel, WithTrace(finished.Result), listed, tools.Seconds);
                    break;
                default:
                    throw new UnreachableException();
            }
        }
        DateTimeOffset? again = null;
        foreach (var (channel, end) in unfinished)
        {
            if (RetryOf(run, end) is { } retry)
            {
                again = retry > again ? retry : again ?? retry;
            }
            else
            {
                Finish(run, channel, WithTrace(Outcome.OfUnfinished(end)), [], tools.Seconds);
            }
        }
        if (again is { } due)
        {
            await run.Release(due.ToUnixTimeSeconds(), run.Job.Attempt + 1, cancellation);
            return unfinished.Exists(u => u.End is ChannelEnd.Faulty) ? JobEnd.Failed : JobEnd.PutOff;
        }
        var spared = unfinished
            .Where(u => run.IsUnattendedAt(u.Channel))
            .Min(u =>
                u.End is ChannelEnd.Later { Reason: LaterReason.RateLimited } l ? l.NotBefore : default(DateTimeOffset?)
            );
        await Conclude(run, spared, cancellation);
        return JobEnd.Done;
    }

    private DateTimeOffset? RetryOf(RunState run, ChannelEnd end) =>
        end is ChannelEnd.Later later
            ? Outcome.Retry(later.NotBefore, run.Attended, run.Job.Attempt, run.Job.SubjectId, tools.Now)
            : Outcome.RetryFault(run.Attended, run.Job.Attempt, run.Job.SubjectId, tools.Now);

    /// <summary>A fault of ours is found in the log by the id of its trace.</summary>
    private static ChannelResult WithTrace(ChannelResult result) =>
        result.Reason == ChannelReason.InternalError ? result with { Message = TraceOf(Activity.Current) } : result;

    private static string? TraceOf(Activity? span) => span is null ? null : $"trace_id {span.TraceId}";

    private async Task<(ChannelEnd End, IReadOnlyList<ListedAccount> Listed)> RunChannel(
        RunState run,
        BankEntry entry,
        ChannelAccess channel,
        CancellationToken cancellation
    )
    {
        if (
            run.Question?.DefinitionId != channel.DefinitionId
            && (
                !Outcome.MayTry(channel.Status, channel.Reason, run.Attended)
                // The user was on another way just now, and is not sent on this one too.
                || (run.Successor(channel) is not null && Outcome.NeedsUser(channel.Status))
            )
        )
        {
            return (new ChannelEnd.Finished(new ChannelResult(channel.Status, channel.Reason)), []);
        }
        if (Unusable(run, channel) is { } result)
        {
            return (new ChannelEnd.Finished(result), []);
        }
        // What the user brings (a code, a return) is handed over all the same.
        if (
            run.Question?.DefinitionId != channel.DefinitionId
            && await entry.Enter(channel, cancellation) is { } closed
        )
        {
            return (closed, []);
        }
        try
        {
            var channelRun = new ChannelRun(tools, run, tools.Banks.Channel(channel.DefinitionId)!, channel);
            var end = await channelRun.Execute(cancellation);
            await entry.Leave(channel, end);
            return (end, channelRun.ListedAccounts);
        }
        catch (Exception error) when (Fault.Is(error, cancellation))
        {
            // The other channel gets its turn.
            Fault.Log(tools.Log, channel.DefinitionId, error);
            Activity.Current.Fail(error);
            return (new ChannelEnd.Faulty(), []);
        }
    }

    /// <summary>What keeps the channel from being tried at all; null: nothing.</summary>
    private ChannelResult? Unusable(RunState run, ChannelAccess channel) =>
        run.Job.Rescues > MostRescues ? new(ChannelStatus.Failed, ChannelReason.InternalError)
        : tools.Banks.Channel(channel.DefinitionId) is not { } bank
            ? new(ChannelStatus.Failed, ChannelReason.ChannelUnknown)
        : bank.Definition.Unavailable ? new(ChannelStatus.Failed, ChannelReason.ChannelUnavailable)
        : !run.Attended && channel.ExpiresAt <= tools.Seconds
            ? new(ChannelStatus.TokenExpired, ChannelReason.ConsentExpired)
        : null;

    private static void Finish(
        RunState run,
        ChannelAccess channel,
        ChannelResult result,
        IReadOnlyList<ListedAccount> listed,
        long now
    )
    {
        if (channel.ReplacedSession is { } before && Outcome.EndOfRenewal(result) is { } renewal)
        {
            run.Learn(
                channel,
                renewal == RenewalEnd.Restored
                    ? new ChannelChange { Session = before, Renewal = renewal }
                    : new ChannelChange { Unused = before, Renewal = renewal }
            );
            result = Outcome.OfRenewal(result);
        }
        if (channel.Replaces is { } former && result.IsSuccess)
        {
            run.Learn(channel, new ChannelChange { Former = former });
        }
        SynchronizationMetrics.Finished(run.Connection.ProviderId, channel.Mode, result);
        var own = listed.Where(account => !account.Outranked).Select(account => account.Row.Id).ToHashSet();
        var list = NewEvent.OfAccountList(run.Id, channel.DefinitionId, [.. listed.Select(a => a.Row.Id)]) with
        {
            Status = result.Status.Word(),
            Reason = result.Reason?.Word(),
        };
        var listsAccounts = run.ListsAccounts || channel.LastSuccessAt is null;
        run.Finish(
            channel,
            result,
            [
                .. Outcome
                    .Events(run.Id, channel.DefinitionId, result, isEarly: channel.ExpiresAt > now)
                    .Select(happened =>
                        happened.Name == EventName.ChannelSucceeded
                            ? happened with
                            {
                                Changes = [.. run.Progress.Changes.Where(c => own.Contains(c.AccountId))],
                            }
                            : happened
                    ),
                .. listsAccounts ? [list] : Array.Empty<NewEvent>(),
            ]
        );
    }

    /// <param name="spared">Until when a bank that was not read wants to be left alone.</param>
    private Task Conclude(RunState run, DateTimeOffset? spared, CancellationToken cancellation)
    {
        ChannelResult[] results = [.. run.Progress.Results];
        var end = Outcome.End(
            results,
            run.Connection.AutoSync,
            failingSince =>
                Schedule.NextSlot(
                    run.Id.Value,
                    Rhythm.Of(tools.Banks, run.Connection.ProviderId),
                    tools.Now,
                    failingSince,
                    spared
                ),
            run.Connection.FailingSince,
            tools.Seconds
        );
        JobRequest? follows = null;
        return run.Write(
            job =>
            {
                // Asked for while we ran; the row is locked now.
                follows = Outcome.Following(job, results);
                return follows is { } next ? new JobChange.EndedToFollow(next, tools.Seconds) : end.Change;
            },
            async work =>
            {
                await ConnectionsStore.SetStatus(
                    work.Db,
                    work.UserId,
                    run.Id,
                    follows is null ? end.Status : ConnectionStatus.Running,
                    end.FailingSince
                );
                await RunRecordStore.Insert(
                    work.Db,
                    RunRecord.Of(run.Job, end.Status, run.Progress.ToContent(run.Steps), tools.Seconds)
                );
                await run.DeleteQuestion(work.Db);
                ConnectionJobs.WakeWorker(work.Db);
                return
                [
                    NewEvent.OfConnection(EventName.SynchronizationEnded, run.Id) with
                    {
                        Status = end.Status.Word(),
                        Reason = results.FirstOrDefault(r => !r.IsSuccess)?.Reason?.Word(),
                        Changes = run.Progress.Changes,
                    },
                ];
            },
            cancellation
        );
    }

    private async Task Release(RunState? run, Job job, int attempt, DateTimeOffset due)
    {
        try
        {
            // Not the run's own token: it may be the reason why we are here.
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10), tools.Time);
            var at = due.ToUnixTimeSeconds();
            await (
                run is not null
                    ? run.Release(at, attempt, limit.Token)
                    : tools.Database.Write(db => Claim.Release(db, job, attempt, at), limit.Token)
            );
        }
        catch (Exception error) when (error is System.Data.Common.DbException or OperationCanceledException)
        {
            // The lease runs out and another node rescues the job.
            LogFailed(tools.Log, error);
        }
    }

    [LoggerMessage(5001, LogLevel.Information, "The run was taken over, or the connection is gone")]
    private static partial void LogLost(ILogger log);

    [LoggerMessage(5002, LogLevel.Error, "The run failed; it is tried again, and given up after a few times")]
    private static partial void LogFailed(ILogger log, Exception error);
}
