namespace Affluent.Server.Platform;

/// <summary>Paths below the address of a version of the API, as events and links show them.</summary>
internal static class Links
{
    public static string User(UserId id) => $"/users/{id}";

    public static string Connection(ConnectionId id) => $"/connections/{id}";

    public static string UserInput(ConnectionId connectionId) => $"{Connection(connectionId)}/user_input";

    public static string Account(AccountId id) => $"/accounts/{id}";

    public static string AccountsOf(ConnectionId connectionId) => $"/accounts?connection_id={connectionId}";

    public static string CategoryRule(CategoryRuleId id) => $"/categories/rules/{id}";

    public static string Recategorization(RecategorizationId id) => $"/categories/recategorizations/{id}";

    public static string Webhook(WebhookId id) => $"/webhooks/{id}";

    public static string SimpleFinAccess(SimpleFinAccessId id) => $"/simplefin/accesses/{id}";

    /// <param name="id">Its UUID.</param>
    public static string FacadeApplication(string id) => $"/enable_banking/applications/{id}";

    public static string Queue(QueueId id) => $"/queues/{id}";
}
