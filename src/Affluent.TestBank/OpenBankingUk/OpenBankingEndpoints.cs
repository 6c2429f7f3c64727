using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Affluent.TestBank.Authorization;
using Affluent.TestBank.Consents;
using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.TestBank.OpenBankingUk;

/// <summary>Account information by the Read/Write Data API of UK Open Banking: consents under the third party's own token, data under the customer's.</summary>
internal sealed class OpenBankingEndpoints(
    ConsentBook consents,
    OpenBankingRequests requests,
    BankClock clock,
    TestBankOptions options
)
{
    private const int PageSize = 100;
    private const int MostPages = 1_000_000;

    public static void Map(IEndpointRouteBuilder app)
    {
        AuthorizationPages.Map(app, OpenBankingPaths.Server);
        TokenEndpoint.Map(app, OpenBankingPaths.Server);
        RevocationEndpoint.Map(app, OpenBankingPaths.Server);
        PushedRequests.Map(app, OpenBankingPaths.Server);
        OpenBankingServer.Map(app);
        foreach (var at in OpenBankingPaths.Interfaces)
        {
            Map(app, app.ServiceProvider.GetRequiredService<OpenBankingEndpoints>(), at);
        }
    }

    private static void Map(IEndpointRouteBuilder app, OpenBankingEndpoints api, OpenBankingInterface at)
    {
        app.MapPost(
            at.Consents,
            (HttpContext http, CancellationToken cancellation) => api.Create(http, at, cancellation)
        );
        app.MapGet(at.Consents + "/{id}", (HttpContext http, string id) => api.Show(http, at, id));
        app.MapDelete(
            at.Consents + "/{id}",
            (HttpContext http, string id, CancellationToken cancellation) => api.End(http, at, id, cancellation)
        );
        app.MapGet(
            at.Accounts,
            (HttpContext http, CancellationToken cancellation) => api.Accounts(http, at, null, cancellation)
        );
        app.MapGet(
            at.Accounts + "/{id}",
            (HttpContext http, string id, CancellationToken cancellation) => api.Accounts(http, at, id, cancellation)
        );
        app.MapGet(
            at.Accounts + "/{id}/balances",
            (HttpContext http, string id, CancellationToken cancellation) => api.Balances(http, at, id, cancellation)
        );
        app.MapGet(
            at.Accounts + "/{id}/transactions",
            (HttpContext http, string id, CancellationToken cancellation) =>
                api.Transactions(http, at, id, cancellation)
        );
        app.MapGet(
            at.Accounts + "/{id}/party",
            (HttpContext http, string id, CancellationToken cancellation) =>
                api.Party(http, at, id, "ReadParty", cancellation)
        );
        app.MapGet(
            at.Api + "/party",
            (HttpContext http, CancellationToken cancellation) =>
                api.Party(http, at, null, "ReadPartyPSU", cancellation)
        );
    }

    private async Task<IResult> Create(HttpContext http, OpenBankingInterface at, CancellationToken cancellation)
    {
        if (requests.RefusedThirdParty(http) is { } refused)
        {
            return refused;
        }

        JsonElement body = default;
        try
        {
            if (http.Request.HasJsonContentType())
            {
                body = await http.Request.ReadFromJsonAsync(OpenBankingJson.Default.JsonElement, cancellation);
            }
        }
        // The latter: a body in an encoding that nobody knows.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Refused below.
        }

        var (demand, error, wrong, path) = PermissionDemands.Read(body, at);
        if (demand is null)
        {
            return OpenBankingProblem.Of(at, StatusCodes.Status400BadRequest, error, wrong!, path);
        }

        if (demand.Ends <= clock.Now)
        {
            return OpenBankingProblem.Of(
                at,
                StatusCodes.Status400BadRequest,
                OpenBankingError.FieldInvalidDate,
                "is over",
                "Data.ExpirationDateTime"
            );
        }

        var consent = new Consent
        {
            Id = Visits.NewSecret(),
            ClientId = options.ClientId,
            Face = Face.OpenBankingUk,
            State = ConsentState.Asked,
            Visitor = null,
            Scope = "openid accounts",
            GrantedAt = clock.Now,
            Expires = clock.Now + ConsentDemand.Patience,
            Demand = demand,
        };
        consents.Add(consent);
        return OpenBankingProblem.Json(AnswerFor(http, at, consent), StatusCodes.Status201Created);
    }

    private IResult Show(HttpContext http, OpenBankingInterface at, string id) =>
        requests.RefusedThirdParty(http)
        ?? (
            Find(id, at) is { } consent
                ? OpenBankingProblem.Json(AnswerFor(http, at, consent))
                : OpenBankingRequests.Unknown(at, "no such consent")
        );

    private async Task<IResult> End(
        HttpContext http,
        OpenBankingInterface at,
        string id,
        CancellationToken cancellation
    )
    {
        if (requests.RefusedThirdParty(http) is { } refused)
        {
            return refused;
        }

        if (Find(id, at) is not { } consent || !(consent.IsLive(clock.Now) || consent.IsWaiting(clock.Now)))
        {
            return OpenBankingRequests.Unknown(at, "no such consent, or it has ended");
        }

        if (await requests.FailsToRevoke(at, consent, cancellation) is { } failure)
        {
            return failure;
        }

        consents.End(id);
        return Results.NoContent();
    }

    private Task<IResult> Accounts(
        HttpContext http,
        OpenBankingInterface at,
        string? id,
        CancellationToken cancellation
    ) =>
        requests.ForData(
            http,
            at,
            id,
            null,
            reading =>
                OpenBankingProblem.Json(
                    Page(
                        http,
                        "Account",
                        new JsonArray([
                            .. PaymentAccounts
                                .WithClosed(reading.Customer)
                                .Select(s => s.Account)
                                .Where(a => id is null ? reading.Consent.Shows(a.Id) : a.Id == id)
                                .Select(a => OpenBankingAccounts.Account(reading, a, clock.Today)),
                        ])
                    )
                ),
            cancellation
        );

    private Task<IResult> Balances(
        HttpContext http,
        OpenBankingInterface at,
        string id,
        CancellationToken cancellation
    ) =>
        requests.ForData(
            http,
            at,
            id,
            "ReadBalances",
            reading =>
                OpenBankingProblem.Json(Page(http, "Balance", OpenBankingAccounts.Balances(reading, reading.Account!))),
            cancellation
        );

    private Task<IResult> Party(
        HttpContext http,
        OpenBankingInterface at,
        string? id,
        string permission,
        CancellationToken cancellation
    ) =>
        requests.ForData(
            http,
            at,
            id,
            permission,
            reading => OpenBankingProblem.Json(Page(http, "Party", OpenBankingAccounts.Party(reading.Customer))),
            cancellation
        );

    private Task<IResult> Transactions(
        HttpContext http,
        OpenBankingInterface at,
        string id,
        CancellationToken cancellation
    ) =>
        requests.ForData(
            http,
            at,
            id,
            "ReadTransactions",
            reading =>
            {
                var query = http.Request.Query;
                var number = 1;
                if (
                    !TryMoment(query["fromBookingDateTime"], out var from)
                    || !TryMoment(query["toBookingDateTime"], out var to)
                    || (
                        query["page"].ToString() is { Length: > 0 } text
                        && (
                            !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
                            || number is < 1 or > MostPages
                        )
                    )
                )
                {
                    return OpenBankingProblem.Of(
                        at,
                        StatusCodes.Status400BadRequest,
                        OpenBankingError.FieldInvalidDate,
                        "a date-time, or the number of a page, cannot be read"
                    );
                }

                var oldest = requests.OldestFor(reading);
                if (from < oldest)
                {
                    return OpenBankingProblem.Of(
                        at,
                        StatusCodes.Status403Forbidden,
                        OpenBankingError.Reauthenticate,
                        "more than 90 days back needs a fresh authentication"
                    );
                }

                var demand = reading.Consent.Demand!;
                var entries = reading
                    .Account!.Entries.Where(e =>
                        BankClock.StartOf(e.BookingDate) is var day
                        && !(day < (from ?? oldest))
                        && !(day > to)
                        && !(day < demand.TransactionsFrom)
                        && !(day > demand.TransactionsTo)
                        && reading.May(e.Amount < 0 ? "ReadTransactionsDebits" : "ReadTransactionsCredits")
                    )
                    .ToList();
                var repeats = reading.Customer.Person.Faults.Contains(Fault.RepeatPage);
                var skip = repeats ? 0 : (int)Math.Min(entries.Count, (number - 1L) * PageSize);
                var page = Page(
                    http,
                    "Transaction",
                    new JsonArray([
                        .. entries
                            .Skip(skip)
                            .Take(PageSize)
                            .Select(e => OpenBankingAccounts.Transaction(reading, e, reading.Account.Account)),
                    ])
                );
                var last = Math.Max(1, (entries.Count + PageSize - 1) / PageSize);
                page["Meta"]!["TotalPages"] = last;
                foreach (
                    var (name, other) in new[]
                    {
                        ("First", 1),
                        ("Last", last),
                        ("Prev", number > 1 ? Math.Min(number - 1, last) : 0),
                        ("Next", repeats || number < last ? number + 1 : 0),
                    }
                )
                {
                    if (other > 0)
                    {
                        page["Links"]![name] = LinkTo(http, other);
                    }
                }

                return OpenBankingProblem.Json(page);
            },
            cancellation
        );

    private JsonObject Page(HttpContext http, string name, JsonNode rows) =>
        new()
        {
            ["Data"] = new JsonObject { [name] = rows },
            ["Links"] = new JsonObject
            {
                ["Self"] = options.AddressOf(http.Request) + http.Request.Path + http.Request.QueryString,
            },
            ["Meta"] = new JsonObject(),
        };

    private string LinkTo(HttpContext http, int page) =>
        QueryHelpers.AddQueryString(
            options.AddressOf(http.Request) + http.Request.Path,
            http.Request.Query.Where(q => q.Key != "page")
                .Append(new("page", page.ToString(CultureInfo.InvariantCulture)))
        );

    private JsonObject AnswerFor(HttpContext http, OpenBankingInterface at, Consent consent) =>
        PermissionDemands.Tell(consent, at, clock.Now, options.AddressOf(http.Request));

    private Consent? Find(string id, OpenBankingInterface at) =>
        consents.Find(id, Face.OpenBankingUk) is { } consent
        && string.Equals(consent.Demand?.Api, at.Api, StringComparison.Ordinal)
            ? consent
            : null;

    // Without an offset, as the standard wants it in a query, the time is the bank's.
    private static bool TryMoment(string? text, out DateTimeOffset? moment)
    {
        moment = null;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        if (
            !DateTimeOffset.TryParse(
                text.Replace(' ', '+'),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var read
            )
        )
        {
            return false;
        }

        // Whatever the hour: days are what the bank counts.
        moment = BankClock.StartOf(DateOnly.FromDateTime(read.DateTime));
        return true;
    }
}
