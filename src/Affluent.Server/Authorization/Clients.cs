using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Authorization;

/// <summary>An application that calls the API. Its users are its own: no other client sees them.</summary>
internal sealed record Client
{
    public ClientId Id { get; init; }

    /// <summary>The id by which it authenticates, a UUID.</summary>
    public string ClientId { get; init; } = "";

    public string Name { get; init; } = "";

    /// <summary>The ways by which it may come to a token.</summary>
    public IReadOnlyList<GrantType> Grants { get; init; } = [];

    /// <summary>What it may ask for.</summary>
    public IReadOnlyList<Scope> Scopes { get; init; } = [];

    /// <summary>Addresses that the authorization server may send a code to, exactly these, separated by spaces.</summary>
    public string RedirectUrls { get; init; } = "";

    /// <summary>Origins that the widget may send a user back to, separated by spaces.</summary>
    public string RedirectOrigins { get; init; } = "";

    /// <summary>Client mode: it may act for any of its users with a token of its own.</summary>
    public bool ClientMode { get; init; }

    /// <summary>Whether the widget may show its terms instead of ours, or none: it has an agreement of its own with its users.</summary>
    public bool OwnTerms { get; init; }

    public bool Disabled { get; init; }

    /// <summary>UTC seconds.</summary>
    public long CreatedAt { get; init; }

    /// <summary>Until when the secret before the present one is good as well, in UTC seconds; null: there is none.</summary>
    public long? PreviousSecretUntil { get; init; }

    /// <summary>Whether the client, changed to <paramref name="other"/>, may do less than before with the tokens that it has.</summary>
    public bool LosesBy(Client other) =>
        Grants.Except(other.Grants).Any() || Scopes.Except(other.Scopes).Any() || (ClientMode && !other.ClientMode);

    /// <summary>Whether a browser may be sent to this address: its origin is registered, exactly, and it names no user.</summary>
    public bool AllowsRedirect(Uri address) =>
        address is { IsAbsoluteUri: true, UserInfo.Length: 0 }
        && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
        && RedirectOrigins.Split(' ').Contains(address.GetLeftPart(UriPartial.Authority), StringComparer.Ordinal);
}

/// <summary>A way to a token that the token endpoint knows (RFC 6749).</summary>
[WordCase(WordCase.LowerSnake)]
internal enum GrantType
{
    ClientCredentials,

    /// <summary>The application gets to see its users' passwords.</summary>
    Password,

    AuthorizationCode,
    RefreshToken,
}

/// <summary>What an operator asks for when making a client, in words.</summary>
/// <param name="RedirectUrls">Addresses, or only origins, that users may be sent back to.</param>
internal sealed record NewClient(
    string Name,
    IReadOnlyList<string> Grants,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string> RedirectUrls,
    bool ClientMode
)
{
    /// <summary>Whether its terms may stand in the place of ours.</summary>
    public bool OwnTerms { get; init; }

    /// <summary>
    /// Without a word about grants: all in a sandbox, where money and people are invented; in production those by which it sees no
    /// user's password and none is sent anywhere.
    /// </summary>
    public static IReadOnlyList<string> StandardGrants(InstallationKind environment) =>
        environment switch
        {
            InstallationKind.Sandbox => KnownGrants,
            InstallationKind.Home or InstallationKind.Production =>
            [
                GrantType.ClientCredentials.Word(),
                GrantType.RefreshToken.Word(),
            ],
        };

    /// <summary>Everything that <see cref="Grants"/> may hold.</summary>
    public static IReadOnlyList<string> KnownGrants => Vocabulary<GrantType>.Words;

    /// <summary>Everything that <see cref="Scopes"/> may hold.</summary>
    public static IReadOnlyList<string> KnownScopes => Vocabulary<Scope>.Words;

    /// <summary>The client to store, or what is wrong with the request, in words.</summary>
    public (Client? Client, string? Error) Check(InstallationKind environment)
    {
        if (string.IsNullOrWhiteSpace(Name))
        {
            return (null, "A client needs a name.");
        }
        if (Grants.Count == 0)
        {
            return (null, $"A client needs at least one grant of: {string.Join(", ", KnownGrants)}.");
        }
        if (Grants.Except(KnownGrants, StringComparer.Ordinal).FirstOrDefault() is { } grant)
        {
            return (null, $"Unknown grant '{grant}'. Known: {string.Join(", ", KnownGrants)}.");
        }
        if (Scopes.Except(KnownScopes, StringComparer.Ordinal).FirstOrDefault() is { } scope)
        {
            return (null, $"Unknown scope '{scope}'. Known: {string.Join(", ", KnownScopes)}.");
        }
        var origins = new List<string>();
        foreach (var text in RedirectUrls)
        {
            var (origin, error) = Origin(text, environment);
            if (origin is null)
            {
                return (null, error);
            }
            origins.Add(origin);
        }
        return (
            new Client
            {
                Name = Name.Trim(),
                Grants = [.. Vocabulary<GrantType>.Among(Grants).Distinct()],
                Scopes = [.. Vocabulary<Scope>.Among(Scopes).Distinct()],
                RedirectUrls = string.Join(' ', RedirectUrls.Distinct(StringComparer.Ordinal)),
                RedirectOrigins = string.Join(' ', origins.Distinct(StringComparer.Ordinal)),
                ClientMode = ClientMode,
                OwnTerms = OwnTerms,
            },
            null
        );
    }

    private static (string? Origin, string? Error) Origin(string text, InstallationKind environment)
    {
        if (
            !Uri.TryCreate(text, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp)
            || url.Host.Length == 0
            || url.Host.Contains('*', StringComparison.Ordinal)
        )
        {
            return (null, $"'{text}' is not the address of a web page, such as https://app.example/back.");
        }
        if (text.Contains('#', StringComparison.Ordinal))
        {
            return (null, $"'{text}' must not hold a fragment (#).");
        }
        if (url.UserInfo.Length > 0)
        {
            return (null, $"'{text}' must not hold a user name or password.");
        }
        if (url.Scheme == Uri.UriSchemeHttp && !(environment == InstallationKind.Sandbox && url.IsLoopback))
        {
            return (null, $"'{text}' must be https; plain http is for loopback addresses in a sandbox.");
        }
        return (url.GetLeftPart(UriPartial.Authority), null);
    }
}
