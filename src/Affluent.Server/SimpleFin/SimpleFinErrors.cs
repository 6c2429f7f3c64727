using System.Globalization;
using Affluent.Server.Accounts;
using Affluent.Server.Connections;
using Affluent.Server.Platform;

namespace Affluent.Server.SimpleFin;

/// <summary>
/// What the user of an application should know, with the codes of version 2 of the protocol. Applications show the words as they are, and know by
/// the first ones that the user must act.
/// </summary>
internal static class SimpleFinErrors
{
    private const string General = "gen.";
    private const string Connection = "con.";
    private const string ConnectionAuthorization = "con.auth";
    private const string Account = "act.";
    private const string AccountFailed = "act.failed";
    private const string AccountMissesData = "act.missingdata";

    /// <summary>How many texts that are no ids are named, and how much of each.</summary>
    private const int MostNoIds = 20;
    private const int LongestNoId = 60;

    /// <summary>How many currencies are named.</summary>
    private const int MostCurrencies = 5;

    /// <summary>How a connection stands; null: well. What the user must do comes before what goes by itself.</summary>
    public static SimpleFinErrorMessage? Of(ConnectionRow connection, IEnumerable<ChannelRow> channels)
    {
        var all = channels.ToArray();
        if (all.Select(channel => Need(channel.Status)).FirstOrDefault(need => need is not null) is { } what)
        {
            return new(
                ConnectionAuthorization,
                $"Connection to {connection.Name} may need attention: {what}",
                connection.Id
            );
        }
        return all.Any(channel => channel.Status == ChannelStatus.Failed)
            ? new(
                Connection,
                $"The last reading of {connection.Name} failed. It is tried again by itself; until then, what is shown may be old.",
                connection.Id
            )
            : null;
    }

    /// <summary>How an account stands.</summary>
    public static IEnumerable<SimpleFinErrorMessage> Of(AccountRow account, string name)
    {
        var state = account.Status switch
        {
            AccountStatus.Error =>
                $"The account {name} could not be read the last time. It is tried again by itself; what is shown may be old.",
            AccountStatus.NotFound =>
                $"The bank no longer lists the account {name}. What is shown is what it told last.",
            AccountStatus.Suspended => $"The account {name} is not refreshed for the time being.",
            AccountStatus.Manual or AccountStatus.Active or AccountStatus.Closed or AccountStatus.PendingConsent =>
                null,
        };
        if (state is not null)
        {
            yield return new(AccountFailed, state, account.ConnectionId, account.Id);
        }
        if (account.Balance is null)
        {
            yield return new(
                AccountMissesData,
                $"The bank has told no balance of the account {name}: 0.00 stands in its place.",
                account.ConnectionId,
                account.Id
            );
        }
        if (account.RowsLeftOut > 0)
        {
            yield return new(
                AccountMissesData,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{account.RowsLeftOut} transactions of the account {name} could not be read exactly, and are left out."
                ),
                account.ConnectionId,
                account.Id
            );
        }
    }

    /// <summary>That transactions of an account cannot be told, being in other currencies; null: there are none.</summary>
    /// <param name="currencies">Of each of them.</param>
    public static SimpleFinErrorMessage? InOthers(AccountRow account, string name, IReadOnlyList<string> currencies) =>
        currencies.Count == 0
            ? null
            : new(
                AccountMissesData,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Transactions of the account {name} are left out, because they are not in its currency {account.Currency}, and SimpleFIN cannot say in which they are: {currencies.Count} in {string.Join(", ", currencies.Distinct().Order(StringComparer.Ordinal).Take(MostCurrencies))}."
                ),
                account.ConnectionId,
                account.Id
            );

    /// <summary>Says the same of an account that is somebody else's and of one that never was.</summary>
    public static SimpleFinErrorMessage NotShared(AccountId id) =>
        new(
            Account,
            $"There is no account {id} here, or it is no longer shared. Take it off in the application, or share it again where you linked your bank.",
            AccountId: id
        );

    /// <summary>Says of what was asked for that it is no id of an account, as it stands in an address.</summary>
    public static IEnumerable<SimpleFinErrorMessage> NoIds(IReadOnlyList<string> given)
    {
        foreach (var text in given.Take(MostNoIds))
        {
            var shown = Uri.EscapeDataString(text.Length > LongestNoId ? text[..LongestNoId] : text);
            yield return new(
                Account,
                $"There is no account '{shown}{(text.Length > LongestNoId ? "…" : "")}' here: the ids of accounts are numbers. Take it off in the application, or link it anew."
            );
        }
        if (given.Count > MostNoIds)
        {
            yield return new(
                Account,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"There are no accounts by {given.Count - MostNoIds} other names that were asked for: the ids of accounts are numbers."
                )
            );
        }
    }

    public static SimpleFinErrorMessage Cut(int most) =>
        new(
            General,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Only the newest {most} transactions are shown. Ask for the others by shorter periods (start-date, end-date)."
            )
        );

    private static string? Need(ChannelStatus status) =>
        status switch
        {
            ChannelStatus.AuthFailed =>
                "the bank does not take the password. Enter it anew where you linked your bank.",
            ChannelStatus.TokenExpired =>
                "your authorization at the bank is over. Renew it where you linked your bank.",
            ChannelStatus.PasswordChangeRequired =>
                "the bank wants a new password. Choose one on the bank's site, then enter it where you linked your bank.",
            ChannelStatus.ChallengeRequired =>
                "the bank asks for a code or an approval. Synchronize where you linked your bank, and answer.",
            ChannelStatus.UserActionRequired => "the bank wants something done by you. See where you linked your bank.",
            ChannelStatus.Empty or ChannelStatus.Running or ChannelStatus.Success or ChannelStatus.Failed => null,
        };
}
