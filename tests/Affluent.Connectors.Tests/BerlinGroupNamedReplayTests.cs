using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>Recorded banks that are told beforehand who the user is and which accounts are shared, and one that knows no consents.</summary>
public sealed class BerlinGroupNamedReplayTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_consent_names_the_accounts_that_the_user_has_typed()
    {
        using var bank = new BerlinGroupReplay("KBC", "/happy_flow");
        var run = bank.Run;
        (var typed, run.Credentials) = (run.Credentials, new Dictionary<string, string>());

        await run.TakeAsked<Question.Credentials>(new StepInput.ListAccounts());
        Assert.Empty(bank.Stubs.Answered);
        run.Credentials = typed;
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(bank.ReturnedWithCode());
        var (listed, read) = await bank.Everything();
        var account = Assert.Single(listed);
        var movements = await run.Transactions(account, BerlinGroupReplay.From);
        bank.Keep(session => session with { RenewAccessAt = run.Now });
        await run.Take(new StepInput.ListAccounts());

        bank.Tell(output);
        Assert.Equal("BE16690375703426 EUR Checkings", BerlinGroupReplay.Shown(account));
        Assert.Equal([123.45m], account.Balances.Select(b => b.Amount));
        Assert.Equal("2", read);
        Assert.Equal([11.22m, -3.14m], movements.Select(m => m.Amount));
        Assert.Contains("refresh-token.json", bank.Stubs.Answered);
        // What the new token opens was not recorded.
        Assert.Single(bank.Stubs.Unanswered);
    }

    [Theory]
    [InlineData("/accounts_401", Refusal.ConsentExpired)]
    [InlineData("/accounts_403", Refusal.ConsentExpired)]
    [InlineData("/accounts_500", null)]
    public async Task What_a_bank_says_instead_of_a_list(string below, Refusal? reason)
    {
        using var bank = new BerlinGroupReplay("KBC", below);
        var run = bank.Run;
        bank.Keep(session =>
            session with
            {
                AccessToken = "test-access-token",
                ConsentId = "test-consent-id",
                IsValid = true,
            }
        );

        var said = await run.Take(new StepInput.ListAccounts());

        Assert.Empty(bank.Stubs.Unanswered);
        Assert.Equal(reason, (said as StepResult.Refused)?.Reason);
        Assert.Equal(reason is null, said is StepResult.Later { Reason: LaterReason.BankUnavailable });
    }

    [Theory]
    [InlineData("KBC", "consent_lists", "")]
    [InlineData("KBC", "consent_access", "all_accounts")]
    [InlineData("KBC", "consent_headers", "")]
    [InlineData("KBC", "data_headers", "")]
    [InlineData("KBC", "with_balance", "")]
    [InlineData("KBC", "token_auth", "client_secret_basic")]
    [InlineData("Commerzbank", "consent_currency", "false")]
    [InlineData("Commerzbank", "consent_headers", "")]
    [InlineData("Commerzbank", "token_headers", "")]
    [InlineData("Commerzbank", "with_balance", "")]
    [InlineData("Commerzbank", "transactions_query", "")]
    [InlineData("Deutsche Bank", "consent_headers", "")]
    [InlineData("Deutsche Bank", "data_headers", "")]
    [InlineData("Deutsche Bank", "transactions_query", "")]
    [InlineData("ING", "client_token", "")]
    [InlineData("ING", "token_headers", "")]
    [InlineData("ING", "signature_headers", "")]
    [InlineData("ING", "signature_calls", "consent data")]
    [InlineData("ING", "scope", "payment-accounts:balances:view")]
    [InlineData("ING", "transactions_url", "")]
    public async Task A_wrong_setting_is_not_answered(string name, string setting, string value)
    {
        var below = name == "KBC" ? "/happy_flow" : "";
        using var good = new BerlinGroupReplay(name, below);
        using var wrong = new BerlinGroupReplay(name, below, (setting, value));

        await good.Walk();
        await wrong.Walk();

        Assert.All(good.Stubs.Unanswered, request => Assert.EndsWith("nothing is recorded there", request));
        Assert.NotEmpty(wrong.Stubs.Unanswered.Except(good.Stubs.Unanswered));
    }

    [Fact]
    public async Task A_consent_names_the_currency_of_its_accounts_where_the_bank_wants_it()
    {
        using var bank = new BerlinGroupReplay("Commerzbank");
        var run = bank.Run;

        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(bank.ReturnedWithCode());
        var (listed, read) = await bank.Everything();
        var movements = await run.Transactions(listed[0], BerlinGroupReplay.From);
        await run.Take<StepResult.Done>(new StepInput.Revoke());

        bank.Tell(output);
        Assert.Empty(bank.Stubs.Unanswered);
        Assert.Equal("DE12876125829604834872 EUR Checkings", BerlinGroupReplay.Shown(listed[0]));
        Assert.Contains(150.02m, listed[0].Balances.Select(b => b.Amount));
        Assert.DoesNotContain(read.Split(' '), count => !count.All(char.IsAsciiDigit) || count == "0");
        Assert.Equal(-256.67m, movements[0].Amount);
    }

    [Fact]
    public async Task A_bank_is_told_who_the_user_is_before_its_page()
    {
        using var bank = new BerlinGroupReplay("Deutsche Bank");
        var run = bank.Run;

        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(bank.Returned(""));
        var (listed, read) = await bank.Everything();
        var movements = await run.Transactions(listed[0], BerlinGroupReplay.From);
        await run.Take<StepResult.Done>(new StepInput.Revoke());

        bank.Tell(output);
        Assert.Empty(bank.Stubs.Unanswered);
        var account = Assert.Single(listed);
        Assert.Equal("DE17215730140403340300 EUR Checkings", BerlinGroupReplay.Shown(account));
        Assert.Contains(500m, account.Balances.Select(b => b.Amount));
        Assert.Equal($"{movements.Count}", read);
        Assert.Contains(movements, m => m is { Amount: 256.67m, Status: BankTransactionStatus.Booked });
    }

    [Fact]
    public async Task A_bank_without_consents_is_asked_where_its_page_is()
    {
        using var bank = new BerlinGroupReplay("ING");
        var run = bank.Run;

        var question = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(bank.ReturnedWithCode());
        var (listed, read) = await bank.Everything();
        var movements = await run.Transactions(listed[0], BerlinGroupReplay.From);

        bank.Tell(output);
        Assert.Equal("/granting/c712eb70-c8aa-4077-b0cf-a2b3ddcf2a1e", question.Address.AbsolutePath);
        Assert.Contains("state=the-state", question.Address.Query, StringComparison.Ordinal);
        Assert.Equal(
            ["AT861921012345678912 EUR Checkings", "AT861921012345678913 EUR Checkings"],
            listed.Select(BerlinGroupReplay.Shown)
        );
        Assert.Equal("2 2", read);
        Assert.Equal([50m, 40.5m], movements.Select(m => m.Amount));
        // Balances were not recorded.
        Assert.All(bank.Stubs.Unanswered, request => Assert.Contains("/balances", request, StringComparison.Ordinal));
        Assert.True(bank.Signed.Verified > 5);
    }
}
