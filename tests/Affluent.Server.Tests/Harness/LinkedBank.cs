using Xunit;

namespace Affluent.Server.Tests.Harness;

/// <summary>A user who has linked a bank, and its further readings.</summary>
internal static class LinkedBank
{
    public static async Task<(TestApp App, HttpClient Http, string Id)> Linked(
        FakeBank bank,
        DatabaseKind kind,
        bool clientMode = false
    )
    {
        if (bank.EmbeddedChannel.Accounts.Count == 0)
        {
            bank.EmbeddedChannel.With(Bank.Account("111"));
        }
        var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser(await app.CreateClient(clientMode: clientMode));
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        return (app, http, id);
    }

    public static async Task Again(TestApp app, HttpClient http, string id)
    {
        using var answer = await http.PostAsync(
            $"/api/v2.1/connections/{id}/synchronize",
            null,
            TestContext.Current.CancellationToken
        );
        answer.EnsureSuccessStatusCode();
        await app.RunDueSynchronizations();
    }
}
