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
    public async Task Accounts_are_read_page_by_page()
    {
        using var bank = new BerlinGroupReplay("CBI Globe", "/happy_flow");
        var run = bank.Run;

        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(bank.Returned(""));
        var listed = await run.Accounts();
        // Transactions were recorded under another consent.
        bank.Keep(session => session with { ConsentId = "3" });
        var movements = await run.Transactions(listed[0], BerlinGroupReplay.From);

        bank.Tell(output);
        Assert.Equal(
            ["IT11T11111111111 EUR Checkings", "IT22T22222222222 EUR Checkings"],
            listed.Select(BerlinGroupReplay.Shown)
        );
        Assert.Equal([100.10m], listed[0].Balances.Select(b => b.Amount));
        Assert.Equal(
            [("1", 10m, BankTransactionStatus.Booked), ("2", 20m, BankTransactionStatus.Pending)],
            movements.Select(m => (m.Id, m.Amount, m.Status))
        );
        // So were the balances of the second account.
        Assert.Contains("/accounts/2/balances", Assert.Single(bank.Stubs.Unanswered), StringComparison.Ordinal);
        Assert.True(bank.Signed.Verified > 6);
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
    public async Task A_wrong_setting_is_not_answered(string setting, string value)
    {
        using var bank = new BerlinGroupReplay("CBI Globe", "/happy_flow", (setting, value));

        if (await bank.Run.Take(new StepInput.ListAccounts()) is StepResult.AskUser)
        {
            await bank.Run.Take(bank.Returned(""));
            await bank.Run.Take(new StepInput.ListAccounts());
        }

        Assert.NotEmpty(bank.Stubs.Unanswered);
    }
}
