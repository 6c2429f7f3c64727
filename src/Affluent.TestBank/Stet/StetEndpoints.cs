using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Affluent.TestBank.Authorization;
using Affluent.TestBank.Consents;
using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;
using Affluent.TestBank.Website;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.TestBank.Stet;

/// <summary>Account information by STET 1.4.2: accounts, balances, transactions, identity and the consent of the mixed model.</summary>
internal sealed class StetEndpoints(
    Bank bank,
    ConsentBook consents,
    AccessTokens tokens,
    FaultInjection faults,
    BankClock clock
)
{
    private const string Hal = "application/hal+json; charset=utf-8";
    private const int LongestRequestId = 70;

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.ServiceProvider.GetRequiredService<StetEndpoints>();
        app.MapGet(StetPaths.Accounts, api.Accounts);
        app.MapGet(StetPaths.Accounts + "/{id}/balances", api.Balances);
        app.MapGet(StetPaths.Accounts + "/{id}/transactions", api.Transactions);
        app.MapGet(StetPaths.Api + "/end-user-identity", api.Identity);
        app.MapPut(StetPaths.Api + "/consents", api.Consents);
    }

    private Task<IResult> Accounts(HttpContext http, CancellationToken cancellation) =>
        With(
            http,
            null,
            (customer, consent) =>
            {
                var mixed = IsMixed(customer, consent);
                var accounts = PaymentAccounts
                    .Of(customer)
                    .Select(s => StetAccounts.Resource(customer, s.Account, consent))
                    .Where(a => mixed || a.ResourceId is not null)
                    .ToList();
                return accounts.Count == 0
                    ? Results.NoContent()
                    : Json(
                        new HalAccounts(
                            consent.PsuIdentity ? customer.Person.Owner : null,
                            accounts,
                            new AccountsLinks(
                                new GenericLink(StetPaths.Accounts),
                                mixed ? new GenericLink(StetPaths.Api + "/consents") : null,
                                consent.PsuIdentity ? new GenericLink(StetPaths.Api + "/end-user-identity") : null
                            )
                        ),
                        StetJson.Default.HalAccounts
                    );
            },
            cancellation
        );

    private Task<IResult> Balances(HttpContext http, string id, CancellationToken cancellation) =>
        With(
            http,
            id,
            (customer, consent) =>
            {
                var (statement, refused) = Allowed(http, customer, id, consent.Balances);
                return statement is null
                    ? refused!
                    : Json(
                        new HalBalances(
                            StetAccounts.Balances(statement),
                            new BalancesLinks(
                                StetAccounts.Link(statement.Account, "/balances"),
                                new GenericLink(StetPaths.Accounts),
                                consent.Transactions.Contains(id, StringComparer.Ordinal)
                                    ? StetAccounts.Link(statement.Account, "/transactions")
                                    : null
                            )
                        ),
                        StetJson.Default.HalBalances
                    );
            },
            cancellation
        );

    private Task<IResult> Transactions(HttpContext http, string id, CancellationToken cancellation) =>
        With(
            http,
            id,
            (customer, consent) =>
            {
                var (statement, refused) = Allowed(http, customer, id, consent.Transactions);
                if (statement is null)
                {
                    return refused!;
                }

                var (query, wrong) = TransactionQuery.Read(http.Request.Query);
                if (query is null)
                {
                    return Problem(http, StatusCodes.Status400BadRequest, wrong!);
                }

                var asked = query;
                if (TransactionPage.IsShort(customer, consent, clock.Now))
                {
                    var oldest = TransactionPage.Oldest(clock.Today);
                    if (query.DateFrom < oldest)
                    {
                        return Problem(
                            http,
                            StatusCodes.Status403Forbidden,
                            "history beyond 90 days needs a strong authentication"
                        );
                    }

                    asked = query with { DateFrom = query.DateFrom ?? oldest };
                }

                var matching = TransactionPage.Matching(statement, asked);
                if (matching is null)
                {
                    return Problem(http, StatusCodes.Status400BadRequest, "afterEntryReference is unknown");
                }

                return matching.Count == 0
                    ? Results.NoContent()
                    : Json(
                        TransactionPage.Of(
                            statement,
                            query,
                            matching,
                            consent.Balances.Contains(id, StringComparer.Ordinal),
                            customer.Person.Faults.Contains(Fault.RepeatPage)
                        ),
                        StetJson.Default.HalTransactions
                    );
            },
            cancellation
        );

    private Task<IResult> Identity(HttpContext http, CancellationToken cancellation) =>
        With(
            http,
            null,
            (customer, consent) =>
                !consent.PsuIdentity ? Problem(http, StatusCodes.Status403Forbidden, "no consent for the identity")
                : customer.Person.Owner.Length == 0 ? Results.NoContent()
                : Json(
                    new HalIdentity(
                        customer.Person.Owner,
                        new IdentityLinks(
                            new GenericLink(StetPaths.Api + "/end-user-identity"),
                            new GenericLink(StetPaths.Accounts)
                        )
                    ),
                    StetJson.Default.HalIdentity
                ),
            cancellation
        );

    private async Task<IResult> Consents(HttpContext http, CancellationToken cancellation)
    {
        Access? access = null;
        try
        {
            if (http.Request.HasJsonContentType())
            {
                access = await http.Request.ReadFromJsonAsync(StetJson.Default.Access, cancellation);
            }
        }
        // The latter: a body in an encoding that nobody knows.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Answered below, after the checks that every request passes first.
        }

        return await With(
            http,
            null,
            (customer, consent) =>
            {
                if (!IsMixed(customer, consent))
                {
                    return Problem(http, StatusCodes.Status403Forbidden, "this customer chooses accounts at the bank");
                }

                if (
                    access is not { Balances: { } balances, Transactions: { } transactions, PsuIdentity: { } identity }
                    || access.TrustedBeneficiaries is null
                )
                {
                    return Problem(
                        http,
                        StatusCodes.Status400BadRequest,
                        "an Access object is due: balances, transactions, trustedBeneficiaries, psuIdentity"
                    );
                }

                if (
                    StetAccounts.Named(customer, balances) is not { } forBalances
                    || StetAccounts.Named(customer, transactions) is not { } forTransactions
                )
                {
                    return Problem(http, StatusCodes.Status400BadRequest, "an account of the consent is unknown");
                }

                consents.Replace(consent.Id, forBalances, forTransactions, identity);
                return Results.StatusCode(StatusCodes.Status201Created);
            },
            cancellation
        );
    }

    private static bool IsMixed(Customer customer, Consent consent) =>
        consent.Mixed || customer.Person.Consent == ConsentModel.Mixed;

    // What every request passes: its headers, its token, the consent behind it, the customer behind that, and the faults of that customer.
    private async Task<IResult> With(
        HttpContext http,
        string? accountId,
        Func<Customer, Consent, IResult> answer,
        CancellationToken cancellation
    )
    {
        var requestId = http.Request.Headers["X-Request-ID"].ToString();
        if (requestId.Length is 0 or > LongestRequestId)
        {
            return Problem(
                http,
                StatusCodes.Status400BadRequest,
                "X-Request-ID is missing or longer than 70 characters"
            );
        }

        http.Response.Headers["X-Request-ID"] = requestId;
        if (!Accepts(http))
        {
            return Problem(http, StatusCodes.Status406NotAcceptable, "this API speaks application/hal+json");
        }

        if (
            BearerToken.Of(http.Request) is not { } token
            || tokens.Open(token, http.Connection.ClientCertificate) is not { } id
            || consents.Live(id, Face.Stet) is not { } consent
        )
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return Problem(http, StatusCodes.Status401Unauthorized, "the access token is missing, over or revoked");
        }

        if (await bank.Find(consent.Visitor!, cancellation) is not { } customer)
        {
            return Problem(http, StatusCodes.Status503ServiceUnavailable, "the customer's data cannot be read");
        }

        return await faults.Apply(http, customer, accountId) switch
        {
            FaultEffect.MaintenancePage => WebsiteEndpoints.Notice(http, "maintenance", StatusCodes.Status200OK),
            FaultEffect.Failure => Problem(http, StatusCodes.Status500InternalServerError, "the bank has failed"),
            FaultEffect.None => answer(customer, consent),
        };
    }

    private static (Statement? Statement, IResult? Refused) Allowed(
        HttpContext http,
        Customer customer,
        string id,
        IReadOnlyList<string> consented
    )
    {
        var statement = PaymentAccounts
            .Of(customer)
            .FirstOrDefault(s => string.Equals(s.Account.Id, id, StringComparison.Ordinal));
        if (statement is null)
        {
            return (null, Problem(http, StatusCodes.Status404NotFound, "no such account"));
        }

        return consented.Contains(id, StringComparer.Ordinal)
            ? (statement, null)
            : (null, Problem(http, StatusCodes.Status403Forbidden, "no consent for this account"));
    }

    private static bool Accepts(HttpContext http)
    {
        var accept = http.Request.GetTypedHeaders().Accept;
        return accept.Count == 0
            || accept.Any(a =>
                a.MatchesAllTypes
                || a.MediaType.Equals("application/*", StringComparison.OrdinalIgnoreCase)
                || a.MediaType.Equals("application/hal+json", StringComparison.OrdinalIgnoreCase)
                || a.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            );
    }

    private static IResult Json<T>(T value, JsonTypeInfo<T> type) => Results.Json(value, type, Hal);

    /// <summary>The <c>ErrorModel</c> of the standard.</summary>
    public static IResult Problem(HttpContext http, int status, string message)
    {
        var clock = http.RequestServices.GetRequiredService<BankClock>();
        var path = http.Request.Path.ToString();
        var error = new ErrorModel(
            clock.Now,
            status,
            ReasonPhrases.GetReasonPhrase(status),
            message,
            path.Length > 140 ? path[..140] : path
        );
        return Results.Json(error, StetJson.Default.ErrorModel, Hal, status);
    }
}
