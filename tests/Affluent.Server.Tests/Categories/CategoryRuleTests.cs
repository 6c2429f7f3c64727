using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Tests.Harness;
using Xunit;
using static Affluent.Server.Tests.Harness.Categorized;
using static Affluent.Server.Tests.Harness.LinkedBank;

namespace Affluent.Server.Tests.Categories;

public sealed class CategoryRuleTests
{
    private const string Rules = "/api/v2.1/categories/rules";

    private static readonly BankTransaction Bakery = Bank.Booked("b1", -3, "2026-02-20", "CB BOULANGERIE DUPUIS LYON");
    private static readonly BankTransaction Cafe = Bank.Booked("c1", -9, "2026-02-21", "CB QWXZ PARIS");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_rule_is_made_read_replaced_and_deleted(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        using var http = await app.ClientItself();

        using var made = await http.PostAsJsonAsync(
            Rules,
            new { category_id = "PETS", conditions = new { label = "Zoo plus", max_amount = -10.5 } },
            Stop
        );
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var path = made.Headers.Location!.AbsolutePath;
        var second = await http.MakeRule("SPORT", new { sign = "NEGATIVE", type = "CHECK" }, priority: 5);

        var rule = await http.Read(path);
        Assert.Equal((await made.Json()).GetRawText(), rule.GetRawText());
        Assert.Equal("""{"label":"Zoo plus","max_amount":-10.5}""", rule.GetProperty("conditions").GetRawText());
        Assert.Equal(["SPORT 5", "PETS 100"], await http.RulesListed());
        Assert.Equal(second.GetRawText(), (await http.Read($"{Rules}/{second.Text("id")}")).GetRawText());

        app.Time.Advance(TimeSpan.FromMinutes(1));
        using var replaced = await http.PutAsJsonAsync(
            path,
            new
            {
                category_id = "CULTURE",
                priority = 1,
                conditions = new { account_type = "SAVINGS" },
            },
            Stop
        );
        var now = await replaced.Json();
        Assert.Equal(rule.Text("id"), now.Text("id"));
        Assert.Equal(rule.Text("creation_date"), now.Text("creation_date"));
        Assert.NotEqual(rule.Text("last_update_date"), now.Text("last_update_date"));
        Assert.Equal(now.GetRawText(), (await http.Read(path)).GetRawText());
        Assert.Equal(["CULTURE 1", "SPORT 5"], await http.RulesListed());

        using var deleted = await http.DeleteAsync(path, Stop);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal("not_found", (await http.ReadProblem(path)).Text("code"));
        Assert.Equal(["SPORT 5"], await http.RulesListed());
    }

    [Theory]
    [OnBothDatabases("""{"category_id":"SNACKS","conditions":{"label":"x"}}""", "unknown_category", "category_id")]
    [OnBothDatabases("""{"conditions":{"label":"x"}}""", "invalid_body", "category_id")]
    [OnBothDatabases("""{"category_id":"PETS","conditions":{}}""", "empty_rule", "conditions")]
    [OnBothDatabases("""{"category_id":"PETS"}""", "empty_rule", "conditions")]
    [OnBothDatabases("""{"category_id":"PETS","conditions":{"lable":"x"}}""", "invalid_body", "conditions.lable")]
    [OnBothDatabases("""{"category_id":"PETS","conditions":{"label":"-"}}""", "invalid_body", "conditions.label")]
    [OnBothDatabases("""{"category_id":"PETS","conditions":{"merchant":""}}""", "invalid_body", "conditions.merchant")]
    [OnBothDatabases(
        """{"category_id":"PETS","conditions":{"merchant_category_code":"54"}}""",
        "invalid_body",
        "conditions.merchant_category_code"
    )]
    [OnBothDatabases(
        """{"category_id":"PETS","conditions":{"min_amount":2,"max_amount":1}}""",
        "invalid_body",
        "conditions.max_amount"
    )]
    [OnBothDatabases(
        """{"category_id":"PETS","conditions":{"min_amount":2,"sign":"NEGATIVE"}}""",
        "invalid_body",
        "conditions.min_amount"
    )]
    [OnBothDatabases("""{"category_id":"PETS","conditions":{"type":"NOTHING"}}""", "invalid_body", "conditions.type")]
    [OnBothDatabases("""{"category_id":"PETS","priority":-1,"conditions":{"label":"x"}}""", "invalid_body", "priority")]
    public async Task A_rule_that_cannot_be_used_is_refused(DatabaseKind kind, string body, string code, string field)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        using var http = await app.ClientItself();

        using var answer = await http.PostAsync(
            Rules,
            new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
            Stop
        );

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Problem();
        Assert.Equal((code, field), (problem.Text("code"), problem.Text("parameter")));
        Assert.Empty(await http.RulesListed());
    }

    [Theory, OnBothDatabases]
    public async Task Rules_are_bounded_whoever_adds_at_the_same_moment(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind, settings: s => s with { CategoryRules = 3 });
        using var http = await app.ClientItself();
        var first = await http.MakeRule("PETS", new { label = "first" });

        var statuses = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => StatusOf(http, $"more {i}")));
        Assert.Equal(2, statuses.Count(status => status == HttpStatusCode.Created));
        Assert.Equal(3, (await http.RulesListed()).Count);
        await Post(http, "last").IsRefused(HttpStatusCode.Conflict, "too_many_rules");

        using var deleted = await http.DeleteAsync($"{Rules}/{first.Text("id")}", Stop);
        Assert.Equal(HttpStatusCode.Created, await StatusOf(http, "last"));
    }

    [Theory, OnBothDatabases]
    public async Task No_rule_stands_twice_however_it_is_spelled(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind, settings: s => s with { CategoryRules = 2 });
        using var http = await app.ClientItself();
        await http.MakeRule("PETS", new { label = "Café Zoo" });

        // What is refused takes no room.
        await Post(http, "CAFE  ZOO").IsRefused(HttpStatusCode.Conflict, "rule_exists");
        await Post(http, "cafe, zoo").IsRefused(HttpStatusCode.Conflict, "rule_exists");
        var cat = await http.MakeRule("PETS", new { label = "cat" });

        await Put(http, cat, "cafe zoo").IsRefused(HttpStatusCode.Conflict, "rule_exists");
        await Put(http, cat, "CAT").IsGiven();
    }

    [Theory, OnBothDatabases]
    public async Task A_rule_decides_for_the_users_of_its_client_alone(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWith(Bank_with(Bakery, Cafe), kind);
        var ours = await app.CreateClient(clientMode: true);
        using var http = await app.ClientItself(ours);
        var rule = await http.MakeRule("PETS", new { label = "boulangerie", account_type = "CHECKINGS" });
        await http.MakeRule("SPORT", new { label = "boulangerie", account_type = "SAVINGS" }, priority: 1);
        var (user, _) = await app.SignedInUser(ours);
        var (stranger, _) = await app.SignedInUser();
        await TestApp.Connect(user);
        await TestApp.Connect(stranger);
        await app.RunDueSynchronizations();

        var decided = Of(await user.Transactions(), "BOULANGERIE");
        Assert.Equal("PETS CLIENT_RULE 100", Category(decided));
        Assert.Equal(rule.Text("id"), decided.Text("category_rule_id"));
        var id = (await user.Read("/api/v2.1/users/me")).Text("id");
        var v3 = await user.Read($"/api/v3/transactions/{decided.Text("id")}?user_id={id}");
        Assert.Equal("PETS CLIENT_RULE 100", Category(v3.GetProperty("enrichments")));
        Assert.Equal("SNAKS_ANDWORK_MEALS WORDS 92", Category(Of(await stranger.Transactions(), "BOULANGERIE")));
    }

    [Theory, OnBothDatabases]
    public async Task What_the_user_says_goes_before_a_rule_and_taken_back_the_rule_decides(DatabaseKind kind)
    {
        var bank = Bank_with(Bakery, Bakery with { Id = "b2", BookingDay = new(2026, 2, 22) });
        await using var app = await TestApp.StartWith(bank, kind);
        var ours = await app.CreateClient(clientMode: true);
        var (http, _) = await app.SignedInUser(ours);
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        var one = (await http.Transactions())[0];
        await Say(http, one, "CULTURE");
        using var client = await app.ClientItself(ours);
        var rule = await client.MakeRule("PETS", new { label = "boulangerie" });

        bank.EmbeddedChannel.With(
            Bank.Account("111"),
            Bakery,
            Bakery with
            {
                Id = "b2",
                BookingDay = new(2026, 2, 22),
            },
            Bakery with
            {
                Id = "b3",
                BookingDay = new(2026, 2, 25),
            }
        );
        await Again(app, http, id);
        Assert.Equal(
            ["CULTURE CORRECTED 100", "CULTURE LEARNED 97", "CULTURE LEARNED 97"],
            (await http.Transactions()).Select(Category).Order()
        );

        var back = await Say(http, one, "");
        Assert.Equal("PETS CLIENT_RULE 100", Category(back));
        Assert.Equal(rule.Text("id"), back.Text("category_rule_id"));
        Assert.All(await http.Transactions(), t => Assert.Equal("PETS CLIENT_RULE 100", Category(t)));
    }

    [Theory, OnBothDatabases]
    public async Task What_is_said_while_the_bank_is_read_survives_the_reading(DatabaseKind kind)
    {
        var pending = Bank.Pending(-9, "2026-02-28", "CB QWXZ PARIS");
        var bank = Bank_with(Cafe, pending);
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;
        var one = (await http.Transactions()).Single(t => t.Text("status") == "BOOKED");
        // The pending one books by this reading, during which its user says something of the other.
        bank.EmbeddedChannel.With(
            Bank.Account("111"),
            Cafe,
            pending with
            {
                Id = "c2",
                Status = BankTransactionStatus.Booked,
                BookingDay = new(2026, 3, 1),
            }
        );
        bank.EmbeddedChannel.Steps.Clear();
        var said = false;
        var database = new HookedDatabase(app.Database)
        {
            // What is held has been read, and nothing is written yet.
            BeforeWrite = async () =>
            {
                if (!said && bank.EmbeddedChannel.Steps.Any(step => step.Input is StepInput.ListTransactions))
                {
                    said = true;
                    await Say(http, one, "CULTURE");
                }
            },
        };
        using var asked = await http.PostAsync($"/api/v2.1/connections/{id}/synchronize", null, Stop);
        await app.WorkerOver(database).RunDue(Stop);

        Assert.True(said);
        var all = await http.Transactions();
        Assert.All(all, t => Assert.Equal("BOOKED", t.Text("status")));
        Assert.Equal(["CULTURE CORRECTED 100", "CULTURE LEARNED 97"], all.Select(Category).Order());
    }

    private static FakeBank Bank_with(params BankTransaction[] movements)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), movements);
        return bank;
    }

    private static Task<HttpResponseMessage> Post(HttpClient http, string label) =>
        http.PostAsJsonAsync(Rules, new { category_id = "PETS", conditions = new { label } }, Stop);

    private static Task<HttpResponseMessage> Put(HttpClient http, JsonElement rule, string label) =>
        http.PutAsJsonAsync(
            $"{Rules}/{rule.Text("id")}",
            new { category_id = "SPORT", conditions = new { label } },
            Stop
        );

    private static async Task<HttpStatusCode> StatusOf(HttpClient http, string label)
    {
        using var answer = await Post(http, label);
        return answer.StatusCode;
    }
}
