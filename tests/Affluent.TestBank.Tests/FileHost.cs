using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Affluent.TestBank.Tests;

/// <summary>A web server that gives out scenario files, as a client's own would.</summary>
internal sealed class FileHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private int requests;

    private FileHost(WebApplication app) => this.app = app;

    public Dictionary<string, string> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>How many requests have come.</summary>
    public int Requests => requests;

    public string Url(string file) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()
        + "/"
        + file;

    public static async Task<FileHost> Open(params (string Name, string Text)[] files)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var built = builder.Build();
        var host = new FileHost(built);
        foreach (var (name, text) in files)
        {
            host.Files[name] = text;
        }

        built.Urls.Add("http://127.0.0.1:0");
        built.Use(
            (_, next) =>
            {
                Interlocked.Increment(ref host.requests);
                return next();
            }
        );
        built.MapGet("/moved", () => Results.Redirect("/good.txt"));
        built.MapGet(
            "/silence",
            (CancellationToken cancel) => Task.Delay(TimeSpan.FromMinutes(1), TimeProvider.System, cancel)
        );
        built.MapGet(
            "/{name}",
            (string name) =>
                host.Files.TryGetValue(name, out var text) ? Results.Text(text, "text/plain") : Results.NotFound()
        );
        await built.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }
}
