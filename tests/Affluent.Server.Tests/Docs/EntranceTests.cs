using System.Net;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Docs;

/// <summary>The bare addresses of the parts, as the first page lists them.</summary>
public sealed class EntranceTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task Whoever_opens_the_bare_address_of_a_part_is_shown_the_page_about_it(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);

        foreach (var part in new[] { "/", "/auth", "/api", "/api/v2.1", "/api/v2", "/api/v3", "/embed", "/embed/v2.1" })
        {
            using var answer = await app.Http.GetAsync(part, Stop);
            Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
            using var page = await app.Http.GetAsync(answer.Headers.Location, Stop);
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        }
    }

    [Theory]
    [OnBothDatabases("/nope")]
    [OnBothDatabases("/auth/nope")]
    [OnBothDatabases("/embed/nope")]
    [OnBothDatabases("/embed/v2.1/widget/nope")]
    public async Task Where_nothing_is_the_answer_says_so_in_words(DatabaseKind kind, string path)
    {
        await using var app = await TestApp.Start(kind);

        using var answer = await app.Http.GetAsync(path, Stop);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        var problem = await answer.Problem();
        Assert.Equal("unknown_route", problem.Text("code"));
        Assert.Contains($"There is nothing at {path}.", problem.Text("detail"), StringComparison.Ordinal);
    }
}
