using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Affluent.Server.Telemetry;

namespace Affluent.Server.Gates;

/// <summary>A bank that nobody asks who can wait.</summary>
/// <param name="Until">UTC seconds.</param>
internal sealed record ClosedBank(ProviderId Id, long Until);

/// <summary>
/// Whether a bank may be asked: not while it is closed by its entry, nor while it is known, by any node's runs, not to answer.
/// </summary>
internal sealed partial class BankGates(Banks banks, Database database, TimeProvider time, ILogger<BankGates> log)
{
    private static readonly Counter<long> Changes = Metrics.Meter.CreateCounter<long>(
        "affluent.bank.outages",
        "{change}",
        "Banks that were taken to be down, tried again, and back"
    );

    // As of this node's last look: each claim looks anew.
    private FrozenDictionary<ChannelDefinitionId, BankOutage> _outages = FrozenDictionary<
        ChannelDefinitionId,
        BankOutage
    >.Empty;

    /// <summary>The banks that are closed to runs for which nobody waits.</summary>
    public async Task<IReadOnlyList<ClosedBank>> Closed(DbWork db)
    {
        await Look(db);
        var (now, seconds) = (time.GetUtcNow(), time.Seconds());
        return
        [
            .. from bank in banks.WithFormer
            let until = ClosedUntil(bank, now)
            where until > seconds
            select new ClosedBank(bank.Id, until.Value),
        ];
    }

    /// <summary>Until when a channel is closed to a run for which nobody waits, as far as this node knows; null: it is open, or to be tried.</summary>
    public long? ClosedUntil(Provider bank, ChannelDefinitionId channel) =>
        ClosedUntil(bank, channel, time.GetUtcNow());

    /// <summary>Until when a channel is closed to a run that is about to ask it; null: it may.</summary>
    public async Task<long?> Enter(
        Provider bank,
        ChannelDefinitionId channel,
        ConnectionId connection,
        CancellationToken cancellation
    )
    {
        if (ClosedHours.MaintenanceUntil(bank, time.GetUtcNow()) is { } end)
        {
            return end.ToUnixTimeSeconds();
        }
        if (_outages.GetValueOrDefault(channel) is not { DownUntil: { } until } outage || outage.ProbedBy == connection)
        {
            return null;
        }
        var now = time.Seconds();
        if (until > now)
        {
            return until;
        }
        var probeEnd = now + (long)BankOutage.LongestProbe.TotalSeconds;
        var (tries, isKnown) = await database.Write(
            async db =>
            {
                var taken = await BankOutageStore.TakeProbe(db, channel, connection, probeEnd, now);
                await Look(db);
                return (taken, _outages.ContainsKey(channel));
            },
            cancellation
        );
        if (tries)
        {
            Changes.Add(1, new("channel", channel.Value), new("change", "tried"));
        }
        return tries || !isKnown ? null : probeEnd;
    }

    /// <summary>A run had no answer.</summary>
    /// <param name="named">When the bank itself wants to be asked again.</param>
    public async Task Failed(Provider bank, ChannelDefinitionId channel, ConnectionId connection, long? named)
    {
        var now = time.Seconds();
        var (before, after) = await database.Write(
            async db =>
            {
                var changed = await BankOutageStore.Change(
                    db,
                    channel,
                    known => BankOutage.After(known, channel, connection, named, bank.Outage, now)
                );
                await Look(db);
                return changed;
            },
            CancellationToken.None
        );
        if (before?.DownUntil is null && after.DownUntil is { } until)
        {
            LogDown(log, channel, DateTimeOffset.FromUnixTimeSeconds(until));
            Changes.Add(1, new("channel", channel.Value), new("change", "down"));
        }
    }

    /// <summary>A run had an answer, whatever it was.</summary>
    public async Task Answered(ChannelDefinitionId channel)
    {
        if (!_outages.ContainsKey(channel))
        {
            return;
        }
        var over = await database.Write(
            async db =>
            {
                var known = await BankOutageStore.Delete(db, channel);
                await Look(db);
                return known;
            },
            CancellationToken.None
        );
        if (over?.DownUntil is not null)
        {
            LogUp(log, channel, time.Seconds() - over.Since);
            Changes.Add(1, new("channel", channel.Value), new("change", "up"));
        }
    }

    private async Task Look(DbWork db)
    {
        var known = await BankOutageStore.List(db);
        _outages = known.ToFrozenDictionary(outage => outage.DefinitionId);
    }

    // One way in that is open is enough for a run to be worth it.
    private long? ClosedUntil(Provider bank, DateTimeOffset now)
    {
        long? first = null;
        foreach (var channel in bank.Channels)
        {
            if (ClosedUntil(bank, channel.Id, now) is not { } until)
            {
                return null;
            }
            first = first < until ? first : until;
        }
        return first;
    }

    private long? ClosedUntil(Provider bank, ChannelDefinitionId channel, DateTimeOffset now)
    {
        var byEntry =
            ClosedHours.MaintenanceUntil(bank, now) ?? ClosedHours.QuietUntil(bank, banks.ZoneOf(bank.Id), now);
        return byEntry?.ToUnixTimeSeconds()
            ?? (
                _outages.GetValueOrDefault(channel)?.DownUntil is { } until && until > now.ToUnixTimeSeconds()
                    ? until
                    : null
            );
    }

    [LoggerMessage(
        5401,
        LogLevel.Warning,
        "Channel {Channel}: the bank does not answer; it is asked nothing until {Until:O}"
    )]
    private static partial void LogDown(ILogger log, ChannelDefinitionId channel, DateTimeOffset until);

    [LoggerMessage(5402, LogLevel.Information, "Channel {Channel}: the bank answers again, after {Seconds} s")]
    private static partial void LogUp(ILogger log, ChannelDefinitionId channel, long seconds);
}
