using Affluent.Connectors.BerlinGroup;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Stet;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>Errors and words of status that an entry explains.</summary>
public sealed class MeaningTests
{
    [Theory]
    [InlineData("*/500/*: CONSENT_EXPIRED", "ConsentExpired")]
    [InlineData("accounts/500/gone: OPERATOR_FAULT", "OperatorFault")]
    [InlineData("accounts/*/GONE: BANK_UNAVAILABLE", "BankUnavailable")]
    [InlineData("accounts/500/gone: RATE_LIMITED", "RateLimited")]
    [InlineData("accounts/500/gone: NOTHING", "0 accounts")]
    [InlineData("accounts/500/other: CONSENT_EXPIRED", "BankUnavailable")]
    [InlineData("accounts/501/gone: CONSENT_EXPIRED", "BankUnavailable")]
    [InlineData("transactions/500/gone: CONSENT_EXPIRED", "BankUnavailable")]
    [InlineData("*/*/*: OPERATOR_FAULT\naccounts/500/*: RATE_LIMITED", "RateLimited")]
    [InlineData("accounts/500/*: RATE_LIMITED\n*/*/gone: CONSENT_EXPIRED", "ConsentExpired")]
    public async Task An_error_means_what_the_entry_says(string meanings, string outcome)
    {
        const string body = """{ "message": "consent is gone" }""";
        var berlin = SmallBerlinGroupBank.Bank().On("GET", SmallBerlinGroupBank.Accounts, _ => new Reply(body, 500));
        using var one = SmallBerlinGroupBank.Allowed(berlin, ("error_meanings", meanings));
        var stet = SmallBanks.Stet().On("GET", "/psd2/v1.4.2/accounts", _ => new Reply(body, 500));
        using var other = SmallBanks.StetAllowed(stet, ("error_meanings", meanings));

        foreach (var run in new[] { one, other })
        {
            Assert.Equal(
                outcome,
                await run.Take(new StepInput.ListAccounts()) switch
                {
                    StepResult.Refused refused => $"{refused.Reason}",
                    StepResult.Later later => $"{later.Reason}",
                    StepResult.Page page => $"{page.Accounts.Count} accounts",
                    var unexpected => $"{unexpected}",
                }
            );
        }
    }

    [Fact]
    public async Task An_error_of_one_account_may_mean_it_alone_or_that_there_is_nothing()
    {
        var bank = SmallBerlinGroupBank
            .Bank()
            .On("GET", SmallBerlinGroupBank.Movements, _ => new Reply("""{ "code": "X" }""", 400));
        using var refused = SmallBerlinGroupBank.Allowed(
            bank,
            ("error_meanings", "transactions/400/X: ACCOUNT_REFUSED")
        );
        using var nothing = SmallBerlinGroupBank.Allowed(bank, ("error_meanings", "transactions/400/X: NOTHING"));

        await refused.TakeRefused(
            new StepInput.ListTransactions((await refused.Accounts())[0], null),
            Refusal.AccountRefused
        );
        Assert.Empty(await nothing.Transactions((await nothing.Accounts())[0]));
    }

    [Fact]
    public async Task Rows_are_booked_pending_or_none_by_the_banks_own_words()
    {
        var bank = SmallBerlinGroupBank
            .Bank()
            .On(
                SmallBerlinGroupBank.Movements,
                """
                { "transactions": {
                    "booked": [ { "transactionId": "1", "transactionAmount": { "amount": "1" }, "bookingDate": "2026-11-20" },
                                { "transactionId": "2", "transactionAmount": { "amount": "2" }, "bookingDate": "2026-11-20", "status": "Reserved" },
                                { "transactionId": "3", "transactionAmount": { "amount": "3" }, "bookingDate": "2026-11-20", "transactionStatus": "VOID" } ],
                    "information": [ { "transactionId": "4", "transactionAmount": { "amount": "4" }, "bookingDate": "2026-12-01" } ],
                    "other": [ { "transactionId": "5", "transactionAmount": { "amount": "5" }, "bookingDate": "2026-12-01" } ] } }
                """
            );
        using var usual = SmallBerlinGroupBank.Allowed(bank);
        using var explained = SmallBerlinGroupBank.Allowed(
            bank,
            ("status_words", "RESERVED: PENDING\nvoid: DROP\ninformation: PENDING")
        );

        Assert.Equal(["1 Booked", "2 Booked", "3 Booked"], await Read(usual));
        Assert.Equal(["1 Booked", "2 Pending", "4 Pending"], await Read(explained));
    }

    [Theory]
    [InlineData("error_meanings", "accounts/500: CONSENT_EXPIRED")]
    [InlineData("error_meanings", "nowhere/500/*: CONSENT_EXPIRED")]
    [InlineData("error_meanings", "accounts/99/*: CONSENT_EXPIRED")]
    [InlineData("error_meanings", "accounts/500/*: GONE")]
    [InlineData("status_words", "X: GONE")]
    public void What_an_entry_explains_wrongly_is_told(string setting, string value)
    {
        foreach (
            var (manifest, channel) in new[]
            {
                (new BerlinGroupConnector().Manifest, SmallBerlinGroupBank.Channel()),
                (new StetConnector().Manifest, SmallBanks.StetChannel()),
            }
        )
        {
            var settings = new Dictionary<string, string>(channel.Settings) { [setting] = value };

            var fault = Assert.Single(manifest.Check(channel with { Settings = settings }));

            Assert.Contains(setting, fault, StringComparison.Ordinal);
        }
    }

    private static async Task<IEnumerable<string>> Read(ConnectorRun run) =>
        (await run.Transactions((await run.Accounts())[0])).Select(t => $"{t.Id} {t.Status}");
}
