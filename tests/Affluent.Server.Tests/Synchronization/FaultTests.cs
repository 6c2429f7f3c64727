using System.Net.Http.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Synchronization;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>Exceptions in runs: bugs, and data that nothing can be made of.</summary>
public sealed class FaultTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [OnBothDatabases(true)]
    [OnBothDatabases(false)]
    public async Task A_fault_on_one_account_costs_the_others_nothing_and_ends(DatabaseKind kind, bool throws)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"))
            .With(Bank.Account("222"), Bank.Booked("b", -2m, "2026-02-01", "X"));
        bank.EmbeddedChannel.Instead = (context, input) =>
            input is not StepInput.ListTransactions { Account.Reference: "111" } ? null
            : throws ? throw new InvalidOperationException("a bug")
            : new StepResult.Page { Session = context.Session, Transactions = null! };
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);

        await app.RunDueSynchronizations();
        Assert.Equal("RUNNING", await http.StatusOf(id));
        Assert.Equal([-2m], (await http.Transactions()).Select(t => t.Money("amount")));
        var attempts = await RunToItsEnd(app, http, id);

        Assert.Equal(Outcome.MostRetriesOfFault, attempts);
        Assert.Equal("PARTIAL_SUCCESS", await http.StatusOf(id));
        Assert.Equal("ERROR", (await http.Account("111")).Text("status"));
        Assert.Equal("ACTIVE", (await http.Account("222")).Text("status"));
        Assert.Equal("IDLE", await app.JobState(id));
    }

    [Theory, OnBothDatabases]
    public async Task A_fault_that_stays_ends_the_channel_as_ours_with_the_id_of_its_trace(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.Instead = (context, _) =>
            new StepResult.Page { Session = context.Session, Accounts = null! };
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);

        await app.RunDueSynchronizations();
        await RunToItsEnd(app, http, id);

        var channel = await http.Channel(id, FakeBank.Embedded);
        Assert.Equal("FAILED", await http.StatusOf(id));
        Assert.Equal("internal_error", await app.ReasonOf(id, FakeBank.Embedded));
        Assert.Matches("^trace_id [0-9a-f]{32}$", channel.Text("message"));
        Assert.Equal("IDLE", await app.JobState(id));
        Assert.True(await app.DueAt(id) is not null);
    }

    [Theory, OnBothDatabases]
    public async Task A_fault_on_one_channel_costs_the_other_nothing(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("222"), Bank.Booked("b", -2m, "2026-02-01", "X"));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        var id = await TestApp.Connect(http, FakeBank.Redirect, "https://app.example/back");
        await app.RunDueSynchronizations();
        bank.RedirectChannel.Instead = (context, _) =>
            new StepResult.Page { Session = context.Session, Accounts = null! };
        using var added = await http.PutAsJsonAsync(
            $"/api/v2.1/connections/{id}/channels/{FakeBank.Embedded}/credentials",
            new { credentials = new Dictionary<string, string> { ["300"] = "dev", ["301"] = "dev" } },
            Stop
        );

        await app.RunDueSynchronizations();

        Assert.Equal([-2m], (await http.Transactions()).Select(t => t.Money("amount")));
        await RunToItsEnd(app, http, id);
        Assert.Equal("PARTIAL_SUCCESS", await http.StatusOf(id));
        Assert.Equal("internal_error", await app.ReasonOf(id, FakeBank.Redirect));
    }

    [Theory, OnBothDatabases]
    public async Task A_run_that_cannot_even_be_taken_up_ends_as_failed_and_the_next_begins_anew(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        bank.EmbeddedChannel.Instead = (context, input) =>
            new StepResult.Later(context.Now, LaterReason.BankUnavailable) { Session = context.Session };
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        await app.GarbleProgress();
        bank.EmbeddedChannel.Instead = null;

        await RunToItsEnd(app, http, id);
        var (failed, reason) = (await http.StatusOf(id), await app.ReasonOf(id, FakeBank.Embedded));
        var names = await app.EventNames(id);
        await LinkedBank.Again(app, http, id);

        Assert.Equal(("FAILED", "internal_error"), (failed, reason));
        Assert.Equal(
            names.Count(name => name == "SYNCHRONIZATION_STARTED"),
            names.Count(name => name == "SYNCHRONIZATION_ENDED")
        );
        Assert.Equal("SUCCESS", await http.StatusOf(id));
    }

    [Theory, OnBothDatabases]
    public async Task No_text_of_a_bank_is_more_than_a_database_can_keep(DatabaseKind kind)
    {
        const string Odd = "A\0B\ud83dC\u0007D";
        var bank = new FakeBank();
        bank.EmbeddedChannel.Accounts.Add(
            new BankAccount
            {
                Reference = Odd,
                Iban = Odd,
                Number = Odd,
                Name = Odd,
                OwnerName = Odd,
                Currency = "EUR\0",
                Type = BankAccountType.Loan,
                Balances =
                [
                    Bank.Balance(BankBalanceKind.ClosingBooked, 1) with
                    {
                        Currency = "EUR\0",
                        LastCommittedTransaction = Odd,
                    },
                ],
                Loan = new BankLoan(Kind: Odd, Frequency: Odd, DebitedAccount: Odd),
                Savings = new BankSavings(Kind: Odd, PivotAccount: Odd),
                CreditCard = new BankCreditCard(PayableAccount: Odd),
            }
        );
        var booked = Bank.Booked(Odd, -1m, "2026-02-01", Odd) with
        {
            Counterparty = Odd,
            CheckNumber = Odd,
            Mandate = Odd,
            CreditorId = Odd,
            EndToEndId = Odd,
            Code = Odd,
        };
        bank.EmbeddedChannel.Movements[Odd] = [booked, booked with { Currency = "EUR\0" }];
        bank.EmbeddedChannel.Does = (context, _, _) => context.Keep(Odd);
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);

        await app.RunDueSynchronizations();
        Assert.StartsWith("AB", Assert.Single(await http.Accounts()).Text("name"), StringComparison.Ordinal);
        Assert.NotEmpty(await http.Transactions());
        bank.EmbeddedChannel.Instead = (context, _) =>
            new StepResult.Refused(Refusal.FieldRefused, Odd) { Session = context.Session, Message = Odd };
        await LinkedBank.Again(app, http, id);

        Assert.Equal("ABC D", (await http.Channel(id, FakeBank.Embedded)).Text("message"));
    }

    /// <summary>How many times it was tried again.</summary>
    private static async Task<int> RunToItsEnd(TestApp app, HttpClient http, string id)
    {
        var attempts = 0;
        for (var looks = 0; looks < 20 && await http.StatusOf(id) == "RUNNING"; looks++)
        {
            app.Time.Advance(TimeSpan.FromSeconds(45));
            attempts += await app.RunDueSynchronizations();
        }
        return attempts;
    }
}
