using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Web;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

public sealed class QuestionTests
{
    private const string Otp = "731946";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_code_is_asked_answered_over_the_api_and_the_run_goes_on(DatabaseKind kind)
    {
        var bank = Bank_that_asks_for_a_code();
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();

        var question = await http.GetFromJsonAsync<JsonElement>($"/api/v2.1/connections/{id}/user_input", Stop);
        Assert.Equal("OTP", question.GetProperty("kind").GetString());
        Assert.Equal("otp", question.GetProperty("fields")[0].GetProperty("id").GetString());
        Assert.Equal("WAITING_USER", await app.JobState(id));
        var waiting = await http.GetFromJsonAsync<JsonElement>($"/api/v2.1/connections/{id}", Stop);
        Assert.Equal("RUNNING", waiting.GetProperty("status").GetString());
        Assert.Contains(
            "CHALLENGE_REQUIRED",
            waiting.GetProperty("channels").EnumerateArray().Select(c => c.GetProperty("status").GetString())
        );
        Assert.Equal(HttpStatusCode.BadRequest, await Answer(http, id, new { otp = "12" }));
        Assert.Equal(HttpStatusCode.BadRequest, await Answer(http, id, new { pin = Otp }));
        Assert.Equal(HttpStatusCode.NoContent, await Answer(http, id, new { otp = Otp }));
        Assert.Equal(HttpStatusCode.Conflict, await Answer(http, id, new { otp = Otp }));
        await app.RunDueSynchronizations();

        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Single(await http.Transactions());
        Assert.Equal(0, await app.Count("questions"));
        using var none = await http.GetAsync($"/api/v2.1/connections/{id}/user_input", Stop);
        Assert.Equal(HttpStatusCode.NoContent, none.StatusCode);
    }

    [Theory, OnBothDatabases]
    public async Task A_wrong_code_is_asked_for_again(DatabaseKind kind)
    {
        var bank = Bank_that_asks_for_a_code();
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();

        await Answer(http, id, new { otp = "000000" });
        await app.RunDueSynchronizations();
        var again = await http.GetFromJsonAsync<JsonElement>($"/api/v2.1/connections/{id}/user_input", Stop);
        await Answer(http, id, new { otp = Otp });
        await app.RunDueSynchronizations();

        Assert.True(again.GetProperty("retry").GetBoolean());
        Assert.False(again.GetProperty("answered").GetBoolean());
        Assert.Equal("SUCCESS", await http.StatusOf(id));
    }

    [Theory, OnBothDatabases]
    public async Task A_question_that_nobody_answers_expires(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(Bank_that_asks_for_a_code(), kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();

        app.Time.Advance(TimeSpan.FromMinutes(11));
        var late = await Answer(http, id, new { otp = Otp });
        await app.RunDueSynchronizations();

        Assert.Equal(HttpStatusCode.Conflict, late);
        Assert.Equal("FAILED", await http.StatusOf(id));
        Assert.Equal("CHALLENGE_REQUIRED", await http.StatusOf(id, FakeBank.Embedded));
        Assert.Single(await app.EventNames(id), name => name == "USER_INPUT_EXPIRED");
    }

    [Theory, OnBothDatabases]
    public async Task A_user_who_gives_up_ends_the_run(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(Bank_that_asks_for_a_code(), kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();

        using var cancelled = await http.DeleteAsync($"/api/v2.1/connections/{id}/user_input", Stop);
        await app.RunDueSynchronizations();

        Assert.Equal(HttpStatusCode.NoContent, cancelled.StatusCode);
        Assert.Equal("FAILED", await http.StatusOf(id));
        Assert.Single(await app.EventNames(id), "USER_INPUT_CANCELLED");
        Assert.DoesNotContain("USER_INPUT_EXPIRED", await app.EventNames(id));
    }

    [Theory, OnBothDatabases]
    public async Task New_credentials_while_a_code_is_awaited_end_what_had_begun(DatabaseKind kind)
    {
        var bank = Bank_that_asks_for_a_code();
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        bank.EmbeddedChannel.Instead = null;

        using var changed = await http.PutAsJsonAsync(
            $"/api/v2.1/connections/{id}/channels/{FakeBank.Embedded}/credentials",
            new { credentials = new Dictionary<string, string> { ["300"] = "dev", ["301"] = "other" } },
            Stop
        );
        await app.RunDueSynchronizations();

        Assert.Equal(HttpStatusCode.NoContent, changed.StatusCode);
        Assert.Equal("SUCCESS", await http.StatusOf(id));
        string[] ends = ["SYNCHRONIZATION_STARTED", "SYNCHRONIZATION_ENDED"];
        Assert.Equal([.. ends, .. ends], (await app.EventNames(id)).Where(ends.Contains));
    }

    [Theory, OnBothDatabases]
    public async Task In_the_night_a_question_marks_the_channel_and_nobody_is_asked(DatabaseKind kind)
    {
        var bank = Bank_that_asks_for_a_code();
        bank.EmbeddedChannel.Instead = null;
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        bank.EmbeddedChannel.Instead = Bank_that_asks_for_a_code().EmbeddedChannel.Instead;

        app.Time.Advance(TimeSpan.FromDays(1));
        await app.RunDueSynchronizations();

        Assert.Equal("CHALLENGE_REQUIRED", await http.StatusOf(id, FakeBank.Embedded));
        Assert.Equal("STOPPED", await app.JobState(id));
        Assert.Equal(0, await app.Count("questions"));
    }

    [Theory, OnBothDatabases]
    public async Task An_approval_in_the_banks_app_is_looked_for_until_it_is_there(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        var approved = false;
        bank.EmbeddedChannel.Instead = (context, input) =>
            approved && input is StepInput.Poll ? new StepResult.Done { Session = "in" }
            : context.Session == "in" ? null
            : new StepResult.AskUser(new Question.AppApproval("Open your app", TimeSpan.FromSeconds(3), null))
            {
                Session = "wait",
            };
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        app.Time.Advance(TimeSpan.FromSeconds(4));
        await app.RunDueSynchronizations();
        var waiting = await app.JobState(id);

        approved = true;
        app.Time.Advance(TimeSpan.FromSeconds(4));
        await app.RunDueSynchronizations();

        Assert.Equal("WAITING_USER", waiting);
        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Single(await app.EventNames(id), name => name == "USER_INPUT_REQUIRED");
    }

    [Theory, OnBothDatabases]
    public async Task The_authorize_link_leads_to_the_bank_and_the_users_return_is_taken_once(DatabaseKind kind)
    {
        var bank = Bank_that_authorizes();
        await using var app = await TestApp.StartWith(bank, kind);
        var client = await app.CreateClient(redirectUrls: "https://app.example");
        var (http, _) = await app.SignedInUser(client);
        var (id, link) = await ConnectByLink(http);
        await app.RunDueSynchronizations();

        var visitor = app.Browse("document");
        await visitor.Open(link);
        Assert.Equal("fake.example", visitor.SentTo!.Host);
        var state = HttpUtility.ParseQueryString(visitor.SentTo.Query)["state"]!;
        var back = $"/embed/v2.1/widget/bank_callback/101?code=ok&state={state}";
        await visitor.Open(back);
        Assert.Equal($"https://app.example/back?connection_id={id}", visitor.SentTo!.OriginalString);
        // A double click, or the page reloaded.
        await visitor.Open(back);
        Assert.Equal($"https://app.example/back?connection_id={id}", visitor.SentTo!.OriginalString);
        Assert.Single(await app.EventNames(id), name => name == "USER_INPUT_ANSWERED");
        await app.RunDueSynchronizations();

        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal(
            app.Time.GetUtcNow().AddDays(180).ToUnixTimeSeconds(),
            (await http.Channel(id, FakeBank.Redirect)).GetProperty("expires").GetInt64()
        );
        Assert.Single(await app.EventNames(id), name => name == "CONSENT_GIVEN");
    }

    [Theory, OnBothDatabases]
    public async Task A_user_all_of_whose_accounts_are_refused_is_sent_to_the_bank_once_and_no_more(DatabaseKind kind)
    {
        var bank = Bank_that_authorizes();
        var ordinary = bank.RedirectChannel.Instead!;
        var refuses = false;
        bank.RedirectChannel.Instead = (context, input) =>
            ordinary(context, input)
            ?? (
                refuses && input is StepInput.ListTransactions
                    ? new StepResult.Refused(Refusal.AccountUnauthorized, "401") { Session = context.Session }
                    : null
            );
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        var (id, link) = await ConnectByLink(http);
        await app.RunDueSynchronizations();
        await Authorize(link);
        Assert.Equal("SUCCESS", await http.StatusOf(id));
        List<string> seen = [];

        refuses = true;
        for (var i = 0; i < 2; i++)
        {
            app.Time.Advance(TimeSpan.FromHours(1));
            await RunTests.Synchronize(http, id);
            await app.RunDueSynchronizations();
            await See();
        }
        await Authorize((await http.Read($"/api/v2.1/connections/{id}/user_input")).Text("address")!);
        await See();
        await RunTests.Synchronize(http, id);
        await app.RunDueSynchronizations();
        await See();

        Assert.Equal(
            [
                "TOKEN_EXPIRED consent_expired STOPPED",
                "TOKEN_EXPIRED consent_expired WAITING_USER",
                "FAILED accounts_refused IDLE",
                "FAILED accounts_refused IDLE",
            ],
            seen
        );

        async Task Authorize(string address)
        {
            var visitor = app.Browse("document");
            await visitor.Open(address);
            var state = HttpUtility.ParseQueryString(visitor.SentTo!.Query)["state"]!;
            await visitor.Open($"/embed/v2.1/widget/bank_callback/101?code=ok&state={state}");
            app.Time.Advance(TimeSpan.FromSeconds(1));
            await app.RunDueSynchronizations();
        }

        async Task See()
        {
            var channel = await http.Channel(id, FakeBank.Redirect);
            seen.Add($"{channel.Text("status")} {channel.Text("reason")} {await app.JobState(id)}");
        }
    }

    [Theory, OnBothDatabases]
    public async Task The_authorize_link_of_a_closed_client_leads_to_no_bank(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(Bank_that_authorizes(), kind);
        var client = await app.CreateClient(redirectUrls: "https://app.example");
        var (http, _) = await app.SignedInUser(client);
        var (_, link) = await ConnectByLink(http);
        await app.RunDueSynchronizations();
        Task<bool> Close(bool disabled) =>
            app.Database.Write(
                db => ClientStore.SetDisabled(db, client.ClientId, disabled, app.Service<Revocations>()),
                Stop
            );

        await Close(true);
        var visitor = app.Browse("document");
        await visitor.Open(link);
        var (sentTo, status, heading) = (visitor.SentTo, visitor.Status, visitor.Heading);
        await Close(false);
        await visitor.Open(link);

        Assert.Equal((null, HttpStatusCode.Forbidden, "This service is closed"), (sentTo, status, heading));
        // Nothing was used up.
        Assert.Equal("fake.example", visitor.SentTo!.Host);
    }

    [Theory, OnBothDatabases]
    public async Task A_redirect_url_of_another_site_is_refused(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var (http, _) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));

        using var answer = await http.PostAsJsonAsync(
            "/api/v2.1/connections",
            new
            {
                provider_id = "1",
                channel_definition_id = "101",
                redirect_url = "https://evil.example/back",
            },
            Stop
        );

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(await http.ReadIds<ConnectionId>("/api/v2.1/connections"));
    }

    [Theory, OnBothDatabases]
    public async Task Nothing_secret_stands_in_the_database(DatabaseKind kind)
    {
        var bank = Bank_that_asks_for_a_code();
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        await Answer(http, id, new { otp = Otp });
        await app.RunDueSynchronizations();
        Assert.Equal("SUCCESS", await http.StatusOf(id));

        var text = await app.StoredText();

        Assert.Contains("Account 111", text, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret-pa55", text, StringComparison.Ordinal);
        Assert.DoesNotContain("t0ken-of-the-bank", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Otp, text, StringComparison.Ordinal);
    }

    internal static FakeBank Bank_that_authorizes()
    {
        var bank = new FakeBank();
        bank.RedirectChannel.With(Bank.Account("111"), Bank.Booked("a", 1, "2026-02-01", "X"));
        bank.RedirectChannel.Instead = (context, input) =>
            input is StepInput.Returned { Address.Query: var query }
            && query.Contains("code=ok", StringComparison.Ordinal)
                ? new StepResult.Done { Session = "token" }
            : context.Session == "token" ? null
            : new StepResult.AskUser(
                new Question.Redirect(new Uri($"https://fake.example/authorize?state={context.Callback!.State}"))
            )
            {
                Session = "asked",
            };
        return bank;
    }

    internal static async Task<(string Id, string Link)> ConnectByLink(HttpClient http)
    {
        using var created = await http.PostAsJsonAsync(
            "/api/v2.1/connections",
            new
            {
                provider_id = "1",
                channel_definition_id = "101",
                redirect_url = "https://app.example/back",
            },
            Stop
        );
        var body = await created.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return (body.Text("id")!, body.GetProperty("_links").GetProperty("authorize").GetProperty("href").GetString()!);
    }

    private static FakeBank Bank_that_asks_for_a_code()
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked("a", 1, "2026-02-01", "X"));
        bank.EmbeddedChannel.Instead = (context, input) =>
            input is StepInput.Answer answer
                ? answer.Values["otp"] == Otp
                    ? new StepResult.Done { Session = "t0ken-of-the-bank" }
                    : Ask(retry: true)
                : context.Session == "t0ken-of-the-bank"
                    ? null
                    : Ask(retry: false);
        return bank;

        static StepResult Ask(bool retry) =>
            new StepResult.AskUser(new Question.OneTimePassword("SMS to ** 12", 6, Digits: true, null, retry))
            {
                Session = "waiting-for-code",
            };
    }

    private static async Task<HttpStatusCode> Answer(HttpClient http, string id, object values)
    {
        using var answer = await http.PostAsJsonAsync($"/api/v2.1/connections/{id}/user_input", new { values }, Stop);
        return answer.StatusCode;
    }
}
