using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Web;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>A bank that sends users to its own page, and wants something of them before (which accounts they share).</summary>
public sealed class FieldsBeforeRedirectTests
{
    private const string Number = "BE16690375703426";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task What_the_bank_wants_first_is_asked_and_then_the_user_goes_there(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(Bank(), kind);
        var (http, _) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        var (id, link) = await Connect(http, credentials: null);
        await app.RunDueSynchronizations();

        var question = await http.Read($"/api/v2.1/connections/{id}/user_input");
        using var answered = await http.PostAsJsonAsync(
            $"/api/v2.1/connections/{id}/user_input",
            new { values = new { account = Number } },
            Stop
        );
        await app.RunDueSynchronizations();
        Assert.Equal(HttpStatusCode.NoContent, answered.StatusCode);
        await GoToTheBank(app, link);

        Assert.Equal("CREDENTIALS", question.Text("kind"));
        Assert.Equal("account", question.GetProperty("fields")[0].Text("name"));
        Assert.Equal("SUCCESS", await http.StatusOf(id));
    }

    [Theory, OnBothDatabases]
    public async Task What_is_given_at_once_is_not_asked_and_can_be_replaced(DatabaseKind kind)
    {
        var bank = Bank();
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        var (id, link) = await Connect(http, new { account = Number });
        await app.RunDueSynchronizations();
        await GoToTheBank(app, link);

        using var replaced = await http.PutAsJsonAsync(
            $"/api/v2.1/connections/{id}/channels/101/credentials",
            new { credentials = new { account = "BE68539007547034" } },
            Stop
        );
        await app.RunDueSynchronizations();
        // For other accounts the user agrees anew.
        await GoToTheBank(app, (await http.Read($"/api/v2.1/connections/{id}/user_input")).Text("address")!);

        Assert.Equal(HttpStatusCode.NoContent, replaced.StatusCode);
        Assert.Equal("BE68539007547034", bank.RedirectChannel.Steps[^1].Context.Credentials["300"]);
        Assert.Equal("SUCCESS", await http.StatusOf(id));
    }

    private static FakeBank Bank()
    {
        var bank = new FakeBank();
        var field = new CredentialField(
            "300",
            "account",
            new Dictionary<string, string> { ["en"] = "Account" },
            CredentialType.Text
        );
        bank.Provider = bank.Provider with
        {
            Channels = [.. bank.Provider.Channels.Select((c, i) => i == 0 ? c with { Credentials = [field] } : c)],
        };
        bank.RedirectChannel.With(Harness.Bank.Account("111"), Harness.Bank.Booked("a", 1, "2026-02-01", "X"));
        bank.RedirectChannel.Instead = (context, input) =>
            input is StepInput.Returned ? new StepResult.Done { Session = "token" }
            : context.Session == "token" ? null
            : new StepResult.AskUser(
                context.Credentials.ContainsKey("300")
                    ? new Question.Redirect(new Uri($"https://fake.example/agree?state={context.Callback!.State}"))
                    : new Question.Credentials()
            )
            {
                Session = "asked",
            };
        return bank;
    }

    private static async Task<(string Id, string Link)> Connect(HttpClient http, object? credentials)
    {
        using var created = await http.PostAsJsonAsync(
            "/api/v2.1/connections",
            new
            {
                provider_id = FakeBank.ProviderId,
                channel_definition_id = FakeBank.Redirect,
                redirect_url = "https://app.example/back",
                credentials,
            },
            Stop
        );
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var body = await created.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return (body.Text("id")!, body.GetProperty("_links").GetProperty("authorize").GetProperty("href").GetString()!);
    }

    private static async Task GoToTheBank(TestApp app, string link)
    {
        var visitor = app.Browse("document");
        await visitor.Open(link);
        Assert.Equal("fake.example", visitor.SentTo!.Host);
        var state = HttpUtility.ParseQueryString(visitor.SentTo.Query)["state"]!;
        await visitor.Open($"/embed/v2.1/widget/bank_callback/101?code=ok&state={state}");
        await app.RunDueSynchronizations();
    }
}
