using System.Diagnostics;

namespace Affluent.Server.Telemetry;

/// <summary>The spans that the platform makes of its work: jobs, a connector's steps, exchanges with banks, uses of the database.</summary>
internal static class Tracing
{
    /// <summary>What a collector of spans listens to.</summary>
    public const string Name = "Affluent";

    /// <summary>The source of incoming requests' spans, which the framework makes.</summary>
    public const string Requests = "Microsoft.AspNetCore";

    public static ActivitySource Source { get; } = new(Name);

    /// <summary>
    /// Has each request and each job begin a trace, collected or not: logs and problems carry its id. Spans within a trace are made for a
    /// collector only.
    /// </summary>
    public static ActivityListener BeginTraces()
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is Name or Requests,
            Sample = static (ref options) => BeginsHere(options.Parent),
            SampleUsingParentId = static (ref _) => ActivitySamplingResult.PropagationData,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static ActivitySamplingResult BeginsHere(ActivityContext parent) =>
        parent == default || parent.IsRemote ? ActivitySamplingResult.PropagationData : ActivitySamplingResult.None;

    /// <summary>Marks a span as failed, by the kind of the failure: its message may quote what a span must not hold.</summary>
    public static void Fail(this Activity? span, Exception error) =>
        span?.SetTag("error.type", error.GetType().Name).SetStatus(ActivityStatusCode.Error);
}
