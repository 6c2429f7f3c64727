using System.Net;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Docs;

/// <summary>The reference page sends requests to the other roles from an origin of its own; no other page can.</summary>
public sealed class DocsOriginTests
{
    private const string Docs = "https://docs.example";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [OnBothDatabases("/api/v2.1/categories", "GET")]
    [OnBothDatabases("/api/v3/accounts", "GET")]
    [OnBothDatabases("/api/v2/users/me", "PATCH")]
    [OnBothDatabases("/auth/token", "POST")]
    [OnBothDatabases("/auth/.well-known/jwks", "GET")]
    [OnBothDatabases("/embed/v2.1/widget/widget_session", "POST")]
    public async Task The_documentation_may_read_answers_and_nobody_else(DatabaseKind kind, string path, string verb)
    {
        await using var app = await TestApp.Start(kind, settings: s => s with { DocsUrl = new Uri(Docs) });

        using var asked = await Ask(app, HttpMethod.Options, path, Docs, ("Access-Control-Request-Method", verb));
        Assert.Equal(HttpStatusCode.NoContent, asked.StatusCode);
        Assert.Equal(Docs, Header(asked, "Access-Control-Allow-Origin"));
        Assert.Contains(verb, Header(asked, "Access-Control-Allow-Methods")!, StringComparison.Ordinal);
        using var answer = await Ask(app, new HttpMethod(verb), path, Docs);
        Assert.Equal(Docs, Header(answer, "Access-Control-Allow-Origin"));
        Assert.Contains("Location", Header(answer, "Access-Control-Expose-Headers")!, StringComparison.Ordinal);
        Assert.Null(Header(answer, "Access-Control-Allow-Credentials"));

        foreach (
            var other in new[] { "https://evil.example", "https://docs.example:8443", "http://docs.example", "null" }
        )
        {
            using var foreign = await Ask(app, new HttpMethod(verb), path, other);
            Assert.Null(Header(foreign, "Access-Control-Allow-Origin"));
            using var before = await Ask(app, HttpMethod.Options, path, other, ("Access-Control-Request-Method", verb));
            Assert.Null(Header(before, "Access-Control-Allow-Origin"));
        }
    }

    [Theory]
    [OnBothDatabases("/auth/token")]
    [OnBothDatabases("/embed/v2.1/widget/add_connection")]
    public async Task Without_an_origin_of_its_own_and_on_pages_for_people_nothing_is_opened(
        DatabaseKind kind,
        string path
    )
    {
        var isPage = path.Contains("add_connection", StringComparison.Ordinal);
        await using var app = await TestApp.Start(kind, settings: s => isPage ? s with { DocsUrl = new Uri(Docs) } : s);

        using var answer = await Ask(app, HttpMethod.Get, path, Docs);

        Assert.Null(Header(answer, "Access-Control-Allow-Origin"));
    }

    [Theory, OnBothDatabases]
    public async Task Documentation_without_an_address_of_its_own_is_let_in_from_that_of_the_API(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(
            kind,
            settings: s => s with { ApiUrl = new Uri("https://api.example"), AuthUrl = new Uri("https://auth.example") }
        );

        using var answer = await Ask(app, HttpMethod.Post, "/auth/token", "https://api.example");

        Assert.Equal("https://api.example", Header(answer, "Access-Control-Allow-Origin"));
    }

    private static async Task<HttpResponseMessage> Ask(
        TestApp app,
        HttpMethod verb,
        string path,
        string origin,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(verb, path);
        request.Headers.Add("Origin", origin);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }
        return await app.Http.SendAsync(request, Stop);
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;
}
