using Affluent.Connectors.Contract;
using Affluent.Connectors.Requests;

namespace Affluent.Connectors.OAuth;

/// <summary>Who we are at a bank's authorization server, and how it wants to be asked.</summary>
internal sealed record OAuthClient
{
    private const string Code = "code";
    private const string CodeAndIdToken = "code id_token";

    /// <summary>The settings that it is read from.</summary>
    public static readonly IReadOnlyList<ConnectorSetting> Settings =
    [
        new("authorize_url", SettingKind.Address, true, "the bank's page where users log in and agree"),
        new(
            "authorize_lookup_url",
            SettingKind.Address,
            false,
            "where the bank tells the address of its page (berlin_group), asked with our own token: $scope and $redirect_uri may stand in its query"
        ),
        new(
            "authorize_lookup",
            SettingKind.Switch,
            false,
            "true where authorize_url is asked by us first, and answers with the address to which the user is to be sent (berlin_group)"
        ),
        new(
            "authorize_fields",
            SettingKind.Fields,
            false,
            "parameters of the bank's page beside or in the place of the usual ones (response_type, client_id, redirect_uri, scope, state, code_challenge); an empty text leaves one out"
        )
        {
            Values = [.. RequestValues.OfEach.Keys],
        },
        new(
            "response_type",
            SettingKind.Text,
            false,
            "what the bank's page answers with (code unless said); code id_token: its id_token with the code, which jwks_url and issuer must then be there to check",
            [Code, CodeAndIdToken]
        ),
        new(
            "jwks_url",
            SettingKind.Address,
            false,
            "where the bank's keys are (JWK Set): id_token are checked where this is said, against issuer, too"
        ),
        .. TokenRequest.Settings,
        new(
            "issuer",
            SettingKind.Text,
            false,
            "the bank's name for itself in iss (RFC 9207), which every return must then bear, or its id_token; unless said, an iss that comes must be at the origin of authorize_url or token_url"
        ),
        new("client_id", SettingKind.Text, true, "our name at the bank"),
        new("client_secret", SettingKind.Secret, false, "our secret at the bank, unless a certificate stands for it"),
        new("scope", SettingKind.Text, false, "scopes to ask for"),
        new("pkce", SettingKind.Switch, false, "false where the bank refuses code_challenge (true unless said)"),
        new(
            "dead_grant_is_not_found",
            SettingKind.Switch,
            false,
            "true where the token endpoint answers an ended authorization with an empty 404"
        ),
        .. BankRegistration.Settings,
    ];

    /// <summary>Null: no user is sent there.</summary>
    public Uri? Authorize { get; init; }

    /// <summary>Where the bank tells the address of its page, with <see cref="RequestValues"/> in it; null: that is <see cref="Authorize"/>.</summary>
    public string? AuthorizeLookup { get; init; }

    /// <summary>Whether we ask <see cref="Authorize"/> ourselves where the user is to be sent.</summary>
    public bool LooksUpAuthorize { get; init; }

    /// <summary>Parameters that the bank's page wants otherwise.</summary>
    public IReadOnlyList<Field> AuthorizeFields { get; init; } = [];

    /// <summary>How the bank wants to be asked for tokens.</summary>
    public required TokenRequest Token { get; init; }

    /// <summary>How it wants to be asked for anything.</summary>
    public required RequestStyle Requests { get; init; }

    /// <summary>What iss must be; null: the catalogue does not say.</summary>
    public string? Issuer { get; init; }

    /// <summary>Where the bank's keys are; null: its id_token are not looked at.</summary>
    public Uri? Keys { get; init; }

    /// <summary>What its page answers with.</summary>
    public string ResponseType { get; init; } = Code;

    /// <summary>Whether an id_token comes with the code (OpenID Connect Core, section 3.3).</summary>
    public bool IsHybrid => ResponseType == CodeAndIdToken;

    /// <summary>Whether a request bears a nonce, for the id_token.</summary>
    public bool SendsNonce { get; init; }
    public required string Id { get; init; }
    public string Secret { get; init; } = "";
    public required string Scope { get; init; }
    public bool Pkce { get; init; }
    public bool DeadGrantIsNotFound { get; init; }
    public required TimeZoneInfo Zone { get; init; }

    /// <summary>Whether the bank wants to see our own token when another is asked for.</summary>
    public bool ShowsOwnToken { get; init; }

    /// <summary>Our own token, where the bank is shown it; null: it is not.</summary>
    public string? ClientToken { get; init; }

    /// <summary>What settings lack together, in words for the author of the entry.</summary>
    public static IEnumerable<string> Faults(IReadOnlyDictionary<string, string> settings)
    {
        bool Has(string name) => settings.TryGetValue(name, out var value) && value != "";

        if (settings.GetValueOrDefault("response_type") == CodeAndIdToken && !Has("jwks_url"))
        {
            yield return "setting 'jwks_url' is missing: an id_token comes with the code";
        }
        if (Has("jwks_url") && !Has("issuer"))
        {
            yield return "setting 'issuer' is missing: id_token are checked";
        }
        foreach (var fault in BankRegistration.Faults(settings))
        {
            yield return fault;
        }
    }

    /// <summary>Reads settings that the catalogue has checked.</summary>
    /// <param name="scope">What users are usually asked for.</param>
    /// <param name="clientScope">What a token of our own is usually for; empty: the bank is not told.</param>
    public static OAuthClient Of(ChannelDefinition channel, string scope, string clientScope = "")
    {
        string? Text(string name) => channel.Settings.TryGetValue(name, out var value) && value != "" ? value : null;

        return new OAuthClient
        {
            Authorize = Text("authorize_url") is { } authorize ? new Uri(authorize) : null,
            AuthorizeLookup = Text("authorize_lookup_url"),
            AuthorizeFields = Field.Read(Text("authorize_fields")),
            LooksUpAuthorize = Text("authorize_lookup") == "true",
            Token = TokenRequest.Of(channel, clientScope),
            Requests = RequestStyle.Of(channel),
            Issuer = Text("issuer"),
            Keys = Text("jwks_url") is { } keys ? new Uri(keys) : null,
            ResponseType = Text("response_type") ?? Code,
            SendsNonce = Text("jwks_url") is not null,
            Id = channel.Settings["client_id"],
            Secret = Text("client_secret") ?? "",
            Scope = Text("scope") ?? scope,
            Pkce = Text("pkce") != "false",
            DeadGrantIsNotFound = Text("dead_grant_is_not_found") == "true",
            Zone = TimeZoneInfo.FindSystemTimeZoneById(Text("time_zone") ?? "Europe/Paris"),
        };
    }

    /// <summary>What a request may say of itself and of us.</summary>
    public RequestValues Values(StepContext context) =>
        new RequestValues(context, Zone, Id, Secret).Set("client_token", ClientToken);
}
