using Affluent.Server.Gates;
using Affluent.Server.Platform;
using Affluent.Server.Providers;

namespace Affluent.Server.Jobs;

/// <summary>What the feature brings to the platform.</summary>
internal static class JobServices
{
    // A user waits for few banks at a time; the others of theirs come next.
    private const int RunsOfUser = 4;

    public static IServiceCollection AddJobs(this IServiceCollection services, Settings settings)
    {
        services.AddSingleton(provider => new RunLimits(
            RunsOfUser,
            bank => provider.GetRequiredService<Banks>().Provider(bank)?.ConcurrentRuns ?? RunLimits.AtUnknownBank,
            provider.GetRequiredService<BankGates>().Closed
        ));
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
