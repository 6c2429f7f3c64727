using System.Globalization;
using Affluent.Connectors.Reading;
using CsCheck;

namespace Affluent.Connectors.Tests;

public sealed class ReadingTests
{
    private static readonly TimeZoneInfo Paris = TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris");
    private static readonly Gen<DateOnly> AnyDay = Gen.Int[
            new DateOnly(2000, 1, 1).DayNumber,
            new DateOnly(2099, 12, 31).DayNumber
        ]
        .Select(DateOnly.FromDayNumber);
    private static readonly Gen<decimal> AnyAmount = Gen.Long[-99_999_999_999, 99_999_999_999].Select(c => c / 100m);

    [Theory]
    [InlineData("1 234,56 €", "1234.56", "EUR")]
    [InlineData("1\u00a0234,56\u00a0€", "1234.56", "EUR")]
    [InlineData("1\u202f234\u2009567,89 EUR", "1234567.89", "EUR")]
    [InlineData("\u2212 12,00 €", "-12.00", "EUR")]
    [InlineData("\u201312,00", "-12.00", null)]
    [InlineData("12,00-", "-12.00", null)]
    [InlineData("+12,00", "12.00", null)]
    [InlineData("(12,00 €)", "-12.00", "EUR")]
    [InlineData("-£1,234.56", "-1234.56", "GBP")]
    [InlineData("£-1,234.56", "-1234.56", "GBP")]
    [InlineData("$ 1,234", "1234", "USD")]
    [InlineData("1.234.567,8", "1234567.8", null)]
    [InlineData("1'234.50 CHF", "1234.50", "CHF")]
    [InlineData("1 234 JPY", "1234", "JPY")]
    [InlineData("1,234 KWD", "1.234", "KWD")]
    [InlineData("0,123", "0.123", null)]
    [InlineData(",5", "0.5", null)]
    public void An_amount_as_printed(string text, string value, string? currency) =>
        Assert.Equal(
            new PrintedAmount(decimal.Parse(value, CultureInfo.InvariantCulture), currency),
            Amounts.Read(text)
        );

    [Theory]
    [InlineData("")]
    [InlineData("€")]
    [InlineData("abc")]
    [InlineData("1,2,3")]
    [InlineData("12,34.56,78")]
    [InlineData("--5")]
    [InlineData("(5")]
    [InlineData("1.23.456")]
    [InlineData("12 € 13")]
    public void What_is_no_amount_is_not_guessed(string text) => Assert.Null(Amounts.Read(text));

    [Theory]
    [InlineData("\"12.345\"", "12.345")]
    [InlineData("\"12,34\"", "12.34")]
    [InlineData("\"-0,345\"", "-0.345")]
    [InlineData("\"12,3456\"", "12.3456")]
    [InlineData("1.5e3", "1500")]
    [InlineData("0.0000000000000000000000000001", "0.0000000000000000000000000001")]
    [InlineData("12345678901234567890.12345678", "12345678901234567890.12345678")]
    [InlineData("\"1,234\"", null)]
    [InlineData("\"-1234,500\"", null)]
    [InlineData("\"1,234.50\"", null)]
    [InlineData("1e-29", null)]
    [InlineData("1e-400", null)]
    [InlineData("92233720368547758.069999999999", null)]
    [InlineData("\"0.00000000000000000000000000015\"", null)]
    public void A_number_in_JSON_is_read_to_its_last_digit_or_not_at_all(string written, string? read) =>
        Assert.Equal(
            read is null ? null : decimal.Parse(read, CultureInfo.InvariantCulture),
            Json.Parse(System.Text.Encoding.UTF8.GetBytes($"{{\"a\":{written}}}"))?.Decimal("a")
        );

    [Theory]
    [InlineData("\"Caf\\ud83d\"", "Caf\uFFFD")]
    [InlineData("\"\\uDE00a\"", "\uFFFDa")]
    [InlineData("\"a\\ud83d\\ud83d\\ude00\"", "a\uFFFD😀")]
    [InlineData("\"\\ud83d\\u0041\"", "\uFFFDA")]
    [InlineData("\"\\uD83D\\uDE00\"", "😀")]
    [InlineData("\"C:\\\\ud800\"", "C:\\ud800")]
    [InlineData("\"EUR\\u0000\\u0000\"", "EUR")]
    [InlineData("\"\\u0007 2026-03-01\\r\\n\"", "2026-03-01")]
    [InlineData("\"\\u0000\"", null)]
    public async Task A_text_that_was_cut_in_a_character_or_filled_up_is_read_without_that(string written, string? read)
    {
        using var content = new StringContent($"{{\"a\":{written},\"\\udc00\":1}}");

        var body = await Json.Read(content, TestContext.Current.CancellationToken);

        Assert.Equal(read, body.Parse()?.Text("a"));
    }

    [Fact]
    public void Every_amount_survives_being_printed_in_French_and_in_English()
    {
        string[] cultures = ["fr-FR", "en-GB", "en-US", "de-DE", "de-CH", "sv-SE"];
        Gen.Select(AnyAmount, OneOf(cultures))
            .Sample(
                (amount, name) =>
                {
                    var culture = CultureInfo.GetCultureInfo(name);
                    Assert.Equal(amount, Amounts.Read(amount.ToString("N2", culture))?.Value);
                    Assert.Equal(amount, Amounts.Read(amount.ToString("C2", culture), "EUR")?.Value ?? amount);
                    Assert.Equal(amount, Amounts.Read(amount.ToString("F2", culture) + " EUR")?.Value);
                }
            );
    }

    [Fact]
    public void No_text_makes_the_readers_throw() =>
        Gen.OneOf(Gen.String, Gen.String["0123456789.,-+ €()T:Z/janv"])
            .Sample(text =>
            {
                Amounts.Read(text);
                Dates.Read(text, Paris);
                Dates.ReadPrinted(text, Paris);
                Lines.Clean([text]);
            });

    [Theory]
    [InlineData("2024-02-14")]
    [InlineData("20240214")]
    [InlineData("2024/02/14")]
    [InlineData("14/02/2024")]
    [InlineData("14-02-2024")]
    [InlineData("14.02.24")]
    [InlineData("2024-02-14T00:00:00")]
    [InlineData("2024-02-14T00:00:00+0100")]
    [InlineData("2024-02-14T00:00+01:00")]
    [InlineData("2024-02-14T23:30:00.000+02:00")]
    [InlineData("2024-02-13T23:00:00Z")]
    [InlineData("2024-02-14T12:00:00.123Z")]
    [InlineData("2024-02-13T23:00:00.000+0000")]
    [InlineData("2024-02-13T23:00:00+00:00")]
    [InlineData("2024-02-13T23:00:00-00:00")]
    [InlineData("2024-02-13T23:00+00")]
    [InlineData("2024-02-13 23:00:00 +0000")]
    [InlineData("2024-02-13 23:00:00 UTC")]
    [InlineData("2024-02-13T23:00:00Z[UTC]")]
    [InlineData("2024-02-14T00:00:00+01:00[Europe/Paris]")]
    [InlineData("2024-02-14+00:00")]
    [InlineData("2024-02-14 14:07:11.000000000")]
    [InlineData("2024-02-14Z")]
    [InlineData("2024-02-14+01:00")]
    [InlineData("14 février 2024")]
    [InlineData("14 févr. 2024")]
    [InlineData("14 Feb 2024")]
    [InlineData("February 14, 2024")]
    [InlineData("14th February 2024")]
    public void The_fourteenth_of_February_in_many_hands(string text) =>
        Assert.Equal(new DateOnly(2024, 2, 14), Dates.ReadPrinted(text, Paris));

    [Theory]
    [InlineData("")]
    [InlineData("2024-02-30")]
    [InlineData("2024-13-01")]
    [InlineData("14/13/2024")]
    [InlineData("2024-02-14T99:00:00Z")]
    [InlineData("0000-00-00")]
    [InlineData("14 xyz 2024")]
    [InlineData("en attente")]
    public void What_is_no_day_is_not_guessed(string text) => Assert.Null(Dates.ReadPrinted(text, Paris));

    [Fact]
    public void Every_day_survives_every_form()
    {
        string[] forms = ["yyyy-MM-dd", "yyyyMMdd", "dd/MM/yyyy", "dd-MM-yyyy", "dd.MM.yyyy", "yyyy/MM/dd"];
        Gen.Select(AnyDay, OneOf(forms))
            .Sample(
                (day, form) => Assert.Equal(day, Dates.Read(day.ToString(form, CultureInfo.InvariantCulture), Paris))
            );
    }

    [Fact]
    public void Every_day_survives_being_written_in_words() =>
        Gen.Select(AnyDay, OneOf("fr-FR", "en-GB"), OneOf("d MMMM yyyy", "d MMM yyyy"))
            .Sample(
                (day, culture, form) =>
                    Assert.Equal(day, Dates.ReadPrinted(day.ToString(form, CultureInfo.GetCultureInfo(culture)), Paris))
            );

    private static Gen<string> OneOf(params string[] words) => Gen.Int[0, words.Length - 1].Select(i => words[i]);
}
