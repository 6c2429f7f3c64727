using Affluent.Connectors.Testing.Conformance;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>Every family keeps every rule of the connector contract.</summary>
public sealed class ContractTests
{
    public static TheoryData<string, string> All
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var rule in ConnectorContract.Rules)
            {
                data.Add("stet", rule.Name);
                data.Add("berlin_group", rule.Name);
                data.Add("open_banking_uk", rule.Name);
                data.Add("enable_banking", rule.Name);
                data.Add("website", rule.Name);
                data.Add("statement_file", rule.Name);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Every_family_keeps(string family, string rule)
    {
        var tested = family switch
        {
            "stet" => SmallBanks.StetUnderTest(),
            "berlin_group" => SmallBerlinGroupBank.UnderTest(),
            "open_banking_uk" => SmallOpenBankingBank.UnderTest(),
            "enable_banking" => SmallEnableBanking.UnderTest(),
            "statement_file" => StatementFileUnderTest.Make(),
            _ => SmallBanks.WebsiteUnderTest(),
        };

        Assert.Empty(await ConnectorContract.Rule(rule).Check(tested, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Every_family_is_examined() =>
        Assert.Equal(
            Families.All.Select(f => f.Manifest.Family),
            ["stet", "berlin_group", "open_banking_uk", "enable_banking", "website", "statement_file"]
        );
}
