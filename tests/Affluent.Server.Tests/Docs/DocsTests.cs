using System.Net;
using System.Text.RegularExpressions;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Docs;

/// <summary>The documentation as a reader's browser sees it.</summary>
public sealed partial class DocsTests
{
    [Theory, OnBothDatabases]
    public async Task Every_page_shows_and_every_link_leads_to_a_page_and_a_place_on_it(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var start = new Uri(app.Origin, "/docs/");
        var linkedFrom = new Dictionary<Uri, string> { [start] = "the test" };
        Queue<Uri> open = new([start]);
        Dictionary<Uri, string> shown = [];
        List<(Uri Link, string From)> places = [];
        List<string> broken = [];
        while (open.TryDequeue(out var address))
        {
            using var response = await app.Http.GetAsync(address, TestContext.Current.CancellationToken);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                broken.Add($"{linkedFrom[address]} links to {address.AbsolutePath}: {(int)response.StatusCode}");
                continue;
            }
            var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            shown[address] = html;
            foreach (
                var link in Link()
                    .Matches(html)
                    .Select(m => new Uri(address, WebUtility.HtmlDecode(m.Groups["link"].Value)))
            )
            {
                var page = new UriBuilder(link) { Fragment = "" }.Uri;
                if (link.Fragment.Length > 1)
                {
                    places.Add((link, address.AbsolutePath));
                }
                // The API reference is a page of another making.
                if (
                    page.Authority == start.Authority
                    && !page.AbsolutePath.StartsWith("/docs/api", StringComparison.Ordinal)
                    && linkedFrom.TryAdd(page, address.AbsolutePath)
                )
                {
                    open.Enqueue(page);
                }
            }
        }

        broken.AddRange(
            from place in places
            let page = shown.GetValueOrDefault(new UriBuilder(place.Link) { Fragment = "" }.Uri)
            where page?.Contains($"id=\"{place.Link.Fragment[1..]}\"", StringComparison.Ordinal) == false
            select $"{place.From} links to {place.Link.PathAndQuery}{place.Link.Fragment}, which has no such place"
        );
        Assert.True(broken.Count == 0, string.Join('\n', broken));
        Assert.True(linkedFrom.Count > 3);
        Assert.True(places.Count > 3);
    }

    [Theory, OnBothDatabases]
    public async Task A_page_asks_nothing_of_other_origins_and_runs_no_script(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        using var response = await app.Http.GetAsync(
            "/docs/advanced/operations",
            TestContext.Current.CancellationToken
        );

        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("http", policy);
        Assert.Contains(
            "<html lang=\"en\">",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        );
    }

    [Theory]
    [OnBothDatabases("/docs/none")]
    [OnBothDatabases("/docs/advanced/none")]
    [OnBothDatabases("/docs/../../etc/passwd.md")]
    public async Task A_page_that_does_not_exist_answers_404_with_the_contents(DatabaseKind kind, string path)
    {
        await using var app = await TestApp.Start(kind);
        using var response = await app.Http.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [OnBothDatabases("/docs", "/docs/")]
    [OnBothDatabases("/docs/advanced/operations.md", "/docs/advanced/operations")]
    public async Task Addresses_of_files_and_of_the_folder_lead_to_their_pages(
        DatabaseKind kind,
        string from,
        string to
    )
    {
        await using var app = await TestApp.Start(kind);
        using var response = await app.Http.GetAsync(from, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal(new Uri(app.Origin, to), response.Headers.Location);
    }

    [Theory, OnBothDatabases]
    public async Task With_a_host_name_of_its_own_the_documentation_has_no_path(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(
            kind,
            settings: s =>
                s with
                {
                    DocsUrl = new Uri("https://docs.example"),
                    AuthUrl = new Uri("https://auth.example"),
                }
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, "/advanced/operations");
        request.Headers.Host = "docs.example";
        using var response = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        using var foreign = new HttpRequestMessage(HttpMethod.Get, "/advanced/operations");
        foreign.Headers.Host = "auth.example";
        using var missing = await app.Http.SendAsync(foreign, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);

        using var unknown = new HttpRequestMessage(HttpMethod.Get, "/advanced/operations");
        unknown.Headers.Host = "api.example";
        using var misdirected = await app.Http.SendAsync(unknown, TestContext.Current.CancellationToken);
        Assert.Equal(421, (int)misdirected.StatusCode);
        Assert.Equal("unknown_host", (await misdirected.Problem()).Text("code"));
        using var health = await app.Http.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [GeneratedRegex("<a (?:class=\"[^\"]*\" )?href=\"(?<link>[^\"]+)\"", RegexOptions.NonBacktracking)]
    private static partial Regex Link();
}
