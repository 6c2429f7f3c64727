using System.Diagnostics.Metrics;
using Affluent.Server.Storage;
using Affluent.Server.Telemetry;

namespace Affluent.Server.Webhooks;

/// <summary>How deliveries go, as operators see it.</summary>
internal static class WebhookMetrics
{
    private static readonly Histogram<double> Duration = Metrics.Duration(
        "affluent.webhook.duration",
        "An attempt to send an event to a webhook, to the end of the answer"
    );

    public static void Sent(IReadOnlyList<WebhookAttemptRow> attempts)
    {
        foreach (var attempt in attempts)
        {
            Duration.Record(
                attempt.DurationMs / 1_000.0,
                new("outcome", attempt.Outcome.Word()),
                new("error", attempt.Error?.Word() ?? "none")
            );
        }
    }
}
