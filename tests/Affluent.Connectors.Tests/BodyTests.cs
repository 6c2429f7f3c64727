using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>Bodies of banks' answers: read once, bounded, in whatever encoding.</summary>
public sealed class BodyTests
{
    private static readonly Encoding Latin1 = Encoding.Latin1;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_that_is_too_large_is_as_good_as_none()
    {
        var huge = new string(' ', BankLimits.LargestAnswer) + """{ "accounts": [] }""";
        var interfaceBank = SmallBanks.Stet().On("/psd2/v1.4.2/accounts", huge);
        var siteBank = SmallBanks.Website().Page("/", huge);
        using var overInterface = SmallBanks.StetAllowed(interfaceBank);
        using var overSite = SmallBanks.WebsiteRun(siteBank);

        var listed = await overInterface.Take<StepResult.Later>(new StepInput.ListAccounts());
        var seen = await overSite.Take<StepResult.Later>(new StepInput.ListAccounts());

        Assert.Equal(LaterReason.BankUnavailable, listed.Reason);
        Assert.Equal(LaterReason.BankUnavailable, seen.Reason);
        Assert.Contains(SmallBanks.RefreshToken, listed.Session, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_parsed_from_the_bytes_that_came()
    {
        var bytes = Encoding.UTF8.GetBytes($$"""{ "accounts": "{{new string('a', 4_000_000)}}" }""");
        using var content = new ByteArrayContent(bytes);
        await Json.Read(content, Stop);
        var before = GC.GetAllocatedBytesForCurrentThread();

        // Completes at once, on this thread.
        var body = await Json.Read(content, Stop);
        var accounts = body.Parse()?.Item("accounts");

        Assert.NotNull(accounts);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, bytes.Length * 1.5);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=klingon")]
    public async Task Json_is_utf8_with_or_without_a_mark(string type)
    {
        Assert.Equal("Épargne", await Name(Encoding.UTF8.GetBytes(Named), type));
        Assert.Equal("Épargne", await Name([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Named)], type));
    }

    [Fact]
    public async Task Json_in_another_encoding_is_read_in_it_or_as_far_as_it_goes()
    {
        Assert.Equal("Épargne", await Name(Latin1.GetBytes(Named), "application/json; charset=ISO-8859-1"));
        Assert.Equal("Épargne", await Name(Encoding.Unicode.GetBytes(Named), "application/json; charset=utf-16"));
        Assert.Equal("\uFFFDpargne", await Name(Latin1.GetBytes(Named), "application/json"));
    }

    [Theory]
    [InlineData("application/json; charset=windows-1252")]
    [InlineData("application/json;charset=\"CP1252\"")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData("application/json; charset=us-ascii")]
    public async Task Json_in_the_code_page_of_windows_is_read_in_it(string type)
    {
        // "CAFÉ DE L’ÎLE – 5 €": the apostrophe, the dash and the euro sign are not in Latin-1.
        byte[] bytes = [.. "{ \"name\": \"CAF\xC9 DE L\x92\xCELE \x96 5 \x80\" }".Select(c => (byte)c)];

        Assert.Equal("CAFÉ DE L’ÎLE – 5 €", await Name(bytes, type));
    }

    [Fact]
    public async Task Json_in_other_code_pages_is_read_in_them()
    {
        // The euro sign of ISO-8859-15.
        Assert.Equal(
            "5 €",
            await Name([.. "{ \"name\": \"5 \xA4\" }".Select(c => (byte)c)], "application/json; charset=ISO-8859-15")
        );
    }

    [Theory]
    [InlineData("text/html; charset=ISO-8859-1", "utf-8")]
    [InlineData("text/html; charset=ISO-8859-1", "iso-8859-1")]
    [InlineData("text/html", "iso-8859-1", true)]
    [InlineData("text/html", "iso-8859-1")]
    public async Task A_page_is_read_in_the_encoding_of_its_header_whatever_it_says_itself(
        string type,
        string itself,
        bool utf8 = false
    )
    {
        var page = $"""
            <meta charset="{itself}"><table><tr><th>Account name</th><th>Balance</th></tr>
            <tr><td><a href="/a/7">Épargne</a></td><td>1,00 €</td></tr></table>
            """;
        using var bank = new OnePage(
            utf8 ? Encoding.UTF8.GetBytes(page) : Latin1.GetBytes(page.Replace('€', ' ')),
            type
        );
        using var run = new ConnectorRun(new Scraping.WebsiteConnector(), SmallBanks.WebsiteChannel(), bank);

        Assert.Equal("Épargne", Assert.Single(await run.Accounts()).Name);
    }

    private const string Named = """{ "name": "Épargne" }""";

    private static async Task<string?> Name(byte[] bytes, string type)
    {
        using var content = new ByteArrayContent(bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return (await Json.Read(content, Stop)).Parse()?.Text("name");
    }

    private sealed class OnePage(byte[] bytes, string type) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var response = new HttpResponseMessage { Content = new ByteArrayContent(bytes) };
            response.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            return Task.FromResult(response);
        }
    }
}
