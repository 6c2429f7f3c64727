using System.Text;

namespace Affluent.Fuzz.Tests.Engine;

/// <summary>
/// Text as bytes and back. Unlike UTF-8 it has a form for half a surrogate pair (the three bytes that UTF-8 would give a character of
/// that number), because .NET strings can hold one.
/// </summary>
internal static class InputText
{
    public static byte[] Encode(string text)
    {
        var bytes = new List<byte>(text.Length);
        Span<byte> buffer = stackalloc byte[4];
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
            {
                bytes.AddRange(buffer[..new Rune(text[i]).EncodeToUtf8(buffer)]);
            }
            else if (i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]))
            {
                bytes.AddRange(buffer[..new Rune(text[i], text[++i]).EncodeToUtf8(buffer)]);
            }
            else
            {
                bytes.AddRange([
                    (byte)(0xE0 | (text[i] >> 12)),
                    (byte)(0x80 | ((text[i] >> 6) & 63)),
                    (byte)(0x80 | (text[i] & 63)),
                ]);
            }
        }
        return [.. bytes];
    }

    /// <summary>Bytes that are no text become U+FFFD, as everywhere.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IndexOf((byte)0xED) < 0)
        {
            return Encoding.UTF8.GetString(bytes);
        }
        var text = new StringBuilder(bytes.Length);
        while (!bytes.IsEmpty)
        {
            var cut = bytes.IndexOf((byte)0xED);
            if (cut < 0)
            {
                return text.Append(Encoding.UTF8.GetString(bytes)).ToString();
            }
            text.Append(Encoding.UTF8.GetString(bytes[..cut]));
            bytes = bytes[cut..];
            if (bytes is [_, >= 0xA0 and <= 0xBF, >= 0x80 and <= 0xBF, ..])
            {
                text.Append((char)(0xD000 | ((bytes[1] & 63) << 6) | (bytes[2] & 63)));
                bytes = bytes[3..];
            }
            else
            {
                _ = Rune.DecodeFromUtf8(bytes, out var rune, out var consumed);
                text.Append(rune);
                bytes = bytes[consumed..];
            }
        }
        return text.ToString();
    }
}
