using System.Net;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Transactions;
using Xunit;
using static Affluent.Server.Tests.Harness.Categorized;

namespace Affluent.Server.Tests.Transactions;

/// <summary>Deciding the categories of stored transactions anew, by whatever node, whatever happens meanwhile.</summary>
public sealed class RecategorizationTests
{
    private const string Ask = "/api/v2.1/categories/recategorize";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task Rules_hold_for_what_is_there_once_it_is_decided_anew(DatabaseKind kind)
    {
        await using var world = await World.With(kind, [Bakery(1), Bakery(2), Cafe(3)]);
        var rule = await world.Client.MakeRule("PETS", new { label = "boulangerie", max_amount = -2 });
        var place = await Cursor(world.User);

        using var asked = await world.Client.PostAsync(Ask, content: null, Stop);
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        var waiting = await asked.Json();
        Assert.Equal("WAITING 0/ 0 0", Progress(waiting));
        Assert.Equal(
            waiting.GetRawText(),
            (await world.Client.Read(asked.Headers.Location!.AbsolutePath)).GetRawText()
        );
        await world.App.RunDueRecategorizations();

        Assert.Equal("DONE 1/1 3 1", Progress(await world.Client.Read(asked.Headers.Location.AbsolutePath)));
        Assert.Equal(
            ["SNAKS_ANDWORK_MEALS WORDS 92", "PETS CLIENT_RULE 100"],
            (await world.User.Transactions()).Where(t => t.Text("label")!.Contains("DUPUIS")).Select(Category).Reverse()
        );
        var changes = await world.User.Read($"/api/v2.1/transactions/changes?after={place}");
        var told = Assert.Single(changes.GetProperty("modified").EnumerateArray());
        Assert.Equal(rule.Text("id"), told.Text("category_rule_id"));
        Assert.Equal(0, changes.GetProperty("added").GetArrayLength());

        // Nothing new: nothing is written, nothing told.
        Assert.Equal("DONE 1/1 3 0", await world.Recategorize());
        var after = changes.Text("next");
        Assert.Equal(after, (await world.User.Read($"/api/v2.1/transactions/changes?after={after}")).Text("next"));
        using var deleted = await world.Client.DeleteAsync($"/api/v2.1/categories/rules/{rule.Text("id")}", Stop);
        Assert.Equal("DONE 1/1 3 1", await world.Recategorize());
        Assert.DoesNotContain("CLIENT_RULE", string.Join(',', (await world.User.Transactions()).Select(Category)));
    }

    [Theory, OnBothDatabases]
    public async Task What_was_said_stays_and_others_are_not_touched(DatabaseKind kind)
    {
        await using var world = await World.With(kind, [Bakery(1), Bakery(2), Cafe(3), Power(4)]);
        var others = await world.Another();
        var (foreign, _) = await world.App.SignedInUser();
        await TestApp.Connect(foreign);
        await world.App.RunDueSynchronizations();
        await Say(world.User, Of(await world.User.Transactions(), "01/02 "), "CULTURE");
        await world.Client.MakeRule("PETS", new { sign = "NEGATIVE" });
        var before = await world.User.Transactions();

        Assert.Equal("DONE 1/1 3 2", await world.Recategorize($"?user_id={world.TestUser.Id}"));

        var after = await world.User.Transactions();
        Assert.Equal(
            ["PETS CLIENT_RULE 100", "PETS CLIENT_RULE 100", "CULTURE LEARNED 97", "CULTURE CORRECTED 100"],
            after.Select(Category)
        );
        Assert.Equal(before[2].GetRawText(), after[2].GetRawText());
        Assert.Equal(before[3].GetRawText(), after[3].GetRawText());
        foreach (var http in new[] { others, foreign })
        {
            Assert.DoesNotContain((await http.Transactions()).Select(Category), c => c.Contains("RULE"));
        }
        Assert.Equal("DONE 2/2 7 4", await world.Recategorize());
        Assert.DoesNotContain((await foreign.Transactions()).Select(Category), c => c.Contains("RULE"));
        // Taken back, the rule of today decides, and not what was stored before.
        Assert.Equal("PETS CLIENT_RULE 100", Category(await Say(world.User, after[3], "")));
    }

    [Theory, OnBothDatabases]
    public async Task Killed_at_any_step_it_goes_on_without_loss_or_repetition(DatabaseKind kind)
    {
        await using var world = await World.With(kind, [Bakery(1), Cafe(2)]);
        for (var i = 0; i < 3; i++)
        {
            await world.Another();
        }
        await world.Client.MakeRule("PETS", new { label = "boulangerie" });
        var path = await world.Path();

        var deaths = 0;
        for (; deaths < 30 && !await IsDone(); deaths++)
        {
            // The taking, then a step, before its commit and after it.
            var database = new HookedDatabase(world.App.Database)
            {
                DiesAt = 1 + (deaths % 3),
                DiesAfterCommit = deaths % 2 == 1,
            };
            try
            {
                await world.App.RecategorizerOver(database).RunDue(Stop);
            }
            catch (HookedDatabase.Death)
            {
                // At the taking itself.
            }
            world.App.Time.Advance(Recategorizer.Lease);
        }

        Assert.InRange(deaths, 6, 20);
        Assert.Equal("DONE 4/4 8 4", Progress(await world.Client.Read(path)));
        Assert.Equal("DONE 4/4 8 0", await world.Recategorize());

        async Task<bool> IsDone() => (await world.Client.Read(path)).Text("state") == "DONE";
    }

    [Theory, OnBothDatabases]
    public async Task What_a_user_says_while_it_is_under_way_holds(DatabaseKind kind)
    {
        // More than a step, and of one merchant, so that what is said of one is learned for those before and behind the step's end.
        await using var world = await World.With(
            kind,
            [
                .. Enumerable
                    .Range(0, Recategorizer.StepSize + 50)
                    .Select(i => Bakery(1 + (i % 27)) with { Id = $"b{i}" }),
            ]
        );
        await world.Client.MakeRule("PETS", new { label = "boulangerie", max_amount = -5 });
        var one = (await world.User.Transactions())[0];
        await world.Path();
        var writes = 0;
        var database = new HookedDatabase(world.App.Database)
        {
            AfterWrite = async () =>
            {
                if (++writes == 2)
                {
                    await Say(world.User, one, "CULTURE");
                }
            },
        };

        await world.App.RecategorizerOver(database).RunDue(Stop);

        Assert.True(writes > 2);
        List<string> all = [];
        for (var page = 1; all.Count == 500 * (page - 1); page++)
        {
            var some = await world.User.Read($"/api/v2.1/transactions?limit=500&page={page}");
            all.AddRange(some.EnumerateArray().Select(Category));
        }
        Assert.Equal(Recategorizer.StepSize + 50, all.Count);
        Assert.Equal(["CULTURE CORRECTED 100", "CULTURE LEARNED 97"], all.Distinct().Order());
    }

    [Theory, OnBothDatabases]
    public async Task Nodes_at_once_do_each_user_once_and_one_work_of_a_client_at_a_time(DatabaseKind kind)
    {
        await using var world = await World.With(kind, [Bakery(1), Cafe(2)]);
        await world.Another();
        await world.Another();
        await world.Client.MakeRule("PETS", new { label = "boulangerie" });
        var all = await world.Path();
        var one = await world.Path($"?user_id={world.TestUser.Id}");
        var stranger = await world.App.CreateClient(clientMode: true);
        using var strangers = await world.App.ClientItself(stranger);
        using var theirs = await strangers.PostAsync(Ask, content: null, Stop);

        var now = world.App.Time.Seconds();
        var claims = new List<Recategorization?>();
        for (var i = 0; i < 3; i++)
        {
            claims.Add(await world.App.Database.Write(db => RecategorizationStore.Claim(db, now, now + 60), Stop));
        }
        Assert.Equal([world.TestUser.Client.Id, stranger.Id, null], claims.Select(claim => claim?.ClientId));

        world.App.Time.Advance(Recategorizer.Lease);
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ => Task.Run(() => world.App.RecategorizerOver(world.App.Database).RunDue(Stop), Stop))
        );
        await world.App.RunDueRecategorizations();

        Assert.Equal("DONE 3/3 6 3", Progress(await world.Client.Read(all)));
        Assert.Equal("DONE 1/1 2 0", Progress(await world.Client.Read(one)));
        Assert.Equal("DONE 0/0 0 0", Progress(await strangers.Read(theirs.Headers.Location!.AbsolutePath)));
    }

    [Theory, OnBothDatabases]
    public async Task A_node_that_slept_over_its_lease_does_nothing_more(DatabaseKind kind)
    {
        await using var world = await World.With(kind, [Bakery(1), Cafe(2)]);
        await world.Another();
        await world.Client.MakeRule("PETS", new { label = "boulangerie" });
        var path = await world.Path();
        var asleep = new HookedDatabase(world.App.Database)
        {
            // Another node takes it.
            AfterWrite = async () =>
            {
                world.App.Time.Advance(Recategorizer.Lease);
                var now = world.App.Time.Seconds();
                await world.App.Database.Write(db => RecategorizationStore.Claim(db, now, now + 60), Stop);
            },
        };

        await world.App.RecategorizerOver(asleep).RunDue(Stop);

        // The taking, and the step that found it gone.
        Assert.Equal(2, asleep.Writes);
        Assert.Equal("WAITING 0/ 0 0", Progress(await world.Client.Read(path)));
        world.App.Time.Advance(Recategorizer.Lease);
        await world.App.RunDueRecategorizations();
        Assert.Equal("DONE 2/2 4 2", Progress(await world.Client.Read(path)));
    }

    [Theory, OnBothDatabases]
    public async Task One_that_waits_for_the_same_is_given_again_and_old_ones_go(DatabaseKind kind)
    {
        await using var world = await World.With(kind, []);
        var (_, foreign) = await world.App.SignedInUser();

        var first = await world.Path();
        Assert.Equal(first, await world.Path());
        Assert.NotEqual(first, await world.Path($"?user_id={world.TestUser.Id}"));
        await world.App.RunDueRecategorizations();
        Assert.NotEqual(first, await world.Path());

        await world
            .Client.PostAsync($"{Ask}?user_id={foreign.Id}", null, Stop)
            .IsRefused(HttpStatusCode.NotFound, "not_found");
        await world
            .Client.PostAsync($"{Ask}?user_id=x", null, Stop)
            .IsRefused(HttpStatusCode.BadRequest, "invalid_parameter");
        await world.User.PostAsync(Ask, null, Stop).IsRefused(HttpStatusCode.Forbidden, "forbidden");

        world.App.Time.Advance(TimeSpan.FromDays(31));
        await world.App.RunDuePeriodicTasks();
        using var again = await world.App.ClientItself(world.TestUser.Client);
        Assert.Equal("not_found", (await again.ReadProblem(first)).Text("code"));
    }

    [Theory, OnBothDatabases]
    public async Task An_operator_asks_for_one_client_or_for_all(DatabaseKind kind)
    {
        await using var world = await World.With(kind, [Bakery(1)]);
        var other = await world.App.CreateClient();
        await world.Client.MakeRule("PETS", new { label = "boulangerie" });

        var (code, output, errors) = await world.App.RunCommand(
            "categories",
            "recategorize",
            "--client",
            world.TestUser.Client.ClientId
        );
        Assert.True(code == Server.Commands.ExitCode.Done, errors);
        var id = Assert.Single(output.Trim().Split('\n')).Split("  ")[1];
        await world.App.RunDueRecategorizations();
        Assert.Equal("DONE 1/1 1 1", Progress(await world.Client.Read($"/api/v2.1/categories/recategorizations/{id}")));

        var all = await world.App.RunCommand("categories", "recategorize");
        Assert.Equal(
            [world.TestUser.Client.ClientId, other.ClientId],
            all.Output.Trim().Split('\n').Select(line => line.Split("  ")[0])
        );
        Assert.Equal(
            Server.Commands.ExitCode.Failed,
            (await world.App.RunCommand("categories", "recategorize", "--client", "nobody")).Code
        );
    }

    private static BankTransaction Bakery(int day) =>
        Bank.Booked($"b{day}", -day, $"2026-02-{day:00}", $"CARTE {day:00}/02 BOULANGERIE DUPUIS LYON");

    private static BankTransaction Cafe(int day) => Bank.Booked($"c{day}", -day, $"2026-02-{day:00}", "CB QWXZ PARIS");

    private static BankTransaction Power(int day) => Bank.Booked($"p{day}", -day, $"2026-02-{day:00}", "PRLV SEPA EDF");

    private static string Progress(JsonElement work) =>
        $"{work.Text("state")} {work.Text("users_done")}/{work.Text("users_total")} {work.Text("transactions_checked")} {work.Text("transactions_changed")}";

    private static async Task<string?> Cursor(HttpClient http) =>
        (await http.Read("/api/v2.1/transactions/changes?limit=500")).Text("next");

    /// <summary>A client with a user who has linked a bank.</summary>
    private sealed record World(TestApp App, HttpClient Client, HttpClient User, TestUser TestUser) : IAsyncDisposable
    {
        public static async Task<World> With(DatabaseKind kind, BankTransaction[] movements)
        {
            var bank = new FakeBank();
            bank.EmbeddedChannel.PageSize = 10_000;
            bank.EmbeddedChannel.With(Bank.Account("111"), movements);
            var app = await TestApp.StartWith(bank, kind);
            var client = await app.CreateClient(clientMode: true);
            var (http, user) = await app.SignedInUser(client);
            await TestApp.Connect(http);
            await app.RunDueSynchronizations();
            return new World(app, await app.ClientItself(client), http, user);
        }

        /// <summary>One more user of the client with the same bank.</summary>
        public async Task<HttpClient> Another()
        {
            var (http, _) = await App.SignedInUser(TestUser.Client);
            await TestApp.Connect(http);
            await App.RunDueSynchronizations();
            return http;
        }

        /// <summary>Asks for a recategorization; where it can be read.</summary>
        public async Task<string> Path(string query = "")
        {
            using var asked = await Client.PostAsync(RecategorizationTests.Ask + query, content: null, Stop);
            Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
            return asked.Headers.Location!.AbsolutePath;
        }

        /// <summary>Asks for one and does it; how it ended.</summary>
        public async Task<string> Recategorize(string query = "")
        {
            var path = await Path(query);
            await App.RunDueRecategorizations();
            return Progress(await Client.Read(path));
        }

        public ValueTask DisposeAsync() => App.DisposeAsync();
    }
}
