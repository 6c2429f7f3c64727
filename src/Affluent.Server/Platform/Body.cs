using System.Globalization;
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
            return (null, Fault(e));
        }
    }

    /// <summary>What is wrong with a body, with the place: the field that has the wrong kind of value, or the line and byte where JSON ends.</summary>
    public static Problem Fault(JsonException error)
    {
        var place = string.Create(
            CultureInfo.InvariantCulture,
            $"line {(error.LineNumber ?? 0) + 1}, position {(error.BytePositionInLine ?? 0) + 1}"
        );
        // The reader of JSON wraps its own finding; a field that does not fit has none inside.
        if (error.InnerException is JsonException)
        {
            return Problem.BadBody($"it is not valid JSON ({place})");
        }
        var field = error.Path is ['$', '.', .. { Length: > 0 } path] ? path : null;
        return field is null
            ? Problem.BadBody($"it is not the JSON object that this route takes ({place})")
            : Problem.BadBody($"'{field}' has a value of the wrong kind ({place})", field);
    }
}
