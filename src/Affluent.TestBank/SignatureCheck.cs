using Affluent.TestBank.Authorization;
using Affluent.TestBank.BerlinGroup;
using Affluent.TestBank.Stet;

namespace Affluent.TestBank;

/// <summary>Verifies the signatures of requests, before anything else looks at them.</summary>
internal sealed class SignatureCheck(TestBankOptions options, BankClock clock)
{
    private const string CertificateHeader = "TPP-Signature-Certificate";
    private static readonly IReadOnlyList<string> SignedForStet = ["(request-target)", "digest", "x-request-id"];

    // NextGenPSD2 1.3, section 12.2 "Requirements on the Signature Header".
    private static readonly IReadOnlyList<string> SignedForBerlinGroup =
    [
        "digest",
        "x-request-id",
        "psu-id",
        "psu-corporate-id",
        "tpp-redirect-uri",
    ];

    public async Task Check(HttpContext http, RequestDelegate next)
    {
        var path = http.Request.Path;
        var berlinGroup = BerlinGroupPaths.Interfaces.Any(at =>
            path.StartsWithSegments(at.Api, StringComparison.Ordinal)
        );
        var refused =
            options.Strictness == Strictness.Off
            || !(berlinGroup || path.StartsWithSegments(StetPaths.Api, StringComparison.Ordinal))
                ? null
                : await Refused(http, berlinGroup);
        await (refused?.ExecuteAsync(http) ?? next(http));
    }

    private async Task<IResult?> Refused(HttpContext http, bool berlinGroup)
    {
        if (berlinGroup && BerlinGroupRequests.Refused(http) is { } malformed)
        {
            return malformed;
        }

        if (!http.Request.Headers.ContainsKey("Signature"))
        {
            return options.Strictness == Strictness.Lenient ? null
                : berlinGroup ? BerlinGroupProblem.Unauthorized("SIGNATURE_MISSING", "Signature is missing")
                : StetEndpoints.Problem(http, StatusCodes.Status400BadRequest, "Signature is missing");
        }

        if (
            berlinGroup
            && !PublicKeys.IsOf(options.ClientPublicKey!, http.Request.Headers[CertificateHeader].ToString())
        )
        {
            return BerlinGroupProblem.Unauthorized(
                http.Request.Headers.ContainsKey(CertificateHeader) ? "CERTIFICATE_INVALID" : "CERTIFICATE_MISSING",
                $"{CertificateHeader} holds the certificate of this third party"
            );
        }

        http.Request.EnableBuffering();
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        http.Request.Body.Position = 0;
        return MessageSignature.FaultOf(
                http.Request,
                body.ToArray(),
                options.ClientPublicKey!,
                berlinGroup ? SignedForBerlinGroup : SignedForStet,
                clock.Now
            )
                is not { } fault
                ? null
            : berlinGroup ? BerlinGroupProblem.Unauthorized("SIGNATURE_INVALID", fault)
            : StetEndpoints.Problem(http, StatusCodes.Status400BadRequest, "Signature: " + fault);
    }
}
