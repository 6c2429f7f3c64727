using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Affluent.Server.Tests.Harness;

/// <summary>The categories of transactions, and what is said of them over the API.</summary>
internal static class Categorized
{
    private const string Rules = "/api/v2.1/categories/rules";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>The transaction whose text names this.</summary>
    public static JsonElement Of(IEnumerable<JsonElement> all, string text) =>
        all.Single(t =>
            t.GetProperty("remittance_information")[0].GetString()!.Contains(text, StringComparison.Ordinal)
        );

    /// <summary>The category, what decided it and how sure that is.</summary>
    public static string Category(JsonElement shown) =>
        $"{shown.Text("category_id")} {shown.Text("category_why")} {shown.Text("category_confidence")}";

    /// <summary>Corrects a transaction's category; empty: takes that back.</summary>
    public static async Task<JsonElement> Say(HttpClient http, JsonElement transaction, string category)
    {
        using var answer = await http.PatchAsJsonAsync(
            $"/api/v2.1/transactions/{transaction.Text("id")}",
            new { category_id = category },
            Stop
        );
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    /// <summary>A client of the API with the client's own token; without more of a new client.</summary>
    public static async Task<HttpClient> ClientItself(this TestApp app, TestClient? client = null) =>
        app.WithToken(
            await app.ClientToken(
                client ?? await app.CreateClient(clientMode: true),
                "accounts_manage connections_manage connections_sync transactions_read"
            )
        );

    /// <summary>Makes a rule; as it was answered.</summary>
    public static Task<JsonElement> MakeRule(
        this HttpClient http,
        string category,
        object conditions,
        int? priority = null
    ) =>
        http.PostAsJsonAsync(
                Rules,
                new
                {
                    category_id = category,
                    conditions,
                    priority,
                },
                Stop
            )
            .IsGiven();

    /// <summary>The category and priority of each rule, in order.</summary>
    public static async Task<IReadOnlyList<string>> RulesListed(this HttpClient http) =>
        [
            .. (await http.Read(Rules))
                .EnumerateArray()
                .Select(rule => $"{rule.Text("category_id")} {rule.Text("priority")}"),
        ];
}
