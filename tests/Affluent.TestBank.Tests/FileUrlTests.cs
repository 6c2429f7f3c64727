using System.Net;
using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.Tests;

public sealed class FileUrlTests
{
    private const string Good = "CREDENTIALS|anna|dev\nACCOUNT|u1|n1|01/02/26|12|Checkings\nTRANSACTION|1|01/02/26|A";

    [Fact]
    public async Task The_credentials_in_the_file_decide_and_each_read_sees_the_file_as_it_is()
    {
        await using var host = await FileHost.Open(("good.txt", Good));
        await using var bank = await OpenBank.Open();
        Assert.NotEmpty((await bank.SignIn("dev", fileUrl: host.Url("good.txt"))).All(".error.wrong-credentials"));
        Assert.Single((await bank.SignIn("anna", fileUrl: host.Url("good.txt"))).All("tr.account"));

        host.Files["good.txt"] = Good + "\nACCOUNT|u2|n2|01/02/26|1234.5|unknown||||||||GBP";
        var rows = (await bank.Get("/accounts")).Rows("tr.account");
        Assert.Equal(["12,00\u00a0€", "1\u00a0234,50\u00a0£"], rows.Select(r => r["balance"]));
        Assert.Equal("unknown", rows[1]["type"]);
    }

    [Fact]
    public async Task The_stet_face_reads_the_file_that_was_named_at_the_consent()
    {
        await using var host = await FileHost.Open(("good.txt", Good));
        await using var bank = await OpenBank.Open();
        var token = await bank.AccessToken("anna", host.Url("good.txt"));
        Assert.Equal(HttpStatusCode.OK, (await bank.Call(token, "/accounts/u1/transactions")).Status);
        host.Files.Remove("good.txt");
        var gone = await bank.Call(token, "/accounts/u1/transactions");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, gone.Status);
    }

    [Fact]
    public async Task A_shipped_scenario_is_named_instead_of_an_address()
    {
        await using var bank = await OpenBank.Open();
        Assert.Equal(2, (await bank.SignIn("one_account_fails", fileUrl: "faults")).All("tr.account").Count);
    }

    [Fact]
    public async Task A_file_that_has_moved_is_followed()
    {
        await using var host = await FileHost.Open(("good.txt", Good));
        host.Files["old.txt"] = "NEW_URL|" + host.Url("good.txt");
        host.Files["loop.txt"] = "NEW_URL|" + host.Url("loop.txt");
        await using var bank = await OpenBank.Open();
        Assert.Single((await bank.SignIn("anna", fileUrl: host.Url("old.txt"))).All("tr.account"));
        var loop = await bank.SignIn("anna", fileUrl: host.Url("loop.txt"));
        Assert.Equal("the file moves on and on", loop.Text(".error.file-problem .reason"));
    }

    [Theory]
    [InlineData("missing.txt", "the file's server answered 404")]
    [InlineData("moved", "the file's server answered 302")]
    [InlineData("page.html", "an HTML page was found where a scenario file is due")]
    [InlineData("silence", "no answer within 5 seconds")]
    [InlineData("huge.txt", "the file is larger than 2 MB")]
    public async Task A_file_that_cannot_be_used_says_why(string file, string reason)
    {
        await using var host = await FileHost.Open(
            ("good.txt", Good),
            ("page.html", "<!DOCTYPE html><html></html>"),
            ("huge.txt", new string('#', 2_100_000))
        );
        await using var bank = await OpenBank.Open();
        var page = await bank.SignIn("anna", fileUrl: host.Url(file));
        Assert.Equal(reason, page.Text(".error.file-problem .reason"));
    }

    [Theory]
    [InlineData("http://127.0.0.1:9/f.txt", "the file's server cannot be reached")]
    [InlineData("http://10.0.0.7/f.txt", "the address belongs to a private network")]
    [InlineData("http://169.254.169.254/f.txt", "the address belongs to a private network")]
    [InlineData("http://[fe80::1]/f.txt", "the address belongs to a private network")]
    [InlineData("ftp://localhost/f.txt", "this is neither an http(s) address nor one of default, faults")]
    [InlineData("file:///etc/passwd", "this is neither an http(s) address nor one of default, faults")]
    [InlineData("nonsense", "this is neither an http(s) address nor one of default, faults")]
    public async Task An_address_that_leads_nowhere_says_why(string url, string reason)
    {
        await using var bank = await OpenBank.Open();
        var page = await bank.SignIn("dev", fileUrl: url);
        Assert.Equal(reason, page.Text(".error.file-problem .reason"));
    }

    [Fact]
    public async Task A_bank_that_others_can_reach_fetches_nothing_from_its_own_machine()
    {
        await using var host = await FileHost.Open(("good.txt", Good));
        await using var bank = await OpenBank.Open(
            new TestBankOptions { Urls = "http://127.0.0.1:0;http://0.0.0.0:0" }
        );
        var page = await bank.SignIn("anna", fileUrl: host.Url("good.txt"));
        Assert.Equal("the address belongs to a private network", page.Text(".error.file-problem .reason"));
    }

    [Fact]
    public async Task Bad_lines_are_listed_at_the_login_and_in_the_report()
    {
        await using var host = await FileHost.Open(("bad.txt", Good + "\nTRANSACTION|x|01/02/26|B\nWHAT|1"));
        await using var bank = await OpenBank.Open();
        var login = await bank.SignIn("anna", fileUrl: host.Url("bad.txt"));
        Assert.Contains("line 4", login.Text(".error.file-problem table.errors"), StringComparison.Ordinal);
        var report = await bank.Get("/file-report?file_url=" + Uri.EscapeDataString(host.Url("bad.txt")));
        Assert.NotEmpty(report.All("h2.verdict.refused"));
        Assert.Contains("line 5", report.Text("table.warnings"), StringComparison.Ordinal);
        var good = await bank.Get("/file-report?file_url=default");
        Assert.NotEmpty(good.All("h2.verdict.good"));
    }

    [Fact]
    public async Task A_bank_whose_own_scenario_is_wrong_does_not_open()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("affluent-bank-").FullName, "own.txt");
        await File.WriteAllTextAsync(path, Good + "\nACCOUNT|u9", TestContext.Current.CancellationToken);
        var options = new TestBankOptions { Urls = "http://127.0.0.1:0", ScenarioPath = path };
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => OpenBank.Open(options));
        Assert.Contains("own.txt, line 4: ACCOUNT needs at least 5", refused.Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(path, Good, TestContext.Current.CancellationToken);
        await using var bank = await OpenBank.Open(options);
        Assert.Single((await bank.SignIn("anna")).All("tr.account"));
    }

    [Theory]
    [InlineData("8.8.8.8", false)]
    [InlineData("2606:4700::1111", false)]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("::", true)]
    [InlineData("198.18.0.1", true)]
    [InlineData("64:ff9b::a00:1", true)]
    [InlineData("2002:a00:1::", true)]
    [InlineData("192.168.1.1", true)]
    [InlineData("172.31.0.1", true)]
    [InlineData("100.64.0.1", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("fd00::1", true)]
    public void Private_networks_are_known(string address, bool isPrivate) =>
        Assert.Equal(isPrivate, ScenarioFiles.IsPrivate(IPAddress.Parse(address)));
}
