using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.Stet;

/// <summary>One step at one bank.</summary>
internal sealed class StetStep(StepContext context, StetSettings settings)
{
    /// <summary>Many banks give at most this much, whatever is asked, once the strong authentication is some minutes old.</summary>
    private const int DaysWithoutFreshAuthentication = 89;

    private readonly StetApi _api = new(context, settings);

    public StepResult Refused(Refusal reason, string detail) => _api.Refused(reason, detail);

    private DateOnly Today => Dates.Of(context.Now, settings.Interface.Zone);

    public Task<StepResult> ListAccounts(CancellationToken cancellation) =>
        WithAccess(
            () => ReadAccounts(new StetPlace(StetList.Accounts, new Trail(Path("accounts").AbsoluteUri)), cancellation),
            cancellation
        );

    public Task<StepResult> ListTransactions(BankAccount account, DateOnly? from, CancellationToken cancellation) =>
        WithAccess(
            () =>
            {
                var (first, completeFrom) = settings.Interface.First(from, Today);
                return ReadTransactions(FirstPage(account, first, completeFrom), cancellation);
            },
            cancellation
        );

    public Task<StepResult> Continue(string place, CancellationToken cancellation) =>
        WithAccess(
            async () =>
                StetPlace.Read(place) switch
                {
                    { } read when BankLinks.Kept(read.Trail, settings.Interface) is { } trail => read.List switch
                    {
                        StetList.Accounts => await ReadAccounts(read with { Trail = trail }, cancellation),
                        StetList.Transactions => await ReadTransactions(read with { Trail = trail }, cancellation),
                    },
                    _ => _api.Refused(Refusal.NotUnderstood, "the place to go on from is not one of this connector"),
                },
            cancellation
        );

    public Task<StepResult> ShareAccounts(IReadOnlyList<BankAccount> accounts, CancellationToken cancellation) =>
        WithAccess(() => PutConsent(accounts, cancellation), cancellation);

    private async Task<StepResult> WithAccess(Func<Task<StepResult>> read, CancellationToken cancellation)
    {
        if (_api.Session.HasTokens)
        {
            return await read();
        }
        return await Authorize(cancellation);
    }

    private async Task<StepResult> Authorize(CancellationToken cancellation)
    {
        if (context.Callback is not { } callback)
        {
            return _api.Nobody();
        }
        var client = settings.Client;
        var (request, parameters) = OAuthFlow.Parameters(client, callback, client.Scope, client.Values(context));
        var (page, ended) = await _api.PageOf(client, parameters, page: null, cancellation);
        return page is null ? ended! : _api.Send(request, page);
    }

    public Task<StepResult> AcceptReturn(Uri address, CancellationToken cancellation) =>
        _api.AcceptReturn(address, async () => await Authorize(cancellation), cancellation);

    private async Task<StepResult> ReadAccounts(StetPlace place, CancellationToken cancellation)
    {
        switch (await _api.Get(new Uri(place.Trail.Address), BankResource.Accounts, cancellation))
        {
            case StetAnswer.Ended failed:
                return failed.Result;
            case StetAnswer.Denied denied
                when settings.NoAccountsText is { } text && denied.Text.Contains(text, StringComparison.Ordinal):
            case StetAnswer.Empty:
                return new StepResult.Page { Session = _api.Session.Write() };
            case StetAnswer.Denied { IsUnproven: true } denied:
                return denied.Unavailable;
            // STET has no resource for the state of a consent: this is how its end shows.
            case StetAnswer.Denied { Status: 401 or 403 } denied:
                return _api.Over(Refusal.ConsentExpired, $"the bank refuses the list of accounts: {denied.Status}");
            case StetAnswer.Denied denied:
                return _api.Refused(Refusal.NotUnderstood, $"the bank refuses the list of accounts: {denied.Status}");
            case StetAnswer.Found found when found.Json.Item("accounts") is not { ValueKind: JsonValueKind.Array }:
                return settings.EmptyIsNone
                    ? new StepResult.Page { Session = _api.Session.Write() }
                    : _api.Refused(Refusal.NotUnderstood, "the bank's list of accounts holds no list");
            case StetAnswer.Found found:
                return await ReadAccounts(place, found, cancellation);
            default:
                throw new UnreachableException();
        }
    }

    private async Task<StepResult> ReadAccounts(StetPlace place, StetAnswer.Found found, CancellationToken cancellation)
    {
        var next = ListPages.After(
            place.Trail,
            found.Json,
            found.Address,
            ListPages.Written(found.Json.Item("accounts")),
            found.Pages,
            () => found.Json.Items("accounts").All(row => row.Text("resourceId") is not null),
            settings.Interface
        );
        if (next is NextPage.Fault fault)
        {
            return _api.Refused(Refusal.NotUnderstood, fault.Detail);
        }
        // Each may cost a request.
        if (found.Json.Items("accounts").Skip(BankLimits.MostAccounts).Any())
        {
            return _api.Refused(Refusal.NotUnderstood, "the bank's list of accounts is too long");
        }
        var mixed = BankLinks.Href(found.Json, "consents") is not null || settings.ConsentRequired;
        var holder = await _api.Holder(found, place.Trail.Number == 1, cancellation);
        List<BankAccount> accounts = [];
        var notes = new Dictionary<string, StetAccountNote>(
            place.Trail.Number == 1 ? new Dictionary<string, StetAccountNote>() : _api.Session.Accounts
        );
        foreach (var row in next is NextPage.End { Repeated: true } ? [] : found.Json.Items("accounts"))
        {
            var consentMissing =
                (settings.ConsentRequired && !_api.Session.Scoped) || StetReading.HidesData(row, mixed);
            var account = StetReading.Account(row, settings, consentMissing);
            if (account is null)
            {
                return _api.Refused(
                    Refusal.NotUnderstood,
                    "an account of the bank's list has neither a resource id nor a number"
                );
            }
            if (account is { Balances: [], ConsentMissing: false })
            {
                var balances = await ReadBalances(row, account, found.Address, cancellation);
                if (balances.Limited is { } limited)
                {
                    return limited;
                }
                account = account with
                {
                    Balances = StetReading.Balances(balances.Rows, account.Currency, settings.Interface.Zone),
                };
            }
            accounts.Add(account with { OwnerName = holder });
            notes[account.Reference] = new StetAccountNote(
                row.Item("accountId"),
                LinkOf(row, "transactions", found.Address)?.AbsoluteUri
            );
        }
        _api.Session = _api.Session with { Accounts = notes, Holder = holder };
        return new StepResult.Page
        {
            Session = _api.Session.Write(),
            Accounts = NamedAccounts.Resolve(accounts),
            Holder = holder,
            Next = (next is NextPage.Page on ? place with { Trail = on.Trail } : null)?.Write(),
        };
    }

    /// <summary>An account whose balance cannot be read is shown without one; only a limit or a dead consent ends the step.</summary>
    private async Task<(JsonElement[] Rows, StepResult? Limited)> ReadBalances(
        JsonElement row,
        BankAccount account,
        Uri page,
        CancellationToken cancellation
    )
    {
        var address =
            LinkOf(row, "balances", page) ?? Path($"accounts/{Uri.EscapeDataString(account.Reference)}/balances");
        return await _api.Get(address, BankResource.Balances, cancellation) switch
        {
            StetAnswer.Found found => ([.. found.Json.Items("balances")], null),
            StetAnswer.Ended { Result: StepResult.Later { Reason: LaterReason.BankUnavailable } } => ([], null),
            StetAnswer.Ended failed => ([], failed.Result),
            _ => ([], null),
        };
    }

    private StetPlace FirstPage(BankAccount account, DateOnly? from, DateOnly? completeFrom)
    {
        var note = _api.Session.Accounts.GetValueOrDefault(account.Reference);
        var address = new UriBuilder(
            (note?.Transactions is { } link ? BankLinks.Kept(link, settings.Interface) : null)
                ?? Path($"accounts/{Uri.EscapeDataString(account.Reference)}/transactions")
        );
        List<string> query = [];
        if (from is { } day)
        {
            query.Add($"dateFrom={settings.Interface.Day(day)}");
        }
        if (settings.Interface.SendDateTo)
        {
            query.Add($"dateTo={settings.Interface.Day(Today.AddDays(1))}");
        }
        address.Query = string.Join('&', [.. address.Query.TrimStart('?').Split('&').Where(q => q != ""), .. query]);
        return new StetPlace(
            StetList.Transactions,
            new Trail(address.Uri.AbsoluteUri),
            account.Reference,
            account.Currency,
            completeFrom
        );
    }

    private async Task<StepResult> ReadTransactions(StetPlace place, CancellationToken cancellation)
    {
        var reader = new StetRows(settings, place.Currency, Today);
        switch (await _api.Get(new Uri(place.Trail.Address), BankResource.Transactions, cancellation, reader))
        {
            case StetAnswer.Ended failed:
                return failed.Result;
            case StetAnswer.Empty:
                return EmptyPage(place);
            // Banks that give fewer days say so by whatever status; a firewall's 403 says nothing of days.
            case StetAnswer.Denied denied
                when denied is { Status: 400 or 406 or 409 or 416 or 422 } or { Status: 403, IsInFront: false }
                    && Shortened(place) is { } shorter:
                return await ReadTransactions(shorter, cancellation);
            case StetAnswer.Denied { IsInFront: true } denied:
                return denied.Unavailable;
            case StetAnswer.Denied { Status: 401 }:
                return await IsOver(cancellation)
                    ?? _api.Refused(
                        Refusal.AccountUnauthorized,
                        "the bank refuses the authorization for the transactions of an account: 401"
                    );
            case StetAnswer.Denied { Status: 403 or 404 } denied:
                return _api.Refused(
                    Refusal.AccountRefused,
                    $"the bank refuses the transactions of an account: {denied.Status}"
                );
            case StetAnswer.Denied denied:
                return _api.Refused(Refusal.NotUnderstood, $"the bank refuses a list of transactions: {denied.Status}");
            case StetAnswer.Found found
                when found.Page.RowsOf(found.Json.Item("transactions")) is { IsArray: true } rows:
                return ReadTransactions(place, found, rows);
            case StetAnswer.Found:
                return settings.EmptyIsNone
                    ? EmptyPage(place)
                    : _api.Refused(Refusal.NotUnderstood, "the bank's list of transactions holds no list");
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>
    /// Whether a token that was refused for one account is refused for their list, too; null: it is good, the bank means the account (a closed one, one
    /// that the user did not share).
    /// </summary>
    private async Task<StepResult?> IsOver(CancellationToken cancellation) =>
        await _api.Get(Path("accounts"), BankResource.Accounts, cancellation) switch
        {
            StetAnswer.Ended failed => failed.Result,
            StetAnswer.Denied { IsUnproven: true } denied => denied.Unavailable,
            StetAnswer.Denied { Status: 401 or 403 } denied => _api.Over(
                Refusal.ConsentExpired,
                $"the bank no longer accepts the authorization: {denied.Status}"
            ),
            _ => null,
        };

    private StepResult ReadTransactions(StetPlace place, StetAnswer.Found found, RowList rows)
    {
        var next = ListPages.After(
            place.Trail,
            found.Json,
            found.Address,
            rows,
            found.Pages,
            context.Channel.TransactionIds,
            settings.Interface
        );
        return EmptyPage(place)
            .With(rows, next, place.Trail.Number, trail => (place with { Trail = trail }).Write(), _api.Refused);
    }

    /// <summary>
    /// The same list over the days that a bank gives without a fresh strong authentication, when it refused more; null when
    /// that is what was asked already.
    /// </summary>
    private StetPlace? Shortened(StetPlace place)
    {
        var since = Today.AddDays(-DaysWithoutFreshAuthentication);
        if (place.Trail.Number > 1 || place.CompleteFrom >= since || (FromOf(place) is { } from && from >= since))
        {
            return null;
        }
        var account = new BankAccount
        {
            Reference = place.Account!,
            Currency = place.Currency ?? settings.Interface.Currency,
        };
        return FirstPage(account, since, since);
    }

    private static DateOnly? FromOf(StetPlace place)
    {
        var text = new Uri(place.Trail.Address)
            .Query.TrimStart('?')
            .Split('&')
            .FirstOrDefault(q => q.StartsWith("dateFrom=", StringComparison.Ordinal));
        return text is null ? null : Dates.Read(Uri.UnescapeDataString(text["dateFrom=".Length..]), TimeZoneInfo.Utc);
    }

    private StepResult.Page EmptyPage(StetPlace place) =>
        new() { Session = _api.Session.Write(), CompleteFrom = place.CompleteFrom };

    private async Task<StepResult> PutConsent(IReadOnlyList<BankAccount> shared, CancellationToken cancellation)
    {
        var accounts = new JsonArray();
        foreach (var account in shared)
        {
            accounts.Add(
                StetReading.Identification(account, _api.Session.Accounts.GetValueOrDefault(account.Reference))
            );
        }
        var access = new JsonObject
        {
            ["balances"] = accounts.DeepClone(),
            ["transactions"] = accounts,
            ["trustedBeneficiaries"] = false,
            ["psuIdentity"] = true,
        };
        if (settings.ConsentOwners)
        {
            access["owners"] = new JsonArray();
        }
        switch (await _api.Put(Path("consents"), access.ToJsonString(), cancellation))
        {
            case StetAnswer.Found or StetAnswer.Empty:
                _api.Session = _api.Session with { Scoped = true };
                return _api.Done();
            case StetAnswer.Ended failed:
                return failed.Result;
            case StetAnswer.Denied { IsUnproven: true } denied:
                return denied.Unavailable;
            case StetAnswer.Denied { Status: 401 }:
                return _api.Over(Refusal.ConsentExpired, "the bank no longer accepts the authorization: 401");
            case StetAnswer.Denied { Status: 403 }:
                return _api.Refused(Refusal.ConsentDenied, "the bank refuses the list of shared accounts: 403");
            case StetAnswer.Denied denied:
                return _api.Refused(
                    Refusal.NotUnderstood,
                    $"the bank refuses the list of shared accounts: {denied.Status}"
                );
            default:
                throw new UnreachableException();
        }
    }

    private Uri? LinkOf(JsonElement row, string name, Uri page) =>
        !settings.Interface.StandardPaths && BankLinks.Href(row, name) is { } href
            ? BankLinks.Resolve(href, page, settings.Interface)
            : null;

    private Uri Path(string path) => settings.Interface.Path(path);
}
