using Affluent.Connectors.Contract;

namespace Affluent.Server.Widget;

/// <summary>Begins to link a channel of the bank in work.</summary>
internal static class ChannelLinking
{
    /// <summary>EMBEDDED with fields: on to the form. Else: the connection is made, or its authorization renewed, and asks for the bank's page, or for a file.</summary>
    public static async Task<WidgetState> Begin(
        SessionContext session,
        ChannelDefinition channel,
        SessionActions actions
    )
    {
        if (channel is { Mode: ChannelMode.Embedded, Credentials.Count: > 0 })
        {
            return session.State.On(WidgetStep.Credentials) with { DefinitionId = channel.Id };
        }
        var linking = session.State.On(WidgetStep.Linking) with { DefinitionId = channel.Id };
        if (session.Connection is not { } connection)
        {
            return await Create(session, linking, channel, new Dictionary<string, string>(), actions);
        }
        await actions.Reauthorize(connection.Id, channel);
        return linking;
    }

    /// <summary>Makes the connection.</summary>
    /// <param name="next">Where the session goes.</param>
    /// <param name="credentials">By field id; empty on REDIRECT.</param>
    public static async Task<WidgetState> Create(
        SessionContext session,
        WidgetState next,
        ChannelDefinition channel,
        IReadOnlyDictionary<string, string> credentials,
        SessionActions actions
    ) =>
        next with
        {
            Step = WidgetStep.Linking,
            DefinitionId = channel.Id,
            ConnectionId = await actions.Create(session.Provider!, channel, credentials, session.State.ConsentId),
            Created = true,
        };
}
