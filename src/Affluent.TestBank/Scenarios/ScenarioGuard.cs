namespace Affluent.TestBank.Scenarios;

/// <summary>Keeps a bank shut whose own scenario is wrong: better told at the start than at each login.</summary>
internal sealed class ScenarioGuard(ScenarioFiles files) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var complaint = await files.Read(null, cancellationToken) switch
        {
            ScenarioFile.Loaded => null,
            ScenarioFile.Refused(var errors, _) => string.Join(Environment.NewLine, errors),
            ScenarioFile.Unreachable(var reason) => reason,
            var other => throw new InvalidOperationException($"Unknown outcome {other}."),
        };
        if (complaint is not null)
        {
            throw new InvalidDataException(
                "The test bank's scenario cannot be used:" + Environment.NewLine + complaint
            );
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
