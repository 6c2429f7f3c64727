using Affluent.Connectors.Contract;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Connections;

/// <summary>
/// Tells 14, 7 and 1 days before a user's authorization at a bank ends, while it still holds, so that it is renewed without a gap. An event for each,
/// however often a channel is looked at, and none for days that were over when it was first seen.
/// </summary>
internal static class ExpiringConsents
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);

    public static IServiceCollection AddExpiringConsents(this IServiceCollection services) =>
        services.AddSingleton(provider =>
        {
            var (ids, vault) = (provider.GetRequiredService<Ids>(), provider.GetRequiredService<Vault>());
            return new PeriodicTask("expiring_consents", Every, (db, now, atMost) => Warn(db, now, atMost, ids, vault));
        });

    private static async Task<int> Warn(DbWork db, long now, int atMost, Ids ids, Vault vault)
    {
        var expiring = await ChannelStore.TakeExpiring(db, now, atMost);
        // In one order, so that two writers of the log never wait for each other.
        foreach (var user in expiring.GroupBy(c => (c.UserId, c.ClientId)).OrderBy(user => user.Key.UserId.Value))
        {
            await EventLog.Append(
                new UserWork(db, user.Key.UserId, user.Key.ClientId, vault, ids, now),
                [.. user.Select(EventOf)]
            );
        }
        return expiring.Count;
    }

    private static NewEvent EventOf(ExpiringChannel channel) =>
        NewEvent.OfConnection(EventName.ConsentExpiring, channel.ConnectionId, channel.DefinitionId) with
        {
            Reason = channel.WarnedDays == 1 ? "within_1_day" : $"within_{channel.WarnedDays}_days",
        };
}

/// <summary>A channel whose authorization ends soon.</summary>
internal sealed record ExpiringChannel
{
    public UserId UserId { get; init; }
    public ClientId ClientId { get; init; }
    public ConnectionId ConnectionId { get; init; }
    public ChannelDefinitionId DefinitionId { get; init; }

    /// <summary>14, 7 or 1: it ends within so many days.</summary>
    public int WarnedDays { get; init; }
}
