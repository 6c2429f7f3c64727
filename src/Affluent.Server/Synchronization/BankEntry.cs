using Affluent.Connectors.Contract;
using Affluent.Server.Connections;

namespace Affluent.Server.Synchronization;

/// <summary>Whether a run may ask its bank now: by what is known of the bank, and by how often it may be read without the user.</summary>
internal sealed class BankEntry(RunTools tools, RunState run)
{
    private readonly Provider? _bank = tools.Banks.Provider(run.Connection.ProviderId);

    // Not begun here: the bank has been asked, or may have been.
    private readonly bool _goesOn = run.Job.RunId is not null;

    /// <summary>
    /// Until when a run that nobody asked for does not even begin, since none of its channels may be asked: a bank that is down costs its
    /// connections nothing. Null: it begins.
    /// </summary>
    public long? HeldUntil()
    {
        if (run.Attended || run.Job.Request is not null)
        {
            return null;
        }
        long? first = null;
        foreach (var channel in run.Channels.Where(c => Outcome.MayTry(c.Status, c.Reason, attended: false)))
        {
            if (ClosedUntil(channel) is not { } until)
            {
                return null;
            }
            first = first < until ? first : until;
        }
        return first;
    }

    /// <summary>A run without the user counts as a reading of each channel that it is about to ask: goes with the next transaction.</summary>
    public void CountReadings()
    {
        foreach (var channel in run.Channels.Where(c => Outcome.MayTry(c.Status, c.Reason, attended: false)))
        {
            if (ClosedUntil(channel) is null)
            {
                CountReading(channel);
            }
        }
    }

    /// <summary>What becomes of a channel that may not be asked now; null: it may.</summary>
    public async Task<ChannelEnd?> Enter(ChannelAccess channel, CancellationToken cancellation)
    {
        if (run.Attended ? IsSparedFor(channel) : BudgetOf(channel).ClosedUntil(tools.Seconds) is not null)
        {
            return new ChannelEnd.Finished(Outcome.Of(LaterReason.RateLimited) with { IsSpared = true });
        }
        if (
            _bank is not null
            && await tools.Gates.Enter(_bank, channel.DefinitionId, run.Id, cancellation) is { } until
        )
        {
            return new ChannelEnd.Later(DateTimeOffset.FromUnixTimeSeconds(until), LaterReason.BankUnavailable);
        }
        if (_goesOn)
        {
            // Asked again, it counts again: the bank counts so, whether it gave no answer or the node died with it.
            CountReading(channel);
        }
        return null;
    }

    /// <summary>What the channel's end tells of the bank.</summary>
    public async Task Leave(ChannelAccess channel, ChannelEnd end)
    {
        switch (end)
        {
            case ChannelEnd.Later { Reason: LaterReason.BankUnavailable } later:
                await Failed(channel, later.IsNamed ? later.NotBefore.ToUnixTimeSeconds() : null);
                break;
            case ChannelEnd.Finished { Result.Reason: ChannelReason.BankUnavailable }:
                await Failed(channel, named: null);
                break;
            // The bank may not have been asked at all.
            case ChannelEnd.Faulty
            or ChannelEnd.Finished { Result.Reason: ChannelReason.InternalError or ChannelReason.OperatorFault }:
                break;
            case ChannelEnd.Later { Reason: LaterReason.RateLimited } later:
                run.Learn(channel, new ChannelChange { SparedUntil = later.NotBefore.ToUnixTimeSeconds() });
                await tools.Gates.Answered(channel.DefinitionId);
                break;
            case ChannelEnd.Later or ChannelEnd.Finished or ChannelEnd.Waiting:
                await tools.Gates.Answered(channel.DefinitionId);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>
    /// A user who is there, and of whom the bank is not told, asks again what it has just refused. Whoever has to agree anew goes to the bank all the same.
    /// </summary>
    private bool IsSparedFor(ChannelAccess channel) =>
        run.IsUnattendedAt(channel)
        && channel.SparedUntil > tools.Seconds
        && channel.ReplacedSession is null
        && !Outcome.NeedsUser(channel.Status);

    private Task Failed(ChannelAccess channel, long? named) =>
        _bank is null ? Task.CompletedTask : tools.Gates.Failed(_bank, channel.DefinitionId, run.Id, named);

    private long? ClosedUntil(ChannelAccess channel)
    {
        var byBank = _bank is null ? null : tools.Gates.ClosedUntil(_bank, channel.DefinitionId);
        var byBudget = BudgetOf(channel).ClosedUntil(tools.Seconds);
        return byBank > byBudget || byBudget is null ? byBank : byBudget;
    }

    private void CountReading(ChannelAccess channel)
    {
        if (!run.Attended)
        {
            CountReading(tools, run, channel);
        }
    }

    /// <summary>The bank takes what is read for a reading without the user: goes with the next transaction.</summary>
    public static void CountReading(RunTools tools, RunState run, ChannelAccess channel)
    {
        if (BudgetOf(tools, channel) is { Limit: not null } budget)
        {
            run.Learn(channel, new ChannelChange { UnattendedReadings = budget.Write(tools.Seconds) });
        }
    }

    private AccessBudget BudgetOf(ChannelAccess channel) => BudgetOf(tools, channel);

    private static AccessBudget BudgetOf(RunTools tools, ChannelAccess channel) =>
        AccessBudget.Of(
            tools.Banks.Channel(channel.DefinitionId)?.Definition.UnattendedReadings,
            channel.UnattendedReadings,
            channel.SparedUntil
        );
}
