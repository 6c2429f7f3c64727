using System.Text.RegularExpressions;

namespace Affluent.Connectors.Reading;

/// <summary>
/// Amounts of one file, which all have the same decimal mark: what "1.234" means is to be seen from the others. Pure.
/// </summary>
internal sealed partial class AmountColumn
{
    private readonly char? _mark;

    private AmountColumn(char? mark) => _mark = mark;

    /// <summary>The mark by which any amount can only be meant; none when there is no such amount, or one for each mark.</summary>
    public static AmountColumn Of(IEnumerable<string> amounts)
    {
        var (point, comma) = (false, false);
        foreach (var match in amounts.Select(text => LastMark().Match(text)).Where(m => m.Success))
        {
            var mark = match.Groups["mark"].Value;
            var before = match.Groups["other"];
            if (before.Success && before.Value[..1] == mark)
            {
                // Groups, whose mark is not the decimal one.
                mark = mark == "." ? "," : ".";
            }
            else if (!before.Success && match.Groups["digits"].Length == 3)
            {
                // A group or decimals.
                continue;
            }
            point |= mark == ".";
            comma |= mark == ",";
        }
        return new AmountColumn(
            (point, comma) switch
            {
                (true, false) => '.',
                (false, true) => ',',
                (true, true) or (false, false) => null,
            }
        );
    }

    /// <summary>Null: it is none.</summary>
    public PrintedAmount? Read(string text)
    {
        if (_mark is not { } mark)
        {
            return Amounts.Read(text);
        }
        var plain = text.Replace(mark == ',' ? "." : ",", "", StringComparison.Ordinal);
        // A fourth digit tells a decimal from a group.
        return Amounts.Read(ThreeDecimals().Replace(plain, "${mark}${digits}0"));
    }

    [GeneratedRegex(
        @"(?<other>[.,][0-9]{3})*(?<mark>[.,])(?<digits>[0-9]+)[^0-9.,]*$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex LastMark();

    [GeneratedRegex(
        "(?<mark>[.,])(?<digits>[0-9]{3})(?![0-9])",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex ThreeDecimals();
}
