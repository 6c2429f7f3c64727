using System.Diagnostics;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.BerlinGroup;

/// <summary>One step at one bank.</summary>
internal sealed class BerlinGroupStep
{
    /// <summary>Many banks give at most this much, whatever is asked, once the strong authentication is some minutes old.</summary>
    private const int DaysWithoutFreshAuthentication = 89;

    private readonly StepContext _context;
    private readonly BerlinGroupSettings _settings;
    private readonly BerlinGroupApi _api;
    private readonly BerlinGroupConsent _consent;
    private readonly BerlinGroupAccounts _accounts;

    public BerlinGroupStep(StepContext context, BerlinGroupSettings settings)
    {
        (_context, _settings) = (context, settings);
        _api = new BerlinGroupApi(context, settings);
        _consent = new BerlinGroupConsent(context, settings, _api);
        _accounts = new BerlinGroupAccounts(settings, _api, _consent.IsAnybodyThere);
    }

    private DateOnly Today => Dates.Of(_context.Now, _settings.Interface.Zone);

    public StepResult Refused(Refusal reason, string detail) => _api.Refused(reason, detail);

    public async Task<StepResult> ListAccounts(CancellationToken cancellation)
    {
        if (await _consent.Missing(cancellation) is { } missing)
        {
            return missing;
        }
        if (_api.Session.HasListed)
        {
            return await _accounts.ReadListed(cancellation);
        }
        var address = _settings.WithBalance is { } said
            ? Queried(_settings.Accounts, [$"withBalance={said}"])
            : _settings.Accounts;
        return await _accounts.Read(
            BerlinGroupAccounts.First(address, BerlinGroupList.Accounts, _settings),
            cancellation
        );
    }

    public async Task<StepResult> ListTransactions(BankAccount account, DateOnly? from, CancellationToken cancellation)
    {
        if (await _consent.Missing(cancellation) is { } missing)
        {
            return missing;
        }
        if (_api.Session.HasListed && !_api.Session.AccountConsents.ContainsKey(account.Reference))
        {
            return !_api.Session.Withheld.Contains(account.Reference)
                    ? _api.Refused(Refusal.AccountUnauthorized, "there is no consent for an account")
                // Who goes on is asked for all of them anew.
                : _api.Session.AccountConsents.Count == 0
                    ? _api.Over(Refusal.ConsentDenied, "the user agreed at the bank to no account")
                : _api.Refused(Refusal.AccountRefused, "the user did not agree that an account is read");
        }
        var (first, completeFrom) = _settings.Interface.First(from, Today);
        return await ReadTransactions(FirstPage(account, first, completeFrom), cancellation);
    }

    public Task<StepResult> ShareAccounts(IReadOnlyList<BankAccount> accounts, CancellationToken cancellation) =>
        _consent.Share(accounts, cancellation);

    public async Task<StepResult> Continue(string place, CancellationToken cancellation) =>
        BerlinGroupPlace.Read(place) is { } read && BankLinks.Kept(read.Trail, _settings.Interface) is { } trail
            ? read.List switch
            {
                BerlinGroupList.Transactions => await ReadTransactions(read with { Trail = trail }, cancellation),
                BerlinGroupList.Accounts or BerlinGroupList.CardAccounts => await _accounts.Read(
                    read with
                    {
                        Trail = trail,
                    },
                    cancellation
                ),
            }
            : _api.Refused(Refusal.NotUnderstood, "the place to go on from is not one of this connector");

    public Task<StepResult> AcceptReturn(Uri address, CancellationToken cancellation) =>
        _consent.AcceptReturn(address, cancellation);

    public Task<StepResult> AcceptAnswer(IReadOnlyDictionary<string, string> values, CancellationToken cancellation) =>
        _consent.AcceptAnswer(values, cancellation);

    public Task<StepResult> Poll(CancellationToken cancellation) => _consent.Poll(cancellation);

    private BerlinGroupPlace FirstPage(BankAccount account, DateOnly? from, DateOnly? completeFrom)
    {
        var address = BerlinGroupAccounts.TransactionsOf(account.Reference, _api.Session, _settings);
        var values = _settings
            .Values(_context)
            .Set("booking_status", _settings.BookingStatus)
            .Set("date_from", from is { } day ? _settings.Interface.Day(day) : null)
            .Set("date_to", _settings.Interface.Day(Today));
        var query = _settings
            .TransactionsQuery.Select(field => (field.Name, Value: values.Fill(field.Value)))
            .Where(field => field.Value is not null)
            .Select(field => $"{field.Name}={field.Value}");
        return new BerlinGroupPlace(
            new Trail(_settings.Interface.Page(Queried(address, query), 1).AbsoluteUri),
            account.Reference,
            account.Currency,
            completeFrom
        );
    }

    private async Task<StepResult> ReadTransactions(BerlinGroupPlace place, CancellationToken cancellation)
    {
        var reader = new BerlinGroupRows(_settings, place.Currency, Today);
        var address = new Uri(place.Trail.Address);
        switch (await _api.Get(address, BankResource.Transactions, cancellation, place.Account, reader))
        {
            case BerlinGroupAnswer.Ended ended:
                return ended.Result;
            case BerlinGroupAnswer.Empty:
                return EmptyPage(place);
            case BerlinGroupAnswer.Denied { IsUnproven: true } denied:
                return denied.Unavailable;
            case BerlinGroupAnswer.Denied denied
                when BerlinGroupRefusal.WantsFewerDays(denied.Status, denied.Code) && Shortened(place) is { } shorter:
                return await ReadTransactions(shorter, cancellation);
            case BerlinGroupAnswer.Denied denied:
                return Refused(denied, place.Account);
            case BerlinGroupAnswer.Found found
                when (found.Json.Item("transactions") ?? found.Json.Item("cardTransactions"))
                    is { ValueKind: JsonValueKind.Object } lists:
                return ReadTransactions(place, found, lists);
            // What is large, or written in another form, stands in a file (section 6.6.4 "Read Transaction List").
            case BerlinGroupAnswer.Found found
                when BankLinks.Href(found.Json, "download") is { } href
                    && BankLinks.Resolve(href, found.Address, _settings.Interface) is { } file
                    && place.Trail.To(file, []) is TrailStep.On on:
                return EmptyPage(place) with { Next = (place with { Trail = on.Trail }).Write() };
            case BerlinGroupAnswer.Report report:
                return
                    AccountReports.Read(
                        report.Text,
                        new ReportAccount(
                            place.Currency ?? _settings.Interface.Currency,
                            _settings.Interface.Zone,
                            Today
                        )
                    )
                        is { } entries
                    ? EmptyPage(place)
                        .With(
                            [.. entries.Select(entry => entry.Transaction).OfType<BankTransaction>()],
                            [.. entries.Where(entry => entry.Transaction is null).Select(entry => entry.Fault)],
                            place.Trail.Number,
                            _api.Refused
                        )
                    : report.Unavailable;
            case BerlinGroupAnswer.Found:
                return _api.Refused(Refusal.NotUnderstood, "the bank's list of transactions holds no lists");
            default:
                throw new UnreachableException();
        }
    }

    private StepResult.Refused Refused(BerlinGroupAnswer.Denied denied, string account) =>
        (BerlinGroupRefusal.Of(denied.Code), denied.Status) switch
        {
            (Refusal.ConsentExpired, _) or (null, 401) when _api.Session.AccountConsents.ContainsKey(account) =>
                WithoutConsentOf(account, denied),
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

    /// <summary>The consents of the other accounts stand.</summary>
    private StepResult.Refused WithoutConsentOf(string account, BerlinGroupAnswer.Denied denied)
    {
        _api.Session = _api.Session.Without(account);
        return _api.Refused(Refusal.AccountUnauthorized, $"the consent for an account is over: {denied.Words}");
    }

    private StepResult ReadTransactions(BerlinGroupPlace place, BerlinGroupAnswer.Found found, JsonElement lists)
    {
        var rows = found.Page.RowsOf(
            lists
                .EnumerateObject()
                .Select(list => list.Name)
                .Distinct(StringComparer.Ordinal)
                .Where(list => BerlinGroupRows.StatusOf(list, _settings.StatusWords) is not null)
                .Select(list => lists.Item(list))
        );
        var next = ListPages.After(
            place.Trail,
            lists.Item("_links") is null ? found.Json : lists,
            found.Address,
            rows,
            found.Pages,
            _context.Channel.TransactionIds,
            _settings.Interface
        );
        return EmptyPage(place)
            .With(rows, next, place.Trail.Number, trail => (place with { Trail = trail }).Write(), _api.Refused);
    }

    private StepResult.Page EmptyPage(BerlinGroupPlace place) =>
        new() { Session = _api.Session.Write(), CompleteFrom = place.CompleteFrom };

    /// <summary>
    /// The same list over the days that a bank gives without a fresh strong authentication, when it refused more; null when there is nothing to shorten.
    /// </summary>
    private BerlinGroupPlace? Shortened(BerlinGroupPlace place)
    {
        if (place.Trail.Number != 1)
        {
            return null;
        }
        var earliest = Today.AddDays(-DaysWithoutFreshAuthentication);
        var account = new BankAccount
        {
            Reference = place.Account,
            Currency = place.Currency ?? _settings.Interface.Currency,
        };
        var shorter = FirstPage(account, earliest, earliest);
        return shorter.Trail.Address == place.Trail.Address ? null : shorter;
    }

    private static Uri Queried(Uri address, IEnumerable<string> query) =>
        new UriBuilder(address)
        {
            Query = string.Join('&', [.. address.Query.TrimStart('?').Split('&').Where(q => q != ""), .. query]),
        }.Uri;
}
