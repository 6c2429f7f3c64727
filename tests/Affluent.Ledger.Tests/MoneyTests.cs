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
    [InlineData("0.001", "EUR", MoneyFault.TooManyDecimals)]
    [InlineData("1.5", "JPY", MoneyFault.TooManyDecimals)]
    [InlineData("0.000000001", "BTC", MoneyFault.TooManyDecimals)]
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
