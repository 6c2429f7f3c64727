namespace Affluent.Server.Platform;

/// <summary>
/// At home plain http is spoken inside the house only: passwords and accounts never cross a public network in the clear, even when a router or a
/// rented machine opens the port to everybody.
/// </summary>
internal static class HomeNetwork
{
    public static void UseHomeNetwork(this WebApplication app) =>
        app.Use(
            (context, next) =>
                !context.Request.IsHttps
                && context.Connection.RemoteIpAddress is { } address
                && PublicNetwork.IsPublic(address)
                    ? new Problem(
                        403,
                        "https_only",
                        "This installation is for a home: from outside of its network it answers by https alone."
                    ).ExecuteAsync(context)
                    : next(context)
        );
}
