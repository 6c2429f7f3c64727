using System.Text;

namespace Affluent.Connectors.Http;

/// <summary>The one way connectors send a request: bounded in size, no exception for what a network does.</summary>
internal static class BankHttp
{
    /// <summary>A page of a bank's list is some hundred kilobytes; more than this is a mistake or an attack.</summary>
    public const int LargestBody = 8 * 1024 * 1024;

    /// <summary>
    /// Sends and reads to the end. A broken transport becomes an answer of status 0, so that tokens renewed earlier in the
    /// same step are still handed back; only the caller's own cancellation throws.
    /// </summary>
    public static async Task<BankAnswer> Exchange(
        this HttpClient http,
        HttpRequestMessage request,
        CancellationToken cancellation
    )
    {
        var address = request.RequestUri!;
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            var body = await Read(response.Content, cancellation);
            return new BankAnswer
            {
                Status = body is null ? 0 : (int)response.StatusCode,
                Address = address,
                MediaType = (response.Content.Headers.ContentType?.MediaType ?? "").ToLowerInvariant(),
                Body = body ?? "",
                Location = First(response, "Location"),
                RetryAfter = First(response, "Retry-After"),
                SetCookies = response.Headers.NonValidated.TryGetValues("Set-Cookie", out var cookies)
                    ? [.. cookies]
                    : [],
            };
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException or OperationCanceledException
                && !cancellation.IsCancellationRequested
            )
        {
            return new BankAnswer { Status = 0, Address = address };
        }
    }

    private static string? First(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static async Task<string?> Read(HttpContent content, CancellationToken cancellation)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellation);
        using var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancellation) is > 0 and var read)
        {
            if (bytes.Length + read > LargestBody)
            {
                return null;
            }
            bytes.Write(buffer, 0, read);
        }
        return EncodingOf(content).GetString(bytes.GetBuffer(), 0, (int)bytes.Length).TrimStart('\uFEFF');
    }

    private static Encoding EncodingOf(HttpContent content)
    {
        try
        {
            return content.Headers.ContentType?.CharSet?.Trim('"') is { Length: > 0 } name
                ? Encoding.GetEncoding(name)
                : Encoding.UTF8;
        }
        catch (ArgumentException)
        {
            return Encoding.UTF8;
        }
    }
}
