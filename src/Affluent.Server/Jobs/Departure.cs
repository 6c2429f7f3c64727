using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Jobs;

/// <summary>
/// How a browser left for the bank. It carries this itself, sealed with the user's key for the one question that sends it there, and
/// brings it back: whoever comes back without it is not the browser that left.
/// </summary>
/// <param name="SessionId">The widget session that sent it; null from a link.</param>
internal sealed record Departure(DepartureFrom From, string? SessionId = null)
{
    /// <summary>The text for the browser to keep.</summary>
    public string Seal(UserKey key, QuestionId questionId) =>
        Base64Url.EncodeToString(
            key.Seal(JsonSerializer.Serialize(this, DepartureJson.Default.Departure), Sealed.Departure(questionId))
        );

    /// <summary>What a browser brings; null when it brings nothing, or nothing that it was given for this question.</summary>
    public static Departure? Open(UserKey key, QuestionId questionId, string? kept)
    {
        if (kept is not { Length: > 0 and <= 1_000 })
        {
            return null;
        }
        try
        {
            return key.Open(Base64Url.DecodeFromChars(kept), Sealed.Departure(questionId)) is { } text
                ? JsonSerializer.Deserialize(text, DepartureJson.Default.Departure)
                : null;
        }
        catch (Exception error) when (error is FormatException or CryptographicException)
        {
            return null;
        }
    }
}

/// <summary>From where a browser leaves for the bank; the way back leads there.</summary>
[JsonConverter(typeof(WordConverter<DepartureFrom>))]
internal enum DepartureFrom
{
    /// <summary>The widget as a page of its own.</summary>
    Page,

    /// <summary>The widget in a frame on a page of the client.</summary>
    Frame,

    /// <summary>The link of a connection that the API made.</summary>
    Link,
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(Departure))]
internal sealed partial class DepartureJson : JsonSerializerContext;
