using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.OpenBankingUk;

/// <summary>What a refusal (4xx) of the interface means, by its code (Read/Write Data API 3.1, "Error Response Structure" and "Namespaced Enumerations"; 4.0, OBExternalStatusReason1Code). Pure.</summary>
internal static class OpenBankingRefusal
{
    /// <summary>The first code of an error; where a bank has a form of its own, what stands there unless it repeats the status; null: there is none.</summary>
    public static string? Code(JsonElement? body) =>
        body is not { } json
            ? null
            : json.Items("Errors").Select(e => e.Text("ErrorCode")).FirstOrDefault(c => c is not null)
                ?? (json.Text("Code") is { } code && !char.IsAsciiDigit(code[0]) ? code : null);

    /// <summary>What a code says, wherever it is said; null: that depends.</summary>
    public static Refusal? Of(string? code) =>
        code?.ToUpperInvariant() switch
        {
            "UK.OBIE.REAUTHENTICATE"
            or "UK.OBIE.RESOURCE.CONSENTMISMATCH"
            or "UK.OBIE.RESOURCE.INVALIDCONSENTSTATUS"
            or "U028"
            or "U008"
            or "U009" => Refusal.ConsentExpired,
            "UK.OBIE.UNSUPPORTED.ACCOUNTIDENTIFIER"
            or "UK.OBIE.UNSUPPORTED.ACCOUNTSECONDARYIDENTIFIER"
            or "UK.OBIE.RESOURCE.NOTFOUND"
            or "U021"
            or "U022"
            or "U011" => Refusal.AccountRefused,
            "UK.OBIE.HEADER.INVALID"
            or "UK.OBIE.HEADER.MISSING"
            or "UK.OBIE.SIGNATURE.INVALID"
            or "UK.OBIE.SIGNATURE.INVALIDCLAIM"
            or "UK.OBIE.SIGNATURE.MALFORMED"
            or "UK.OBIE.SIGNATURE.MISSING"
            or "UK.OBIE.SIGNATURE.MISSINGCLAIM"
            or "UK.OBIE.SIGNATURE.UNEXPECTED"
            or "U006"
            or "U007"
            or "U015"
            or "U016"
            or "U017"
            or "U018"
            or "U019"
            or "U020" => Refusal.OperatorFault,
            _ => null,
        };

    /// <summary>Whether the bank wants fewer days: more than the last ninety it gives only to who has just signed in.</summary>
    public static bool WantsFewerDays(int status, string? code) =>
        status is 400 or 403
        && code?.ToUpperInvariant()
            is null
                or "UK.OBIE.REAUTHENTICATE"
                or "UK.OBIE.FIELD.INVALIDDATE"
                or "U028"
                or "U003";
}
