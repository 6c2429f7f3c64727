using System.Collections;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Affluent.Server.Storage;
using Affluent.Server.Telemetry;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Affluent.Server.Platform;

/// <summary>Hands measurements and spans to those who collect them: a collector by OTLP, Prometheus by an address of its own.</summary>
internal static class TelemetryExport
{
    /// <summary>What OpenTelemetry itself can be told beside our settings, by its own variables: headers, sampling, attributes …</summary>
    private const string Variables = "OTEL_";

    private const string ProtocolVariable = "OTEL_EXPORTER_OTLP_PROTOCOL";

    /// <summary>The port of OTLP by gRPC; everything else is OTLP by HTTP.</summary>
    private const int GrpcPort = 4317;

    /// <summary>The framework's meters that are worth collecting.</summary>
    private static readonly string[] Framework =
    [
        "Microsoft.AspNetCore.Hosting",
        "Microsoft.AspNetCore.Server.Kestrel",
        "System.Runtime",
        "Npgsql",
    ];

    public static void AddTelemetry(this WebApplicationBuilder builder, Settings settings, int node)
    {
        builder.Services.AddSingleton<TraceBeginning>();
        builder.Services.AddSingleton<DatabaseMetrics>();
        if (settings.ExportsTelemetry)
        {
            AddExports(builder, settings, node);
        }
    }

    // Apart, so that a program that exports nothing does not load what exports.
    private static void AddExports(WebApplicationBuilder builder, Settings settings, int node)
    {
        builder.Configuration.AddInMemoryCollection(OwnVariables());
        // Before all others: it is stopped after them, and sends what they measured to their end.
        builder.Services.AddHostedService<LastExport>();
        var telemetry = builder
            .Services.AddOpenTelemetry()
            .ConfigureResource(resource =>
                resource.AddService(
                    "affluent",
                    serviceVersion: ProgramVersion.Text,
                    serviceInstanceId: node.ToString(CultureInfo.InvariantCulture)
                )
            )
            .WithMetrics(metrics =>
            {
                metrics.AddMeter([Metrics.Name, .. Framework]);
                if (settings.MetricsListen is not null)
                {
                    metrics.AddPrometheusExporter();
                }
            });
        if (settings.OtlpEndpoint is { } collector)
        {
            telemetry
                .WithTracing(traces =>
                    traces.AddSource(Tracing.Name, Tracing.Requests).AddProcessor(new SpanAttributes())
                )
                .UseOtlpExporter(ProtocolOf(collector, builder.Configuration[ProtocolVariable]), collector);
        }
    }

    /// <summary>Begins traces, and reports of the database; once the program is put together.</summary>
    public static void UseTelemetry(this WebApplication app)
    {
        app.Services.GetRequiredService<TraceBeginning>();
        app.Services.GetRequiredService<DatabaseMetrics>();
        app.UseRequestTelemetry();
    }

    /// <summary>The address for Prometheus: a program of its own, so that nothing else is served there, and it nowhere else.</summary>
    public static WebApplication BuildMetricsApp(string listen, IServiceProvider platform)
    {
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { EnvironmentName = Environments.Production }
        );
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddInMemoryCollection();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(listen);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        var app = builder.Build();
        app.UseOpenTelemetryPrometheusScrapingEndpoint(
            platform.GetRequiredService<MeterProvider>(),
            predicate: null,
            path: "/metrics",
            configureBranchedPipeline: null,
            optionsName: null
        );
        return app;
    }

    private static OtlpExportProtocol ProtocolOf(Uri collector, string? asked) =>
        asked == "grpc" || (asked is null && collector.Port == GrpcPort)
            ? OtlpExportProtocol.Grpc
            : OtlpExportProtocol.HttpProtobuf;

    private static IEnumerable<KeyValuePair<string, string?>> OwnVariables() =>
        Environment
            .GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .Select(v => new KeyValuePair<string, string?>((string)v.Key, (string?)v.Value))
            .Where(v => v.Key.StartsWith(Variables, StringComparison.Ordinal));

    /// <summary>Lets traces begin for as long as the program lives.</summary>
    private sealed class TraceBeginning : IDisposable
    {
        private readonly ActivityListener _listener = Tracing.BeginTraces();

        public void Dispose() => _listener.Dispose();
    }

    /// <summary>Hands over what is left when the program ends, and does not wait long for a collector that says nothing.</summary>
    private sealed class LastExport(IServiceProvider services) : IHostedService
    {
        private const int Milliseconds = 1500;

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) =>
            Task.WhenAll(
                Task.Run(() => services.GetService<MeterProvider>()?.Shutdown(Milliseconds), CancellationToken.None),
                Task.Run(() => services.GetService<TracerProvider>()?.Shutdown(Milliseconds), CancellationToken.None)
            );
    }

    /// <summary>What the database has done since the start.</summary>
    private sealed class DatabaseMetrics
    {
        public DatabaseMetrics(IMeterFactory meters, Database database)
        {
            var meter = meters.Create(Metrics.Name);
            meter.CreateObservableCounter(
                "affluent.database.statements",
                () => database.Statements,
                "{statement}",
                "Statements sent; a bulk insert counts as one"
            );
            meter.CreateObservableCounter(
                "affluent.database.transactions",
                () => database.Transactions,
                "{transaction}",
                "Transactions committed"
            );
        }
    }
}

/// <summary>
/// Leaves of each span only what is known to say nothing of a user, whatever the framework adds to it; and of the framework's spans only
/// those of the platform's own requests, not of the test bank or the address for Prometheus in the same process.
/// </summary>
internal sealed class SpanAttributes : BaseProcessor<Activity>
{
    private static readonly HashSet<string> Kept =
    [
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "server.address",
        "error.type",
        "db.system.name",
        "db.operation.name",
        "job_id",
        "connection_id",
        "run_id",
        "kind",
        "provider",
        "channel",
        "step",
        "result",
        "reason",
    ];

    public override void OnEnd(Activity data)
    {
        if (data.Source.Name == Tracing.Requests && data.GetTagItem(RequestTelemetry.Described) is null)
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
        foreach (var (name, _) in data.EnumerateTagObjects())
        {
            if (!Kept.Contains(name))
            {
                data.SetTag(name, null);
            }
        }
    }
}
