using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EndToEnd.Tests.Harness;

/// <summary>A site on loopback from which the test bank fetches account files.</summary>
internal sealed class FileSite : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private int _requests;

    private FileSite(WebApplication app) => _app = app;

    /// <summary>Called before the file is given, with the number of the request (from 1).</summary>
    public Func<int, Task> OnRequest { get; set; } = _ => Task.CompletedTask;

    /// <summary>How often a file was fetched.</summary>
    public int Requests => _requests;

    public static async Task<FileSite> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var site = new FileSite(app);
        app.MapGet(
            "/{name}",
            async (string name) =>
            {
                await site.OnRequest(Interlocked.Increment(ref site._requests));
                return site._files.TryGetValue(name, out var bytes)
                    ? Results.Bytes(bytes, "text/plain; charset=utf-8")
                    : Results.NotFound();
            }
        );
        await app.StartAsync(TestContext.Current.CancellationToken);
        return site;
    }

    /// <summary>Puts a file there; its address.</summary>
    public string Put(string name, byte[] content)
    {
        _files[name] = content;
        var root = _app
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        return $"{root}/{name}";
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
