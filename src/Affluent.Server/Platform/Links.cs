namespace Affluent.Server.Platform;

/// <summary>Paths below the address of the API, as events and links show them.</summary>
internal static class Links
{
    public static string Connection(ConnectionId id) => $"/v2.1/connections/{id}";

    public static string UserInput(ConnectionId connectionId) => $"{Connection(connectionId)}/user_input";

    public static string Account(AccountId id) => $"/v2.1/accounts/{id}";

    public static string AccountsOf(ConnectionId connectionId) => $"/v2.1/accounts?connection_id={connectionId}";
}
