using System.Runtime.CompilerServices;
using System.Text.Json;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.OpenApi;

public sealed class ApiDocumentTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task The_committed_document_is_what_the_routes_say(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var made =
            (await app.Http.GetStringAsync("/docs/openapi.json", Stop)).ReplaceLineEndings("\n").TrimEnd() + "\n";
        var file = CommittedFile();

        if (System.Environment.GetEnvironmentVariable("AFFLUENT_UPDATE_OPENAPI") is "1")
        {
            await File.WriteAllTextAsync(file, made, Stop);
        }

        Assert.True(
            File.Exists(file) && await File.ReadAllTextAsync(file, Stop) == made,
            "docs/reference/openapi.json differs from what the routes say. If the change is meant, write it anew with: "
                + "AFFLUENT_UPDATE_OPENAPI=1 dotnet test --project tests/Affluent.Server.Tests --filter-class \"*ApiDocumentTests\""
        );
    }

    [Theory, OnBothDatabases]
    public async Task Every_operation_is_fit_to_be_read(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var document = await app.Http.Read("/docs/openapi.json");
        HashSet<string> operations = [];

        Assert.StartsWith("3.1", document.Text("openapi"), StringComparison.Ordinal);
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            Assert.StartsWith("/", path.Name, StringComparison.Ordinal);
            foreach (
                var verb in path.Value.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Object)
            )
            {
                var (name, operation) = ($"{verb.Name} {path.Name}", verb.Value);
                Assert.True(operation.Text("operationId") is { } id && operations.Add(id), $"{name}: operationId");
                Assert.False(string.IsNullOrEmpty(operation.Text("summary")), $"{name}: summary");
                Assert.False(string.IsNullOrEmpty(operation.Text("description")), $"{name}: description");
                Assert.True(operation.GetProperty("tags").GetArrayLength() == 1, $"{name}: tag");
                if (operation.TryGetProperty("parameters", out var parameters))
                {
                    Assert.All(
                        parameters.EnumerateArray(),
                        p => Assert.False(string.IsNullOrEmpty(p.Text("description")), $"{name}: {p.Text("name")}")
                    );
                }
                Assert.Contains(operation.GetProperty("responses").EnumerateObject(), r => r.Name[0] == '2');
                foreach (var answer in operation.GetProperty("responses").EnumerateObject())
                {
                    var headers = answer.Value.GetProperty("headers").EnumerateObject().Select(h => h.Name).ToArray();
                    Assert.Contains("Cache-Control", headers);
                    Assert.True(answer.Name != "429" || headers.Contains("Retry-After"), $"{name}: {answer.Name}");
                    Assert.True(answer.Name != "401" || headers.Contains("WWW-Authenticate"), $"{name}: {answer.Name}");
                }
            }
        }
        foreach (var schema in document.GetProperty("components").GetProperty("schemas").EnumerateObject())
        {
            foreach (var property in Members(schema.Value))
            {
                Assert.False(
                    string.IsNullOrEmpty(property.Value.Text("description") ?? property.Value.Text("$ref")),
                    $"{schema.Name}.{property.Name} has no description"
                );
            }
        }
    }

    [Theory, OnBothDatabases]
    public async Task The_reference_brings_its_own_script_and_shows_every_operation(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var document = await app.Http.Read("/docs/openapi.json");

        foreach (var path in new[] { "/docs/api", "/docs/api/" })
        {
            using var answer = await app.Http.GetAsync(path, Stop);
            var page = await answer.Content.ReadAsStringAsync(Stop);

            Assert.True(answer.IsSuccessStatusCode, page);
            var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.Contains("script-src 'self'; connect-src 'self'; ", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("http", policy, StringComparison.Ordinal);
            foreach (var file in new[] { "reference.js", "docs.css", "openapi.json" })
            {
                var link = page.Split('"').Single(part => part.EndsWith(file, StringComparison.Ordinal));
                using var found = await app.Http.GetAsync(new Uri(new Uri(app.Origin, path), link), Stop);
                Assert.Equal(System.Net.HttpStatusCode.OK, found.StatusCode);
            }
            foreach (var operation in Operations(document))
            {
                Assert.Contains($"<section class=\"operation\" id=\"{operation.Text("operationId")}\">", page);
            }
            foreach (var schema in document.GetProperty("components").GetProperty("schemas").EnumerateObject())
            {
                Assert.Contains($"<section id=\"schema-{schema.Name}\">", page, StringComparison.Ordinal);
            }
        }
    }

    [Theory, OnBothDatabases]
    public async Task Servers_are_where_the_roles_are(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(
            kind,
            settings: s =>
                s with
                {
                    ApiUrl = new Uri("https://api.example"),
                    AuthUrl = new Uri("https://example/sign-in/"),
                    DocsUrl = new Uri("https://docs.example"),
                }
        );
        var document = await app.Http.Read("/docs/openapi.json");

        Assert.Equal(
            ["https://api.example/v2.1", "https://api.example/v2"],
            document.GetProperty("servers").EnumerateArray().Select(s => s.Text("url"))
        );
        Assert.Equal("https://api.example", Server("/v3/accounts"));
        Assert.Equal("https://example/sign-in", Server("/token"));
        // The role has no address of its own, but not the documentation's either.
        Assert.Equal($"{app.Origin}embed/v2.1", Server("/widget/widget_session"));
        var flows = document.GetProperty("components").GetProperty("securitySchemes").GetProperty("oauth2");
        Assert.Equal(
            "https://example/sign-in/signin",
            flows.GetProperty("flows").GetProperty("authorizationCode").Text("authorizationUrl")
        );
        using var page = await app.Http.GetAsync("/docs/api", Stop);
        Assert.Contains(
            $"connect-src 'self' https://api.example {app.Origin.GetLeftPart(UriPartial.Authority)} https://example; ",
            page.Headers.GetValues("Content-Security-Policy").Single(),
            StringComparison.Ordinal
        );

        string? Server(string path) =>
            document
                .GetProperty("paths")
                .GetProperty(path)
                .GetProperty("servers")
                .EnumerateArray()
                .Single()
                .Text("url");
    }

    private static IEnumerable<JsonElement> Operations(JsonElement document) =>
        document
            .GetProperty("paths")
            .EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject())
            .Where(verb => verb.Value.ValueKind == JsonValueKind.Object)
            .Select(verb => verb.Value);

    private static JsonElement.ObjectEnumerator Members(JsonElement schema) =>
        schema.TryGetProperty("properties", out var properties) ? properties.EnumerateObject() : default;

    private static string CommittedFile([CallerFilePath] string self = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(self)!, "../../../docs/reference/openapi.json"));
}
