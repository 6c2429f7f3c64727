using System.Net;
using System.Net.Http.Json;
using System.Text;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>Accounts that come from files.</summary>
public sealed class StatementFileTests
{
    private const string Iban = "DE89370400440532013000";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_file_brings_accounts_and_one_that_was_brought_before_adds_nothing(DatabaseKind kind)
    {
        await using var app = await FileBank.Start(kind);
        var (http, _) = await app.SignedInUser();
        var id = await FileBank.Connect(app, http);
        var question = await http.Read($"/api/v2.1/connections/{id}/user_input");
        Assert.Equal("STATEMENT_FILE", question.Text("kind"));
        Assert.Equal("USER_ACTION_REQUIRED", await http.StatusOf(id, FileBank.Channel));
        var file = FileBank.Ofx(Iban, (1, 10), 100, (3, -5, "a"), (9, -7, "b"));

        await Import(app, http, id, file);
        var first = await http.Transactions();
        await Again(app, http, id, file);
        // Some of the days twice.
        await Again(app, http, id, FileBank.Ofx(Iban, (9, 20), 90, (9, -7, "b"), (15, -10, "c")));

        var all = await http.Transactions();
        Assert.Equal([-10m, -7m, -5m], all.Select(t => t.Money("amount")).Order());
        Assert.Equal(
            first.Select(t => t.Text("id")).Order(),
            all.Where(t => t.Money("amount") != -10).Select(t => t.Text("id")).Order()
        );
        Assert.Equal(90m, (await http.Accounts())[0].Money("balance"));
        Assert.Equal("SUCCESS", await http.StatusOf(id));
    }

    [Theory, OnBothDatabases]
    public async Task A_file_speaks_of_its_own_days_and_accounts_alone(DatabaseKind kind)
    {
        await using var app = await FileBank.Start(kind);
        var (http, _) = await app.SignedInUser();
        var id = await FileBank.Connect(app, http);
        await Import(
            app,
            http,
            id,
            FileBank
                .Ofx(Iban, (11, 20), 90, (15, -10, "c"), (16, -11, "d"))
                .Replace(
                    "</OFX>",
                    FileBank.Ofx("42", (11, 20), 7, (12, 1, "x")).Replace("<OFX>", "", StringComparison.Ordinal),
                    StringComparison.Ordinal
                )
        );
        Assert.Equal(2, (await http.Accounts()).Count);

        // An older one of one account, then one in which the bank has taken a row back.
        await Again(app, http, id, FileBank.Ofx(Iban, (1, 10), 111, (3, -5, "a")));
        var account = await http.Account(Iban);
        Assert.Equal(90m, account.Money("balance"));
        Assert.Equal(4, (await http.Read("/api/v2.1/transactions?missing=false")).GetArrayLength());
        await Again(app, http, id, FileBank.Ofx(Iban, (11, 20), 101, (15, -10, "c")));

        var present = (await http.Read("/api/v2.1/transactions?missing=false")).EnumerateArray();
        Assert.Equal([-10m, -5m, 1m], present.Select(t => t.Money("amount")).Order());
        Assert.All(await http.Accounts(), a => Assert.Equal("ACTIVE", a.Text("status")));
    }

    [Theory, OnBothDatabases]
    public async Task Nothing_of_a_file_is_left_behind_but_what_it_said(DatabaseKind kind)
    {
        await using var app = await FileBank.Start(kind);
        var (http, _) = await app.SignedInUser();
        var id = await FileBank.Connect(app, http);
        using (var taken = await FileBank.Send(http, id, FileBank.Ofx(Iban, (1, 10), 100, (3, -5, "a"))))
        {
            Assert.Equal(HttpStatusCode.NoContent, taken.StatusCode);
        }
        // Sealed while it waits.
        Assert.DoesNotContain("Shop a of Ada", await app.StoredText(), StringComparison.Ordinal);
        await app.RunDueSynchronizations();

        using (var none = await http.GetAsync($"/api/v2.1/connections/{id}/user_input", Stop))
        {
            Assert.Equal(HttpStatusCode.NoContent, none.StatusCode);
        }
        // The next run holds no file: it asks for one.
        await LinkedBank.Again(app, http, id);
        Assert.Equal("STATEMENT_FILE", (await http.Read($"/api/v2.1/connections/{id}/user_input")).Text("kind"));
    }

    [Theory, OnBothDatabases]
    public async Task A_file_of_which_nothing_can_be_taken_is_refused_at_once_and_another_may_follow(DatabaseKind kind)
    {
        await using var app = await FileBank.Start(kind);
        var (http, _) = await app.SignedInUser();
        var id = await FileBank.Connect(app, http);
        const string Qif = "!Type:Bank\nD03/04/2026\nT-5\nPShop\n^\n";
        const string Table = "Jour;Objet;Montant\n25/11/2026;Shop;-5,00\n";

        await IsRefused("file_unknown_format", "A letter");
        await IsRefused("file_damaged", FileBank.Ofx(Iban, (1, 10), 100)[..^12]);
        await IsRefused(
            "file_investments_only",
            "<OFX><INVSTMTMSGSRSV1><INVSTMTRS></INVSTMTRS></INVSTMTMSGSRSV1></OFX>"
        );
        await IsRefused("file_currency_missing", Qif);
        await IsRefused("file_account_missing", Qif, "?currency=EUR");
        await IsRefused("file_date_order_missing", Qif, "?currency=EUR&account=Mine");
        await IsRefused("file_column_missing", Table);
        var nothing = await IsRefused(
            "file_nothing_readable",
            Table,
            "?currency=EUR&account=Mine&date_column=Jour&amount_column=Objet"
        );
        Assert.Contains("line 2", nothing.Text("detail"), StringComparison.Ordinal);
        Assert.Contains("'Objet'", nothing.Text("detail"), StringComparison.Ordinal);
        using (
            var other = await http.PostAsJsonAsync(
                $"/api/v2.1/connections/{id}/user_input",
                new { values = new { file = "x" } },
                Stop
            )
        )
        {
            Assert.Equal("invalid_body", (await other.Problem()).Text("code"));
        }

        await Import(app, http, id, Qif, "?currency=EUR&account=Mine&date_order=day_first");
        var transaction = Assert.Single(await http.Transactions());
        Assert.Equal(-5m, transaction.Money("amount"));
        using var late = await FileBank.Send(http, id, Qif);
        Assert.Equal("no_question", (await late.Problem()).Text("code"));

        async Task<System.Text.Json.JsonElement> IsRefused(string code, string file, string query = "")
        {
            using var answer = await FileBank.Send(http, id, file, query);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            var problem = await answer.Problem();
            Assert.Equal(code, problem.Text("code"));
            return problem;
        }
    }

    [Theory, OnBothDatabases]
    public async Task A_file_may_come_in_a_form_that_says_what_it_does_not_say(DatabaseKind kind)
    {
        await using var app = await FileBank.Start(kind);
        var (http, _) = await app.SignedInUser();
        var id = await FileBank.Connect(app, http);
        var file = Encoding.UTF8.GetBytes("!Type:Bank\nD03/04/2026\nT-5\nPShop\n^\n");

        await IsRefused("file_currency_missing", "currency", file, ("currency", ""));
        await IsRefused("invalid_parameter", "account", file, ("currency", "EUR"), ("account", new string('x', 101)));
        await IsRefused("file_account_missing", "account", file, ("currency", "EUR"));
        await IsRefused("invalid_body", "file", []);
        using (
            var taken = await FileBank.SendForm(
                http,
                id,
                file,
                ("currency", "EUR"),
                ("account", "Mine"),
                ("date_order", "month_first")
            )
        )
        {
            Assert.Equal(HttpStatusCode.NoContent, taken.StatusCode);
        }
        await app.RunDueSynchronizations();

        var transaction = Assert.Single(await http.Transactions());
        Assert.Equal(
            new DateTimeOffset(2026, 3, 4, 0, 0, 0, TimeSpan.FromHours(1)).ToUnixTimeSeconds(),
            transaction.GetProperty("date").GetInt64()
        );

        async Task IsRefused(string code, string parameter, byte[] content, params (string, string)[] fields)
        {
            using var answer = await FileBank.SendForm(http, id, content, fields);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            var problem = await answer.Problem();
            Assert.Equal((code, parameter), (problem.Text("code"), problem.Text("parameter")));
        }
    }

    [Theory, OnBothDatabases]
    public async Task No_file_is_larger_than_one_may_be(DatabaseKind kind)
    {
        await using var app = await FileBank.Start(kind);
        var (http, _) = await app.SignedInUser();
        var id = await FileBank.Connect(app, http);

        foreach (var form in new[] { false, true })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v2.1/connections/{id}/user_input/file");
            var file = new byte[(16 * 1024 * 1024) + (form ? 64 * 1024 : 1)];
            request.Content = form ? FileBank.Form(file) : new ByteArrayContent(file);
            // Asks before it sends, so that a refusal is read and not cut off.
            request.Headers.ExpectContinue = true;
            using var answer = await http.SendAsync(request, Stop);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
            var problem = await answer.Problem();
            Assert.Equal("body_too_large", problem.Text("code"));
            Assert.Contains("16 MiB", problem.Text("detail"), StringComparison.Ordinal);
        }

        // As large as one may be, and as small as one that packs it.
        using (var largest = await FileBank.SendForm(http, id, new byte[16 * 1024 * 1024]))
        {
            Assert.Equal("file_unknown_format", (await largest.Problem()).Text("code"));
        }
        await Import(app, http, id, FileBank.Ofx(Iban, (1, 10), 100, (3, -5, "a")));
        Assert.Single(await http.Transactions());
    }

    [Theory, OnBothDatabases]
    public async Task A_file_of_other_accounts_than_those_of_the_connection_is_not_taken(DatabaseKind kind)
    {
        await using var app = await FileBank.Start(kind);
        var (http, _) = await app.SignedInUser();
        var id = await FileBank.Connect(app, http);
        await Import(app, http, id, FileBank.Ofx(Iban, (1, 10), 100, (3, -5, "a")));

        await Again(app, http, id, FileBank.Ofx("FR7630006000011234567890189", (1, 10), 1, (3, -6, "z")));

        Assert.Equal("other_login", await app.ReasonOf(id, FileBank.Channel));
        Assert.Equal(-5m, Assert.Single(await http.Transactions()).Money("amount"));
        Assert.Single(await http.Accounts());

        // Nothing of it is left: the next run asks for another file, and takes it.
        await Again(app, http, id, FileBank.Ofx(Iban, (9, 20), 90, (15, -10, "c")));
        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal([-10m, -5m], (await http.Transactions()).Select(t => t.Money("amount")).Order());
    }

    [Theory, OnBothDatabases]
    public async Task A_file_answers_the_question_that_it_was_looked_at_for_and_no_later_one(DatabaseKind kind)
    {
        Func<Task>? meanwhile = null;
        await using var app = await FileBank.Start(
            kind,
            () => meanwhile?.Invoke().Wait(TimeSpan.FromSeconds(20), CancellationToken.None)
        );
        var (http, _) = await app.SignedInUser();
        var id = await FileBank.Connect(app, http);
        var first = (await http.Read($"/api/v2.1/connections/{id}/user_input")).Text("id");
        meanwhile = async () =>
        {
            using var given = await http.DeleteAsync($"/api/v2.1/connections/{id}/user_input", Stop);
            await app.RunDueSynchronizations();
            await LinkedBank.Again(app, http, id);
        };

        using var late = await FileBank.Send(http, id, FileBank.Ofx(Iban, (1, 10), 100, (3, -5, "a")));

        Assert.Equal("no_question", (await late.Problem()).Text("code"));
        var open = await http.Read($"/api/v2.1/connections/{id}/user_input");
        Assert.NotEqual(first, open.Text("id"));
        Assert.False(open.GetProperty("answered").GetBoolean());
    }

    [Theory, OnBothDatabases]
    public async Task Without_a_file_nothing_is_read_by_itself(DatabaseKind kind)
    {
        await using var app = await FileBank.Start(kind);
        var (http, _) = await app.SignedInUser();
        var id = await FileBank.Connect(app, http);
        await Import(app, http, id, FileBank.Ofx(Iban, (1, 10), 100, (3, -5, "a")));

        Assert.False((await http.Read($"/api/v2.1/connections/{id}")).GetProperty("auto_sync").GetBoolean());
        app.Time.Advance(TimeSpan.FromDays(3));
        Assert.Equal(0, await app.RunDueSynchronizations());
        Assert.Equal("SUCCESS", await http.StatusOf(id));

        await LinkedBank.Again(app, http, id);
        app.Time.Advance(TimeSpan.FromMinutes(31));
        await app.RunDueSynchronizations();
        Assert.Equal("file_required", await app.ReasonOf(id, FileBank.Channel));
    }

    private static async Task Import(TestApp app, HttpClient http, string id, string file, string query = "")
    {
        using var taken = await FileBank.Send(http, id, file, query);
        Assert.True(taken.StatusCode == HttpStatusCode.NoContent, await taken.Content.ReadAsStringAsync(Stop));
        await app.RunDueSynchronizations();
    }

    private static async Task Again(TestApp app, HttpClient http, string id, string file)
    {
        await LinkedBank.Again(app, http, id);
        await Import(app, http, id, file);
    }
}
