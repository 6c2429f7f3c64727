using Affluent.Connectors.Contract;

namespace Affluent.Server.Widget;

/// <summary>Begins to link a channel of the bank in work.</summary>
internal static class ChannelLinking
{
    /// <summary>EMBEDDED: on to the form. REDIRECT: the connection is made, or its authorization renewed, and asks for the bank's page.</summary>
    public static async Task<WidgetState> Begin(
        SessionContext session,
        ChannelDefinition channel,
        SessionActions actions
    )
    {
        var state = session.State with { DefinitionId = channel.Id };
        if (channel.Mode == ChannelMode.Embedded)
        {
            return state with { Step = WidgetStep.Credentials };
        }
        if (session.Connection is not { } connection)
        {
            return await Create(session, channel, new Dictionary<string, string>(), actions);
        }
        await actions.Reauthorize(connection.Id, channel);
        return state with { Step = WidgetStep.Linking };
    }

    /// <summary>Makes the connection.</summary>
    /// <param name="credentials">By field id; empty on REDIRECT.</param>
    public static async Task<WidgetState> Create(
        SessionContext session,
        ChannelDefinition channel,
        IReadOnlyDictionary<string, string> credentials,
        SessionActions actions
    ) =>
        session.State with
        {
            Step = WidgetStep.Linking,
            DefinitionId = channel.Id,
            ConnectionId = await actions.Create(session.Provider!, channel, credentials),
            Created = true,
        };
}
