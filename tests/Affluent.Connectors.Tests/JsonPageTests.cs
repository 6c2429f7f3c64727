using System.Text;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Stet;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>Rows are taken out of a page while it is read; what stands around them is read as everything else.</summary>
public sealed class JsonPageTests
{
    private const string A =
        """{"entryReference":"A","transactionAmount":{"amount":"1","currency":"EUR"},"creditDebitIndicator":"CRDT","bookingDate":"2026-11-01"}""";
    private static readonly string B = A.Replace("\"A\"", "\"B\"", StringComparison.Ordinal);
    private const string Broken = """{"entryReference":"C"}""";

    [Fact]
    public void What_stands_around_the_rows_stays()
    {
        var page = Read("""{"a":[1],"transactions": [#A,#B], "_links":{"next":{"href":"/2"},"transactions":[3]}}""")!;

        Assert.Equal(
            """{"a":[1],"transactions": [0], "_links":{"next":{"href":"/2"},"transactions":[3]}}""",
            page.Json.GetRawText()
        );
        Assert.Equal($"[{A},{B}]", Encoding.UTF8.GetString(Rows(page).Written.Span));
        Assert.Equal(["A", "B"], Ids(page));
    }

    [Theory]
    [InlineData("""{"transactions":[#B],"transactions":[#A]}""", "A")]
    [InlineData("""{"TRANSACTIONS":[#B],"transactions":[#A]}""", "A")]
    [InlineData("""{"transactions":[#A],"Transactions":[#B]}""", "A")]
    [InlineData("""{"Transactions":[#A],"TRANSACTIONS":[#B]}""", "A")]
    [InlineData("""{"tr\u0061nsactions":[#A]}""", "A")]
    [InlineData("""{"transactions":#A}""", "A")]
    [InlineData("""{"transactions":[]}""", "")]
    [InlineData("""{"transactions":null}""", "")]
    [InlineData("""{"data":{"transactions":[#A]}}""", "")]
    [InlineData("[#A]", "")]
    public void The_list_is_the_one_that_a_look_at_the_page_finds(string json, string ids) =>
        Assert.Equal(ids, string.Join(',', Ids(Read(json)!)));

    [Theory]
    [InlineData("""{"transactions":[#A]}}""")]
    [InlineData("""{"transactions":[#A,]}""")]
    [InlineData("""{"transactions":[#A""")]
    [InlineData("""{"transactions":[#A],"a":{]}""")]
    [InlineData("""{"transactions":[{"entryReference":"\ud83d"}]}""")]
    [InlineData("<html>")]
    [InlineData("")]
    public void What_is_no_json_has_no_rows(string json) => Assert.Null(Read(json));

    [Fact]
    public void A_row_that_cannot_be_read_is_counted()
    {
        var rows = Rows(Read($$"""{"transactions":[{{A}}, {{Broken}}, null, "x", [{{B}}]]}""")!);

        Assert.Equal("A", Assert.Single(rows.Transactions).Id);
        Assert.Equal(4, rows.Unreadable.Count);
        Assert.False(rows.AreNamed);
        Assert.True(Rows(Read($$"""{"transactions":[{{A}}, {{Broken}}]}""")!).AreNamed);
        Assert.False(Rows(Read($$"""{"transactions":[null, {{A}}]}""")!).AreNamed);
    }

    [Theory]
    [InlineData("[]", true, 0)]
    [InlineData("null", true, 0)]
    [InlineData("[1]", true, 1)]
    [InlineData("{}", false, 1)]
    [InlineData("7", false, 1)]
    public void What_is_no_list_is_known(string list, bool isArray, int unreadable)
    {
        var rows = Rows(Read($$"""{"transactions":{{list}}}""")!);

        Assert.Equal((isArray, unreadable), (rows.IsArray, rows.Unreadable.Count));
        Assert.Equal(unreadable == 0, rows.Written.IsEmpty);
    }

    [Fact]
    public void Lists_are_joined()
    {
        var page = Read($$"""{"transactions":[{{A}}],"Transactions":[{{Broken}}],"TRANSACTIONS":[]}""")!;

        var joined = page.RowsOf(
            page.Json.EnumerateObject().Select(member => (System.Text.Json.JsonElement?)member.Value)
        );

        Assert.Equal((1, 1, true), (joined.Transactions.Count, joined.Unreadable.Count, joined.AreNamed));
        Assert.Equal($"[{A}][{Broken}]", Encoding.UTF8.GetString(joined.Written.Span));
    }

    private static RowList Rows(JsonPage page) => page.RowsOf(page.Json.Item("transactions"));

    private static IEnumerable<string?> Ids(JsonPage page) => Rows(page).Transactions.Select(row => row.Id);

    private static JsonPage? Read(string json) =>
        JsonPage.Read(
            Encoding.UTF8.GetBytes(
                json.Replace("#A", A, StringComparison.Ordinal).Replace("#B", B, StringComparison.Ordinal)
            ),
            new StetRows(StetSettings.Of(SmallBanks.StetChannel()), "EUR", default)
        );
}
