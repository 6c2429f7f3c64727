using System.Net.Http.Json;
using System.Text.Json;
using System.Web;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Tests.Synchronization;
using Xunit;

namespace Affluent.Server.Tests.Events;

/// <summary>What is told of changes that a client would else have to look for.</summary>
public sealed class ToldTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_run_tells_how_many_transactions_of_each_account_it_has_written(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(
                Bank.Account("111"),
                Bank.Booked("a", -1, "2026-02-26", "CARTE COFFEE"),
                Bank.Pending(-7.15m, "2026-03-01", "CARTE SHOES PARIS")
            )
            .With(Bank.Account("222"));
        var (app, http, id) = await LinkedBank.Linked(bank, kind);
        await using var _ = app;
        var (one, two) = ((await http.Account("111")).Text("id"), (await http.Account("222")).Text("id"));

        app.Time.Advance(TimeSpan.FromDays(2));
        bank.EmbeddedChannel.With(
                Bank.Account("111"),
                Bank.Booked("x", -7.15m, "2026-03-03", "CARTE 01/03 SHOES PARIS"),
                Bank.Booked("b", -2, "2026-03-03", "CARTE BAKERY")
            )
            .With(Bank.Account("222"), Bank.Booked("c", -3, "2026-03-03", "CARTE BAR"));
        var queue = await Subscribe(http);
        await LinkedBank.Again(app, http, id);
        var told = await Told(http, queue);
        queue = await Subscribe(http);
        await LinkedBank.Again(app, http, id);
        var nothing = await Told(http, queue);

        static string Changes(JsonElement e) => e.GetProperty("changes").GetRawText();
        var (ofOne, ofTwo) = (
            $$"""{"account_id":"{{one}}","new":1,"changed":1,"removed":1}""",
            $$"""{"account_id":"{{two}}","new":1,"changed":0,"removed":0}"""
        );
        Assert.Equal(
            [$"[{ofOne}]", $"[{ofTwo}]"],
            told.Where(e => e.Text("name") == "ACCOUNT_SYNCHRONIZED").Select(Changes)
        );
        Assert.Equal($"[{ofOne},{ofTwo}]", Changes(told[^1]));
        Assert.Equal($"[{ofOne},{ofTwo}]", Changes(told.Single(e => e.Text("name") == "CHANNEL_SUCCEEDED")));
        Assert.All(nothing.Where(e => e.TryGetProperty("changes", out var _)), e => Assert.Equal("[]", Changes(e)));
        Assert.Equal("SYNCHRONIZATION_ENDED", nothing[^1].Text("name"));
    }

    [Theory, OnBothDatabases]
    public async Task What_was_written_before_a_stop_is_told_at_the_end(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked("a", -1, "2026-02-26", "CARTE COFFEE"))
            .With(Bank.Account("222"), Bank.Booked("b", -2, "2026-02-26", "CARTE BAKERY"));
        var isAway = true;
        bank.EmbeddedChannel.Instead = (context, input) =>
            isAway && input is StepInput.ListTransactions { Account.Reference: "222" }
                ? new StepResult.Later(context.Now, LaterReason.BankUnavailable) { Session = context.Session }
                : null;
        var (app, http, _) = await LinkedBank.Linked(bank, kind);
        await using var __ = app;
        var queue = await Subscribe(http);
        isAway = false;
        app.Time.Advance(TimeSpan.FromMinutes(30));
        await app.RunDueSynchronizations();

        var ended = (await Told(http, queue)).Single(e => e.Text("name") == "SYNCHRONIZATION_ENDED");
        Assert.Equal(2, ended.GetProperty("changes").GetArrayLength());
    }

    [Theory, OnBothDatabases]
    public async Task A_run_that_new_credentials_end_tells_what_it_has_written(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked("a", -1, "2026-02-26", "CARTE COFFEE"))
            .With(Bank.Account("222"));
        bank.EmbeddedChannel.Instead = (context, input) =>
            input is StepInput.ListTransactions { Account.Reference: "222" }
                ? new StepResult.AskUser(new Question.OneTimePassword("SMS", 6, Digits: true, null, Retry: false))
                {
                    Session = context.Session,
                }
                : null;
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var queue = await Subscribe(http);
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();

        using var given = await http.PutAsJsonAsync(
            $"/api/v2.1/connections/{id}/channels/100/credentials",
            new { credentials = new Dictionary<string, string> { ["300"] = "dev", ["301"] = "dev" } },
            Stop
        );
        given.EnsureSuccessStatusCode();

        var ended = (await Told(http, queue)).Single(e => e.Text("name") == "SYNCHRONIZATION_ENDED");
        var changes = Assert.Single(ended.GetProperty("changes").EnumerateArray());
        Assert.Equal(
            ("FAILED", (await http.Account("111")).Text("id"), 1),
            (ended.Text("status"), changes.Text("account_id"), changes.GetProperty("new").GetInt32())
        );
    }

    [Theory, OnBothDatabases]
    public async Task An_account_that_comes_back_and_a_balance_that_does_not_add_up_are_told_once(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111")).With(Account(1_000, "2026-02-24"));
        var (app, http, id) = await LinkedBank.Linked(bank, kind);
        await using var _ = app;
        async Task<IEnumerable<string?>> After(Action change)
        {
            var queue = await Subscribe(http);
            change();
            await LinkedBank.Again(app, http, id);
            return (await Told(http, queue))
                .Where(e => e.Text("type") == "ACCOUNT" && e.Text("name") != "ACCOUNT_SYNCHRONIZED")
                .Select(e => e.Text("name"));
        }

        Assert.Equal(["ACCOUNT_NOT_FOUND"], await After(() => bank.EmbeddedChannel.Accounts.RemoveAt(0)));
        Assert.Equal(["ACCOUNT_FOUND"], await After(() => bank.EmbeddedChannel.With(Bank.Account("111"))));
        Assert.Equal(
            ["BALANCE_GAP"],
            await After(() =>
                bank.EmbeddedChannel.With(Account(900, "2026-02-27"), Bank.Booked("shop", -30, "2026-02-27", "CB SHOP"))
            )
        );
        Assert.Empty(await After(() => { }));
        Assert.Equal(
            ["BALANCE_EXPLAINED"],
            await After(() =>
                bank.EmbeddedChannel.With(
                    Account(900, "2026-02-27"),
                    Bank.Booked("shop", -30, "2026-02-27", "CB SHOP"),
                    Bank.Booked("late", -70, "2026-02-26", "CB HOTEL")
                )
            )
        );

        static BankAccount Account(decimal amount, string day) =>
            Bank.Account("222") with
            {
                Balances = [Bank.Balance(BankBalanceKind.ClosingBooked, amount, day)],
            };
    }

    [Theory, OnBothDatabases]
    public async Task An_authorization_that_is_withdrawn_and_given_again_is_told_as_such(DatabaseKind kind)
    {
        var bank = QuestionTests.Bank_that_authorizes();
        var ordinary = bank.RedirectChannel.Instead!;
        var isWithdrawn = false;
        bank.RedirectChannel.Instead = (context, input) =>
            isWithdrawn && context.Session == "token" ? Bank.Refused(Refusal.ConsentExpired) : ordinary(context, input);
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        var (id, link) = await QuestionTests.ConnectByLink(http);
        await app.RunDueSynchronizations();
        await Authorize(link);
        Assert.DoesNotContain("CONSENT_RENEWED", await app.EventNames(id));

        isWithdrawn = true;
        app.Time.Advance(TimeSpan.FromHours(1));
        await LinkedBank.Again(app, http, id);
        var names = await app.EventNames(id);
        Assert.Single(names, name => name == "CONSENT_REVOKED");
        Assert.DoesNotContain("CONSENT_EXPIRED", names);

        isWithdrawn = false;
        await LinkedBank.Again(app, http, id);
        await Authorize((await http.Read($"/api/v2.1/connections/{id}/user_input")).Text("address")!);
        names = await app.EventNames(id);
        Assert.Equal(2, names.Count(name => name == "CONSENT_GIVEN"));
        Assert.Single(names, name => name == "CONSENT_RENEWED");

        async Task Authorize(string address)
        {
            var visitor = app.Browse("document");
            await visitor.Open(address);
            var state = HttpUtility.ParseQueryString(visitor.SentTo!.Query)["state"]!;
            await visitor.Open($"/embed/v2.1/widget/bank_callback/101?code=ok&state={state}");
            app.Time.Advance(TimeSpan.FromSeconds(1));
            await app.RunDueSynchronizations();
        }
    }

    [Theory, OnBothDatabases]
    public async Task A_second_channel_and_another_holder_are_an_update_of_the_connection(DatabaseKind kind)
    {
        var bank = new FakeBank();
        var holder = "Ada Byron";
        bank.RedirectChannel.Instead = (context, input) =>
            input is StepInput.ListAccounts
                ? new StepResult.Page
                {
                    Session = context.Session,
                    Accounts = [Bank.Account("111")],
                    Holder = holder,
                }
                : null;
        bank.RedirectChannel.With(Bank.Account("111"));
        bank.EmbeddedChannel.With(Bank.Account("222"));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        var id = await TestApp.Connect(http, FakeBank.Redirect, "https://app.example/back");
        await app.RunDueSynchronizations();
        Assert.DoesNotContain("CONNECTION_UPDATED", await app.EventNames(id));

        async Task<int> Updates() => (await app.EventNames(id)).Count(name => name == "CONNECTION_UPDATED");
        async Task GiveCredentials()
        {
            using var given = await http.PutAsJsonAsync(
                $"/api/v2.1/connections/{id}/channels/100/credentials",
                new { credentials = new Dictionary<string, string> { ["300"] = "dev", ["301"] = "dev" } },
                Stop
            );
            given.EnsureSuccessStatusCode();
            await app.RunDueSynchronizations();
        }
        await GiveCredentials();
        Assert.Equal(1, await Updates());
        await GiveCredentials();
        Assert.Equal(1, await Updates());
        Assert.Contains("CREDENTIALS_UPDATED", await app.EventNames(id));
        holder = "Ada Lovelace";
        await LinkedBank.Again(app, http, id);
        Assert.Equal(2, await Updates());
        Assert.Equal(
            "SYNCHRONIZATION_REQUESTED",
            (await app.EventNames(id)).Last(n => n.EndsWith("_REQUESTED", StringComparison.Ordinal))
        );
    }

    [Theory]
    [OnBothDatabases(Refusal.WrongCredentials, "AUTH_FAILED")]
    [OnBothDatabases(Refusal.PasswordChangeRequired, "PASSWORD_CHANGE_REQUIRED")]
    [OnBothDatabases(Refusal.SiteActionRequired, "USER_ACTION_REQUIRED")]
    [OnBothDatabases(Refusal.ConsentDenied, "CONSENT_DENIED")]
    [OnBothDatabases(Refusal.OperatorFault, "CHANNEL_FAILED")]
    public async Task What_a_bank_refuses_is_told_by_its_cause(DatabaseKind kind, Refusal refusal, string name)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.Instead = (_, _) => Bank.Refused(refusal);
        var (app, _, id) = await LinkedBank.Linked(bank, kind);
        await using var __ = app;

        Assert.Contains(name, await app.EventNames(id));
    }

    [Theory, OnBothDatabases]
    public async Task What_becomes_of_accounts_is_told(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111")).With(Bank.Account("222"));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, user) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        var (one, two) = ((await http.Account("111")).Text("id")!, (await http.Account("222")).Text("id")!);
        Task Share(params string[] accounts) =>
            app.Database.Write(
                db =>
                    AccountSelection.Set(
                        app.WorkOf(db, user),
                        id.Id<ConnectionId>(),
                        [.. accounts.Select(account => account.Id<AccountId>())],
                        new PresentUser("203.0.113.7", "Mozilla/5.0", "en-GB")
                    ),
                Stop
            );

        await Share(one);
        await Share(one, two);
        bank.EmbeddedChannel.Instead = (context, input) =>
            input is StepInput.ListTransactions { Account.Reference: "222" }
                ? new StepResult.Refused(Refusal.AccountRefused, "403") { Session = context.Session }
                : null;
        await LinkedBank.Again(app, http, id);
        using var deleted = await http.DeleteAsync($"/api/v2.1/accounts/{two}", Stop);

        string[] told = ["ACCOUNT_DESELECTED", "ACCOUNT_SELECTED", "ACCOUNT_FAILED", "ACCOUNT_DELETED"];
        Assert.Equal(told, (await app.EventNames(id)).Where(told.Contains));
    }

    private static async Task<string> Subscribe(HttpClient http)
    {
        using var made = await http.PostAsync("/api/v2.1/queues", null, Stop);
        return (await made.Json()).Text("id")!;
    }

    private static async Task<IReadOnlyList<JsonElement>> Told(HttpClient http, string queue) =>
        [.. (await http.Read($"/api/v2.1/queues/{queue}/events?limit=500")).EnumerateArray()];
}
