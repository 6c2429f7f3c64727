using Affluent.Connectors.Contract;
using Affluent.Connectors.Scraping;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;
using AngleSharp.Html.Parser;

namespace Affluent.Connectors.Tests;

/// <summary>The web site family at a small bank that looks nothing like the test bank.</summary>
public sealed class WebsiteTests
{
    [Fact]
    public async Task Another_site_is_read_by_its_words()
    {
        using var run = await Inside(SmallBanks.Website());

        var accounts = await run.Accounts();
        var movements = await run.Transactions(accounts[0]);

        Assert.Equal(
            [
                ("Everyday", BankAccountType.Checkings, 1234.56m, "GBP"),
                ("Whole life", (BankAccountType?)null, -1000m, "GBP"),
            ],
            accounts.Select(a => (a.Name!, a.Type, a.Balances[0].Amount, a.Currency))
        );
        Assert.Equal(
            [(-3.20m, BankTransactionStatus.Pending, "Coffee"), (1500m, BankTransactionStatus.Booked, "Pay & more")],
            movements.Select(t => (t.Amount, t.Status, t.Remittance.Single()))
        );
        Assert.Equal((null, new DateOnly(2026, 11, 20)), (movements[0].BookingDay, movements[1].BookingDay!.Value));
    }

    [Fact]
    public async Task The_question_says_where_the_code_went_and_what_it_looks_like()
    {
        using var run = SmallBanks.WebsiteRun(SmallBanks.Website());

        var question = await run.TakeAsked<Question.OneTimePassword>(new StepInput.ListAccounts());

        Assert.Equal(new Question.OneTimePassword("j**@m***.example", 6, true, null, false), question);
    }

    [Fact]
    public async Task Passwords_are_given_once_in_a_step_and_never_kept()
    {
        var bank = SmallBanks.Website();
        using var run = SmallBanks.WebsiteRun(bank);
        run.Credentials = new Dictionary<string, string> { ["1"] = "jane", ["2"] = "wrong-password" };

        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.WrongCredentials);

        Assert.Single(bank.At("/enter"));
        Assert.DoesNotContain("wrong-password", run.Session, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_without_a_page_of_its_own_has_no_movements_to_read()
    {
        using var run = await Inside(SmallBanks.Website());
        var accounts = await run.Accounts();

        await run.TakeRefused(new StepInput.ListTransactions(accounts[1], null), Refusal.AccountRefused);
    }

    [Theory]
    [InlineData("https://elsewhere.example/", Refusal.NotUnderstood)]
    [InlineData("http://www.bank.example/", Refusal.NotUnderstood)]
    [InlineData("https://www.bank.example:8443/", Refusal.NotUnderstood)]
    public async Task A_redirect_that_leaves_the_site_is_not_followed(string address, Refusal reason)
    {
        var bank = new FakeBank().On("GET", "/", _ => new Reply("", 302, Headers: ("Location", address)));
        using var run = SmallBanks.WebsiteRun(bank);

        await run.TakeRefused(new StepInput.ListAccounts(), reason);

        Assert.Single(bank.Requests);
    }

    [Fact]
    public async Task A_form_that_sends_to_another_site_gets_no_password()
    {
        var bank = new FakeBank().Page(
            "/",
            """<form method=post action="https://elsewhere.example/login"><input name=user><input type=password name=pass></form>"""
        );
        using var run = SmallBanks.WebsiteRun(bank);

        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.NotUnderstood);

        Assert.Single(bank.Requests);
    }

    [Theory]
    [InlineData(
        """<p class="error">Votre accès est bloqué</p><form><input type=password name=p></form>""",
        Refusal.AccessLocked
    )]
    [InlineData(
        """<h1>Choose a new password</h1><form><input type=password name=a><input type=password name=b></form>""",
        Refusal.PasswordChangeRequired
    )]
    [InlineData("""<h1>Votre mot de passe a expiré</h1>""", Refusal.PasswordChangeRequired)]
    [InlineData("""<h1>Welcome</h1>""", Refusal.NotUnderstood)]
    public async Task What_may_stand_behind_the_login(string page, Refusal reason)
    {
        var bank = SmallBanks.Website().On("POST", "/enter", _ => new Reply(page, Type: "text/html"));
        using var run = SmallBanks.WebsiteRun(bank);

        await run.TakeRefused(new StepInput.ListAccounts(), reason);
    }

    [Theory]
    [InlineData("Carte de crédit", BankAccountType.CreditCard)]
    [InlineData("Prêt immobilier", BankAccountType.Loan)]
    [InlineData("Loans", BankAccountType.Loan)]
    [InlineData("Livret A", BankAccountType.Savings)]
    [InlineData("ÉPARGNE", BankAccountType.Savings)]
    [InlineData("Compte de dépôt", BankAccountType.Checkings)]
    [InlineData("Checkings", BankAccountType.Checkings)]
    [InlineData("Assurance vie", null)]
    [InlineData("unknown", null)]
    [InlineData("", null)]
    public void Kinds_of_account_by_their_words(string text, BankAccountType? type) =>
        Assert.Equal(type, AccountPages.TypeOf(text));

    [Fact]
    public void Cookies_follow_path_and_age()
    {
        var now = new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
        var jar = CookieJar.With(
            [],
            [
                "a=1; Path=/",
                "b=2; Path=/in",
                "c=3; Max-Age=60; Path=/",
                "d=4; Expires=Sun, 22-Nov-2026 09:00:00 GMT; Path=/",
                "=x",
                "e",
            ],
            new Uri("https://bank.example/in/login"),
            now
        );

        Assert.Equal("b=2; a=1; c=3", CookieJar.For(jar, new Uri("https://bank.example/in/x"), now));
        Assert.Equal("a=1", CookieJar.For(jar, new Uri("https://bank.example/inside"), now.AddMinutes(2)));
        jar = CookieJar.With(jar, ["a=; Max-Age=0; Path=/"], new Uri("https://bank.example/"), now);
        Assert.Equal("c=3", CookieJar.For(jar, new Uri("https://bank.example/"), now));
    }

    [Theory]
    [InlineData("<h1>Validez sur votre mobile</h1><p>Une demande vous attend.</p>", "Une demande vous attend.")]
    [InlineData("<title>Please confirm on your phone</title><main></main>", null)]
    [InlineData(
        "<h1>Approve in your app</h1><form method=post><input type=hidden name=t><button>Done</button></form>",
        null
    )]
    public void A_page_that_waits_for_the_app_is_known_by_its_heading(string page, string? message) =>
        Assert.Equal(new PageKind.Approval(message), PageKind.Of(new HtmlParser().ParseDocument(page)));

    [Theory]
    [InlineData("<h1>Validez votre numéro de mobile</h1><form><input type=tel name=phone></form>")]
    [InlineData("<h1>Votre demande est validée</h1><p>Téléchargez notre application mobile.</p>")]
    [InlineData("<h1>Téléphone</h1><p>Confirmez par courrier.</p>")]
    public void Other_pages_that_speak_of_apps_and_phones_are_not(string page) =>
        Assert.IsNotType<PageKind.Approval>(PageKind.Of(new HtmlParser().ParseDocument(page)));

    private static async Task<ConnectorRun> Inside(FakeBank bank)
    {
        var run = SmallBanks.WebsiteRun(bank);
        await run.TakeAsked<Question.OneTimePassword>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(
            new StepInput.Answer(new Dictionary<string, string> { [Question.OneTimePassword.Field] = "908172" })
        );
        return run;
    }
}
