using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Affluent.Server.Synchronization;

/// <summary>What the feature brings to the platform.</summary>
internal static class SynchronizationServices
{
    public static IServiceCollection AddSynchronization(this IServiceCollection services, Settings settings)
    {
        services.TryAddSingleton(provider => Banks.Load(provider.GetRequiredService<Settings>()));
        services.AddSingleton<Synchronizations>();
        services.AddSingleton<Questions>();
        services.AddSingleton<BankHttp>();
        services.AddSingleton<Worker>();
        if (settings.Runs(Roles.Worker))
        {
            services.AddHostedService<WorkerLoop>();
        }
        return services;
    }
}
