using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>
/// The test bank in the place of banks that were recorded: what satisfies a recording it takes, as the replays show of the recording, and without a header that the
/// recording demands it does not.
/// </summary>
public sealed class LikeRecordingTests(LikeRecordings banks) : IClassFixture<LikeRecordings>
{
    private static readonly DateOnly From = new(2026, 10, 1);

    /// <summary>Each bank, and the headers of its recording that it does not miss.</summary>
    public static TheoryData<string, string> Recorded =>
        new()
        {
            { "BPCE", "datefrom" },
            { "BNP Paribas", "" },
            { "Crédit Agricole", "psu-ip-address" },
            { "LCL", "accept digest psu-ip-address" },
            { "Société Générale", "" },
            { "KBC", "psu-ip-address" },
            { "Commerzbank", "psu-ip-address tpp-redirect-uri" },
            { "Deutsche Bank", "psu-id psu-ip-address tpp-redirect-preferred" },
            { "ING", "psu-ip-address tpp-redirect-uri" },
            { "Knab", "psu-ip-address" },
            { "Raiffeisen", "psu-ip-address" },
            { "BBVA", "psu-ip-address" },
            { "Sabadell", "psu-ip-address" },
            { "CBI Globe", "cpaas-transaction-id operation-name psu-ip-address" },
            { "N26", "accept psu-ip-address" },
            { "Barclays", "accept" },
            { "HSBC", "accept" },
            { "Monzo", "accept x-fapi-financial-id x-fapi-interaction-id" },
            { "Nationwide", "accept" },
            { "Revolut", "accept" },
        };

    /// <summary>Why not.</summary>
    private static Dictionary<string, string> Reasons { get; } =
        new()
        {
            ["accept"] = "an entry that does not say it leaves it to the standard, which does not demand it",
            ["cpaas-transaction-id"] = "of the consent for each account, which is not asked for",
            ["operation-name"] = "the same",
            ["datefrom"] = "a stub that nothing reaches asks for the first day in a header",
            ["digest"] = "of a stub that nothing reaches",
            ["psu-id"] = "what the user types; the bank's entry asks for it, no setting does",
            ["psu-ip-address"] = "of users who are there; without them a bank has to answer, too",
            ["tpp-redirect-preferred"] = "of a stub that nothing reaches",
            ["tpp-redirect-uri"] = "where OAuth2 takes the user back, the standard does not demand it",
            ["x-fapi-financial-id"] = "of version 3.0 of the standard; no entry says it",
            ["x-fapi-interaction-id"] = "optional in the standard; no entry says it",
        };

    [Theory]
    [MemberData(nameof(Recorded))]
    public async Task A_bank_takes_what_its_recording_takes_and_misses_what_that_would_miss(string bank, string taken)
    {
        var faults = await Refused(bank, lacks: null);
        Assert.True(faults.Count == 0, string.Join('\n', faults));
        List<string> notMissed = [];
        foreach (var header in LikeRecordings.Recorded[bank].DemandedHeaders())
        {
            if ((await Refused(bank, header)).Count == 0)
            {
                notMissed.Add(header);
            }
        }
        Assert.Equal(taken, string.Join(' ', notMissed));
        Assert.All(notMissed, header => Assert.Contains(header, Reasons.Keys));
    }

    [Fact]
    public void All_that_send_their_customers_to_a_page_or_an_app_are_tried() =>
        Assert.Equal(LikeRecordings.Recorded.Keys.Order(), Recorded.Select(row => row.Data.Item1).Order());

    private async Task<List<string>> Refused(string bank, string? lacks)
    {
        List<string> refused = [];
        using var run = banks.Open(banks.ChannelOf(bank), refused: refused, lacks: lacks);
        try
        {
            await banks.Connect(run, refused: refused);
            if (refused.Count == 0)
            {
                foreach (var account in await run.Accounts())
                {
                    await run.Movements(account, From);
                }
            }
        }
        catch (Xunit.Sdk.XunitException) when (refused.Count > 0)
        {
            // Refused, the connection comes to nothing.
        }
        return refused;
    }
}
