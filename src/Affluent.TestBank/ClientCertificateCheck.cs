using Affluent.TestBank.Authorization;
using Affluent.TestBank.BerlinGroup;
using Affluent.TestBank.OpenBankingUk;
using Affluent.TestBank.Stet;

namespace Affluent.TestBank;

/// <summary>
/// Looks at the certificate that third parties show when they connect, before anything else looks at the request. Its key is registered, so that no
/// authority has to be believed (RFC 8705, section 2.2). Customers show none.
/// </summary>
internal sealed class ClientCertificateCheck(TestBankOptions options, BankClock clock)
{
    private static readonly IReadOnlyList<AuthorizationServer> Servers =
    [
        StetPaths.Server,
        BerlinGroupPaths.Server,
        BerlinGroupPaths.Prestep,
        OpenBankingPaths.Server,
    ];

    public Task Check(HttpContext http, RequestDelegate next)
    {
        if (options is not { Strictness: not Strictness.Off, ClientCertificateKey: { } key })
        {
            return next(http);
        }

        var refusal = http.Connection.ClientCertificate switch
        {
            null when options.Strictness == Strictness.Strict => RefusalOf(
                http,
                "CERTIFICATE_MISSING",
                "the client certificate is missing"
            ),
            null => null,
            var shown when !PublicKeys.IsOf(key, shown) => RefusalOf(
                http,
                "CERTIFICATE_INVALID",
                "the client certificate is not the registered one"
            ),
            var shown
                when clock.Now < new DateTimeOffset(shown.NotBefore)
                    || clock.Now > new DateTimeOffset(shown.NotAfter) => RefusalOf(
                http,
                "CERTIFICATE_EXPIRED",
                "the client certificate is not good now"
            ),
            _ => null,
        };
        return refusal?.ExecuteAsync(http) ?? next(http);
    }

    // Null where nobody has to show one.
    private static IResult? RefusalOf(HttpContext http, string code, string fault)
    {
        if (IsBelow(http, StetPaths.Api))
        {
            return StetEndpoints.Problem(http, StatusCodes.Status400BadRequest, fault);
        }

        if (BerlinGroupPaths.Interfaces.Any(at => IsBelow(http, at.Api)))
        {
            return BerlinGroupProblem.Unauthorized(code, fault);
        }

        if (OpenBankingPaths.Interfaces.Any(at => IsBelow(http, at.Api)))
        {
            // RFC 8705, section 3; the standard gives it no body.
            http.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
            return Results.StatusCode(StatusCodes.Status401Unauthorized);
        }

        return Servers.Any(server =>
            http.Request.Path is { Value: { } path }
            && (path == server.Token || path == server.Revoke || path == server.Push)
        )
            ? ClientRequests.Error("invalid_client", fault, StatusCodes.Status401Unauthorized)
            : null;
    }

    private static bool IsBelow(HttpContext http, string root) =>
        http.Request.Path.StartsWithSegments(root, StringComparison.Ordinal);
}
