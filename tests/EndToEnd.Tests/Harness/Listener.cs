using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EndToEnd.Tests.Harness;

/// <summary>
/// Stands between the platform, the browser and the test bank, hands everything on, and remembers the secrets that pass: cookies, codes, tokens.
/// </summary>
internal sealed partial class Listener : IAsyncDisposable
{
    private readonly HttpClient _bank = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private WebApplication _app = null!;

    /// <summary>What kind of secret, and the secret.</summary>
    public ConcurrentDictionary<string, string> Secrets { get; } = new(StringComparer.Ordinal);

    /// <summary>Starts to listen; where.</summary>
    public Uri Start(Uri bank)
    {
        var address = new Uri($"http://127.0.0.1:{ServerProcess.FreePort()}");
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(address.GetLeftPart(UriPartial.Authority));
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(context => HandOn(context, bank));
        _app.Start();
        return address;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _bank.Dispose();
    }

    private async Task HandOn(HttpContext context, Uri bank)
    {
        var from = context.Request;
        using var request = new HttpRequestMessage(
            new HttpMethod(from.Method),
            new Uri(bank, from.Path.ToUriComponent() + from.QueryString.ToUriComponent())
        );
        if (from.ContentLength > 0 || from.Headers.TransferEncoding.Count > 0)
        {
            using var body = new MemoryStream();
            await from.Body.CopyToAsync(body, context.RequestAborted);
            request.Content = new ByteArrayContent(body.ToArray());
        }
        foreach (var (name, values) in from.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
            }
        }
        request.Headers.TransferEncodingChunked = false;
        using var answer = await _bank.SendAsync(request, context.RequestAborted);
        var bytes = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (!name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }
        Remember(answer, System.Text.Encoding.UTF8.GetString(bytes));
        if (answer.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.NotModified))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }

    private void Remember(HttpResponseMessage answer, string body)
    {
        if (answer.Headers.TryGetValues("Set-Cookie", out var cookies))
        {
            foreach (var cookie in cookies)
            {
                var value = cookie.Split(';')[0].Split('=', 2)[1];
                if (value.Length > 8)
                {
                    Secrets[value] = "a cookie of the bank";
                }
            }
        }
        if (answer.Headers.Location is { } location && Code().Match(location.OriginalString) is { Success: true } code)
        {
            Secrets[code.Groups["code"].Value] = "a code of the bank's OAuth2";
        }
        foreach (Match token in Token().Matches(body))
        {
            Secrets[token.Groups["token"].Value] = "a token of the bank's OAuth2";
        }
    }

    [GeneratedRegex("[?&]code=(?<code>[^&]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();

    [GeneratedRegex("\"(access|refresh)_token\"\\s*:\\s*\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();
}
