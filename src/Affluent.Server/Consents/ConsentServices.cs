using Affluent.Server.Platform;

namespace Affluent.Server.Consents;

/// <summary>What of consents runs by itself.</summary>
internal static class ConsentServices
{
    public static void AddConsents(this IServiceCollection services) =>
        services.AddPeriodicTask("consent_texts", TimeSpan.FromHours(1), ConsentStore.PruneTexts);
}
