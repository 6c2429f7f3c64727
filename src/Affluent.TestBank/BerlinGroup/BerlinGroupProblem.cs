using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Affluent.TestBank.BerlinGroup;

/// <summary>Errors of the standard (NextGenPSD2 1.3, sections 4.13 "Additional Error Information" and 14.11 "Message codes").</summary>
internal static class BerlinGroupProblem
{
    /// <param name="path">What in the request is wrong.</param>
    public static IResult Of(int status, string code, string text, string? path = null) =>
        Results.Json(
            new TppMessages([new TppMessage("ERROR", code, path, text)], null),
            BerlinGroupJson.Default.TppMessages,
            statusCode: status
        );

    public static IResult Format(string text, string? path = null) =>
        Of(StatusCodes.Status400BadRequest, "FORMAT_ERROR", text, path);

    public static IResult Unauthorized(string code, string text) => Of(StatusCodes.Status401Unauthorized, code, text);

    /// <summary>For requests that reach no endpoint.</summary>
    public static IResult OfRouting(int status) =>
        status switch
        {
            StatusCodes.Status405MethodNotAllowed => Of(status, "SERVICE_INVALID", "no such method here"),
            StatusCodes.Status404NotFound => Of(status, "RESOURCE_UNKNOWN", "no such resource"),
            _ => Of(status, "FORMAT_ERROR", "the request cannot be read"),
        };

    /// <summary>The body, or null when it is none of the form that is due.</summary>
    public static async Task<T?> Read<T>(HttpContext http, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        try
        {
            return http.Request.HasJsonContentType() ? await http.Request.ReadFromJsonAsync(type, cancellation) : null;
        }
        // The latter: a body in an encoding that nobody knows.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
