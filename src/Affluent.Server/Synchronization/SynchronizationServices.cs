using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Affluent.Server.Synchronization;

/// <summary>What the feature brings to the platform.</summary>
internal static class SynchronizationServices
{
    public static IServiceCollection AddSynchronization(this IServiceCollection services)
    {
        services.TryAddSingleton(provider => Banks.Load(provider.GetRequiredService<Settings>()));
        services.AddSingleton<BankHttp>();
        services.AddSingleton(Runner);
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
                        Callback(services.GetRequiredService<Addresses>()),
                        log
                    )
                ).Execute(job, cancellation)
        );
    }

    // One address for all banks and connections: it is registered at each bank. The widget serves it. Asked for by each run, because
    // it is known only when the process listens.
    private static Uri Callback(Addresses addresses) => new($"{addresses.Embed}/v2.1/widget/bank_callback");
}
