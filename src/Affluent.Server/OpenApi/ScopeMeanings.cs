using Affluent.Server.Authorization;

namespace Affluent.Server.OpenApi;

/// <summary>What each scope opens, in words.</summary>
internal static class ScopeMeanings
{
    public static string Of(Scope scope) =>
        scope switch
        {
            Scope.UsersCreate => "Create users (client tokens).",
            Scope.Profile => "Read the user.",
            Scope.ProfileEdit => "Change or delete the user.",
            Scope.AccountsRead => "Read accounts.",
            Scope.AccountsManage => "Read and delete accounts.",
            Scope.ConnectionsManage => "Create, change and delete connections.",
            Scope.ConnectionsSync => "Start synchronizations.",
            Scope.TransactionsRead => "Read transactions.",
            Scope.Openid => "OpenID Connect.",
        };
}
