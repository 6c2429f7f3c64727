namespace Affluent.Server.Platform;

/// <summary>Paths below the address of the API, as events and links show them.</summary>
internal static class Links
{
    public static string Connection(long id) => $"/v2.1/connections/{Ids.Text(id)}";

    public static string UserInput(long connectionId) => $"{Connection(connectionId)}/user_input";

    public static string Account(long id) => $"/v2.1/accounts/{Ids.Text(id)}";

    public static string AccountsOf(long connectionId) => $"/v2.1/accounts?connection_id={Ids.Text(connectionId)}";
}
