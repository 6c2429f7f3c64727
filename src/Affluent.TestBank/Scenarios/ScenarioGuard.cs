namespace Affluent.TestBank.Scenarios;

/// <summary>Keeps a bank shut whose own scenario is wrong: better told at the start than at each login.</summary>
internal sealed class ScenarioGuard(ScenarioFiles files) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await FaultOf(files, cancellationToken) is { } fault)
        {
            throw new InvalidDataException(fault);
        }
    }

    /// <summary>What is wrong with the bank's own scenario, in words; null: nothing.</summary>
    public static async Task<string?> FaultOf(ScenarioFiles files, CancellationToken cancellation)
    {
        var complaint = await files.Read(null, cancellation) switch
        {
            ScenarioFile.Loaded => null,
            ScenarioFile.Refused(var errors, _) => string.Join(Environment.NewLine, errors),
            ScenarioFile.Unreachable(var reason) => reason,
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
        return complaint is null ? null : "The test bank's scenario cannot be used:" + Environment.NewLine + complaint;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
