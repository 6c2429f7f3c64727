using System.Globalization;

namespace Affluent.TestBank.Scenarios;

/// <summary>Amounts as <c>long</c> minor units (cents of a euro, whole yen) beside an ISO 4217 currency.</summary>
internal static class Amounts
{
    // ISO 4217 minor units that are not two.
    private static readonly Dictionary<string, int> UnusualDecimals = new(StringComparer.Ordinal)
    {
        ["BHD"] = 3,
        ["BIF"] = 0,
        ["CLF"] = 4,
        ["CLP"] = 0,
        ["DJF"] = 0,
        ["GNF"] = 0,
        ["IQD"] = 3,
        ["ISK"] = 0,
        ["JOD"] = 3,
        ["JPY"] = 0,
        ["KMF"] = 0,
        ["KRW"] = 0,
        ["KWD"] = 3,
        ["LYD"] = 3,
        ["OMR"] = 3,
        ["PYG"] = 0,
        ["RWF"] = 0,
        ["TND"] = 3,
        ["UGX"] = 0,
        ["UYI"] = 0,
        ["UYW"] = 4,
        ["VND"] = 0,
        ["VUV"] = 0,
        ["XAF"] = 0,
        ["XOF"] = 0,
        ["XPF"] = 0,
    };

    private static readonly decimal[] PowersOfTen = [1m, 10m, 100m, 1_000m, 10_000m];

    // Far above any account, far below an overflow when a history is summed: also where a unit has ten thousand parts.
    private const decimal Largest = 1_000_000_000_000m;
    private const decimal LargestInMinorUnits = 100 * Largest;
    private const decimal FloatNoise = 0.000_001m;

    /// <summary>How many decimals the currency has.</summary>
    public static int Decimals(string currency) => UnusualDecimals.GetValueOrDefault(currency, 2);

    /// <summary>Three capital letters, as ISO 4217 codes are written.</summary>
    public static bool IsCurrency(string text) => text.Length == 3 && text.All(char.IsAsciiLetterUpper);

    /// <summary>
    /// Reads a signed amount with a dot or a comma before the decimals and, at most, spaces between the thousands.
    /// More decimals than the currency has are refused, unless they are the noise of a program that computed with floating point (<c>101.67000000000002</c>).
    /// </summary>
    public static bool TryParse(string text, string currency, out long minorUnits)
    {
        minorUnits = 0;
        var plain = text.Replace(" ", "", StringComparison.Ordinal)
            .Replace("\u00a0", "", StringComparison.Ordinal)
            .Replace("\u202f", "", StringComparison.Ordinal)
            .Replace(',', '.');
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (!decimal.TryParse(plain, Style, CultureInfo.InvariantCulture, out var amount) || Math.Abs(amount) > Largest)
        {
            return false;
        }

        var scaled = amount * PowersOfTen[Decimals(currency)];
        var whole = decimal.Round(scaled);
        if (Math.Abs(scaled - whole) > FloatNoise || Math.Abs(whole) > LargestInMinorUnits)
        {
            return false;
        }

        minorUnits = (long)whole;
        return true;
    }

    /// <summary>The amount as a decimal number, with all decimals of its currency.</summary>
    public static decimal ToDecimal(long minorUnits, string currency) => minorUnits / PowersOfTen[Decimals(currency)];

    /// <summary>The amount as machines read it: <c>-1234.50</c>.</summary>
    public static string ToText(long minorUnits, string currency) =>
        ToDecimal(minorUnits, currency).ToString($"F{Decimals(currency)}", CultureInfo.InvariantCulture);
}
