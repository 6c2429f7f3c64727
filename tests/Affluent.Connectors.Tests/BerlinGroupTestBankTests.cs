using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>The connector of the Berlin Group against the test bank, in each approach of strong authentication.</summary>
public sealed class BerlinGroupTestBankTests
{
    private static readonly DateOnly From = new(2026, 1, 1);
    private static readonly StepInput Listing = new StepInput.ListAccounts();

    [Fact]
    public async Task By_redirect_accounts_and_cards_come_with_all_that_stet_shows_of_them()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = await bank.Allowed("dev", channel: "8801");
        using var stet = await bank.Allowed("dev");

        var accounts = await run.Accounts();
        var overStet = await stet.Accounts();

        Assert.Equal([BankAccountType.Checkings, BankAccountType.CreditCard], accounts.Select(a => a.Type));
        Assert.Equal(overStet[0].Iban, accounts[0].Iban);
        Assert.Equal(
            overStet.SelectMany(a => a.Balances).Select(b => b.Amount),
            accounts.SelectMany(a => a.Balances).Select(b => b.Amount)
        );
        for (var i = 0; i < accounts.Count; i++)
        {
            var rows = await run.Transactions(accounts[i], From);
            Assert.NotEmpty(rows);
            Assert.Equal((await stet.Transactions(overStet[i], From)).Select(Essence), rows.Select(Essence));
        }
    }

    [Fact]
    public async Task By_redirect_only_the_chosen_accounts_come()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Open("8801");

        var question = await run.TakeAsked<Question.Redirect>(Listing);
        var back = await RunningTestBank.Agree(question.Address, "dev", accounts: 1);
        await run.Take<StepResult.Done>(new StepInput.Returned(back));

        Assert.Equal(BankAccountType.Checkings, Assert.Single(await run.Accounts()).Type);
    }

    [Fact]
    public async Task Who_refuses_on_the_page_has_not_agreed()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Open("8801");

        var question = await run.TakeAsked<Question.Redirect>(Listing);
        var back = await RunningTestBank.Agree(question.Address, "dev", decision: "refuse");

        await run.TakeRefused(new StepInput.Returned(back), Refusal.ConsentDenied);
    }

    [Fact]
    public async Task Integrated_oauth_gives_a_token_for_the_consent_which_is_renewed()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = await bank.Allowed("dev", channel: "8801", change: OAuth);
        var first = await run.Accounts();

        bank.Clock.Advance(TimeSpan.FromHours(20));
        (run.Now, run.User, run.Callback) = (bank.Clock.GetUtcNow(), null, null);

        Assert.Equal(first.Select(a => a.Iban), (await run.Accounts()).Select(a => a.Iban));
    }

    [Fact]
    public async Task With_a_pre_step_the_customer_comes_twice_and_tokens_are_renewed()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Open("8801", Prestep);

        await AgreeTwice(run, "dev");
        var first = await run.Accounts();
        bank.Clock.Advance(TimeSpan.FromHours(20));
        (run.Now, run.User, run.Callback) = (bank.Clock.GetUtcNow(), null, null);

        Assert.Equal(2, first.Count);
        Assert.NotEmpty(await run.Transactions(first[0], From));
        Assert.Equal(first.Select(a => a.Iban), (await run.Accounts()).Select(a => a.Iban));
        await run.Take<StepResult.Done>(new StepInput.Revoke());
    }

    [Fact]
    public async Task With_a_pre_step_another_customer_agrees_to_nothing()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Open("8801", Prestep);
        var first = await run.TakeAsked<Question.Redirect>(Listing);
        await run.Take(new StepInput.Returned(await RunningTestBank.Agree(first.Address, "dev")));

        var second = await run.TakeAsked<Question.Redirect>(Listing);
        var back = await RunningTestBank.Agree(second.Address, "twins");

        await run.TakeRefused(new StepInput.Returned(back), Refusal.ConsentDenied);
    }

    [Fact]
    public async Task Embedded_with_the_password_alone()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = Embedded(bank, "dev");

        Assert.Equal(2, (await run.Accounts()).Count);
    }

    [Fact]
    public async Task Embedded_with_a_code_of_which_a_wrong_one_is_asked_again()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = Embedded(bank, "otp");

        var question = await run.TakeAsked<Question.OneTimePassword>(Listing);
        var again = await run.TakeAsked<Question.OneTimePassword>(Code("000000"));
        await run.Take<StepResult.Done>(Code("246810"));

        Assert.True(question.Digits);
        Assert.True(again.Retry);
        Assert.Single(await run.Accounts());
    }

    [Fact]
    public async Task Embedded_with_three_wrong_codes_is_over()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = Embedded(bank, "otp");
        await run.TakeAsked<Question.OneTimePassword>(Listing);
        await run.TakeAsked<Question.OneTimePassword>(Code("000001"));
        await run.TakeAsked<Question.OneTimePassword>(Code("000002"));

        await run.TakeRefused(Code("000003"), Refusal.ChallengeFailed);
    }

    [Fact]
    public async Task Embedded_with_a_choice_of_the_method_and_the_app_chosen()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = Embedded(bank, "choice");

        var question = await run.TakeAsked<Question.Choice>(Listing);
        Assert.Equal(3, question.Options.Count);
        await run.TakeAsked<Question.AppApproval>(Choose(question.Options[1].Id));
        await run.TakeAsked<Question.AppApproval>(new StepInput.Poll());
        bank.Clock.Advance(TimeSpan.FromSeconds(8));
        await run.Take<StepResult.Done>(new StepInput.Poll());

        Assert.Single(await run.Accounts());
    }

    [Fact]
    public async Task Embedded_with_a_code_that_an_image_tells()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = Embedded(bank, "phototan");

        var question = await run.TakeAsked<Question.OneTimePassword>(Listing);

        Assert.NotNull(question.Image);
    }

    [Theory]
    [InlineData("dev", "wrong")]
    [InlineData("nobody", "dev")]
    [InlineData("locked", "dev")]
    public async Task Embedded_with_wrong_credentials(string login, string password)
    {
        await using var bank = await RunningTestBank.Start();
        using var run = Embedded(bank, login, password);

        await run.TakeRefused(Listing, Refusal.WrongCredentials);
    }

    [Fact]
    public async Task Decoupled_waits_for_the_app_without_a_password()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Open("8800", Decoupled);
        run.Credentials = new Dictionary<string, string> { ["310"] = "dev" };

        await run.TakeAsked<Question.AppApproval>(Listing);
        await run.TakeAsked<Question.AppApproval>(new StepInput.Poll());
        bank.Clock.Advance(TimeSpan.FromSeconds(8));
        await run.Take<StepResult.Done>(new StepInput.Poll());

        Assert.Equal(2, (await run.Accounts()).Count);
    }

    [Fact]
    public async Task A_dedicated_consent_names_its_accounts_and_no_others_come()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Open("8800", Dedicated);
        run.Credentials = new Dictionary<string, string>
        {
            ["310"] = "dev",
            ["311"] = "dev",
            ["312"] = "FR76 3009 9000 1200 0412 7653 080",
        };

        Assert.Equal("FR7630099000120004127653080", Assert.Single(await run.Accounts()).Iban);
    }

    [Fact]
    public async Task A_dedicated_consent_for_the_account_of_somebody_else_is_none()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Open("8800", Dedicated);
        run.Credentials = new Dictionary<string, string>
        {
            ["310"] = "otp",
            ["311"] = "dev",
            ["312"] = "FR7630099000120004127653080",
        };
        await run.TakeAsked<Question.OneTimePassword>(Listing);

        await run.TakeRefused(Code("246810"), Refusal.ChallengeFailed);
    }

    [Fact]
    public async Task The_consent_ends_with_its_days()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = await bank.Allowed("dev", channel: "8801");

        bank.Clock.Advance(TimeSpan.FromDays(181));
        (run.Now, run.Callback) = (bank.Clock.GetUtcNow(), null);

        await run.TakeRefused(Listing, Refusal.ConsentExpired);
    }

    [Fact]
    public async Task The_third_party_ends_the_consent()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = await bank.Allowed("dev", channel: "8801");
        using var other = await bank.Allowed("dev", channel: "8801");
        await run.Accounts();
        var before = run.Session;

        await run.Take<StepResult.Done>(new StepInput.Revoke());

        (run.Session, run.Callback) = (before, null);
        await run.TakeRefused(Listing, Refusal.ConsentExpired);
        Assert.NotEmpty(await other.Accounts());
    }

    [Fact]
    public async Task Without_the_customer_each_list_is_read_four_times_a_day()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = await bank.Allowed("dev", channel: "8801");
        (run.User, run.Callback) = (null, null);
        for (var i = 0; i < 4; i++)
        {
            await run.Accounts();
        }

        var later = await run.Take<StepResult.Later>(Listing);

        Assert.Equal(LaterReason.RateLimited, later.Reason);
    }

    [Fact]
    public async Task Older_days_than_a_bank_gives_without_the_customer_are_asked_for_no_more()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = await bank.Allowed("history", channel: "8801");
        var account = (await run.Accounts())[0];

        bank.Clock.Advance(TimeSpan.FromDays(2));
        run.Now = bank.Clock.GetUtcNow();
        var page = await run.Take<StepResult.Page>(new StepInput.ListTransactions(account, new DateOnly(2026, 1, 1)));

        Assert.True(page.CompleteFrom > new DateOnly(2026, 8, 1));
        Assert.NotEmpty(page.Transactions);
    }

    [Fact]
    public async Task A_bank_that_fails_is_asked_again_later()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = await bank.Allowed("down", channel: "8801");

        var later = await run.Take<StepResult.Later>(Listing);

        Assert.Equal(LaterReason.BankUnavailable, later.Reason);
    }

    [Fact]
    public async Task All_that_is_said_is_as_the_standard_describes_it()
    {
        await using var bank = await RunningTestBank.Start();
        bank.Exchanges = new Exchanges();
        using var redirect = await bank.Allowed("dev", channel: "8801");
        foreach (var account in await redirect.Accounts())
        {
            await redirect.Transactions(account, From);
        }
        using var pending = await bank.Allowed("pending", channel: "8801", change: OwnerNames);
        await pending.Transactions((await pending.Accounts())[0]);
        await pending.Take<StepResult.Done>(new StepInput.Revoke());
        using var statement = await bank.Allowed(
            "dev",
            channel: "8801",
            change: c => With(c, ("booking_status", "booked"), ("transactions_headers", "Accept: application/xml"))
        );
        await statement.Transactions((await statement.Accounts())[0], From);
        using var embedded = Embedded(bank, "choice");
        var question = await embedded.TakeAsked<Question.Choice>(Listing);
        await embedded.TakeAsked<Question.OneTimePassword>(Choose(question.Options[0].Id));
        await embedded.TakeAsked<Question.OneTimePassword>(Code("000000"));
        await embedded.Take<StepResult.Done>(Code("135790"));
        using var image = Embedded(bank, "phototan");
        await image.TakeAsked<Question.OneTimePassword>(Listing);
        using var wrong = Embedded(bank, "dev", "wrong");
        await wrong.TakeRefused(Listing, Refusal.WrongCredentials);
        using var decoupled = bank.Open("8800", Decoupled);
        decoupled.Credentials = new Dictionary<string, string> { ["310"] = "dev" };
        await decoupled.TakeAsked<Question.AppApproval>(Listing);
        await decoupled.TakeAsked<Question.AppApproval>(new StepInput.Poll());

        string[] wanted =
        [
            "POST /berlingroup/redirect/consents",
            "GET /berlingroup/redirect/consents/status",
            "GET /berlingroup/redirect/accounts",
            "GET /berlingroup/redirect/card-accounts",
            "GET /berlingroup/redirect/card-accounts/moreau-carte/transactions",
            "DELETE /berlingroup/redirect/consents",
            "PUT /berlingroup/embedded/consents/authorisations",
            "GET /berlingroup/decoupled/consents/status",
        ];
        Assert.True(!wanted.Except(bank.Exchanges.Asked).Any(), string.Join('\n', bank.Exchanges.Asked));
        foreach (var name in new[] { "redirect", "embedded", "decoupled" })
        {
            var faults = await bank.Exchanges.Faults("berlin-group-psd2-api-1.3.11.yaml", $"/berlingroup/{name}");
            Assert.True(faults.Count == 0, string.Join('\n', faults));
        }
    }

    [Theory]
    [InlineData("application/xml")]
    [InlineData("text/plain")]
    public async Task A_report_in_another_form_tells_the_booked_transactions_of_the_list(string form)
    {
        await using var bank = await RunningTestBank.Start();
        using var json = await bank.Allowed("dev", channel: "8801");
        using var report = await bank.Allowed(
            "dev",
            channel: "8801",
            change: c => With(c, ("booking_status", "booked"), ("transactions_headers", "Accept: " + form))
        );

        var listed = await json.Transactions((await json.Accounts())[0], From);
        var told = await report.Transactions((await report.Accounts())[0], From);

        Assert.True(told.Count > 100, $"{told.Count} rows");
        Assert.Equal(
            listed.Where(t => t.Status == BankTransactionStatus.Booked).Select(Row).Order(),
            told.Select(Row).Order()
        );
    }

    private static (DateOnly?, DateOnly?, decimal, string?) Row(BankTransaction t) =>
        (t.BookingDay, t.ValueDay, t.Amount, t.Currency);

    private static ChannelDefinition OwnerNames(ChannelDefinition channel) =>
        With(channel, ("consent_access", "all_accounts_with_owner_name"), ("with_balance", "true"));

    private static ConnectorRun Embedded(RunningTestBank bank, string login, string password = "dev")
    {
        var run = bank.Open("8800");
        run.Credentials = new Dictionary<string, string> { ["310"] = login, ["311"] = password };
        return run;
    }

    private static ChannelDefinition OAuth(ChannelDefinition channel)
    {
        var api = channel.Settings["api_url"];
        var root = api[..api.IndexOf("/redirect", StringComparison.Ordinal)];
        return With(
            channel,
            ("oauth", "after_consent"),
            ("api_url", $"{root}/oauth/v1"),
            ("authorize_url", $"{root}/authorize"),
            ("token_url", $"{root}/token"),
            ("client_id", "affluent"),
            ("client_secret", "affluent-secret")
        );
    }

    private static ChannelDefinition Decoupled(ChannelDefinition channel) =>
        With(
            channel,
            ("api_url", channel.Settings["api_url"].Replace("embedded", "decoupled", StringComparison.Ordinal))
        ) with
        {
            Credentials = [channel.Credentials[0]],
        };

    private static ChannelDefinition Dedicated(ChannelDefinition channel) =>
        With(channel, ("consent_access", "dedicated")) with
        {
            Credentials = [.. channel.Credentials, channel.Credentials[0] with { Id = "312", Name = "iban" }],
        };

    private static async Task AgreeTwice(ConnectorRun run, string login)
    {
        for (var times = 0; times < 2; times++)
        {
            var step = await run.Take(Listing);
            var address = Assert.IsType<Question.Redirect>(Assert.IsType<StepResult.AskUser>(step).Question).Address;
            await run.Take(new StepInput.Returned(await RunningTestBank.Agree(address, login)));
        }
    }

    private static ChannelDefinition Prestep(ChannelDefinition channel)
    {
        var face = channel.Settings["api_url"].Replace("/redirect/v1", "", StringComparison.Ordinal);
        return With(
            channel,
            ("oauth", "before_consent"),
            ("authorize_url", $"{face}/prestep/authorize"),
            ("token_url", $"{face}/prestep/token"),
            ("api_url", $"{face}/prestep/v1"),
            ("client_id", "affluent"),
            ("client_secret", "affluent-secret"),
            ("scope", "AIS")
        );
    }

    private static ChannelDefinition With(ChannelDefinition channel, params (string Name, string Value)[] settings)
    {
        var changed = new Dictionary<string, string>(channel.Settings);
        foreach (var (name, value) in settings)
        {
            changed[name] = value;
        }
        return channel with { Settings = changed };
    }

    private static StepInput.Answer Choose(string id) =>
        new(new Dictionary<string, string> { [Question.Choice.Field] = id });

    private static StepInput.Answer Code(string code) =>
        new(new Dictionary<string, string> { [Question.OneTimePassword.Field] = code });

    private static object Essence(BankTransaction t) =>
        (t.Id, t.Amount, t.Currency, t.Status, string.Join(' ', t.Remittance));
}
