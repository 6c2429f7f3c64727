using Affluent.Server.Authorization;
using Affluent.Server.Commands;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Affluent.Server.Tests.Storage;

/// <summary>The clock of nodes whose machines are of different minds.</summary>
public sealed class DatabaseClockTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task It_goes_by_the_databases_clock_and_not_by_the_machines(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        var machine = new Machine { Wrong = Hour };

        var clock = await DatabaseClock.Start(test.Database, machine, Stop);

        // A file has no clock but that of its machine.
        var expected = test.Database.Kind == "postgres" ? TimeProvider.System.GetUtcNow() : machine.GetUtcNow();
        Assert.InRange((clock.GetUtcNow() - expected).TotalSeconds, -5, 5);
        Assert.InRange(
            clock.Offset.TotalSeconds,
            test.Database.Kind == "postgres" ? 3_590 : -5,
            test.Database.Kind == "postgres" ? 3_610 : 5
        );
    }

    [Theory, OnBothDatabases]
    public async Task A_machine_whose_clock_is_set_back_does_not_take_the_time_back_with_it(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        var machine = new Machine();
        var clock = await DatabaseClock.Start(test.Database, machine, Stop);
        var before = clock.GetUtcNow();

        machine.Wrong = -Hour;

        Assert.True(clock.GetUtcNow() >= before);
        await clock.Set(Stop);
        // What a file's only clock says is so from the next look on.
        Assert.Equal(test.Database.Kind == "postgres", clock.GetUtcNow() >= before);
    }

    [Theory, OnBothDatabases]
    public async Task A_user_deleted_by_a_node_that_is_behind_has_no_token_left_on_another(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        // An SQLite file has one machine.
        var behind = await DatabaseClock.Start(
            test.Database,
            new Machine { Wrong = test.Database.Kind == "postgres" ? TimeSpan.FromSeconds(-40) : TimeSpan.Zero },
            Stop
        );
        var right = await DatabaseClock.Start(test.Database, new Machine(), Stop);
        var (user, client) = (new UserId(7), new ClientId(8));
        var token = new Ids(right, 1).Next<TokenId>();
        await Task.Delay(20, Stop);

        var there = RevocationsOf(test.Database, behind, 2);
        await test.Database.Write(db => there.Add(db, user), Stop);
        var here = RevocationsOf(test.Database, right, 1);
        await here.Refresh(Stop);

        Assert.True(here.Covers(token, null, user, client));
    }

    [Theory, OnBothDatabases]
    public async Task A_machine_whose_clock_is_far_off_does_not_serve(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateEmpty(kind);
        var settings = new Settings
        {
            Listen = "http://127.0.0.1:0",
            TestBankListen = null,
            Database = test.Address,
            MasterKeyFile = Path.Combine(test.Folder, "master.key"),
            SigningKeyFile = Path.Combine(test.Folder, "signing.key"),
        };

        if (test.Database.Kind == "postgres")
        {
            var refusal = await Assert.ThrowsAsync<CommandException>(() => Start(TimeSpan.FromSeconds(-40)));
            Assert.Equal(ExitCode.ClocksDiffer, refusal.Code);
            Assert.Contains("-40 s ahead", refusal.Message, StringComparison.Ordinal);
        }
        await using var started = await Start(TimeSpan.FromSeconds(20));

        Task<Installation> Start(TimeSpan wrong) =>
            Installation.Start(settings, NullLoggerFactory.Instance, new Machine { Wrong = wrong }, Stop);
    }

    private static Revocations RevocationsOf(Database database, TimeProvider time, int node) =>
        new(database, new Ids(time, node), time, new DatabaseOutage(time, NullLogger<DatabaseOutage>.Instance));

    private sealed class Machine : TimeProvider
    {
        /// <summary>How far its clock is ahead of the true time.</summary>
        public TimeSpan Wrong { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Wrong;
    }
}
