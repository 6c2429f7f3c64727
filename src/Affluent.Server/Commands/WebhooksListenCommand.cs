using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Affluent.Server.Platform;
using Affluent.Server.Webhooks;

namespace Affluent.Server.Commands;

/// <summary><c>webhooks listen</c>: hands a client's events to a program on the developer's own machine, which nobody else can reach.</summary>
internal static class WebhooksListenCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public static Command Create()
    {
        var options = new FeedOptions();
        var forward = new Option<Uri>("--forward-to")
        {
            HelpName = "URL",
            Required = true,
            Description = "Where they are sent, such as http://localhost:3000/hook; https where it is another machine",
            CustomParser = given =>
            {
                if (
                    Uri.TryCreate(given.Tokens[0].Value, UriKind.Absolute, out var url)
                    && (url.Scheme == "https" || (url.Scheme == "http" && url.IsLoopback))
                )
                {
                    return url;
                }
                given.AddError(
                    "--forward-to takes an address like http://localhost:3000/hook; another machine's must be https."
                );
                return null!;
            },
        };
        var command = new Command(
            "listen",
            "Forward a client's events to an address of this machine while you develop, signed as a webhook's, until it is ended. What fails is shown and not sent again."
        )
        {
            forward,
        };
        options.AddTo(command);
        command.SetAction(
            async (asked, cancellation) =>
            {
                using var signals = new ShutdownSignals(cancellation);
                using var feed = options.Open(asked);
                var output = asked.InvocationConfiguration.Output;
                var key = KeyOf(options.Secret(asked));
                var signer = new MessageSigner(WebhookSignature.HmacSha256, [key]);
                using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
                {
                    Timeout = Patience,
                };
                try
                {
                    await feed.SignIn(signals.Token);
                    await output.WriteLineAsync(
                        $"Forwarding to {asked.GetValue(forward)}, signed with {WebhookSecrets.Symmetric(key)}"
                    );
                    await foreach (var item in feed.Read(signals.Token))
                    {
                        await output.WriteLineAsync(
                            await Send(http, asked.GetValue(forward)!, signer, item, signals.Token)
                        );
                    }
                }
                catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
                {
                    // That is how it ends.
                }
            }
        );
        return command;
    }

    /// <summary>The same each time for a client, so that it can stand in the settings of what is developed.</summary>
    internal static byte[] KeyOf(Secret clientSecret) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(clientSecret.Value), "webhooks listen"u8);

    private static async Task<string> Send(
        HttpClient http,
        Uri address,
        MessageSigner signer,
        JsonElement item,
        CancellationToken cancellation
    )
    {
        var id = WebhookPayloads.NameOf(item.GetProperty("cursor").GetString()!);
        var line = $"{id, -12}  {item.GetProperty("name").GetString(), -26}";
        var body = Encoding.UTF8.GetBytes(item.GetRawText());
        var now = TimeProvider.System.Seconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        request.Headers.TryAddWithoutValidation("webhook-id", id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", now.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", signer.Sign(id, now, body));
        var begun = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await http.SendAsync(request, cancellation);
            var took = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            return string.Create(CultureInfo.InvariantCulture, $"{line}  {(int)answer.StatusCode}  {took:0} ms");
        }
        catch (Exception error)
            when (error is HttpRequestException
                || (error is TaskCanceledException && !cancellation.IsCancellationRequested)
            )
        {
            return $"{line}  failed: {error.Message}";
        }
    }
}
