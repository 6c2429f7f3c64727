using CsCheck;

namespace Affluent.Ledger.Tests;

public sealed class MoneyTests
{
    [Theory]
    [InlineData("12.5", "EUR", 1250)]
    [InlineData("-0.01", "eur", -1)]
    [InlineData("12.5000", "EUR", 1250)]
    [InlineData("1500", "JPY", 1500)]
    [InlineData("1.234", "KWD", 1234)]
    [InlineData("0.1234", "CLF", 1234)]
    [InlineData("0.00000001", "BTC", 1)]
    [InlineData("-1.5", "POINTS", -150_000_000)]
    [InlineData("92233720368547758.07", "EUR", long.MaxValue)]
    public void Each_currency_has_its_own_minor_unit(string amount, string currency, long minor)
    {
        Assert.Null(Money.Read(Number(amount), currency, out var read));
        Assert.Equal(minor, read);
    }

    [Theory]
    [InlineData("12.345", "EUR", "1234.5", 1234L, 5_000_000_000L)]
    [InlineData("-12.3450", "EUR", "-1234.5", -1234L, -5_000_000_000L)]
    [InlineData("-0.005", "EUR", "-0.5", 0L, -5_000_000_000L)]
    [InlineData("10.5", "JPY", "10.5", 10L, 5_000_000_000L)]
    [InlineData("0.000000000000000001", "ETH", "0.0000000001", 0L, 1L)]
    [InlineData(
        "12233720368547758.069999999999",
        "EUR",
        "1223372036854775806.9999999999",
        1_223_372_036_854_775_806L,
        9_999_999_999L
    )]
    public void What_is_finer_than_a_minor_unit_is_kept_beside_it(
        string amount,
        string currency,
        string minor,
        long whole,
        long? beyond
    )
    {
        Assert.Null(Money.Read(Number(amount), currency, out var read));
        Assert.Equal(Number(minor), read);
        Assert.Equal((whole, beyond), Money.Split(read));
        Assert.Equal(read, Money.Join(whole, beyond));
        Assert.Equal(
            Number(amount).ToString("0.##################", System.Globalization.CultureInfo.InvariantCulture),
            Money
                .ToDecimal(read, currency)
                .ToString("0.##################", System.Globalization.CultureInfo.InvariantCulture)
        );
    }

    [Theory]
    [InlineData("12.345", "EUR", "12.345")]
    [InlineData("12.3450", "EUR", "12.345")]
    [InlineData("12.300", "EUR", "12.30")]
    [InlineData("10.5", "JPY", "10.5")]
    public void It_is_shown_with_as_many_decimals_as_it_has(string amount, string currency, string shown)
    {
        Assert.Null(Money.Read(Number(amount), currency, out var read));
        var (minor, beyond) = Money.Split(read);
        Assert.Equal(
            shown,
            Money
                .ToDecimal(Money.Join(minor, beyond), currency)
                .ToString(System.Globalization.CultureInfo.InvariantCulture)
        );
    }

    [Theory]
    [InlineData("0.0000000000001", "EUR", MoneyFault.TooManyDecimals)]
    [InlineData("1.00000000005", "JPY", MoneyFault.TooManyDecimals)]
    [InlineData("0.0000000000000000001", "BTC", MoneyFault.TooManyDecimals)]
    [InlineData("92233720368547758.075", "EUR", MoneyFault.TooLarge)]
    [InlineData("92233720369", "BTC", MoneyFault.TooLarge)]
    [InlineData("1", "€", MoneyFault.UnknownCurrency)]
    [InlineData("1", "EU", MoneyFault.UnknownCurrency)]
    [InlineData("1", "1EU", MoneyFault.UnknownCurrency)]
    [InlineData("1", "E'); --", MoneyFault.UnknownCurrency)]
    [InlineData("1", "", MoneyFault.UnknownCurrency)]
    [InlineData("92233720368547758.08", "EUR", MoneyFault.TooLarge)]
    [InlineData("-79228162514264337593543950335", "EUR", MoneyFault.TooLarge)]
    public void What_has_no_exact_value_is_said_and_not_rounded(string amount, string currency, MoneyFault fault)
    {
        Assert.Equal(fault, Money.Read(Number(amount), currency, out var minor));
        Assert.Equal(0, minor);
    }

    [Fact]
    public void Every_amount_comes_back_as_it_went() =>
        Gen.Select(Gen.Long, Gen.OneOf("EUR", "JPY", "KWD", "CLF", "BTC"))
            .Sample(
                (minor, currency) =>
                    Money.Read(Money.ToDecimal(minor, currency), currency, out var read) switch
                    {
                        null => read == minor,
                        _ => minor == long.MinValue,
                    }
            );

    [Theory]
    [InlineData(1250, "EUR", "12.50")]
    [InlineData(-5, "EUR", "-0.05")]
    [InlineData(1500, "JPY", "1500")]
    [InlineData(1250, "KWD", "1.250")]
    public void Amounts_are_shown_with_the_decimals_of_their_currency(long minor, string currency, string shown) =>
        Assert.Equal(
            shown,
            Money.ToDecimal(minor, currency).ToString(System.Globalization.CultureInfo.InvariantCulture)
        );

    [Fact]
    public void An_amount_in_no_currency_is_not_shown() =>
        Assert.Contains(
            "?!",
            Assert.Throws<ArgumentException>(() => Money.ToDecimal(1250, "?!")).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Days_count_from_1970()
    {
        Assert.Equal(0, DayNumbers.From(new DateOnly(1970, 1, 1)));
        Assert.Equal(-1, DayNumbers.From(new DateOnly(1969, 12, 31)));
        Assert.Equal(20_513, DayNumbers.From(new DateOnly(2026, 3, 1)));
    }

    private static decimal Number(string text) =>
        decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
