using System.Net;
using System.Text;

namespace Affluent.Ledger;

/// <summary>
/// Makes a short label for people from a bank's text: takes off how it was paid ("CARTE", "PRLV SEPA", "VIR INST") and what
/// only machines read (card numbers, dates, times, references, mandates). Keeps the bank's own spelling. French, English,
/// Spanish, German, Dutch; one pass over the words.
/// </summary>
public static class Labels
{
    private const int MaxLength = 80;

    /// <summary>The label; the raw text on one line when nothing is left of it; empty only when there is no text at all.</summary>
    /// <param name="text">The bank's lines, joined.</param>
    /// <param name="counterparty">Who is on the other side: speaks for a text of which nothing is left.</param>
    public static string Clean(string text, string? counterparty = null) =>
        Shorten(new Tokens(Decoded(text)), counterparty);

    internal static string Shorten(Tokens tokens, string? counterparty)
    {
        var label = Body(tokens);
        if (label.Length > 1)
        {
            return label;
        }
        var other = Decoded(counterparty ?? "");
        return string.IsNullOrWhiteSpace(other) ? Whole(tokens) : Whole(new Tokens(other));
    }

    // Banks copy texts out of their web pages, some of them twice.
    internal static string Decoded(string text)
    {
        var plain = text.Replace("<br>", " ", StringComparison.OrdinalIgnoreCase);
        for (var round = 0; round < 2 && plain.Contains('&', StringComparison.Ordinal); round++)
        {
            plain = WebUtility.HtmlDecode(plain);
        }
        // Dutch banks print the number of the card against the name: "BEA, Betaalpas KLM,PAS123".
        return BankText.Clean(plain.Replace(",PAS", ", PAS", StringComparison.Ordinal));
    }

    private static string Body(Tokens tokens)
    {
        var first = SkipHead(tokens);
        var label = new StringBuilder(48);
        var between = " ";
        var last = first;
        var words = new List<(int Token, int At)>(8);
        var generic = true;
        var (charge, numbered) = (first < tokens.Count && LabelWords.IsGeneric(tokens.Core(first)), false);
        for (var i = first; i < tokens.Count; i++)
        {
            var started = label.Length > 0;
            // The number of a cheque or a loan, and what a charge says expressly to be a number, tells such movements apart.
            if (started && NumberAt(tokens, i, marked: charge && !numbered) is { } number && (charge || numbered))
            {
                label.Append(' ').Append(tokens.Raw(number).TrimStart("Nn°ºOo.:#"));
                i = number;
                continue;
            }
            if (
                started
                && StartsTail(tokens, i)
                && !(generic && LabelWords.IsMatter(tokens.Core(i)))
                && !(numbered && NumberAt(tokens, i + 1, marked: false) is not null)
            )
            {
                break;
            }
            if (tokens.Core(i).IsEmpty)
            {
                // A dash between words stays, one at an end goes.
                between = tokens.Raw(i) is "-" or "&" or "+" ? $" {tokens.Raw(i)} " : between;
                continue;
            }
            if (IsNoise(tokens, i) || (started && tokens.Core(last).SequenceEqual(tokens.Core(i))))
            {
                continue;
            }
            if (started && label.Length + between.Length + tokens.Raw(i).Length > MaxLength)
            {
                break;
            }
            last = i;
            generic &= LabelWords.IsGeneric(tokens.Core(i));
            numbered |= LabelWords.IsNumbered(tokens.Core(i));
            words.Add((i, label.Length));
            _ = started ? label.Append(between) : label;
            label.Append(WithoutNameAgain(tokens, first, i));
            between = " ";
        }
        label.Length =
            first > 0 && LabelWords.IsDirectDebit(tokens.Core(0))
                ? EndOfFirst(tokens, words, label.Length)
                : label.Length;
        return Trim(label);
    }

    /// <summary>Where the number is that begins here ("N°123", "N 123", and where it need not be marked "123"); null: none does.</summary>
    private static int? NumberAt(Tokens tokens, int i, bool marked)
    {
        if (i >= tokens.Count)
        {
            return null;
        }
        var isMark = tokens.Whole(i) is "N" or "NO" or "N°" or "Nº" or "NUMERO" or "NUM" or "NR" or "#";
        if (isMark)
        {
            return i + 1 < tokens.Count && IsNumber(tokens.Whole(i + 1)) ? i + 1 : null;
        }
        var whole = tokens.Whole(i);
        var bare = whole.TrimStart("N°ºO.:#");
        return IsNumber(bare) && (!marked || bare.Length < whole.Length) ? i : null;
    }

    // Not a date, an amount or a masked card.
    private static bool IsNumber(ReadOnlySpan<char> text)
    {
        var digits = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c))
            {
                return false;
            }
            digits += char.IsAsciiDigit(c) ? 1 : 0;
        }
        return digits >= 4;
    }

    // "ORANGE SA-ORANGE"
    private static ReadOnlySpan<char> WithoutNameAgain(Tokens tokens, int first, int i)
    {
        var core = tokens.Core(i);
        return
            i > first
            && core.IndexOf('-') is > 0 and var dash
            && LabelWords.IsCompanyForm(core[..dash])
            && core[(dash + 1)..].SequenceEqual(tokens.Core(first))
            ? tokens.Raw(i)[..dash]
            : tokens.Raw(i);
    }

    /// <summary>Where a name ends that is said once more behind itself, whole or from its beginning on.</summary>
    private static int EndOfFirst(Tokens tokens, List<(int Token, int At)> words, int end)
    {
        for (var period = 1; period < words.Count; period++)
        {
            var again = 0;
            while (
                period + again < words.Count
                && tokens.Core(words[again].Token).SequenceEqual(tokens.Core(words[period + again].Token))
            )
            {
                again++;
            }
            // One word again is no name again: "EAUX DU LAC SERVICE DES EAUX".
            if (
                period + again == words.Count
                && (again > 1 || again >= period || LabelWords.IsCompanyForm(tokens.Core(words[period - 1].Token)))
            )
            {
                return words[period].At;
            }
        }
        return end;
    }

    private static int SkipHead(Tokens tokens)
    {
        var at = 0;
        while (at < tokens.Count)
        {
            var phrase = LabelWords.Heads.At(tokens, at, out var goes);
            if (phrase > 0 && !goes)
            {
                break;
            }
            if (
                phrase == 0
                && !tokens.Core(at).IsEmpty
                && !IsNoise(tokens, at)
                && !IsLinkToNoise(tokens, at)
                && !(at > 0 && tokens.Whole(at) is "DE:" or "A:" or "VERS:" or "POUR:")
            )
            {
                break;
            }
            at += Math.Max(1, phrase);
        }
        return at;
    }

    // "A 06H23", "DU 12/03", "LE 12.03.24"
    private static bool IsLinkToNoise(Tokens tokens, int i) =>
        tokens.Core(i) is "A" or "LE" or "DU" or "AU" or "ON" or "AM" or "OP" or "EL"
        && i + 1 < tokens.Count
        && IsNoise(tokens, i + 1);

    private static bool StartsTail(Tokens tokens, int i)
    {
        if (LabelWords.Tails.At(tokens, i, out _) > 0)
        {
            return true;
        }
        var next = i + 1 < tokens.Count ? tokens.Core(i + 1) : default;
        if (tokens.Whole(i) is "ID:" or "ID")
        {
            return tokens.Whole(i) is "ID:" || (next.Length > 0 && IsNoise(tokens, i + 1));
        }
        return tokens.Core(i) switch
        {
            "FACT" => next.Length > 0 && IsNoise(tokens, i + 1),
            "EUR" or "USD" or "GBP" or "CHF" => next.Length > 0 && char.IsAsciiDigit(next[0]),
            "CD" or "CARTE" or "CB" or "CARD" or "CARTA" => next.Length > 0
                && next.IndexOfAnyExceptInRange('0', '9') < 0,
            var core => next is "EUR" or "USD" or "GBP" or "CHF" && core.Length > 0 && char.IsAsciiDigit(core[0]),
        };
    }

    private static bool IsNoise(Tokens tokens, int i)
    {
        var token = tokens.Whole(i);
        int digits = 0,
            letters = 0,
            masks = 0,
            others = 0;
        foreach (var c in token)
        {
            if (char.IsAsciiDigit(c))
            {
                digits++;
            }
            else if (c is '*' or '•' || (c == 'X' && letters == 0))
            {
                masks++;
            }
            else if (char.IsLetter(c))
            {
                letters++;
            }
            else
            {
                others++;
            }
        }
        if (letters == 0)
        {
            return masks > 0 ? digits >= 2 || masks >= 3 : digits >= 4 || (digits > 1 && others > 0);
        }
        // Long mixtures are references, "CB*1234" is a card.
        return (digits >= 2 && digits + 3 == token.Length && token.StartsWith("PAS"))
            || (digits >= 4 && (token.Length >= 8 || (masks > 0 && letters <= 2)))
            || IsTime(token, digits, letters);
    }

    // 10h14; 10:14 has no letters and counts as digits with punctuation.
    private static bool IsTime(ReadOnlySpan<char> token, int digits, int letters) =>
        letters == 1 && digits is 3 or 4 && token.IndexOf('H') is 1 or 2;

    private static string Trim(StringBuilder label)
    {
        var text = label.ToString().AsSpan();
        var bracket = text.LastIndexOf('(');
        text = (bracket > 0 && !text[bracket..].Contains(')') ? text[..bracket] : text).Trim(" -:;,/*|.");
        while (text.LastIndexOf(' ') is > 0 and var blank && LabelWords.IsDangling(text[(blank + 1)..]))
        {
            text = text[..blank].TrimEnd(" -:;,/*|");
        }
        return text.ToString();
    }

    private static string Whole(Tokens tokens) => tokens.Join(0, tokens.Count);
}
