using System.Net.Http.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

public sealed class AccountFailureTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task An_account_that_the_bank_never_answers_for_spoils_no_other(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked("a", -1m, "2026-02-01", "CARTE COFFEE"));
        bank.EmbeddedChannel.With(Bank.Account("222"), Bank.Booked("b", -2m, "2026-02-01", "CARTE BAKERY"));
        bank.EmbeddedChannel.Instead = (context, input) =>
            input is StepInput.ListTransactions { Account.Reference: "111" }
                ? new StepResult.Later(context.Now, LaterReason.BankUnavailable) { Session = context.Session }
                : null;
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);

        await app.RunDueSynchronizations();
        Assert.Equal([-2m], (await http.Transactions()).Select(t => t.Money("amount")));
        for (var retry = 0; retry < 10; retry++)
        {
            app.Time.Advance(TimeSpan.FromMinutes(1));
            await app.RunDueSynchronizations();
        }

        Assert.Equal("PARTIAL_SUCCESS", await http.StatusOf(id));
        Assert.Equal(["ERROR", "ACTIVE"], (await http.Accounts()).Select(a => a.Text("status")));
        Assert.Single(await http.Transactions());
    }

    [Theory, OnBothDatabases]
    public async Task A_bank_that_lets_the_user_wait_twice_is_down_and_called_so(DatabaseKind kind)
    {
        var bank = new FakeBank();
        for (var i = 1; i <= 5; i++)
        {
            bank.EmbeddedChannel.With(Bank.Account($"{i}{i}{i}"));
        }
        bank.EmbeddedChannel.Instead = (context, input) =>
            input is StepInput.ListTransactions
                ? new StepResult.Later(context.Now.AddMinutes(15), LaterReason.BankUnavailable)
                {
                    Session = context.Session,
                }
                : null;
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);

        await app.RunDueSynchronizations();

        Assert.Equal(2, bank.EmbeddedChannel.Steps.Count(s => s.Input is StepInput.ListTransactions));
        Assert.Equal("FAILED", await http.StatusOf(id));
        Assert.Equal("bank_unavailable", await app.ReasonOf(id, FakeBank.Embedded));
    }

    [Theory]
    [OnBothDatabases(false)]
    [OnBothDatabases(true)]
    public async Task One_blip_while_the_user_waits_is_over_in_seconds(DatabaseKind kind, bool breaksOff)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked("a", -1m, "2026-02-01", "CARTE COFFEE"));
        foreach (var step in new[] { typeof(StepInput.ListAccounts), typeof(StepInput.ListTransactions) })
        {
            var down = true;
            bank.EmbeddedChannel.Instead = (context, input) =>
            {
                if (!down || input.GetType() != step)
                {
                    return null;
                }
                down = false;
                return breaksOff
                    ? throw new HttpRequestException(HttpRequestError.ResponseEnded)
                    : new StepResult.Later(context.Now, LaterReason.BankUnavailable) { Session = context.Session };
            };
            await using var app = await TestApp.StartWith(bank, kind);
            var (http, _) = await app.SignedInUser();
            var id = await TestApp.Connect(http);

            await app.RunDueSynchronizations();
            app.Time.Advance(TimeSpan.FromSeconds(3));
            await app.RunDueSynchronizations();

            Assert.Equal("SUCCESS", await http.StatusOf(id));
        }
    }

    [Theory, OnBothDatabases]
    public async Task A_connection_is_read_every_day_unless_its_maker_says_otherwise(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(new FakeBank(), kind);
        var (http, _) = await app.SignedInUser();

        using var answer = await http.PostAsJsonAsync(
            "/api/v2.1/connections",
            new
            {
                provider_id = FakeBank.ProviderId,
                channel_definition_id = FakeBank.Embedded,
                credentials = new Dictionary<string, string> { ["300"] = "dev", ["301"] = "pa55word" },
            },
            Stop
        );

        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Stop));
        var connection = Assert.Single((await http.Read("/api/v2.1/connections")).EnumerateArray());
        Assert.True(connection.GetProperty("auto_sync").GetBoolean());
    }
}
