using Affluent.Connectors.Contract;
using Affluent.Server.Platform;

namespace Affluent.Server.Gates;

/// <summary>
/// What is known of a channel to a bank that does not answer: a circuit breaker over all nodes. Times are UTC seconds. Pure.
/// </summary>
internal sealed record BankOutage
{
    /// <summary>How long the one run that tries keeps the others waiting, unless it ends before.</summary>
    public static readonly TimeSpan LongestProbe = TimeSpan.FromMinutes(2);

    public ChannelDefinitionId DefinitionId { get; init; }

    /// <summary>Connections in a row that had no answer.</summary>
    public int Failures { get; init; }

    /// <summary>The last of them.</summary>
    public ConnectionId LastFailed { get; init; }

    /// <summary>How often the bank was given a pause in a row.</summary>
    public int Pauses { get; init; }

    /// <summary>When the first had no answer.</summary>
    public long Since { get; init; }

    /// <summary>Until when nobody asks the bank; null: it is not taken to be down.</summary>
    public long? DownUntil { get; init; }

    /// <summary>The connection whose run tries whether it still is down.</summary>
    public ConnectionId? ProbedBy { get; init; }

    /// <summary>What is known after a run that had no answer.</summary>
    /// <param name="before">Null: nothing.</param>
    /// <param name="named">When the bank itself wants to be asked again.</param>
    public static BankOutage After(
        BankOutage? before,
        ChannelDefinitionId definitionId,
        ConnectionId failed,
        long? named,
        OutageSettings settings,
        long now
    )
    {
        var known = before ?? new BankOutage { DefinitionId = definitionId, Since = now };
        // A bank may name any time; nobody believes it for longer than it would be left alone for its silence.
        var until = named is { } time ? Math.Min(time, now + (long)settings.LongestPause.TotalSeconds) : 0;
        if (known.DownUntil is { } down)
        {
            return known.ProbedBy == failed
                ? known.Paused(failed, until, settings, now)
                // It had begun before; what the bank says counts all the same.
                : known with
                {
                    DownUntil = Math.Max(down, until),
                };
        }
        var counted = known with
        {
            // One connection that never has an answer is no bank that is down.
            Failures = known.LastFailed == failed ? known.Failures : known.Failures + 1,
            LastFailed = failed,
        };
        return counted.Failures >= settings.Failures ? counted.Paused(failed, until, settings, now)
            : until > now ? counted with { DownUntil = until }
            : counted;
    }

    private BankOutage Paused(ConnectionId failed, long until, OutageSettings settings, long now)
    {
        var doubled = settings.FirstPause * Math.Pow(2, Math.Min(Pauses, 20));
        var pause = doubled < settings.LongestPause ? doubled : settings.LongestPause;
        return this with
        {
            LastFailed = failed,
            Pauses = Pauses + 1,
            DownUntil = Math.Max(now + (long)pause.TotalSeconds, until),
            ProbedBy = null,
        };
    }
}
