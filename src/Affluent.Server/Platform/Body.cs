using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Affluent.Server.Platform;

/// <summary>Reads the JSON body of a request.</summary>
internal static class Body
{
    /// <summary>
    /// The message, or what is wrong with the body. Unknown fields are ignored; a field of the wrong kind is named.
    /// </summary>
    public static async Task<(T? Message, Problem? Problem)> Read<T>(HttpRequest request, JsonTypeInfo<T> type)
        where T : class
    {
        if (!request.HasJsonContentType())
        {
            return (
                null,
                new Problem(
                    415,
                    "unsupported_media_type",
                    "Send the body as JSON, with Content-Type: application/json."
                )
            );
        }
        try
        {
            var message = await JsonSerializer.DeserializeAsync(request.Body, type, request.HttpContext.RequestAborted);
            return message is null ? (null, Problem.BadBody("it must be a JSON object")) : (message, null);
        }
        catch (JsonException e)
        {
            var field =
                e.Path is { Length: > 2 } path && path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : null;
            return (
                null,
                Problem.BadBody(
                    field is null ? "it is not valid JSON" : $"'{field}' has a value of the wrong kind",
                    field
                )
            );
        }
    }
}
