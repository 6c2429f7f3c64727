using System.Globalization;
using Affluent.Server.Platform;

namespace Affluent.Server.Accounts;

/// <summary>Ids of accounts in one column.</summary>
internal static class AccountCandidates
{
    /// <summary>Null: there are none.</summary>
    public static string? Write(IEnumerable<AccountId> ids) =>
        string.Join(',', ids) is { Length: > 0 } text ? text : null;

    public static IEnumerable<AccountId> Read(string text) =>
        text.Split(',').Select(id => new AccountId(long.Parse(id, CultureInfo.InvariantCulture)));
}
