using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Authorization;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

public sealed class RunTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_first_run_brings_accounts_and_transactions(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.PageSize = 2;
        bank.EmbeddedChannel.With(
            Bank.Account("111", 12.34m),
            Bank.Booked("a", -10.01m, "2026-02-01", "CARTE COFFEE"),
            Bank.Booked("b", -2.50m, "2026-02-02", "CARTE BAKERY"),
            Bank.Booked("c", 1000m, "2026-02-03", "VIR SALARY")
        );
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);

        Assert.Equal("RUNNING", await http.StatusOf(id));
        await app.RunDueSynchronizations();

        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal("SUCCESS", await http.StatusOf(id, FakeBank.Embedded));
        Assert.Equal(12.34m, Assert.Single(await http.Accounts()).Money("balance"));
        Assert.Equal([1000m, -2.50m, -10.01m], (await http.Transactions()).Select(t => t.Money("amount")));
    }

    [Theory, OnBothDatabases]
    public async Task Connections_of_a_closed_client_are_not_read_and_stand_in_nobody_s_way(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked("a", 1, "2026-02-01", "X"));
        await using var app = await TestApp.StartWith(bank, kind);
        var (closed, user) = await app.SignedInUser();
        string[] ids = [await TestApp.Connect(closed), await TestApp.Connect(closed)];
        var (http, _) = await app.SignedInUser();
        var other = await TestApp.Connect(http);
        Task SetDisabled(bool disabled) =>
            app.Database.Write(
                db => ClientStore.SetDisabled(db, user.Client.ClientId, disabled, app.Service<Revocations>()),
                Stop
            );

        await SetDisabled(true);
        await app.RunDueSynchronizations();
        Assert.Equal("SUCCESS", await http.StatusOf(other));
        Assert.Equal(1, await app.Count("accounts"));

        await SetDisabled(false);
        app.Time.Advance(TimeSpan.FromHours(1));
        await app.RunDueSynchronizations();
        using var again = await app.SignedIn(user);
        foreach (var id in ids)
        {
            Assert.Equal("SUCCESS", await again.StatusOf(id));
        }
    }

    [Theory, OnBothDatabases]
    public async Task A_second_run_changes_nothing(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(
            Bank.Account("111"),
            Bank.Booked("a", -1m, "2026-02-27", "CARTE COFFEE"),
            Bank.Booked("b", -1m, "2026-02-27", "CARTE COFFEE"),
            Bank.Pending(-7m, "2026-03-01", "CARTE SHOES")
        );
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        var before = await app.Snapshot("transactions");

        app.Time.Advance(TimeSpan.FromMinutes(30));
        await Synchronize(http, id);
        await app.RunDueSynchronizations();

        Assert.Equal(3, (await http.Transactions()).Count);
        Assert.Equal(before, await app.Snapshot("transactions"));
        Assert.Equal("SUCCESS", await http.StatusOf(id));
    }

    [Theory, OnBothDatabases]
    public async Task A_pending_transaction_keeps_its_id_when_it_books(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111", 100), Bank.Pending(-7.15m, "2026-03-01", "CARTE SHOES PARIS"));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        var pending = Assert.Single(await http.Transactions());

        app.Time.Advance(TimeSpan.FromDays(2));
        bank.EmbeddedChannel.With(
            Bank.Account("111", 92.85m),
            Bank.Booked("x1", -7.15m, "2026-03-03", "CARTE 01/03 SHOES PARIS")
        );
        await app.RunDueSynchronizations();

        var booked = Assert.Single(await http.Transactions());
        Assert.Equal(["PENDING", "BOOKED"], [pending.Text("status"), booked.Text("status")]);
        Assert.Equal(pending.Text("id"), booked.Text("id"));
        Assert.Equal("OK", Assert.Single(await http.Accounts()).GetProperty("balance_check").Text("status"));
        Assert.Equal(0, await app.Count("transaction_updates"));
    }

    [Theory, OnBothDatabases]
    public async Task A_balance_that_no_movement_explains_is_stated_as_a_gap(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111", 100));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();

        bank.EmbeddedChannel.With(Bank.Account("111", 90));
        await Synchronize(http, id);
        await app.RunDueSynchronizations();

        Assert.Equal(-10m, Assert.Single(await http.Accounts()).Money("balance_gap"));
    }

    [Theory, OnBothDatabases]
    public async Task An_account_that_the_bank_refuses_does_not_spoil_the_others(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked("a", 1, "2026-02-01", "X"));
        bank.EmbeddedChannel.With(Bank.Account("222"), Bank.Booked("b", 1, "2026-02-01", "Y"));
        bank.EmbeddedChannel.Instead = (_, input) =>
            input is StepInput.ListTransactions { Account.Reference: "111" }
                ? Bank.Refused(Refusal.AccountRefused)
                : null;
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);

        await app.RunDueSynchronizations();

        Assert.Equal("PARTIAL_SUCCESS", await http.StatusOf(id));
        Assert.Equal("ERROR", (await http.Account("111")).Text("status"));
        Assert.Equal("ACTIVE", (await http.Account("222")).Text("status"));
        Assert.Single(await http.Transactions());
    }

    [Theory, OnBothDatabases]
    public async Task An_account_that_is_no_longer_listed_is_not_found_until_it_comes_back(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111")).With(Bank.Account("222"));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();

        bank.EmbeddedChannel.Accounts.RemoveAt(1);
        await Synchronize(http, id);
        await app.RunDueSynchronizations();
        var gone = (await http.Account("222")).Text("status");
        bank.EmbeddedChannel.With(Bank.Account("222"));
        await Synchronize(http, id);
        await app.RunDueSynchronizations();

        Assert.Equal("NOT_FOUND", gone);
        Assert.Equal("ACTIVE", (await http.Account("222")).Text("status"));
    }

    [Theory, OnBothDatabases]
    public async Task New_accounts_wait_until_the_list_is_asked_for(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();

        bank.EmbeddedChannel.With(Bank.Account("222"), Bank.Booked("n", 3, "2026-02-01", "NEW"));
        await Synchronize(http, id);
        await app.RunDueSynchronizations();
        var afterAll = await http.Accounts();
        await Synchronize(http, id, "LIST_ACCOUNTS");
        var runs = await app.RunDueSynchronizations();

        Assert.Single(afterAll);
        Assert.Equal(2, (await http.Accounts()).Count);
        // The run of type ALL followed by itself and read the new account.
        Assert.Equal(2, runs);
        Assert.Single(await http.Transactions());
    }

    [Theory, OnBothDatabases]
    public async Task Wrong_credentials_are_never_sent_again(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.Instead = (_, _) => Bank.Refused(Refusal.WrongCredentials);
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        var steps = bank.EmbeddedChannel.Steps.Count;

        await Synchronize(http, id);
        await app.RunDueSynchronizations();
        app.Time.Advance(TimeSpan.FromDays(3));
        await app.RunDueSynchronizations();

        Assert.Equal(steps, bank.EmbeddedChannel.Steps.Count);
        Assert.Equal("FAILED", await http.StatusOf(id));
        Assert.Equal("STOPPED", await app.JobState(id));
        Assert.Equal("AUTH_FAILED", await http.StatusOf(id, FakeBank.Embedded));
    }

    [Theory, OnBothDatabases]
    public async Task New_credentials_bring_a_stopped_connection_back(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        bank.EmbeddedChannel.Instead = (context, _) =>
            context.Credentials["301"] == "right" ? null : Bank.Refused(Refusal.WrongCredentials);
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();

        using var answer = await http.PutAsJsonAsync(
            $"/api/v2.1/connections/{id}/channels/100/credentials",
            new { credentials = new[] { new { id = "300", value = "dev" }, new { id = "301", value = "right" } } },
            Stop
        );
        await app.RunDueSynchronizations();

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("SUCCESS", await http.StatusOf(id));
    }

    [Theory, OnBothDatabases]
    public async Task The_night_reads_every_connection_once_a_day(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();

        var runs = 0;
        for (var hour = 0; hour < 72; hour++)
        {
            app.Time.Advance(TimeSpan.FromHours(1));
            runs += await app.RunDueSynchronizations();
        }

        Assert.Equal(3, runs);
        Assert.Null(bank.EmbeddedChannel.Steps[^1].Context.User);
    }

    [Theory, OnBothDatabases]
    public async Task A_connection_without_auto_sync_waits_for_its_user(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        await TestApp.Connect(http, autoSync: false);
        await app.RunDueSynchronizations();

        app.Time.Advance(TimeSpan.FromDays(5));

        Assert.Equal(0, await app.RunDueSynchronizations());
    }

    [Theory, OnBothDatabases]
    public async Task Accounts_that_need_consent_are_not_read_before_it_is_given(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked("a", 1, "2026-02-01", "X"));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http, consentPerAccount: true);

        await app.RunDueSynchronizations();

        var account = Assert.Single(await http.Accounts());
        Assert.Equal("PENDING_CONSENT", account.Text("status"));
        Assert.Null(account.Text("balance"));
        Assert.DoesNotContain(bank.EmbeddedChannel.Steps, s => s.Input is StepInput.ListTransactions);
    }

    [Theory]
    [OnBothDatabases(null, 400)]
    [OnBothDatabases("ALL", 204)]
    [OnBothDatabases("LIST_ACCOUNTS", 204)]
    [OnBothDatabases("SOME", 400)]
    public async Task The_type_of_a_synchronization_is_checked(DatabaseKind kind, string? type, int status)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);

        using var answer = await http.PostAsync(
            $"/api/v2.1/connections/{id}/synchronize?type={type ?? "all"}",
            null,
            Stop
        );

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory, OnBothDatabases]
    public async Task Synchronizing_all_answers_one_link_per_connection(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var (http, _) = await app.SignedInUser();
        var (one, two) = (await TestApp.Connect(http), await TestApp.Connect(http));

        using var answer = await http.PostAsync("/api/v2.1/connections/synchronize", null, Stop);
        var links = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);

        Assert.Equal([one, two], links.EnumerateArray().Select(l => l.GetProperty("id").GetString()));
        Assert.All(
            links.EnumerateArray(),
            l => Assert.Contains("/v2.1/connections/", l.GetProperty("href").GetString(), StringComparison.Ordinal)
        );
    }

    internal static async Task Synchronize(HttpClient http, string id, string type = "ALL")
    {
        using var answer = await http.PostAsync($"/api/v2.1/connections/{id}/synchronize?type={type}", null, Stop);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
    }
}
