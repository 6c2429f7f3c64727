using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Http;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.Requests;

/// <summary>How a bank wants to be asked for tokens (RFC 6749, sections 4.1.3 and 6) and for their end (RFC 7009), and how we prove who we are (section 2.3; RFC 8705, section 2).</summary>
internal sealed record TokenRequest
{
    private const string ClientSecretBasic = "client_secret_basic";
    private const string ClientSecretPost = "client_secret_post";
    private const string ClientIdOnly = "none";
    private const string PrivateKeyJwt = "private_key_jwt";
    private const string TlsClientAuth = "tls_client_auth";

    // RFC 7523, section 2.2.
    private const string JwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private static readonly string[] Values =
    [
        .. RequestValues.OfEach.Keys,
        "code",
        "code_verifier",
        "request_id",
        "refresh_token",
        "token",
        "token_type_hint",
        "basic",
        "client_assertion",
    ];

    /// <summary>The settings that it is read from.</summary>
    public static readonly IReadOnlyList<ConnectorSetting> Settings =
    [
        new("token_url", SettingKind.Address, true, "where codes and refresh tokens are exchanged"),
        new("refresh_url", SettingKind.Address, false, "where refresh tokens are, when it is another address"),
        new(
            "token_auth",
            SettingKind.Text,
            false,
            "how we prove who we are at token_url (client_secret_basic unless said); private_key_jwt: by a JWT that the seal signs (RFC 7523); tls_client_auth: by the certificate that is shown (RFC 8705), client_id beside",
            [ClientSecretBasic, ClientSecretPost, ClientIdOnly, PrivateKeyJwt, TlsClientAuth]
        ),
        new(
            "assertion_audience",
            SettingKind.Text,
            false,
            "aud of that JWT, where the bank wants its name for itself (token_url unless said)"
        ),
        .. JwtStyle.Settings,
        new(
            "token_request",
            SettingKind.Text,
            false,
            "how the fields are sent to token_url (form unless said)",
            ["form", "json", "query"]
        ),
        new(
            "code_fields",
            SettingKind.Fields,
            false,
            "fields that the bank wants beside or in the place of the usual ones when a code is exchanged, by name; an empty text leaves one out"
        )
        {
            Values = Values,
        },
        new(
            "pushed_authorization_url",
            SettingKind.Address,
            false,
            "where the bank is told of an authorization before the user comes (RFC 9126); unless said, the user brings all of it to authorize_url"
        ),
        new(
            "client_token_fields",
            SettingKind.Fields,
            false,
            "the same when we ask for a token of our own (grant_type client_credentials; scope, at most)"
        )
        {
            Values = Values,
        },
        new("refresh_fields", SettingKind.Fields, false, "the same for refresh tokens (scope, at some)")
        {
            Values = Values,
        },
    ];

    /// <summary>Those of a family that ends authorizations by their tokens.</summary>
    public static readonly IReadOnlyList<ConnectorSetting> RevocationSettings =
    [
        new(
            "revocation_url",
            SettingKind.Address,
            false,
            "where an authorization is ended by its token (RFC 7009) once its connection is deleted; unless said, the bank offers no way to end one"
        ),
        new(
            "revocation_fields",
            SettingKind.Fields,
            false,
            "fields that the bank wants beside or in the place of the usual ones when a token is ended at revocation_url, by name; an empty text leaves one out"
        )
        {
            Values = Values,
        },
    ];

    public required Uri Address { get; init; }
    public required Uri RefreshAddress { get; init; }

    /// <summary>Null: the bank ends no authorization at our word.</summary>
    public Uri? RevocationAddress { get; init; }

    /// <summary>Where authorizations are told before; null: they are not.</summary>
    public Uri? PushAddress { get; init; }
    public required TokenBody Body { get; init; }

    /// <summary>For whom the JWT is by which we prove who we are; null: there is none.</summary>
    public string? AssertionAudience { get; init; }
    public required JwtStyle Jwt { get; init; }
    public required IReadOnlyList<Field> Headers { get; init; }
    public required IReadOnlyDictionary<TokenGrant, IReadOnlyList<Field>> Fields { get; init; }

    /// <summary>Reads settings that the catalogue has checked.</summary>
    /// <param name="clientScope">What a token of our own is usually for; empty: the bank is not told.</param>
    public static TokenRequest Of(ChannelDefinition channel, string clientScope = "")
    {
        string? Text(string name) => channel.Settings.TryGetValue(name, out var value) && value != "" ? value : null;

        var address = new Uri(channel.Settings["token_url"]);
        var authentication = Text("token_auth") ?? ClientSecretBasic;
        Field[] client =
        [
            new("client_id", authentication is ClientSecretBasic or PrivateKeyJwt ? "" : "$client_id"),
            new("client_secret", authentication == ClientSecretPost ? "$client_secret" : ""),
            new("client_assertion_type", authentication == PrivateKeyJwt ? JwtBearer : ""),
            new("client_assertion", authentication == PrivateKeyJwt ? "$client_assertion" : ""),
        ];
        return new TokenRequest
        {
            Address = address,
            RefreshAddress = Text("refresh_url") is { } refresh ? new Uri(refresh) : address,
            RevocationAddress = Text("revocation_url") is { } revocation ? new Uri(revocation) : null,
            PushAddress = Text("pushed_authorization_url") is { } push ? new Uri(push) : null,
            Body = Text("token_request") switch
            {
                "json" => TokenBody.Json,
                "query" => TokenBody.Query,
                _ => TokenBody.Form,
            },
            AssertionAudience =
                authentication == PrivateKeyJwt ? Text("assertion_audience") ?? address.OriginalString : null,
            Jwt = JwtStyle.Of(channel),
            Headers =
            [
                new("Accept", "application/json"),
                new("Authorization", authentication == ClientSecretBasic ? "Basic $basic" : ""),
            ],
            Fields = new Dictionary<TokenGrant, IReadOnlyList<Field>>
            {
                [TokenGrant.Code] = Field.Merge(
                    [
                        new("grant_type", "authorization_code"),
                        new("code", "$code"),
                        new("redirect_uri", "$redirect_uri"),
                        new("code_verifier", "$code_verifier"),
                        .. client,
                    ],
                    Field.Read(Text("code_fields"))
                ),
                [TokenGrant.Client] = Field.Merge(
                    [
                        new("grant_type", "client_credentials"),
                        .. clientScope == "" ? [] : (Field[])[new("scope", clientScope)],
                        .. client,
                    ],
                    Field.Read(Text("client_token_fields"))
                ),
                [TokenGrant.Revocation] = Field.Merge(
                    [new("token", "$token"), new("token_type_hint", "$token_type_hint"), .. client],
                    Field.Read(Text("revocation_fields"))
                ),
                [TokenGrant.Push] = [.. client.Where(field => field.Value != "")],
                [TokenGrant.Refresh] = Field.Merge(
                    [new("grant_type", "refresh_token"), new("refresh_token", "$refresh_token"), .. client],
                    Field.Read(Text("refresh_fields"))
                ),
            },
        };
    }

    /// <summary>Whether the seal signs what is sent there.</summary>
    public static bool WantsSeal(IReadOnlyDictionary<string, string> settings) =>
        settings.GetValueOrDefault("token_auth") == PrivateKeyJwt;

    /// <summary>Sends it; a field that refers to what there is not is left out.</summary>
    /// <param name="more">Fields beside, as they are.</param>
    public async Task<BankAnswer<JsonBody>> Send(
        StepContext context,
        RequestStyle style,
        TokenGrant grant,
        RequestValues values,
        CancellationToken cancellation,
        IReadOnlyList<Field>? more = null
    )
    {
        // RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
        string Half(string reference) => Uri.EscapeDataString(values.Fill(reference) ?? "");
        var pair = $"{Half("$client_id")}:{Half("$client_secret")}";
        values.Set("basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        if (AssertionAudience is { } audience && values.Fill("$client_id") is { } client)
        {
            // RFC 7523, section 3: a new one for each request.
            var subject = new JsonObject { ["sub"] = client };
            values.Set("client_assertion", await Jwt.Sign(client, audience, subject, context, cancellation));
        }
        KeyValuePair<string, string>[] fields =
        [
            .. Fields[grant]
                .Select(field => (field.Name, Value: values.Fill(field.Value)))
                .Where(field => field.Value is not null)
                .Select(field => new KeyValuePair<string, string>(field.Name, field.Value!))
                .Concat((more ?? []).Select(field => new KeyValuePair<string, string>(field.Name, field.Value)))
                .DistinctBy(field => field.Key),
        ];
        using var request = new HttpRequestMessage(HttpMethod.Post, AddressOf(grant));
        switch (Body)
        {
            case TokenBody.Form:
                request.Content = new FormUrlEncodedContent(fields);
                Type(request.Content, "application/x-www-form-urlencoded;charset=UTF-8");
                break;
            case TokenBody.Json:
                request.Content = new ByteArrayContent(
                    JsonSerializer.SerializeToUtf8Bytes(
                        fields.ToDictionary(),
                        RequestsJson.Default.DictionaryStringString
                    )
                );
                Type(request.Content, "application/json");
                break;
            case TokenBody.Query:
                var query = string.Join('&', fields.Select(f => $"{f.Key}={Uri.EscapeDataString(f.Value)}"));
                request.RequestUri = new UriBuilder(request.RequestUri!) { Query = query }.Uri;
                break;
        }
        await style.Dress(request, BankCall.Token, Headers, values, context, cancellation);
        return await context.Http.Exchange(request, Json.Read, cancellation);
    }

    private Uri AddressOf(TokenGrant grant) =>
        grant switch
        {
            TokenGrant.Code or TokenGrant.Client => Address,
            TokenGrant.Refresh => RefreshAddress,
            TokenGrant.Revocation => RevocationAddress
                ?? throw new InvalidOperationException("The bank ends no token."),
            TokenGrant.Push => PushAddress
                ?? throw new InvalidOperationException("The bank is told of no authorization before."),
        };

    // As it is written here: some banks compare letter by letter.
    private static void Type(HttpContent content, string type)
    {
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);
    }
}

/// <summary>How the fields of a token request travel.</summary>
internal enum TokenBody
{
    /// <summary>As RFC 6749 says: application/x-www-form-urlencoded.</summary>
    Form,

    /// <summary>As a JSON object.</summary>
    Json,

    /// <summary>In the address.</summary>
    Query,
}

/// <summary>What is handed over at an endpoint for tokens.</summary>
internal enum TokenGrant
{
    /// <summary>A code that the user brought.</summary>
    Code,

    /// <summary>A refresh token.</summary>
    Refresh,

    /// <summary>Nothing: the token is ours and no user's (RFC 6749 §4.4).</summary>
    Client,

    /// <summary>A token that is to end (RFC 7009).</summary>
    Revocation,

    /// <summary>An authorization that a user is about to come for (RFC 9126).</summary>
    Push,
}

[System.Text.Json.Serialization.JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class RequestsJson : System.Text.Json.Serialization.JsonSerializerContext;
