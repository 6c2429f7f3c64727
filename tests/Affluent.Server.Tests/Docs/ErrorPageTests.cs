using System.Net;
using System.Text.RegularExpressions;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Docs;

/// <summary>A problem's <c>type</c> is an address that opens the page about errors at the entry of its code.</summary>
public sealed partial class ErrorPageTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Every code that the sources give a problem.</summary>
    private static readonly string[] Codes =
    [
        .. Directory
            .EnumerateFiles(
                Path.Combine(Repository.Root, "src", "Affluent.Server"),
                "*.cs",
                SearchOption.AllDirectories
            )
            .SelectMany(file => Code().Matches(File.ReadAllText(file)).Select(m => m.Groups["code"].Value))
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];

    [Theory, OnBothDatabases]
    public async Task Every_code_has_its_entry_on_the_page_and_no_other_has(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);

        var page = await app.Http.GetStringAsync("/docs/reference/errors", Stop);

        Assert.Contains("not_found", Codes);
        Assert.Equal(Codes, Entry().Matches(page).Select(m => m.Groups["code"].Value).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("&lt;a id", page, StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task The_type_of_an_answer_opens_at_its_entry(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        using var answer = await app.Http.GetAsync("/api/v2.1/accounts", Stop);
        var type = new Uri((await answer.Problem()).Text("type")!);

        using var page = await app.Http.GetAsync(type, Stop);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains(
            $"<tr id=\"{type.Fragment[1..]}\">",
            await page.Content.ReadAsStringAsync(Stop),
            StringComparison.Ordinal
        );
    }

    [Theory, OnBothDatabases]
    public async Task Where_the_documentation_has_a_host_of_its_own_the_type_leads_there(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(
            kind,
            settings: s => s with { DocsUrl = new Uri("https://docs.example") }
        );

        using var answer = await app.Http.GetAsync("/api/v2.1/accounts", Stop);

        Assert.Equal("https://docs.example/reference/errors#invalid_token", (await answer.Problem()).Text("type")!);
    }

    [Theory]
    [OnBothDatabases("https://api.example", "/docs")]
    [OnBothDatabases("https://one.example/api", "/api/docs")]
    public async Task Where_the_API_alone_is_known_from_outside_the_documentation_is_found_below_it(
        DatabaseKind kind,
        string api,
        string path
    )
    {
        await using var app = await TestApp.Start(kind, settings: s => s with { ApiUrl = new Uri(api) });
        using var answer = await app.Http.GetAsync("/api/v2.1/accounts", Stop);
        var type = new Uri((await answer.Problem()).Text("type")!);
        Assert.Equal($"{new Uri(new Uri(api), path)}/reference/errors#invalid_token", type.AbsoluteUri);

        foreach (var page in new[] { type.AbsolutePath, $"{path}/api", $"{path}/docs.css" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, page);
            request.Headers.Host = type.Authority;
            using var shown = await app.Http.SendAsync(request, Stop);
            Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        }
    }

    [GeneratedRegex(
        """(?:\(\s*[45][0-9]{2}|bad\.StatusCode|Conflict\()\s*,?\s*"(?<code>[a-z]+(?:_[a-z]+)*)",""",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex Code();

    [GeneratedRegex("<tr id=\"(?<code>[a-z_]+)\">", RegexOptions.NonBacktracking)]
    private static partial Regex Entry();
}
