using Affluent.Connectors.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Affluent.Connectors.Tests;

/// <summary>The bounds of a probe; what it says of banks is tried over the command that runs it.</summary>
public sealed class BankProbeTests
{
    [Fact]
    public async Task A_bank_that_hangs_ends_the_step_and_is_asked_nothing_more()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        using var bank = new HangingBank();
        using var http = new HttpClient(bank) { Timeout = Timeout.InfiniteTimeSpan };
        var probe = new BankProbe(
            new()
            {
                Channel = StetBanks.All["BNP Paribas"].Channel(("signature_headers", "")),
                Http = http,
                Keep = _ => Task.CompletedTask,
                Now = time.GetUtcNow(),
            },
            time
        )
        {
            RedirectUri = "https://app.example/back",
        };

        var steps = Steps(probe);
        await bank.Asked.Task;
        time.Advance(BankProbe.LongestStep);

        var all = await steps;
        Assert.Equal(ProbeBlame.Network, Assert.IsType<ProbedResult.Failed>(all[0].Result).Blame);
        Assert.Equal(["authorize_url", "token_url", "api_url"], all[1..].Select(step => step.Name));
        Assert.All(all[1..], step => Assert.IsType<ProbedResult.NotTried>(step.Result));
        Assert.Equal(1, bank.Requests);
    }

    private static async Task<List<ProbedStep>> Steps(BankProbe probe)
    {
        List<ProbedStep> steps = [];
        await foreach (var step in probe.Run(TestContext.Current.CancellationToken))
        {
            steps.Add(step);
        }
        return steps;
    }

    private sealed class HangingBank : HttpMessageHandler
    {
        public TaskCompletionSource Asked { get; } = new();

        public int Requests { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            Requests++;
            Asked.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            throw new InvalidOperationException("A bank that hangs has answered.");
        }
    }
}
