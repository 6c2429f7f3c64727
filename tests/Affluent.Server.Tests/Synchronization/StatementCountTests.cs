using System.Net;
using System.Net.Http.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>What a user's answer and the run after it cost the database. Before jobs had rows of their own it was 18 statements, and 116 in 11 transactions.</summary>
public sealed class StatementCountTests(ITestOutputHelper output)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task An_answer_and_the_run_after_it_take_few_statements(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked("a", 1, "2026-02-01", "X"));
        bank.EmbeddedChannel.Instead = (context, input) =>
            input is StepInput.Answer ? new StepResult.Done { Session = "open" }
            : context.Session == "open" ? null
            : new StepResult.AskUser(new Question.OneTimePassword("SMS", 6, Digits: true, null, Retry: false))
            {
                Session = "closed",
            };
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();

        var before = Cost(app);
        using var answer = await http.PostAsJsonAsync(
            $"/api/v2.1/connections/{id}/user_input",
            new { values = new { otp = "123456" } },
            Stop
        );
        var answered = Cost(app);
        await app.RunDueSynchronizations();
        var read = Cost(app);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("SUCCESS", await http.StatusOf(id));
        var (answerCost, runCost) = (Minus(answered, before), Minus(read, answered));
        output.WriteLine($"{kind}: the answer took {answerCost}, the run after it {runCost}");
        Assert.InRange(answerCost.Statements, 1, 9);
        Assert.InRange(runCost.Statements, 1, 116 / 2);
        Assert.InRange(runCost.Transactions, 1, 11 / 2);
    }

    [Theory, OnBothDatabases]
    public async Task A_run_by_night_that_finds_nothing_new_writes_no_transaction_of_the_user_and_takes_three_of_the_database(
        DatabaseKind kind
    )
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(
            Bank.Account("111"),
            [.. Enumerable.Range(0, 50).Select(i => Bank.Booked($"id{i}", -i - 1, "2026-02-25", $"CARTE {i}"))]
        );
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        app.Time.Advance(TimeSpan.FromSeconds((await app.DueAt(id))!.Value - app.Time.Seconds()));
        var stored = await app.Snapshot("transactions", "change_sets");
        var before = Cost(app);

        await app.RunDueSynchronizations();

        var cost = Minus(Cost(app), before);
        output.WriteLine($"{kind}: {cost}");
        Assert.Contains(bank.EmbeddedChannel.Steps, step => step.Context.User is null);
        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal(stored, await app.Snapshot("transactions", "change_sets"));
        // Its claim is among them; another one finds nothing more.
        Assert.InRange(cost.Transactions, 1, 3 + 1);
    }

    private static (long Statements, long Transactions) Cost(TestApp app) =>
        (app.Database.Statements, app.Database.Transactions);

    private static (long Statements, long Transactions) Minus(
        (long Statements, long Transactions) later,
        (long Statements, long Transactions) earlier
    ) => (later.Statements - earlier.Statements, later.Transactions - earlier.Transactions);
}
