using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;
using Affluent.TestBank.Tests;

namespace Affluent.Connectors.Tests;

/// <summary>Both families against the running test bank, over HTTP.</summary>
public sealed class TestBankTests
{
    [Fact]
    public async Task The_site_shows_accounts_of_all_kinds_with_their_details()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Embedded("dev");

        var accounts = await run.Accounts();

        Assert.Equal(
            [BankAccountType.Checkings, BankAccountType.Savings, BankAccountType.CreditCard, BankAccountType.Loan],
            accounts.Select(a => a.Type)
        );
        Assert.All(accounts, a => Assert.True(a is { Currency: "EUR", Balances.Count: > 0, OwnerName: not null }));
        Assert.Equal("FR7630099000120004127653080", accounts[0].Iban);
        Assert.Equal(1.7m, accounts[1].Savings!.YieldRate);
        Assert.Equal(new DateOnly(2012, 3, 14), accounts[1].Savings!.OpenedDay);
        Assert.Equal("FR7630099000120004127653080", accounts[2].CreditCard!.PayableAccount);
        Assert.True(accounts[2].Balances[0].Amount < 0);
        Assert.Equal(-accounts[2].Balances[0].Amount, accounts[2].CreditCard!.NextPayment);
        Assert.NotNull(accounts[2].CreditCard!.NextPaymentDay);
        Assert.True(accounts[3].Loan is { InitialBalance: > 0, Interest: > 0, NextPayment: > 0, StartDay: not null });
    }

    [Fact]
    public async Task Both_channels_read_the_same_movements_of_the_same_account()
    {
        await using var bank = await RunningTestBank.Start();
        using var embedded = bank.Embedded("dev");
        using var redirect = await bank.Allowed("dev");

        var overSite = (await embedded.Accounts()).Single(a => a.Type == BankAccountType.Checkings);
        var accounts = await redirect.Accounts();
        var overStet = accounts.Single(a => a.Type == BankAccountType.Checkings);
        var siteRows = await embedded.Transactions(overSite);
        var stetRows = await redirect.Transactions(overStet);

        Assert.Equal(2, accounts.Count);
        Assert.Equal(overSite.Iban, overStet.Iban);
        Assert.Equal(
            [BankBalanceKind.ClosingBooked, BankBalanceKind.Expected],
            overStet.Balances.Select(balance => balance.Kind)
        );
        Assert.Equal(Assert.Single(overSite.Balances).Amount, overStet.Balances[0].Amount);
        Assert.NotNull(overStet.Balances[0].LastCommittedTransaction);
        Assert.True(siteRows.Count > 100, $"{siteRows.Count} movements");
        Assert.Equal(siteRows.Select(Essence), stetRows.Select(Essence));
    }

    [Fact]
    public async Task A_second_reading_brings_the_same_and_needs_no_user()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = await bank.Allowed("dev");
        var first = await run.Transactions((await run.Accounts())[0]);

        bank.Clock.Advance(TimeSpan.FromHours(20));
        (run.Now, run.User, run.Callback) = (bank.Clock.GetUtcNow(), null, null);
        var again = await run.Transactions((await run.Accounts())[0]);

        Assert.Equal(
            first.Select(Essence),
            again.Where(t => t.TransactionDay <= first[0].TransactionDay).Select(Essence)
        );
    }

    [Fact]
    public async Task Only_days_that_were_asked_for_come()
    {
        await using var bank = await RunningTestBank.Start();
        using var embedded = bank.Embedded("dev");
        using var redirect = await bank.Allowed("dev");
        var from = new DateOnly(2026, 11, 1);

        var overSite = await embedded.Transactions((await embedded.Accounts())[0], from);
        var overStet = await redirect.Transactions((await redirect.Accounts())[0], from);

        Assert.NotEmpty(overSite);
        Assert.All(overSite, t => Assert.True(t.BookingDay >= from));
        Assert.Equal(overSite.Select(Essence), overStet.Select(Essence));
    }

    [Fact]
    public async Task The_site_asks_for_a_code_and_a_wrong_one_may_be_tried_again()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Embedded("otp");

        var question = await run.TakeAsked<Question.OneTimePassword>(new StepInput.ListAccounts());
        var retry = await run.TakeAsked<Question.OneTimePassword>(Code("111111"));
        await run.Take<StepResult.Done>(Code("246810"));

        Assert.Equal(("06 XX XX XX 42", true, false), (question.SentTo, question.Digits, question.Retry));
        Assert.True(retry.Retry);
        Assert.Single(await run.Accounts());
    }

    [Fact]
    public async Task Three_wrong_codes_end_the_challenge()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Embedded("otp");

        await run.TakeAsked<Question.OneTimePassword>(new StepInput.ListAccounts());
        await run.TakeAsked<Question.OneTimePassword>(Code("1"));
        await run.TakeAsked<Question.OneTimePassword>(Code("2"));

        await run.TakeRefused(Code("3"), Refusal.ChallengeFailed);
    }

    [Fact]
    public async Task The_site_waits_for_an_approval_in_its_app()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Embedded("app");

        var question = await run.TakeAsked<Question.AppApproval>(new StepInput.ListAccounts());
        var still = await run.TakeAsked<Question.AppApproval>(new StepInput.Poll());
        bank.Clock.Advance(TimeSpan.FromSeconds(8));
        await run.Take<StepResult.Done>(new StepInput.Poll());

        Assert.Equal(
            "Ouvrez l'application de la banque sur votre téléphone et validez la connexion.",
            question.Message
        );
        Assert.Equal(question, still);
        Assert.Single(await run.Accounts());
    }

    [Fact]
    public async Task The_site_lets_its_user_choose_among_methods_and_each_leads_in()
    {
        await using var bank = await RunningTestBank.Start();
        using var byMessage = bank.Embedded("choice");
        var question = await byMessage.TakeAsked<Question.Choice>(new StepInput.ListAccounts());
        Assert.Equal("Choisissez comment prouver que c'est bien vous.", question.Message);
        Assert.Equal(
            [new("0", "SMS au 06 XX XX XX 17"), new("1", "Application sur « iPhone d'Anna »"), new("2", "photoTAN")],
            question.Options
        );
        var code = await byMessage.TakeAsked<Question.OneTimePassword>(Choose("0"));
        await byMessage.Take<StepResult.Done>(Code("135790"));
        Assert.Equal(("06 XX XX XX 17", false), (code.SentTo, code.Retry));
        Assert.Single(await byMessage.Accounts());

        using var byApp = bank.Embedded("choice");
        await byApp.TakeAsked<Question.Choice>(new StepInput.ListAccounts());
        await byApp.TakeAsked<Question.AppApproval>(Choose("1"));
        bank.Clock.Advance(TimeSpan.FromSeconds(8));
        await byApp.Take<StepResult.Done>(new StepInput.Poll());
        Assert.Single(await byApp.Accounts());

        using var byImage = bank.Embedded("choice");
        await byImage.TakeAsked<Question.Choice>(new StepInput.ListAccounts());
        var pictured = await byImage.TakeAsked<Question.OneTimePassword>(Choose("2"));
        await byImage.Take<StepResult.Done>(Code(QrReader.CodeOf(pictured.Image!.Content)));
        Assert.Single(await byImage.Accounts());
    }

    [Fact]
    public async Task The_code_is_read_from_the_image_of_this_very_login()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Embedded("phototan");
        using var other = bank.Embedded("phototan");
        var others = await other.TakeAsked<Question.OneTimePassword>(new StepInput.ListAccounts());

        var question = await run.TakeAsked<Question.OneTimePassword>(new StepInput.ListAccounts());
        var retry = await run.TakeAsked<Question.OneTimePassword>(Code(QrReader.CodeOf(others.Image!.Content)));
        await run.Take<StepResult.Done>(Code(QrReader.CodeOf(retry.Image!.Content)));

        Assert.Equal((null, "image/png", true), (question.SentTo, question.Image?.MediaType, question.Digits));
        Assert.True(retry.Retry);
        Assert.NotEqual(question.Image!.Content.ToArray(), retry.Image.Content.ToArray());
        Assert.Single(await run.Accounts());
    }

    [Theory]
    [InlineData("en-US,en;q=0.9,fr;q=0.1", "Open the bank's app on your phone and approve the login.")]
    [InlineData("fr;q=0.2, EN;q=0.8", "Open the bank's app on your phone and approve the login.")]
    [InlineData("de,fr;q=0.2", "Ouvrez l'application de la banque sur votre téléphone et validez la connexion.")]
    [InlineData("de", "Ouvrez l'application de la banque sur votre téléphone et validez la connexion.")]
    [InlineData(null, "Ouvrez l'application de la banque sur votre téléphone et validez la connexion.")]
    public async Task The_site_speaks_to_its_user_in_the_users_language_and_goes_on_in_it(
        string? preferred,
        string message
    )
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Embedded("app");
        run.User = run.User! with { AcceptLanguage = preferred };
        var first = await run.TakeAsked<Question.AppApproval>(new StepInput.ListAccounts());
        run.User = null;

        var second = await run.TakeAsked<Question.AppApproval>(new StepInput.Poll());

        Assert.Equal((message, message), (first.Message, second.Message));
    }

    [Fact]
    public async Task An_approval_that_the_site_no_longer_waits_for_is_not_asked_anew()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Embedded("app");

        await run.TakeAsked<Question.AppApproval>(new StepInput.ListAccounts());
        bank.Clock.Advance(TimeSpan.FromMinutes(11));
        run.Now = bank.Clock.GetUtcNow();

        await run.TakeRefused(new StepInput.Poll(), Refusal.ChallengeFailed);
    }

    [Fact]
    public async Task A_session_that_ended_at_the_site_is_renewed_with_the_stored_credentials()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Embedded("dev");
        var account = (await run.Accounts())[0];
        var page = await run.Take<StepResult.Page>(new StepInput.ListTransactions(account, null));

        bank.Clock.Advance(TimeSpan.FromMinutes(30));
        run.Now = bank.Clock.GetUtcNow();
        var next = await run.Take<StepResult.Page>(new StepInput.Continue(page.Next!));

        Assert.NotEmpty(next.Transactions);
        Assert.NotEqual(page.Transactions[0], next.Transactions[0]);
    }

    [Theory]
    [InlineData("dev", "wrong", null, Refusal.WrongCredentials)]
    [InlineData("nobody", "dev", null, Refusal.WrongCredentials)]
    [InlineData("locked", "dev", null, Refusal.AccessLocked)]
    [InlineData("dev", "dev", "no-such-scenario", Refusal.FieldRefused)]
    [InlineData("dev", "wrong", "faults", Refusal.WrongCredentials)]
    [InlineData("password_expired", "dev", "faults", Refusal.PasswordChangeRequired)]
    public async Task The_site_refuses(string login, string password, string? file, Refusal reason)
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Embedded(login, password, file);

        await run.TakeRefused(new StepInput.ListAccounts(), reason);
    }

    [Fact]
    public async Task A_bad_accounts_file_is_told_in_the_banks_words_and_not_as_a_wrong_password()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Embedded("dev", "dev", "http://127.0.0.1:9/accounts.txt");

        var refused = await run.Take<StepResult.Refused>(new StepInput.ListAccounts());

        Assert.Equal(Refusal.FieldRefused, refused.Reason);
        Assert.Equal(
            "Le fichier de comptes ne peut pas être lu.\naccounts.txt: the file's server cannot be reached",
            refused.Message
        );
        Assert.DoesNotContain("file's", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_faces_name_the_holder_and_the_other_side_and_the_site_names_what_savings_and_loans_are()
    {
        await using var bank = await RunningTestBank.Start();
        using var embedded = bank.Embedded("dev");
        using var redirect = await bank.Allowed("dev");

        var site = await embedded.Take<StepResult.Page>(new StepInput.ListAccounts());
        var stet = await redirect.Take<StepResult.Page>(new StepInput.ListAccounts());

        Assert.NotNull(site.Holder);
        Assert.Equal(site.Holder, stet.Holder);
        var current = stet.Accounts.Single(a => a.Type == BankAccountType.Checkings);
        Assert.Equal(("00041276530", site.Holder), (current.Number, current.OwnerName));
        Assert.Equal(current.Iban, stet.Accounts.Single(a => a.CreditCard is not null).CreditCard!.PayableAccount);
        var loan = site.Accounts.Single(a => a.Type == BankAccountType.Loan).Loan!;
        Assert.Equal(("IMMOBILIER", "MONTHLY", current.Iban), (loan.Kind, loan.Frequency, loan.DebitedAccount));
        var savings = site.Accounts.Single(a => a.Type == BankAccountType.Savings).Savings!;
        Assert.Equal(
            ("LIVRET_A", new DateOnly(2042, 3, 14), current.Iban),
            (savings.Kind, savings.EndDay!.Value, savings.PivotAccount)
        );
        foreach (var run in new[] { embedded, redirect })
        {
            var account = (run == embedded ? site : stet).Accounts.Single(a => a.Type == BankAccountType.Checkings);
            var salary = (await run.Transactions(account)).First(t =>
                t.Remittance[0].Contains("SALAIRE", StringComparison.Ordinal)
            );
            Assert.Equal(("ATELIERS DU VAL", salary.BookingDay), (salary.Counterparty, salary.ValueDay));
        }
    }

    [Fact]
    public async Task Without_credentials_the_user_is_asked_for_them()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Embedded("");

        await run.TakeAsked<Question.Credentials>(new StepInput.ListAccounts());
    }

    [Fact]
    public async Task Terms_to_accept_are_for_the_user()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Embedded("site_action", fileUrl: "faults");

        var question = await run.TakeAsked<Question.SiteAction>(new StepInput.ListAccounts());
        await run.TakeAsked<Question.SiteAction>(new StepInput.Poll());
        run.User = null;
        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.SiteActionRequired);

        Assert.NotNull(question.Address);
    }

    [Theory]
    [InlineData("html")]
    [InlineData("error_500")]
    [InlineData("nothing")]
    public async Task A_bank_that_is_unwell_is_asked_later(string login)
    {
        await using var bank = await RunningTestBank.Start();
        using var embedded = bank.Embedded(login, fileUrl: "faults");
        using var redirect = await bank.Allowed(login, "faults");

        var overSite = await embedded.Take<StepResult.Later>(new StepInput.ListAccounts());
        var overStet = await redirect.Take<StepResult.Later>(new StepInput.ListAccounts());

        Assert.Equal(LaterReason.BankUnavailable, overSite.Reason);
        Assert.Equal(LaterReason.BankUnavailable, overStet.Reason);
        Assert.True(overStet.NotBefore >= redirect.Now);
    }

    [Fact]
    public async Task One_account_that_fails_leaves_the_other_readable()
    {
        await using var bank = await RunningTestBank.Start();
        using var redirect = await bank.Allowed("one_account_fails", "faults");
        using var embedded = bank.Embedded("one_account_fails", fileUrl: "faults");

        foreach (var run in new[] { redirect, embedded })
        {
            var accounts = await run.Accounts();
            Assert.Equal(2, accounts.Count);
            Assert.NotEmpty(await run.Transactions(accounts[0]));
            await run.Take<StepResult.Later>(new StepInput.ListTransactions(accounts[1], null));
        }
    }

    [Fact]
    public async Task A_page_that_repeats_the_one_before_is_not_counted_twice()
    {
        await using var bank = await RunningTestBank.Start();
        using var redirect = await bank.Allowed("repeat_page", "faults");
        using var embedded = bank.Embedded("repeat_page", fileUrl: "faults");

        foreach (var run in new[] { redirect, embedded })
        {
            var account = (await run.Accounts())[0];
            var page = await run.Take<StepResult.Page>(new StepInput.ListTransactions(account, null));
            await run.TakeRefused(new StepInput.Continue(page.Next!), Refusal.NotUnderstood);
        }
    }

    /// <summary>Where the standard has a word for it, the bank says it.</summary>
    [Theory]
    [InlineData("8700", false)]
    [InlineData("8701", false)]
    [InlineData("8801", true)]
    [InlineData("8901", true)]
    public async Task An_account_that_is_closed_is_listed_so_or_no_longer(string channel, bool isListed)
    {
        var scenario = Path.GetTempFileName();
        await File.WriteAllTextAsync(
            scenario,
            """
            CREDENTIALS|ada|dev
            ACCOUNT|u1|0001|01/11/26|100|Checkings
            ACCOUNT|u2|0002|01/11/26|100|Checkings
            CLOSED|23/11/26
            """,
            TestContext.Current.CancellationToken
        );
        await using var bank = await RunningTestBank.Start(scenario);
        using var run = channel == "8700" ? bank.Embedded("ada") : await bank.Allowed("ada", channel: channel);
        Assert.Equal([false, false], (await run.Accounts()).Select(a => a.Closed));

        bank.Clock.Advance(TimeSpan.FromDays(1));
        run.Now = bank.Clock.GetUtcNow();

        Assert.Equal(isListed ? [false, true] : [false], (await run.Accounts()).Select(a => a.Closed));
        File.Delete(scenario);
    }

    [Fact]
    public async Task In_the_mixed_model_the_accounts_show_first_and_open_after_consent()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = await bank.Allowed("mixed");

        var listed = await run.Accounts();
        await run.Take<StepResult.Done>(new StepInput.Consent([listed[0]]));
        var scoped = await run.Accounts();

        Assert.Equal([true, true], listed.Select(a => a.ConsentMissing));
        Assert.Equal([false, true], scoped.Select(a => a.ConsentMissing));
        Assert.Equal(listed.Select(a => a.Iban), scoped.Select(a => a.Iban));
        Assert.NotEmpty(scoped[0].Balances);
        Assert.NotEmpty(await run.Transactions(scoped[0]));
    }

    [Fact]
    public async Task A_user_who_says_no_at_the_bank_is_understood()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Redirect();
        var question = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());

        var address = await RunningTestBank.Agree(question.Address, "dev", decision: "refuse");

        await run.TakeRefused(new StepInput.Returned(address), Refusal.ConsentDenied);
    }

    [Fact]
    public async Task When_the_consent_has_run_out_the_user_must_come_again()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = await bank.Allowed("dev");
        await run.Accounts();

        bank.Clock.Advance(TimeSpan.FromDays(181));
        run.Now = bank.Clock.GetUtcNow();

        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.ConsentExpired);
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
    }

    [Fact]
    public async Task History_that_the_bank_cuts_is_told()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = await bank.Allowed("history");
        var account = (await run.Accounts())[0];

        bank.Clock.Advance(TimeSpan.FromDays(2));
        run.Now = bank.Clock.GetUtcNow();
        var page = await run.Take<StepResult.Page>(new StepInput.ListTransactions(account, new DateOnly(2026, 1, 1)));

        Assert.True(page.CompleteFrom is null || page.CompleteFrom > new DateOnly(2026, 8, 1));
        Assert.NotEmpty(page.Transactions);
    }

    [Fact]
    public async Task A_person_without_accounts_has_an_empty_list()
    {
        await using var bank = await RunningTestBank.Start();
        using var embedded = bank.Embedded("empty");
        using var redirect = await bank.Allowed("empty");

        Assert.Empty(await embedded.Accounts());
        Assert.Empty(await redirect.Accounts());
    }

    [Fact]
    public async Task What_is_pending_keeps_its_amount_and_changes_its_id_when_it_books()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Embedded("pending");

        var rows = await run.Transactions((await run.Accounts())[0]);

        var pending = rows.Where(t => t.Status == BankTransactionStatus.Pending).ToArray();
        Assert.NotEmpty(pending);
        Assert.All(pending, t => Assert.True(t is { BookingDay: null, TransactionDay: not null }));
    }

    [Fact]
    public async Task Every_shared_account_file_is_read_to_the_cent()
    {
        foreach (var file in Directory.GetFiles(Shared.Folder("testbank-files"), "*.txt"))
        {
            var lines = (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken))
                .Select(l => l.Split('|'))
                .ToArray();
            var credentials = lines.First(l => l[0] == "CREDENTIALS");
            await using var bank = await RunningTestBank.Start(file);
            using var run = bank.Embedded(credentials[1], credentials[2]);

            var accounts = await run.Accounts();

            var expected = lines.Where(l => l[0] == "ACCOUNT").ToArray();
            Assert.Equal(expected.Select(l => Decimal(l[4])), accounts.Select(a => Assert.Single(a.Balances).Amount));
            Assert.Equal(
                expected.Select(l => l[5]),
                accounts.Select(a =>
                    a.Type switch
                    {
                        BankAccountType.Checkings => "Checkings",
                        BankAccountType.Savings => "Savings",
                        BankAccountType.CreditCard => "CreditCard",
                        BankAccountType.Loan => "Loans",
                        _ => "unknown",
                    }
                )
            );
            for (var i = 0; i < accounts.Count; i++)
            {
                var own = lines
                    .SkipWhile(l => l != expected[i])
                    .Skip(1)
                    .TakeWhile(l => l[0] != "ACCOUNT")
                    .Where(l => l[0] == "TRANSACTION")
                    .ToArray();
                var read = await run.Transactions(accounts[i]);
                Assert.Equal((own.Length, own.Sum(l => Decimal(l[1]))), (read.Count, read.Sum(t => t.Amount)));
            }
        }
    }

    private static decimal Decimal(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static StepInput.Answer Choose(string id) =>
        new(new Dictionary<string, string> { [Question.Choice.Field] = id });

    private static StepInput.Answer Code(string code) =>
        new(new Dictionary<string, string> { [Question.OneTimePassword.Field] = code });

    private static object Essence(BankTransaction t) =>
        (t.Id, t.Amount, t.Currency, t.Status, t.TransactionDay, string.Join('|', t.Remittance));
}
