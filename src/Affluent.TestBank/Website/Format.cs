using System.Globalization;
using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.Website;

/// <summary>Amounts and days as the French pages print them.</summary>
internal static class Format
{
    private const string NoBreakSpace = "\u00a0";

    /// <summary><c>-1 234,56 €</c>, with no-break spaces; currencies without a usual sign show their code.</summary>
    public static string Amount(long minorUnits, string currency)
    {
        var french = new NumberFormatInfo
        {
            NumberDecimalSeparator = ",",
            NumberGroupSeparator = NoBreakSpace,
            NegativeSign = "-",
        };
        var sign = currency switch
        {
            "EUR" => "€",
            "GBP" => "£",
            "USD" => "$",
            _ => currency,
        };
        return Amounts.ToDecimal(minorUnits, currency).ToString($"N{Amounts.Decimals(currency)}", french)
            + NoBreakSpace
            + sign;
    }

    public static string Day(DateOnly day) => day.ToString("dd/MM/yyyy", CultureInfo.InvariantCulture);

    public static string Rate(decimal rate) =>
        rate.ToString("0.00", CultureInfo.InvariantCulture).Replace('.', ',') + NoBreakSpace + "%";
}
