using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Http;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Requests;
using static System.Buffers.Text.Base64Url;

namespace Affluent.Connectors.OAuth;

/// <summary>How a bank comes to know its clients.</summary>
public enum RegistrationKind
{
    /// <summary>By people, on its portal for developers or by mail.</summary>
    Manual,

    /// <summary>By a request (RFC 7591, RFC 7592).</summary>
    Dynamic,

    /// <summary>By one of the STET form: with a digest, signed, under the number at the authority (STET, "Oauth2 Technical Setup" 1.0).</summary>
    Stet,

    /// <summary>
    /// By one that the seal signs, with what the directory says of the client (Open Banking UK, "Dynamic Client Registration" 3.3).
    /// </summary>
    OpenBankingUk,
}

/// <summary>Makes an installation known to a bank, looks at what the bank knows, changes it and ends it.</summary>
public sealed class BankRegistration
{
    private const string Url = "registration_url";
    private const string Audience = "registration_audience";

    private static readonly Dictionary<string, RegistrationKind> Kinds = new()
    {
        ["manual"] = RegistrationKind.Manual,
        ["dynamic"] = RegistrationKind.Dynamic,
        ["stet"] = RegistrationKind.Stet,
        ["open_banking_uk"] = RegistrationKind.OpenBankingUk,
    };

    /// <summary>The settings that it is read from.</summary>
    internal static readonly IReadOnlyList<ConnectorSetting> Settings =
    [
        new(
            "registration",
            SettingKind.Text,
            false,
            "how the bank comes to know you (manual unless said: by people); dynamic: by a request (RFC 7591); stet: by one of the STET form; open_banking_uk: by one that the seal signs, with what the directory says of you (a software statement)",
            [.. Kinds.Keys]
        ),
        new(Url, SettingKind.Address, false, "where such a request is sent"),
        new(
            Audience,
            SettingKind.Text,
            false,
            "aud of a signed request (open_banking_uk): the bank's id in the directory, at some (issuer unless said)"
        ),
        new(
            "registration_fields",
            SettingKind.Fields,
            false,
            "members of the request beside or in the place of the usual ones, JSON where it is; an empty text leaves one out"
        ),
    ];

    private readonly StepContext _context;
    private readonly OAuthClient _client;
    private readonly JwtStyle _jwt;

    /// <summary>For a channel whose entry is known, but for what the bank has yet to tell.</summary>
    public BankRegistration(StepContext context)
    {
        _context = context;
        Kind = Kinds[Setting("registration") ?? "manual"];
        _client = OAuthClient.Of(
            context.Channel,
            scope: "",
            clientScope: Kind == RegistrationKind.OpenBankingUk ? "accounts" : ""
        );
        _jwt = JwtStyle.Of(context.Channel);
        Address = Setting(Url) is { } url ? new Uri(url) : null;
    }

    /// <summary>How the bank comes to know its clients.</summary>
    public RegistrationKind Kind { get; }

    /// <summary>Where requests go; null: nowhere.</summary>
    public Uri? Address { get; }

    /// <summary>What settings lack together, in words for the author of the entry.</summary>
    internal static IEnumerable<string> Faults(IReadOnlyDictionary<string, string> settings)
    {
        bool Has(string name) => settings.TryGetValue(name, out var value) && value != "";

        var kind = Kinds.GetValueOrDefault(settings.GetValueOrDefault("registration", "manual"));
        if (kind != RegistrationKind.Manual && !Has(Url))
        {
            yield return $"setting '{Url}' is missing: the bank is asked to register";
        }
        if (kind == RegistrationKind.Stet && !Has("signature_headers"))
        {
            yield return "setting 'signature_headers' is missing: a registration of the STET form is signed";
        }
        if (kind == RegistrationKind.OpenBankingUk && !Has(Audience) && !Has("issuer"))
        {
            yield return $"setting '{Audience}' is missing: a signed registration says to whom";
        }
        if (kind != RegistrationKind.OpenBankingUk && Has(Audience))
        {
            yield return $"setting '{Audience}' says nothing where registration is not open_banking_uk";
        }
    }

    /// <summary>What the bank is to know (RFC 7591, section 2).</summary>
    /// <exception cref="CryptographicException">The bank is to know a key, or a signature, and there is no seal.</exception>
    /// <exception cref="FormatException">The directory is to say who we are, and there is no software statement, or one that names no software.</exception>
    public JsonObject Wanted(RegisteringClient client)
    {
        var authentication = Setting("token_auth") ?? "client_secret_basic";
        if (authentication == "none" && _context.Channel.ClientCertificate)
        {
            authentication = "tls_client_auth";
        }
        var own = _context.Channel.Connector == "open_banking_uk" || Setting("client_token") is not null;
        var signsRequest =
            _context.Channel.Connector == "open_banking_uk" && RequestObject.WantsSeal(_context.Channel.Settings);
        var signs = signsRequest || authentication == "private_key_jwt";
        var wanted = new JsonObject
        {
            ["redirect_uris"] = new JsonArray(client.RedirectUri),
            ["token_endpoint_auth_method"] = authentication,
            ["grant_types"] = Words(
                "authorization_code",
                "refresh_token",
                own ? "client_credentials" : null,
                _client.IsHybrid ? "implicit" : null
            ),
            ["response_types"] = Words(_client.ResponseType),
            ["client_name"] = client.Name,
            ["contacts"] = Words([.. client.Contacts]),
        };
        void Add(string name, JsonNode? value)
        {
            if (value is not null)
            {
                wanted[name] = value;
            }
        }
        var scope = Setting("scope") ?? UsualScope();
        Add("scope", scope?.Contains('$', StringComparison.Ordinal) == true ? null : scope);
        Add("token_endpoint_auth_signing_alg", authentication == "private_key_jwt" ? _jwt.Word : null);
        Add("request_object_signing_alg", signsRequest ? _jwt.Word : null);
        Add("software_statement", client.SoftwareStatement);
        if (Kind == RegistrationKind.OpenBankingUk)
        {
            _ = _context.Seal ?? throw new CryptographicException("There is no seal.");
            Add("software_id", SoftwareOf(client.SoftwareStatement));
            Add("application_type", "web");
            Add("id_token_signed_response_alg", _jwt.Word);
            // The directory says them.
            wanted.Remove("client_name");
            wanted.Remove("contacts");
        }
        else
        {
            Add("jwks", signs ? Keys() : null);
        }
        if (Kind == RegistrationKind.Stet)
        {
            Add("provider_legal_id", client.LegalId);
        }
        else if (authentication == "tls_client_auth")
        {
            Add("tls_client_auth_subject_dn", client.CertificateSubject);
        }
        foreach (var field in Field.Read(Setting("registration_fields")))
        {
            wanted.Remove(field.Name);
            Add(field.Name, field.Value == "" ? null : Node(field.Value));
        }
        return wanted;
    }

    /// <summary>Asks the bank to know us.</summary>
    /// <param name="token">With which the bank lets clients come (RFC 7591, section 3); null: it wants none.</param>
    public Task<RegistrationAnswer> Register(JsonObject wanted, string? token, CancellationToken cancellation) =>
        Ask(HttpMethod.Post, Address!, wanted, token, cancellation);

    /// <summary>Asks what the bank knows (RFC 7592, section 2.1).</summary>
    public Task<RegistrationAnswer> Read(RegisteredClient client, CancellationToken cancellation) =>
        AskAs(client, HttpMethod.Get, wanted: null, cancellation);

    /// <summary>Changes it (section 2.2): what is left out, the bank forgets.</summary>
    public Task<RegistrationAnswer> Update(RegisteredClient client, JsonObject wanted, CancellationToken cancellation)
    {
        wanted["client_id"] = client.Id;
        return AskAs(client, HttpMethod.Put, wanted, cancellation);
    }

    /// <summary>Ends it (section 2.3).</summary>
    public Task<RegistrationAnswer> Delete(RegisteredClient client, CancellationToken cancellation) =>
        AskAs(client, HttpMethod.Delete, wanted: null, cancellation);

    private async Task<RegistrationAnswer> AskAs(
        RegisteredClient client,
        HttpMethod method,
        JsonObject? wanted,
        CancellationToken cancellation
    )
    {
        if (client.Token is { } kept)
        {
            return await Ask(method, client.Address, wanted, kept, cancellation);
        }
        var own = _client with { Id = client.Id, Secret = client.Secret ?? _client.Secret };
        return await OAuthFlow.OfClient(_context, own, cancellation) switch
        {
            OAuthTokens.Granted granted => await Ask(method, client.Address, wanted, granted.Access, cancellation),
            OAuthTokens.Denied denied => new RegistrationAnswer.Failed(
                denied.Status,
                $"no token of our own: {denied.Error}"
            ),
            OAuthTokens.Unavailable { Answer.Status: var status } => new RegistrationAnswer.Failed(
                status,
                "no token of our own: the token endpoint is down, or cannot be reached"
            ),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private async Task<RegistrationAnswer> Ask(
        HttpMethod method,
        Uri address,
        JsonObject? wanted,
        string? token,
        CancellationToken cancellation
    )
    {
        using var request = new HttpRequestMessage(method, address);
        if (wanted is not null)
        {
            var (body, type) =
                Kind == RegistrationKind.OpenBankingUk
                    ? (await Signed(wanted, cancellation), "application/jose")
                    : (wanted.ToJsonString(), "application/json");
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }
        var values = _client.Values(_context).Set("access_token", token);
        List<Field> usual = [new("Accept", "application/json"), new("Authorization", "Bearer $access_token")];
        if (Kind == RegistrationKind.Stet)
        {
            await _client.Requests.Dress(
                request,
                BankCall.Consent,
                [.. usual, new("X-Request-ID", "$uuid")],
                values,
                _context,
                cancellation
            );
        }
        else
        {
            foreach (var field in usual)
            {
                if (values.Fill(field.Value) is { } value)
                {
                    request.Headers.TryAddWithoutValidation(field.Name, value);
                }
            }
        }
        var answer = await _context.Http.Exchange(request, Json.Read, cancellation);
        return Judge(answer, method == HttpMethod.Delete);
    }

    private Task<string> Signed(JsonObject wanted, CancellationToken cancellation) =>
        _jwt.Sign(
            $"{wanted["software_id"]}",
            Setting(Audience) ?? Setting("issuer")!,
            // It is shown, and may be sent again.
            wanted.DeepClone().AsObject(),
            _context,
            cancellation
        );

    /// <summary>Whom a software statement is about. That the directory has signed it is for the bank to see.</summary>
    private static string SoftwareOf(string? statement)
    {
        try
        {
            if (
                statement?.Split('.') is [_, var claims, _]
                && Json.Parse(DecodeFromChars(claims))?.Text("software_id") is { } id
            )
            {
                return id;
            }
        }
        catch (FormatException)
        {
            // It is no JWT.
        }
        throw new FormatException("The software statement names no software.");
    }

    private RegistrationAnswer Judge(BankAnswer<JsonBody> answer, bool isEnd)
    {
        var json = answer.Body?.Parse();
        if (answer.IsSuccess)
        {
            return isEnd ? new RegistrationAnswer.Ended()
                : json?.Text("client_id") is { } id
                    ? new RegistrationAnswer.Known(id, json.Value)
                    {
                        Address =
                            Uri.TryCreate(json.Value.Text("registration_client_uri"), UriKind.Absolute, out var at) ? at
                            // The standard names no other (section "Endpoints").
                            : Kind == RegistrationKind.OpenBankingUk
                                ? new Uri($"{Address!.AbsoluteUri.TrimEnd('/')}/{Uri.EscapeDataString(id)}")
                            : null,
                        Token = json.Value.Text("registration_access_token"),
                    }
                : new RegistrationAnswer.Failed(answer.Status, "it names no client_id");
        }
        if (answer.Status is 0 or >= 500)
        {
            return new RegistrationAnswer.Failed(answer.Status, "it is down, or cannot be reached");
        }
        var said = new[] { json?.Text("error"), json?.Text("error_description") ?? json?.Text("message") }
            .OfType<string>()
            .Select(text => string.Concat(text.Where(c => !char.IsControl(c)).Take(300)));
        return new RegistrationAnswer.Failed(answer.Status, string.Join(": ", said));
    }

    private string? UsualScope() =>
        _context.Channel.Connector switch
        {
            "open_banking_uk" => "openid accounts",
            "stet" => "aisp",
            _ => null,
        };

    /// <summary>The public half of the seal (RFC 7517), with its certificate.</summary>
    private JsonObject Keys()
    {
        var certificate = (_context.Seal ?? throw new CryptographicException("There is no seal.")).Certificate;
        var key = new JsonObject { ["use"] = "sig", ["alg"] = _jwt.Word };
        if (_jwt.KeyId is not null)
        {
            key["kid"] = _jwt.KeyId;
        }
        using var rsa = certificate.GetRSAPublicKey();
        using var curve = certificate.GetECDsaPublicKey();
        if (rsa is not null)
        {
            var numbers = rsa.ExportParameters(includePrivateParameters: false);
            key["kty"] = "RSA";
            (key["n"], key["e"]) = (EncodeToString(numbers.Modulus), EncodeToString(numbers.Exponent));
        }
        else if (curve is not null)
        {
            var point = curve.ExportParameters(includePrivateParameters: false).Q;
            (key["kty"], key["crv"]) = ("EC", "P-256");
            (key["x"], key["y"]) = (EncodeToString(point.X), EncodeToString(point.Y));
        }
        key["x5c"] = new JsonArray(Convert.ToBase64String(certificate.RawData));
        return new JsonObject { ["keys"] = new JsonArray(key) };
    }

    private static JsonArray Words(params IReadOnlyList<string?> words) =>
        [.. words.OfType<string>().Select(word => JsonValue.Create(word))];

    // What is no JSON is a text.
    private static JsonNode? Node(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private string? Setting(string name) =>
        _context.Channel.Settings.TryGetValue(name, out var value) && value != "" ? value : null;
}
