using Affluent.Server.Connections;

namespace Affluent.Server.Synchronization;

/// <summary>Gathers the steps of a run.</summary>
internal sealed class RunSteps
{
    private readonly SortedDictionary<ConnectorStep, (int Count, TimeSpan Duration)> _steps = [];

    public IReadOnlyList<RunStep> All =>
        [
            .. _steps.Select(step => new RunStep
            {
                Step = step.Key,
                Count = step.Value.Count,
                DurationMs = (long)step.Value.Duration.TotalMilliseconds,
            }),
        ];

    public void Add(ConnectorStep step, TimeSpan duration)
    {
        var (count, sum) = _steps.GetValueOrDefault(step);
        _steps[step] = (count + 1, sum + duration);
    }
}
