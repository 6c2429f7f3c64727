namespace Affluent.Server.Authorization;

/// <summary>The scopes of the published API.</summary>
internal static class Scopes
{
    public const string UsersCreate = "users_create";
    public const string Profile = "profile";
    public const string ProfileEdit = "profile_edit";
    public const string AccountsRead = "accounts_read";
    public const string AccountsManage = "accounts_manage";
    public const string ConnectionsManage = "connections_manage";
    public const string ConnectionsSync = "connections_sync";
    public const string TransactionsRead = "transactions_read";
    public const string OpenId = "openid";

    /// <summary>All of them, in the order in which they are documented.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        UsersCreate,
        Profile,
        ProfileEdit,
        AccountsRead,
        AccountsManage,
        ConnectionsManage,
        ConnectionsSync,
        TransactionsRead,
        OpenId,
    ];
}
