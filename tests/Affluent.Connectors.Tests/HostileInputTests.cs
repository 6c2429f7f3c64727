using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Stet;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>What fuzzing found: inputs at which a reader once threw, or let something through.</summary>
public sealed class HostileInputTests
{
    private static readonly BankAccount Account = new() { Reference = "A 1", Currency = "EUR" };

    [Fact]
    public void A_page_with_a_character_that_is_none_is_read_all_the_same()
    {
        // Attributes cannot hold half a surrogate pair.
        foreach (var text in new[] { "Solde \uFFFE", "Solde \uDC00", "Solde \uD83D" })
        {
            Assert.Equal("solde \uFFFD", PageText.Plain(text));
            Assert.Null(Dates.ReadPrinted(text, TimeZoneInfo.Utc));
        }
    }

    [Fact]
    public async Task An_answer_in_an_encoding_that_is_switched_off_is_read_as_UTF8()
    {
        using var content = new ByteArrayContent("{\"a\":1}"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=utf-7");

        var body = await Json.Read(content, TestContext.Current.CancellationToken);

        Assert.Equal(1, body.Parse()?.Decimal("a"));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{\"request\":{}}")]
    [InlineData("{\"access_token\":\"\\u0000\"}")]
    [InlineData("{\"access_token\":\"a\",\"accounts\":{\"A 1\":{\"account_id\":{\"iban\":\"\\ud800\"}}}}")]
    [InlineData("{\"cookies\":[{}]}")]
    [InlineData("{\"cookies\":[null]}")]
    [InlineData("{\"code\":{\"asked\":\"otp\"}}")]
    [InlineData("{\"code\":{\"fields\":[null],\"action\":\"/\",\"asked\":\"otp\"}}")]
    public async Task A_session_that_is_none_of_ours_is_an_empty_one(string session)
    {
        StepInput[] steps =
        [
            new StepInput.ListAccounts(),
            new StepInput.Returned(new Uri($"{ConnectorRun.CallbackAddress}?code=a&state=b")),
            new StepInput.Consent([Account]),
            new StepInput.Answer(new Dictionary<string, string> { [Question.OneTimePassword.Field] = "1" }),
        ];
        foreach (var step in steps[..3])
        {
            using var stet = SmallBanks.StetRun(new FakeBank());
            stet.Session = session;
            Assert.NotNull(await stet.Take(step));
        }
        foreach (var step in new[] { steps[0], steps[3] })
        {
            using var site = SmallBanks.WebsiteRun(new FakeBank());
            site.Session = session;
            Assert.NotNull(await site.Take(step));
        }
    }

    [Theory]
    [InlineData("{\"list\":\"Transactions\",\"trail\":{\"address\":\"\"}}")]
    [InlineData("{\"list\":\"Accounts\",\"trail\":{\"address\":\"accounts\"}}")]
    [InlineData("{\"list\":\"Transactions\",\"trail\":{\"address\":\"https://api.stet.example/psd2/v1.4.2/t\"}}")]
    [InlineData("{\"trail\":{\"address\":\"/a/7\",\"number\":0},\"currency\":\"EUR\"}")]
    [InlineData("{\"trail\":{\"address\":\"/a/7\"}}")]
    [InlineData("{\"trail\":{\"address\":\"/a/7\"},\"currency\":\"\"}")]
    public async Task A_place_that_is_none_of_ours_is_refused(string place)
    {
        using var stet = SmallBanks.StetAllowed(new FakeBank());
        await stet.TakeRefused(new StepInput.Continue(place), Refusal.NotUnderstood);
        using var site = SmallBanks.WebsiteRun(SmallBanks.Website());
        await site.TakeRefused(new StepInput.Continue(place), Refusal.NotUnderstood);
    }

    [Fact]
    public async Task No_token_goes_to_the_host_that_the_bank_had_before()
    {
        const string Former = "https://former.stet.example/psd2/v1.4.2/accounts/A1/transactions";
        var bank = SmallBanks.Stet();
        using var run = SmallBanks.StetAllowed(bank);
        run.Session = (
            StetSession.Read(run.Session) with
            {
                Accounts = new Dictionary<string, StetAccountNote> { ["A 1"] = new(null, Former) },
            }
        ).Write();

        await run.Take(new StepInput.ListTransactions(Account, null));
        await run.TakeRefused(
            new StepInput.Continue(new StetPlace(StetList.Transactions, new Trail(Former), "A 1").Write()),
            Refusal.NotUnderstood
        );

        Assert.All(bank.Requests, request => Assert.Equal("api.stet.example", request.Address.Host));
    }

    [Fact]
    public void A_link_to_a_host_without_a_name_leads_nowhere() =>
        Assert.Null(
            BankLinks.Resolve(
                "http://\u200F",
                new Uri("https://api.stet.example/psd2/v1.4.2/accounts"),
                StetSettings.Of(SmallBanks.StetChannel()).Interface
            )
        );

    [Fact]
    public async Task An_account_whose_number_stands_twice_can_be_shared()
    {
        var bank = new FakeBank()
            .On(
                "/psd2/v1.4.2/accounts",
                """{ "accounts": [ { "resourceId": "A", "accountId": { "iban": "FR76", "iban": "FR77" }, "balances": [ { "balanceAmount": { "amount": 1 } } ] } ] }"""
            )
            .On("PUT", "/psd2/v1.4.2/consents", _ => new Reply("", 201));
        using var run = SmallBanks.StetAllowed(bank);

        var accounts = await run.Accounts();

        await run.Take<StepResult.Done>(new StepInput.Consent(accounts));
        Assert.Contains("FR77", bank.At("/psd2/v1.4.2/consents").Single().Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("line\\nbreak")]
    [InlineData("caf\\u00e9")]
    [InlineData("a\\u0000b")]
    public async Task A_token_that_cannot_be_sent_is_no_token(string token)
    {
        var bank = SmallBanks.Stet().On("POST", "/token", _ => new Reply(SmallBanks.Tokens(token, null)));
        using var run = SmallBanks.StetAllowed(bank);
        run.Session = (StetSession.Read(run.Session) with { AccessToken = null }).Write();

        var later = await run.Take<StepResult.Later>(new StepInput.ListAccounts());

        Assert.Equal(LaterReason.BankUnavailable, later.Reason);
    }

    [Fact]
    public async Task History_may_reach_back_further_than_the_calendar()
    {
        var bank = SmallBanks.Stet();
        using var run = SmallBanks.StetAllowed(bank, ("history_days", "2000000000"));

        Assert.NotEmpty(await run.Transactions((await run.Accounts())[0]));
    }
}
