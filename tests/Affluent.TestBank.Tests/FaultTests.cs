using System.Net;

namespace Affluent.TestBank.Tests;

public sealed class FaultTests
{
    private const string Faults = "faults";

    [Fact]
    public async Task Html_stands_where_data_is_due()
    {
        await using var bank = await OpenBank.Open();
        var answer = await bank.Call(await bank.AccessToken("html", Faults), "/accounts");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.StartsWith("text/html", answer.ContentType, StringComparison.Ordinal);
        var page = await bank.SignIn("html", fileUrl: Faults);
        Assert.NotEmpty(page.All(".notice.maintenance"));
        Assert.Empty(page.All("table.accounts"));
    }

    [Fact]
    public async Task Error_500_is_a_server_error_on_both_faces()
    {
        await using var bank = await OpenBank.Open();
        var answer = await bank.Call(await bank.AccessToken("error_500", Faults), "/accounts");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.Equal(500, (int)answer.Body["status"]!);
        var page = await bank.SignIn("error_500", fileUrl: Faults);
        Assert.Equal(HttpStatusCode.InternalServerError, page.Response.StatusCode);
    }

    [Fact]
    public async Task Nothing_closes_the_connection()
    {
        await using var bank = await OpenBank.Open();
        var token = await bank.AccessToken("nothing", Faults);
        await Assert.ThrowsAsync<HttpRequestException>(() => bank.Call(token, "/accounts"));
        await Assert.ThrowsAsync<HttpRequestException>(() => bank.SignIn("nothing", fileUrl: Faults));
    }

    [Fact]
    public async Task Hang_never_answers_but_lets_the_bank_close()
    {
        var bank = await OpenBank.Open();
        var token = await bank.AccessToken("hang", Faults);
        var call = bank.Call(token, "/accounts");
        var first = await Task.WhenAny(
            call,
            Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, TestContext.Current.CancellationToken)
        );
        Assert.NotSame(call, first);
        await bank.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => call);
    }

    [Fact]
    public async Task One_account_fails_and_the_other_works()
    {
        await using var bank = await OpenBank.Open();
        var token = await bank.AccessToken("one_account_fails", Faults);
        var good = await bank.Call(token, "/accounts/one-account-fails-1/balances");
        Assert.Equal(HttpStatusCode.OK, good.Status);
        var bad = await bank.Call(token, "/accounts/one-account-fails-2/balances");
        Assert.Equal(HttpStatusCode.InternalServerError, bad.Status);
        await bank.SignIn("one_account_fails", fileUrl: Faults);
        var page = await bank.Get("/accounts/one-account-fails-2/movements");
        Assert.Equal(HttpStatusCode.InternalServerError, page.Response.StatusCode);
    }

    [Fact]
    public async Task Pages_repeat_themselves_for_ever()
    {
        await using var bank = await OpenBank.Open();
        var token = await bank.AccessToken("repeat_page", Faults);
        var first = await bank.Call(token, "/accounts/repeat-page-1/transactions");
        var second = await bank.Call(token, (string)first.Body["_links"]!["next"]!["href"]!);
        Assert.Equal(first.Body["transactions"]!.ToJsonString(), second.Body["transactions"]!.ToJsonString());
        Assert.NotNull(second.Body["_links"]!["next"]);
        await bank.SignIn("repeat_page", fileUrl: Faults);
        var page = await bank.Get("/accounts/repeat-page-1/movements?page=7");
        Assert.NotEmpty(page.All("tr.movement"));
        Assert.Single(page.All("a.next"));
    }

    [Fact]
    public async Task An_expired_password_stops_the_customer()
    {
        await using var bank = await OpenBank.Open();
        var page = await bank.SignIn("password_expired", fileUrl: Faults);
        Assert.Equal("/password", page.Url.AbsolutePath);
        Assert.NotEmpty(page.All(".notice.password"));
        Assert.Equal("/password", (await bank.Get("/accounts")).Url.AbsolutePath);
        var authorization = await bank.Submit(
            await bank.Authorize(),
            ("login", "password_expired"),
            ("password", "dev"),
            ("file_url", Faults)
        );
        var link = Assert.Single(authorization.All("a.return")).GetAttribute("href")!;
        Assert.Equal(OpenBank.Return + "?error=access_denied&state=s1", link);
    }

    [Fact]
    public async Task New_terms_are_accepted_once_on_the_site()
    {
        await using var bank = await OpenBank.Open();
        var page = await bank.SignIn("site_action", fileUrl: Faults);
        Assert.Equal("/terms", page.Url.AbsolutePath);
        Assert.Equal("/terms", (await bank.Get("/accounts")).Url.AbsolutePath);
        page = await bank.Submit(await bank.Get("/terms"), ("decision", "accept"));
        Assert.Equal("/accounts", page.Url.AbsolutePath);
        Assert.Equal("/accounts", (await bank.SignIn("site_action", fileUrl: Faults)).Url.AbsolutePath);
    }
}
