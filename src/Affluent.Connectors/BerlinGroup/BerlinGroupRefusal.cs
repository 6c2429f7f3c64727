using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.BerlinGroup;

/// <summary>What a refusal (4xx) of the interface means, by its code (NextGenPSD2 1.3, section 14.11 "Message codes"). Pure.</summary>
internal static class BerlinGroupRefusal
{
    /// <summary>The first code of an error in either form: <c>tppMessages</c>, or problem details (RFC 7807); null: there is none.</summary>
    public static string? Code(JsonElement? body) =>
        body is not { } json
            ? null
            : (
                json.Items("tppMessages").Select(m => m.Text("code")).FirstOrDefault(c => c is not null)
                ?? json.Text("code")
                ?? json.Items("additionalErrors").Select(m => m.Text("code")).FirstOrDefault(c => c is not null)
            )?.ToUpperInvariant();

    /// <summary>What a code says, wherever it is said; null: that depends.</summary>
    public static Refusal? Of(string? code) =>
        code switch
        {
            "CONSENT_EXPIRED"
            or "CONSENT_INVALID"
            or "CONSENT_UNKNOWN"
            or "TOKEN_EXPIRED"
            or "TOKEN_INVALID"
            or "TOKEN_UNKNOWN" => Refusal.ConsentExpired,
            "CERTIFICATE_INVALID"
            or "CERTIFICATE_EXPIRED"
            or "CERTIFICATE_BLOCKED"
            or "CERTIFICATE_REVOKED"
            or "CERTIFICATE_REVOKE"
            or "CERTIFICATE_MISSING"
            or "SIGNATURE_INVALID"
            or "SIGNATURE_MISSING"
            or "ROLE_INVALID"
            or "SERVICE_BLOCKED"
            or "TIMESTAMP_INVALID"
            or "PARAMETER_NOT_SUPPORTED" => Refusal.OperatorFault,
            "RESOURCE_UNKNOWN" or "RESOURCE_BLOCKED" or "RESOURCE_EXPIRED" => Refusal.AccountRefused,
            _ => null,
        };

    /// <summary>Whether the bank wants fewer days.</summary>
    public static bool WantsFewerDays(int status, string? code) =>
        code is "PERIOD_INVALID" || (status == 400 && code is null or "FORMAT_ERROR" or "PARAMETER_NOT_CONSISTENT");
}
