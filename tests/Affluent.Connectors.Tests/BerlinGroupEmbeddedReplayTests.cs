using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>Recorded banks whose users prove who they are by questions of ours: name and password, a method, a code.</summary>
public sealed class BerlinGroupEmbeddedReplayTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_password_a_method_and_a_code_open_the_accounts()
    {
        using var bank = new BerlinGroupReplay("Atruvia", "/happy-flow");
        var run = bank.Run;

        var choice = await run.TakeAsked<Question.Choice>(new StepInput.ListAccounts());
        var code = await run.TakeAsked<Question.OneTimePassword>(Chosen("942"));
        await run.Take<StepResult.Done>(Typed("123456"));
        var (listed, read) = await bank.Everything();

        bank.Tell(output);
        Assert.Empty(bank.Stubs.Unanswered);
        Assert.Equal(
            [
                "942 mobile TAN",
                "944 SecureGo",
                "946 SecureGo plus (Direktfreigabe)",
                "962 SmartTAN plus HHD 1.4",
                "972 SmartTAN optic/USB HHD 1.4",
                "982 Smart-TAN photo",
            ],
            choice.Options.Select(option => $"{option.Id} {option.Label}")
        );
        Assert.StartsWith("mobile TAN Die mobileTAN zu diesem Auftrag", code.SentTo, StringComparison.Ordinal);
        Assert.Equal(
            ["DE2310010010123456789 EUR Checkings", "DE2310010010123456788 EUR Checkings"],
            listed.Select(BerlinGroupReplay.Shown)
        );
        Assert.Equal([500m, 200m], listed.Select(account => account.Balances[0].Amount));
        Assert.Equal("4 2", read);
        Assert.True(bank.Signed.Verified > 8);
    }

    [Theory]
    [InlineData("944", "SecureGo Die SecureSIGN-TAN", false)]
    [InlineData("962", "SmartTAN plus HHD 1.4 1. Stecken Sie Ihre Chipkarte", false)]
    [InlineData("972", "SmartTAN optic/USB HHD 1.4 1. Stecken Sie Ihre Chipkarte", false)]
    [InlineData("982", "Smart-TAN photo", true)]
    public async Task Each_method_comes_with_what_the_user_needs_for_it(string method, string words, bool image)
    {
        using var bank = new BerlinGroupReplay("Atruvia", "/happy-flow");

        await bank.Run.TakeAsked<Question.Choice>(new StepInput.ListAccounts());
        var code = await bank.Run.TakeAsked<Question.OneTimePassword>(Chosen(method));
        await bank.Run.Take<StepResult.Done>(Typed("123456"));

        Assert.Empty(bank.Stubs.Unanswered);
        Assert.StartsWith(words, code.SentTo, StringComparison.Ordinal);
        Assert.DoesNotContain("<br>", code.SentTo, StringComparison.Ordinal);
        Assert.Equal(image, code.Image is not null);
        Assert.True(code.CanBeShown);
    }

    [Fact]
    public async Task Where_there_is_one_method_its_code_is_asked_at_once()
    {
        using var bank = new BerlinGroupReplay("Atruvia", "/happy-flow-no-sca-selection");

        await bank.Run.TakeAsked<Question.OneTimePassword>(new StepInput.ListAccounts());

        Assert.Empty(bank.Stubs.Unanswered);
    }

    [Theory]
    [InlineData("Atruvia", "/happy-flow", "sca_headers", "")]
    [InlineData("Atruvia", "/happy-flow", "data_headers", "")]
    [InlineData("Atruvia", "/happy-flow", "standard_paths", "false")]
    [InlineData("Atruvia", "/happy-flow", "signature_headers", "digest x-request-id")]
    [InlineData("Atruvia", "/happy-flow", "booking_status", "")]
    [InlineData("Sparkasse", "", "data_headers", "")]
    [InlineData("Sparkasse", "", "consent_headers", "")]
    [InlineData("adorsys", "", "consent_headers", "")]
    [InlineData("adorsys", "", "consent_access", "all_accounts")]
    [InlineData("adorsys", "", "with_balance", "true")]
    public async Task A_wrong_setting_is_not_answered(string name, string below, string setting, string value)
    {
        using var bank = new BerlinGroupReplay(name, below, (setting, value));

        var choice = await bank.Run.Take(new StepInput.ListAccounts());
        if (choice is StepResult.AskUser { Question: Question.Choice { Options: [var first, ..] } })
        {
            await bank.Run.Take(Chosen(first.Id));
            await bank.Run.Take(Typed("123456"));
            if (await bank.Run.Take(new StepInput.ListAccounts()) is StepResult.Page)
            {
                await bank.Everything();
            }
        }

        Assert.NotEmpty(bank.Stubs.Unanswered);
    }

    [Fact]
    public async Task A_consent_that_the_bank_does_not_know_is_over()
    {
        using var bank = new BerlinGroupReplay("Atruvia", "/error-flow-400-invalid-consent");
        bank.Keep(session => session with { ConsentId = "1234-wertiq-983", IsValid = true });

        await bank.Run.TakeRefused(new StepInput.ListAccounts(), Refusal.ConsentExpired);

        Assert.Empty(bank.Stubs.Unanswered);
    }

    [Fact]
    public async Task Movements_are_read_from_an_account_report()
    {
        using var bank = new BerlinGroupReplay("Sparkasse");
        var run = bank.Run;

        await run.TakeAsked<Question.Choice>(new StepInput.ListAccounts());
        var code = await run.TakeAsked<Question.OneTimePassword>(Chosen("OPTICAL"));
        await run.Take<StepResult.Done>(Typed("111111"));
        var (listed, read) = await bank.Everything();
        var movements = await run.Transactions(listed[0], BerlinGroupReplay.From);
        await run.TakeRefused(new StepInput.Revoke(), Refusal.OperatorFault);

        bank.Tell(output);
        Assert.True(code.Digits);
        Assert.Equal("DE86999999990000001000 EUR Checkings", BerlinGroupReplay.Shown(Assert.Single(listed)));
        Assert.Equal("31", read);
        Assert.Equal(31, movements.Count);
        Assert.Equal(-31m, movements.Sum(m => m.Amount));
        Assert.Equal(
            (-1m, "EUR", new DateOnly(2020, 8, 6), "TESTER", "Umsatzbeispiel", "NSTO+117+7000+997"),
            (
                movements[0].Amount,
                movements[0].Currency,
                movements[0].BookingDay!.Value,
                movements[0].Counterparty,
                Assert.Single(movements[0].Remittance),
                movements[0].Code
            )
        );
        // Balances were not recorded.
        Assert.All(bank.Stubs.Unanswered, request => Assert.Contains("/balances", request, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_under_way_is_updated_where_the_banks_links_lead()
    {
        using var bank = new BerlinGroupReplay("adorsys");
        var run = bank.Run;

        var choice = await run.TakeAsked<Question.Choice>(new StepInput.ListAccounts());
        var code = await run.TakeAsked<Question.OneTimePassword>(Chosen(choice.Options[0].Id));
        await run.Take<StepResult.Done>(Typed("123456"));
        var (listed, read) = await bank.Everything();
        await run.Take<StepResult.Done>(new StepInput.Revoke());

        bank.Tell(output);
        Assert.Equal(["max.musterman@mail.de", "max.musterman2@mail.de"], choice.Options.Select(o => o.Label));
        Assert.True(code.Digits);
        Assert.Equal("DE38760700240320465700 EUR Checkings", BerlinGroupReplay.Shown(Assert.Single(listed)));
        Assert.Equal([17120m, 17120m], listed[0].Balances.Select(b => b.Amount));
        // The bank answers with a link to a file, which was not recorded.
        Assert.Equal("Later", read);
        Assert.Contains("/transactions/download/", Assert.Single(bank.Stubs.Unanswered), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_that_only_the_bank_may_read_is_the_operators_business()
    {
        using var bank = new BerlinGroupReplay(
            "Deutsche Bank",
            "",
            (
                "consent_headers",
                "Content-Type: application/json\nPSU-ID-Type: DE_ONLB_DB\nTPP-Redirect-Preferred: false"
            )
        );
        bank.Run.Credentials = new Dictionary<string, string>
        {
            ["300"] = "6154033437",
            ["301"] = "DE76215730140403343700",
        };

        var detail = await bank.Run.TakeRefused(new StepInput.ListAccounts(), Refusal.OperatorFault);

        Assert.Empty(bank.Stubs.Unanswered);
        Assert.Contains("encrypted", detail, StringComparison.Ordinal);
    }

    private static StepInput.Answer Chosen(string id) =>
        new(new Dictionary<string, string> { [Question.Choice.Field] = id });

    private static StepInput.Answer Typed(string code) =>
        new(new Dictionary<string, string> { [Question.OneTimePassword.Field] = code });
}
