using System.Diagnostics;
using System.Globalization;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Tests.Harness.Simulations;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>
/// The engine under a scheduler that may stop, freeze or kill a node between any two statements. <c>AFFLUENT_SEED=17</c> plays one seed again,
/// <c>AFFLUENT_SEEDS=5000</c> so many.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    // Always the same seeds, as many as a slow machine plays in these times.
    private static readonly TimeSpan Days = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Hours = TimeSpan.FromSeconds(75);

    [Theory, OnBothDatabases]
    public Task Whatever_happens_to_nodes_for_days_nothing_is_lost_repeated_or_forgotten(DatabaseKind kind) =>
        PlayAll(SimulationScale.Days, kind, Days);

    [Theory, OnBothDatabases]
    public Task Whatever_happens_to_nodes_for_hours_nothing_is_lost_repeated_or_forgotten(DatabaseKind kind) =>
        PlayAll(SimulationScale.Hours, kind, Hours);

    private async Task PlayAll(SimulationScale scale, DatabaseKind kind, TimeSpan atMost)
    {
        var (first, count) = Seeds();
        var begun = Stopwatch.GetTimestamp();
        SimulationResult all = new();
        var played = 0;
        for (; played < count && (count < int.MaxValue || Stopwatch.GetElapsedTime(begun) < atMost); played++)
        {
            var result = await Play(scale, kind, first + played, count == 1 ? int.MaxValue : 100);
            all = all with
            {
                Steps = all.Steps + result.Steps,
                Kills = all.Kills + result.Kills,
                Freezes = all.Freezes + result.Freezes,
                Stops = all.Stops + result.Stops,
                SessionsLost = all.SessionsLost + result.SessionsLost,
            };
        }
        output.WriteLine($"{kind}: seeds {first} to {first + played - 1}: {all}");
    }

    [Theory, OnSqliteOnly("The server of PostgreSQL decides who is next of those that wait for a lock.")]
    public async Task A_seed_plays_the_same_again(DatabaseKind kind) =>
        Assert.Equal(
            (await Play(SimulationScale.Days, kind, 1, int.MaxValue)).Trace,
            (await Play(SimulationScale.Days, kind, 1, int.MaxValue)).Trace
        );

    private static async Task<SimulationResult> Play(
        SimulationScale scale,
        DatabaseKind kind,
        int seed,
        int traceLength
    )
    {
        await using var database = await TestDatabase.Create(kind);
        return await Task.Factory.StartNew(
            () => Simulation.Play(scale, seed, database, traceLength),
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
    }

    private static (int First, int Count) Seeds() =>
        Number("AFFLUENT_SEED") is { } seed
            ? (seed, Number("AFFLUENT_SEEDS") ?? 1)
            : (1, Number("AFFLUENT_SEEDS") ?? int.MaxValue);

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
