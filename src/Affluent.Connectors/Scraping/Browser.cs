using System.Net.Http.Headers;
using System.Text;
using System.Text.Unicode;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Http;
using Affluent.Connectors.Reading;
using AngleSharp.Html.Dom;

namespace Affluent.Connectors.Scraping;

/// <summary>
/// Walks one site during one step: cookies, redirects, forms. Nothing is ever sent to another origin than the one of the
/// catalogue entry.
/// </summary>
internal sealed class Browser(StepContext context, Uri home)
{
    private const int MostRedirects = 8;

    public WebSession Session { get; set; } = WebSession.Read(context.Session).For(context.User);

    /// <summary>Opens an address, as a link on <paramref name="from"/> writes it.</summary>
    public Task<Navigation> Open(string href, Uri from, CancellationToken cancellation) =>
        Resolve(href, from) is { } address
            ? Walk(HttpMethod.Get, address, null, cancellation)
            : Task.FromResult<Navigation>(new Navigation.Lost());

    /// <summary>Sends a form, in the encoding of its page.</summary>
    public Task<Navigation> Submit(WebForm form, CancellationToken cancellation)
    {
        if (Resolve(form.Action, home) is not { } address)
        {
            return Task.FromResult<Navigation>(new Navigation.Lost());
        }
        var encoding = Encodings.Named(form.Charset ?? "utf-8") ?? Encoding.UTF8;
        var fields = string.Join(
            '&',
            form.Fields.Select(f => $"{Encodings.Form(f.Name, encoding)}={Encodings.Form(f.Value, encoding)}")
        );
        if (form.Post)
        {
            return Walk(HttpMethod.Post, address, fields, cancellation);
        }
        var target = new UriBuilder(address) { Query = fields };
        return Walk(HttpMethod.Get, target.Uri, null, cancellation);
    }

    /// <summary>An image of the page, from the site or the page itself; null when it is elsewhere, or none that can be shown.</summary>
    public async Task<QuestionImage?> Picture(string source, Uri page, CancellationToken cancellation)
    {
        if (Pictures.IsData(source))
        {
            return Pictures.OfData(source);
        }
        if (Resolve(source, page) is not { } address)
        {
            return null;
        }
        var answer = await Send(
            HttpMethod.Get,
            address,
            null,
            "image/png,image/jpeg,image/gif",
            Pictures.Read,
            cancellation
        );
        Session = Session with { Cookies = CookieJar.With(Session.Cookies, answer.SetCookies, address, context.Now) };
        return answer.IsSuccess ? QuestionImages.Of(answer.Body) : null;
    }

    /// <summary>The address that a link means; null when it is broken or leaves the site.</summary>
    public Uri? Resolve(string href, Uri from) =>
        Uri.TryCreate(from, href.Trim(), out var address)
        && address.Scheme == home.Scheme
        && address.Authority == home.Authority
        && address.UserInfo == ""
            ? address
            : null;

    private async Task<Navigation> Walk(HttpMethod method, Uri address, string? fields, CancellationToken cancellation)
    {
        for (var hop = 0; hop <= MostRedirects; hop++)
        {
            var answer = await Send(method, address, fields, "text/html,application/xhtml+xml", Read, cancellation);
            Session = Session with
            {
                Cookies = CookieJar.With(Session.Cookies, answer.SetCookies, address, context.Now),
            };
            if (method == HttpMethod.Post && answer.Status != 0)
            {
                // What a form has opened is not opened twice.
                await context.Keep(Session.Write());
            }
            if (!answer.IsRedirect)
            {
                return Arrive(answer);
            }
            if (Resolve(answer.Location!, address) is not { } next)
            {
                return new Navigation.Lost();
            }
            if (answer.Status is not (307 or 308))
            {
                (method, fields) = (HttpMethod.Get, null);
            }
            address = next;
        }
        return new Navigation.Lost();
    }

    private Navigation Arrive(BankAnswer<ParsedPage> answer)
    {
        var session = Session.Write();
        return answer.RetryLater(session, context.Now) is { } later ? new Navigation.Unavailable(later)
            : answer.Body?.Document is not { } page ? new Navigation.Overrun()
            : answer.IsSuccess && IsEmpty(page) ? new Navigation.Unavailable(answer.Unavailable(session, context.Now))
            : new Navigation.Arrived(answer.Address, answer.Status, page);
    }

    private static bool IsEmpty(IHtmlDocument page) =>
        page is { ChildNodes.Length: 1, Head.HasChildNodes: false, Body.HasChildNodes: false };

    /// <summary>Parses the bytes as they came: the parser waits for no network. What is no HTML is an empty page.</summary>
    private static async Task<ParsedPage> Read(HttpContent content, CancellationToken cancellation)
    {
        var isHtml = content.MediaType() is "text/html" or "application/xhtml+xml" or "";
        ReadOnlyMemory<byte> bytes = isHtml ? await content.ReadAsByteArrayAsync(cancellation) : default;
        // A page that is UTF-8 is read so whatever it says itself; where it is ASCII alone, its word counts for what its forms send.
        var encoding =
            content.StatedEncoding()
            ?? (Ascii.IsValid(bytes.Span) || !Utf8.IsValid(bytes.Span) ? Encodings.OfPage(bytes.Span) : null)
            ?? Encoding.UTF8;
        return PageParser.Parse(
            bytes.Span.StartsWith(encoding.Preamble) ? bytes[encoding.Preamble.Length..] : bytes,
            encoding
        );
    }

    private async Task<BankAnswer<TBody>> Send<TBody>(
        HttpMethod method,
        Uri address,
        string? fields,
        string accept,
        Func<HttpContent, CancellationToken, Task<TBody>> read,
        CancellationToken cancellation
    )
        where TBody : class
    {
        using var request = new HttpRequestMessage(method, address);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        request.Headers.TryAddWithoutValidation("Accept-Language", Session.AcceptLanguage);
        request.Headers.TryAddWithoutValidation("User-Agent", "Mozilla/5.0 (compatible; Affluent)");
        if (CookieJar.For(Session.Cookies, address, context.Now) is { } cookies)
        {
            request.Headers.TryAddWithoutValidation("Cookie", cookies);
        }
        if (fields is not null)
        {
            request.Content = new StringContent(
                fields,
                MediaTypeHeaderValue.Parse("application/x-www-form-urlencoded")
            );
        }
        return await context.Http.Exchange(request, read, cancellation);
    }
}

/// <summary>Where a walk ends.</summary>
internal abstract record Navigation
{
    private Navigation() { }

    /// <summary>At a page; its status is 2xx or 4xx.</summary>
    public sealed record Arrived(Uri Address, int Status, IHtmlDocument Document) : Navigation;

    /// <summary>The site is down.</summary>
    public sealed record Unavailable(StepResult Result) : Navigation;

    /// <summary>At a page that asks for more than a page may.</summary>
    public sealed record Overrun : Navigation;

    /// <summary>At a link that is broken, leaves the site, or goes round in circles.</summary>
    public sealed record Lost : Navigation;
}
