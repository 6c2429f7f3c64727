using System.Diagnostics.Metrics;
using Affluent.Server.Storage;
using Affluent.Server.Telemetry;

namespace Affluent.Server.Platform;

/// <summary>What was refused because there was too much of it.</summary>
internal static class LimitMetrics
{
    private static readonly Counter<long> RefusedCount = Metrics.Meter.CreateCounter<long>(
        "affluent.limits.refused",
        "{attempt}",
        "Requests beyond a limit, and attempts that wrong secrets before them had blocked"
    );

    /// <summary>A request beyond what is allowed in a minute.</summary>
    public static void Refused(LimitedAction action, LimitedBy by) => Refused(action.Word(), by.Word());

    /// <summary>An attempt that wrong ones before it had blocked.</summary>
    public static void Refused(ThrottleKind kind) => Refused("wrong_secret", kind.Word());

    /// <summary>More of a client's passwords wait to be hashed than may.</summary>
    public static void RefusedQueue() => Refused("password_queue", LimitedBy.Client.Word());

    private static void Refused(string limit, string by) => RefusedCount.Add(1, new("limit", limit), new("by", by));
}
