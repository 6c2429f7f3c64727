using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>What came of runs, told afterwards.</summary>
public sealed class RunRecordTests
{
    [Theory, OnBothDatabases]
    public async Task Each_run_is_told_with_its_reasons_counts_and_steps(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111")).With(Bank.Account("222"));
        var (app, http, id) = await LinkedBank.Linked(bank, kind);
        await using var _ = app;
        app.Time.Advance(TimeSpan.FromMinutes(1));
        bank.EmbeddedChannel.Instead = (context, input) =>
            input is StepInput.ListTransactions { Account.Reference: "111" }
                ? new StepResult.Refused(Refusal.AccountRefused, "not this one") { Session = context.Session }
                : null;
        await LinkedBank.Again(app, http, id);
        bank.EmbeddedChannel.Instead = (context, _) =>
            new StepResult.Refused(Refusal.AccessLocked, "locked")
            {
                Session = context.Session,
                Message = "Call Dupont",
            };
        await LinkedBank.Again(app, http, id);

        var runs = (await http.Read($"/api/v2.1/connections/{id}/runs")).EnumerateArray().ToArray();

        Assert.Equal(["FAILED", "PARTIAL_SUCCESS", "SUCCESS"], runs.Select(run => run.Text("status")));
        Assert.Equal((0, 0), Accounts(runs[0]));
        Assert.Equal((1, 1), Accounts(runs[1]));
        Assert.Equal((2, 0), Accounts(runs[2]));
        Assert.Equal("access_locked", Channel(runs[0]).Text("reason"));
        Assert.Contains("locked the user out", Channel(runs[0]).Text("explanation"), StringComparison.Ordinal);
        Assert.Equal(
            [("list_accounts", 1), ("list_transactions", 2)],
            runs[2]
                .GetProperty("steps")
                .EnumerateArray()
                .Select(step => (step.Text("step")!, step.GetProperty("count").GetInt32()))
        );
        Assert.True(runs[0].GetProperty("attended").GetBoolean());
        Assert.Equal(app.Time.Seconds(), runs[0].GetProperty("begin_date").GetInt64());
        Assert.Equal("ALL", runs[0].Text("type"));
        Assert.DoesNotContain("Dupont", JsonSerializer.Serialize(runs), StringComparison.Ordinal);
        var page = await http.Read($"/api/v2.1/connections/{id}/runs?limit=1&page=2");
        Assert.Equal(runs[1].Text("id"), Assert.Single(page.EnumerateArray()).Text("id"));
    }

    [Theory, OnBothDatabases]
    public async Task A_run_that_new_credentials_end_is_told_too(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        var (app, http, id) = await LinkedBank.Linked(bank, kind);
        await using var _ = app;
        bank.EmbeddedChannel.Instead = (context, _) =>
            new StepResult.AskUser(
                new Question.OneTimePassword(null, null, Digits: true, ExpiresAt: null, Retry: false)
            )
            {
                Session = context.Session,
            };
        await LinkedBank.Again(app, http, id);
        bank.EmbeddedChannel.Instead = null;

        using var put = await http.PutAsJsonAsync(
            $"/api/v2.1/connections/{id}/channels/{FakeBank.Embedded}/credentials",
            new { credentials = new Dictionary<string, string> { ["300"] = "dev", ["301"] = "other" } },
            TestContext.Current.CancellationToken
        );
        await app.RunDueSynchronizations();

        var runs = (await http.Read($"/api/v2.1/connections/{id}/runs")).EnumerateArray().ToArray();
        Assert.Equal(["SUCCESS", "FAILED", "SUCCESS"], runs.Select(run => run.Text("status")));
        Assert.True(runs[1].GetProperty("attended").GetBoolean());
    }

    [Theory, OnBothDatabases]
    public async Task They_are_forgotten_after_their_days_and_go_with_their_connection(DatabaseKind kind)
    {
        var (app, http, id) = await LinkedBank.Linked(new FakeBank(), kind);
        await using var _ = app;
        app.Time.Advance(TimeSpan.FromDays(29));
        await LinkedBank.Again(app, http, id);
        app.Time.Advance(TimeSpan.FromDays(2));

        await app.RunDuePeriodicTasks();

        Assert.Equal(1, await app.Count("runs"));
        using var deleted = await http.DeleteAsync(
            new Uri($"/api/v2.1/connections/{id}", UriKind.Relative),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(0, await app.Count("runs"));
    }

    [Theory, OnBothDatabases]
    public async Task A_connection_that_fails_for_days_is_tried_less_often_and_says_so(DatabaseKind kind)
    {
        var bank = new FakeBank();
        var (app, http, id) = await LinkedBank.Linked(bank, kind);
        await using var _ = app;
        bank.EmbeddedChannel.Instead = (context, _) =>
            new StepResult.Refused(Refusal.NotUnderstood, "changed") { Session = context.Session };

        List<int> days = [];
        for (var day = 1; day <= 40; day++)
        {
            bank.EmbeddedChannel.Steps.Clear();
            app.Time.Advance(TimeSpan.FromDays(1));
            await app.RunDueSynchronizations();
            if (bank.EmbeddedChannel.Steps.Count > 0)
            {
                days.Add(day);
            }
        }

        var gaps = days.Zip(days.Skip(1), (one, next) => next - one).ToArray();
        Assert.Equal([1, 1, 1], gaps[..3]);
        Assert.Contains(3, gaps);
        Assert.Equal(7, gaps[^1]);
        var (_, shown, _) = await app.Command("connections", "show", id);
        Assert.Contains("every run has failed since", shown, StringComparison.Ordinal);
        Assert.Contains("bank_not_understood; accounts read 0", shown, StringComparison.Ordinal);
        var constraints = (await http.Read($"/api/v2.1/connections/{id}")).GetProperty("constraints");
        Assert.Equal(days[0], (int)((constraints.GetProperty("failing_since").GetInt64() - Begin) / 86_400));
        bank.EmbeddedChannel.Instead = null;
        await LinkedBank.Again(app, http, id);
        constraints = (await http.Read($"/api/v2.1/connections/{id}")).GetProperty("constraints");
        Assert.False(constraints.TryGetProperty("failing_since", out var _));
        Assert.InRange(
            constraints.GetProperty("next_run").GetInt64(),
            app.Time.Seconds(),
            app.Time.Seconds() + 108_000
        );
    }

    // 2026-03-02, 8 o'clock.
    private const long Begin = 1_772_438_400;

    private static JsonElement Channel(JsonElement run) => Assert.Single(run.GetProperty("channels").EnumerateArray());

    private static (int Read, int Failed) Accounts(JsonElement run) =>
        (Channel(run).GetProperty("accounts_read").GetInt32(), Channel(run).GetProperty("accounts_failed").GetInt32());
}
