using System.Net;
using AngleSharp.Html.Dom;

namespace Affluent.TestBank.Tests;

public sealed class WebsiteTests
{
    [Fact]
    public async Task The_home_page_tells_a_newcomer_who_can_sign_in()
    {
        await using var bank = await OpenBank.Open();
        var page = await bank.Get("/");
        var logins = page.All("table.people tbody tr td:first-child").Select(c => c.TextContent).ToList();
        Assert.Contains("dev", logins);
        Assert.Contains("otp", logins);
        Assert.Contains("hang", logins);
        Assert.Contains("246810", page.Html.Body!.TextContent, StringComparison.Ordinal);
        Assert.Equal("fr", page.Html.DocumentElement.GetAttribute("lang"));
    }

    [Fact]
    public async Task Who_asks_for_the_headers_of_a_page_alone_gets_them()
    {
        await using var bank = await OpenBank.Open();
        using var request = new HttpRequestMessage(HttpMethod.Head, "/");

        using var answer = await bank.Browser.SendAsync(request, TestContext.Current.CancellationToken);

        var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            (HttpStatusCode.OK, "text/html", ""),
            (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, body)
        );
    }

    [Fact]
    public async Task A_customer_sees_all_types_of_accounts()
    {
        await using var bank = await OpenBank.Open();
        var page = await bank.SignIn("dev");
        Assert.Equal("/accounts", page.Url.AbsolutePath);
        var rows = page.Rows("table.accounts tr.account");
        Assert.Equal(["Compte courant", "Épargne", "Carte", "Prêt"], rows.Select(r => r["type"]));
        Assert.Equal("22/11/2026", rows[0]["balance-date"]);
        Assert.EndsWith("\u00a0€", rows[0]["balance"], StringComparison.Ordinal);
        Assert.Equal("MME CAMILLE MOREAU", rows[0]["owner"]);
    }

    [Fact]
    public async Task Movements_come_by_pages_of_fifty_newest_first_until_there_is_no_next_link()
    {
        await using var bank = await OpenBank.Open();
        await bank.SignIn("dev");
        var path = "/accounts/moreau-carte/movements";
        var references = new List<string>();
        for (var pages = 0; path is not null; pages++)
        {
            Assert.True(pages < 20);
            var page = await bank.Get(path);
            var rows = page.Rows("table.movements tr.movement");
            references.AddRange(rows.Select(r => r["reference"]));
            path = (page.Html.QuerySelector("a.next") as IHtmlAnchorElement)?.GetAttribute("href");
            Assert.Equal(path is null, rows.Count < 50 || references.Count % 50 != 0);
        }

        Assert.True(references.Count > 100);
        Assert.Equal(references.Count, references.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Details_of_a_loan_a_savings_account_and_a_card_are_shown()
    {
        await using var bank = await OpenBank.Open();
        await bank.SignIn("dev");
        var loan = await bank.Get("/accounts/moreau-pret");
        Assert.Equal("165\u00a0000,00\u00a0€", loan.Text("dd.loan-initial-amount"));
        Assert.Equal("05/12/2026", loan.Text("dd.loan-payment-date"));
        var savings = await bank.Get("/accounts/moreau-livret");
        Assert.Equal("1,70\u00a0%", savings.Text("dd.savings-rate"));
        var card = await bank.Get("/accounts/moreau-carte");
        Assert.Equal("4976XXXXXXXX3018", card.Text("dd.card-number"));
        Assert.Equal("28/11/2026", card.Text("dd.card-debit-date"));
    }

    [Fact]
    public async Task A_wrong_password_is_refused_any_number_of_times_without_locking()
    {
        await using var bank = await OpenBank.Open();
        for (var i = 0; i < 3; i++)
        {
            var refused = await bank.SignIn("dev", "nope");
            Assert.NotEmpty(refused.All(".error.wrong-credentials"));
        }

        Assert.Equal("/accounts", (await bank.SignIn("dev")).Url.AbsolutePath);
    }

    [Fact]
    public async Task A_locked_person_is_told_so_only_with_the_right_password()
    {
        await using var bank = await OpenBank.Open();
        Assert.NotEmpty((await bank.SignIn("locked")).All(".error.locked"));
        Assert.NotEmpty((await bank.SignIn("locked", "nope")).All(".error.wrong-credentials"));
    }

    [Fact]
    public async Task A_one_time_password_opens_the_accounts()
    {
        await using var bank = await OpenBank.Open();
        var asked = await bank.SignIn("otp");
        Assert.Equal("/otp", asked.Url.AbsolutePath);
        Assert.Equal("06 XX XX XX 42", asked.Text(".recipient"));
        Assert.Equal("/otp", (await bank.Get("/accounts")).Url.AbsolutePath);
        var inside = await bank.Submit(asked, ("otp", "246810"));
        Assert.Equal("/accounts", inside.Url.AbsolutePath);
        Assert.NotEmpty(inside.All("tr.account"));
    }

    [Fact]
    public async Task Three_wrong_codes_end_the_login()
    {
        await using var bank = await OpenBank.Open();
        var page = await bank.SignIn("otp");
        page = await bank.Submit(page, ("otp", "000000"));
        Assert.NotEmpty(page.All(".error.wrong-code"));
        page = await bank.Submit(page, ("otp", "000000"));
        Assert.NotEmpty(page.All(".error.wrong-code"));
        page = await bank.Submit(page, ("otp", "000000"));
        Assert.Equal("/login", page.Url.AbsolutePath);
        Assert.NotEmpty(page.All(".error.code-locked"));
        Assert.Equal("/login", (await bank.Get("/accounts")).Url.AbsolutePath);
    }

    [Fact]
    public async Task An_approval_in_the_app_opens_the_accounts_once_it_is_given()
    {
        await using var bank = await OpenBank.Open();
        var asked = await bank.SignIn("app");
        Assert.Equal("/approval", asked.Url.AbsolutePath);
        bank.Clock.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal("/approval", (await bank.Submit(asked)).Url.AbsolutePath);
        Assert.Equal("/approval", (await bank.Get("/accounts")).Url.AbsolutePath);
        bank.Clock.Advance(TimeSpan.FromSeconds(1));
        var inside = await bank.Submit(asked);
        Assert.Equal("/accounts", inside.Url.AbsolutePath);
        Assert.NotEmpty(inside.All("tr.account"));
    }

    [Fact]
    public async Task A_session_ends_after_ten_idle_minutes()
    {
        await using var bank = await OpenBank.Open();
        await bank.SignIn("dev");
        bank.Clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal("/accounts", (await bank.Get("/accounts")).Url.AbsolutePath);
        bank.Clock.Advance(TimeSpan.FromMinutes(11));
        var late = await bank.Get("/accounts");
        Assert.Equal("/login", late.Url.AbsolutePath);
        Assert.NotEmpty(late.All(".error.expired"));
    }

    [Fact]
    public async Task A_form_from_elsewhere_signs_nobody_in()
    {
        await using var bank = await OpenBank.Open();
        await bank.Get("/login");
        using var forged = new FormUrlEncodedContent([new("login", "dev"), new("password", "dev"), new("token", "x")]);
        using var answer = await bank.Browser.PostAsync("/login", forged, TestContext.Current.CancellationToken);
        Assert.Equal("/login?error=expired", answer.Headers.Location!.ToString());
        Assert.Equal("/login", (await bank.Get("/accounts")).Url.AbsolutePath);
    }

    [Fact]
    public async Task Signing_out_ends_the_session()
    {
        await using var bank = await OpenBank.Open();
        await bank.SignIn("dev");
        await bank.Get("/logout");
        Assert.Equal("/login", (await bank.Get("/accounts")).Url.AbsolutePath);
    }

    [Fact]
    public async Task A_person_without_accounts_sees_an_empty_list()
    {
        await using var bank = await OpenBank.Open();
        var page = await bank.SignIn("empty");
        Assert.NotEmpty(page.All(".no-accounts"));
        Assert.Empty(page.All("tr.account"));
    }

    [Fact]
    public async Task Pages_speak_english_to_those_who_prefer_it()
    {
        await using var bank = await OpenBank.Open();
        bank.Browser.DefaultRequestHeaders.AcceptLanguage.ParseAdd("en-GB, fr;q=0.5");
        var page = await bank.SignIn("dev");
        Assert.Equal("en", page.Html.DocumentElement.GetAttribute("lang"));
        Assert.Equal("My accounts", page.Text("h1"));
    }

    [Fact]
    public async Task An_unknown_page_or_account_is_404()
    {
        await using var bank = await OpenBank.Open();
        await bank.SignIn("dev");
        Assert.Equal(HttpStatusCode.NotFound, (await bank.Get("/nothing")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await bank.Get("/accounts/berthier-courant")).Response.StatusCode);
    }
}
