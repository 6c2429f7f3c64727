using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Events;

public sealed class QueueTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_queue_follows_a_synchronization_to_its_end(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var early = await TestApp.Connect(http);
        var queue = await Subscribe(http);

        await app.RunDueSynchronizations();
        var events = await Poll(http, queue);

        // What happened before the queue was made is not in it.
        Assert.Equal(
            [
                "SYNCHRONIZATION_STARTED",
                "ACCOUNT_ADDED",
                "ACCOUNT_SYNCHRONIZED",
                "CHANNEL_SUCCEEDED",
                "LIST_ACCOUNTS",
                "SYNCHRONIZATION_ENDED",
            ],
            events.Select(e => e.GetProperty("name").GetString())
        );
        var ended = events[^1];
        Assert.Equal("SUCCESS", ended.GetProperty("status").GetString());
        Assert.Equal("SYNCHRONIZATION", ended.GetProperty("type").GetString());
        Assert.Equal(early, ended.GetProperty("connection_id").GetString());
        Assert.Single(events[4].GetProperty("account_ids").EnumerateArray());
        Assert.Empty(await Poll(http, queue, after: ended.GetProperty("id").GetString()));
        Assert.Equal(2, (await Poll(http, queue, limit: 2)).Count);
    }

    [Theory, OnBothDatabases]
    public async Task A_long_poll_ends_as_soon_as_something_happens(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var (http, _) = await app.SignedInUser();
        var queue = await Subscribe(http);

        var waiting = http.GetFromJsonAsync<JsonElement>($"/api/v2.1/queues/{queue}/events?wait=60", Stop);
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Stop);
        var early = waiting.IsCompleted;
        await TestApp.Connect(http);

        var events = await waiting.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop);
        Assert.False(early);
        Assert.Equal("CONNECTION_CREATED", events[0].GetProperty("name").GetString());
    }

    [Theory, OnBothDatabases]
    public async Task A_long_poll_without_events_ends_empty_when_its_time_is_over(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var (http, _) = await app.SignedInUser();
        var queue = await Subscribe(http);

        var waiting = http.GetAsync($"/api/v2.1/queues/{queue}/events?wait=10", Stop);
        while (!waiting.IsCompleted)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Stop);
            app.Time.Advance(TimeSpan.FromSeconds(1));
        }

        using var answer = await waiting;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("[]", await answer.Content.ReadAsStringAsync(Stop));
    }

    [Theory, OnBothDatabases]
    public async Task A_foreign_queue_does_not_exist(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var (mine, _) = await app.SignedInUser();
        var (other, _) = await app.SignedInUser();
        var queue = await Subscribe(mine);

        Assert.Equal(HttpStatusCode.NotFound, await Status(other.GetAsync($"/api/v2.1/queues/{queue}", Stop)));
        Assert.Equal(HttpStatusCode.NotFound, await Status(other.GetAsync($"/api/v2.1/queues/{queue}/events", Stop)));
        Assert.Equal(HttpStatusCode.NotFound, await Status(other.DeleteAsync($"/api/v2.1/queues/{queue}", Stop)));
        Assert.Equal(HttpStatusCode.OK, await Status(mine.GetAsync($"/api/v2.1/queues/{queue}", Stop)));
        Assert.Equal(HttpStatusCode.NoContent, await Status(mine.DeleteAsync($"/api/v2.1/queues/{queue}", Stop)));
        Assert.Equal(HttpStatusCode.NotFound, await Status(mine.GetAsync($"/api/v2.1/queues/{queue}/events", Stop)));
    }

    [Theory]
    [OnBothDatabases("wait=61")]
    [OnBothDatabases("wait=x")]
    [OnBothDatabases("limit=0")]
    [OnBothDatabases("limit=501")]
    [OnBothDatabases("after=-1")]
    public async Task Parameters_are_checked(DatabaseKind kind, string query)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var (http, _) = await app.SignedInUser();
        var queue = await Subscribe(http);

        Assert.Equal(
            HttpStatusCode.BadRequest,
            await Status(http.GetAsync($"/api/v2.1/queues/{queue}/events?{query}", Stop))
        );
    }

    [Theory, OnBothDatabases]
    public async Task A_reader_who_follows_the_ids_misses_nothing_while_many_write(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var (_, user) = await app.SignedInUser();
        const int Writers = 6;
        const int Each = 25;
        // Writers on two nodes whose clocks differ.
        var nodes = new[] { app.Services.GetRequiredService<Ids>(), new Ids(TimeProvider.System, 7) };
        var writers = Enumerable
            .Range(0, Writers)
            .Select(w =>
                Task.Run(
                    async () =>
                    {
                        for (var i = 0; i < Each; i++)
                        {
                            var events = Enumerable
                                .Range(0, 1 + (i % 3))
                                .Select(_ => NewEvent.OfConnection(EventName.ConnectionCreated, new ConnectionId(1)))
                                .ToArray();
                            await app.Database.Write(
                                db => EventLog.Append(app.WorkOf(db, user, nodes[w % 2]), events),
                                Stop
                            );
                        }
                    },
                    Stop
                )
            )
            .ToArray();
        List<EventId> seen = [];
        var all = Task.WhenAll(writers);
        bool last;
        do
        {
            last = all.IsCompleted;
            var page = await app.Database.Read(db => EventLog.Read(db, user.Id, seen.LastOrDefault(), 7), Stop);
            seen.AddRange(page.Select(e => e.Id));
            last &= page.Count == 0;
        } while (!last);
        await all;

        Assert.Equal(await app.Count("events"), seen.Count);
        Assert.Equal(seen.OrderBy(id => id.Value).Distinct(), seen);
    }

    [Theory, OnBothDatabases]
    public async Task Events_and_queues_are_forgotten_after_their_time(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var (http, _) = await app.SignedInUser();
        await Subscribe(http);
        await TestApp.Connect(http);
        var before = await app.Count("events");

        app.Time.Advance(TimeSpan.FromDays(91));
        await app.RunDuePeriodicTasks();

        Assert.True(before > 0);
        Assert.Equal(0, await app.Count("events"));
        Assert.Equal(0, await app.Count("queues"));
    }

    [Theory, OnBothDatabases]
    public async Task A_queue_that_is_read_now_and_then_lasts(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        using var first = await app.SignedIn(user);
        var (read, unread) = (await Subscribe(first), await Subscribe(first));
        for (var month = 0; month < 4; month++)
        {
            app.Time.Advance(TimeSpan.FromDays(30));
            using var later = await app.SignedIn(user);
            await Poll(later, read);
            await app.RunDuePeriodicTasks();
        }

        using var last = await app.SignedIn(user);
        await Poll(last, read);
        using var gone = await last.GetAsync($"/api/v2.1/queues/{unread}/events", Stop);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    private static async Task<string> Subscribe(HttpClient http)
    {
        using var answer = await http.PostAsync("/api/v2.1/queues", null, Stop);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("id").GetString()!;
        Assert.EndsWith($"/v2.1/queues/{id}", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
        return id;
    }

    private static async Task<IReadOnlyList<JsonElement>> Poll(
        HttpClient http,
        string queue,
        string? after = null,
        int limit = 100
    )
    {
        var more = after is null ? "" : $"&after={after}";
        var events = await http.GetFromJsonAsync<JsonElement>(
            $"/api/v2.1/queues/{queue}/events?limit={limit}{more}",
            Stop
        );
        return [.. events.EnumerateArray()];
    }

    private static async Task<HttpStatusCode> Status(Task<HttpResponseMessage> request)
    {
        using var answer = await request;
        return answer.StatusCode;
    }
}
