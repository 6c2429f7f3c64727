using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Events;

public sealed class FeedTests
{
    private const string Scopes = "connections_sync";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_client_follows_all_of_its_users_and_nobody_elses(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var client = await app.CreateClient(clientMode: true);
        var (first, one) = await app.SignedInUser(client);
        var (second, two) = await app.SignedInUser(client);
        var (stranger, _) = await app.SignedInUser();
        var connection = await TestApp.Connect(first);
        await TestApp.Connect(stranger);
        var other = await TestApp.Connect(second);
        using var http = app.WithToken(await app.ClientToken(client, Scopes));

        var page = await Read(http, "limit=3");
        var rest = await Read(http, $"after={page.Next}");

        Assert.True(page.HasMore);
        Assert.Equal(
            [("USER_CREATED", one), ("USER_CREATED", two), ("CONNECTION_CREATED", one)],
            page.Events.Select(e => Named(e, one, two))
        );
        Assert.Equal(connection, page.Events[2].GetProperty("connection_id").GetString());
        Assert.Equal(page.Next, page.Events[2].GetProperty("cursor").GetString());
        Assert.Contains(rest.Events, e => e.GetProperty("connection_id").GetString() == other);
        Assert.DoesNotContain(
            rest.Events,
            e => e.GetProperty("user_id").GetString() is var id && id != $"{one.Id}" && id != $"{two.Id}"
        );
        Assert.False(rest.HasMore);
        Assert.Empty((await Read(http, $"after={rest.Next}")).Events);
    }

    /// <summary>A number given first and committed last: who has seen the other one must not have passed it.</summary>
    [Theory, OnPostgresOnly("SQLite has one writer.")]
    public async Task What_commits_late_is_never_passed_by(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var client = await app.CreateClient(clientMode: true);
        var (early, late) = (await app.CreateUser(client), await app.CreateUser(client));
        using var http = app.WithToken(await app.ClientToken(client, Scopes));
        var start = (await Read(http, "")).Next;
        TaskCompletionSource written = new();
        TaskCompletionSource mayCommit = new();

        var slow = app.Database.Write(
            async db =>
            {
                await Append(app, db, early);
                written.SetResult();
                await mayCommit.Task;
            },
            Stop
        );
        await written.Task.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop);
        await app.Database.Write(db => Append(app, db, late), Stop);
        var between = await Read(http, $"after={start}");
        mayCommit.SetResult();
        await slow;
        var after = await Read(http, $"after={between.Next}");

        Assert.Empty(between.Events);
        Assert.Equal([early.Id, late.Id], after.Events.Select(e => e.GetProperty("user_id").GetString()!.Id<UserId>()));
    }

    [Theory, OnBothDatabases]
    public async Task A_reader_of_the_feed_misses_nothing_and_sees_nothing_twice_while_many_write(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var client = await app.CreateClient(clientMode: true);
        const int Writers = 8;
        const int Each = 30;
        List<TestUser> users = [];
        for (var i = 0; i < Writers; i++)
        {
            users.Add(await app.CreateUser(client));
        }
        var writing = Task.WhenAll(
            users.Select(user =>
                Task.Run(
                    async () =>
                    {
                        for (var i = 0; i < Each; i++)
                        {
                            await app.Database.Write(db => Append(app, db, user, count: 1 + (i % 3)), Stop);
                        }
                    },
                    Stop
                )
            )
        );
        List<StoredEvent> seen = [];
        FeedPlace? place = null;
        bool last;
        do
        {
            last = writing.IsCompleted;
            var (page, _) = await app.Database.Read(
                db => ClientFeed.Read(db, client.Id, userId: null, EventFilter.All, place, 7),
                Stop
            );
            seen.AddRange(page!.Events);
            place = page.Next;
            last &= page.Events.Count == 0;
        } while (!last);
        await writing;

        Assert.Equal(await app.Count("events"), seen.Count);
        Assert.Equal(seen.Count, seen.Select(e => (e.UserId, e.Id)).Distinct().Count());
        foreach (var ofUser in seen.GroupBy(e => e.UserId))
        {
            Assert.Equal(ofUser.Select(e => e.Id.Value).Order(), ofUser.Select(e => e.Id.Value));
        }
    }

    [Theory, OnBothDatabases]
    public async Task A_filter_leaves_out_and_moves_on_all_the_same(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var client = await app.CreateClient(clientMode: true);
        var (first, one) = await app.SignedInUser(client);
        var two = await app.CreateUser(client);
        await TestApp.Connect(first);
        using var http = app.WithToken(await app.ClientToken(client, Scopes));
        var all = await Read(http, "");

        var ofType = await Read(http, "types=CHOOSE_BANK");
        var ofName = await Read(http, "types=USER_CREATED,CONSENT_GIVEN");
        var ofUser = await Read(http, $"user_id={two.Id}");
        var none = await Read(http, "types=CONSENT");

        Assert.Equal("CONNECTION_CREATED", Assert.Single(ofType.Events).GetProperty("name").GetString());
        Assert.Equal([one.Id, two.Id], ofName.Events.Select(e => e.GetProperty("user_id").GetString()!.Id<UserId>()));
        Assert.Equal("USER_CREATED", Assert.Single(ofUser.Events).GetProperty("name").GetString());
        Assert.Empty(none.Events);
        Assert.All([ofType, ofName, ofUser, none], page => Assert.Equal(all.Next, page.Next));
    }

    [Theory]
    [OnBothDatabases("types=CONSENT,NONSENSE", "NONSENSE")]
    [OnBothDatabases("after=x", "after")]
    [OnBothDatabases("user_id=me", "user_id")]
    [OnBothDatabases("limit=501", "limit")]
    [OnBothDatabases("wait=61", "wait")]
    public async Task Parameters_of_the_feed_are_checked(DatabaseKind kind, string query, string named)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        using var http = app.WithToken(await app.ClientToken(await app.CreateClient(clientMode: true), Scopes));

        using var answer = await http.GetAsync($"/api/v2.1/events?{query}", Stop);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal("invalid_parameter", problem.GetProperty("code").GetString());
        Assert.Contains(named, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task A_users_token_does_not_open_the_feed(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var (http, _) = await app.SignedInUser();

        using var answer = await http.GetAsync("/api/v2.1/events", Stop);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Theory, OnBothDatabases]
    public async Task A_place_that_is_forgotten_or_was_never_there_is_gone(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind, s => s with { EventDays = 10 });
        var client = await app.CreateClient(clientMode: true);
        await app.CreateUser(client);
        using var early = app.WithToken(await app.ClientToken(client, Scopes));
        var old = (await Read(early, "")).Next;
        await app.CreateUser(client);
        var last = (await Read(early, "")).Next;
        app.Time.Advance(TimeSpan.FromDays(11));
        await app.RunDuePeriodicTasks();
        await app.CreateUser(client);
        using var http = app.WithToken(await app.ClientToken(client, Scopes));

        Assert.Equal(("cursor_too_old", last), await Gone(http, $"after={old}"));
        Assert.Equal(("cursor_unknown", last), await Gone(http, "after=9000000000000000000"));
        Assert.Single((await Read(http, $"after={last}")).Events);
        Assert.Single((await Read(http, "")).Events);
    }

    [Theory, OnBothDatabases]
    public async Task A_client_hears_of_a_users_end_and_nothing_more_of_the_user(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var client = await app.CreateClient(clientMode: true);
        var (user, who) = await app.SignedInUser(client);
        await TestApp.Connect(user);
        using var http = app.WithToken(await app.ClientToken(client, Scopes));
        using var deleted = await user.DeleteAsync($"/api/v2.1/users/{who.Id}", Stop);

        var left = Assert.Single((await Read(http, "")).Events);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        // Also to who follows this user alone; the id tells another client nothing.
        Assert.Equal(
            left.GetProperty("cursor").GetString(),
            Assert.Single((await Read(http, $"user_id={who.Id}")).Events).GetProperty("cursor").GetString()
        );
        var other = await app.CreateClient(clientMode: true);
        using var foreign = app.WithToken(await app.ClientToken(other, Scopes));
        using var refused = await foreign.GetAsync($"/api/v2.1/events?user_id={who.Id}", Stop);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        Assert.Equal("USER_DELETED", left.GetProperty("name").GetString());
        Assert.Equal($"{who.Id}", left.GetProperty("user_id").GetString());
    }

    [Theory, OnBothDatabases]
    public async Task A_stream_brings_what_was_and_what_happens_and_goes_on_where_it_broke_off(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var client = await app.CreateClient(clientMode: true);
        await app.CreateUser(client);
        using var http = app.WithToken(await app.ClientToken(client, Scopes));

        string seen;
        await using (var events = await Open(http, "/api/v2.1/events"))
        {
            Assert.Equal("USER_CREATED", (await events.Next()).EventType);
            var next = events.Next();
            await app.CreateUser(client);
            seen = (await next).EventId!;
        }
        var third = await app.CreateUser(client);
        await using var again = await Open(http, "/api/v2.1/events", seen);
        var item = await again.Next();

        Assert.Equal("USER_CREATED", item.EventType);
        Assert.Equal($"{third.Id}", JsonElement.Parse(item.Data).GetProperty("user_id").GetString());
        Assert.Equal(item.EventId, JsonElement.Parse(item.Data).GetProperty("cursor").GetString());
    }

    [Theory, OnBothDatabases]
    public async Task A_queue_can_be_streamed_too(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var (http, _) = await app.SignedInUser();
        using var queue = await http.PostAsync("/api/v2.1/queues", null, Stop);
        await using var events = await Open(http, $"{queue.Headers.Location!.AbsolutePath}/events");

        var next = events.Next();
        await TestApp.Connect(http);

        Assert.Equal("CONNECTION_CREATED", (await next).EventType);
    }

    [Theory, OnBothDatabases]
    public async Task A_stream_ends_with_its_token(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var client = await app.CreateClient(clientMode: true);
        await app.CreateUser(client);
        using var http = app.WithToken(await app.ClientToken(client, Scopes));
        await using var events = await Open(http, "/api/v2.1/events");
        await events.Next();

        var next = events.MayNext();
        for (var tries = 0; tries < 200 && !next.IsCompleted; tries++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Stop);
            app.Time.Advance(TimeSpan.FromMinutes(10));
        }

        Assert.Null(await next);
    }

    private static Task Append(TestApp app, DbWork db, TestUser user, int count = 1) =>
        EventLog.Append(
            app.WorkOf(db, user),
            [.. Enumerable.Repeat(NewEvent.OfConnection(EventName.ConnectionCreated, new ConnectionId(1)), count)]
        );

    private static (string, TestUser?) Named(JsonElement e, params TestUser[] users) =>
        (
            e.GetProperty("name").GetString()!,
            users.FirstOrDefault(user => $"{user.Id}" == e.GetProperty("user_id").GetString())
        );

    private static async Task<FeedPageRead> Read(HttpClient http, string query)
    {
        var page = await http.GetFromJsonAsync<JsonElement>($"/api/v2.1/events?{query}", Stop);
        return new(
            [.. page.GetProperty("events").EnumerateArray()],
            page.GetProperty("next").GetString()!,
            page.GetProperty("has_more").GetBoolean()
        );
    }

    private static async Task<(string? Code, string? Oldest)> Gone(HttpClient http, string query)
    {
        using var answer = await http.GetAsync($"/api/v2.1/events?{query}", Stop);
        Assert.Equal(HttpStatusCode.Gone, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return (problem.GetProperty("code").GetString(), problem.GetProperty("oldest").GetString());
    }

    private static async Task<OpenStream> Open(HttpClient http, string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept", "text/event-stream");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }
        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        return new OpenStream(answer, await answer.Content.ReadAsStreamAsync(Stop));
    }

    private sealed record FeedPageRead(IReadOnlyList<JsonElement> Events, string Next, bool HasMore);

    /// <summary>A stream as the framework's own reader sees it.</summary>
    private sealed class OpenStream(HttpResponseMessage answer, Stream content) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<SseItem<string>> _items = SseParser
            .Create(content)
            .EnumerateAsync(Stop)
            .GetAsyncEnumerator(Stop);

        public async Task<SseItem<string>> Next() =>
            await MayNext() ?? throw new InvalidOperationException("The stream has ended.");

        public async Task<SseItem<string>?> MayNext() =>
            await _items.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop)
                ? _items.Current
                : null;

        public async ValueTask DisposeAsync()
        {
            await _items.DisposeAsync();
            answer.Dispose();
        }
    }
}
