using Affluent.Server.Gates;
using Affluent.Server.Providers;

namespace Affluent.Server.Connections;

/// <summary>What keeps a connection from being read now, and until when. Pure.</summary>
internal static class ConnectionConstraints
{
    /// <param name="banks">The catalogue.</param>
    /// <param name="row">The connection.</param>
    /// <param name="used">Its channels in use.</param>
    /// <param name="dueAt">When its job is due, in UTC seconds; null: not before somebody asks.</param>
    /// <param name="outages">The banks that do not answer.</param>
    /// <param name="now">The time.</param>
    public static ConstraintsMessage Of(
        Banks banks,
        ConnectionRow row,
        IReadOnlyList<ChannelRow> used,
        long? dueAt,
        IReadOnlyList<BankOutage> outages,
        DateTimeOffset now
    )
    {
        var seconds = now.ToUnixTimeSeconds();
        var bank = banks.Provider(row.ProviderId);
        var down = used.Select(channel =>
                outages.FirstOrDefault(o => o.DefinitionId == channel.DefinitionId)?.DownUntil
            )
            .ToArray();
        var maintenance = bank is null ? null : ClosedHours.MaintenanceUntil(bank, now);
        var quiet = bank is null ? null : ClosedHours.QuietUntil(bank, banks.ZoneOf(bank.Id), now);
        var downUntil =
            maintenance?.ToUnixTimeSeconds()
            // A way in that is open is a way in.
            ?? (down.Length > 0 && Array.TrueForAll(down, until => until > seconds) ? down.Min() : null);
        return new ConstraintsMessage
        {
            // What is under way, or waits for its user, is not to come; what is due at a closed bank comes when it opens.
            NextRun =
                row.Status == ConnectionStatus.Running
                    ? null
                    : new[] { downUntil, quiet?.ToUnixTimeSeconds() }.Aggregate(dueAt, Later),
            BankDownUntil = downUntil,
            BankQuietUntil = quiet?.ToUnixTimeSeconds(),
            FailingSince = row.FailingSince,
            Unattended = used.Select(channel => Unattended(banks, channel, seconds))
                .FirstOrDefault(limit => limit is not null),
        };
    }

    private static long? Later(long? due, long? closed) => due < closed ? closed : due;

    private static UnattendedMessage? Unattended(Banks banks, ChannelRow channel, long now)
    {
        var limit = banks.Channel(channel.DefinitionId)?.Definition.UnattendedReadings;
        var budget = AccessBudget.Of(limit, channel.UnattendedReadings, channel.SparedUntil);
        return budget.Remaining(now) is { } remaining
            ? new UnattendedMessage
            {
                ChannelDefinitionId = channel.DefinitionId,
                Limit = limit,
                Remaining = remaining,
                ResetsAt = budget.ResetsAt(now),
            }
            : null;
    }
}
