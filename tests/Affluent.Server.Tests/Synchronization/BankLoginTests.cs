using System.Net;
using System.Net.Http.Json;
using Affluent.Connectors.Contract;
using Affluent.Server.Jobs;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Tests.Security;
using Affluent.Server.Tests.Widget;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>Passwords of banks that somebody tries out through the platform.</summary>
public sealed class BankLoginTests
{
    private const string Right = "the-right-0ne";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_bank_login_is_guessed_three_times_and_then_at_growing_intervals(DatabaseKind kind)
    {
        var bank = Guarded();
        var log = new RecordedEvents();
        await using var app = await TestApp.Start(
            kind,
            configure: builder =>
            {
                log.AddTo(builder);
                builder.Services.AddSingleton(bank.Banks());
            }
        );
        var client = await app.CreateClient();
        var (ends, users) = (new List<string?>(), new List<string>());

        // Twelve users guess at once, each writing the login in a way of their own.
        for (var i = 0; i < 12; i++)
        {
            var (http, user) = await app.SignedInUser(client);
            users.Add(user.Id.ToString());
            ends.Add(await Try(app, http, i % 2 == 0 ? "Jean Dupont" : "jeandupont ", $"guess-{i}"));
        }

        Assert.Equal(3, Asked(bank));
        Assert.Equal(Enumerable.Repeat("wrong_credentials", 3).Concat(Enumerable.Repeat("too_many_attempts", 9)), ends);
        var blocked = log.All.Where(e => e.Name == "bank_login_blocked").ToArray();
        Assert.Equal(9, blocked.Length);
        Assert.All(blocked, e => Assert.NotEqual("", e.Ids["connection_id"]));
        Assert.Equal(users[3..], blocked.Select(e => e.Whose.User));
        Assert.All(blocked, e => Assert.NotEqual("", e.Whose.Client));
        var (another, _) = await app.SignedInUser(client);
        Assert.Null(await Try(app, another, "somebody else", Right));
        app.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("wrong_credentials", await Try(app, another, "jean dupont", "guess"));
        app.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("too_many_attempts", await Try(app, another, "jean dupont", Right));
        app.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Null(await Try(app, another, "jean dupont", Right));
        // Which forgets the failures.
        Assert.Equal("wrong_credentials", await Try(app, another, "jean dupont", "guess"));
    }

    [Theory, OnBothDatabases]
    public async Task Attempts_that_fail_for_other_reasons_do_not_count(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.Instead = (_, _) => Bank.Refused(Refusal.NotUnderstood);
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("bank_not_understood", await Try(app, http, "jean", "pw-1234"));
        }
    }

    [Theory, OnBothDatabases]
    public async Task Runs_that_are_stopped_in_the_middle_do_not_count(DatabaseKind kind)
    {
        var bank = Guarded();
        var ask = bank.EmbeddedChannel.Instead;
        await using var app = await TestApp.StartWith(bank, kind);
        var client = await app.CreateClient();
        for (var i = 0; i < 3; i++)
        {
            var (http, _) = await app.SignedInUser(client);
            await Connect(http, "jean", Right);
            using var shutdown = new CancellationTokenSource();
            bank.EmbeddedChannel.Instead = (_, _) =>
            {
                shutdown.Cancel();
                throw new OperationCanceledException(shutdown.Token);
            };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
                app.Services.GetRequiredService<Worker>().RunDue(shutdown.Token)
            );
        }
        bank.EmbeddedChannel.Instead = ask;

        var (another, _) = await app.SignedInUser(client);
        Assert.Null(await Try(app, another, "jean", Right).WaitAsync(TimeSpan.FromSeconds(20), Stop));
    }

    [Theory, OnBothDatabases]
    public async Task What_the_bank_has_accepted_is_read_on_while_somebody_guesses(DatabaseKind kind)
    {
        var bank = Guarded();
        await using var app = await TestApp.StartWith(bank, kind);
        var client = await app.CreateClient();
        var (owner, _) = await app.SignedInUser(client);
        var id = await Connect(owner, "jean", Right);
        await app.RunDueSynchronizations();
        var (guesser, _) = await app.SignedInUser(client);
        for (var i = 0; i < 4; i++)
        {
            await Try(app, guesser, "jean", $"guess-{i}");
        }

        await owner.PostAsync($"/api/v2.1/connections/{id}/synchronize", null, Stop);
        await app.RunDueSynchronizations();

        Assert.Equal("SUCCESS", await owner.StatusOf(id));
    }

    [Theory, OnBothDatabases]
    public async Task The_widget_says_why_the_bank_is_not_asked(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(
            kind,
            configure: builder => builder.Services.AddSingleton(new ScriptedBanks().Banks)
        );
        var visitor = await app.Visit(
            await app.OpenWidget(await app.CreateWidgetUser()),
            "add_connection",
            "&provider_id=90"
        );
        await visitor.Submit();
        for (var i = 0; i < 4; i++)
        {
            visitor.Fill("login", "wrong");
            visitor.Fill("password", $"wrong-{i}");
            await visitor.Submit();
            await visitor.WaitFor("Failed");
            Assert.Equal(i < 3 ? "Your bank did not accept this sign-in" : "Too many wrong attempts", visitor.Heading);
            await visitor.Do("retry");
        }
    }

    private static FakeBank Guarded()
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        bank.EmbeddedChannel.Instead = (context, _) =>
            context.Credentials["301"] == Right ? null : Bank.Refused(Refusal.WrongCredentials);
        return bank;
    }

    private static int Asked(FakeBank bank) => bank.EmbeddedChannel.Steps.Count;

    /// <summary>Connects and lets it be read; the reason for which it was not.</summary>
    private static async Task<string?> Try(TestApp app, HttpClient http, string login, string password)
    {
        var id = await Connect(http, login, password);
        await app.RunDueSynchronizations();
        return (await http.Read($"/api/v2.1/connections/{id}"))
            .GetProperty("channels")
            .EnumerateArray()
            .Single(channel => channel.Text("channel_definition_id") == FakeBank.Embedded)
            .Text("reason");
    }

    private static async Task<string> Connect(HttpClient http, string login, string password)
    {
        using var answer = await http.PostAsJsonAsync(
            "/api/v2.1/connections",
            new
            {
                provider_id = FakeBank.ProviderId,
                channel_definition_id = FakeBank.Embedded,
                credentials = new Dictionary<string, string> { ["300"] = login, ["301"] = password },
            },
            Stop
        );
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Json()).Text("id")!;
    }
}
