using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;

namespace Affluent.Server.Providers;

/// <summary>Who stands between a bank and this platform.</summary>
internal static class UpstreamNames
{
    /// <summary>As users know it; null: the bank is read directly.</summary>
    public static string? Of(ChannelDefinition channel) =>
        channel.Connector == UpstreamApplication.Upstream ? UpstreamApplication.Name : null;
}
