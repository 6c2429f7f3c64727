using System.Diagnostics.Metrics;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Upstreams;

/// <summary>What the feature brings to the platform, where the settings name an application at an upstream.</summary>
internal static class UpstreamServices
{
    public static IServiceCollection AddUpstreams(this IServiceCollection services, Settings settings)
    {
        if (settings.EnableBanking is { } application)
        {
            services.AddSingleton(provider =>
            {
                var lists = ActivatorUtilities.CreateInstance<UpstreamLists>(provider, application);
                lists.Measure(provider.GetRequiredService<IMeterFactory>());
                return lists;
            });
            services.AddHostedService<UpstreamStart>();
            services.AddHostedService<UpstreamLoop>();
        }
        return services;
    }
}

/// <summary>What is known already is there before the first request.</summary>
internal sealed class UpstreamStart(UpstreamLists lists) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => lists.Look(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Reads the lists where the role is given, and looks what others have read, for as long as the program runs.</summary>
internal sealed class UpstreamLoop(UpstreamLists lists, Settings settings, Database database, TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var watch = database.Signals.For(UpstreamLists.Topic);
        try
        {
            while (true)
            {
                if (settings.Runs(Roles.Worker))
                {
                    await lists.ReadDue(stoppingToken);
                }
                await lists.Look(stoppingToken);
                await watch.Wait(Interval, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The program ends; lists that were being read are read by another node.
        }
    }
}
