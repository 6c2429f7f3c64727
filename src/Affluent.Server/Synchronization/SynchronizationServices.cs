using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Gates;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Security;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Affluent.Server.Synchronization;

/// <summary>What the feature brings to the platform.</summary>
internal static class SynchronizationServices
{
    public static IServiceCollection AddSynchronization(this IServiceCollection services, Settings settings)
    {
        services.TryAddSingleton(provider => Banks.Load(provider.GetRequiredService<Settings>()));
        services.AddSingleton<BankHttp>();
        services.AddSingleton(Runner);
        services.AddSingleton<BankRevocations>();
        services.AddSingleton<BankRevoker>();
        if (settings.Runs(Roles.Worker))
        {
            services.AddHostedService<BankRevocationLoop>();
        }
        services.AddSingleton(provider =>
        {
            var days = provider.GetRequiredService<Settings>().RunRecordDays;
            return new PeriodicTask(
                "runs",
                TimeSpan.FromHours(1),
                (db, now, atMost) => RunRecordStore.Prune(db, now, atMost, days)
            );
        });
        return services;
    }

    private static JobRunner Runner(IServiceProvider services)
    {
        var log = services.GetRequiredService<ILogger<Run>>();
        return new JobRunner(
            JobKind.Synchronization,
            (database, job, cancellation) =>
                new Run(
                    new RunTools(
                        database,
                        services.GetRequiredService<Ids>(),
                        services.GetRequiredService<Vault>(),
                        services.GetRequiredService<Banks>(),
                        services.GetRequiredService<BankHttp>(),
                        services.GetRequiredService<TimeProvider>(),
                        services.GetRequiredService<ThrottleKeys>(),
                        services.GetRequiredService<SecurityLog>(),
                        channel => Callback(services.GetRequiredService<Addresses>(), channel),
                        services.GetRequiredService<BankGates>(),
                        services.GetRequiredService<RequestRates>(),
                        log
                    )
                ).Execute(job, cancellation)
        );
    }

    // The widget serves them. Asked for by each run, because it is known only when the process listens.
    private static Uri Callback(Addresses addresses, ChannelDefinition channel) =>
        new(addresses.BankReturnOf(ReturnPlace.Of(channel)));
}
