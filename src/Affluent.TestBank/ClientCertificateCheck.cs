using Affluent.TestBank.Authorization;
using Affluent.TestBank.BerlinGroup;
using Affluent.TestBank.OpenBankingUk;
using Affluent.TestBank.Stet;

namespace Affluent.TestBank;

/// <summary>
/// Looks at the certificate that third parties show when they connect, before anything else looks at the request. Its key is registered, so that no
/// authority has to be believed (RFC 8705, section 2.2). Customers show none.
/// </summary>
internal sealed class ClientCertificateCheck(TestBankOptions options)
{
    private static readonly IReadOnlyList<AuthorizationServer> Servers =
    [
        StetPaths.Server,
        BerlinGroupPaths.Server,
        BerlinGroupPaths.Prestep,
        OpenBankingPaths.Server,
    ];

    public Task Check(HttpContext http, RequestDelegate next) =>
        options is not { Strictness: not Strictness.Off, ClientCertificateKey: { } key } ? next(http)
        : http.Connection.ClientCertificate is not { } shown
            ? (options.Strictness == Strictness.Strict ? RefusalOf(http, isMissing: true) : null)?.ExecuteAsync(http)
                ?? next(http)
        : PublicKeys.IsOf(key, shown) ? next(http)
        : RefusalOf(http, isMissing: false)?.ExecuteAsync(http) ?? next(http);

    // Null where nobody has to show one.
    private static IResult? RefusalOf(HttpContext http, bool isMissing)
    {
        var fault = isMissing
            ? "the client certificate is missing"
            : "the client certificate is not the registered one";
        if (IsBelow(http, StetPaths.Api))
        {
            return StetEndpoints.Problem(http, StatusCodes.Status400BadRequest, fault);
        }

        if (BerlinGroupPaths.Interfaces.Any(at => IsBelow(http, at.Api)))
        {
            return BerlinGroupProblem.Unauthorized(isMissing ? "CERTIFICATE_MISSING" : "CERTIFICATE_INVALID", fault);
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
