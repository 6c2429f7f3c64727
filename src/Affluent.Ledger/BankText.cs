using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Affluent.Ledger;

/// <summary>
/// Text as a bank sends it: padded with NUL, with control characters of old terminals, cut in the middle of a character. Databases
/// disagree on what they take of these, so none of them is kept.
/// </summary>
public static class BankText
{
    /// <summary>The text without control characters and halves of characters; a control between two words parts them like a blank.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static string? Clean(string? text)
    {
        if (text is null || IsClean(text))
        {
            return text;
        }
        var clean = new StringBuilder(text.Length);
        var rest = text.AsSpan();
        while (Rune.DecodeFromUtf16(rest, out var rune, out var length) is var decoded && length > 0)
        {
            rest = rest[length..];
            if (decoded != OperationStatus.Done)
            {
                continue;
            }
            if (!Rune.IsControl(rune))
            {
                clean.Append(rune);
            }
            else if (rune.Value != 0 && clean is [.., not ' '])
            {
                clean.Append(' ');
            }
        }
        return clean.ToString();
    }

    private static bool IsClean(string text)
    {
        foreach (var c in text)
        {
            // Every surrogate goes the long way, which tells whole characters from halves.
            if (char.IsControl(c) || char.IsSurrogate(c))
            {
                return false;
            }
        }
        return true;
    }
}
