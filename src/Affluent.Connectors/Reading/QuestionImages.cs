using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>Images of questions. Pure.</summary>
internal static class QuestionImages
{
    /// <summary>The bytes as an image by what they begin with, whatever the bank calls them; null when they are none that can be shown.</summary>
    public static QuestionImage? Of(ReadOnlyMemory<byte> bytes)
    {
        var type =
            bytes.Span.StartsWith(Png) ? "image/png"
            : bytes.Span.StartsWith(Jpeg) ? "image/jpeg"
            : bytes.Span.StartsWith("GIF8"u8) ? "image/gif"
            : null;
        return type is not null && new QuestionImage(type, bytes) is { CanBeShown: true } image ? image : null;
    }

    private static ReadOnlySpan<byte> Png => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];
    private static ReadOnlySpan<byte> Jpeg => [0xFF, 0xD8, 0xFF];
}
