using Affluent.Server.Platform;

namespace Affluent.Server.Jobs;

/// <summary>What the feature brings to the platform.</summary>
internal static class JobServices
{
    public static IServiceCollection AddJobs(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton<Worker>();
        if (settings.Runs(Roles.Worker))
        {
            services.AddHostedService<WorkerLoop>();
            if (settings.ExportsTelemetry)
            {
                services.AddHostedService<JobDepthLoop>();
            }
        }
        return services;
    }
}
