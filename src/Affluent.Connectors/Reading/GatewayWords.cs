using System.Text.Json;

namespace Affluent.Connectors.Reading;

/// <summary>Whose word a refusal (4xx) is. Pure.</summary>
internal static class GatewayWords
{
    // Of what a bank speaks that ends a consent, in the languages of banks.
    private static readonly string[] WordsOfBanks =
    [
        "consent",
        "token",
        "scope",
        "authori",
        "autoris",
        "expir",
        "revo",
    ];

    // A bank's own form of an error (STET, Berlin Group, and what its servers write by themselves) names one of these.
    private static readonly string[] MembersOfBanks =
    [
        "status",
        "path",
        "timestamp",
        "error",
        "errorMessage",
        "tppMessages",
    ];

    /// <summary>
    /// Whether something in front of the bank's interface speaks: by a page for people, or by an error in a form of its own that says nothing of consents
    /// (<c>{"message":"Forbidden"}</c>). An answer without a body is the bank's.
    /// </summary>
    public static bool IsOfGateway(int status, JsonBody? body) =>
        body is { IsEmpty: false }
        && (
            body.IsMarkup
            || (
                status is 403 or 404
                && body.Parse() is { ValueKind: JsonValueKind.Object } json
                && !MembersOfBanks.Any(name => json.Item(name) is not null)
                // A word (WRONG_PERIOD), where gateways put the status once more.
                && (json.Text("code") is not { } code || code.All(char.IsAsciiDigit))
                && !WordsOfBanks.Any(word => $"{body}".Contains(word, StringComparison.OrdinalIgnoreCase))
            )
        );
}
