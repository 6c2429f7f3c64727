using System.Globalization;
using System.Text;
using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.BerlinGroup;

/// <summary>Accounts, cards, balances and transactions under a consent (NextGenPSD2 1.3, section 6.6).</summary>
internal sealed class AccountEndpoints(BerlinGroupRequests requests, BankClock clock)
{
    /// <summary>How far back the bank goes without a fresh authentication (EU 2018/389 article 10).</summary>
    private const int ShortHistoryDays = 90;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(60);

    public static void Map(IEndpointRouteBuilder app, BerlinGroupInterface at)
    {
        var endpoints = app.ServiceProvider.GetRequiredService<AccountEndpoints>();
        foreach (var (path, cards) in new[] { ("/accounts", false), ("/card-accounts", true) })
        {
            app.MapGet(
                at.Api + path,
                (HttpContext http, CancellationToken cancellation) => endpoints.Accounts(http, at, cards, cancellation)
            );
            app.MapGet(
                at.Api + path + "/{id}",
                (HttpContext http, string id, CancellationToken cancellation) =>
                    endpoints.Account(http, at, id, cards, cancellation)
            );
            app.MapGet(
                at.Api + path + "/{id}/balances",
                (HttpContext http, string id, CancellationToken cancellation) =>
                    endpoints.Balances(http, at, id, cards, cancellation)
            );
            app.MapGet(
                at.Api + path + "/{id}/transactions",
                (HttpContext http, string id, CancellationToken cancellation) =>
                    endpoints.Transactions(http, at, id, cards, cancellation)
            );
        }

        app.MapGet(
            at.Api + "/accounts/{id}/transactions/{transaction}",
            (HttpContext http, string id, string transaction, CancellationToken cancellation) =>
                endpoints.Transaction(http, at, id, transaction, cancellation)
        );
    }

    private Task<IResult> Accounts(
        HttpContext http,
        BerlinGroupInterface at,
        bool cards,
        CancellationToken cancellation
    ) =>
        requests.ForData(
            http,
            at,
            null,
            request =>
            {
                IReadOnlyList<AccountDetails> list =
                [
                    .. BerlinGroupAccounts
                        .Of(request, cards)
                        .Select(s => BerlinGroupAccounts.Details(request, s, WithBalance(http))),
                ];
                return cards
                    ? BerlinGroupRequests.Json(new CardAccountList(list), BerlinGroupJson.Default.CardAccountList)
                    : BerlinGroupRequests.Json(new AccountList(list), BerlinGroupJson.Default.AccountList);
            },
            cancellation
        );

    private Task<IResult> Account(
        HttpContext http,
        BerlinGroupInterface at,
        string id,
        bool cards,
        CancellationToken cancellation
    ) =>
        requests.ForData(
            http,
            at,
            id,
            request =>
            {
                var (statement, refused) = Allowed(request, id, cards, null);
                return statement is null ? refused!
                    : BerlinGroupAccounts.Details(request, statement, WithBalance(http)) is var details && cards
                        ? BerlinGroupRequests.Json(
                            new CardAccountAnswer(details),
                            BerlinGroupJson.Default.CardAccountAnswer
                        )
                    : BerlinGroupRequests.Json(new AccountAnswer(details), BerlinGroupJson.Default.AccountAnswer);
            },
            cancellation
        );

    private Task<IResult> Balances(
        HttpContext http,
        BerlinGroupInterface at,
        string id,
        bool cards,
        CancellationToken cancellation
    ) =>
        requests.ForData(
            http,
            at,
            id,
            request =>
            {
                var (statement, refused) = Allowed(request, id, cards, request.Consent.Balances);
                if (statement is null)
                {
                    return refused!;
                }

                var reference = BerlinGroupAccounts.Reference(statement.Account);
                return BerlinGroupRequests.Json(
                    new BalanceAnswer(
                        cards ? null : reference,
                        cards ? reference : null,
                        BerlinGroupAccounts.Balances(statement)
                    ),
                    BerlinGroupJson.Default.BalanceAnswer
                );
            },
            cancellation
        );

    private Task<IResult> Transactions(
        HttpContext http,
        BerlinGroupInterface at,
        string id,
        bool cards,
        CancellationToken cancellation
    ) =>
        requests.ForData(
            http,
            at,
            id,
            request =>
            {
                var (statement, refused) = Allowed(request, id, cards, request.Consent.Transactions);
                if (statement is null)
                {
                    return refused!;
                }

                var (list, wrong, path) = TransactionList.Read(http.Request.Query);
                if (list is null)
                {
                    return BerlinGroupProblem.Format(wrong!, path);
                }

                if (list.To < list.From || IsTooLongAgo(request, list))
                {
                    return BerlinGroupProblem.Of(
                        StatusCodes.Status400BadRequest,
                        "PERIOD_INVALID",
                        list.To < list.From
                            ? "dateTo is before dateFrom"
                            : $"more than {ShortHistoryDays.ToString(CultureInfo.InvariantCulture)} days back needs a fresh authentication"
                    );
                }

                var form = BerlinGroupReports.FormOf(http.Request);
                if (form is null || (form != ReportForm.Json && (cards || !list.Booked)))
                {
                    return BerlinGroupProblem.Of(
                        StatusCodes.Status406NotAcceptable,
                        "REQUESTED_FORMATS_INVALID",
                        "this list is JSON; what has booked on an account also camt.053 and MT940"
                    );
                }

                if (form is { } other and not ReportForm.Json)
                {
                    return list.AfterReference is null
                        ? Report(statement, list, other)
                        : BerlinGroupProblem.Of(
                            StatusCodes.Status400BadRequest,
                            "PARAMETER_NOT_SUPPORTED",
                            "a statement is of days",
                            "entryReferenceFrom"
                        );
                }

                return list.Matching(statement) is { } matching
                    ? List(request, statement, list, matching)
                    : BerlinGroupProblem.Of(
                        StatusCodes.Status400BadRequest,
                        "RESOURCE_UNKNOWN",
                        "no such entry",
                        "entryReferenceFrom"
                    );
            },
            cancellation
        );

    private Task<IResult> Transaction(
        HttpContext http,
        BerlinGroupInterface at,
        string id,
        string transaction,
        CancellationToken cancellation
    ) =>
        requests.ForData(
            http,
            at,
            id,
            request =>
            {
                var (statement, refused) = Allowed(request, id, cards: false, request.Consent.Transactions);
                return statement is null ? refused!
                    : statement.Entries.FirstOrDefault(e =>
                        string.Equals(e.Reference, transaction, StringComparison.Ordinal)
                    )
                        is { } entry
                        ? BerlinGroupRequests.Json(
                            new TransactionDetailsAnswer(BerlinGroupAccounts.Transaction(at, entry, statement.Account)),
                            BerlinGroupJson.Default.TransactionDetailsAnswer
                        )
                    : Unknown("no such transaction");
            },
            cancellation
        );

    private IResult Report(Statement statement, TransactionList list, ReportForm form)
    {
        var report = StatementOfDays.Of(statement, list.From, list.To);
        return form == ReportForm.Camt053
            ? Results.Text(BerlinGroupReports.Camt053(report, clock.Now), "application/xml", Encoding.UTF8)
            : Results.Text(BerlinGroupReports.Mt940(report), "text/plain", Encoding.UTF8);
    }

    private static IResult List(
        AllowedRequest request,
        Statement statement,
        TransactionList list,
        IReadOnlyList<StatementEntry> matching
    )
    {
        var account = statement.Account;
        var repeats = request.Customer.Person.Faults.Contains(Fault.RepeatPage);
        var skip = repeats ? 0 : (int)Math.Min(matching.Count, (list.Page - 1L) * TransactionList.Size);
        var page = matching.Skip(skip).Take(TransactionList.Size).ToList();
        var links = list.Links(BerlinGroupAccounts.PathOf(request.At, account), matching.Count, repeats);
        var reference = BerlinGroupAccounts.Reference(account);
        var balances =
            list.WithBalance && request.Consent.Balances.Contains(account.Id, StringComparer.Ordinal)
                ? BerlinGroupAccounts.Balances(statement)
                : null;
        Report<T> Report<T>(Func<StatementEntry, T> row) =>
            new(
                list.Booked ? [.. page.Where(e => !e.Pending).Select(row)] : null,
                list.Pending ? [.. page.Where(e => e.Pending).Select(row)] : null,
                links
            );
        return BerlinGroupAccounts.IsCard(account)
            ? BerlinGroupRequests.Json(
                new CardTransactionsAnswer(
                    reference,
                    Report(e => BerlinGroupAccounts.CardTransaction(e, account)),
                    balances
                ),
                BerlinGroupJson.Default.CardTransactionsAnswer
            )
            : BerlinGroupRequests.Json(
                new TransactionsAnswer(
                    reference,
                    Report(e => BerlinGroupAccounts.Transaction(request.At, e, account)),
                    balances
                ),
                BerlinGroupJson.Default.TransactionsAnswer
            );
    }

    private bool IsTooLongAgo(AllowedRequest request, TransactionList list) =>
        request.Customer.Person.ShortHistory
        && clock.Now - request.Consent.GrantedAt > Fresh
        && list.From < clock.Today.AddDays(-ShortHistoryDays);

    /// <param name="consented">The accounts of which this may be read; null: all that may be listed.</param>
    private static (Statement? Statement, IResult? Refused) Allowed(
        AllowedRequest request,
        string id,
        bool cards,
        IReadOnlyList<string>? consented
    )
    {
        var statement = PaymentAccounts
            .WithClosed(request.Customer)
            .FirstOrDefault(s =>
                string.Equals(s.Account.Id, id, StringComparison.Ordinal)
                && BerlinGroupAccounts.IsCard(s.Account) == cards
            );
        return statement is null ? (null, Unknown("no such account"))
            : consented?.Contains(id, StringComparer.Ordinal) ?? request.Consent.Shows(id) ? (statement, null)
            : (
                null,
                BerlinGroupProblem.Unauthorized("CONSENT_INVALID", "the consent does not cover this of the account")
            );
    }

    private static IResult Unknown(string text) =>
        BerlinGroupProblem.Of(StatusCodes.Status404NotFound, "RESOURCE_UNKNOWN", text);

    private static bool WithBalance(HttpContext http) =>
        string.Equals(http.Request.Query["withBalance"], "true", StringComparison.Ordinal);
}
