using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Server.Platform;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Affluent.Server.Authorization;

/// <summary>
/// Clients of the published API post JSON to the token endpoint; OAuth2 says forms (RFC 6749 §4). A JSON object of texts becomes the
/// same form before OpenIddict reads it; a form that cannot be read never gets there.
/// </summary>
internal static class JsonBodies
{
    private const int MaximumLength = 64 * 1024;

    private static readonly HashSet<string> Paths = new(StringComparer.OrdinalIgnoreCase)
    {
        "/auth/token",
        "/auth/revoke",
        "/auth/introspect",
    };

    private static readonly HashSet<string> PagePaths = new(
        AuthorizationServer.AuthorizationPaths.Select(path => "/auth" + path),
        StringComparer.OrdinalIgnoreCase
    );

    public static async Task ReadAsForm(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        // OpenIddict takes a slash at the end, too.
        var path = request.Path.Value!.TrimEnd('/');
        var isOurs = Paths.Contains(path);
        if (isOurs && HttpMethods.IsPost(request.Method) && request.HasJsonContentType())
        {
            if (await Read(request, context.RequestAborted) is not { } fields)
            {
                await Refuse(context.Response, "The body must be one JSON object of texts, each name once.");
                return;
            }
            request.ContentType = "application/x-www-form-urlencoded";
            context.Features.Set<IFormFeature>(new FormFeature(new FormCollection(fields)));
        }
        else if ((isOurs || PagePaths.Contains(path)) && request.HasFormContentType)
        {
            var (form, problem) = await Body.ReadForm(request);
            if (form is null)
            {
                await Refuse(context.Response, problem!.Detail, problem.Status);
                return;
            }
            // RFC 6749 §3.2.
            if (form.Any(field => field.Value.Count > 1))
            {
                await Refuse(context.Response, "A field is sent twice.");
                return;
            }
        }
        await next(context);
    }

    private static async Task<Dictionary<string, StringValues>?> Read(
        HttpRequest request,
        CancellationToken cancellation
    )
    {
        if (request.ContentLength > MaximumLength)
        {
            return null;
        }
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancellation);
            if (body.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }
            var fields = new Dictionary<string, StringValues>(StringComparer.Ordinal);
            foreach (var field in body.RootElement.EnumerateObject())
            {
                var text = field.Value.ValueKind switch
                {
                    JsonValueKind.String => field.Value.GetString(),
                    JsonValueKind.Null => "",
                    JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => field.Value.GetRawText(),
                    _ => null,
                };
                // RFC 6749 §3.2: no parameter twice; one without a value counts as left out.
                // No name, secret or token holds U+0000, and PostgreSQL takes no text that does.
                if (
                    text is null
                    || text.Contains('\0', StringComparison.Ordinal)
                    || (text.Length > 0 && !fields.TryAdd(field.Name, text))
                )
                {
                    return null;
                }
            }
            return fields;
        }
        // The latter: half a surrogate pair, or bytes that are not UTF-8.
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static Task Refuse(HttpResponse response, string why, int status = StatusCodes.Status400BadRequest)
    {
        response.StatusCode = status;
        return response.WriteAsJsonAsync(
            new OAuthError("invalid_request", why, Problem.TraceOf(response.HttpContext)),
            OAuthErrorJson.Default.OAuthError,
            "application/json"
        );
    }
}

/// <summary>An error of RFC 6749 §5.2.</summary>
/// <param name="TraceId">The same as in our log.</param>
internal sealed record OAuthError(string Error, string ErrorDescription, string TraceId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OAuthError))]
internal sealed partial class OAuthErrorJson : JsonSerializerContext;
