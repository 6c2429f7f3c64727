using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Webhooks;

/// <summary>A client, with a token of its own, and a server of the client's that receives events.</summary>
internal sealed class WebhookScene : IAsyncDisposable
{
    private const string Scopes = "connections_sync connections_manage";

    private WebhookScene(TestApp app, FakeBank bank, TestClient client, HttpClient http, WebhookReceiver receiver) =>
        (App, Bank, Client, Http, Receiver) = (app, bank, client, http, receiver);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public TestApp App { get; }

    public FakeBank Bank { get; }

    public TestClient Client { get; }

    /// <summary>With the client's own token.</summary>
    public HttpClient Http { get; private set; }

    public WebhookReceiver Receiver { get; }

    public static async Task<WebhookScene> Start(DatabaseKind kind, Func<Settings, Settings>? settings = null)
    {
        var bank = new FakeBank();
        var app = await TestApp.Start(kind, settings, builder => builder.Services.AddSingleton(bank.Banks()));
        var client = await app.CreateClient(clientMode: true);
        var http = app.WithToken(await app.ClientToken(client, Scopes));
        return new(app, bank, client, http, await WebhookReceiver.Start());
    }

    /// <summary>Lets time go by; tokens end meanwhile, and the client gets itself another.</summary>
    public async Task Advance(TimeSpan time)
    {
        App.Time.Advance(time);
        Http.Dispose();
        Http = App.WithToken(await App.ClientToken(Client, Scopes));
    }

    /// <summary>Makes a webhook, and gives the answer.</summary>
    public async Task<JsonElement> Make(object webhook)
    {
        using var answer = await Http.PostAsJsonAsync("/api/v2.1/webhooks", webhook, Stop);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Stop));
        return await answer.Json();
    }

    /// <summary>The newest attempt of a webhook.</summary>
    public async Task<JsonElement> Last(string? id) =>
        (await Http.Read($"/api/v2.1/webhooks/{id}/attempts?limit=1"))[0];

    /// <summary>When an event is sent there again; null: never.</summary>
    public async Task<long?> NextOf(string? id, string? cursor) =>
        (await Http.Read($"/api/v2.1/webhooks/{id}/attempts?limit=1&event_cursor={cursor}"))[0]
            .TryGetProperty("next_attempt_date", out var next)
            ? next.GetInt64()
            : null;

    /// <summary>Names of all events of the client.</summary>
    public async Task<string?[]> Names() =>
        [
            .. (await Http.Read("/api/v2.1/events?limit=500"))
                .GetProperty("events")
                .EnumerateArray()
                .Select(e => e.Text("name")),
        ];

    public async Task<JsonElement> Redeliver(string? id, object wanted)
    {
        using var answer = await Http.PostAsJsonAsync($"/api/v2.1/webhooks/{id}/redeliveries", wanted, Stop);
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        await Receiver.DisposeAsync();
        Http.Dispose();
        await App.DisposeAsync();
    }
}
