using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Connections;
using Affluent.Server.Consents;
using Affluent.Server.Events;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;

namespace Affluent.Server.Synchronization;

/// <summary>One channel in one run: asks the connector for what is wanted and writes what it brings.</summary>
internal sealed partial class ChannelRun(RunTools tools, RunState run, BankChannel bank, ChannelAccess channel)
{
    private readonly ChannelDefinitionId _id = channel.DefinitionId;
    private readonly ConnectorSteps _steps = new(tools, run, bank, channel);
    private IReadOnlyList<BankAccount> _bankList = [];

    private int _leftOut;

    // In this run, just now.
    private bool _isAuthorized;

    /// <summary>The accounts that the channel listed, once it has.</summary>
    public IReadOnlyList<ListedAccount> ListedAccounts { get; private set; } = [];

    public async Task<ChannelEnd> Execute(CancellationToken cancellation)
    {
        var end =
            await Resume(cancellation)
            ?? (
                _steps.LoginToProve is { } login
                    ? await login.Guard(tools, run.Subject, Read, cancellation)
                    : await Read(cancellation)
            );
        if (end is ChannelEnd.Finished && bank.ReadsFiles)
        {
            // What the file said is taken, or will not be.
            _steps.KeepSession("");
        }
        return end;
    }

    private async Task<ChannelEnd> Read(CancellationToken cancellation)
    {
        var (listed, interrupted) = await List(cancellation);
        if (listed is null)
        {
            return interrupted!;
        }
        if (run.ListsAccounts)
        {
            return new ChannelEnd.Finished(new ChannelResult(ChannelStatus.Success, AccountsRead: listed.Count));
        }
        if (listed.Any(NeedsConsent))
        {
            var shared = listed.Where(a => a.IsToRead && !a.Bank.Closed).Select(a => a.Bank).ToArray();
            var consent = await _steps.ShareAccounts(shared, cancellation);
            if (consent is not (StepResult.Done or StepResult.Page))
            {
                return await EndOf(consent);
            }
            (listed, interrupted) = await List(cancellation);
            if (listed is null)
            {
                return interrupted!;
            }
        }
        var (accounts, interruption) = await new AccountsReading(
            tools,
            run,
            bank,
            channel,
            _steps,
            _bankList,
            HasWorked()
        ).Read([.. listed.Where(a => a.IsToRead)], cancellation);
        if (accounts is ChannelEnd.Finished { Result.Reason: ChannelReason.ConsentExpired })
        {
            // With what it holds, the connector would not send the user to the bank.
            _steps.KeepSession("");
        }
        return accounts is ChannelEnd.Finished { Result: { IsSuccess: true } read }
            ? new ChannelEnd.Finished(read with { AccountsFailed = read.AccountsFailed + _leftOut })
            : accounts ?? await EndOf(interruption!);
    }

    /// <summary>Goes on with an open question of this channel; null: the way is free.</summary>
    private async Task<ChannelEnd?> Resume(CancellationToken cancellation)
    {
        if (run.Question is not { } open || open.DefinitionId != _id)
        {
            return null;
        }
        var question = QuestionContent.Read(run.Key.Open(open.Content, Sealed.Question(open.Id))!).ToQuestion();
        if (open.Answer is null)
        {
            return await ResumeUnanswered(open, question, cancellation);
        }
        var answer = QuestionAnswer.Read(run.Key.Open(open.Answer, Sealed.Answer(open.Id))!);
        if (question is Question.Credentials)
        {
            await TakeCredentials(answer.Values);
            return null;
        }
        var result = await (
            answer.Returned is { } address ? _steps.AcceptReturn(address, cancellation)
            : question is Question.OneTimePassword or Question.Choice or Question.StatementFile
                ? _steps.AcceptAnswer(answer.Values, cancellation)
            : _steps.Poll(answered: true, cancellation)
        );
        return await Answered(question, result);
    }

    private async Task<ChannelEnd?> ResumeUnanswered(
        QuestionRow open,
        Question question,
        CancellationToken cancellation
    )
    {
        if (open.ExpiresAt <= tools.Seconds)
        {
            // That it was cancelled has been told.
            await run.DropQuestion(
                open.IsCancelled ? [] : [NewEvent.OfUserInput(EventName.UserInputExpired, run.Id, _id)]
            );
            return new ChannelEnd.Finished(Outcome.Unanswered(question));
        }
        if (question is not Question.AppApproval)
        {
            return await WaitOn(open.ExpiresAt, cancellation);
        }
        var look = await _steps.Poll(answered: false, cancellation);
        return look is StepResult.AskUser { Question: Question.AppApproval again }
            ? await WaitOn(Math.Min(open.ExpiresAt, tools.Seconds + WaitingTime.PollSeconds(again)), cancellation)
            : await Answered(question, look);
    }

    private async Task<ChannelEnd> WaitOn(long until, CancellationToken cancellation)
    {
        await run.Write(_ => new JobChange.Asked(until), data: null, cancellation);
        return new ChannelEnd.Waiting();
    }

    private async Task<ChannelEnd?> Answered(Question question, StepResult result)
    {
        if (result is not (StepResult.Done or StepResult.Page))
        {
            return await EndOf(result);
        }
        if (question is not Question.Redirect)
        {
            await run.DropQuestion();
            return null;
        }
        var expires = tools.Now.AddDays(bank.Definition.ConsentDays).ToUnixTimeSeconds();
        run.Learn(channel, new ChannelChange { ExpiresAt = expires });
        _isAuthorized = true;
        await run.DropQuestion(
            work => ConsentStore.NameEnd(work.Db, work.UserId, run.Id, expires),
            [
                NewEvent.OfUserInput(EventName.ConsentGiven, run.Id, _id),
                .. channel.LastSuccessAt is null
                    ? Array.Empty<NewEvent>()
                    : [NewEvent.OfConnection(EventName.ConsentRenewed, run.Id, _id)],
            ]
        );
        return null;
    }

    private async Task TakeCredentials(IReadOnlyDictionary<string, string> values)
    {
        _steps.TryCredentials(values);
        var sealedValues = run.Key.Seal(StoredCredentials.Write(values), Sealed.Credentials(run.Id, _id));
        run.Learn(channel, new ChannelChange { Credentials = sealedValues });
        await run.DropQuestion();
    }

    private async Task<(IReadOnlyList<ListedAccount>? Listed, ChannelEnd? End)> List(CancellationToken cancellation)
    {
        List<BankAccount> accounts = [];
        _leftOut = 0;
        var end = await _steps.ListAccounts(
            page =>
            {
                accounts.AddRange(page.Accounts.Select(WithPlainCurrency));
                _leftOut += page.AccountsLeftOut;
            },
            cancellation
        );
        if (end is not null)
        {
            return (null, await EndOf(end));
        }
        if (run.Attended && run.IsUnattendedAt(channel))
        {
            // Counted when it has begun, and not before: sending a user to the bank is no reading.
            BankEntry.CountReading(tools, run, channel);
        }
        if (_leftOut > 0)
        {
            LogLeftOut(tools.Log, _id, _leftOut);
        }
        // A page sent twice names the same account twice.
        _bankList = [.. accounts.DistinctBy(a => (a.Reference, a.Currency))];
        Task<(IReadOnlyList<AccountRow> Held, AccountListing Listing)> Compare(DbWork db) =>
            AccountListReader.Compare(db, tools, run, channel, _bankList);
        var (held, listing) = await tools.Database.Read(Compare, cancellation);
        if (run.Attended && AccountListing.IsOfAnother(_bankList, held))
        {
            // What the other login has opened is not kept, neither here nor at the bank.
            _steps.DropSession();
            return (
                null,
                new ChannelEnd.Finished(new ChannelResult(ChannelStatus.AuthFailed, ChannelReason.OtherLogin))
            );
        }
        var holder = _steps.Holder == run.Connection.OwnerName ? null : _steps.Holder;
        if (holder is not null || listing.Added.Count + listing.Changed.Count + listing.NotFound.Count > 0)
        {
            await run.Write(
                change: null,
                async work =>
                {
                    if (listing.Added.Count > 0)
                    {
                        // Another connection to this bank may be adding the same accounts.
                        await ConnectionsStore.LockOfProvider(
                            work.Db,
                            work.UserId,
                            tools.Banks.SameAs(run.Connection.ProviderId)
                        );
                        (_, listing) = await Compare(work.Db);
                    }
                    if (holder is not null)
                    {
                        await ConnectionsStore.SetOwner(work.Db, work.UserId, run.Id, holder);
                    }
                    await AccountImports.SaveListing(work.Db, listing.Added, listing.Changed.Concat(listing.NotFound));
                    return
                    [
                        .. listing.Added.Select(a => run.EventOf(EventName.AccountAdded, a, _id)),
                        .. listing.NotFound.Select(a => run.EventOf(EventName.AccountNotFound, a, _id)),
                        .. listing.Found.Select(a => run.EventOf(EventName.AccountFound, a, _id)),
                        .. holder is not null && run.Connection.OwnerName is not null
                            ? [NewEvent.OfConnection(EventName.ConnectionUpdated, run.Id, _id)]
                            : Array.Empty<NewEvent>(),
                    ];
                },
                cancellation
            );
        }
        ListedAccounts = listing.Listed;
        return (listing.Listed, null);
    }

    private async Task<ChannelEnd> EndOf(StepResult result)
    {
        switch (result)
        {
            case StepResult.AskUser { Question.CanBeShown: false } ask:
                LogRefused(
                    tools.Log,
                    _id,
                    Refusal.NotUnderstood,
                    $"a question that cannot be shown ({ask.Question.GetType().Name})"
                );
                return new ChannelEnd.Finished(Outcome.Of(Refusal.NotUnderstood));
            case StepResult.AskUser ask when run.Attended:
                await Ask(ask);
                return new ChannelEnd.Waiting();
            case StepResult.AskUser ask:
                return new ChannelEnd.Finished(Outcome.Unanswered(ask.Question));
            case StepResult.Later later:
                return new ChannelEnd.Later(later.NotBefore, later.Reason, later.IsNamed);
            case StepResult.Refused refused:
                LogRefused(tools.Log, _id, refused.Reason, refused.Detail);
                return new ChannelEnd.Finished(
                    Outcome.Of(refused.Reason) with
                    {
                        Message = BankText.Clean(refused.Message),
                    }
                );
            default:
                // A connector that answers out of turn.
                LogRefused(tools.Log, _id, Refusal.NotUnderstood, result.GetType().Name);
                return new ChannelEnd.Finished(Outcome.Of(Refusal.NotUnderstood));
        }
    }

    private Task Ask(StepResult.AskUser ask)
    {
        var id = tools.Ids.Next<QuestionId>();
        var content = QuestionContent.Of(ask.Question);
        var expires = Math.Clamp(
            content.ExpiresAt ?? long.MaxValue,
            tools.Seconds,
            tools.Seconds + WaitingTime.Patience(ask.Question)
        );
        var question = new QuestionRow
        {
            UserId = run.Job.UserId,
            JobId = run.Job.Id,
            Id = id,
            DefinitionId = _id,
            Kind = content.Kind,
            AskedAt = tools.Seconds,
            ExpiresAt = expires,
            Content = run.Key.Seal(content.Write(), Sealed.Question(id)),
        };
        var due = ask.Question is Question.AppApproval app
            ? Math.Min(expires, tools.Seconds + WaitingTime.PollSeconds(app))
            : expires;
        var state = ask.Question is Question.Redirect ? _steps.State?.Hash() : null;
        _steps.KeepSession(ask.Session);
        return run.Write(
            _ => new JobChange.Asked(due),
            async work =>
            {
                await QuestionStore.Ask(work.Db, question, state);
                return
                [
                    NewEvent.OfUserInput(EventName.UserInputRequired, run.Id, _id) with
                    {
                        Status = content.Kind.Word(),
                    },
                ];
            },
            CancellationToken.None
        );
    }

    // It is a part of the account's identity.
    private static BankAccount WithPlainCurrency(BankAccount account) =>
        account with
        {
            Currency = BankText.Clean(account.Currency),
        };

    /// <summary>Whether accounts were read under the authorization that the channel holds.</summary>
    private bool HasWorked() =>
        !_isAuthorized
        && channel.LastSuccessAt is { } success
        && (
            channel.ExpiresAt is not { } end
            || success
                >= DateTimeOffset.FromUnixTimeSeconds(end).AddDays(-bank.Definition.ConsentDays).ToUnixTimeSeconds()
        );

    private static bool NeedsConsent(ListedAccount account) =>
        account is { IsToRead: true, Bank: { ConsentMissing: true, Closed: false } };

    [LoggerMessage(5101, LogLevel.Information, "Channel {Channel}: refused, {Reason}: {Detail}")]
    internal static partial void LogRefused(ILogger log, ChannelDefinitionId channel, Refusal reason, string detail);

    [LoggerMessage(
        5105,
        LogLevel.Warning,
        "Channel {Channel}: {Count} accounts of the bank's list cannot be read, and are left out"
    )]
    private static partial void LogLeftOut(ILogger log, ChannelDefinitionId channel, int count);
}
