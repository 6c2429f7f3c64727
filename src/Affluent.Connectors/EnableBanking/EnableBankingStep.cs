using System.Diagnostics;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.EnableBanking;

/// <summary>One step at one bank.</summary>
internal sealed class EnableBankingStep(StepContext context, EnableBankingApi api)
{
    private readonly EnableBankingAuthorization _authorization = new(context, api);

    // Days of queries are those of UTC (API reference 1.0.0, date_from).
    private DateOnly Today => DateOnly.FromDateTime(context.Now.UtcDateTime);

    public async Task<StepResult> ListAccounts(CancellationToken cancellation) =>
        await _authorization.Missing(cancellation) ?? await Alive(cancellation) ?? await ReadAccounts(cancellation);

    public async Task<StepResult> ListTransactions(BankAccount account, DateOnly? from, CancellationToken cancellation)
    {
        if (await _authorization.Missing(cancellation) is { } missing)
        {
            return missing;
        }
        if (
            api.Session.Accounts.FirstOrDefault(known => known.Bank.Reference == account.Reference)
            is not { Uid: { } uid } shared
        )
        {
            return api.Refused(Refusal.AccountRefused, "the session gives no access to an account: blocked, or closed");
        }
        var period = EnableBankingPeriod.First(from, api.Settings.FirstHistoryDays, Today);
        Queue<EnableBankingPeriod>? shorter = null;
        while (true)
        {
            var address = new UriBuilder(api.OfAccount(uid, "transactions")) { Query = period.Query }.Uri;
            var place = new EnableBankingPlace(
                new Trail(address.AbsoluteUri),
                shared.Bank.Currency,
                period.CompleteFrom
            );
            var answer = await Read(place, cancellation);
            if (answer is not EnableBankingAnswer.Denied { Meaning: EnableBankingMeaning.WrongPeriod } denied)
            {
                return Page(place, answer);
            }
            shorter ??= new(period.Shorter(EnableBankingRefusal.FirstDay(denied.Error), Today));
            if (!shorter.TryDequeue(out var next))
            {
                return Page(place, answer);
            }
            period = next;
        }
    }

    public async Task<StepResult> Continue(string place, CancellationToken cancellation)
    {
        if (EnableBankingPlace.Read(place) is not { } read || !api.IsOurs(read.Trail.Address))
        {
            return api.Refused(Refusal.NotUnderstood, "the place to go on from is not one of this connector");
        }
        return await _authorization.Missing(cancellation) ?? Page(read, await Read(read, cancellation));
    }

    public Task<StepResult> AcceptReturn(Uri address, CancellationToken cancellation) =>
        _authorization.AcceptReturn(address, cancellation);

    /// <summary>Ends the session, and the consent at the bank where that can be (API reference 1.0.0, "Delete session").</summary>
    public async Task<StepResult> Revoke(CancellationToken cancellation)
    {
        if (api.Session.SessionId is not { } id)
        {
            return api.Refused(Refusal.ConsentExpired, "there is no session to end");
        }
        return await api.End(id, cancellation) switch
        {
            EnableBankingAnswer.Found => new StepResult.Done { Session = "" },
            EnableBankingAnswer.Ended ended => ended.Result,
            EnableBankingAnswer.Denied denied => api.Refused(
                Refusal.OperatorFault,
                $"the session is not ended: {denied.Words}"
            ),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>Whether the session still counts, which costs no call of the bank's; null: it does.</summary>
    private async Task<StepResult?> Alive(CancellationToken cancellation)
    {
        switch (await api.Look(api.Session.SessionId!, cancellation))
        {
            case EnableBankingAnswer.Ended ended:
                return ended.Result;
            case EnableBankingAnswer.Denied denied:
                return api.Refused(denied.Reason, $"the session cannot be looked at: {denied.Words}");
            case EnableBankingAnswer.Found found:
                return found.Json.Text("status") switch
                {
                    "AUTHORIZED" => null,
                    "CANCELLED"
                    or "CLOSED"
                    or "EXPIRED"
                    or "INVALID"
                    or "PENDING_AUTHORIZATION"
                    or "RETURNED_FROM_BANK"
                    or "REVOKED" => api.Over(Refusal.ConsentExpired, "the session is over"),
                    _ => api.Refused(Refusal.NotUnderstood, "the session has no status that is known"),
                };
            default:
                throw new UnreachableException();
        }
    }

    private async Task<StepResult> ReadAccounts(CancellationToken cancellation)
    {
        List<BankAccount> accounts = [];
        foreach (var account in api.Session.Accounts)
        {
            var balances = (Read: (IReadOnlyList<BankBalance>)[], Ended: (StepResult?)null);
            if (account.Uid is { } uid)
            {
                balances = await ReadBalances(uid, account.Bank.Currency, cancellation);
            }
            if (balances.Ended is { } ended)
            {
                return ended;
            }
            accounts.Add(account.Bank with { Balances = balances.Read });
        }
        return new StepResult.Page
        {
            Session = api.Session.Write(),
            Accounts = accounts,
            AccountsLeftOut = api.Session.LeftOut,
            Holder = accounts.Select(account => account.OwnerName).FirstOrDefault(name => name is not null),
        };
    }

    /// <summary>What cannot be read is left out; only a limit, a dead session or what is the operator's ends the step.</summary>
    private async Task<(IReadOnlyList<BankBalance> Read, StepResult? Ended)> ReadBalances(
        string uid,
        string currency,
        CancellationToken cancellation
    ) =>
        await api.Get(api.OfAccount(uid, "balances"), cancellation) switch
        {
            EnableBankingAnswer.Found found => (EnableBankingReading.Balances(found.Json, currency), null),
            EnableBankingAnswer.Ended { Result: StepResult.Later { Reason: LaterReason.BankUnavailable } } => (
                [],
                null
            ),
            EnableBankingAnswer.Ended failed => ([], failed.Result),
            EnableBankingAnswer.Denied => ([], null),
            _ => throw new UnreachableException(),
        };

    private Task<EnableBankingAnswer> Read(EnableBankingPlace place, CancellationToken cancellation) =>
        api.Get(new Uri(place.Trail.Address), cancellation, new EnableBankingRows(place.Currency, Today));

    private StepResult Page(EnableBankingPlace place, EnableBankingAnswer answer) =>
        answer switch
        {
            EnableBankingAnswer.Ended ended => ended.Result,
            EnableBankingAnswer.Denied denied => api.Refused(
                denied.Meaning switch
                {
                    EnableBankingMeaning.AccountRefused or EnableBankingMeaning.WrongPeriod => Refusal.AccountRefused,
                    _ => denied.Reason,
                },
                $"the transactions of an account are refused: {denied.Words}"
            ),
            EnableBankingAnswer.Found found when found.Json.Item("transactions") is not null => Page(place, found),
            EnableBankingAnswer.Found => api.Refused(
                Refusal.NotUnderstood,
                "what comes for the transactions of an account is no list of them"
            ),
            _ => throw new UnreachableException(),
        };

    private StepResult Page(EnableBankingPlace place, EnableBankingAnswer.Found found)
    {
        if (found.Json.Item("continuation_key") is { ValueKind: not (JsonValueKind.String or JsonValueKind.Number) })
        {
            // Taken for no key, it would make this page the last one.
            return api.Refused(Refusal.NotUnderstood, "the key of the next page is none");
        }
        var rows = found.Page.RowsOf(found.Json.Item("transactions"));
        var next = ListPages.After(place.Trail, After(place, found.Json), rows, context.Channel.TransactionIds);
        return new StepResult.Page { Session = api.Session.Write(), CompleteFrom = place.CompleteFrom }.With(
            rows,
            next,
            place.Trail.Number,
            trail => (place with { Trail = trail }).Write(),
            api.Refused
        );
    }

    /// <summary>The same query with the key of the next page; null: it was the last one.</summary>
    private static Uri? After(EnableBankingPlace place, JsonElement page)
    {
        const string Key = "continuation_key=";
        if (page.Text("continuation_key") is not { } key)
        {
            return null;
        }
        var address = new UriBuilder(place.Trail.Address);
        address.Query = string.Join(
            '&',
            address
                .Query.TrimStart('?')
                .Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Where(part => !part.StartsWith(Key, StringComparison.Ordinal))
                .Append(Key + Uri.EscapeDataString(key))
        );
        return address.Uri;
    }
}
