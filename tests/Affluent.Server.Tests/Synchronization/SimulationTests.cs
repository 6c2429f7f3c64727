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
    // As many as there are processors, and no more than a server of PostgreSQL has sessions for.
    private static readonly int AtOnce = Math.Min(Environment.ProcessorCount, 8);

    [Theory, OnBothDatabases]
    public Task Whatever_happens_to_nodes_for_days_nothing_is_lost_repeated_or_forgotten(DatabaseKind kind) =>
        PlayAll(SimulationScale.Days, kind);

    [Theory, OnBothDatabases]
    public Task Whatever_happens_to_nodes_for_hours_nothing_is_lost_repeated_or_forgotten(DatabaseKind kind) =>
        PlayAll(SimulationScale.Hours, kind);

    private async Task PlayAll(SimulationScale scale, DatabaseKind kind)
    {
        var (first, count) = Seeds(scale.SeedsOn(kind));
        var next = first;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var sums = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => PlaySome()));
        var all = sums.Aggregate((one, other) => one + other);
        output.WriteLine($"{kind}: seeds {first} to {first + count - 1}: {all}");
        Assert.Equal(count, all.Seeds);

        async Task<SimulationResult> PlaySome()
        {
            SimulationResult sum = new();
            await using var database = await DatabaseWays.Create(kind);
            while (
                !ending.IsCancellationRequested
                && Interlocked.Increment(ref next) - 1 is var seed
                && seed < first + count
            )
            {
                try
                {
                    sum += await Play(scale, seed, database, count == 1 ? int.MaxValue : 100);
                }
                catch
                {
                    // One is enough to look at.
                    await ending.CancelAsync();
                    throw;
                }
                await database.Empty();
            }
            return sum;
        }
    }

    [Theory, OnSqliteOnly("The server of PostgreSQL decides who is next of those that wait for a lock.")]
    public async Task A_seed_plays_the_same_again(DatabaseKind kind)
    {
        await using var database = await DatabaseWays.Create(kind);
        var trace = (await Play(SimulationScale.Days, 1, database, int.MaxValue)).Trace;
        await database.Empty();
        Assert.Equal(trace, (await Play(SimulationScale.Days, 1, database, int.MaxValue)).Trace);
    }

    private static Task<SimulationResult> Play(
        SimulationScale scale,
        int seed,
        DatabaseWays database,
        int traceLength
    ) =>
        Task.Factory.StartNew(
            () => Simulation.Play(scale, seed, database, traceLength),
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );

    private static (int First, int Count) Seeds(int count) =>
        Number("AFFLUENT_SEED") is { } seed
            ? (seed, Number("AFFLUENT_SEEDS") ?? 1)
            : (1, Number("AFFLUENT_SEEDS") ?? count);

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
