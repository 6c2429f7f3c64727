using System.Collections.Frozen;

namespace Affluent.Ledger;

/// <summary>Why an amount has no exact value in minor units.</summary>
public enum MoneyFault
{
    /// <summary>No code of a currency: three to ten capitals and digits, a capital first.</summary>
    UnknownCurrency,

    /// <summary>More decimals than are kept (zeros at the end do not count); see <see cref="Money.DecimalsBeyond"/>.</summary>
    TooManyDecimals,

    /// <summary>Beyond 63 bits.</summary>
    TooLarge,
}

/// <summary>
/// Amounts in minor units (cents of EUR, yen, fils of KWD), whole ones nearly always; where a bank counts finer, with a fraction. Exact both ways:
/// nothing is ever rounded. What ISO 4217 does not know (BTC, a bank's own points) has eight decimals.
/// </summary>
public static class Money
{
    // ISO 4217, list one: codes whose minor unit is not 2, then those where it is.
    private const string WithoutDecimals = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
    private const string WithThree = "BHD IQD JOD KWD LYD OMR TND";
    private const string WithFour = "CLF UYW";
    private const string WithTwo =
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW "
        + "CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR "
        + "ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV "
        + "MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD "
        + "SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";

    // Withdrawn ones (ISO 4217, list three): banks go on showing what was booked in them.
    private const string WithdrawnWithoutDecimals = "BYR ESP GRD ITL LUF BEF PTE TPE ADP";
    private const string WithdrawnWithTwo =
        "ANG ATS AZM BGL CUC CYP DEM EEK FIM FRF GHC HRK IEP LTL LVL MRO MTL MZM NLG ROL SDD SIT SKK SLL SRG STD TMM TRL VEF ZMK ZWL";

    private static readonly FrozenDictionary<string, int> Decimals = new (string Codes, int Decimals)[]
    {
        (WithoutDecimals, 0),
        (WithTwo, 2),
        (WithThree, 3),
        (WithFour, 4),
        (WithdrawnWithoutDecimals, 0),
        (WithdrawnWithTwo, 2),
    }
        .SelectMany(row => row.Codes.Split(' ').Select(code => KeyValuePair.Create(code, row.Decimals)))
        .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Decimals of a currency without a minor unit of its own: those of the usual digital ones.</summary>
    public const int DecimalsOfOthers = 8;

    /// <summary>How many decimals more than its currency has an amount is kept with: 12.345 EUR, 18 decimals of ETH.</summary>
    public const int DecimalsBeyond = 10;

    /// <summary>What is left of an amount beyond whole minor units is counted in these; see <see cref="Split"/>.</summary>
    public const decimal RestsOfUnit = 10_000_000_000m;

    /// <summary>Every currency of ISO 4217 with its number of decimals.</summary>
    public static IReadOnlyDictionary<string, int> Currencies => Decimals;

    private static readonly decimal[] Scale =
    [
        1m,
        10m,
        100m,
        1_000m,
        10_000m,
        100_000m,
        1_000_000m,
        10_000_000m,
        100_000_000m,
    ];

    /// <summary>Number of decimals of a currency; null when the code is not one.</summary>
    public static int? DecimalsOf(string currency)
    {
        var code = currency.Trim();
        return Decimals.TryGetValue(code, out var decimals) ? decimals
            : IsCode(code) ? DecimalsOfOthers
            : null;
    }

    private static bool IsCode(string code) =>
        code.Length is >= 3 and <= 10 && char.IsAsciiLetter(code[0]) && code.All(char.IsAsciiLetterOrDigit);

    /// <summary>Reads an amount in minor units; null, or why there is none (<paramref name="minor"/> is then 0).</summary>
    public static MoneyFault? Read(decimal amount, string currency, out decimal minor)
    {
        minor = 0;
        if (DecimalsOf(currency) is not { } decimals)
        {
            return MoneyFault.UnknownCurrency;
        }
        if (Math.Abs(amount) > long.MaxValue / Scale[decimals])
        {
            return MoneyFault.TooLarge;
        }
        var scaled = amount * Scale[decimals];
        var whole = decimal.Truncate(scaled);
        if (scaled == whole)
        {
            minor = (long)whole;
            return null;
        }
        var rests = (scaled - whole) * RestsOfUnit;
        if (rests != decimal.Truncate(rests))
        {
            return MoneyFault.TooManyDecimals;
        }
        minor = WithoutZeros(scaled);
        return null;
    }

    /// <summary>Whether an amount in minor units can be kept.</summary>
    public static bool IsKept(decimal minor) =>
        Math.Abs(minor) <= long.MaxValue && (minor - decimal.Truncate(minor)) * RestsOfUnit % 1 == 0;

    /// <summary>Minor units as they are kept: whole ones, and what is left beyond them in ten-billionths of one, of the same sign; null: nothing.</summary>
    public static (long Minor, long? Beyond) Split(decimal minor)
    {
        var whole = Math.Clamp(decimal.Truncate(minor), long.MinValue, long.MaxValue);
        return ((long)whole, whole == minor ? null : (long)((minor - decimal.Truncate(minor)) * RestsOfUnit));
    }

    /// <summary>Puts together what <see cref="Split"/> took apart.</summary>
    public static decimal Join(long minor, long? rest) =>
        rest is { } beyond ? WithoutZeros(minor + (beyond / RestsOfUnit)) : minor;

    // A decimal remembers how many zeros it was written with.
    private static decimal WithoutZeros(decimal number) => number / 1.0000000000000000000000000000m;

    /// <summary>
    /// Minor units back to units, with exactly the currency's number of decimals ("12.50", "1500", "1.250"), and more where the amount is finer.
    /// </summary>
    /// <exception cref="ArgumentException">The currency is unknown: such an amount cannot have come from <see cref="Read"/>.</exception>
    public static decimal ToDecimal(decimal minor, string currency) =>
        DecimalsOf(currency) is { } decimals
            ? (minor.Scale == 0 ? minor : WithoutZeros(minor)) * new decimal(1, 0, 0, false, (byte)decimals)
            : throw new ArgumentException($"'{currency}' is not a currency code", nameof(currency));
}
