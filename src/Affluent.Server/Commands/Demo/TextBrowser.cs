using System.Net;
using System.Net.Http.Headers;
using AngleSharp;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Io;
using HttpMethod = System.Net.Http.HttpMethod;

namespace Affluent.Server.Commands.Demo;

/// <summary>
/// A browser that has no screen and runs no script: opens pages, fills in the form in sight and presses its main button. Knows HTML and
/// HTTP only.
/// </summary>
internal sealed class TextBrowser : IDisposable
{
    private const int MostRedirects = 10;

    private readonly HttpClient _http;
    private readonly IBrowsingContext _reader = BrowsingContext.New(Configuration.Default);
    private readonly Uri _leavesAt;

    /// <param name="leavesAt">The client's own address: a redirect to it ends the visit instead of being followed.</param>
    public TextBrowser(Uri leavesAt)
    {
        _leavesAt = leavesAt;
        _http = new HttpClient(
            new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }
        )
        {
            Timeout = TimeSpan.FromSeconds(30),
        };
        _http.DefaultRequestHeaders.AcceptLanguage.Add(new StringWithQualityHeaderValue("en"));
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("Mozilla/5.0 (compatible; Affluent demo)");
    }

    /// <summary>The page in sight.</summary>
    public IDocument Page { get; private set; } = null!;

    /// <summary>Where the visit ended at the client, query included; null while it lasts.</summary>
    public Uri? LeftTo { get; private set; }

    /// <summary>The heading of the page in sight.</summary>
    public string Heading => Page.QuerySelector("h1")?.TextContent.Trim() ?? Page.Title ?? "";

    public Task Open(Uri address, CancellationToken cancellation) =>
        Send(() => new HttpRequestMessage(HttpMethod.Get, address), cancellation);

    /// <summary>Presses the button with this label, name=value or, by default, the page's main button, after filling in the fields by id.</summary>
    /// <exception cref="DemoException">The page has no such button or field.</exception>
    public async Task Press(
        Func<IElement, bool>? which,
        IReadOnlyDictionary<string, string>? fields,
        CancellationToken cancellation
    )
    {
        foreach (var (id, value) in fields ?? new Dictionary<string, string>())
        {
            Fill(id, value);
        }
        var button = which is null ? MainButton() : Page.QuerySelectorAll("button, a[href]").FirstOrDefault(which);
        switch (button)
        {
            case IHtmlAnchorElement link:
                await Open(new Uri(link.Href), cancellation);
                break;
            case IHtmlElement { } pressed
                when Form(pressed) is { } form && form.GetSubmission(pressed) is { } submission:
                await Send(() => Request(submission), cancellation);
                break;
            default:
                throw new DemoException($"The page \"{Heading}\" at {Place} has no button to go on with.");
        }
    }

    /// <summary>Looks again at the page in sight, as its refresh would.</summary>
    public Task LookAgain(CancellationToken cancellation) => Open(new Uri(Page.Url), cancellation);

    /// <summary>The visit ends: the page in sight leads to the client.</summary>
    public void Leave(Uri to) => LeftTo = to;

    public void Dispose()
    {
        _http.Dispose();
        (_reader as IDisposable)?.Dispose();
    }

    private string Place => new Uri(Page.Url).GetLeftPart(UriPartial.Path);

    private void Fill(string id, string value)
    {
        switch (Page.GetElementById(id))
        {
            case IHtmlInputElement { Type: "checkbox" or "radio" } choice:
                choice.IsChecked = true;
                break;
            case IHtmlInputElement input:
                input.Value = value;
                break;
            default:
                throw new DemoException($"The page \"{Heading}\" at {Place} has no field '{id}'.");
        }
    }

    private IElement? MainButton() =>
        Page.QuerySelector("[data-e2e=submit-button]")
        ?? Page.QuerySelector("form[method=post] button:not([type=button]), form[method=post] input[type=submit]");

    private static IHtmlFormElement? Form(IElement button) =>
        (button as IHtmlButtonElement)?.Form ?? (button as IHtmlInputElement)?.Form;

    private static HttpRequestMessage Request(DocumentRequest submission)
    {
        var request = new HttpRequestMessage(
            new HttpMethod(submission.Method.ToString().ToUpperInvariant()),
            submission.Target.Href
        );
        if (request.Method != HttpMethod.Get)
        {
            request.Content = new StreamContent(submission.Body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(
                submission.MimeType ?? "application/x-www-form-urlencoded"
            );
        }
        return request;
    }

    private async Task Send(Func<HttpRequestMessage> first, CancellationToken cancellation)
    {
        var request = first();
        for (var hop = 0; hop <= MostRedirects; hop++)
        {
            using var answer = await _http.SendAsync(request, cancellation);
            var here = request.RequestUri!;
            request.Dispose();
            if (answer.Headers.Location is not { } location)
            {
                var html = await answer.Content.ReadAsStringAsync(cancellation);
                Page = await _reader.OpenAsync(page => page.Content(html).Address(here), cancellation);
                if ((int)answer.StatusCode >= 500)
                {
                    throw new DemoException($"{Place} answers {(int)answer.StatusCode}.");
                }
                return;
            }
            var next = new Uri(here, location);
            if (next.GetLeftPart(UriPartial.Path) == _leavesAt.GetLeftPart(UriPartial.Path))
            {
                LeftTo = next;
                return;
            }
            request = new HttpRequestMessage(HttpMethod.Get, next);
        }
        throw new DemoException("The pages redirect in a circle.");
    }
}
