using System.Globalization;
using System.Text;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Requests;

/// <summary>Signs a request as it is sent: draft-cavage-http-signatures-12, sections 2 to 4.</summary>
internal static class HttpSignature
{
    /// <summary>Adds the header with the signature. What it signs must stand on the request already.</summary>
    /// <param name="keyId">The style's, with its values.</param>
    public static async Task Add(
        HttpRequestMessage request,
        SignatureStyle style,
        string keyId,
        Seal seal,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        var created = now.ToUnixTimeSeconds();
        var expires = created + (long)style.Life.TotalSeconds;
        List<(string Name, string Value)> lines =
        [
            .. style
                .Headers.Select(name => (Name: name, Value: ValueOf(request, name, created, expires)))
                .Where(line => line.Value is not null)
                .Select(line => (line.Name, line.Value!)),
        ];
        var text = string.Join('\n', lines.Select(line => $"{line.Name}: {line.Value}"));
        var signature = await seal.Sign(Encoding.UTF8.GetBytes(text), style.Algorithm, cancellation);

        string Time(string name) => style.Parentheses ? $"({name})" : name;
        List<string> parameters = [$"keyId=\"{keyId}\"", $"algorithm=\"{style.Word}\""];
        if (style.Headers.Contains("(created)", StringComparer.Ordinal))
        {
            parameters.Add(string.Create(CultureInfo.InvariantCulture, $"{Time("created")}={created}"));
        }
        if (style.Headers.Contains("(expires)", StringComparer.Ordinal))
        {
            parameters.Add(string.Create(CultureInfo.InvariantCulture, $"{Time("expires")}={expires}"));
        }
        parameters.Add($"headers=\"{string.Join(' ', lines.Select(line => line.Name))}\"");
        parameters.Add($"signature=\"{Convert.ToBase64String(signature)}\"");
        var value = string.Join(style.Separator, parameters);
        if (
            style.Place == SignaturePlace.Authorization
            || (style.Place == SignaturePlace.AuthorizationIfFree && !request.Headers.Contains("Authorization"))
        )
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Signature {value}");
        }
        else
        {
            request.Headers.TryAddWithoutValidation("Signature", value);
        }
    }

    private static string? ValueOf(HttpRequestMessage request, string name, long created, long expires) =>
        name switch
        {
            "(request-target)" => $"{request.Method.Method.ToLowerInvariant()} {request.RequestUri!.PathAndQuery}",
            "(created)" => created.ToString(CultureInfo.InvariantCulture),
            "(expires)" => expires.ToString(CultureInfo.InvariantCulture),
            "host" => HeaderOf(request, name) ?? request.RequestUri!.Authority,
            _ => HeaderOf(request, name),
        };

    private static string? HeaderOf(HttpRequestMessage request, string name) =>
        request.Headers.NonValidated.TryGetValues(name, out var values) ? string.Join(", ", values).Trim()
        : request.Content?.Headers.NonValidated.TryGetValues(name, out values) == true
            ? string.Join(", ", values).Trim()
        : null;
}
