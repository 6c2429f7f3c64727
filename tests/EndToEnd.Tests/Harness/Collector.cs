using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EndToEnd.Tests.Harness;

/// <summary>A span as OpenTelemetry's own decoder reads it.</summary>
internal sealed record ReadSpan(
    string Name,
    string Id,
    string? Parent,
    string Trace,
    IReadOnlyDictionary<string, string> Attributes
);

/// <summary>Receives what the platform exports by OTLP over HTTP, and keeps it as it came.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private static readonly string Scripts = Repository.Path("tests", "EndToEnd.Tests", "independent");

    private readonly ConcurrentQueue<(string Path, byte[] Body)> _received = new();
    private readonly TaskCompletionSource _silence = new();
    private readonly WebApplication _app;

    private Collector(bool silent)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(Address);
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(context => Receive(context, silent));
    }

    public string Address { get; } = $"http://127.0.0.1:{ServerProcess.FreePort()}";

    /// <summary>All that was exported, as text: names and values stand in it in plain form.</summary>
    public string Text => string.Concat(_received.Select(r => Encoding.UTF8.GetString(r.Body)));

    /// <summary>How many exports began.</summary>
    public int Exports { get; private set; }

    /// <param name="silent">It takes exports and never answers.</param>
    public static async Task<Collector> Start(bool silent = false)
    {
        var collector = new Collector(silent);
        await collector._app.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    /// <summary>The spans, read by a decoder that is not ours.</summary>
    public async Task<IReadOnlyList<ReadSpan>> Spans()
    {
        OtherProgram.Need(Directory.Exists(Path.Combine(Scripts, "node_modules")), $"Run npm ci in {Scripts}.");
        var folder = Directory.CreateTempSubdirectory("affluent-otlp-");
        try
        {
            foreach (var (body, i) in _received.Where(r => r.Path == "/v1/traces").Select((r, i) => (r.Body, i)))
            {
                var name = i.ToString(CultureInfo.InvariantCulture);
                await File.WriteAllBytesAsync(Path.Combine(folder.FullName, name), body);
            }
            var (code, output, errors) = await OtherProgram.Run(
                "node",
                ["read-spans.mjs", folder.FullName],
                Scripts,
                new Dictionary<string, string>()
            );
            Assert.True(code == 0, errors);
            return JsonSerializer.Deserialize<List<ReadSpan>>(output, JsonSerializerOptions.Web)!;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _silence.TrySetResult();
        await _app.DisposeAsync();
    }

    private async Task Receive(HttpContext context, bool silent)
    {
        Exports++;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        _received.Enqueue((context.Request.Path.Value!, body.ToArray()));
        if (silent)
        {
            await _silence.Task;
        }
    }
}
