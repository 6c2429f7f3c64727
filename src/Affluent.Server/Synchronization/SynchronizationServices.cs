using Affluent.Server.Providers;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Affluent.Server.Synchronization;

/// <summary>What the feature brings to the platform.</summary>
internal static class SynchronizationServices
{
    public static IServiceCollection AddSynchronization(this IServiceCollection services)
    {
        services.TryAddSingleton(new Banks([], _ => null));
        services.AddSingleton<Synchronizations>();
        services.AddSingleton<Questions>();
        services.AddSingleton<BankHttp>();
        services.AddSingleton<Worker>();
        services.AddHostedService<WorkerLoop>();
        return services;
    }
}
