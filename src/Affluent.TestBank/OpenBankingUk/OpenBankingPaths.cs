using System.Text.Json;
using Affluent.TestBank.Authorization;
using Affluent.TestBank.Consents;

namespace Affluent.TestBank.OpenBankingUk;

/// <summary>The versions of the standard: from 4.0 on, most words are codes of ISO 20022.</summary>
internal enum OpenBankingVersion
{
    V31,
    V40,
}

/// <summary>One interface of the face.</summary>
internal sealed record OpenBankingInterface(OpenBankingVersion Version, string Api)
{
    public string Consents => Api + "/account-access-consents";
    public string Accounts => Api + "/accounts";

    /// <summary>The word of 3.1, or what 4.0 has in its place.</summary>
    public string Word(string before, string since) => Version == OpenBankingVersion.V31 ? before : since;
}

/// <summary>Where the face of UK Open Banking lives.</summary>
internal static class OpenBankingPaths
{
    public const string Root = "/openbanking";

    private static readonly IReadOnlyList<string> Scopes = ["openid", "accounts", "offline_access"];

    public static readonly IReadOnlyList<OpenBankingInterface> Interfaces =
    [
        new(OpenBankingVersion.V31, Root + "/open-banking/v3.1/aisp"),
        new(OpenBankingVersion.V40, Root + "/open-banking/v4.0/aisp"),
    ];

    /// <summary>The claims name the consent (Open Banking Security Profile, "openbanking_intent_id").</summary>
    public static readonly AuthorizationServer Server = new(Root, Face.OpenBankingUk, MeaningOf)
    {
        KnowsClients = true,
        IsFapi = true,
    };

    private static ScopeMeaning MeaningOf(string scope, string claims)
    {
        var scopes = scope.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return
            scopes.Contains("accounts", StringComparer.Ordinal)
            && scopes.All(s => Scopes.Contains(s, StringComparer.Ordinal))
            && ConsentOf(claims) is { } consent
            ? new ScopeMeaning.Waiting(consent)
            : new ScopeMeaning.Unknown();
    }

    private static string? ConsentOf(string claims)
    {
        try
        {
            using var json = JsonDocument.Parse(claims);
            return
                json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("id_token", out var token)
                && token.ValueKind == JsonValueKind.Object
                && token.TryGetProperty("openbanking_intent_id", out var intent)
                && intent.ValueKind == JsonValueKind.Object
                && intent.TryGetProperty("value", out var value)
                && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        }
        // The others: half a character, as it is or as JSON writes it.
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }
}
