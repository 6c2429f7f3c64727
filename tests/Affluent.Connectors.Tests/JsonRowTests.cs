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

    private static readonly string[] Values =
    [
        "null",
        "\"\"",
        "1",
        "\"a\"",
        "{}",
        "[\"b\"]",
        "true",
        "{ \"x\\\"}\" : \"]\\\\\" }",
        "[ [ -1.5e3 ],{} , false]",
    ];

    [Fact]
    public void A_row_has_the_members_that_a_look_at_each_finds()
    {
        var members = Gen.Select(Gen.Int[0, Names.Length - 1], Gen.Int[0, Values.Length - 1]).List[0, 8];
        members
            .List[1, 4]
            .Sample(rows =>
            {
                // One reader for all: nothing of a row is left for the next.
                var row = new JsonRow<Member>(JsonNamingPolicy.CamelCase);
                foreach (var written in rows)
                {
                    var json = Parsed(
                        $"{{{string.Join(',', written.Select(m => $"\"{Names[m.Item1]}\":{Values[m.Item2]}"))}}}"
                    );
                    var bytes = Encoding.UTF8.GetBytes(json.GetRawText());
                    Turn(row, bytes);
                    Assert.Equal(json.Item("status")?.GetRawText(), Written(row.Item(Member.Status)));
                    Assert.Equal(json.Item("bookingDate")?.GetRawText(), Written(row.Item(Member.BookingDate)));
                    Assert.Equal(json.Text("amount"), row.Text(Member.Amount));
                    var whole = new JsonSlice(bytes, JsonTokenType.StartObject);
                    Assert.Equal(json.Item("status")?.GetRawText(), Written(whole.Item("status"u8)));
                    List<string?> elements = [];
                    foreach (var element in row.Item(Member.Status))
                    {
                        elements.Add(Written(element));
                    }
                    Assert.Equal(json.Items("status").Select(element => element.GetRawText()), elements);
                }
            });
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("null")]
    public void What_is_no_object_has_none(string json) =>
        Assert.False(
            Turn(new JsonRow<Member>(JsonNamingPolicy.CamelCase), Encoding.UTF8.GetBytes(json))
                .Item(Member.Status)
                .IsSaid
        );

    [Fact]
    public void What_a_row_says_as_the_one_before_is_read_anew_where_it_means_something_else()
    {
        var row = new JsonRow<Member>(JsonNamingPolicy.CamelCase);

        Assert.Equal("""A\u0041""", Turn(row, """{"status":"A\\u0041"}"""u8.ToArray()).Text(Member.Status));
        Assert.Equal("AA", Turn(row, """{"status":"A\u0041"}"""u8.ToArray()).Text(Member.Status));
        Assert.Null(Turn(row, """{"status":""}"""u8.ToArray()).Text(Member.Status));
        Assert.Null(Turn(row, "{}"u8.ToArray()).Text(Member.Status));
        Assert.Equal("AA", Turn(row, """{"status":"AA"}"""u8.ToArray()).Text(Member.Status));
    }

    [Fact]
    public void A_text_is_made_anew_when_the_member_says_something_else()
    {
        var row = new JsonRow<Member>(JsonNamingPolicy.CamelCase);
        var times = 0;
        string? Make(JsonSlice value)
        {
            times++;
            return value.Item("a"u8).AsText();
        }

        Assert.Equal("1", Turn(row, """{"status":{"a":1}}"""u8.ToArray()).Text(Member.Status, Make));
        Assert.Equal("1", Turn(row, """{"status":{"a":1}}"""u8.ToArray()).Text(Member.Status, Make));
        Assert.Equal("2", Turn(row, """{"status":{"a":2}}"""u8.ToArray()).Text(Member.Status, Make));
        Assert.Null(Turn(row, "{}"u8.ToArray()).Text(Member.Status, Make));
        Assert.Equal(3, times);
    }

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
            Dates.Read(JsonSlice.Of(Parsed(json)), TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris"))
        );

    [Fact]
    public void A_plain_day_is_read_as_every_other()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris");
        var parts = Gen.Select(
            One("2026-03-29", "2026-10-25", "2026-02-30", "0001-01-01", "9999-12-31", "2026-2-1", "20260101"),
            One(
                "",
                "T00:00:00",
                "T23:30:00",
                "T24:00:00",
                "T12:61:00",
                "t22:00:00",
                "T22:00",
                " 22:00:00",
                "T2a:00:00"
            ),
            One("", ".", ".5", ".123456", ":000", ".x"),
            One("", "Z", "+00:00", "-00:00", "+0000", "+02:00", "-11:30", "+00:30", "+2:00", "[Europe/Paris]")
        );
        parts.Sample(
            (day, time, fraction, offset) =>
            {
                var text = day + time + fraction + offset;
                Assert.Equal(
                    Dates.Read(text, zone),
                    Dates.Read(new JsonSlice(Encoding.UTF8.GetBytes($"\"{text}\""), JsonTokenType.String), zone)
                );
            }
        );
    }

    [Theory]
    [InlineData("""{"Amount":"0","Amount":"1","Currency":"EUR"}""")]
    [InlineData("""{"amount":"0","Currency":"EUR","Amount":"1"}""")]
    public void Of_an_amount_that_stands_twice_the_last_counts_in_any_standard(string json) =>
        Assert.Equal(
            new MoneyRow(1, "EUR"),
            MoneyRow.Read(
                new JsonSlice(Encoding.UTF8.GetBytes(json), JsonTokenType.StartObject),
                "Amount"u8,
                "Currency"u8,
                "GBP"
            )
        );

    private static Gen<string> One(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(at => texts[at]);

    private static JsonRow<Member> Turn(JsonRow<Member> row, byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        row.Of(ref reader, new ArraySegment<byte>(json));
        Assert.False(reader.Read());
        return row;
    }

    private static string? Written(JsonSlice value) => value.IsSaid ? Encoding.UTF8.GetString(value.Written) : null;

    private static JsonElement Parsed(string json) => Json.Parse(Encoding.UTF8.GetBytes(json))!.Value;
}
