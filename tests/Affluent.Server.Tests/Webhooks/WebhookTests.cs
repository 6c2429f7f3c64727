using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Connectors.Tests.Support;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Affluent.Server.Tests.Webhooks;

/// <summary>What arrives at a client's webhooks, and what becomes of what does not.</summary>
public sealed class WebhookTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task What_arrives_is_the_feed_and_signed_as_others_verify_it(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind);
        var symmetric = await scene.Make(new { url = scene.Receiver.Url });
        await using var second = await WebhookReceiver.Start();
        var asymmetric = await scene.Make(new { url = second.Url, signature = "ED25519" });
        var (http, _) = await scene.App.SignedInUser(scene.Client);
        await TestApp.Connect(http);

        await scene.App.RunDueWebhooks();

        var feed = (await scene.Http.Read("/api/v2.1/events")).GetProperty("events").EnumerateArray().ToArray();
        Assert.Equal(["USER_CREATED", "CONNECTION_CREATED"], feed.Take(2).Select(e => e.Text("name")));
        Assert.Equal(feed.Select(e => e.GetRawText()).Order(), scene.Receiver.Received.Select(m => m.Body).Order());
        Assert.Equal(
            feed.Select(e => $"evt_{e.Text("cursor")}").Order(StringComparer.Ordinal),
            scene.Receiver.Received.Select(m => m.Id).Order(StringComparer.Ordinal)
        );
        var now = scene.App.Time.GetUtcNow().ToUnixTimeSeconds();
        var (one, other) = (scene.Receiver.Received[0], second.Received[0]);
        Assert.Equal(
            [
                "good",
                "good",
                "No matching signature found",
                "bad",
                "No matching signature found",
                "Message timestamp too old",
            ],
            await NodeProgram.Verify(
                "standardwebhooks",
                [
                    Question(symmetric.Text("secret")!, one, now),
                    Question(asymmetric.Text("secret")!, other, now),
                    Question(
                        symmetric.Text("secret")!,
                        one with
                        {
                            Body = one.Body.Replace("CREATED", "DELETED", StringComparison.Ordinal),
                        },
                        now
                    ),
                    Question(asymmetric.Text("secret")!, other with { Body = other.Body + " " }, now),
                    Question("whsec_" + Convert.ToBase64String(new byte[32]), one, now),
                    Question(symmetric.Text("secret")!, one, now + 600),
                ],
                Stop
            )
        );
    }

    [Theory, OnBothDatabases]
    public async Task A_secret_is_the_same_wherever_it_is_copied(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind);
        var id = (await scene.Make(new { url = scene.Receiver.Url })).Text("id");

        for (var i = 0; i < 12; i++)
        {
            using var made = await scene.Http.PostAsJsonAsync($"/api/v2.1/webhooks/{id}/secret", new { }, Stop);
            // As a shell finds it in the answer: JSON would write '+' otherwise.
            Assert.Matches("\"secret\":\"whsec_[A-Za-z0-9]{43}=\"", await made.Content.ReadAsStringAsync(Stop));
        }
    }

    [Theory, OnBothDatabases]
    public async Task While_a_secret_is_changed_both_verify_and_afterwards_the_new_one_only(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind);
        var made = await scene.Make(new { url = scene.Receiver.Url });
        var id = made.Text("id");
        using var rotated = await scene.Http.PostAsJsonAsync(
            $"/api/v2.1/webhooks/{id}/secret",
            new { overlap_hours = 2 },
            Stop
        );
        var secret = (await rotated.Json()).Text("secret")!;
        await scene.App.CreateUser(scene.Client);
        await scene.App.RunDueWebhooks();
        var during = scene.App.Time.GetUtcNow().ToUnixTimeSeconds();
        await scene.Advance(TimeSpan.FromHours(2));
        await scene.App.CreateUser(scene.Client);
        await scene.App.RunDueWebhooks();
        var after = scene.App.Time.GetUtcNow().ToUnixTimeSeconds();

        Assert.NotEqual(made.Text("secret"), secret);
        var (first, last) = (scene.Receiver.Received[0], scene.Receiver.Received[^1]);
        Assert.Equal(
            ["good", "good", "good", "No matching signature found"],
            await NodeProgram.Verify(
                "standardwebhooks",
                [
                    Question(secret, first, during),
                    Question(made.Text("secret")!, first, during),
                    Question(secret, last, after),
                    Question(made.Text("secret")!, last, after),
                ],
                Stop
            )
        );
        Assert.Null((await scene.Http.Read($"/api/v2.1/webhooks/{id}")).Text("secret"));
    }

    [Theory, OnBothDatabases]
    public async Task Each_connection_keeps_its_order_and_holds_up_no_other(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind);
        await scene.Make(new { url = scene.Receiver.Url });
        var (first, _) = await scene.App.SignedInUser(scene.Client);
        var (second, _) = await scene.App.SignedInUser(scene.Client);
        var stuck = await TestApp.Connect(first);
        var free = await TestApp.Connect(second);
        var isStuck = true;
        scene.Receiver.Answer = (message, context) =>
        {
            context.Response.StatusCode = isStuck && message.Json.Text("connection_id") == stuck ? 500 : 200;
            return Task.CompletedTask;
        };

        await scene.App.RunDueSynchronizations();
        await scene.App.RunDueWebhooks();
        var whileStuck = scene.Receiver.Received;
        isStuck = false;
        await scene.Advance(TimeSpan.FromSeconds(10));
        await scene.App.RunDueWebhooks();

        var expected = (await scene.Http.Read("/api/v2.1/events")).GetProperty("events").EnumerateArray().ToArray();
        Assert.Equal(Ids(expected, free), OfConnection(whileStuck, free));
        Assert.Equal([Ids(expected, stuck)[0]], OfConnection(whileStuck, stuck));
        Assert.Equal([Ids(expected, stuck)[0], .. Ids(expected, stuck)], OfConnection(scene.Receiver.Received, stuck));
        Assert.True(Ids(expected, stuck).Length > 2);
    }

    [Theory, OnBothDatabases]
    public async Task An_event_is_sent_again_for_three_days_and_then_given_up(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind);
        var id = (await scene.Make(new { url = scene.Receiver.Url })).Text("id");
        scene.Receiver.AnswerWith(HttpStatusCode.InternalServerError, "our database is away");
        await scene.App.CreateUser(scene.Client);
        var begun = scene.App.Time.GetUtcNow();

        await scene.App.RunDueWebhooks();
        var first = await scene.Http.Read($"/api/v2.1/webhooks/{id}/attempts");
        var cursor = first[0].Text("event_cursor");
        while (await scene.NextOf(id, cursor) is { } next)
        {
            await scene.Advance(DateTimeOffset.FromUnixTimeSeconds(next - 1) - scene.App.Time.GetUtcNow());
            var before = scene.Receiver.Times(first[0].Text("message_id"));
            await scene.App.RunDueWebhooks();
            Assert.Equal(before, scene.Receiver.Times(first[0].Text("message_id")));
            await scene.Advance(TimeSpan.FromSeconds(1));
            await scene.App.RunDueWebhooks();
        }

        Assert.Equal(500, first[0].GetProperty("http_status").GetInt32());
        Assert.Equal("our database is away", first[0].Text("response"));
        Assert.Equal(16, scene.Receiver.Times(first[0].Text("message_id")));
        Assert.InRange((scene.App.Time.GetUtcNow() - begun).TotalDays, 2.5, 3.5);
        Assert.Single((await scene.Http.Read($"/api/v2.1/webhooks/{id}/attempts?outcome=GIVEN_UP")).EnumerateArray());
        // The client was told after an hour; it is not disabled yet.
        Assert.Equal("ACTIVE", (await scene.Http.Read($"/api/v2.1/webhooks/{id}")).Text("status"));
        Assert.Contains("WEBHOOK_FAILING", await scene.Names());
    }

    [Theory, OnBothDatabases]
    public async Task A_receiver_that_is_down_is_tried_with_a_message_or_two_and_gets_all_when_it_is_back(
        DatabaseKind kind
    )
    {
        await using var scene = await WebhookScene.Start(kind);
        await scene.Make(new { url = scene.Receiver.Url });
        scene.Receiver.AnswerWith(HttpStatusCode.ServiceUnavailable);
        for (var i = 0; i < 30; i++)
        {
            await scene.App.CreateUser(scene.Client);
        }

        await scene.App.RunDueWebhooks();
        var down = scene.Receiver.Received.Count;
        await scene.Advance(TimeSpan.FromSeconds(7));
        await scene.App.RunDueWebhooks();
        var probed = scene.Receiver.Received.Count - down;
        scene.Receiver.AnswerWith(HttpStatusCode.OK);
        await scene.Advance(TimeSpan.FromMinutes(3));
        await scene.App.RunDueWebhooks();

        Assert.InRange(down, 3, 64);
        Assert.InRange(probed, 1, 2);
        Assert.Equal(30, scene.Receiver.Received.Select(m => m.Id).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory, OnBothDatabases]
    public async Task One_to_which_nothing_arrives_for_five_days_is_disabled_and_the_client_is_told(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind);
        await using var second = await WebhookReceiver.Start();
        var dead = (await scene.Make(new { url = scene.Receiver.Url })).Text("id");
        await scene.Make(new { url = second.Url, types = new[] { "WEBHOOK_DISABLED" } });
        scene.Receiver.AnswerWith(HttpStatusCode.NotFound);

        for (var hours = 0; hours < 130; hours += 5)
        {
            await scene.App.CreateUser(scene.Client);
            await scene.App.RunDueWebhooks();
            await scene.Advance(TimeSpan.FromHours(5));
        }

        var shown = await scene.Http.Read($"/api/v2.1/webhooks/{dead}");
        Assert.Equal(("DISABLED", "failing"), (shown.Text("status"), shown.Text("status_reason")));
        var told = Assert.Single(second.Received);
        Assert.Equal("failing", told.Json.Text("reason"));
        Assert.EndsWith($"/webhooks/{dead}", told.Json.Text("resource"), StringComparison.Ordinal);
        Assert.False(told.Json.TryGetProperty("user_id", out _));
    }

    [Theory, OnBothDatabases]
    public async Task Gone_is_believed_at_once_and_a_later_time_that_is_asked_for_is_kept(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind);
        await using var second = await WebhookReceiver.Start();
        var gone = (await scene.Make(new { url = scene.Receiver.Url })).Text("id");
        var later = (await scene.Make(new { url = second.Url, types = new[] { "USER_CREATED" } })).Text("id");
        scene.Receiver.AnswerWith(HttpStatusCode.Gone);
        second.AnswerWith(HttpStatusCode.TooManyRequests, "", ("Retry-After", "3600"));
        await scene.App.CreateUser(scene.Client);

        await scene.App.RunDueWebhooks();
        await scene.Advance(TimeSpan.FromMinutes(59));
        await scene.App.RunDueWebhooks();
        var early = second.Received.Count;
        await scene.Advance(TimeSpan.FromMinutes(2));
        await scene.App.RunDueWebhooks();

        var shown = await scene.Http.Read($"/api/v2.1/webhooks/{gone}");
        Assert.Equal(("DISABLED", "gone"), (shown.Text("status"), shown.Text("status_reason")));
        Assert.Single(scene.Receiver.Received);
        Assert.Equal((1, 2), (early, second.Received.Count));
        Assert.Equal("ACTIVE", (await scene.Http.Read($"/api/v2.1/webhooks/{later}")).Text("status"));
    }

    [Theory, OnBothDatabases]
    public async Task No_redirect_is_followed_and_of_an_answer_without_end_the_beginning_is_kept(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind);
        await using var other = await WebhookReceiver.Start();
        var id = (await scene.Make(new { url = scene.Receiver.Url })).Text("id");
        scene.Receiver.AnswerWith(HttpStatusCode.TemporaryRedirect, "", ("Location", other.Url.ToString()));
        await scene.App.CreateUser(scene.Client);
        await scene.App.RunDueWebhooks();
        var redirected = await scene.Last(id);
        scene.Receiver.Answer = async (_, context) =>
        {
            var junk = new string('x', 60_000);
            for (var i = 0; i < 1_000 && !context.RequestAborted.IsCancellationRequested; i++)
            {
                await context.Response.WriteAsync(junk, context.RequestAborted);
            }
        };
        await scene.Advance(TimeSpan.FromSeconds(10));
        await scene.App.RunDueWebhooks();
        var endless = await scene.Last(id);

        Assert.Equal(("FAILED", "redirect"), (redirected.Text("outcome"), redirected.Text("error")));
        Assert.Empty(other.Received);
        Assert.Equal("DELIVERED", endless.Text("outcome"));
        Assert.Equal(512, endless.Text("response")!.Length);
    }

    [Theory, OnBothDatabases]
    public async Task What_was_sent_can_be_had_again_by_cursor_time_and_kind(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind);
        var id = (await scene.Make(new { url = scene.Receiver.Url })).Text("id");
        scene.Receiver.Answer = (message, context) =>
        {
            context.Response.StatusCode = message.Json.Text("name") == "CONNECTION_CREATED" ? 410 : 200;
            return Task.CompletedTask;
        };
        var (http, _) = await scene.App.SignedInUser(scene.Client);
        await scene.App.RunDueWebhooks();
        await scene.Advance(TimeSpan.FromHours(1));
        await TestApp.Connect(http);
        await scene.App.RunDueWebhooks();
        scene.Receiver.AnswerWith(HttpStatusCode.OK);
        var first = scene.Receiver.Received[0];

        var whileDisabled = await scene.Redeliver(id, new { });
        using var on = await scene.Http.PutAsJsonAsync(
            $"/api/v2.1/webhooks/{id}",
            new { url = scene.Receiver.Url },
            Stop
        );
        var before = scene.Receiver.Received.Count;
        var mistyped = await scene.Redeliver(id, new { undeliverd = true });
        var undelivered = await scene.Redeliver(id, new { undelivered = true });
        await scene.App.RunDueWebhooks();
        var missed = scene.Receiver.Received.Skip(before).ToArray();
        var byCursor = await scene.Redeliver(id, new { event_cursors = new[] { first.Json.Text("cursor") } });
        await scene.App.RunDueWebhooks();
        var byTime = await scene.Redeliver(
            id,
            new { until = scene.App.Time.GetUtcNow().AddMinutes(-30).ToUnixTimeSeconds() }
        );

        Assert.Equal("webhook_disabled", whileDisabled.Text("error"));
        Assert.Equal(("invalid_body", "undeliverd"), (mistyped.Text("code"), mistyped.Text("parameter")));
        // What was on its way already is not counted.
        Assert.Equal((3, 2), (missed.Length, undelivered.GetProperty("count").GetInt32()));
        Assert.Contains(missed, m => m.Json.Text("name") == "CONNECTION_CREATED");
        Assert.DoesNotContain(missed, m => m.Id == first.Id);
        Assert.Equal(1, byCursor.GetProperty("count").GetInt32());
        Assert.Equal(first.Id, scene.Receiver.Received[^1].Id);
        Assert.Equal(1, byTime.GetProperty("count").GetInt32());
    }

    [Theory, OnBothDatabases]
    public async Task The_published_form_shows_the_connection_and_says_whether_there_is_something_new(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind);
        await scene.Make(new { url = scene.Receiver.Url, format = "PUBLISHED" });
        scene.Bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked("t1", -12.50m, "2026-03-01", "A shop"));
        var (http, _) = await scene.App.SignedInUser(scene.Client);
        var connection = await TestApp.Connect(http);
        await scene.App.RunDueSynchronizations();
        await scene.App.RunDueWebhooks();
        await scene.Advance(TimeSpan.FromDays(1));
        await scene.App.RunDueSynchronizations();
        await scene.App.RunDueWebhooks();

        Assert.Equal(
            [("CREATED", false), ("UPDATED", true), ("UPDATED", false)],
            scene.Receiver.Received.Select(m =>
                (m.Json.Text("event_type"), m.Json.GetProperty("new_transactions").GetBoolean())
            )
        );
        var last = scene.Receiver.Received[^1];
        Assert.Equal(last.Id, last.Json.Text("id"));
        Assert.Equal("CONNECTIONS", last.Json.Text("resource_type"));
        Assert.Equal(FakeBank.Embedded, last.Json.Text("channel_definition_id"));
        var shown = await http.Read($"/api/v2.1/connections/{connection}");
        Assert.Equal(shown.Text("id"), last.Json.GetProperty("resource").Text("id"));
        Assert.Equal(
            shown.EnumerateObject().Select(p => p.Name),
            last.Json.GetProperty("resource").EnumerateObject().Select(p => p.Name)
        );
    }

    [Theory, OnBothDatabases]
    public async Task Connections_of_many_users_are_read_together_for_the_published_form(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind);
        scene.Bank.EmbeddedChannel.With(Bank.Account("111"));
        async Task<long> StatementsFor(int users)
        {
            for (var i = 0; i < users; i++)
            {
                var (http, _) = await scene.App.SignedInUser(scene.Client);
                await TestApp.Connect(http);
            }
            await scene.App.RunDueSynchronizations();
            var before = scene.App.Database.Statements;
            await scene.App.RunDueWebhooks();
            return scene.App.Database.Statements - before;
        }
        await scene.Make(new { url = scene.Receiver.Url, format = "PUBLISHED" });

        Assert.Equal(await StatementsFor(1), await StatementsFor(8));
        Assert.Equal(2 * (1 + 8), scene.Receiver.Received.Count);
    }

    [Theory, OnBothDatabases]
    public async Task Of_a_user_who_is_erased_only_the_end_is_sent(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind);
        await scene.Make(new { url = scene.Receiver.Url });
        var (http, user) = await scene.App.SignedInUser(scene.Client);
        await TestApp.Connect(http);
        using var erased = await http.DeleteAsync($"/api/v2.1/users/{user.Id}", Stop);

        await scene.App.RunDueWebhooks();

        Assert.Equal(HttpStatusCode.NoContent, erased.StatusCode);
        Assert.Equal(["USER_DELETED"], scene.Receiver.Received.Select(m => m.Json.Text("name")));
        Assert.Equal(0, await scene.App.DeliveriesLeft());
    }

    [Theory, OnBothDatabases]
    public async Task To_a_closed_client_nothing_is_sent_until_it_is_open_again(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind);
        await scene.Make(new { url = scene.Receiver.Url });
        await scene.App.CreateUser(scene.Client);
        await scene.App.RunCommand("client", "disable", scene.Client.ClientId);

        await scene.App.RunDueWebhooks();
        var whileClosed = scene.Receiver.Received.Count;
        await scene.App.RunCommand("client", "enable", scene.Client.ClientId);
        await scene.App.RunDueWebhooks();

        Assert.Equal(0, whileClosed);
        Assert.Single(scene.Receiver.Received);
    }

    [Theory, OnBothDatabases]
    public async Task A_test_is_sent_at_once_and_says_what_came_of_it(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind);
        var id = (await scene.Make(new { url = scene.Receiver.Url })).Text("id");
        scene.Receiver.AnswerWith(HttpStatusCode.Accepted, "thanks");
        using var good = await scene.Http.PostAsync($"/api/v2.1/webhooks/{id}/test", null, Stop);
        await scene.Receiver.DisposeAsync();
        using var bad = await scene.Http.PostAsync($"/api/v2.1/webhooks/{id}/test", null, Stop);

        var (arrived, lost) = (await good.Json(), await bad.Json());
        Assert.True(arrived.GetProperty("delivered").GetBoolean());
        Assert.Equal("thanks", arrived.Text("response"));
        Assert.Equal("WEBHOOK_TEST", scene.Receiver.Received[0].Json.Text("name"));
        Assert.Equal((false, "connection"), (lost.GetProperty("delivered").GetBoolean(), lost.Text("error")));
    }

    internal static Dictionary<string, object?> Question(string key, ReceivedMessage message, long at) =>
        new()
        {
            ["key"] = key,
            ["headers"] = message.Headers,
            ["body"] = message.Body,
            ["at"] = at,
        };

    private static string[] Ids(IEnumerable<JsonElement> events, string connection) =>
        [.. events.Where(e => e.Text("connection_id") == connection).Select(e => $"evt_{e.Text("cursor")}")];

    private static string[] OfConnection(IEnumerable<ReceivedMessage> messages, string connection) =>
        [.. messages.Where(m => m.Json.Text("connection_id") == connection).Select(m => m.Id)];
}
