using System.Text.Json.Serialization.Metadata;
using Affluent.TestBank.Authorization;
using Affluent.TestBank.Consents;
using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;
using Affluent.TestBank.Website;

namespace Affluent.TestBank.BerlinGroup;

/// <summary>A request for data that is allowed, and whose it is.</summary>
internal sealed record AllowedRequest(BerlinGroupInterface At, Customer Customer, Consent Consent);

/// <summary>What every request of the face passes: its headers, its token, the consent, the customer behind it, and the faults of that customer.</summary>
internal sealed class BerlinGroupRequests(
    Bank bank,
    ConsentBook consents,
    AccessTokens tokens,
    FaultInjection faults,
    ConsentAuthorisations authorisations,
    UnattendedReads reads,
    BankClock clock
)
{
    /// <summary>Looks at the headers that all requests have; null: they are as they must be.</summary>
    public static IResult? Refused(HttpContext http)
    {
        var id = http.Request.Headers["X-Request-ID"].ToString();
        if (!Guid.TryParseExact(id, "D", out _))
        {
            return BerlinGroupProblem.Format("is a UUID", "X-Request-ID");
        }

        http.Response.Headers["X-Request-ID"] = id;
        return null;
    }

    /// <summary>The consent that a path names, brought up to date.</summary>
    public async Task<(Consent? Consent, IResult? Refused)> Named(
        HttpContext http,
        BerlinGroupInterface at,
        string id,
        CancellationToken cancellation
    )
    {
        if (Refused(http) is { } refused)
        {
            return (null, refused);
        }

        var (customer, closed) = LetInBefore(http, at);
        if (closed is not null)
        {
            return (null, closed);
        }

        await authorisations.Finish(id, cancellation);
        return Find(id, at) is not { } consent
                ? (
                    null,
                    BerlinGroupProblem.Of(StatusCodes.Status403Forbidden, "CONSENT_UNKNOWN", "no such consent here")
                )
            : OfAnother(customer, consent) is { } wrong ? (null, wrong)
            : (consent, null);
    }

    /// <summary>Who has let the third party in, where that comes before consents; refused: nobody has.</summary>
    public (Visitor? Customer, IResult? Refused) LetInBefore(HttpContext http, BerlinGroupInterface at)
    {
        if (!at.WantsTokenBefore)
        {
            return (null, null);
        }

        if (BearerToken.Of(http.Request) is not { } token)
        {
            return (null, BerlinGroupProblem.Unauthorized("TOKEN_UNKNOWN", "an access token is due"));
        }

        return
            tokens.Open(token, http.Connection.ClientCertificate) is { } id
            && consents.Live(id, Face.BerlinGroup) is { Visitor: { } customer } before
            && before.Demand?.Api == BerlinGroupPaths.Prestep.Root
            ? (customer, null)
            : (
                null,
                BerlinGroupProblem.Unauthorized("TOKEN_INVALID", "the access token is over, or not of this server")
            );
    }

    private static IResult? OfAnother(Visitor? customer, Consent consent) =>
        customer is null || consent.Visitor == customer
            ? null
            : BerlinGroupProblem.Unauthorized("TOKEN_INVALID", "the access token is of another customer");

    /// <summary>Answers a request for data.</summary>
    public async Task<IResult> ForData(
        HttpContext http,
        BerlinGroupInterface at,
        string? accountId,
        Func<AllowedRequest, IResult> answer,
        CancellationToken cancellation
    )
    {
        if (Refused(http) is { } refused)
        {
            return refused;
        }

        var (visitor, closed) = LetInBefore(http, at);
        if (closed is not null)
        {
            return closed;
        }

        var id = http.Request.Headers["Consent-ID"].ToString();
        if (id.Length == 0)
        {
            return BerlinGroupProblem.Format("is missing", "Consent-ID");
        }

        await authorisations.Finish(id, cancellation);
        if (Find(id, at) is not { } consent)
        {
            return BerlinGroupProblem.Of(
                StatusCodes.Status400BadRequest,
                "CONSENT_UNKNOWN",
                "no such consent here",
                "Consent-ID"
            );
        }

        if (OfAnother(visitor, consent) is { } wrong)
        {
            return wrong;
        }

        if (!consent.IsLive(clock.Now))
        {
            var status = ConsentDemands.Status(consent, clock.Now);
            return BerlinGroupProblem.Unauthorized(
                status == "expired" ? "CONSENT_EXPIRED" : "CONSENT_INVALID",
                $"the consent is {status}"
            );
        }

        if (at.Approach == ScaApproach.OAuth && RefusedToken(http, consent) is { } noToken)
        {
            return noToken;
        }

        if (await bank.Find(consent.Visitor!, cancellation) is not { } customer)
        {
            return Unavailable("the customer's data cannot be read");
        }

        if (http.Request.Headers["PSU-IP-Address"].Count == 0 && !reads.Count(consent, http.Request))
        {
            return BerlinGroupProblem.Of(
                StatusCodes.Status429TooManyRequests,
                "ACCESS_EXCEEDED",
                $"the consent allows {consent.Demand!.FrequencyPerDay} a day without the customer"
            );
        }

        return await faults.Apply(http, customer, accountId) switch
        {
            FaultEffect.MaintenancePage => WebsiteEndpoints.Notice(http, "maintenance", StatusCodes.Status200OK),
            FaultEffect.Failure => BerlinGroupProblem.Of(
                StatusCodes.Status500InternalServerError,
                "INTERNAL_SERVER_ERROR",
                "the bank has failed"
            ),
            FaultEffect.None => answer(new AllowedRequest(at, customer, consent)),
        };
    }

    /// <summary>What a third party is told that cannot end its consent now; null: it can.</summary>
    public async Task<IResult?> FailsToRevoke(Consent consent, CancellationToken cancellation) =>
        consent.Visitor is { } visitor
        && await bank.Find(visitor, cancellation) is { } customer
        && customer.Person.Faults.Contains(Fault.RevocationFails)
            ? Unavailable("the bank cannot end consents now")
            : null;

    private static IResult Unavailable(string text) =>
        BerlinGroupProblem.Of(StatusCodes.Status503ServiceUnavailable, "SERVICE_UNAVAILABLE", text);

    public static IResult Json<T>(T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) =>
        Results.Json(value, type, statusCode: status);

    private Consent? Find(string id, BerlinGroupInterface at) =>
        consents.Find(id, Face.BerlinGroup) is { } consent
        && string.Equals(consent.Demand?.Api, at.Api, StringComparison.Ordinal)
            ? consent
            : null;

    private IResult? RefusedToken(HttpContext http, Consent consent)
    {
        if (BearerToken.Of(http.Request) is not { } token)
        {
            return BerlinGroupProblem.Unauthorized("TOKEN_UNKNOWN", "an access token is due");
        }

        return
            tokens.Open(token, http.Connection.ClientCertificate) is { } id
            && string.Equals(id, consent.Id, StringComparison.Ordinal)
            ? null
            : BerlinGroupProblem.Unauthorized("TOKEN_INVALID", "the access token is over, or for another consent");
    }
}

/// <summary>
/// Counts what is read while no customer is there: each list of each account so often a day as the consent says (EU 2018/389, article 36). Further
/// pages of a list are not counted.
/// </summary>
internal sealed class UnattendedReads(BankClock clock)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);
    private DateOnly day;

    /// <summary>Counts the request; false: it is one too many.</summary>
    public bool Count(Consent consent, HttpRequest request)
    {
        if (request.Query.ContainsKey("page"))
        {
            return true;
        }

        lock (gate)
        {
            if (clock.Today != day)
            {
                counts.Clear();
                day = clock.Today;
            }

            var key = $"{consent.Id} {request.Path}";
            counts[key] = counts.GetValueOrDefault(key) + 1;
            return counts[key] <= consent.Demand!.FrequencyPerDay;
        }
    }
}
