using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.TestBank.Tests;

public sealed class OAuthTests
{
    [Fact]
    public async Task A_customer_lets_a_third_party_in_and_comes_back_with_code_and_state()
    {
        await using var bank = await OpenBank.Open();
        var login = await bank.Authorize("scope=aisp&state=a%26b");
        Assert.StartsWith("/stettestbank/authorize/", login.Url.AbsolutePath, StringComparison.Ordinal);
        Assert.All(["#login", "#password", "#file_url"], id => Assert.Single(login.All(id)));
        var consent = await bank.Submit(login, ("login", "dev"), ("password", "dev"), ("file_url", ""));
        Assert.Equal(["account-0", "account-1"], consent.All("input[name=accounts]").Select(i => i.Id));
        var back = await bank.Submit(consent, ("accounts", "moreau-courant"), ("decision", "accept"));
        Assert.Equal("a&b", back.Query("state"));

        var (status, body) = await bank.TradeCode(back.Query("code")!);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("Bearer", (string)body["token_type"]!);
        Assert.Equal(600, (int)body["expires_in"]!);
        Assert.Equal("aisp", (string)body["scope"]!);
    }

    [Fact]
    public async Task A_refusal_comes_back_as_access_denied_with_the_state()
    {
        await using var bank = await OpenBank.Open();
        var consent = await bank.Submit(await bank.Authorize(), ("login", "dev"), ("password", "dev"));
        var back = await bank.Submit(consent, ("decision", "refuse"));
        Assert.Equal("access_denied", back.Query("error"));
        Assert.Equal("s1", back.Query("state"));
        Assert.Null(back.Query("code"));
    }

    [Fact]
    public async Task Accepting_without_a_tick_shares_every_account()
    {
        await using var bank = await OpenBank.Open();
        var consent = await bank.Submit(await bank.Authorize(), ("login", "dev"), ("password", "dev"));
        Assert.All(consent.All("input[name=accounts]"), box => Assert.False(box.HasAttribute("checked")));
        var back = await bank.Submit(consent, ("decision", "accept"));
        var (_, tokens) = await bank.TradeCode(back.Query("code")!);
        var token = (string)tokens["access_token"]!;
        Assert.Equal(2, (await bank.Call(token, "/accounts")).Body["accounts"]!.AsArray().Count);
    }

    [Fact]
    public async Task The_approval_stands_between_login_and_consent()
    {
        await using var bank = await OpenBank.Open();
        var asked = await bank.Submit(await bank.Authorize(), ("login", "app"), ("password", "dev"));
        Assert.Single((await bank.Submit(asked, ("decision", "accept"))).All("form.approval"));
        bank.Clock.Advance(TimeSpan.FromSeconds(8));
        Assert.NotEmpty(await bank.Accept(await bank.Submit(asked)));
    }

    [Fact]
    public async Task A_brief_consent_ends_with_its_tokens()
    {
        await using var bank = await OpenBank.Open();
        var (_, tokens) = await bank.TradeCode(await bank.Consent("brief"));
        var token = (string)tokens["access_token"]!;
        bank.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(HttpStatusCode.OK, (await bank.Call(token, "/accounts")).Status);
        bank.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await bank.Call(token, "/accounts")).Status);
        Assert.Equal("invalid_grant", (string?)(await bank.Refresh((string)tokens["refresh_token"]!)).Body["error"]);
    }

    [Fact]
    public async Task The_code_page_stands_between_login_and_consent()
    {
        await using var bank = await OpenBank.Open();
        var code = await bank.Submit(await bank.Authorize(), ("login", "otp"), ("password", "dev"));
        Assert.Single(code.All("#otp"));
        code = await bank.Submit(code, ("otp", "1"));
        Assert.NotEmpty(code.All(".error.wrong-code"));
        var consent = await bank.Submit(code, ("otp", "246810"));
        Assert.NotEmpty(await bank.Accept(consent));

        var page = await bank.Submit(await bank.Authorize(), ("login", "otp"), ("password", "dev"));
        for (var i = 0; i < 3; i++)
        {
            page = await bank.Submit(page, ("otp", "1"));
        }

        Assert.NotEmpty(page.All(".error.code-locked"));
        Assert.Single(page.All("#login"));
    }

    [Theory]
    [InlineData("dev", "nope", "wrong-credentials")]
    [InlineData("locked", "dev", "locked")]
    public async Task A_login_that_fails_stays_on_the_login_page(string login, string password, string error)
    {
        await using var bank = await OpenBank.Open();
        var page = await bank.Submit(await bank.Authorize(), ("login", login), ("password", password));
        Assert.NotEmpty(page.All(".error." + error));
        Assert.Single(page.All("#login"));
    }

    [Theory]
    [InlineData("response_type=code&client_id=stranger&redirect_uri=http://127.0.0.1:9/return&scope=aisp")]
    [InlineData("response_type=code&client_id=affluent&redirect_uri=https://evil.example/return&scope=aisp")]
    [InlineData("response_type=code&client_id=affluent&redirect_uri=javascript:alert(1)&scope=aisp")]
    [InlineData("response_type=code&client_id=affluent&redirect_uri=http://127.0.0.1:9/%00&scope=x")]
    [InlineData("response_type=code&client_id=affluent&scope=aisp")]
    public async Task Nobody_is_sent_to_an_address_that_is_not_registered(string query)
    {
        await using var bank = await OpenBank.Open();
        var page = await bank.Get("/stettestbank/authorize?" + query);
        Assert.Equal(HttpStatusCode.BadRequest, page.Response.StatusCode);
        Assert.NotEmpty(page.All(".notice.request"));
    }

    [Theory]
    [InlineData("https://app.example/back/a", true)]
    [InlineData("https://app.example/other", false)]
    [InlineData("https://app.example.evil/back", false)]
    [InlineData("http://app.example/back", false)]
    [InlineData("http://127.0.0.1:9/back", false)]
    [InlineData("https://app.example/back", true)]
    [InlineData("https://app.example/backdoor", false)]
    [InlineData("https://app.example/back/../other", false)]
    [InlineData("https://app.example/back/%252e%252e/other", false)]
    [InlineData("https://app.example/back/%5c../other", false)]
    public async Task Registered_addresses_are_matched_by_origin_and_path(string redirectUri, bool allowed)
    {
        await using var bank = await OpenBank.Open(
            new TestBankOptions { Urls = "http://127.0.0.1:0", RedirectUris = ["https://app.example/back"] }
        );
        var page = await bank.Get(
            "/stettestbank/authorize?response_type=code&client_id=affluent&scope=aisp&redirect_uri=" + redirectUri
        );
        Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.BadRequest, page.Response.StatusCode);
    }

    [Theory]
    [InlineData("response_type=token&scope=aisp", "unsupported_response_type")]
    [InlineData("response_type=code&scope=everything", "invalid_scope")]
    [InlineData("response_type=code", "invalid_scope")]
    [InlineData("response_type=code&scope=aisp&scope=aisp", "invalid_request")]
    [InlineData("response_type=code&scope=aisp&code_challenge=abc", "invalid_request")]
    public async Task Wrong_requests_come_back_with_an_error(string query, string error)
    {
        await using var bank = await OpenBank.Open();
        var back = await bank.Get(
            $"/stettestbank/authorize?client_id=affluent&redirect_uri={OpenBank.Return}&state=s1&{query}"
        );
        Assert.Equal(error, back.Query("error"));
        Assert.Equal("s1", back.Query("state"));
    }

    [Fact]
    public async Task With_pkce_only_the_right_verifier_trades_the_code()
    {
        await using var bank = await OpenBank.Open();
        const string Verifier = "a-verifier-that-is-long-enough-for-the-standard-0123";
        var challenge = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));
        var query = $"scope=aisp&state=s1&code_challenge={challenge}&code_challenge_method=S256";
        Assert.Equal("invalid_grant", await TradeError(bank, await bank.Consent("dev", query: query), null));
        Assert.Equal("invalid_grant", await TradeError(bank, await bank.Consent("dev", query: query), "wrong"));
        Assert.Null(await TradeError(bank, await bank.Consent("dev", query: query), Verifier));
        Assert.Equal("invalid_grant", await TradeError(bank, await bank.Consent("dev"), Verifier));
    }

    private static async Task<string?> TradeError(OpenBank bank, string code, string? verifier)
    {
        List<(string, string)> fields =
        [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", OpenBank.Return),
        ];
        if (verifier is not null)
        {
            fields.Add(("code_verifier", verifier));
        }

        return (string?)(await bank.Token([.. fields])).Body["error"];
    }

    [Fact]
    public async Task A_code_works_once_and_a_second_use_ends_the_consent()
    {
        await using var bank = await OpenBank.Open();
        var code = await bank.Consent("dev");
        var (_, tokens) = await bank.TradeCode(code);
        var (status, body) = await bank.TradeCode(code);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("invalid_grant", (string)body["error"]!);
        var call = await bank.Call((string)tokens["access_token"]!, "/accounts");
        Assert.Equal(HttpStatusCode.Unauthorized, call.Status);
    }

    [Fact]
    public async Task A_code_dies_after_a_minute_or_with_another_redirect_uri()
    {
        await using var bank = await OpenBank.Open();
        var late = await bank.Consent("dev");
        bank.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal("invalid_grant", (string)(await bank.TradeCode(late)).Body["error"]!);
        var code = await bank.Consent("dev");
        var (_, body) = await bank.Token(
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", OpenBank.Return + "/other")
        );
        Assert.Equal("invalid_grant", (string)body["error"]!);
    }

    [Fact]
    public async Task Refresh_tokens_rotate_until_the_consent_is_180_days_old()
    {
        await using var bank = await OpenBank.Open();
        var (_, tokens) = await bank.TradeCode(await bank.Consent("dev"));
        var first = (string)tokens["refresh_token"]!;
        var (_, tooMuch) = await bank.Token(
            ("grant_type", "refresh_token"),
            ("refresh_token", first),
            ("scope", "payments")
        );
        Assert.Equal("invalid_scope", (string?)tooMuch["error"]);
        var (status, refreshed) = await bank.Refresh(first);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("invalid_grant", (string)(await bank.Refresh(first)).Body["error"]!);

        bank.Clock.Advance(TimeSpan.FromDays(179));
        (status, refreshed) = await bank.Refresh((string)refreshed["refresh_token"]!);
        Assert.Equal(HttpStatusCode.OK, status);
        bank.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal("invalid_grant", (string)(await bank.Refresh((string)refreshed["refresh_token"]!)).Body["error"]!);
    }

    [Theory]
    [InlineData("grant_type=&code=x", "invalid_request")]
    [InlineData("grant_type=authorization_code", "invalid_request")]
    [InlineData("grant_type=refresh_token", "invalid_request")]
    [InlineData("grant_type=password&username=dev", "unsupported_grant_type")]
    [InlineData("grant_type=refresh_token&refresh_token=x", "invalid_grant")]
    [InlineData("grant_type=refresh_token&grant_type=refresh_token", "invalid_request")]
    public async Task Wrong_token_requests_are_told_apart(string form, string error)
    {
        await using var bank = await OpenBank.Open();
        var fields = form.Split('&').Select(f => f.Split('=')).Select(f => (f[0], f[1])).ToArray();
        var (status, body) = await bank.Token(fields);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(error, (string)body["error"]!);
    }

    [Fact]
    public async Task A_form_that_breaks_off_is_a_bad_request()
    {
        await using var bank = await OpenBank.Open();
        using var broken = new StringContent("xx");
        broken.Headers.ContentType = new("multipart/form-data") { Parameters = { new("boundary", "b") } };
        using var answer = await bank.Browser.PostAsync(
            "/stettestbank/token",
            broken,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task The_client_proves_itself_by_basic_or_post()
    {
        await using var bank = await OpenBank.Open();
        var cancel = TestContext.Current.CancellationToken;
        using var anonymous = new FormUrlEncodedContent([new("grant_type", "refresh_token")]);
        using var refused = await bank.Browser.PostAsync("/stettestbank/token", anonymous, cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("Basic", refused.Headers.WwwAuthenticate.Single().Scheme);
        Assert.Contains("invalid_client", await refused.Content.ReadAsStringAsync(cancel), StringComparison.Ordinal);

        using var posted = new FormUrlEncodedContent([
            new("grant_type", "authorization_code"),
            new("code", await bank.Consent("dev")),
            new("redirect_uri", OpenBank.Return),
            new("client_id", OpenBank.ClientId),
            new("client_secret", OpenBank.ClientSecret),
        ]);
        using var good = await bank.Browser.PostAsync("/stettestbank/token", posted, cancel);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        Assert.True(good.Headers.CacheControl!.NoStore);

        using var text = new StringContent("{}");
        using var wrongType = await bank.Browser.PostAsync("/stettestbank/token", text, cancel);
        Assert.Equal(HttpStatusCode.BadRequest, wrongType.StatusCode);
    }

    [Fact]
    public async Task A_consent_that_its_customer_revokes_stops_both_tokens()
    {
        await using var bank = await OpenBank.Open();
        var (_, tokens) = await bank.TradeCode(await bank.Consent("dev"));
        await bank.SignIn("dev");
        var page = await bank.Get("/consents");
        var id = Assert.Single(page.All("li.consent button")).GetAttribute("value")!;
        page = await bank.Submit(page, ("revoke", id));
        Assert.NotEmpty(page.All(".no-consents"));
        var call = await bank.Call((string)tokens["access_token"]!, "/accounts");
        Assert.Equal(HttpStatusCode.Unauthorized, call.Status);
        Assert.Equal("invalid_grant", (string)(await bank.Refresh((string)tokens["refresh_token"]!)).Body["error"]!);
    }

    [Fact]
    public async Task Nobody_revokes_the_consent_of_another_customer()
    {
        await using var bank = await OpenBank.Open();
        var (_, tokens) = await bank.TradeCode(await bank.Consent("dev"));
        await bank.SignIn("dev");
        var id = (await bank.Get("/consents")).All("li.consent button")[0].GetAttribute("value")!;
        await bank.TradeCode(await bank.Consent("twins"));
        await bank.SignIn("twins");
        await bank.Submit(await bank.Get("/consents"), ("revoke", id));
        Assert.Equal(HttpStatusCode.OK, (await bank.Call((string)tokens["access_token"]!, "/accounts")).Status);
    }

    [Fact]
    public async Task Consents_and_tokens_outlive_the_process_and_its_files_are_private()
    {
        var folder = Directory.CreateTempSubdirectory("affluent-bank-").FullName;
        var options = new TestBankOptions { Urls = "http://127.0.0.1:0", DataDirectory = folder };
        string access;
        string refresh;
        await using (var bank = await OpenBank.Open(options))
        {
            var (_, tokens) = await bank.TradeCode(await bank.Consent("dev"));
            (access, refresh) = ((string)tokens["access_token"]!, (string)tokens["refresh_token"]!);
        }

        await using var again = await OpenBank.Open(options);
        Assert.Equal(HttpStatusCode.OK, (await again.Call(access, "/accounts")).Status);
        Assert.Equal(HttpStatusCode.OK, (await again.Refresh(refresh)).Status);
        foreach (var file in new[] { "testbank.key", "consents.json" })
        {
            var path = Path.Combine(folder, file);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
            Assert.DoesNotContain(refresh, text, StringComparison.Ordinal);
        }
    }
}
