using Affluent.Connectors.Contract;

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

    /// <summary>The channel that linking a bank begins with; null when there is a choice, and it is the user's.</summary>
    /// <param name="connection">The one that is updated; null when a new one is made.</param>
    public static ChannelDefinition? ToLink(WidgetState state, Provider provider, WidgetConnection? connection)
    {
        var offered = InService(provider);
        return offered switch
        {
            [] => null,
            [var only] => only,
            _ => offered.FirstOrDefault(channel => channel.Id == state.DefinitionId)
                ?? Wanted(state.Parameters, provider)
                ?? (connection is null ? null : ToRenew(state.Parameters, provider, connection)),
        };
    }

    /// <summary>The channel that the client has chosen; null where it leaves the choice to the user.</summary>
    public static ChannelDefinition? Wanted(WidgetParameters parameters, Provider provider)
    {
        var offered = InService(provider);
        return parameters switch
        {
            { Channel: { } mode } => OfMode(mode),
            // REDIRECT comes first, and wins where both bring as many of them.
            { AccountTypes: [_, ..] types } => offered.MaxBy(channel => types.Count(channel.AccountTypes.Contains)),
            { ExpectedAccountTypes: { } expected } => OfMode(ModeOf(expected)),
            _ => null,
        };

        // A bank that does not have it is linked by what it has.
        ChannelDefinition? OfMode(ChannelMode mode) =>
            offered.FirstOrDefault(channel => channel.Mode == mode) ?? (offered is [var other, ..] ? other : null);
    }

    /// <summary>The channel that renewing begins with: one that is in use, the expected one where it is.</summary>
    public static ChannelDefinition ToRenew(WidgetParameters parameters, Provider provider, WidgetConnection connection)
    {
        var expected = parameters.Channel ?? ModeOf(parameters.ExpectedAccountTypes ?? ExpectedAccountTypes.All);
        ChannelDefinition[] used =
        [
            .. provider
                .Channels.Where(channel => connection.Channels.Any(c => c.DefinitionId == channel.Id && c.IsUsed))
                .OrderBy(channel => channel.Mode),
        ];
        return used.FirstOrDefault(channel => channel.Mode == expected)
            ?? used.FirstOrDefault()
            ?? provider.Channels[0];
    }

    /// <summary>The EMBEDDED channel to offer after the REDIRECT one; null when there is nothing to offer.</summary>
    public static ChannelDefinition? Second(WidgetState state, Provider provider, WidgetConnection connection)
    {
        var renews = state.Purpose == WidgetPurpose.EditCredentials;
        if (
            !(state.AddsBank || renews)
            || state.DefinitionId is not { } id
            || provider.Channels.First(c => c.Id == id) is not { Mode: ChannelMode.Redirect } current
            || !WantsMore(state.Parameters, current)
            || Of(provider, ChannelMode.Embedded) is not { Unavailable: false } other
        )
        {
            return null;
        }
        // Adding offers what is not there yet; renewing what is; who updates on the way to adding may want either.
        var used = connection.Channels.Any(c => c.DefinitionId == other.Id && c.IsUsed);
        return state.UpdatesBank || used == renews ? other : null;
    }

    /// <summary>Whether the client is after more than a channel brings.</summary>
    private static bool WantsMore(WidgetParameters parameters, ChannelDefinition channel) =>
        parameters switch
        {
            { Channel: not null } => false,
            { AccountTypes: [_, ..] types } => types.Except(channel.AccountTypes).Any(),
            { ExpectedAccountTypes: { } expected } => expected == ExpectedAccountTypes.All,
            _ => true,
        };

    private static ChannelMode ModeOf(ExpectedAccountTypes expected) =>
        expected switch
        {
            ExpectedAccountTypes.All or ExpectedAccountTypes.Payment => ChannelMode.Redirect,
            ExpectedAccountTypes.Other => ChannelMode.Embedded,
        };

    private static ChannelDefinition? Of(Provider provider, ChannelMode mode) =>
        provider.Channels.FirstOrDefault(c => c.Mode == mode);
}
