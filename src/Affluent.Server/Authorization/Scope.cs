using Affluent.Server.Storage;

namespace Affluent.Server.Authorization;

/// <summary>What a token may allow: the scopes of the published API, in the order in which they are documented.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum Scope
{
    UsersCreate,
    Profile,
    ProfileEdit,
    AccountsRead,
    AccountsManage,
    ConnectionsManage,
    ConnectionsSync,
    TransactionsRead,
    Openid,
}
