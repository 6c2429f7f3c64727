using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>A new account that may be one which the bank lists no longer.</summary>
public sealed class AccountInDoubtTests
{
    [Theory, OnBothDatabases]
    public async Task Is_new_names_the_other_and_is_in_doubt_no_more_when_that_one_is_back(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Pocket("1", "Voyage"));
        bank.EmbeddedChannel.With(Pocket("2", "Maison"));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        var before = await Named(http);
        Assert.All(before.Values, account => Assert.False(account.TryGetProperty("match", out _)));

        bank.EmbeddedChannel.Accounts.Clear();
        bank.EmbeddedChannel.With(Pocket("8", "Vacances"));
        bank.EmbeddedChannel.With(Pocket("9", "Maison"));
        await List(app, http, id);

        var after = await Named(http);
        Assert.Equal(["Maison", "Vacances", "Voyage"], after.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(before["Maison"].Text("id"), after["Maison"].Text("id"));
        Assert.Equal("NOT_FOUND", after["Voyage"].Text("status"));
        Assert.Equal(
            $$"""{"ambiguous":true,"candidates":["{{before["Voyage"].Text("id")}}"]}""",
            after["Vacances"].GetProperty("match").GetRawText()
        );
        Assert.False(after["Maison"].TryGetProperty("match", out _));

        bank.EmbeddedChannel.With(Pocket("7", "Voyage"));
        await List(app, http, id);

        after = await Named(http);
        Assert.Equal(before["Voyage"].Text("id"), after["Voyage"].Text("id"));
        Assert.All(after.Values, account => Assert.False(account.TryGetProperty("match", out _)));
    }

    private static async Task<Dictionary<string, JsonElement>> Named(HttpClient http) =>
        (await http.Accounts()).ToDictionary(account => account.Text("name")!, StringComparer.Ordinal);

    private static async Task List(TestApp app, HttpClient http, string id)
    {
        using var asked = await http.PostAsync(
            new Uri($"/api/v2.1/connections/{id}/synchronize?type=LIST_ACCOUNTS", UriKind.Relative),
            content: null,
            TestContext.Current.CancellationToken
        );
        asked.EnsureSuccessStatusCode();
        await app.RunDueSynchronizations();
    }

    private static BankAccount Pocket(string reference, string name) =>
        Bank.Account(reference, type: BankAccountType.Savings) with
        {
            Number = null,
            Name = name,
        };
}
