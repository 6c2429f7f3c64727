using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.TestBank.Authorization;
using Affluent.TestBank.Consents;
using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;
using Affluent.TestBank.Website;

namespace Affluent.TestBank.OpenBankingUk;

/// <summary>A request for data that is allowed, and whose it is.</summary>
/// <param name="Account">The account that it is about; null: none alone.</param>
internal sealed record AllowedReading(OpenBankingInterface At, Customer Customer, Consent Consent, Statement? Account)
{
    public bool May(string permission) => Consent.Demand!.Permissions.Contains(permission, StringComparer.Ordinal);
}

/// <summary>What every request of the face passes: its token, the consent, the customer behind it, and the faults of that customer.</summary>
internal sealed class OpenBankingRequests(
    Bank bank,
    ConsentBook consents,
    AccessTokens tokens,
    FaultInjection faults,
    BankClock clock
)
{
    /// <summary>How far back the bank goes without a fresh authentication (EU 2018/389 article 10).</summary>
    private const int ShortHistoryDays = 90;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(60);

    /// <summary>Looks for a token of the third party's own; null: it is there.</summary>
    public IResult? RefusedThirdParty(HttpContext http)
    {
        Begin(http);
        return TokenOf(http) is { } id && id.StartsWith(AuthorizationServer.ThirdParty, StringComparison.Ordinal)
            ? null
            : Unauthorized(http);
    }

    /// <summary>Answers a request for data.</summary>
    /// <param name="permission">What the consent must allow, or how that begins; null: no more than accounts.</param>
    public async Task<IResult> ForData(
        HttpContext http,
        OpenBankingInterface at,
        string? accountId,
        string? permission,
        Func<AllowedReading, IResult> answer,
        CancellationToken cancellation
    )
    {
        Begin(http);
        if (TokenOf(http) is not { } id || consents.Find(id, Face.OpenBankingUk) is not { } consent)
        {
            return Unauthorized(http);
        }

        if (!consent.IsLive(clock.Now) || !string.Equals(consent.Demand?.Api, at.Api, StringComparison.Ordinal))
        {
            return consent.IsLive(clock.Now)
                ? Forbidden(at, OpenBankingError.ConsentMismatch, "the consent is for another version")
                : Forbidden(at, OpenBankingError.InvalidConsentStatus, "the consent has ended");
        }

        if (
            permission is not null
            && !consent.Demand!.Permissions.Any(p =>
                permission == "ReadTransactions" ? p.StartsWith(permission, StringComparison.Ordinal) : p == permission
            )
        )
        {
            return Forbidden(at, OpenBankingError.ConsentMismatch, "the consent does not allow that");
        }

        if (await bank.Find(consent.Visitor!, cancellation) is not { } customer)
        {
            return Failure(at, StatusCodes.Status503ServiceUnavailable, "the customer's data cannot be read");
        }

        var account = PaymentAccounts
            .WithClosed(customer)
            .FirstOrDefault(s => string.Equals(s.Account.Id, accountId, StringComparison.Ordinal));
        if (accountId is not null && (account is null || !consent.Shows(accountId)))
        {
            return account is null
                ? Unknown(at, "no such account")
                : Forbidden(at, OpenBankingError.ConsentMismatch, "the consent is not for this account");
        }

        return await faults.Apply(http, customer, accountId) switch
        {
            FaultEffect.MaintenancePage => WebsiteEndpoints.Notice(http, "maintenance", StatusCodes.Status200OK),
            FaultEffect.Failure => Failure(at, StatusCodes.Status500InternalServerError, "the bank has failed"),
            FaultEffect.None => answer(new AllowedReading(at, customer, consent, account)),
        };
    }

    /// <summary>What a third party is told that cannot end its consent now; null: it can.</summary>
    public async Task<IResult?> FailsToRevoke(
        OpenBankingInterface at,
        Consent consent,
        CancellationToken cancellation
    ) =>
        consent.Visitor is { } visitor
        && await bank.Find(visitor, cancellation) is { } customer
        && customer.Person.Faults.Contains(Fault.RevocationFails)
            ? Failure(at, StatusCodes.Status503ServiceUnavailable, "the bank cannot end consents now")
            : null;

    /// <summary>From when on this customer's bank gives transactions now; null: all that it has.</summary>
    public DateTimeOffset? OldestFor(AllowedReading reading) =>
        reading.Customer.Person.ShortHistory && clock.Now - reading.Consent.GrantedAt > Fresh
            ? BankClock.StartOf(clock.Today.AddDays(-ShortHistoryDays))
            : null;

    public static IResult Unknown(OpenBankingInterface at, string message) =>
        OpenBankingProblem.Of(at, StatusCodes.Status400BadRequest, OpenBankingError.NotFound, message);

    private static IResult Forbidden(OpenBankingInterface at, OpenBankingError error, string message) =>
        OpenBankingProblem.Of(at, StatusCodes.Status403Forbidden, error, message);

    private static IResult Failure(OpenBankingInterface at, int status, string message) =>
        OpenBankingProblem.Of(at, status, OpenBankingError.UnexpectedError, message);

    // The standard gives it no body.
    private static IResult Unauthorized(HttpContext http)
    {
        http.Response.Headers.WWWAuthenticate = "Bearer";
        return Results.StatusCode(StatusCodes.Status401Unauthorized);
    }

    private static void Begin(HttpContext http)
    {
        var id = http.Request.Headers["x-fapi-interaction-id"].ToString();
        http.Response.Headers["x-fapi-interaction-id"] = Guid.TryParseExact(id, "D", out _)
            ? id
            : Guid.NewGuid().ToString("D");
    }

    private string? TokenOf(HttpContext http) =>
        BearerToken.Of(http.Request) is { } token ? tokens.Open(token, http.Connection.ClientCertificate) : null;
}

[JsonSerializable(typeof(JsonElement))]
internal sealed partial class OpenBankingJson : JsonSerializerContext;
