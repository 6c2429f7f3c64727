using System.Text.Json;

namespace Affluent.Server.Tests.Harness;

/// <summary>What the API shows a user, asked by intent.</summary>
internal static class ApiQueries
{
    /// <summary>How a connection stands.</summary>
    public static async Task<string?> StatusOf(this HttpClient http, string connection) =>
        (await http.Read($"/api/v2.1/connections/{connection}")).Text("status");

    /// <summary>A channel of a connection.</summary>
    public static async Task<JsonElement> Channel(this HttpClient http, string connection, string definition) =>
        (await http.Read($"/api/v2.1/connections/{connection}"))
            .GetProperty("channels")
            .EnumerateArray()
            .Single(c => c.Text("channel_definition_id") == definition);

    /// <summary>How a channel of a connection stands.</summary>
    public static async Task<string?> StatusOf(this HttpClient http, string connection, string channel) =>
        (await http.Channel(connection, channel)).Text("status");

    /// <summary>The user's only connection.</summary>
    public static async Task<string> OnlyConnection(this HttpClient http) =>
        (await http.Read("/api/v2.1/connections")).EnumerateArray().Single().Text("id")!;

    /// <summary>All accounts.</summary>
    public static async Task<IReadOnlyList<JsonElement>> Accounts(this HttpClient http) =>
        [.. (await http.Read("/api/v2.1/accounts")).EnumerateArray()];

    /// <summary>The account with this number.</summary>
    public static async Task<JsonElement> Account(this HttpClient http, string number) =>
        (await http.Accounts()).Single(a => a.Text("account_number") == number || a.Text("iban") == number);

    /// <summary>The first page of transactions, newest first.</summary>
    public static async Task<IReadOnlyList<JsonElement>> Transactions(this HttpClient http) =>
        [.. (await http.Read("/api/v2.1/transactions")).EnumerateArray()];

    /// <summary>A signed sum of money.</summary>
    public static decimal Money(this JsonElement element, string member) => element.GetProperty(member).GetDecimal();
}
