using System.Text;

namespace Affluent.Connectors.Http;

/// <summary>The one way connectors send a request: no exception for what a network does.</summary>
internal static class HttpClientExtensions
{
    /// <summary>
    /// Sends, and reads the body as the family reads its banks' answers. A broken transport becomes an answer of status 0, so that
    /// tokens renewed earlier in the same step are still handed back; only the caller's own cancellation throws.
    /// </summary>
    /// <param name="read">Makes of the body what the family works with, straight from the network: nothing has been read yet.</param>
    public static async Task<BankAnswer<TBody>> Exchange<TBody>(
        this HttpClient http,
        HttpRequestMessage request,
        Func<HttpContent, CancellationToken, Task<TBody>> read,
        CancellationToken cancellation
    )
        where TBody : class
    {
        var address = request.RequestUri!;
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return new BankAnswer<TBody>
            {
                Status = (int)response.StatusCode,
                Address = address,
                Location = First(response, "Location"),
                RetryAfter = First(response, "Retry-After"),
                SetCookies = response.Headers.NonValidated.TryGetValues("Set-Cookie", out var cookies)
                    ? [.. cookies]
                    : [],
                Body = await read(response.Content, cancellation),
            };
        }
        catch (Exception e)
            when (e is HttpRequestException or IOException or OperationCanceledException
                && !cancellation.IsCancellationRequested
            )
        {
            return new BankAnswer<TBody>
            {
                Status = 0,
                Address = address,
                IsTimeOut = IsTimeOut(e),
            };
        }
    }

    // A socket's own words about the cancellation may lie further within.
    private static bool IsTimeOut(Exception? e) =>
        e is not null && (e is OperationCanceledException || IsTimeOut(e.InnerException));

    /// <summary>The media type without parameters, in lower case; empty when the bank states none.</summary>
    public static string MediaType(this HttpContent content) =>
        (content.Headers.ContentType?.MediaType ?? "").ToLowerInvariant();

    /// <summary>
    /// The encoding of the text; UTF-8 when the bank states none, or one that nobody knows. What calls itself Latin-1 or ASCII is windows-1252, which
    /// has characters where those have none (WHATWG Encoding, section 4.2).
    /// </summary>
    public static Encoding Encoding(this HttpContent content)
    {
        try
        {
            return content.Headers.ContentType?.CharSet?.Trim('"', ' ') is { Length: > 0 } name
                ? Named(name)
                : System.Text.Encoding.UTF8;
        }
        // The latter: UTF-7, which .NET knows and refuses.
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return System.Text.Encoding.UTF8;
        }
    }

    // The code pages come first: without them .NET knows Unicode, Latin-1 and ASCII only.
    private static Encoding Named(string name) =>
        (CodePagesEncodingProvider.Instance.GetEncoding(name) ?? System.Text.Encoding.GetEncoding(name)) switch
        {
            { CodePage: 28591 or 20127 } => CodePagesEncodingProvider.Instance.GetEncoding(1252)!,
            var encoding => encoding,
        };

    private static string? First(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
