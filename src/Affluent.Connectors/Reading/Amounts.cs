using System.Globalization;
using System.Text.RegularExpressions;

namespace Affluent.Connectors.Reading;

/// <summary>An amount as a page prints it; the currency is null when the page shows none.</summary>
internal readonly record struct PrintedAmount(decimal Value, string? Currency);

/// <summary>Reads amounts and rates as French and English pages print them.</summary>
internal static partial class Amounts
{
    // So many digits a decimal always holds.
    internal const int DigitsOfDecimal = 28;

    private static readonly string[] ThreeDecimals = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

    /// <summary>
    /// "1 234,56 €", "-1.234,56", "£1,234.56", "(12,00)", "12,00 -", with any kind of blank and of minus sign. Null when the
    /// text is no amount, or could mean two.
    /// </summary>
    /// <param name="currency">Of the account: three decimals where its money has three.</param>
    public static PrintedAmount? Read(string? text, string? currency = null)
    {
        var plain = Plain(text ?? "");
        if (Form().Match(plain) is not { Success: true } match)
        {
            return null;
        }
        var shown = Currency(match.Groups["before"].Value + match.Groups["after"].Value);
        var signs = match.Groups["minus"].Captures.Count + (match.Groups["open"].Success ? 1 : 0);
        if (signs > 1 || match.Groups["open"].Captures.Count != match.Groups["close"].Captures.Count)
        {
            return null;
        }
        return Number(match.Groups["number"].Value, shown ?? currency) is { } number
            ? new PrintedAmount(signs == 1 ? -number : number, shown)
            : null;
    }

    /// <summary>"1,70 %" as 1.70.</summary>
    public static decimal? ReadRate(string? text) =>
        Read((text ?? "").Replace("%", "", StringComparison.Ordinal))?.Value;

    // All blanks and apostrophes are group marks (they mean nothing), all dashes are a minus.
    private static string Plain(string text) =>
        string.Concat(
            text.Select(c =>
                c switch
                {
                    '\u2212' or '\u2010' or '\u2011' or '\u2012' or '\u2013' or '\u2014' or '\uFE63' or '\uFF0D' => "-",
                    '\'' or '\u2019' => "",
                    _ when char.IsWhiteSpace(c) || c is '\u200e' or '\u200f' or '\u2060' or '\ufeff' => "",
                    _ => c.ToString(),
                }
            )
        );

    private static string? Currency(string sign) =>
        sign.ToUpperInvariant() switch
        {
            "" => null,
            "€" => "EUR",
            "£" => "GBP",
            "$" or "US$" => "USD",
            "¥" => "JPY",
            { Length: 3 } code => code,
            _ => null,
        };

    private static decimal? Number(string text, string? currency)
    {
        var last = text.LastIndexOfAny(['.', ',']);
        if (last < 0)
        {
            return Parse(text);
        }
        var mark = text[last];
        var other = mark == ',' ? '.' : ',';
        var (whole, decimals) = (text[..last], text[(last + 1)..]);
        var isDecimalMark =
            whole.Contains(other, StringComparison.Ordinal)
            || (
                !whole.Contains(mark, StringComparison.Ordinal)
                && (decimals.Length != 3 || whole is "" or "0" || ThreeDecimals.Contains(currency))
            );
        var groups = (isDecimalMark ? whole : text).Split([',', '.']);
        var grouped = groups.Length == 1 || (groups[0].Length is 1 or 2 or 3 && groups[1..].All(g => g.Length == 3));
        var sameMark = (isDecimalMark ? whole : text).Where(c => c is ',' or '.').Distinct().Count() <= 1;
        if (!grouped || !sameMark || (isDecimalMark && whole.Contains(mark, StringComparison.Ordinal)))
        {
            return null;
        }
        return Parse(string.Concat(groups) + (isDecimalMark ? $".{decimals}" : ""));
    }

    private static decimal? Parse(string text) =>
        IsExact(text)
        && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    /// <summary>Whether a decimal holds all digits of a number as JSON writes it; reading it as one would round it silently.</summary>
    public static bool IsExact(string number)
    {
        var at = number.IndexOfAny(['e', 'E']);
        var exponent = 0;
        if (at >= 0 && !int.TryParse(number.AsSpan(at + 1), CultureInfo.InvariantCulture, out exponent))
        {
            return false;
        }
        var mantissa = at < 0 ? number : number[..at];
        var point = mantissa.IndexOfAny(['.', ',']);
        var digits = string.Concat(mantissa.Where(char.IsAsciiDigit)).TrimStart('0');
        var significant = digits.TrimEnd('0').Length;
        var decimals = point < 0 ? 0 : mantissa.Length - point - 1;
        var last = (long)exponent - decimals + digits.Length - significant;
        return significant == 0 || (significant <= DigitsOfDecimal && last >= -DigitsOfDecimal);
    }

    [GeneratedRegex(
        """
            ^(?<minus>-)?\+?(?<open>\()?(?<before>[€£$¥]|US\$|[A-Za-z]{3})?(?<minus>-)?\+?
            (?<number>[0-9][0-9.,]*[0-9]|[0-9]|[.,][0-9]+)
            (?<minus>-)?(?<close>\))?(?<after>[€£$¥]|[A-Za-z]{3})?(?<minus>-)?(?<close>\))?$
            """,
        RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Form();
}
