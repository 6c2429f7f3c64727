using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>What a bank says of its customer and of what is wrong reaches those who need it.</summary>
public sealed class BankWordsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task What_the_bank_cannot_use_is_told_in_its_words_until_it_can(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("1"));
        bank.EmbeddedChannel.Instead = (_, _) =>
            new StepResult.Refused(Refusal.FieldRefused, "a field") { Session = "", Message = "accounts.txt · line 4" };
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);

        await app.RunDueSynchronizations();
        var refused = await Channel(http, id);
        bank.EmbeddedChannel.Instead = null;
        await RunTests.Synchronize(http, id);
        await app.RunDueSynchronizations();
        var read = await Channel(http, id);

        Assert.Equal(("AUTH_FAILED", "accounts.txt · line 4"), (refused.Text("status"), refused.Text("message")));
        Assert.Equal(("SUCCESS", null), (read.Text("status"), read.Text("message")));
    }

    [Theory, OnBothDatabases]
    public async Task A_connection_belongs_to_who_signed_in_and_an_account_of_which_nothing_is_said_is_private(
        DatabaseKind kind
    )
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("1") with { OwnerName = "SA LAMBDA" })
            .With(Bank.Account("2") with { Usage = BankAccountUsage.Professional });
        bank.EmbeddedChannel.Instead = (context, input) =>
            input is StepInput.ListAccounts
                ? new StepResult.Page
                {
                    Session = context.Session,
                    Accounts = [.. bank.EmbeddedChannel.Accounts],
                    Holder = "MME ANNA BRUN",
                }
                : null;
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);

        await app.RunDueSynchronizations();

        var connection = await http.GetFromJsonAsync<JsonElement>($"/api/v2.1/connections/{id}", Stop);
        var personal = await http.GetFromJsonAsync<JsonElement>("/api/v2.1/accounts?usage=PERSONAL", Stop);
        var professional = await http.GetFromJsonAsync<JsonElement>("/api/v2.1/accounts?usage=PROFESSIONAL", Stop);
        Assert.Equal("MME ANNA BRUN", connection.GetProperty("owner").Text("name"));
        Assert.Equal("SA LAMBDA", Assert.Single(personal.EnumerateArray()).GetProperty("owner").Text("name"));
        Assert.Equal("2", Assert.Single(professional.EnumerateArray()).Text("account_number"));
    }

    private static async Task<JsonElement> Channel(HttpClient http, string id) =>
        (await http.GetFromJsonAsync<JsonElement>($"/api/v2.1/connections/{id}", Stop))
            .GetProperty("channels")
            .EnumerateArray()
            .Single(c => c.Text("channel_definition_id") == FakeBank.Embedded);
}
