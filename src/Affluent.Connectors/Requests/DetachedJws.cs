using System.Text;
using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using static System.Buffers.Text.Base64Url;

namespace Affluent.Connectors.Requests;

/// <summary>
/// How a bank wants bodies signed by a JWS in a header, which does not hold the body again (RFC 7515, appendix F; RFC 7797; UK Open Banking, Read/Write Data API 3.1,
/// "Message Signing").
/// </summary>
/// <param name="Name">The header that holds it.</param>
/// <param name="IsEncoded">Whether the body is signed as any JWS has it; else as it is (<c>b64</c> false).</param>
/// <param name="Issuer">Who signs, and in whose list the key is: members of UK Open Banking, which must be understood; null: it has none.</param>
internal sealed record DetachedJws(string Name, JwtStyle Jwt, bool IsEncoded, string? Issuer, string TrustAnchor)
{
    private const string Encoded = "encoded";
    private const string Space = "http://openbanking.org.uk/";

    /// <summary>The settings that it is read from.</summary>
    public static readonly IReadOnlyList<ConnectorSetting> Settings =
    [
        new(
            "jws_header",
            SettingKind.Text,
            false,
            "the header that holds a detached JWS of the body, signed as jwt_algorithm and jwt_key_id say (x-jws-signature); unless said, bodies are not signed so"
        ),
        new(
            "jws_payload",
            SettingKind.Text,
            false,
            "how the body is signed there (encoded unless said); unencoded: with b64 false (RFC 7797)",
            [Encoded, "unencoded"]
        ),
        new(
            "jws_issuer",
            SettingKind.Text,
            false,
            "http://openbanking.org.uk/iss of its header, with iat and tan beside: the operator's id and that of its software statement, org/software (left out unless said)"
        ),
        new(
            "jws_trust_anchor",
            SettingKind.Text,
            false,
            "http://openbanking.org.uk/tan: whose list holds the key (openbanking.org.uk unless said)"
        ),
    ];

    /// <summary>Reads settings that the catalogue has checked; null: the bank wants none.</summary>
    public static DetachedJws? Of(ChannelDefinition channel)
    {
        string? Text(string name) => channel.Settings.TryGetValue(name, out var value) && value != "" ? value : null;

        return Text("jws_header") is { } name
            ? new DetachedJws(
                name,
                JwtStyle.Of(channel),
                (Text("jws_payload") ?? Encoded) == Encoded,
                Text("jws_issuer"),
                Text("jws_trust_anchor") ?? "openbanking.org.uk"
            )
            : null;
    }

    /// <summary>Signs a body.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">There is no seal, or it cannot sign.</exception>
    public async Task<string> Sign(byte[] body, StepContext context, CancellationToken cancellation)
    {
        var header = Jwt.Header();
        var critical = new JsonArray();
        void Add(string name, JsonNode value)
        {
            header[name] = value;
            critical.Add(name);
        }
        if (!IsEncoded)
        {
            Add("b64", false);
        }
        if (Issuer is not null)
        {
            Add($"{Space}iat", context.Now.ToUnixTimeSeconds());
            Add($"{Space}iss", Issuer);
            Add($"{Space}tan", TrustAnchor);
        }
        if (critical.Count > 0)
        {
            header["crit"] = critical;
        }
        var head = JwtStyle.Encoded(header);
        byte[] signed =
        [
            .. Encoding.ASCII.GetBytes($"{head}."),
            .. IsEncoded ? Encoding.ASCII.GetBytes(EncodeToString(body)) : body,
        ];
        return $"{head}..{await Jwt.Sign(signed, context, cancellation)}";
    }
}
