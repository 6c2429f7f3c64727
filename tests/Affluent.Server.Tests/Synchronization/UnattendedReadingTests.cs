using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>How often a bank is read without the user.</summary>
public sealed class UnattendedReadingTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task No_more_often_than_the_law_allows_and_with_the_user_always(DatabaseKind kind)
    {
        var bank = Limited(to: 2);
        await using var app = await TestApp.StartWith(bank, kind);
        var (user, client, id) = await Linked(app);
        bank.EmbeddedChannel.Steps.Clear();

        List<string> reasons = [];
        for (var times = 0; times < 3; times++)
        {
            await Unattended(app, client, id);
            reasons.Add(await app.ReasonOf(id, FakeBank.Embedded) ?? "read");
        }
        var readings = bank.EmbeddedChannel.Steps.Count(step => step.Input is StepInput.ListAccounts);
        var left = await LeftOf(user, id);
        var constraints = (await user.Read($"/api/v2.1/connections/{id}")).GetProperty("constraints");
        await LinkedBank.Again(app, user, id);

        // The bank was not asked: nothing has failed there.
        Assert.False(constraints.TryGetProperty("failing_since", out var _));
        Assert.Equal(["read", "read", "rate_limited"], reasons);
        Assert.Equal(2, readings);
        Assert.Equal((2, 0), (left.GetProperty("limit").GetInt32(), left.GetProperty("remaining").GetInt32()));
        Assert.Equal(app.Time.Seconds() + 86_400, left.GetProperty("resets_at").GetInt64());
        Assert.Equal("SUCCESS", await user.StatusOf(id));
        app.Time.Advance(TimeSpan.FromDays(1));
        await Unattended(app, client, id);
        Assert.Equal("SUCCESS", await user.StatusOf(id));
    }

    [Theory, OnBothDatabases]
    public async Task A_run_with_which_another_node_goes_on_counts_again_as_the_bank_counts(DatabaseKind kind)
    {
        var bank = Limited(to: 3);
        await using var app = await TestApp.StartWith(bank, kind);
        var (user, client, id) = await Linked(app);
        using var stopping = new CancellationTokenSource();
        bank.EmbeddedChannel.Instead = (_, _) =>
        {
            stopping.Cancel();
            throw new OperationCanceledException(stopping.Token);
        };
        using var http = app.WithToken(await app.ClientToken(client, "connections_manage connections_sync"));
        using var asked = await http.PostAsync($"/api/v2.1/connections/{id}/synchronize", content: null, Stop);
        var worker = app.Service<Worker>();
        await worker.Run((await worker.ClaimDue(new(1, 1), Stop)).Jobs.Single(), stopping.Token);
        bank.EmbeddedChannel.Instead = null;

        await app.RunDueSynchronizations();

        Assert.Equal("SUCCESS", await user.StatusOf(id));
        Assert.Equal(1, (await LeftOf(user, id)).GetProperty("remaining").GetInt32());
    }

    [Theory, OnBothDatabases]
    public async Task By_night_it_is_read_when_it_may_be_and_nobody_is_told_that_it_waited(DatabaseKind kind)
    {
        var bank = Limited(to: 1);
        await using var app = await TestApp.StartWith(bank, kind);
        var (user, client, id) = await Linked(app);
        app.Time.Advance(TimeSpan.FromHours(5));
        await Unattended(app, client, id);
        var read = app.Time.Seconds();
        var events = (await app.EventNames(id)).Count;
        bank.EmbeddedChannel.Steps.Clear();

        var slot = (await app.DueAt(id))!.Value;
        Assert.InRange(slot, read, read + 86_400);
        app.Time.Advance(TimeSpan.FromSeconds(slot - app.Time.Seconds()));
        await app.RunDueSynchronizations();

        Assert.Empty(bank.EmbeddedChannel.Steps);
        Assert.Equal(events, (await app.EventNames(id)).Count);
        Assert.Equal("SUCCESS", await user.StatusOf(id));
        Assert.Equal(read + 86_400, await app.DueAt(id));
        app.Time.Advance(TimeSpan.FromSeconds(read + 86_400 - app.Time.Seconds()));
        await app.RunDueSynchronizations();
        Assert.NotEmpty(bank.EmbeddedChannel.Steps);
    }

    [Theory, OnBothDatabases]
    public async Task A_bank_that_has_had_enough_is_spared_until_the_time_that_it_names(DatabaseKind kind)
    {
        var bank = Limited(to: null);
        await using var app = await TestApp.StartWith(bank, kind);
        var (user, client, id) = await Linked(app);
        var named = app.Time.GetUtcNow().AddHours(8);
        bank.EmbeddedChannel.Instead = (context, _) =>
            new StepResult.Later(named, LaterReason.RateLimited) { Session = context.Session, IsNamed = true };
        await Unattended(app, client, id);
        var next = await app.DueAt(id);
        bank.EmbeddedChannel.Instead = null;
        bank.EmbeddedChannel.Steps.Clear();

        await Unattended(app, client, id);
        var left = await LeftOf(user, id);
        var asked = bank.EmbeddedChannel.Steps.Count;
        await LinkedBank.Again(app, user, id);

        Assert.Equal(0, asked);
        Assert.InRange(next!.Value, named.ToUnixTimeSeconds(), named.ToUnixTimeSeconds() + 600);
        Assert.Equal(
            (0, named.ToUnixTimeSeconds()),
            (left.GetProperty("remaining").GetInt32(), left.GetProperty("resets_at").GetInt64())
        );
        Assert.Equal("SUCCESS", await user.StatusOf(id));
    }

    [Theory, OnBothDatabases]
    public async Task A_gap_that_stays_is_looked_into_less_and_less_often(DatabaseKind kind)
    {
        var bank = Limited(to: null);
        bank.EmbeddedChannel.With(Bank.Account("111", 100));
        await using var app = await TestApp.StartWith(bank, kind);
        var (_, client, id) = await Linked(app);
        bank.EmbeddedChannel.With(Bank.Account("111", 60));

        List<int> lists = [];
        for (var day = 0; day < 6; day++)
        {
            bank.EmbeddedChannel.Steps.Clear();
            await Unattended(app, client, id);
            lists.Add(bank.EmbeddedChannel.Steps.Count(step => step.Input is StepInput.ListTransactions));
            app.Time.Advance(TimeSpan.FromDays(1));
        }

        Assert.Equal([2, 2, 2, 1, 2, 1], lists);
    }

    private static async Task<(HttpClient User, TestClient Client, string Id)> Linked(TestApp app)
    {
        var client = await app.CreateClient(clientMode: true);
        var (user, _) = await app.SignedInUser(client);
        var id = await TestApp.Connect(user);
        await app.RunDueSynchronizations();
        return (user, client, id);
    }

    // As a client does by its own token, which lasts an hour.
    private static async Task Unattended(TestApp app, TestClient client, string id)
    {
        using var http = app.WithToken(await app.ClientToken(client, "connections_manage connections_sync"));
        await LinkedBank.Again(app, http, id);
    }

    private static async Task<JsonElement> LeftOf(HttpClient http, string id) =>
        (await http.GetFromJsonAsync<JsonElement>($"/api/v2.1/connections/{id}", Stop))
            .GetProperty("constraints")
            .GetProperty("unattended");

    private static FakeBank Limited(int? to)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        bank.Provider = bank.Provider with
        {
            Channels = [.. bank.Provider.Channels.Select(channel => channel with { UnattendedReadings = to })],
        };
        return bank;
    }
}
