namespace Affluent.Server.Gates;

/// <summary>What the feature brings to the platform.</summary>
internal static class GateServices
{
    public static IServiceCollection AddGates(this IServiceCollection services) =>
        services.AddSingleton<BankGates>().AddSingleton<RequestRates>();
}
