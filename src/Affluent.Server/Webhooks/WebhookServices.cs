using Affluent.Server.Events;
using Affluent.Server.Platform;

namespace Affluent.Server.Webhooks;

/// <summary>Plugs webhooks into the platform.</summary>
internal static class WebhookServices
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<WebhookCheck>();
        services.AddSingleton<WebhookEdits>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<WebhookPayloads>();
        services.AddSingleton<WebhookTools>();
        services.AddSingleton<WebhookDispatcher>();
        services.AddPeriodicTask(
            "webhook_attempts",
            TimeSpan.FromHours(1),
            (db, now, atMost) => WebhookAttemptStore.Prune(db, now - (settings.EventDays * 86_400L), atMost)
        );
        services.AddPeriodicTask(
            "deliveries",
            TimeSpan.FromHours(1),
            (db, _, atMost) => Deliveries.EraseUnwanted(db, atMost)
        );
        return settings.Runs(Roles.Worker) ? services.AddHostedService<WebhookDispatcherLoop>() : services;
    }
}
