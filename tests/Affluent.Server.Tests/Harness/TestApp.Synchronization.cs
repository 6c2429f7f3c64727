using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Synchronization;
using Affluent.Server.Transactions;
using Affluent.Server.Upstreams;
using Affluent.Server.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Affluent.Server.Tests.Harness;

internal sealed partial class TestApp
{
    /// <summary>Services of the platform, for what has no route.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Runs what is due now, one after the other, until nothing is; the background worker does not run in tests.</summary>
    public Task<int> RunDueSynchronizations() => Services.GetRequiredService<Worker>().RunDue(Stop);

    /// <summary>Does what is due of what is done now and then; no loop does it in tests.</summary>
    public Task RunDuePeriodicTasks() => Services.GetRequiredService<PeriodicTasks>().RunDue(Stop);

    /// <summary>What is done for a user in an open transaction, as by another node when that node's ids are given.</summary>
    public UserWork WorkOf(Server.Storage.DbWork db, TestUser user, Ids? ids = null) =>
        new(db, user.Id, user.Client.Id, Service<Vault>(), ids ?? Service<Ids>(), Time.Seconds());

    /// <summary>Asks the banks to end what is to be ended; how many tries that took. No loop does it in tests.</summary>
    public Task<int> RunDueRevocations() => Services.GetRequiredService<BankRevoker>().RunDue(Stop);

    /// <summary>Another node's, which sends in its own way.</summary>
    public WebhookDispatcher DispatcherWith(WebhookSender sender) =>
        ActivatorUtilities.CreateInstance<WebhookDispatcher>(
            Services,
            Service<WebhookTools>() with
            {
                Sender = sender,
            }
        );

    /// <summary>Sends events to webhooks until none is due; no loop does it in tests.</summary>
    public Task RunDueWebhooks() => Services.GetRequiredService<WebhookDispatcher>().RunDue(Stop);

    /// <summary>Another node's, over a database that the test makes fail.</summary>
    public BankRevoker RevokerOver(Server.Storage.Database database) =>
        ActivatorUtilities.CreateInstance<BankRevoker>(Services, database);

    /// <summary>Does the recategorizations that are due; no loop does it in tests.</summary>
    public Task RunDueRecategorizations() => Services.GetRequiredService<Recategorizer>().RunDue(Stop);

    /// <summary>Another node's, over a database that the test makes fail.</summary>
    public Recategorizer RecategorizerOver(Server.Storage.Database database) =>
        ActivatorUtilities.CreateInstance<Recategorizer>(Services, database);

    /// <summary>Another node's worker, over a database that the test makes fail.</summary>
    public Worker WorkerOver(Server.Storage.Database database) =>
        ActivatorUtilities.CreateInstance<Worker>(Services, database);

    /// <summary>The platform with a bank that does what the test says.</summary>
    public static Task<TestApp> StartWith(FakeBank bank, DatabaseKind kind) =>
        Start(kind, configure: builder => builder.Services.AddSingleton(bank.Banks()));

    /// <summary>Makes an EMBEDDED connection over the API; its id.</summary>
    public static async Task<string> Connect(
        HttpClient http,
        string channel = FakeBank.Embedded,
        string? redirectUrl = null,
        bool consentPerAccount = false,
        bool autoSync = true
    )
    {
        using var answer = await http.PostAsJsonAsync(
            "/api/v2.1/connections",
            new
            {
                provider_id = FakeBank.ProviderId,
                channel_definition_id = channel,
                credentials = channel == FakeBank.Embedded
                    ? new Dictionary<string, string> { ["300"] = "dev", ["301"] = "s3cret-pa55" }
                    : null,
                redirect_url = redirectUrl,
                consent_per_account = consentPerAccount,
                auto_sync = autoSync,
            },
            Stop
        );
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Stop));
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return body.GetProperty("id").GetString()!;
    }

    // Tests run what is due, and take away what has expired, when they want to: a loop of its own would run in between.
    private static void RemoveLoops(WebApplicationBuilder builder)
    {
        Type[] loops =
        [
            typeof(WorkerLoop),
            typeof(PeriodicTaskLoop),
            typeof(RecategorizerLoop),
            typeof(BankRevocationLoop),
            typeof(WebhookDispatcherLoop),
            typeof(UpstreamLoop),
        ];
        foreach (
            var loop in builder
                .Services.Where(s => s.ServiceType == typeof(IHostedService) && loops.Contains(s.ImplementationType))
                .ToArray()
        )
        {
            builder.Services.Remove(loop);
        }
    }
}
