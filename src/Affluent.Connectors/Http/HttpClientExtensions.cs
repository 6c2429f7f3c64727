using System.Text;
using Affluent.Connectors.Reading;

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
                Header = name => First(response, name),
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
                IsUnsent =
                    e
                        is HttpRequestException
                        {
                            HttpRequestError: HttpRequestError.NameResolutionError
                                or HttpRequestError.ConnectionError
                                or HttpRequestError.SecureConnectionError
                        },
            };
        }
    }

    // A socket's own words about the cancellation may lie further within.
    private static bool IsTimeOut(Exception? e) =>
        e is not null && (e is OperationCanceledException || IsTimeOut(e.InnerException));

    /// <summary>The media type without parameters, in lower case; empty when the bank states none.</summary>
    public static string MediaType(this HttpContent content) =>
        (content.Headers.ContentType?.MediaType ?? "").ToLowerInvariant();

    /// <summary>The encoding of the text; null when the bank states none, or one that nobody knows.</summary>
    public static Encoding? StatedEncoding(this HttpContent content) =>
        content.Headers.ContentType?.CharSet?.Trim('"', ' ') is { Length: > 0 } name ? Encodings.Named(name) : null;

    private static string? First(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
