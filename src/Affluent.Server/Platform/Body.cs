using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;

namespace Affluent.Server.Platform;

/// <summary>Reads the body of a request.</summary>
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
        // Kestrel bounds what is read here.
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        body.Position = 0;
        try
        {
            var message = await JsonSerializer.DeserializeAsync(body, type, request.HttpContext.RequestAborted);
            return message is null ? (null, Problem.BadBody("it must be a JSON object"))
                : HasSoundTexts(body.GetBuffer().AsSpan(0, (int)body.Length)) ? (message, null)
                : (null, Problem.BadBody("a text in it holds the character U+0000 or half a surrogate pair"));
        }
        catch (JsonException e)
        {
            return (null, Fault(e));
        }
    }

    /// <summary>The form of the request, or what is wrong with it.</summary>
    /// <param name="options">Of its parts; null: as usual.</param>
    public static async Task<(IFormCollection? Form, Problem? Problem)> ReadForm(
        HttpRequest request,
        FormOptions? options = null
    )
    {
        try
        {
            var form = options is null
                ? await request.ReadFormAsync(request.HttpContext.RequestAborted)
                : await request.ReadFormAsync(options, request.HttpContext.RequestAborted);
            // Escaped, the framework refuses it; PostgreSQL takes no text that holds it.
            return form.Any(field => HoldsZero(field.Key) || field.Value.Any(HoldsZero))
                ? (null, BadForm)
                : (form, null);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, ApiErrors.TooLarge(request.HttpContext));
        }
        // Broken off in the middle, too many fields, or a field that is none (U+0000, too long).
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return (null, BadForm);
        }
    }

    private static Problem BadForm => Problem.BadBody("it is not a valid form");

    private static bool HoldsZero(string? text) => text?.Contains('\0', StringComparison.Ordinal) == true;

    /// <summary>Whether every text of a JSON document is one that a database keeps: PostgreSQL refuses U+0000, UTF-8 half a pair.</summary>
    private static bool HasSoundTexts(ReadOnlySpan<byte> json)
    {
        var byteOrderMark = "\uFEFF"u8;
        var reader = new Utf8JsonReader(json.StartsWith(byteOrderMark) ? json[byteOrderMark.Length..] : json);
        try
        {
            while (reader.Read())
            {
                if (
                    reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName
                    && reader.GetString()!.Contains('\0', StringComparison.Ordinal)
                )
                {
                    return false;
                }
            }
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
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
            : Problem.BadBody(
                $"'{field}' has a value of the wrong kind, or a name that this route does not know ({place})",
                field
            );
    }
}
