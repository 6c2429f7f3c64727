using System.Diagnostics;
using Affluent.Connectors.Contract;
using Affluent.Server.Accounts;
using Affluent.Server.Connections;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Recordings;
using Affluent.Server.Storage;
using Affluent.Server.Telemetry;
using Affluent.Server.Transactions;

namespace Affluent.Server.Synchronization;

/// <summary>Reads the accounts of a channel one after the other: what fails on one costs the others nothing.</summary>
/// <param name="bankList">All that the bank lists, also what is not read: deleted, or not shared.</param>
/// <param name="hasWorked">The user's authorization has opened accounts before.</param>
internal sealed partial class AccountsReading(
    RunTools tools,
    RunState run,
    BankChannel bank,
    ChannelAccess channel,
    ConnectorSteps steps,
    IReadOnlyList<BankAccount> bankList,
    bool hasWorked
)
{
    private readonly List<ChannelReason> _failures = [];
    private int _read;
    private int _incomplete;
    private int _unanswered;
    private StepResult.Later? _later;
    private bool _hasFault;

    /// <summary>How the channel ends; or what came in between.</summary>
    public async Task<(ChannelEnd? End, StepResult? Interruption)> Read(
        IReadOnlyList<ListedAccount> accounts,
        CancellationToken cancellation
    )
    {
        var known = accounts.Where(a => a.Row.SyncedUntil is not null).Select(a => a.Row.Id).ToArray();
        var since = Today().AddDays(-Import.UnattendedDays);
        var (oldestOpen, isRecorded) = await tools.Database.Read(
            async db =>
                (
                    await TransactionImports.OldestOpen(db, run.Job.UserId, known, since),
                    await RecordingStore.IsOpen(db, run.Job.UserId, run.Id, tools.Seconds)
                ),
            cancellation
        );
        var reader = new AccountReader(tools, run, bank, steps, bankList);
        var records = new ReadingRecords(tools, run, bank.Definition, isRecorded);
        foreach (var account in accounts)
        {
            // Twice in a row without an answer, it is not the account: the bank is down.
            if (_unanswered >= 2)
            {
                _failures.Add(ChannelReason.BankUnavailable);
                continue;
            }
            if (account.Row.SyncedRun == run.Job.RunId)
            {
                TakeAsDone(account.Row);
                continue;
            }
            try
            {
                var result = account.Bank.ConsentMissing
                    ? new StepResult.Refused(Refusal.AccountRefused, "the bank shares it not")
                    {
                        Session = steps.Session,
                    }
                    : await Read(reader, records, account, oldestOpen.GetValueOrDefault(account.Row.Id), cancellation);
                if (await Take(account, result, cancellation) is { } interruption)
                {
                    return (null, interruption);
                }
            }
            catch (Exception error) when (Fault.Is(error, cancellation))
            {
                await TakeFault(account.Row, error, cancellation);
            }
        }
        return _hasFault ? (new ChannelEnd.Faulty(), null)
            : _later is not null ? (null, _later)
            : (new ChannelEnd.Finished(Outcome.OfAccounts(_read, _failures, _incomplete, hasWorked)), null);
    }

    /// <summary>Done before the run was interrupted.</summary>
    private void TakeAsDone(AccountRow account)
    {
        if (account.Status == AccountStatus.Error)
        {
            _failures.Add(ChannelReason.AccountsRefused);
        }
        else
        {
            _read++;
        }
        _incomplete += account.RowsLeftOut > 0 ? 1 : 0;
    }

    /// <summary>What a reading came to; not null: that ends the channel.</summary>
    private async Task<StepResult?> Take(ListedAccount listed, StepResult? result, CancellationToken cancellation)
    {
        var account = listed.Row;
        switch (result)
        {
            case null:
                _read++;
                _unanswered = 0;
                return null;
            case StepResult.Refused when steps.HasOverrun:
                return result;
            // The bank shows nothing more of what it has closed: that is no failure, and no question to the user.
            case StepResult.Refused { Reason: Refusal.AccountRefused or Refusal.AccountUnauthorized }
            or StepResult.AskUser when listed.Bank.Closed:
                _read++;
                _unanswered = 0;
                await Save(
                    account with
                    {
                        Status = AccountStatus.Closed,
                    },
                    EventName.AccountClosed,
                    read: null,
                    cancellation
                );
                return null;
            case StepResult.Refused
            {
                Reason: Refusal.AccountRefused or Refusal.AccountUnauthorized or Refusal.NotUnderstood
            } refused:
                _unanswered = 0;
                ChannelRun.LogRefused(tools.Log, channel.DefinitionId, refused.Reason, refused.Detail);
                await GiveUp(account, Outcome.Of(refused.Reason).Reason!.Value, cancellation);
                return null;
            // Perhaps this account only: the others get their turn before the bank is asked again.
            case StepResult.Later { Reason: LaterReason.BankUnavailable } wait when MayRetry(wait):
                _later = wait;
                _unanswered++;
                return null;
            case StepResult.Later { Reason: LaterReason.BankUnavailable }:
                _unanswered++;
                await GiveUp(account, ChannelReason.BankUnavailable, cancellation);
                return null;
            default:
                return result;
        }
    }

    private async Task TakeFault(AccountRow account, Exception error, CancellationToken cancellation)
    {
        Fault.Log(tools.Log, channel.DefinitionId, error);
        Activity.Current.Fail(error);
        if (Outcome.RetryFault(run.Attended, run.Job.Attempt, run.Id.Value, tools.Now) is not null)
        {
            _hasFault = true;
            return;
        }
        await GiveUp(account, ChannelReason.InternalError, cancellation);
    }

    private bool MayRetry(StepResult.Later later) =>
        Outcome.Retry(later.NotBefore, run.Attended, run.Job.Attempt, run.Id.Value, tools.Now) is not null;

    private Task GiveUp(AccountRow account, ChannelReason reason, CancellationToken cancellation)
    {
        _failures.Add(reason);
        return Save(account with { Status = AccountStatus.Error }, EventName.AccountFailed, read: null, cancellation);
    }

    private DateOnly Today() => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(tools.Now, run.Zone).DateTime);

    /// <summary>Reads one account to its end and writes it; null: done, else what came in between.</summary>
    private async Task<StepResult?> Read(
        AccountReader reader,
        ReadingRecords records,
        ListedAccount account,
        DateOnly? oldestOpen,
        CancellationToken cancellation
    )
    {
        var today = Today();
        var (plan, end) = await reader.Read(account, oldestOpen, today, cancellation);
        if (plan is null)
        {
            return end;
        }
        var done = plan.Account with
        {
            Status = account.Bank.Closed ? AccountStatus.Closed : AccountStatus.Active,
            SyncedUntil = today,
        };
        var record = await records.Of(plan, cancellation);
        await Save(done, EventName.AccountSynchronized, (account.Row, plan.Changes, record), cancellation);
        if (plan.Account.RowsLeftOut > 0)
        {
            var faults = string.Join(", ", plan.Faults.Select(f => f.Word()));
            LogUnusable(tools.Log, channel.DefinitionId, plan.Account.RowsLeftOut, faults);
            _incomplete++;
        }
        return null;
    }

    private Task Save(
        AccountRow account,
        EventName eventName,
        (AccountRow Before, TransactionChanges Changes, ReadingRecord Record)? read,
        CancellationToken cancellation
    ) =>
        run.Write(
            change: null,
            async work =>
            {
                // Deleted, withheld or settled meanwhile: nothing is written, nothing told, and the next run reads it anew.
                if (!await AccountImports.SaveReading(work.Db, account with { SyncedRun = run.Job.RunId }))
                {
                    return [];
                }
                var news = run.EventOf(eventName, account, channel.DefinitionId);
                if (read is not var (before, written, record))
                {
                    return [news];
                }
                await TransactionImports.Save(work, account.Id, written);
                await ReadingRecords.Save(work, record);
                var changes = Counted(account.Id, written);
                if (!changes.IsEmpty)
                {
                    run.Count(changes);
                }
                return
                [
                    news with
                    {
                        Changes = changes.IsEmpty ? [] : [changes],
                    },
                    .. account.Status == AccountStatus.Closed
                        ? [run.EventOf(EventName.AccountClosed, account, channel.DefinitionId)]
                        : Array.Empty<NewEvent>(),
                    .. Outcome
                        .OfBalance(AccountBalances.Check(before), AccountBalances.Check(account))
                        .Select(name => run.EventOf(name, account, channel.DefinitionId)),
                ];
            },
            cancellation
        );

    private static AccountChanges Counted(AccountId account, TransactionChanges written) =>
        new(account, written.Inserts.Count, written.Updates.Count, written.Disappeared.Count + written.Expired.Count);

    [LoggerMessage(5102, LogLevel.Warning, "Channel {Channel}: {Count} rows could not be kept: {Faults}")]
    private static partial void LogUnusable(ILogger log, ChannelDefinitionId channel, int count, string faults);
}
