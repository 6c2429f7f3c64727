using Affluent.Connectors.Contract;
using Affluent.Server.Providers;

namespace Affluent.Server.Widget;

/// <summary>Which of a bank's channels a session begins with, and which it offers next. Pure.</summary>
internal static class ChannelOffer
{
    /// <summary>The channel that linking a bank begins with; null when there is a choice, and it is the user's.</summary>
    /// <param name="connection">The one that is updated; null when a new one is made.</param>
    /// <param name="down">Ways that do not answer now.</param>
    public static ChannelDefinition? ToLink(
        WidgetState state,
        Provider provider,
        WidgetConnection? connection,
        IReadOnlySet<ChannelDefinitionId> down
    )
    {
        var offered = BankWays.ToLink(provider, down);
        var begins = offered switch
        {
            [] => null,
            [var only] => only,
            _ => Chosen(state, provider, offered)
                ?? Wanted(state.Parameters, offered)
                ?? (connection is null ? null : ToRenew(state.Parameters, provider, connection, down)),
        };
        // What is updated goes on by the way that it has.
        return
            begins is not null
            && connection?.Channels.FirstOrDefault(way => way.IsUsed && way.Mode == begins.Mode) is { } used
            ? Usable(used, provider, down) ?? begins
            : begins;
    }

    /// <summary>The channel that the client has chosen; null where it leaves the choice to the user.</summary>
    /// <param name="offered">One of each mode, REDIRECT first.</param>
    public static ChannelDefinition? Wanted(WidgetParameters parameters, IReadOnlyList<ChannelDefinition> offered)
    {
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
    /// <param name="down">Ways that do not answer now.</param>
    public static ChannelDefinition ToRenew(
        WidgetParameters parameters,
        Provider provider,
        WidgetConnection connection,
        IReadOnlySet<ChannelDefinitionId> down
    )
    {
        var expected = parameters.Channel ?? ModeOf(parameters.ExpectedAccountTypes ?? ExpectedAccountTypes.All);
        return connection
                .Channels.Where(channel => channel.IsUsed)
                .OrderBy(channel => channel.Mode != expected)
                .ThenBy(channel => channel.Mode)
                .Select(channel => Usable(channel, provider, down))
                .FirstOrDefault(way => way is not null)
            ?? provider.Channels[0];
    }

    /// <summary>A way in use or, where it cannot be used now, what stands in its place; null: the bank has neither.</summary>
    private static ChannelDefinition? Usable(
        WidgetChannel way,
        Provider provider,
        IReadOnlySet<ChannelDefinitionId> down
    ) =>
        BankWays.InPlaceOf(way.DefinitionId, way.Mode, provider, down)
        ?? provider.Channels.FirstOrDefault(channel => channel.Id == way.DefinitionId);

    /// <summary>What the user has chosen: a mode, by the channel that stood for it.</summary>
    private static ChannelDefinition? Chosen(
        WidgetState state,
        Provider provider,
        IReadOnlyList<ChannelDefinition> offered
    ) =>
        provider.Channels.FirstOrDefault(channel => channel.Id == state.DefinitionId) is { Mode: var mode }
            ? offered.FirstOrDefault(channel => channel.Mode == mode)
            : null;

    /// <summary>The EMBEDDED channel to offer after the REDIRECT one; null when there is nothing to offer.</summary>
    public static ChannelDefinition? Second(WidgetState state, Provider provider, WidgetConnection connection)
    {
        var renews = state.Purpose == WidgetPurpose.EditCredentials;
        if (
            !(state.AddsBank || renews)
            || state.DefinitionId is not { } id
            || provider.Channels.FirstOrDefault(c => c.Id == id) is not { Mode: ChannelMode.Redirect } current
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
