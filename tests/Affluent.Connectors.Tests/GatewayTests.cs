using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>What stands in front of a bank of whatever family, and speaks in its place.</summary>
public sealed class GatewayTests
{
    private const string Html = "<html><body>Maintenance</body></html>";

    public static TheoryData<string, int, string> InFront =>
        [
            .. from family in (string[])["stet", "berlin_group", "open_banking_uk"]
            from answer in ((int Status, string Body)[])
                [
                    (403, Html),
                    (403, ""),
                    (404, """{ "message": "no Route matched" }"""),
                    (301, ""),
                    (503, ""),
                    (200, Html),
                ]
            select new TheoryDataRow<string, int, string>(family, answer.Status, answer.Body),
        ];

    [Theory]
    [MemberData(nameof(InFront))]
    public async Task What_stands_in_front_of_a_bank_ends_no_consent(string family, int status, string body)
    {
        Reply Answer(Received _) => new(body, status);
        using var run = family switch
        {
            "stet" => SmallBanks.StetAllowed(SmallBanks.Stet().On("GET", "/psd2/v1.4.2/accounts", Answer)),
            "berlin_group" => SmallBerlinGroupBank.Allowed(
                SmallBerlinGroupBank.Bank().On("GET", SmallBerlinGroupBank.Accounts, Answer)
            ),
            _ => SmallOpenBankingBank.Allowed(
                SmallOpenBankingBank.Bank().On("GET", SmallOpenBankingBank.Accounts, Answer)
            ),
        };
        var before = run.Session;

        var later = await run.Take<StepResult.Later>(new StepInput.ListAccounts());

        Assert.Equal((LaterReason.BankUnavailable, before), (later.Reason, run.Session));
    }
}
