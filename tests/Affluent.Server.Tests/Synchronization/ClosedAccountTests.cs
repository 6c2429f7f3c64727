using System.Globalization;
using System.Net.Http.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Accounts;
using Affluent.Server.Tests.Harness;
using Affluent.TestBank;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>An account that the bank lists as closed is read a last time, told once, and stays.</summary>
public sealed class ClosedAccountTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory, OnBothDatabases]
    public async Task It_is_closed_with_its_last_transactions_and_told_once(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked("a", -1, "2026-02-26", "CARTE COFFEE"))
            .With(Bank.Account("222"));
        var (app, http, id) = await LinkedBank.Linked(bank, kind);
        await using var _ = app;

        bank.EmbeddedChannel.With(
            Closed("111"),
            Bank.Booked("a", -1, "2026-02-26", "CARTE COFFEE"),
            Bank.Booked("b", -99, "2026-03-01", "CLOTURE DE COMPTE")
        );
        Assert.Equal(["ACCOUNT_SYNCHRONIZED", "ACCOUNT_CLOSED"], await Told(app, http, id, "111"));
        var account = await http.Account("111");
        Assert.Equal(("CLOSED", 100m), (account.Text("status"), account.Money("balance")));
        Assert.Equal([-99m, -1m], (await http.Transactions()).Select(t => t.Money("amount")));

        bank.EmbeddedChannel.Steps.Clear();
        Assert.Empty(await Told(app, http, id, "111"));
        Assert.DoesNotContain(
            bank.EmbeddedChannel.Steps,
            step => step.Input is StepInput.ListTransactions { Account.Reference: "111" }
        );

        // Banks drop what they have closed, sooner or later.
        bank.EmbeddedChannel.Accounts.RemoveAll(a => a.Reference == "111");
        Assert.Empty(await Told(app, http, id, "111"));
        Assert.Equal("CLOSED", (await http.Account("111")).Text("status"));
        Assert.Equal(2, (await http.Transactions()).Count);

        bank.EmbeddedChannel.With(Bank.Account("111", balance: null));
        Assert.Equal(["ACCOUNT_FOUND", "ACCOUNT_SYNCHRONIZED"], await Told(app, http, id, "111"));
        Assert.Equal("ACTIVE", (await http.Account("111")).Text("status"));
    }

    [Theory, OnBothDatabases]
    public async Task That_the_bank_shows_nothing_more_of_it_is_no_failure(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        var (app, http, id) = await LinkedBank.Linked(bank, kind);
        await using var _ = app;
        bank.EmbeddedChannel.With(Closed("111"));
        bank.EmbeddedChannel.Instead = (_, input) =>
            input is StepInput.ListTransactions ? Bank.Refused(Refusal.AccountRefused) : null;

        Assert.Equal(["ACCOUNT_CLOSED"], await Told(app, http, id, "111"));
        Assert.Equal(("SUCCESS", "CLOSED"), (await http.StatusOf(id), (await http.Account("111")).Text("status")));
    }

    /// <summary>The consent's end says nothing of the account, which is read a last time once the user has agreed anew.</summary>
    [Theory, OnBothDatabases]
    public async Task That_the_users_consent_has_ended_does_not_close_it(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        var (app, http, id) = await LinkedBank.Linked(bank, kind);
        await using var _ = app;
        bank.EmbeddedChannel.With(Closed("111"));
        bank.EmbeddedChannel.Instead = (_, input) =>
            input is StepInput.ListTransactions ? Bank.Refused(Refusal.ConsentExpired) : null;

        Assert.DoesNotContain("ACCOUNT_CLOSED", await Told(app, http, id, "111"));
        Assert.NotEqual("SUCCESS", await http.StatusOf(id));
        Assert.Equal("ACTIVE", (await http.Account("111")).Text("status"));
    }

    [Theory, OnBothDatabases]
    public async Task Until_it_could_be_read_a_last_time_it_is_not_closed(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111")).With(Bank.Account("222"));
        var (app, http, id) = await LinkedBank.Linked(bank, kind);
        await using var _ = app;
        bank.EmbeddedChannel.With(Closed("111"));
        bank.EmbeddedChannel.Instead = (context, input) =>
            input is StepInput.ListTransactions { Account.Reference: "111" }
                ? new StepResult.Later(context.Now, LaterReason.BankUnavailable) { Session = context.Session }
                : null;

        Assert.DoesNotContain("ACCOUNT_CLOSED", await Told(app, http, id, "111"));
        bank.EmbeddedChannel.Instead = null;
        app.Time.Advance(TimeSpan.FromHours(1));
        Assert.Contains("ACCOUNT_CLOSED", await Told(app, http, id, "111"));
    }

    [Theory, OnBothDatabases]
    public async Task One_that_was_closed_before_the_bank_was_linked_is_not_taken_in(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Closed("111")).With(Bank.Account("222"));
        var (app, http, _) = await LinkedBank.Linked(bank, kind);
        await using var __ = app;

        Assert.Equal("222", Assert.Single(await http.Accounts()).Text("account_number"));
    }

    [Theory, OnBothDatabases]
    public async Task One_that_is_not_shared_stays_so(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http, consentPerAccount: true);
        await app.RunDueSynchronizations();
        bank.EmbeddedChannel.With(Closed("111"));

        Assert.Empty(await Told(app, http, id, "111"));
        Assert.Equal("PENDING_CONSENT", (await http.Account("111")).Text("status"));
    }

    [Theory, OnBothDatabases]
    public async Task One_that_is_shared_no_more_shows_nothing_of_itself_once_the_bank_has_lost_it(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111")).With(Bank.Account("222"));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, user) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        Assert.Equal(100m, (await http.Account("111")).Money("balance"));
        var shared = Number((await http.Account("222")).Text("id")!);
        await app.Database.Write(db => AccountsStore.Select(db, user.Id, new(Number(id)), [new(shared)]), Stop);

        bank.EmbeddedChannel.Accounts.RemoveAll(a => a.Reference == "111");
        await LinkedBank.Again(app, http, id);

        var account = await http.Account("111");
        Assert.Equal("NOT_FOUND", account.Text("status"));
        Assert.Null(account.Text("balance"));
        Assert.False(account.TryGetProperty("balances", out var _));

        static long Number(string id) => long.Parse(id, CultureInfo.InvariantCulture);
    }

    /// <summary>Over HTTP from a bank that closes an account at midnight.</summary>
    [Theory, OnBothDatabases]
    public async Task The_test_bank_closes_one_on_its_day(DatabaseKind kind)
    {
        var scenario = Path.Combine(_folder.FullName, "scenario.json");
        await File.WriteAllTextAsync(
            scenario,
            """
            { "people": [ { "login": "ada", "password": "dev", "owner": "ADA BRUN", "accounts": [
              { "id": "ada-1", "number": "0001", "type": "Checkings", "currency": "EUR", "iban": "FR7630099000120004127653080",
                "opening_balance": "10.00", "opening_date": "2026-01-31", "closed_on": "2026-03-03",
                "movements": [ { "amount": "-10.00", "date": "2026-03-02", "label": "CLOTURE" } ] },
              { "id": "ada-2", "number": "0002", "type": "Checkings", "currency": "EUR", "iban": "FR7630099000120004127653177",
                "opening_balance": "5.00", "opening_date": "2026-01-31" } ] } ] }
            """,
            Stop
        );
        var bankTime = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
        await using var bank = TestBankApp.Build(
            new TestBankOptions { Urls = "http://127.0.0.1:0", ScenarioPath = scenario },
            bankTime
        );
        await bank.StartAsync(Stop);
        await using var app = await TestApp.Start(
            kind,
            settings => settings with { TestBankUrl = TestBankApp.Address(bank) }
        );
        var (http, _) = await app.SignedInUser();
        var id = await Link(app, http);
        Assert.All(await http.Accounts(), account => Assert.Equal("ACTIVE", account.Text("status")));

        bankTime.Advance(TimeSpan.FromDays(3));
        app.Time.Advance(TimeSpan.FromDays(2));
        Assert.Contains("ACCOUNT_CLOSED", await Told(app, http, id, "FR7630099000120004127653080"));

        Assert.Equal(
            ["CLOSED", "ACTIVE"],
            (await http.Accounts()).OrderBy(a => a.Text("iban")).Select(a => a.Text("status"))
        );
        Assert.Equal("CLOTURE", Assert.Single(await http.Transactions()).Text("label"));
        Assert.Equal("SUCCESS", await http.StatusOf(id));
    }

    private static async Task<string> Link(TestApp app, HttpClient http)
    {
        using var made = await http.PostAsJsonAsync(
            "/api/v2.1/connections",
            new
            {
                provider_id = "88",
                channel_definition_id = "8800",
                credentials = new Dictionary<string, string> { ["310"] = "ada", ["311"] = "dev" },
            },
            Stop
        );
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync(Stop));
        await app.RunDueSynchronizations();
        return (await made.Json()).Text("id")!;
    }

    private static BankAccount Closed(string number) => Bank.Account(number, balance: null) with { Closed = true };

    /// <summary>What a further reading tells of an account.</summary>
    private static async Task<IEnumerable<string>> Told(TestApp app, HttpClient http, string id, string number)
    {
        using var queue = await http.PostAsync("/api/v2.1/queues", null, Stop);
        await LinkedBank.Again(app, http, id);
        var told = await http.Read($"/api/v2.1/queues/{(await queue.Json()).Text("id")}/events?limit=500");
        var account = (await http.Account(number)).Text("id")!;
        return
        [
            .. told.EnumerateArray()
                .Where(e =>
                    e.Text("type") == "ACCOUNT" && e.Text("resource")!.EndsWith(account, StringComparison.Ordinal)
                )
                .Select(e => e.Text("name")!),
        ];
    }
}
