using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Webhooks;
using Xunit;

namespace Affluent.Server.Tests.Webhooks;

/// <summary>Where a webhook may be, and what is said of one that may not.</summary>
public sealed class WebhookAddressTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_webhook_that_cannot_be_is_refused_with_the_reason(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind, s => s with { Webhooks = 2 });
        (object Webhook, string Code, string? Field)[] bad =
        [
            (new { }, "invalid_body", "url"),
            (new { url = "not an address" }, "invalid_webhook_url", "url"),
            (new { url = "http://example.org/hook" }, "invalid_webhook_url", "url"),
            (new { url = "ftp://127.0.0.1/hook" }, "invalid_webhook_url", "url"),
            (new { url = "https://user:secret@127.0.0.1/hook" }, "invalid_webhook_url", "url"),
            (new { url = "https://127.0.0.1/hook#part" }, "invalid_webhook_url", "url"),
            (new { url = "https://127.0.0.1/hook#" }, "invalid_webhook_url", "url"),
            (new { url = $"https://127.0.0.1/{new string('x', 2_000)}" }, "invalid_webhook_url", "url"),
            (new { url = "https://10.1.2.3/hook" }, "webhook_address_forbidden", "url"),
            (new { url = "https://169.254.169.254/latest" }, "webhook_address_forbidden", "url"),
            (new { url = "https://[fe80::1]/hook" }, "webhook_address_forbidden", "url"),
            (new { url = "https://[::ffff:192.168.0.1]/hook" }, "webhook_address_forbidden", "url"),
            (new { url = "https://0x0a000001/hook" }, "webhook_address_forbidden", "url"),
            (new { url = scene.Receiver.Url, types = new[] { "CONSENT", "NO_SUCH" } }, "unknown_event_type", "types"),
            (new { url = scene.Receiver.Url, types = Array.Empty<string>() }, "invalid_body", "types"),
            (new { url = scene.Receiver.Url, format = "XML" }, "invalid_body", "format"),
            (
                new
                {
                    url = scene.Receiver.Url,
                    format = "PUBLISHED",
                    types = new[] { "CONSENT" },
                },
                "invalid_body",
                "types"
            ),
            (new { url = scene.Receiver.Url, description = new string('x', 201) }, "invalid_body", "description"),
        ];
        foreach (var (webhook, code, field) in bad)
        {
            using var answer = await scene.Http.PostAsJsonAsync("/api/v2.1/webhooks", webhook, Stop);
            var problem = await answer.Problem();
            Assert.Equal(
                (400, code, field),
                (problem.GetProperty("status").GetInt32(), problem.Text("code"), problem.Text("parameter"))
            );
        }

        await scene.Make(new { url = scene.Receiver.Url });
        await scene.Make(new { url = scene.Receiver.Url });
        using var third = await scene.Http.PostAsJsonAsync(
            "/api/v2.1/webhooks",
            new { url = scene.Receiver.Url },
            Stop
        );
        Assert.Equal("too_many_webhooks", (await third.Problem()).Text("code"));
    }

    [Theory, OnBothDatabases]
    public async Task Production_sends_nothing_to_itself_unless_it_may(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind, s => s with { WebhookNetworks = [] });
        using var refused = await scene.Http.PostAsJsonAsync(
            "/api/v2.1/webhooks",
            new { url = scene.Receiver.Url },
            Stop
        );

        Assert.Equal("webhook_address_forbidden", (await refused.Problem()).Text("code"));
    }

    /// <summary>A name that leads elsewhere by the time of connecting: the address is judged again there.</summary>
    [Theory, OnBothDatabases]
    public async Task An_address_that_was_allowed_when_the_webhook_was_made_is_judged_again_with_each_connection(
        DatabaseKind kind
    )
    {
        await using var scene = await WebhookScene.Start(kind);
        var id = (await scene.Make(new { url = scene.Receiver.Url })).Text("id");
        await scene.App.CreateUser(scene.Client);
        using var strict = new WebhookSender(new Settings { WebhookNetworks = [] }, scene.App.Time);

        await scene.App.DispatcherWith(strict).RunDue(Stop);

        Assert.Equal(
            ("FAILED", "forbidden_address"),
            ((await scene.Last(id)).Text("outcome"), (await scene.Last(id)).Text("error"))
        );
        Assert.Empty(scene.Receiver.Received);
    }

    [Theory, OnBothDatabases]
    public async Task A_receiver_with_a_certificate_that_nobody_vouches_for_gets_nothing(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero)
        );
        await using var receiver = await WebhookReceiver.Start(certificate);
        var id = (await scene.Make(new { url = receiver.Url })).Text("id");
        await scene.App.CreateUser(scene.Client);

        await scene.App.RunDueWebhooks();

        Assert.Equal(("FAILED", "tls"), ((await scene.Last(id)).Text("outcome"), (await scene.Last(id)).Text("error")));
        Assert.Empty(receiver.Received);
    }

    [Theory, OnBothDatabases]
    public async Task Another_clients_webhooks_are_nobodys(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind);
        var id = (await scene.Make(new { url = scene.Receiver.Url })).Text("id");
        var stranger = await scene.App.CreateClient(clientMode: true);
        using var http = scene.App.WithToken(
            await scene.App.ClientToken(stranger, "connections_sync connections_manage")
        );
        await scene.App.CreateUser(stranger);
        await scene.App.RunDueWebhooks();

        Assert.Empty((await http.Read("/api/v2.1/webhooks")).EnumerateArray());
        foreach (var path in new[] { id, $"{id}/attempts" })
        {
            using var shown = await http.GetAsync($"/api/v2.1/webhooks/{path}", Stop);
            Assert.Equal(HttpStatusCode.NotFound, shown.StatusCode);
        }
        foreach (var path in new[] { "secret", "redeliveries" })
        {
            using var asked = await http.PostAsJsonAsync($"/api/v2.1/webhooks/{id}/{path}", new { }, Stop);
            Assert.Equal(HttpStatusCode.NotFound, asked.StatusCode);
        }
        using var tried = await http.PostAsync($"/api/v2.1/webhooks/{id}/test", null, Stop);
        using var put = await http.PutAsJsonAsync($"/api/v2.1/webhooks/{id}", new { url = scene.Receiver.Url }, Stop);
        using var deleted = await http.DeleteAsync($"/api/v2.1/webhooks/{id}", Stop);
        Assert.Equal([404, 404, 404], new[] { tried, put, deleted }.Select(a => (int)a.StatusCode));
        Assert.Empty(scene.Receiver.Received);
    }

    [Theory, OnBothDatabases]
    public async Task A_dead_receiver_and_a_long_backlog_hold_up_no_other_client(DatabaseKind kind)
    {
        await using var scene = await WebhookScene.Start(kind);
        await using var fast = await WebhookReceiver.Start();
        await scene.Make(new { url = scene.Receiver.Url });
        for (var i = 0; i < 1_200; i++)
        {
            await scene.App.CreateUser(scene.Client);
        }
        var other = await scene.App.CreateClient(clientMode: true);
        using var http = scene.App.WithToken(await scene.App.ClientToken(other, "connections_manage"));
        using var made = await http.PostAsJsonAsync("/api/v2.1/webhooks", new { url = fast.Url }, Stop);
        await scene.App.CreateUser(other);
        var arrived = new TaskCompletionSource();
        fast.Answer = (_, _) =>
        {
            arrived.TrySetResult();
            return Task.CompletedTask;
        };
        // It answers nothing until the other one has got its event.
        scene.Receiver.Answer = (_, _) => arrived.Task;

        await scene.App.RunDueWebhooks().WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, Stop);

        Assert.Single(fast.Received);
        Assert.Equal(1_200, scene.Receiver.Received.Count);
    }
}
