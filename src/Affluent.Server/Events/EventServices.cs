using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Events;

/// <summary>Plugs events into the platform.</summary>
internal static class EventServices
{
    public static IServiceCollection AddEvents(this IServiceCollection services, Database database)
    {
        services.AddSingleton<EventTail>();
        services.AddSingleton<EventReader>();
        services.AddHostedService<EventTailLoop>();
        if (database is PostgresDatabase postgres)
        {
            services.AddSingleton(postgres);
            services.AddHostedService<SignalRelay>();
        }
        return services.AddPruning("events", EventLog.Prune).AddPruning("queues", QueueStore.Prune);
    }

    private static IServiceCollection AddPruning(
        this IServiceCollection services,
        string name,
        Func<DbWork, long, int, int, Task<int>> prune
    ) =>
        services.AddSingleton(provider =>
        {
            var days = provider.GetRequiredService<Settings>().EventDays;
            return new PeriodicTask(name, TimeSpan.FromHours(1), (db, now, atMost) => prune(db, now, atMost, days));
        });
}
