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
    public async Task The_interactive_reference_brings_its_own_script(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);

        using var answer = await app.Http.GetAsync("/docs/api/", Stop);
        var page = await answer.Content.ReadAsStringAsync(Stop);

        Assert.True(answer.IsSuccessStatusCode, page);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
    }

    private static JsonElement.ObjectEnumerator Members(JsonElement schema) =>
        schema.TryGetProperty("properties", out var properties) ? properties.EnumerateObject() : default;

    private static string CommittedFile([CallerFilePath] string self = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(self)!, "../../../docs/reference/openapi.json"));
}
