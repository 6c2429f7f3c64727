using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Categories;

public sealed class CategoriesTests
{
    [Theory]
    [OnBothDatabases("", "Supermarket, groceries", "Daily life")]
    [OnBothDatabases("fr-FR,fr;q=0.9,en;q=0.8", "Supermarché, épicerie", "Vie quotidienne")]
    [OnBothDatabases("de, fr;q=0.5, en;q=0.7", "Supermarket, groceries", "Daily life")]
    [OnBothDatabases("en;q=0, fr;q=0.1", "Supermarché, épicerie", "Vie quotidienne")]
    public async Task Categories_speak_the_language_of_the_request(
        DatabaseKind kind,
        string wanted,
        string label,
        string parent
    )
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, _) = await app.SignedInUser();
        if (wanted != "")
        {
            http.DefaultRequestHeaders.Add("Accept-Language", wanted);
        }

        var one = await http.Read("/api/v2.1/categories/SUPERMARKET");

        Assert.Equal([label, "EXPENSE"], [one.Text("label"), one.Text("type")]);
        Assert.Equal(
            ["DAILY_LIFE", parent],
            [one.GetProperty("parent").Text("id"), one.GetProperty("parent").Text("label")]
        );
    }

    [Theory, OnBothDatabases]
    public async Task The_tree_lists_each_parent_before_its_children(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, _) = await app.SignedInUser();
        HashSet<string> seen = [];

        foreach (var category in (await http.Read("/api/v2.1/categories")).EnumerateArray())
        {
            Assert.True(!category.TryGetProperty("parent", out var parent) || seen.Contains(parent.Text("id")!));
            Assert.True(seen.Add(category.Text("id")!));
        }

        Assert.Contains("UNCATEGORIZED", seen);
        Assert.Equal("not_found", (await http.ReadProblem("/api/v2.1/categories/NOTHING")).Text("code"));
    }
}
