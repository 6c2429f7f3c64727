using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Requests;

namespace Affluent.Connectors.OAuth;

/// <summary>
/// An authorization request that we sign (RFC 9101), as OpenID Connect and its profile for banks want it (OpenID Connect Core, sections 5.5 and 6; FAPI 1.0 Advanced,
/// section 5.2.3).
/// </summary>
internal sealed record RequestObject
{
    private static readonly string[] Values = ["consent_id", "client_id"];

    /// <summary>The settings that it is read from.</summary>
    public static readonly IReadOnlyList<ConnectorSetting> Settings =
    [
        new(
            "request_object",
            SettingKind.Switch,
            false,
            "false where the bank takes no signed authorization request (true unless said)"
        ),
        new(
            "request_audience",
            SettingKind.Text,
            false,
            "aud of the signed request: the bank's name for itself (issuer unless said, else the origin of authorize_url)"
        ),
        new(
            "id_token_claims",
            SettingKind.Fields,
            false,
            "what the signed request demands of the id_token beside or in the place of openbanking_intent_id ($consent_id), as essential claims: acr, at some (urn:openbanking:psd2:sca)"
        )
        {
            Values = Values,
        },
    ];

    /// <summary>Whether the bank wants the request signed.</summary>
    public required bool IsSigned { get; init; }
    public required string Audience { get; init; }
    public required JwtStyle Jwt { get; init; }
    public required IReadOnlyList<Field> Claims { get; init; }

    /// <summary>Whether settings want requests that the seal signs.</summary>
    public static bool WantsSeal(IReadOnlyDictionary<string, string> settings) =>
        settings.GetValueOrDefault("request_object") != "false";

    /// <summary>Reads settings that the catalogue has checked.</summary>
    /// <param name="claims">What the id_token is to bear, as the family usually wants it.</param>
    public static RequestObject Of(ChannelDefinition channel, OAuthClient client, IReadOnlyList<Field> claims)
    {
        string? Text(string name) => channel.Settings.TryGetValue(name, out var value) && value != "" ? value : null;

        return new RequestObject
        {
            IsSigned = Text("request_object") != "false",
            Audience = Text("request_audience") ?? client.Issuer ?? client.Authorize!.GetLeftPart(UriPartial.Authority),
            Jwt = JwtStyle.Of(channel),
            Claims = Field.Merge(claims, Field.Read(Text("id_token_claims"))),
        };
    }

    /// <summary>What the bank is told about an authorization.</summary>
    /// <param name="values">What claims and parameters may refer to.</param>
    public async Task<(OAuthRequest Request, IReadOnlyList<Field> Parameters)> Parameters(
        OAuthClient client,
        BankCallback callback,
        RequestValues values,
        StepContext context,
        CancellationToken cancellation
    )
    {
        var (request, parameters) = OAuthFlow.Parameters(client, callback, client.Scope, values);
        if (!IsSigned)
        {
            return (request, parameters);
        }
        var wanted = new JsonObject();
        foreach (var claim in Claims)
        {
            if (values.Fill(claim.Value) is { } value)
            {
                wanted[claim.Name] = new JsonObject { ["value"] = value, ["essential"] = true };
            }
        }
        var claims = new JsonObject();
        foreach (var parameter in parameters)
        {
            claims[parameter.Name] = parameter.Value;
        }
        claims["claims"] = new JsonObject { ["id_token"] = wanted };
        var signed = new Field("request", await Jwt.Sign(client.Id, Audience, claims, context, cancellation));
        // What is pushed is told once (RFC 9126, section 3); a page wants the usual parameters beside (OpenID Connect Core, section 6.1).
        return (
            request,
            client.Token.PushAddress is null
                ? [.. parameters, signed]
                : [.. parameters.Where(parameter => parameter.Name == "client_id"), signed]
        );
    }
}
