using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Affluent.Server.Transactions;

namespace Affluent.Server.Synchronization;

/// <summary>One channel in one run: asks the connector for what is wanted and writes what it brings.</summary>
internal sealed partial class ChannelRun(RunTools tools, RunState run, BankChannel bank, ChannelRow row)
{
    private readonly ClaimedConnection _claim = run.Claim;
    private readonly string _id = row.DefinitionId;
    private readonly ConnectorSteps _steps = new(tools, run, bank, row);

    /// <summary>The accounts that the channel listed, once it has.</summary>
    public IReadOnlyList<AccountId> ListedAccounts { get; private set; } = [];

    public async Task<ChannelEnd> Go(CancellationToken stop)
    {
        if (await Resume(stop) is { } end)
        {
            return end;
        }
        var (listed, interrupted) = await List(stop);
        if (listed is null)
        {
            return interrupted!;
        }
        if (run.Type == SyncType.ListAccounts)
        {
            return new ChannelEnd.Finished(new ChannelResult(ChannelStatus.Success, null, listed.Count));
        }
        if (listed.Any(NeedsConsent))
        {
            var shared = listed.Where(a => a.Row.Selected && !a.Outranked).Select(a => a.Bank).ToArray();
            var told = await _steps.ShareAccounts(shared, stop);
            if (told is not (StepResult.Done or StepResult.Page))
            {
                return await EndOf(told);
            }
            (listed, interrupted) = await List(stop);
            if (listed is null)
            {
                return interrupted!;
            }
        }
        return await ReadAccounts([.. listed.Where(a => a.Row.Selected && !a.Outranked)], stop);
    }

    /// <summary>Goes on with an open question of this channel; null: the way is free.</summary>
    private async Task<ChannelEnd?> Resume(CancellationToken stop)
    {
        if (run.Question is not { } open || open.DefinitionId != _id)
        {
            return null;
        }
        var question = JsonSerializer
            .Deserialize(run.Key.Open(open.Content, Sealed.Question(open.Id))!, SealedJson.Default.QuestionContent)!
            .ToQuestion();
        if (open.Answer is null)
        {
            if (open.ExpiresAt <= tools.Seconds)
            {
                await run.Write(
                    async db =>
                    {
                        await QuestionStore.Delete(db, _claim.UserId, _claim.Id);
                        await run.Tell(db, [UserInput(EventName.UserInputExpired)]);
                    },
                    stop
                );
                return new ChannelEnd.Finished(Outcome.Unanswered(question));
            }
            if (question is not Question.AppApproval)
            {
                await run.Write(db => RunStore.Wait(db, _claim, open.ExpiresAt), stop);
                return new ChannelEnd.Waiting();
            }
            var look = await _steps.Poll(answered: false, stop);
            if (look is StepResult.AskUser { Question: Question.AppApproval again })
            {
                var due = Math.Min(open.ExpiresAt, tools.Seconds + PollSeconds(again));
                await run.Write(db => RunStore.Wait(db, _claim, due), stop);
                return new ChannelEnd.Waiting();
            }
            return await Answered(question, look, stop);
        }
        var answer = JsonSerializer.Deserialize(
            run.Key.Open(open.Answer, Sealed.Answer(open.Id))!,
            AnswerJson.Default.QuestionAnswer
        )!;
        if (question is Question.Credentials)
        {
            await TakeCredentials(answer.Values, stop);
            return null;
        }
        var result =
            answer.Returned is { } address ? await _steps.AcceptReturn(address, stop)
            : question is Question.OneTimePassword ? await _steps.AcceptAnswer(answer.Values, stop)
            : await _steps.Poll(answered: true, stop);
        return await Answered(question, result, stop);
    }

    private async Task<ChannelEnd?> Answered(Question question, StepResult result, CancellationToken stop)
    {
        if (result is not (StepResult.Done or StepResult.Page))
        {
            return await EndOf(result);
        }
        await run.Write(
            async db =>
            {
                await QuestionStore.Delete(db, _claim.UserId, _claim.Id);
                if (question is Question.Redirect)
                {
                    var expires = tools.Now.AddDays(bank.Definition.ConsentDays).ToUnixTimeSeconds();
                    await RunStore.SaveConsent(db, _claim, row, expires);
                    await run.Tell(db, [UserInput(EventName.ConsentGiven)]);
                }
            },
            stop
        );
        return null;
    }

    private async Task TakeCredentials(IReadOnlyDictionary<string, string> values, CancellationToken stop)
    {
        _steps.Credentials = values;
        var sealedValues = run.Key.Seal(
            JsonSerializer.Serialize(values, SealedJson.Default.IReadOnlyDictionaryStringString),
            Sealed.Credentials(_claim.Id, _id)
        );
        await run.Write(
            async db =>
            {
                await RunStore.SaveCredentials(db, _claim, row, sealedValues);
                await QuestionStore.Delete(db, _claim.UserId, _claim.Id);
            },
            stop
        );
    }

    private async Task<(IReadOnlyList<ListedAccount>? Listed, ChannelEnd? End)> List(CancellationToken stop)
    {
        List<BankAccount> accounts = [];
        var end = await _steps.ListAccounts(page => accounts.AddRange(page.Accounts), stop);
        if (end is not null)
        {
            return (null, await EndOf(end));
        }
        var held = await tools.Database.Read(db => AccountImports.Of(db, _claim.UserId, _claim.Id), stop);
        var listing = AccountListing.Of(
            // A page sent twice names the same account twice.
            [.. accounts.DistinctBy(a => a.Reference, StringComparer.Ordinal)],
            held,
            new ListingContext
            {
                UserId = _claim.UserId,
                ConnectionId = _claim.Id,
                DefinitionId = _id,
                AddsAccounts = run.Type == SyncType.ListAccounts || row.LastSuccessAt is null,
                AwaitsConsent = _claim.ConsentPerAccount || _claim.SelectAccounts,
                RanksAbove = run.RanksAbove(row) is { } above
                    ? new ChannelDefinitionId(above)
                    : default(ChannelDefinitionId?),
                NewId = tools.Ids.Next<AccountId>,
                Now = tools.Seconds,
            }
        );
        ListedAccounts = [.. listing.Listed.Select(a => a.Row.Id)];
        if (listing.Added.Count + listing.Changed.Count + listing.NotFound.Count > 0)
        {
            await run.Write(
                async db =>
                {
                    await AccountImports.SaveListing(db, listing.Added, listing.Changed.Concat(listing.NotFound));
                    await run.Tell(
                        db,
                        [
                            .. listing.Added.Select(a => OfAccount(EventName.AccountAdded, a)),
                            .. listing.NotFound.Select(a => OfAccount(EventName.AccountNotFound, a)),
                        ]
                    );
                },
                stop
            );
        }
        return (listing.Listed, null);
    }

    private async Task<ChannelEnd> ReadAccounts(IReadOnlyList<ListedAccount> accounts, CancellationToken stop)
    {
        var known = accounts.Where(a => a.Row.SyncedUntil is not null).Select(a => a.Row.Id).ToArray();
        var since = Today().AddDays(-Import.UnattendedDays);
        var oldestOpen = await tools.Database.Read(
            db => TransactionImports.OldestOpen(db, _claim.UserId, known, since),
            stop
        );
        var (read, failed) = (0, 0);
        StepResult.Later? later = null;
        var unanswered = 0;
        foreach (var account in accounts)
        {
            // Twice in a row without an answer, it is not the account: the bank is down.
            if (unanswered == 2)
            {
                break;
            }
            var held = account.Row;
            if (held.SyncedRun == _claim.RunId)
            {
                // Done before the run was interrupted.
                (read, failed) = held.Status == AccountStatus.Error ? (read, failed + 1) : (read + 1, failed);
                continue;
            }
            var result = account.Bank.ConsentMissing
                ? new StepResult.Refused(Refusal.AccountRefused, "the bank shares it not") { Session = _steps.Session }
                : await ReadAccount(account, oldestOpen.GetValueOrDefault(held.Id), stop);
            switch (result)
            {
                case null:
                    read++;
                    unanswered = 0;
                    break;
                case StepResult.Refused { Reason: Refusal.AccountRefused or Refusal.NotUnderstood } refused:
                    LogRefused(tools.Log, _claim.Id, _id, refused.Reason, refused.Detail);
                    await GiveUp(held, stop);
                    failed++;
                    break;
                // Perhaps this account only: the others get their turn before the bank is asked again.
                case StepResult.Later { Reason: LaterReason.BankUnavailable } wait when MayRetry(wait):
                    later = wait;
                    unanswered++;
                    break;
                case StepResult.Later { Reason: LaterReason.BankUnavailable }:
                    await GiveUp(held, stop);
                    failed++;
                    break;
                default:
                    return await EndOf(result);
            }
        }
        return later is null ? new ChannelEnd.Finished(Outcome.OfAccounts(read, failed)) : await EndOf(later);
    }

    private bool MayRetry(StepResult.Later later) =>
        Outcome.Retry(later.NotBefore, run.Attended, _claim.Attempt, _claim.Id, tools.Now) is not null;

    private Task GiveUp(AccountRow account, CancellationToken stop) =>
        SaveReading(account with { Status = AccountStatus.Error }, EventName.AccountFailed, plan: null, stop);

    private DateOnly Today() => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(tools.Now, run.Zone).DateTime);

    /// <summary>Reads one account to its end and writes it; null: done, else what came in between.</summary>
    private async Task<StepResult?> ReadAccount(ListedAccount account, DateOnly? oldestOpen, CancellationToken stop)
    {
        var today = Today();
        var from = Import.From(account.Row.SyncedUntil, oldestOpen, run.Attended, today);
        List<BankTransaction> transactions = [];
        DateOnly? completeFrom = null;
        var end = await _steps.ListTransactions(
            account.Bank,
            from,
            page =>
            {
                transactions.AddRange(page.Transactions);
                completeFrom =
                    page.CompleteFrom > completeFrom || completeFrom is null ? page.CompleteFrom : completeFrom;
            },
            stop
        );
        if (end is not null)
        {
            return end;
        }
        var reading = new BankReading(account.Bank, transactions, from, completeFrom);
        var rules = Import.RulesOf(bank.Definition);
        var since = Import.WindowOf(reading).From - rules.MarginDays;
        // What was never read holds nothing.
        var held = account.Row.SyncedUntil is null
            ? []
            : await tools.Database.Read(db => TransactionImports.Held(db, _claim.UserId, account.Row.Id, since), stop);
        var newId = tools.Ids.Next<TransactionId>;
        var plan = Import.Plan(account.Row, reading, held, rules, run.Zone, newId, tools.Now);
        if (plan.Unusable > 0)
        {
            LogUnusable(tools.Log, _claim.Id, _id, plan.Unusable);
        }
        var done = plan.Account with { Status = AccountStatus.Active, SyncedUntil = today };
        await SaveReading(done, EventName.AccountSynchronized, plan, stop);
        return null;
    }

    private Task SaveReading(AccountRow account, EventName eventName, ImportPlan? plan, CancellationToken stop) =>
        run.Write(
            async db =>
            {
                if (!await AccountImports.SaveReading(db, account with { SyncedRun = _claim.RunId }))
                {
                    return;
                }
                if (plan is not null)
                {
                    await TransactionImports.Save(db, _claim.UserId, plan.Changes, tools.Seconds);
                }
                await run.Tell(db, [OfAccount(eventName, account)]);
            },
            stop
        );

    private async Task<ChannelEnd> EndOf(StepResult result)
    {
        switch (result)
        {
            case StepResult.AskUser ask when run.Attended:
                await Ask(ask);
                return new ChannelEnd.Waiting();
            case StepResult.AskUser ask:
                return new ChannelEnd.Finished(Outcome.Unanswered(ask.Question));
            case StepResult.Later later:
                return new ChannelEnd.Later(later.NotBefore, later.Reason);
            case StepResult.Refused refused:
                LogRefused(tools.Log, _claim.Id, _id, refused.Reason, refused.Detail);
                return new ChannelEnd.Finished(Outcome.Of(refused.Reason));
            default:
                // A connector that answers out of turn.
                LogRefused(tools.Log, _claim.Id, _id, Refusal.NotUnderstood, result.GetType().Name);
                return new ChannelEnd.Finished(Outcome.Of(Refusal.NotUnderstood));
        }
    }

    private Task Ask(StepResult.AskUser ask)
    {
        var id = tools.Ids.Next();
        var content = QuestionContent.Of(ask.Question);
        var expires = Math.Clamp(
            content.ExpiresAt ?? long.MaxValue,
            tools.Seconds,
            tools.Seconds + Patience(ask.Question)
        );
        var question = new QuestionRow
        {
            Id = id,
            DefinitionId = _id,
            Kind = content.Kind,
            AskedAt = tools.Seconds,
            ExpiresAt = expires,
            Content = run.Key.Seal(
                JsonSerializer.Serialize(content, SealedJson.Default.QuestionContent),
                Sealed.Question(id)
            ),
        };
        var due = ask.Question is Question.AppApproval app
            ? Math.Min(expires, tools.Seconds + PollSeconds(app))
            : expires;
        var state = ask.Question is Question.Redirect ? _steps.State?.Hash() : null;
        return run.Write(
            async db =>
            {
                await _steps.SaveSession(db, ask.Session);
                await QuestionStore.Ask(db, _claim.UserId, _claim.Id, question, state);
                await RunStore.Wait(db, _claim, due);
                await run.Tell(db, [UserInput(EventName.UserInputRequired) with { Status = content.Kind }]);
            },
            CancellationToken.None
        );
    }

    private static long Patience(Question question) =>
        question is Question.OneTimePassword or Question.AppApproval ? 600 : 1800;

    private static long PollSeconds(Question.AppApproval app) => (long)Math.Clamp(app.PollEvery.TotalSeconds, 1, 60);

    private static bool NeedsConsent(ListedAccount account) =>
        account is { Row.Selected: true, Outranked: false, Bank.ConsentMissing: true };

    private NewEvent UserInput(EventName name) => NewEvent.OfUserInput(name, _claim.Id, _id);

    private NewEvent OfAccount(EventName name, AccountRow account) =>
        NewEvent.OfAccount(name, _claim.Id, account.Id, _id) with
        {
            Status = account.Status.Word(),
        };

    [LoggerMessage(1, LogLevel.Information, "Connection {Connection}, channel {Channel}: refused, {Reason}: {Detail}")]
    private static partial void LogRefused(ILogger log, long connection, string channel, Refusal reason, string detail);

    [LoggerMessage(2, LogLevel.Warning, "Connection {Connection}, channel {Channel}: {Count} rows could not be read")]
    private static partial void LogUnusable(ILogger log, long connection, string channel, int count);
}
