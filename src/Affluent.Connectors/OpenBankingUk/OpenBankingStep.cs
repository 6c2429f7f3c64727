using System.Diagnostics;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.OpenBankingUk;

/// <summary>One step at one bank.</summary>
internal sealed class OpenBankingStep
{
    /// <summary>Many banks give at most this much, whatever is asked, once the strong authentication is some minutes old.</summary>
    private const int DaysWithoutFreshAuthentication = 89;

    private readonly StepContext _context;
    private readonly OpenBankingSettings _settings;
    private readonly OpenBankingApi _api;
    private readonly OpenBankingConsent _consent;

    public OpenBankingStep(StepContext context, OpenBankingSettings settings)
    {
        (_context, _settings) = (context, settings);
        _api = new OpenBankingApi(context, settings);
        _consent = new OpenBankingConsent(context, settings, _api);
    }

    private TimeZoneInfo Zone => _settings.Interface.Zone;

    private DateOnly Today => Dates.Of(_context.Now, Zone);

    public StepResult Refused(Refusal reason, string detail) => _api.Refused(reason, detail);

    public async Task<StepResult> ListAccounts(CancellationToken cancellation) =>
        await _consent.Missing(cancellation)
        ?? await ReadAccounts(
            new OpenBankingPlace(new Trail(_settings.Interface.Path("accounts").AbsoluteUri), null, null, null),
            cancellation
        );

    public async Task<StepResult> ListTransactions(BankAccount account, DateOnly? from, CancellationToken cancellation)
    {
        if (await _consent.Missing(cancellation) is { } missing)
        {
            return missing;
        }
        var (first, completeFrom) = _settings.Interface.First(from, Today);
        var earliest = Today.AddDays(-DaysWithoutFreshAuthentication);
        return await ReadTransactions(
            FirstPage(account, first, completeFrom),
            cancellation,
            shorter: first is null || first < earliest ? FirstPage(account, earliest, earliest) : null
        );
    }

    public async Task<StepResult> Continue(string place, CancellationToken cancellation)
    {
        if (
            OpenBankingPlace.Read(place) is not { } read
            || BankLinks.Kept(read.Trail, _settings.Interface) is not { } trail
        )
        {
            return _api.Refused(Refusal.NotUnderstood, "the place to go on from is not one of this connector");
        }
        read = read with { Trail = trail };
        return await _consent.Missing(cancellation)
            ?? (
                read.Account is null
                    ? await ReadAccounts(read, cancellation)
                    : await ReadTransactions(read, cancellation)
            );
    }

    public Task<StepResult> AcceptReturn(Uri address, CancellationToken cancellation) =>
        _api.AcceptReturn(address, () => _consent.Missing(cancellation), cancellation);

    public Task<StepResult> Revoke(CancellationToken cancellation) =>
        OpenBankingRevocation.Revoke(_api, _settings, cancellation);

    private async Task<StepResult> ReadAccounts(OpenBankingPlace place, CancellationToken cancellation)
    {
        switch (await _api.Get(new Uri(place.Trail.Address), BankResource.Accounts, cancellation))
        {
            case OpenBankingAnswer.Ended ended:
                return ended.Result;
            case OpenBankingAnswer.Empty:
                return new StepResult.Page { Session = _api.Session.Write() };
            case OpenBankingAnswer.Denied { IsUnproven: true } denied:
                return denied.Unavailable;
            case OpenBankingAnswer.Denied denied:
                return OpenBankingRefusal.Of(denied.Code) switch
                {
                    Refusal.OperatorFault => _api.Refused(
                        Refusal.OperatorFault,
                        $"the bank refuses us: {denied.Words}"
                    ),
                    Refusal.ConsentExpired => _api.Over(Refusal.ConsentExpired, $"the consent is over: {denied.Words}"),
                    _ when denied.Status is 401 or 403 => _api.Over(
                        Refusal.ConsentExpired,
                        $"the bank refuses the list of accounts: {denied.Words}"
                    ),
                    _ => _api.Refused(Refusal.NotUnderstood, $"the bank refuses the list of accounts: {denied.Words}"),
                };
            case OpenBankingAnswer.Found found when found.Json.Item("Data") is { ValueKind: JsonValueKind.Object }:
                return await ReadAccounts(place, found, cancellation);
            case OpenBankingAnswer.Found:
                return _api.Refused(Refusal.NotUnderstood, "the bank's list of accounts holds no data");
            default:
                throw new UnreachableException();
        }
    }

    private async Task<StepResult> ReadAccounts(
        OpenBankingPlace place,
        OpenBankingAnswer.Found found,
        CancellationToken cancellation
    )
    {
        var next = ListPages.After(
            place.Trail,
            found.Json,
            found.Address,
            ListPages.Written(found.Json.Item("Data", "Account")),
            pages: null,
            () => true,
            _settings.Interface
        );
        if (next is NextPage.Fault fault)
        {
            return _api.Refused(Refusal.NotUnderstood, fault.Detail);
        }
        // Each may cost requests.
        if (OpenBankingReading.Rows(found.Json, "Account").Skip(BankLimits.MostAccounts).Any())
        {
            return _api.Refused(Refusal.NotUnderstood, "the bank's list of accounts is too long");
        }
        List<BankAccount> accounts = [];
        foreach (
            var row in next is NextPage.End { Repeated: true } ? [] : OpenBankingReading.Rows(found.Json, "Account")
        )
        {
            if (OpenBankingReading.Account(row, _settings.Interface.Currency) is not { } account)
            {
                return _api.Refused(Refusal.NotUnderstood, "an account of the bank's list has no id");
            }
            // Some banks list one account once for each of its numbers.
            if (accounts.TrueForAll(other => other.Reference != account.Reference))
            {
                accounts.Add(account);
            }
        }
        for (var at = 0; at < accounts.Count; at++)
        {
            if (accounts[at].Closed)
            {
                continue;
            }
            var (account, ended) = await Complete(accounts[at], cancellation);
            if (ended is not null)
            {
                return ended;
            }
            accounts[at] = account;
        }
        var signedIn = (Name: (string?)null, Ended: (StepResult?)null);
        if (_settings.Holder == HolderPlace.Party && place.Trail.Number == 1)
        {
            signedIn = await ReadParty(_settings.Interface.Path("party"), cancellation);
        }
        return signedIn.Ended
            ?? new StepResult.Page
            {
                Session = _api.Session.Write(),
                Accounts = accounts,
                Holder = signedIn.Name ?? accounts.Select(a => a.OwnerName).FirstOrDefault(name => name is not null),
                Next = (next is NextPage.Page on ? place with { Trail = on.Trail } : null)?.Write(),
            };
    }

    /// <summary>The account with what stands elsewhere. What cannot be read is left out; only a limit or a dead consent ends the step.</summary>
    private async Task<(BankAccount Account, StepResult? Ended)> Complete(
        BankAccount account,
        CancellationToken cancellation
    )
    {
        var (json, ended) = await ReadPart(
            _settings.OfAccount(account.Reference, "balances"),
            BankResource.Balances,
            cancellation
        );
        if (json is { } balances)
        {
            account = account with { Balances = OpenBankingReading.Balances(balances, account.Currency, Zone) };
        }
        var holders = _settings.Holder switch
        {
            HolderPlace.AccountParty => "party",
            HolderPlace.AccountParties => "parties",
            HolderPlace.Accounts or HolderPlace.Party => null,
        };
        if (ended is null && holders is not null)
        {
            (var name, ended) = await ReadParty(_settings.OfAccount(account.Reference, holders), cancellation);
            account = account with { OwnerName = name ?? account.OwnerName };
        }
        return (account, ended);
    }

    private async Task<(string? Name, StepResult? Ended)> ReadParty(Uri address, CancellationToken cancellation)
    {
        var (json, ended) = await ReadPart(address, BankResource.Accounts, cancellation);
        return (json is { } party ? OpenBankingReading.Parties(party) : null, ended);
    }

    private async Task<(JsonElement? Json, StepResult? Ended)> ReadPart(
        Uri address,
        BankResource resource,
        CancellationToken cancellation
    ) =>
        await _api.Get(address, resource, cancellation) switch
        {
            OpenBankingAnswer.Found found => (found.Json, null),
            OpenBankingAnswer.Ended { Result: StepResult.Later { Reason: LaterReason.BankUnavailable } } => (
                null,
                null
            ),
            OpenBankingAnswer.Ended failed => (null, failed.Result),
            OpenBankingAnswer.Denied or OpenBankingAnswer.Empty => (null, null),
            _ => throw new UnreachableException(),
        };

    private OpenBankingPlace FirstPage(BankAccount account, DateOnly? from, DateOnly? completeFrom)
    {
        var bank = _settings.Interface;
        List<string> query = [];
        if (from is { } day)
        {
            query.Add($"fromBookingDateTime={bank.Day(day)}");
        }
        if (bank.SendDateTo)
        {
            query.Add($"toBookingDateTime={bank.Day(Today.AddDays(1))}");
        }
        var address = new UriBuilder(_settings.OfAccount(account.Reference, "transactions"))
        {
            Query = string.Join('&', query),
        };
        return new OpenBankingPlace(
            new Trail(address.Uri.AbsoluteUri),
            account.Reference,
            account.Currency,
            completeFrom
        );
    }

    /// <param name="shorter">The same list over the days that a bank gives without a fresh strong authentication; null: it is not longer.</param>
    private async Task<StepResult> ReadTransactions(
        OpenBankingPlace place,
        CancellationToken cancellation,
        OpenBankingPlace? shorter = null
    )
    {
        var reader = new OpenBankingRows(place.Currency ?? _settings.Interface.Currency, Zone, Today);
        switch (await _api.Get(new Uri(place.Trail.Address), BankResource.Transactions, cancellation, reader))
        {
            case OpenBankingAnswer.Ended ended:
                return ended.Result;
            case OpenBankingAnswer.Empty:
                return EmptyPage(place);
            case OpenBankingAnswer.Denied denied
                when shorter is not null && OpenBankingRefusal.WantsFewerDays(denied.Status, denied.Code):
                return await ReadTransactions(shorter, cancellation);
            case OpenBankingAnswer.Denied { IsUnproven: true } denied:
                return denied.Unavailable;
            case OpenBankingAnswer.Denied denied:
                return Refused(denied);
            case OpenBankingAnswer.Found found when found.Json.Item("Data") is { ValueKind: JsonValueKind.Object }:
                return ReadTransactions(place, found);
            case OpenBankingAnswer.Found:
                return _api.Refused(Refusal.NotUnderstood, "the bank's list of transactions holds no data");
            default:
                throw new UnreachableException();
        }
    }

    private StepResult.Refused Refused(OpenBankingAnswer.Denied denied) =>
        (OpenBankingRefusal.Of(denied.Code), denied.Status) switch
        {
            (Refusal.ConsentExpired, _) => _api.Over(Refusal.ConsentExpired, $"the consent is over: {denied.Words}"),
            (Refusal.OperatorFault, _) => _api.Refused(Refusal.OperatorFault, $"the bank refuses us: {denied.Words}"),
            (null, 401) => _api.Refused(
                Refusal.AccountUnauthorized,
                $"the bank refuses the authorization for the transactions of an account: {denied.Words}"
            ),
            (Refusal.AccountRefused, _) or (_, 403 or 404) => _api.Refused(
                Refusal.AccountRefused,
                $"the bank refuses the transactions of an account: {denied.Words}"
            ),
            _ => _api.Refused(Refusal.NotUnderstood, $"the bank refuses a list of transactions: {denied.Words}"),
        };

    private StepResult ReadTransactions(OpenBankingPlace place, OpenBankingAnswer.Found found)
    {
        var rows = found.Page.RowsOf(found.Json.Item("Data", "Transaction"));
        var next = ListPages.After(
            place.Trail,
            found.Json,
            found.Address,
            rows,
            pages: null,
            _context.Channel.TransactionIds,
            _settings.Interface
        );
        return EmptyPage(place)
            .With(rows, next, place.Trail.Number, trail => (place with { Trail = trail }).Write(), _api.Refused);
    }

    private StepResult.Page EmptyPage(OpenBankingPlace place) =>
        new() { Session = _api.Session.Write(), CompleteFrom = place.CompleteFrom };
}
