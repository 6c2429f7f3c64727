using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Recordings;

namespace Affluent.Server.Synchronization;

/// <summary>What is kept of a reading besides what it changes: itself, where an operator records it, and how other rules would decide.</summary>
/// <param name="isRecorded">The connection's readings are recorded.</param>
internal sealed partial class ReadingRecords(RunTools tools, RunState run, ChannelDefinition channel, bool isRecorded)
{
    /// <summary>How long other rules may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>What to keep of a reading, worked out before its transaction begins; nothing that goes wrong here comes near the run.</summary>
    public async Task<ReadingRecord> Of(ImportPlan plan, CancellationToken cancellation)
    {
        var key = new ReadingKey(run.Job.UserId, run.Id, run.Job.RunId!.Value, plan.Account.Id);
        return new()
        {
            IsRecorded = isRecorded,
            Key = key,
            Reading = isRecorded && plan.Reading is { } reading ? Seal(key, reading) : null,
            Shadow = channel.ShadowReconciliation is { } rules
                ? await Compare(key, plan.Reading, rules, cancellation)
                : null,
        };
    }

    /// <summary>Writes it, in the transaction of the reading.</summary>
    public static async Task Save(UserWork work, ReadingRecord record)
    {
        if (record.Reading is { } reading)
        {
            await RecordingStore.Add(work.Db, reading);
        }
        else if (record.IsRecorded)
        {
            await RecordingStore.LeaveOut(work.Db, record.Key, work.Now);
        }
        if (record.Shadow is { } shadow)
        {
            await ShadowStore.Add(work.Db, shadow);
        }
    }

    private RecordedReadingRow? Seal(ReadingKey key, RecordedReading reading)
    {
        var content = Recording.WriteReading(reading with { Decided = reading.Decide() });
        return content.Length > RecordingRow.LongestContent
            ? null
            : new()
            {
                Key = key,
                RecordedAt = tools.Seconds,
                Content = run.Key.Seal(content, Sealed.Reading(key.ConnectionId, key.RunId, key.AccountId)),
            };
    }

    private async Task<ShadowReading?> Compare(
        ReadingKey key,
        RecordedReading? reading,
        ShadowReconciliation shadow,
        CancellationToken cancellation
    )
    {
        var provider = run.Connection.ProviderId;
        if (reading is null)
        {
            SynchronizationMetrics.Compared(provider, ShadowOutcome.TooLarge, []);
            return null;
        }
        var rules = reading.Rules with { Ids = shadow.TransactionIds, Settings = shadow.Settings };
        var (outcome, differences) = await Compare(
            () => reading.Decide().Compare(reading.Decide(rules)),
            tools.Time,
            tools.Log,
            cancellation
        );
        SynchronizationMetrics.Compared(provider, outcome, differences);
        return differences.Count == 0 ? null : ShadowReading.Of(key, provider, differences, tools.Seconds);
    }

    /// <summary>Compares, within bounds of time, whatever happens.</summary>
    internal static async Task<(ShadowOutcome Outcome, IReadOnlyList<DecisionDifference> Differences)> Compare(
        Func<IReadOnlyList<DecisionDifference>> compare,
        TimeProvider time,
        ILogger log,
        CancellationToken cancellation
    )
    {
        try
        {
            var differences = await Task.Run(compare, cancellation).WaitAsync(Patience, time, cancellation);
            return (differences.Count == 0 ? ShadowOutcome.Same : ShadowOutcome.Different, differences);
        }
        catch (TimeoutException)
        {
            return (ShadowOutcome.TooSlow, []);
        }
        catch (Exception error) when (!cancellation.IsCancellationRequested)
        {
            LogShadowFailed(log, error.GetType().Name);
            return (ShadowOutcome.Failed, []);
        }
    }

    [LoggerMessage(5103, LogLevel.Warning, "The rules tried beside those in force failed: {Error}")]
    private static partial void LogShadowFailed(ILogger log, string error);
}

/// <summary>What is kept of one reading.</summary>
internal sealed record ReadingRecord
{
    public required ReadingKey Key { get; init; }

    /// <summary>It is to be recorded.</summary>
    public required bool IsRecorded { get; init; }

    /// <summary>Null: it is not recorded, or too large.</summary>
    public RecordedReadingRow? Reading { get; init; }

    /// <summary>Null: no other rules are tried, or they decide the same.</summary>
    public ShadowReading? Shadow { get; init; }
}
