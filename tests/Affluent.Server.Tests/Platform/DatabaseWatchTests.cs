using Affluent.Server.Commands;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Affluent.Server.Tests.Platform;

/// <summary>What a process says of itself when its database, or a part of it, is not well.</summary>
public sealed class DatabaseWatchTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task It_is_not_ready_while_the_database_answers_but_takes_nothing(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        await using var database = new HookedDatabase(test.Database) { DiesAt = 0 };
        var time = new FakeTimeProvider();
        using var probe = new DatabaseProbe(database, Outage(time, new Lines()), time);

        Assert.Equal("the database cannot be reached or written", await probe.Trouble(Stop));
        database.DiesAt = null;
        // Looked at again after a second, and not for each who asks.
        Assert.NotNull(await probe.Trouble(Stop));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await probe.Trouble(Stop));
    }

    [Theory, OnSqliteOnly("PostgreSQL writes a row anew, whatever it holds.")]
    public async Task It_is_ready_only_when_something_was_written(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        var time = new FakeTimeProvider();
        using var probe = new DatabaseProbe(test.Database, Outage(time, new Lines()), time);
        await probe.Trouble(Stop);
        var before = await Log();

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await probe.Trouble(Stop));

        Assert.NotEqual(before, await Log());

        Task<byte[]> Log() => File.ReadAllBytesAsync(test.Address + "-wal", Stop);
    }

    [Theory, OnBothDatabases]
    public async Task A_database_that_answers_and_takes_nothing_is_not_back(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        await using var database = new HookedDatabase(test.Database);
        var lines = new Lines();
        var outage = Outage(new FakeTimeProvider(), lines);
        database.BeforeWrite = () => throw new TimeoutException();
        outage.Noticed(new TimeoutException());

        for (var look = 0; look < 3; look++)
        {
            await Assert.ThrowsAsync<TimeoutException>(() => outage.Answered(database, Stop));
        }
        Assert.Single(lines.All);
        database.BeforeWrite = () => Task.CompletedTask;
        await outage.Answered(database, Stop);

        Assert.Equal(2, lines.All.Count);
    }

    [Fact]
    public void An_outage_is_two_lines_of_the_log_however_many_notice()
    {
        var time = new FakeTimeProvider();
        var lines = new Lines();
        var outage = Outage(time, lines);
        outage.TookTransaction();

        for (var second = 0; second < 90; second++)
        {
            outage.Noticed(new TimeoutException());
            time.Advance(TimeSpan.FromSeconds(1));
        }
        outage.TookTransaction();
        outage.TookTransaction();

        Assert.Equal(
            [
                "The database does not answer; it is asked again, and further failures are counted until it does",
                "The database answers again, after 90 s and 90 failures",
            ],
            lines.All
        );
        outage.Noticed(new TimeoutException());
        Assert.Equal(3, lines.All.Count);
    }

    [Fact]
    public async Task A_part_that_fails_is_named_and_ends_the_process_with_it()
    {
        using var well = await Start(services => services.AddHostedService<Quiet>());
        Assert.Null(Installation.FailedPart(well.Services));

        using var ill = await Start(services => services.AddHostedService<Quiet>().AddHostedService<Failing>());
        await ill.WaitForShutdownAsync(Stop).WaitAsync(TimeSpan.FromSeconds(20), Stop);

        Assert.Equal(nameof(Failing), Installation.FailedPart(ill.Services));
    }

    private static async Task<IHost> Start(Action<IServiceCollection> parts)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        parts(builder.Services);
        var host = builder.Build();
        await host.StartAsync(Stop);
        return host;
    }

    private static DatabaseOutage Outage(TimeProvider time, Lines lines) => new(time, lines);

    private sealed class Quiet : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
            Task.Delay(Timeout.InfiniteTimeSpan, stoppingToken);
    }

    private sealed class Failing : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await Task.Yield();
            throw new InvalidOperationException("planted");
        }
    }

    private sealed class Lines : ILogger<DatabaseOutage>
    {
        public List<string> All { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            Microsoft.Extensions.Logging.EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => All.Add(formatter(state, exception));
    }
}
