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
    [InlineData("missing.txt", "missing.txt: the file's server answered 404")]
    [InlineData("moved", "moved: the file's server answered 302")]
    [InlineData("page.html", "an HTML page was found where a scenario file is due")]
    [InlineData("silence", "silence: no answer within 5 seconds")]
    [InlineData("huge.txt", "huge.txt: the file is larger than 2 MB")]
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
    [InlineData("http://127.0.0.1:9/f.txt", "f.txt: the file's server cannot be reached")]
    [InlineData("http://10.0.0.7/f.txt", "f.txt: the address belongs to a private network")]
    [InlineData("http://169.254.169.254/f.txt", "f.txt: the address belongs to a private network")]
    [InlineData("http://[fe80::1]/f.txt", "f.txt: the address belongs to a private network")]
    [InlineData("http://[::ffff:10.0.0.1]/f.txt", "f.txt: the address belongs to a private network")]
    [InlineData("ftp://localhost/f.txt", "this is neither an http(s) address nor one of default, faults")]
    [InlineData("file:///etc/passwd", "this is neither an http(s) address nor one of default, faults")]
    [InlineData("nonsense", "this is neither an http(s) address nor one of default, faults")]
    public async Task An_address_that_leads_nowhere_says_why(string url, string reason)
    {
        await using var bank = await OpenBank.Open();
        var page = await bank.SignIn("dev", fileUrl: url);
        Assert.Equal(reason, page.Text(".error.file-problem .reason"));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("Forwarded", "for=127.0.0.1;host=localhost")]
    [InlineData("Host", "bank.example")]
    public async Task A_bank_that_is_allowed_no_network_fetches_nothing_from_its_own_machine(
        string? header,
        string? value
    )
    {
        await using var host = await FileHost.Open(("good.txt", Good));
        await using var bank = await OpenBank.Open(new TestBankOptions { Urls = "http://127.0.0.1:0" });
        if (header is not null)
        {
            bank.Browser.DefaultRequestHeaders.TryAddWithoutValidation(header, value);
        }

        var report = await bank.Get("/file-report?file_url=" + Uri.EscapeDataString(host.Url("good.txt")));
        Assert.Equal("good.txt: the address belongs to a private network", report.Text("p.reason"));
        Assert.Equal(0, host.Requests);
    }

    [Fact]
    public async Task A_file_that_has_moved_into_a_network_that_is_not_allowed_is_not_followed()
    {
        await using var host = await FileHost.Open(("good.txt", Good));
        host.Files["old.txt"] =
            "NEW_URL|" + host.Url("good.txt").Replace("127.0.0.1", "127.0.0.2", StringComparison.Ordinal);
        await using var bank = await OpenBank.Open(
            new TestBankOptions { Urls = "http://127.0.0.1:0", FileNetworks = [IPNetwork.Parse("127.0.0.1/32")] }
        );
        var page = await bank.SignIn("anna", fileUrl: host.Url("old.txt"));
        Assert.Equal("good.txt: the address belongs to a private network", page.Text(".error.file-problem .reason"));
    }

    [Fact]
    public async Task A_name_that_resolves_differently_the_second_time_gains_nothing()
    {
        await using var host = await FileHost.Open(("good.txt", Good));
        var url = new UriBuilder(host.Url("good.txt")) { Host = "rebinding.example" }.Uri;
        var asked = 0;
        // The first answer is allowed and nobody listens there, every later one is the machine itself.
        using var fetch = new FileFetch(
            [IPNetwork.Parse("127.0.0.2/32")],
            (_, _) => Task.FromResult(new[] { IPAddress.Parse(asked++ == 0 ? "127.0.0.2" : "127.0.0.1") })
        );
        var cancel = TestContext.Current.CancellationToken;
        Assert.Equal(new FetchedFile.Failed("the file's server cannot be reached"), await fetch.Read(url, cancel));
        Assert.Equal(1, asked);
        Assert.Equal(new FetchedFile.Failed("the address belongs to a private network"), await fetch.Read(url, cancel));
        Assert.Equal(0, host.Requests);

        using var allowed = new FileFetch(
            TestBankOptions.Loopback,
            (_, _) => Task.FromResult(new[] { IPAddress.Loopback })
        );
        Assert.IsType<FetchedFile.Content>(await allowed.Read(url, cancel));
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
    [InlineData("8.8.8.8", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("198.51.100.1", false)]
    [InlineData("203.0.113.1", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("172.31.0.1", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("fd00::1", false)]
    public void Public_addresses_are_known(string address, bool isPublic) =>
        Assert.Equal(isPublic, FileFetch.IsPublic(IPAddress.Parse(address)));
}
