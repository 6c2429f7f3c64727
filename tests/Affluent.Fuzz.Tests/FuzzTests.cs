using Affluent.Fuzz.Tests.Targets;

namespace Affluent.Fuzz.Tests;

/// <summary>A short campaign on every parser, the same at each run. The long ones are started by eng/fuzz.sh.</summary>
public sealed class FuzzTests
{
    public static TheoryData<string> Names => [.. AllTargets.List.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_parser_keeps_its_promise_whatever_comes(string name)
    {
        var options = new CampaignOptions
        {
            Duration = TimeSpan.FromSeconds(0.4),
            LeastMutants = 20,
            MostExecutions = 3_000,
        };

        var report = new Campaign(FuzzCommand.Named(name), options).Run();

        Assert.True(report.Findings.Count == 0, string.Join('\n', report.Findings));
        Assert.True(report.Executions > FuzzCommand.Named(name).Seeds.Count, "nothing but the seeds was tried");
    }
}
