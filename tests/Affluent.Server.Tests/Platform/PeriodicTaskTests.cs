using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Affluent.Server.Tests.Platform;

/// <summary>Several nodes over one database, each with the same task.</summary>
public sealed class PeriodicTaskTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_task_is_done_in_bounded_steps_and_again_when_its_time_has_come(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        var left = (2 * PeriodicTasks.StepSize) + 1;
        List<int> steps = [];
        var hooked = new HookedDatabase(test.Database);
        var node = Node(
            hooked,
            (_, _, atMost) =>
            {
                var done = Math.Min(left, atMost);
                left -= done;
                steps.Add(done);
                return Task.FromResult(done);
            }
        );

        await node.RunDue(Stop);
        Assert.Equal([PeriodicTasks.StepSize, PeriodicTasks.StepSize, 1], steps);
        // One takes the task, and each step has its own.
        Assert.Equal(4, hooked.Writes);

        _time.Advance(Hour - TimeSpan.FromSeconds(1));
        await node.RunDue(Stop);
        Assert.Equal(3, steps.Count);

        _time.Advance(TimeSpan.FromSeconds(1));
        await node.RunDue(Stop);
        Assert.Equal(4, steps.Count);
    }

    [Theory, OnBothDatabases]
    public async Task Nodes_that_look_at_once_do_it_once(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        var (steps, at, most) = (0, 0, 0);
        var nodes = Enumerable
            .Range(0, 4)
            .Select(_ =>
                Node(
                    test.Database,
                    async (_, _, atMost) =>
                    {
                        most = Math.Max(most, Interlocked.Increment(ref at));
                        // Long enough for the others to come.
                        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Stop);
                        Interlocked.Decrement(ref at);
                        return Interlocked.Increment(ref steps) < 3 ? atMost : 0;
                    }
                )
            );

        await Task.WhenAll(nodes.Select(node => Task.Run(() => node.RunDue(Stop), Stop)));

        Assert.Equal((3, 1), (steps, most));
    }

    [Theory, OnBothDatabases]
    public async Task A_dead_nodes_task_is_taken_over_when_its_lease_has_ended(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        var (dead, alive) = (0, 0);
        var killed = Node(
            new HookedDatabase(test.Database) { DiesAt = 3 },
            (_, _, atMost) =>
            {
                dead++;
                return Task.FromResult(atMost);
            }
        );
        var other = Node(
            test.Database,
            (_, _, _) =>
            {
                alive++;
                return Task.FromResult(0);
            }
        );

        // Takes it, does one step, and is killed in the second.
        await killed.RunDue(Stop);
        await other.RunDue(Stop);
        Assert.Equal((2, 0), (dead, alive));

        _time.Advance(PeriodicTasks.Lease);
        await other.RunDue(Stop);
        Assert.Equal(1, alive);
    }

    [Theory, OnBothDatabases]
    public async Task A_node_that_slept_over_its_lease_does_nothing_more(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        var (slow, quick) = (0, 0);
        var other = Node(
            test.Database,
            (_, _, _) =>
            {
                quick++;
                return Task.FromResult(0);
            }
        );
        var asleep = Node(
            new HookedDatabase(test.Database)
            {
                AfterWrite = async () =>
                {
                    _time.Advance(PeriodicTasks.Lease);
                    await other.RunDue(Stop);
                },
            },
            (_, _, _) =>
            {
                slow++;
                return Task.FromResult(0);
            }
        );

        await asleep.RunDue(Stop);

        Assert.Equal((0, 1), (slow, quick));
    }

    [Theory, OnBothDatabases]
    public async Task While_the_database_takes_nothing_no_task_speaks_of_it(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        await using var database = new HookedDatabase(test.Database) { DiesAt = 0 };
        var lines = new Lines();
        PeriodicTask[] tasks =
        [
            new("one", Hour, (_, _, _) => Task.FromResult(0)),
            new("two", Hour, (_, _, _) => Task.FromResult(0)),
        ];
        var node = new PeriodicTasks(tasks, database, _time, Outage(), lines);

        await node.RunDue(Stop);

        Assert.Equal((1, 0), (database.Writes, lines.Count));
    }

    private PeriodicTasks Node(Database database, PeriodicStep step) =>
        new([new PeriodicTask("sweep", Hour, step)], database, _time, Outage(), NullLogger<PeriodicTasks>.Instance);

    private DatabaseOutage Outage() => new(_time, NullLogger<DatabaseOutage>.Instance);

    private sealed class Lines : ILogger<PeriodicTasks>
    {
        public int Count { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            Microsoft.Extensions.Logging.EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Count++;
    }
}
