using Affluent.Connectors.Contract;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Connections;

/// <summary>Whoever reads what is old has it read anew.</summary>
public sealed class RefreshOnReadTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task What_is_older_than_the_operator_wants_is_read_anew_after_the_answer(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        await using var app = await Start(bank, kind, hours: 6);
        var (user, id) = await Linked(app);

        app.Time.Advance(TimeSpan.FromHours(6) - TimeSpan.FromSeconds(1));
        await Read(user, "accounts");
        await StaysAsItIs(app, user, id);
        app.Time.Advance(TimeSpan.FromMinutes(2));
        await Read(user, "transactions");

        Assert.Equal("RUNNING", await user.StatusOf(id));
        bank.EmbeddedChannel.Steps.Clear();
        await app.RunDueSynchronizations();
        Assert.Equal("SUCCESS", await user.StatusOf(id));
        Assert.All(bank.EmbeddedChannel.Steps, step => Assert.Null(step.Context.User));
        Assert.NotEmpty(bank.EmbeddedChannel.Steps);
        // It is new again.
        app.Time.Advance(TimeSpan.FromMinutes(2));
        await Read(user, "accounts");
        await StaysAsItIs(app, user, id);
    }

    [Theory, OnBothDatabases]
    public async Task Nothing_is_asked_for_where_the_operator_does_not_want_it_or_it_would_come_to_nothing(
        DatabaseKind kind
    )
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        await using (var off = await Start(bank, kind, hours: null))
        {
            var (reader, connection) = await Linked(off);
            off.Time.Advance(TimeSpan.FromHours(9));
            await Read(reader, "accounts");
            await StaysAsItIs(off, reader, connection);
        }

        await using var app = await Start(bank, kind, hours: 1);
        var (user, id) = await Linked(app, autoSync: false);
        app.Time.Advance(TimeSpan.FromHours(2));
        await Read(user, "accounts");
        await StaysAsItIs(app, user, id);

        var (other, needsUser) = await Linked(app);
        bank.EmbeddedChannel.Instead = (context, _) =>
            new StepResult.Refused(Refusal.WrongCredentials, "no") { Session = context.Session };
        await LinkedBank.Again(app, other, needsUser);
        bank.EmbeddedChannel.Instead = null;
        app.Time.Advance(TimeSpan.FromHours(2));
        await Read(other, "accounts");
        await StaysAsItIs(app, other, needsUser);
    }

    [Theory, OnBothDatabases]
    public async Task When_nothing_is_left_of_the_readings_without_the_user_none_is_spent(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        bank.Provider = bank.Provider with
        {
            Channels = [.. bank.Provider.Channels.Select(channel => channel with { UnattendedReadings = 1 })],
        };
        await using var app = await Start(bank, kind, hours: 1);
        var (user, id) = await Linked(app);
        app.Time.Advance(TimeSpan.FromHours(2));
        await Read(user, "accounts");
        Assert.Equal("RUNNING", await user.StatusOf(id));
        await app.RunDueSynchronizations();

        app.Time.Advance(TimeSpan.FromHours(2));
        await Read(user, "accounts");

        await StaysAsItIs(app, user, id);
    }

    private static Task<TestApp> Start(FakeBank bank, DatabaseKind kind, int? hours) =>
        TestApp.Start(
            kind,
            settings => settings with { RefreshOnReadHours = hours },
            builder => builder.Services.AddSingleton(bank.Banks())
        );

    private static async Task<(HttpClient User, string Id)> Linked(TestApp app, bool autoSync = true)
    {
        var (user, _) = await app.SignedInUser();
        var id = await TestApp.Connect(user, autoSync: autoSync);
        await app.RunDueSynchronizations();
        return (user, id);
    }

    private static async Task Read(HttpClient user, string what)
    {
        using var answer = await user.GetAsync(new Uri($"/api/v2.1/{what}", UriKind.Relative), Stop);
        answer.EnsureSuccessStatusCode();
    }

    // What comes after an answer comes before the next request on its connection is looked at.
    private static async Task StaysAsItIs(TestApp app, HttpClient user, string id)
    {
        Assert.NotEqual("RUNNING", await user.StatusOf(id));
        Assert.Equal(0, await app.RunDueSynchronizations());
    }
}
