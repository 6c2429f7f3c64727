using System.Globalization;
using System.Text;
using System.Text.Json;
using Affluent.Connectors.Reading;
using CsCheck;

namespace Affluent.Connectors.Tests;

/// <summary>Rows are read in one pass, and as tolerantly as everything else.</summary>
public sealed class JsonRowTests
{
    private enum Member
    {
        Status,
        BookingDate,
        Amount,
    }

    private static readonly string[] Names =
    [
        "status",
        "Status",
        "STATUS",
        """st\u0061tus""",
        """St\u0061tus""",
        "bookingDate",
        "bookingdate",
        "amount",
        "amounts",
        "other",
        "größe",
    ];

    private static readonly string[] Values = ["null", "\"\"", "1", "\"a\"", "{}", "[\"b\"]", "true"];

    [Fact]
    public void A_row_has_the_members_that_a_look_at_each_finds()
    {
        var members = Gen.Select(Gen.Int[0, Names.Length - 1], Gen.Int[0, Values.Length - 1]).List[0, 8];
        members
            .List[1, 4]
            .Sample(rows =>
            {
                // One reader for all: nothing of a row is left for the next.
                var row = new JsonRow<Member>();
                foreach (var written in rows)
                {
                    var json = Parsed(
                        $"{{{string.Join(',', written.Select(m => $"\"{Names[m.Item1]}\":{Values[m.Item2]}"))}}}"
                    );
                    row.Of(json);
                    Assert.Equal(json.Item("status")?.GetRawText(), row.Item(Member.Status)?.GetRawText());
                    Assert.Equal(json.Item("bookingDate")?.GetRawText(), row.Item(Member.BookingDate)?.GetRawText());
                    Assert.Equal(json.Text("amount"), row.Text(Member.Amount));
                }
            });
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    public void What_is_no_object_has_none(string json) =>
        Assert.Null(new JsonRow<Member>().Of(Parsed(json)).Item(Member.Status));

    [Theory]
    [InlineData("\"12.50\"", "12.50")]
    [InlineData("12.5", "12.5")]
    [InlineData("\"-0\"", "0")]
    [InlineData("\"+3\"", "3")]
    [InlineData("\"-.5\"", "-0.5")]
    [InlineData("\"7.\"", "7")]
    [InlineData("\"-\"", null)]
    [InlineData("\"1.2.3\"", null)]
    [InlineData("\"1-\"", null)]
    [InlineData("\".\"", null)]
    [InlineData("\"999999999999999999\"", "999999999999999999")]
    [InlineData("\"-9999999999999999999.99\"", "-9999999999999999999.99")]
    [InlineData("1e2", "100")]
    [InlineData("\" 12,5 \"", "12.5")]
    [InlineData("\"1,234\"", null)]
    public void Amounts_are_what_they_say(string json, string? expected) =>
        Assert.Equal(
            expected is null ? null : decimal.Parse(expected, CultureInfo.InvariantCulture),
            Parsed($$"""{"a":{{json}}}""").Decimal("a")
        );

    [Fact]
    public void A_plain_amount_is_read_as_the_library_reads_it() =>
        Gen.Select(Gen.Long, Gen.Int[0, 18])
            .Sample(
                (digits, decimals) =>
                {
                    var amount = new decimal(
                        (int)digits,
                        (int)(digits >> 32) & int.MaxValue,
                        0,
                        digits < 0,
                        (byte)decimals
                    );
                    var text = amount.ToString(CultureInfo.InvariantCulture);
                    Assert.Equal(amount, Parsed($$"""{"a":"{{text}}"}""").Decimal("a"));
                }
            );

    [Theory]
    [InlineData("\"2026-02-28\"", 2026, 2, 28)]
    [InlineData("\"2026-02-30\"", null, 0, 0)]
    [InlineData("\"2026-13-01\"", null, 0, 0)]
    [InlineData("\"0000-00-00\"", null, 0, 0)]
    [InlineData("\"2026-0a-01\"", null, 0, 0)]
    [InlineData("\" 2026-02-28 \"", 2026, 2, 28)]
    [InlineData("\"28/02/2026\"", 2026, 2, 28)]
    [InlineData("20260228", 2026, 2, 28)]
    [InlineData("\"2026-02-28T23:30:00Z\"", 2026, 3, 1)]
    public void Days_are_what_they_say(string json, int? year, int month, int day) =>
        Assert.Equal(
            year is { } y ? new DateOnly(y, month, day) : null,
            Dates.Read(Parsed(json), TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris"))
        );

    private static JsonElement Parsed(string json) => Json.Parse(Encoding.UTF8.GetBytes(json))!.Value;
}
