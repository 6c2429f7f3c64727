using Affluent.Connectors.Contract;
using Affluent.Server.Accounts;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Synchronization;

/// <summary>Reads what a bank's list of accounts is compared with.</summary>
internal static class AccountListReader
{
    /// <summary>The bank's list beside what this connection, and others of the user to the same bank, hold.</summary>
    public static async Task<(IReadOnlyList<AccountRow> Held, AccountListing Listing)> Compare(
        DbWork db,
        RunTools tools,
        RunState run,
        ChannelAccess channel,
        IReadOnlyList<BankAccount> bank
    )
    {
        var (userId, connection) = (run.Job.UserId, run.Connection);
        var held = await AccountImports.Of(db, userId, run.Id);
        // Also where all accounts were another connection's, which may have been deleted meanwhile.
        var readsFiles = tools.Banks.Channel(channel.DefinitionId)?.ReadsFiles == true;
        var addsAccounts = run.ListsAccounts || channel.LastSuccessAt is null || held.Count == 0 || readsFiles;
        var listing = AccountListing.Of(
            bank,
            held,
            new ListingContext
            {
                UserId = userId,
                ConnectionId = run.Id,
                DefinitionId = channel.DefinitionId,
                AddsAccounts = addsAccounts,
                IsPartial = readsFiles,
                AwaitsConsent = connection.ConsentPerAccount || connection.SelectAccounts,
                AddsDeleted = run.ListsAccounts || (addsAccounts && channel.Replaces is null),
                RanksAbove = RanksAbove(run, channel),
                Twins = addsAccounts
                    ? await Twins(db, userId, connection, tools.Banks.SameAs(connection.ProviderId))
                    : new Dictionary<string, TwinAccount>(StringComparer.Ordinal),
                NewId = tools.Ids.Next<AccountId>,
                Now = tools.Seconds,
            }
        );
        return (held, listing);
    }

    /// <summary>The REDIRECT channels, for an EMBEDDED one, as long as the user's authorization stands.</summary>
    private static IReadOnlyList<ChannelDefinitionId> RanksAbove(RunState run, ChannelAccess channel) =>
        channel.Mode == ChannelMode.Redirect
            ? []
            :
            [
                .. run
                    .Channels.Where(c => c.Mode == ChannelMode.Redirect)
                    .Where(c => !(run.Progress.Of(c.DefinitionId)?.NeedsUser ?? Outcome.NeedsUser(c.Status)))
                    .Select(c => c.DefinitionId),
            ];

    private static async Task<Dictionary<string, TwinAccount>> Twins(
        DbWork db,
        UserId userId,
        ConnectionRow connection,
        IEnumerable<ProviderId> same
    )
    {
        var channels = await ChannelStore.OfTwins(db, userId, same, connection.Id);
        var rows = await AccountImports.OfTwins(db, userId, [.. channels.Select(c => c.ConnectionId).Distinct()]);
        var waiting = channels
            .Where(c => Outcome.NeedsUser(c.Status))
            .Select(c => (c.ConnectionId, c.DefinitionId))
            .ToHashSet();
        return rows.GroupBy(row => row.Identity, StringComparer.Ordinal)
            .ToDictionary(
                same => same.Key,
                same => new TwinAccount(
                    same.First(),
                    same.All(row => waiting.Contains((row.ConnectionId, row.LastDefinitionId)))
                ),
                StringComparer.Ordinal
            );
    }
}
