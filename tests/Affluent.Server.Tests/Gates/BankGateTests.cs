using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Gates;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Gates;

/// <summary>Banks that do not answer, or are closed: what their connections cost, and what they are told.</summary>
public sealed class BankGateTests
{
    private static readonly DateTimeOffset Begin = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_bank_that_is_down_is_tried_by_one_run_and_costs_its_other_connections_nothing(DatabaseKind kind)
    {
        var bank = Bank2();
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, ids) = await Linked(app, connections: 6);
        bank.EmbeddedChannel.Instead = NoAnswer;
        bank.EmbeddedChannel.Steps.Clear();

        await Night(app, ids);
        // Whoever had no answer tries again later in the night; the others were never begun.
        Assert.Equal(2, bank.EmbeddedChannel.Steps.Count);
        var told = new List<string>();
        foreach (var id in ids)
        {
            told.Add((await http.StatusOf(id))!);
        }
        Assert.Equal(4, told.Count(status => status == "SUCCESS"));
        var down = await Constraints(http, ids[told.IndexOf("SUCCESS")]);
        Assert.Equal(app.Time.Seconds() + 60, down.GetProperty("bank_down_until").GetInt64());

        bank.EmbeddedChannel.Steps.Clear();
        app.Time.Advance(TimeSpan.FromMinutes(12));
        await app.RunDueSynchronizations();
        Assert.Single(bank.EmbeddedChannel.Steps);

        bank.EmbeddedChannel.Instead = null;
        for (var minutes = 0; minutes < 60; minutes++)
        {
            app.Time.Advance(TimeSpan.FromMinutes(1));
            await app.RunDueSynchronizations();
        }
        foreach (var id in ids)
        {
            Assert.Equal("SUCCESS", await http.StatusOf(id));
            Assert.False((await Constraints(http, id)).TryGetProperty("bank_down_until", out _));
        }
        Assert.Equal(0, await app.Count("bank_outages"));
    }

    [Theory, OnBothDatabases]
    public async Task A_failure_is_counted_while_others_hear_the_bank_answer(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        var channel = new ChannelDefinitionId("100");

        await Task.WhenAll(Fail(), Answer());

        async Task Fail()
        {
            for (var connection = 1; connection <= 100; connection++)
            {
                var (made, kept) = await database.Database.Write(
                    async db =>
                    {
                        var (_, after) = await BankOutageStore.Change(
                            db,
                            channel,
                            known => BankOutage.After(known, channel, new(connection), null, new(), 0)
                        );
                        return (after, await BankOutageStore.List(db));
                    },
                    Stop
                );
                Assert.Equal([made], kept);
            }
        }

        async Task Answer()
        {
            for (var times = 0; times < 100; times++)
            {
                await database.Database.Write(db => BankOutageStore.Delete(db, channel), Stop);
            }
        }
    }

    [Theory, OnBothDatabases]
    public async Task A_user_at_a_bank_that_is_down_is_told_at_once(DatabaseKind kind)
    {
        var bank = Bank2();
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, ids) = await Linked(app, connections: 3);
        bank.EmbeddedChannel.Instead = (context, _) =>
            new StepResult.Later(context.Now.AddMinutes(10), LaterReason.BankUnavailable)
            {
                Session = context.Session,
                IsNamed = true,
            };
        await LinkedBank.Again(app, http, ids[0]);
        bank.EmbeddedChannel.Steps.Clear();
        bank.EmbeddedChannel.Instead = null;

        await LinkedBank.Again(app, http, ids[1]);

        Assert.Empty(bank.EmbeddedChannel.Steps);
        Assert.Equal("FAILED", await http.StatusOf(ids[1]));
        Assert.Equal("bank_unavailable", await app.ReasonOf(ids[1], FakeBank.Embedded));
        app.Time.Advance(TimeSpan.FromMinutes(10));
        await LinkedBank.Again(app, http, ids[1]);
        Assert.Equal("SUCCESS", await http.StatusOf(ids[1]));
        Assert.Equal(0, await app.Count("bank_outages"));
    }

    [Theory, OnBothDatabases]
    public async Task One_connection_that_never_has_an_answer_closes_no_bank(DatabaseKind kind)
    {
        var bank = Bank2();
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, ids) = await Linked(app, connections: 2);
        bank.EmbeddedChannel.Instead = NoAnswer;
        for (var times = 0; times < 4; times++)
        {
            await LinkedBank.Again(app, http, ids[0]);
            app.Time.Advance(TimeSpan.FromMinutes(2));
            await app.RunDueSynchronizations();
        }
        bank.EmbeddedChannel.Instead = null;
        bank.EmbeddedChannel.Steps.Clear();

        await LinkedBank.Again(app, http, ids[1]);

        Assert.NotEmpty(bank.EmbeddedChannel.Steps);
        Assert.Equal("SUCCESS", await http.StatusOf(ids[1]));
    }

    [Theory, OnBothDatabases]
    public async Task In_quiet_hours_only_those_who_wait_are_served(DatabaseKind kind)
    {
        var bank = Bank2();
        bank.Provider = bank.Provider with { QuietHours = [new(new(0, 0), new(7, 0), [])] };
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, ids) = await Linked(app, connections: 2);
        bank.EmbeddedChannel.Steps.Clear();
        // 7 o'clock in Paris; the slots lie between 1 and 6.
        var end = Begin.AddHours(22);

        app.Time.Advance(end - app.Time.GetUtcNow() - TimeSpan.FromSeconds(1));
        await app.RunDueSynchronizations();
        var byNight = bank.EmbeddedChannel.Steps.Count;
        var quiet = await Constraints(http, ids[1]);
        await LinkedBank.Again(app, http, ids[0]);
        var asked = bank.EmbeddedChannel.Steps.Count;
        app.Time.Advance(TimeSpan.FromMinutes(11));
        await app.RunDueSynchronizations();

        Assert.Equal(0, byNight);
        Assert.Equal(end.ToUnixTimeSeconds(), quiet.GetProperty("bank_quiet_until").GetInt64());
        Assert.InRange(
            quiet.GetProperty("next_run").GetInt64(),
            end.ToUnixTimeSeconds(),
            end.AddMinutes(11).ToUnixTimeSeconds()
        );
        Assert.False((await Constraints(http, ids[1])).TryGetProperty("bank_quiet_until", out _));
        Assert.NotEqual(0, asked);
        Assert.True(bank.EmbeddedChannel.Steps.Count > asked);
    }

    [Theory, OnBothDatabases]
    public async Task In_a_maintenance_nobody_is_served_and_the_user_is_told(DatabaseKind kind)
    {
        var bank = Bank2();
        bank.Provider = bank.Provider with { Maintenance = [new(Begin.AddHours(2), Begin.AddHours(5))] };
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, ids) = await Linked(app, connections: 1);
        app.Time.Advance(TimeSpan.FromHours(3));
        bank.EmbeddedChannel.Steps.Clear();

        await LinkedBank.Again(app, http, ids[0]);

        Assert.Empty(bank.EmbeddedChannel.Steps);
        Assert.Equal("bank_unavailable", await app.ReasonOf(ids[0], FakeBank.Embedded));
        Assert.Equal(
            Begin.AddHours(5).ToUnixTimeSeconds(),
            (await Constraints(http, ids[0])).GetProperty("bank_down_until").GetInt64()
        );
    }

    [Theory, OnBothDatabases]
    public async Task Requests_go_no_faster_than_the_bank_bears_over_all_nodes(DatabaseKind kind)
    {
        await using var test = await TestDatabase.Create(kind);
        var bank = new ProviderId("1");
        Task<long> Take(int requests, long now) =>
            test.Database.Write(db => BankOutageStore.TakeRequests(db, bank, requests, 200, now), Stop);

        long[] turns = [await Take(3, 10_000), await Take(1, 10_000), await Take(2, 10_500), await Take(1, 20_000)];

        // Three at once, then those that follow them; who comes later goes at once.
        Assert.Equal([10_000, 10_600, 10_800, 20_000], turns);
    }

    private static async Task<JsonElement> Constraints(HttpClient http, string id) =>
        (await http.GetFromJsonAsync<JsonElement>($"/api/v2.1/connections/{id}", Stop)).GetProperty("constraints");

    private static StepResult.Later NoAnswer(StepContext context, StepInput input) =>
        new StepResult.Later(context.Now, LaterReason.BankUnavailable) { Session = context.Session };

    // One way in, and two connections without an answer are an outage.
    private static FakeBank Bank2()
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        bank.Provider = bank.Provider with
        {
            Channels = [bank.Provider.Channels[1]],
            Outage = new() { Failures = 2 },
        };
        return bank;
    }

    private static async Task<(HttpClient Http, IReadOnlyList<string> Ids)> Linked(TestApp app, int connections)
    {
        var (http, _) = await app.SignedInUser();
        var ids = new List<string>();
        for (var i = 0; i < connections; i++)
        {
            ids.Add(await TestApp.Connect(http));
            await app.RunDueSynchronizations();
        }
        return (http, ids);
    }

    // To where all are due.
    private static async Task Night(TestApp app, IReadOnlyList<string> ids)
    {
        var last = 0L;
        foreach (var id in ids)
        {
            last = Math.Max(last, (await app.DueAt(id))!.Value);
        }
        app.Time.Advance(TimeSpan.FromSeconds(last - app.Time.Seconds()));
        await app.RunDueSynchronizations();
    }
}
