using Affluent.Connectors.BerlinGroup;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>A platform of many banks that numbers its pages, and has versions of its own for each resource.</summary>
public sealed class BerlinGroupCbiReplayTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Accounts_are_listed_page_by_page_and_each_is_read_under_a_consent_of_its_own()
    {
        using var bank = new BerlinGroupReplay("CBI Globe", "/happy_flow");
        var run = bank.Run;

        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(bank.Returned(""));
        // Of a list that was not read to its end, nothing is taken for all.
        Assert.NotNull((await run.Take<StepResult.Page>(new StepInput.ListAccounts())).Next);
        var listed = await run.Accounts();
        Assert.Equal(
            ["IT11T11111111111 EUR Checkings", "IT22T22222222222 EUR Checkings"],
            listed.Select(BerlinGroupReplay.Shown)
        );
        Assert.All(listed, account => Assert.True(account.ConsentMissing));

        bank.AskForAccount(0);
        await run.TakeAsked<Question.Redirect>(new StepInput.Consent(listed));
        await run.Take<StepResult.Done>(bank.Returned(""));
        listed = await run.Accounts();
        Assert.Equal([false, true], listed.Select(a => a.ConsentMissing));
        Assert.Equal([30m, 20m, 70m, 80m], listed[0].Balances.Select(b => b.Amount).Take(4));
        Assert.Empty(listed[1].Balances);
        var movements = await run.Transactions(listed[0], BerlinGroupReplay.From);
        Assert.Equal(
            [("1", 10m, BankTransactionStatus.Booked), ("2", 20m, BankTransactionStatus.Pending)],
            movements.Select(m => (m.Id, m.Amount, m.Status))
        );
        Assert.Equal("AccountUnauthorized", await run.Movements(listed[1]));

        // The bank never says that the user has agreed to the second one.
        bank.AskForAccount(1);
        await run.TakeAsked<Question.Redirect>(new StepInput.Consent(listed));
        await run.Take<StepResult.Later>(bank.Returned(""));
        run.Now += TimeSpan.FromMinutes(3);
        await run.Take<StepResult.Done>(bank.Returned(""));
        listed = await run.Accounts();
        Assert.All(listed, account => Assert.False(account.ConsentMissing));
        Assert.Equal("2", await run.Movements(listed[0], BerlinGroupReplay.From));
        Assert.Equal("AccountRefused", await run.Movements(listed[1]));

        bank.Tell(output);
        Assert.Empty(bank.Stubs.Unanswered);
        Assert.True(bank.Signed.Verified > 12);
    }

    [Fact]
    public async Task A_card_has_a_consent_of_its_own_too()
    {
        using var bank = new BerlinGroupReplay("CBI Globe", "/happy_flow");
        bank.Keep(session => session with { ConsentId = "1", IsValid = true });
        var card = new BankAccount
        {
            Reference = "card:1",
            Number = "1111 ******* 1111",
            Currency = "EUR",
        };

        bank.AskForAccount(0);
        await bank.Run.TakeAsked<Question.Redirect>(new StepInput.Consent([card]));
        await bank.Run.Take<StepResult.Done>(bank.Returned(""));

        Assert.Empty(bank.Stubs.Unanswered);
        var session = BerlinGroupSession.Read(bank.Run.Session);
        Assert.Equal("detailedConsentIdForCreditCardAccount", session.ConsentOf("card:1"));
        Assert.Equal("1", session.ListConsentId);
    }

    [Fact]
    public async Task An_account_for_which_there_is_no_product_is_the_operators_business()
    {
        using var bank = new BerlinGroupReplay("CBI Globe", "/empty_product_codes");
        bank.Keep(session =>
            session with
            {
                ClientToken = "00000000-0000-0000-0000-000000000000",
                ConsentId = "1",
                IsValid = true,
            }
        );
        var account = new BankAccount
        {
            Reference = "1",
            Iban = "IT11T11111111111",
            Currency = "EUR",
        };

        bank.AskForAccount(0);
        await bank.Run.TakeRefused(new StepInput.Consent([account]), Refusal.OperatorFault);

        Assert.Empty(bank.Stubs.Unanswered);
    }

    [Fact]
    public async Task Cards_are_read_from_a_list_of_their_own()
    {
        using var bank = new BerlinGroupReplay("CBI Globe", "/happy_flow");
        var run = bank.Run;
        bank.Keep(session => session with { ConsentId = "3", IsValid = true });
        var place = new BerlinGroupPlace(
            new Trail("https://bank.example/platform/enabler/psd2orchestrator/ais/2.3.2/card-accounts"),
            "",
            null,
            null
        )
        {
            List = BerlinGroupList.CardAccounts,
        };

        var card = Assert.Single((await run.Take<StepResult.Page>(new StepInput.Continue(place.Write()))).Accounts);
        bank.Keep(session =>
            session with
            {
                AccountConsents = new Dictionary<string, string> { [card.Reference] = "3" },
            }
        );
        var movements = await run.Transactions(card, BerlinGroupReplay.From);

        bank.Tell(output);
        Assert.Empty(bank.Stubs.Unanswered);
        Assert.Equal("1111 ******* 1111 EUR CreditCard", BerlinGroupReplay.Shown(card));
        Assert.Equal([("1", 10m), ("2", 20m)], movements.Select(m => (m.Id, m.Amount)));
    }

    [Fact]
    public async Task A_list_without_accounts_is_a_list()
    {
        using var bank = new BerlinGroupReplay("CBI Globe", "/empty_accounts");
        bank.Keep(session =>
            session with
            {
                ClientToken = "11111111-0000-0000-0000-000000000000",
                ConsentId = "1",
                IsValid = true,
            }
        );

        Assert.Empty(await bank.Run.Accounts());
        Assert.Empty(bank.Stubs.Unanswered);
    }

    [Fact]
    public async Task A_product_that_the_bank_does_not_have_is_the_operators_business()
    {
        using var bank = new BerlinGroupReplay("CBI Globe", "/empty_product_codes");
        bank.Keep(session => session with { ClientToken = "00000000-0000-0000-0000-000000000000" });

        await bank.Run.TakeRefused(new StepInput.ListAccounts(), Refusal.OperatorFault);

        Assert.Empty(bank.Stubs.Unanswered);
    }

    [Theory]
    [InlineData("consent_fields", "")]
    [InlineData("consent_access", "all_accounts")]
    [InlineData("consent_headers", "")]
    [InlineData("data_headers", "")]
    [InlineData("digest_algorithm", "SHA-512")]
    [InlineData("signature_algorithm", "rsa-sha256")]
    [InlineData("signature_headers", "date digest x-request-id")]
    [InlineData("client_token_fields", "")]
    [InlineData("page_parameter", "")]
    [InlineData("account_consent_fields", "")]
    [InlineData("consent_account_id", "")]
    [InlineData("consent_lists", "")]
    public async Task A_wrong_setting_is_not_answered(string setting, string value)
    {
        using var bank = new BerlinGroupReplay("CBI Globe", "/happy_flow", (setting, value));

        if (await bank.Run.Take(new StepInput.ListAccounts()) is StepResult.AskUser)
        {
            await bank.Run.Take(bank.Returned(""));
            if (await bank.Run.Take(new StepInput.ListAccounts()) is StepResult.Page page)
            {
                bank.AskForAccount(0);
                await bank.Run.Take(new StepInput.Consent(page.Accounts));
            }
        }

        Assert.NotEmpty(bank.Stubs.Unanswered);
    }
}
