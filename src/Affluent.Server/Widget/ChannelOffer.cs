using Affluent.Connectors.Contract;
using Affluent.Server.Connections;

namespace Affluent.Server.Widget;

/// <summary>Which of a bank's channels a session begins with, and which it offers next. Pure.</summary>
internal static class ChannelOffer
{
    /// <summary>The channels that users can choose from, REDIRECT first.</summary>
    public static IReadOnlyList<ChannelDefinition> InService(Provider provider) =>
        [
            .. provider
                .Channels.Where(c => !c.Unavailable && c.Capabilities.Contains(Capability.AccountInformation))
                .OrderBy(c => c.Mode),
        ];

    /// <summary>The channel that renewing begins with.</summary>
    public static ChannelDefinition ToRenew(Provider provider, ExpectedAccountTypes expected)
    {
        var wanted = expected switch
        {
            ExpectedAccountTypes.All or ExpectedAccountTypes.Payment => Of(provider, ChannelMode.Redirect),
            ExpectedAccountTypes.Other => Of(provider, ChannelMode.Embedded),
        };
        return wanted ?? Of(provider, ChannelMode.Redirect) ?? provider.Channels[0];
    }

    /// <summary>The EMBEDDED channel to offer after the REDIRECT one; null when there is nothing to offer.</summary>
    public static ChannelDefinition? Second(WidgetState state, Provider provider, WidgetConnection connection)
    {
        var renews = state.Purpose == WidgetPurpose.EditCredentials;
        if (
            !(state.AddsBank || (renews && state.Parameters.ExpectedAccountTypes == ExpectedAccountTypes.All))
            || state.DefinitionId is not { } current
            || provider.Channels.First(c => c.Id == current).Mode != ChannelMode.Redirect
            || Of(provider, ChannelMode.Embedded) is not { Unavailable: false } other
        )
        {
            return null;
        }
        // Adding offers what is not there yet; renewing what is.
        var unused = connection.Channels.All(c => c.DefinitionId != other.Id || c.Status == ChannelStatus.Empty);
        return unused == !renews ? other : null;
    }

    private static ChannelDefinition? Of(Provider provider, ChannelMode mode) =>
        provider.Channels.FirstOrDefault(c => c.Mode == mode);
}
