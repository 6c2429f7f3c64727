using System.Net;
using System.Net.Http.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>What is asked for while a run is under way.</summary>
public sealed class RequestDuringRunTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task Movements_that_the_run_had_passed_are_read_by_one_that_follows_whoever_asks(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111")).With(Bank.Account("222"));
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        bank.EmbeddedChannel.Meanwhile = async input =>
        {
            if (input is not StepInput.ListTransactions { Account.Reference: "222" })
            {
                return;
            }
            bank.EmbeddedChannel.Meanwhile = null;
            bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked("a", -1m, "2026-02-28", "JUST NOW"));
            for (var i = 0; i < 5; i++)
            {
                await RunTests.Synchronize(http, id);
            }
        };

        var runs = await app.RunDueSynchronizations();

        Assert.Equal([-1m], (await http.Transactions()).Select(t => t.Money("amount")));
        Assert.Equal(2, runs);
        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal(0, await app.RunDueSynchronizations());
    }

    [Theory, OnBothDatabases]
    public async Task A_run_of_the_night_is_followed_by_one_that_can_ask_the_user_who_came_meanwhile(DatabaseKind kind)
    {
        var bank = new FakeBank();
        var (app, http, id) = await LinkedBank.Linked(bank, kind);
        await using var running = app;
        bank.EmbeddedChannel.Instead = (context, _) =>
            new StepResult.AskUser(new Question.OneTimePassword(null, 6, true, null, false))
            {
                Session = context.Session,
            };
        bank.EmbeddedChannel.Meanwhile = async _ =>
        {
            bank.EmbeddedChannel.Meanwhile = null;
            await RunTests.Synchronize(http, id);
        };
        app.Time.Advance(TimeSpan.FromDays(1));

        await app.RunDueSynchronizations();

        Assert.Equal("WAITING_USER", await app.JobState(id));
    }

    [Theory, OnBothDatabases]
    public async Task A_run_that_waits_for_its_user_before_it_has_read_anything_does_what_is_asked_for(
        DatabaseKind kind
    )
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        var asks = true;
        bank.EmbeddedChannel.Instead = (context, input) =>
            asks && input is StepInput.ListAccounts
                ? new StepResult.AskUser(new Question.OneTimePassword(null, 6, true, null, false))
                {
                    Session = context.Session,
                }
                : null;
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();

        await RunTests.Synchronize(http, id);
        asks = false;
        using var answer = await http.PostAsJsonAsync(
            $"/api/v2.1/connections/{id}/user_input",
            new { values = new { otp = "123456" } },
            Stop
        );
        var runs = await app.RunDueSynchronizations();

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(1, runs);
        Assert.Equal("SUCCESS", await http.StatusOf(id));
    }
}
