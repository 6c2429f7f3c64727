using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Affluent.Server.Tests.Events;

/// <summary>How those who wait hear of what another node has written.</summary>
public sealed class EventTailTests
{
    private const int Tries = 200;

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnPostgresOnly("Only one process serves an SQLite file.")]
    public async Task Another_nodes_event_wakes_at_once(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var user = await app.CreateUser(await app.CreateClient());
        await using var database = app.OtherProcess();
        using var relay = RelayOf(database);
        await relay.StartAsync(Stop);
        using var ofUser = app.Service<EventTail>().Wait(user.Id);
        using var ofClient = app.Service<EventTail>().Wait(user.Client.Id);
        var waiting = Task.WhenAll(ofUser.Wait(0, Long, Stop), ofClient.Wait(0, Long, Stop));

        // The node may not listen yet.
        for (var tries = 0; tries < Tries && !waiting.IsCompleted; tries++)
        {
            await database.Write(db => Append(app, db, user), Stop);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Stop);
        }

        Assert.True(waiting.IsCompleted);

        await relay.StopAsync(Stop);
    }

    [Theory, OnPostgresOnly("Only one process serves an SQLite file.")]
    public async Task A_node_hears_again_when_its_connection_was_cut(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        await using var database = app.OtherProcess();
        using var relay = RelayOf(database);
        await relay.StartAsync(Stop);

        var before = await Hears();
        await app.EndSessions();
        var after = await Hears();

        Assert.True(before);
        Assert.True(after);
        await relay.StopAsync(Stop);

        async Task<bool> Hears()
        {
            // Of nothing that anybody looks for.
            using var watch = app.Database.Signals.For("something");
            var waiting = watch.Wait(Long, TimeProvider.System, Stop);
            for (var tries = 0; tries < Tries && !waiting.IsCompleted; tries++)
            {
                // The node tries again after a second.
                app.Time.Advance(TimeSpan.FromMilliseconds(100));
                database.Signals.Raise("something");
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Stop);
            }
            return waiting.IsCompleted;
        }
    }

    [Theory, OnBothDatabases]
    public async Task What_no_signal_told_of_is_found_by_looking_once_for_all(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var user = await app.CreateUser(await app.CreateClient());
        var idle = await app.CreateUser(await app.CreateClient());
        var tail = app.Service<EventTail>();
        using var ofUser = tail.Wait(user.Id);
        using var ofClient = tail.Wait(user.Client.Id);
        using var ofIdle = tail.Wait(idle.Id);
        using var ofIdleClient = tail.Wait(idle.Client.Id);
        var seen = await app.Database.Read(
            db => ClientFeed.Read(db, idle.Client.Id, null, EventFilter.All, null, 10),
            Stop
        );
        var quiet = Task.WhenAny(
            ofIdle.Wait(seen.Page!.Events[^1].Id.Value, Long, Stop),
            ofIdleClient.Wait(seen.Page.Next.Value, Long, Stop)
        );
        var waiting = Task.WhenAll(ofUser.Wait(0, Long, Stop), ofClient.Wait(0, Long, Stop));
        // Another process, of which nothing is heard.
        await using var deaf = app.OtherProcess();
        await deaf.Write(db => Append(app, db, user), Stop);
        var before = app.Database.Statements;
        var early = waiting.IsCompleted;

        await tail.Look(Stop);

        await waiting.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop);
        Assert.False(early);
        Assert.False(quiet.IsCompleted);
        Assert.Equal(2, app.Database.Statements - before);
    }

    private static SignalRelay RelayOf(Database database) =>
        new(
            (PostgresDatabase)database,
            TimeProvider.System,
            new DatabaseOutage(TimeProvider.System, NullLogger<DatabaseOutage>.Instance)
        );

    private static Task Append(TestApp app, DbWork db, TestUser user) =>
        EventLog.Append(app.WorkOf(db, user), NewEvent.OfConnection(EventName.ConnectionCreated, new ConnectionId(1)));
}
