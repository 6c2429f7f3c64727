using System.Diagnostics;
using System.Diagnostics.Metrics;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Connections;
using Affluent.Server.Storage;
using Affluent.Server.Telemetry;

namespace Affluent.Server.Synchronization;

/// <summary>What came of trying other rules beside those in force.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum ShadowOutcome
{
    Same,
    Different,
    TooLarge,
    TooSlow,
    Failed,
}

/// <summary>How banks and connectors do, as operators see it: by bank, never by user.</summary>
internal static class SynchronizationMetrics
{
    private static readonly Histogram<double> StepDuration = Metrics.Duration(
        "affluent.step.duration",
        "One step of a connector, with its requests to the bank"
    );

    private static readonly Histogram<double> BankDuration = Metrics.Duration(
        "affluent.bank.duration",
        "One request to a bank, to the last byte of its answer"
    );

    private static readonly Counter<long> Channels = Metrics.Meter.CreateCounter<long>(
        "affluent.channels.finished",
        "{channel}",
        "What came of channels that a run has finished"
    );

    private static readonly Counter<long> Shadows = Metrics.Meter.CreateCounter<long>(
        "affluent.shadow.readings",
        "{reading}",
        "Readings that were decided a second time, by the rules tried beside those in force"
    );

    private static readonly Counter<long> ShadowDifferences = Metrics.Meter.CreateCounter<long>(
        "affluent.shadow.differences",
        "{difference}",
        "What the rules tried beside those in force would have decided otherwise"
    );

    private static readonly Counter<long> Revocations = Metrics.Meter.CreateCounter<long>(
        "affluent.revocations",
        "{try}",
        "Tries to end an authorization that nothing uses any more at its bank, by what came of them"
    );

    /// <summary>The end of an authorization was tried.</summary>
    public static void Revoked(RevocationDecision decision) =>
        Revocations.Add(
            1,
            new KeyValuePair<string, object?>(
                "result",
                decision is RevocationDecision.Over { End: var end } ? end.Word() : "put_off"
            )
        );

    /// <summary>Takes a step, measured.</summary>
    public static async Task<StepResult> Step(
        ConnectorStep step,
        ProviderId provider,
        ChannelMode mode,
        Func<Task<StepResult>> take
    )
    {
        using var span = Tracing.Source.StartActivity($"step {step.Word()}");
        var begun = Stopwatch.GetTimestamp();
        var result = await take();
        var (word, reason) = WordsOf(result);
        TagList tags = new()
        {
            { "provider", provider.Value },
            { "channel", mode.Word() },
            { "step", step.Word() },
            { "result", word },
        };
        AddKnown(ref tags, "reason", reason);
        StepDuration.Record(Stopwatch.GetElapsedTime(begun).TotalSeconds, tags);
        foreach (var (name, value) in tags)
        {
            span?.SetTag(name, value);
        }
        return result;
    }

    /// <summary>An exchange with a bank is over; <paramref name="failure"/> is null when there was an answer.</summary>
    public static void Exchanged(ExchangeEnd exchange, string? failure)
    {
        TagList tags = new()
        {
            { "server.address", exchange.Address?.Host },
            { "http.request.method", exchange.Method.Method },
        };
        AddKnown(ref tags, "http.response.status_code", (int?)exchange.Status);
        AddKnown(ref tags, "error.type", failure);
        BankDuration.Record(exchange.Duration.TotalSeconds, tags);
        // Only now is known when it ended: the span is made for the time that has passed.
        var end = TimeProvider.System.GetUtcNow();
        using var span = Tracing.Source.StartActivity(
            $"bank {exchange.Method.Method}",
            ActivityKind.Client,
            parentContext: default,
            tags,
            startTime: end - exchange.Duration
        );
        if (failure is not null)
        {
            span?.SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>A run has finished a channel.</summary>
    public static void Finished(ProviderId provider, ChannelMode mode, ChannelResult result)
    {
        TagList tags = new()
        {
            { "provider", provider.Value },
            { "channel", mode.Word() },
            { "status", result.Status.Word() },
        };
        AddKnown(ref tags, "reason", result.Reason?.Word());
        Channels.Add(1, tags);
    }

    /// <summary>A reading was decided by other rules too.</summary>
    public static void Compared(
        ProviderId provider,
        ShadowOutcome outcome,
        IReadOnlyList<DecisionDifference> differences
    )
    {
        Shadows.Add(1, new TagList { { "provider", provider.Value }, { "result", outcome.Word() } });
        foreach (var (kind, count) in differences.CountBy(difference => difference.Kind))
        {
            ShadowDifferences.Add(count, new TagList { { "provider", provider.Value }, { "kind", kind.Word() } });
        }
    }

    private static void AddKnown(ref TagList tags, string name, object? value)
    {
        if (value is not null)
        {
            tags.Add(name, value);
        }
    }

    private static (string Word, string? Reason) WordsOf(StepResult result) =>
        result switch
        {
            StepResult.Page => ("page", null),
            StepResult.Done => ("done", null),
            StepResult.AskUser => ("ask_user", null),
            StepResult.Later later => ("later", later.Reason.Word()),
            StepResult.Refused refused => ("refused", refused.Reason.Word()),
            _ => throw new UnreachableException(),
        };
}
