using Affluent.Connectors.Contract;
using Affluent.Server.Accounts;
using Affluent.Server.Gates;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;

namespace Affluent.Server.Connections;

/// <summary>How a connection is shown.</summary>
internal sealed class ConnectionView(Banks banks, Addresses addresses, TimeProvider time)
{
    /// <summary>One of the user's connections; null when the user has no such.</summary>
    public async Task<ConnectionMessage?> Find(DbWork db, UserId userId, ConnectionId id, ApiVersion version) =>
        await ConnectionsStore.Find(db, userId, id) is { } row ? (await Show(db, [row], version))[0] : null;

    /// <summary>These connections, of any users; without those that are gone.</summary>
    public async Task<IReadOnlyDictionary<ConnectionId, ConnectionMessage>> Find(
        DbWork db,
        IReadOnlyCollection<ConnectionKey> keys,
        ApiVersion version
    ) => (await Show(db, await ConnectionsStore.Find(db, keys), version)).ToDictionary(shown => shown.Id);

    /// <summary>The user's connections, oldest first.</summary>
    public async Task<IReadOnlyList<ConnectionMessage>> List(DbWork db, UserId userId, Page page, ApiVersion version) =>
        await Show(db, await ConnectionsStore.List(db, userId, page), version);

    private async Task<IReadOnlyList<ConnectionMessage>> Show(
        DbWork db,
        IReadOnlyList<ConnectionRow> rows,
        ApiVersion version
    )
    {
        ConnectionKey[] keys = [.. rows.Select(row => new ConnectionKey(row.UserId, row.Id))];
        var channels = (await ShownChannels.Of(db, keys)).ToLookup(channel => channel.ConnectionId);
        var owners = await AccountsStore.OwnerNames(db, keys);
        var due = (
            await JobStore.DueOf(db, JobKind.Synchronization, [.. keys.Select(key => (key.UserId, key.Id.Value))])
        ).ToDictionary(job => new ConnectionId(job.SubjectId), job => job.DueAt);
        var outages = await BankOutageStore.List(db);
        return
        [
            .. rows.Select(row =>
                Show(row, channels[row.Id], row.OwnerName ?? owners.GetValueOrDefault(row.Id), version) with
                {
                    Constraints = ConnectionConstraints.Of(
                        banks,
                        row,
                        [.. channels[row.Id].Where(channel => channel.Status != ChannelStatus.Empty)],
                        due.TryGetValue(row.Id, out var dueAt) ? dueAt : null,
                        outages,
                        time.GetUtcNow()
                    ),
                }
            ),
        ];
    }

    // Every channel of the bank, the used ones and the others.
    private ConnectionMessage Show(ConnectionRow row, IEnumerable<ChannelRow> used, string? owner, ApiVersion version)
    {
        var byDefinition = used.ToDictionary(c => c.DefinitionId);
        var offered = banks.Provider(row.ProviderId)?.Channels ?? [];
        return new ConnectionMessage
        {
            Id = row.Id,
            UserId = row.UserId,
            ProviderId = row.ProviderId,
            Name = row.Name,
            Status = row.Status,
            CreationDate = row.CreatedAt,
            AutoSync = row.AutoSync,
            ConsentPerAccount = row.ConsentPerAccount,
            LogoUrl = ProviderLogo.Address(addresses, version, row.ProviderId),
            Owner = owner is { } name ? new OwnerMessage { Name = name } : null,
            Constraints = new ConstraintsMessage(),
            Channels =
            [
                .. offered.Select(d => byDefinition.Remove(d.Id, out var channel) ? Used(channel, d) : Unused(d)),
                // What the bank no longer offers, but this connection still has: it may be read on.
                .. byDefinition
                    .Values.Where(channel => channel.Status != ChannelStatus.Empty)
                    .Select(channel => Used(channel, banks.Channel(channel.DefinitionId)?.Definition)),
            ],
        };
    }

    private static ChannelMessage Used(ChannelRow channel, ChannelDefinition? definition) =>
        new()
        {
            ChannelDefinitionId = channel.DefinitionId,
            Mode = channel.Mode,
            Connector = definition?.Connector,
            Upstream = definition is null ? null : UpstreamNames.Of(definition),
            Status = channel.Status,
            Message = channel.Message,
            Reason = channel.Reason,
            Explanation = channel.Reason is { } reason ? ChannelAdvice.WithTime(reason, channel.SparedUntil) : null,
            Expires = channel.Mode == ChannelMode.Redirect ? channel.ExpiresAt : null,
            LastSuccessDate = channel.LastSuccessAt,
            LastEndDate = channel.LastEndAt,
            Credentials =
                channel.Status == ChannelStatus.Empty ? null
                : channel.HasCredentials
                    ? [.. definition?.Credentials.Select(c => new StoredCredentialMessage { Id = c.Id }) ?? []]
                : [],
            AccountTypes = definition?.AccountTypes ?? [],
            EligibleAccounts = channel.EligibleAccounts,
            ChannelDefinitionUnavailable = definition?.Unavailable ?? true,
        };

    private static ChannelMessage Unused(ChannelDefinition definition) =>
        new()
        {
            ChannelDefinitionId = definition.Id,
            Mode = definition.Mode,
            Connector = definition.Connector,
            Upstream = UpstreamNames.Of(definition),
            Status = ChannelStatus.Empty,
            AccountTypes = definition.AccountTypes,
            // Nobody has looked there, so no account is known to be had.
            EligibleAccounts = false,
            ChannelDefinitionUnavailable = definition.Unavailable,
        };
}

/// <summary>The channels of connections as they are shown: one that waits for its user says so while its run goes on.</summary>
internal static class ShownChannels
{
    public static async Task<IReadOnlyList<ChannelRow>> Of(DbWork db, IReadOnlyCollection<ConnectionKey> connections)
    {
        var questions = (
            await QuestionStore.Open(
                db,
                JobKind.Synchronization,
                [.. connections.Select(key => (key.UserId, key.Id.Value))]
            )
        ).ToDictionary(q => (new ConnectionId(q.SubjectId), q.DefinitionId), q => q.Kind);
        var channels = await ChannelStore.List(db, connections);
        return
        [
            .. channels.Select(channel =>
                channel.WaitingFor(
                    questions.TryGetValue((channel.ConnectionId, channel.DefinitionId), out var kind) ? kind : null
                )
            ),
        ];
    }
}
