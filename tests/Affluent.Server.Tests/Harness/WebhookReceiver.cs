using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Affluent.Server.Tests.Harness;

/// <summary>What a receiver got.</summary>
internal sealed record ReceivedMessage(IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string Id => Headers["webhook-id"];

    /// <summary>The event's place in the feed.</summary>
    public long Place => long.Parse(Id["evt_".Length..], CultureInfo.InvariantCulture);
}

/// <summary>A client's server to which events are sent, on a free port of loopback.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedMessage> _received = new();

    private WebhookReceiver(WebApplication app) => _app = app;

    /// <summary>All that has come, also what was answered with a failure, in the order in which it came.</summary>
    public IReadOnlyList<ReceivedMessage> Received => [.. _received];

    /// <summary>How often a message has come.</summary>
    public int Times(string? id) => _received.Count(message => message.Id == id);

    /// <summary>How a message is answered; 204 unless set.</summary>
    public Func<ReceivedMessage, HttpContext, Task> Answer { get; set; } =
        (_, context) =>
        {
            context.Response.StatusCode = 204;
            return Task.CompletedTask;
        };

    public Uri Url { get; private set; } = new("http://localhost");

    /// <param name="certificate">It speaks TLS with this one; null: plain http.</param>
    /// <param name="root">It wants to see a certificate that this one vouches for; null: none.</param>
    public static async Task<WebhookReceiver> Start(X509Certificate2? certificate = null, X509Certificate2? root = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(certificate is null ? "http://127.0.0.1:0" : "https://127.0.0.1:0");
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
            builder.WebHost.ConfigureKestrel(kestrel =>
                kestrel.ConfigureHttpsDefaults(https =>
                {
                    https.ServerCertificate = certificate;
                    if (root is not null)
                    {
                        https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                        https.ClientCertificateValidation = (shown, sent, _) => IsVouchedFor(shown, sent, root);
                    }
                })
            );
        }
        var receiver = new WebhookReceiver(builder.Build());
        receiver._app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var message = new ReceivedMessage(
                context.Request.Headers.ToDictionary(
                    h => h.Key.ToLowerInvariant(),
                    h => h.Value.ToString(),
                    StringComparer.Ordinal
                ),
                await reader.ReadToEndAsync(context.RequestAborted)
            );
            receiver._received.Enqueue(message);
            await receiver.Answer(message, context);
        });
        await receiver._app.StartAsync();
        receiver.Url = new Uri(
            receiver
                ._app.Services.GetRequiredService<IServer>()
                .Features.Get<IServerAddressesFeature>()!
                .Addresses.Single() + "/hook"
        );
        return receiver;
    }

    /// <summary>From now on it answers so.</summary>
    public void AnswerWith(HttpStatusCode status, string body = "", params (string Name, string Value)[] headers) =>
        Answer = async (_, context) =>
        {
            context.Response.StatusCode = (int)status;
            foreach (var (name, value) in headers)
            {
                context.Response.Headers[name] = value;
            }
            await context.Response.WriteAsync(body);
        };

    // By nothing but the root and what the other side has sent.
    private static bool IsVouchedFor(X509Certificate2 shown, X509Chain? sent, X509Certificate2 root)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        foreach (var element in sent!.ChainElements)
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }
        return chain.Build(shown);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
