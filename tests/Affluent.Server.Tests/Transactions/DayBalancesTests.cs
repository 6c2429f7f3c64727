using System.Net.Http.Json;
using Affluent.Connectors.Contract;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Transactions;

/// <summary>Balances of all kinds as the bank gives them, checked, and the balance of each day.</summary>
public sealed class DayBalancesTests
{
    private static readonly BankTransaction Rent = Bank.Booked("rent", -700, "2026-02-24", "VIR LOYER");
    private static readonly BankTransaction Shop = Bank.Booked("shop", -30, "2026-02-27", "CB SHOP");

    [Theory, OnBothDatabases]
    public async Task Each_day_has_its_balance_back_to_the_oldest_transaction(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(
            With(Bank.Balance(BankBalanceKind.ClosingBooked, 1_000, "2026-02-26")),
            Rent,
            Shop,
            Bank.Pending(-5, "2026-02-27", "CB CAFE")
        );
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;
        var account = Assert.Single(await http.Accounts()).Text("id");

        var all = await http.Read($"/api/v2.1/accounts/{account}/balances");

        Assert.Equal(
            ["970 DERIVED", "1000 KNOWN", "1000 DERIVED", "1000 DERIVED"],
            all.EnumerateArray().SkipWhile(d => d.GetProperty("date").GetInt64() > Seconds(27)).Select(Shown)
        );
        Assert.Equal(Seconds(24), all.EnumerateArray().Last().GetProperty("date").GetInt64());
        var some = await http.Read(
            $"/api/v2.1/accounts/{account}/balances?start_date={Seconds(25)}&end_date={Seconds(27) + 3_600}&limit=2&page=2"
        );
        Assert.Equal(
            $$"""[{"date":{{Seconds(25)}},"balance":1000.00,"currency":"EUR","origin":"DERIVED"}]""",
            some.GetRawText()
        );
        var user = (await http.Read("/api/v2.1/users/me")).Text("id");
        var v3 = await http.Read(
            $"/api/v3/accounts/{account}/balances?user_id={user}&end_date=2026-02-26T12:00:00Z&limit=1"
        );
        Assert.Equal(
            """{"balances":[{"date":"2026-02-26T00:00:00+01:00","amount":{"amount":"1000.00","currency":"EUR"},"origin":"KNOWN"}]}""",
            v3.GetRawText()
        );
        Assert.NotNull(id);
    }

    [Theory, OnBothDatabases]
    public async Task No_day_is_told_across_a_gap_or_from_amounts_of_another_currency(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(With(Bank.Balance(BankBalanceKind.ClosingBooked, 1_000, "2026-02-24")), Rent);
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;
        bank.EmbeddedChannel.With(With(Bank.Balance(BankBalanceKind.ClosingBooked, 900, "2026-02-27")), Rent, Shop);
        await Again(app, http, id);
        var account = Assert.Single(await http.Accounts());

        Assert.Equal($$"""{"status":"GAP","gap":-70.00,"since":{{Seconds(24)}}}""", account.Text("balance_check"));
        var days = await http.Read($"/api/v2.1/accounts/{account.Text("id")}/balances?end_date={Seconds(27)}");
        Assert.Equal(["900 KNOWN", "1000 KNOWN"], days.EnumerateArray().Select(Shown));

        bank.EmbeddedChannel.With(
            With(Bank.Balance(BankBalanceKind.ClosingBooked, 900, "2026-02-27")),
            Rent,
            Shop,
            Bank.Booked("dollars", -70, "2026-02-26", "HOTEL") with
            {
                Currency = "USD",
            }
        );
        await Again(app, http, id);

        account = Assert.Single(await http.Accounts());
        Assert.Equal("""{"status":"UNKNOWN","reason":"OTHER_CURRENCY"}""", account.Text("balance_check"));
        days = await http.Read($"/api/v2.1/accounts/{account.Text("id")}/balances?end_date={Seconds(27)}");
        Assert.Equal(["900 KNOWN"], days.EnumerateArray().Select(Shown));
    }

    [Theory, OnBothDatabases]
    public async Task A_balance_of_yesterday_is_compared_with_what_was_booked_by_then(DatabaseKind kind)
    {
        var bank = new FakeBank();
        var yesterday = With(
            Bank.Balance(BankBalanceKind.Expected, 995, "2026-02-27"),
            Bank.Balance(BankBalanceKind.ClosingBooked, 1_000, "2026-02-26")
        );
        bank.EmbeddedChannel.With(yesterday, Rent);
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;

        bank.EmbeddedChannel.With(yesterday, Rent, Shop);
        await Again(app, http, id);

        var account = Assert.Single(await http.Accounts());
        Assert.Equal("""{"status":"OK"}""", account.Text("balance_check"));
        Assert.Equal(1_000m, account.Money("balance"));
        Assert.Equal(
            ["EXPECTED", "CLOSING_BOOKED"],
            account.GetProperty("balances").EnumerateArray().Select(b => b.Text("kind"))
        );
    }

    [Theory, OnBothDatabases]
    public async Task The_catalogue_says_which_balance_of_a_bank_is_the_balance(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.Provider = bank.Provider with
        {
            Channels =
            [
                .. bank.Provider.Channels.Select(channel => channel with { BalanceKinds = [BankBalanceKind.Expected] }),
            ],
        };
        bank.EmbeddedChannel.With(
            With(
                Bank.Balance(BankBalanceKind.ClosingBooked, 1_000),
                Bank.Balance(BankBalanceKind.Expected, 995, "2026-02-27")
            )
        );
        var (app, http, _) = await Linked(bank, kind);
        await using var __ = app;

        var account = Assert.Single(await http.Accounts());
        Assert.Equal((995m, Seconds(27)), (account.Money("balance"), account.GetProperty("balance_date").GetInt64()));
    }

    [Theory, OnBothDatabases]
    public async Task An_account_that_shows_no_balance_has_none_on_any_day(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111", balance: null), Rent);
        var (app, http, _) = await Linked(bank, kind);
        await using var __ = app;
        var account = Assert.Single(await http.Accounts());

        Assert.Equal("[]", (await http.Read($"/api/v2.1/accounts/{account.Text("id")}/balances")).GetRawText());
        Assert.Equal("""{"status":"UNKNOWN","reason":"NO_BALANCE"}""", account.Text("balance_check"));
        Assert.Null(account.Text("balances"));
        using var strange = await http.GetAsync(
            "/api/v2.1/accounts/77/balances",
            TestContext.Current.CancellationToken
        );
        Assert.Equal(System.Net.HttpStatusCode.NotFound, strange.StatusCode);
    }

    [Theory, OnBothDatabases]
    public async Task A_gap_of_a_row_that_was_listed_twice_goes_when_both_are_said_to_be_one(DatabaseKind kind)
    {
        var bank = new FakeBank();
        var twin = Bank.Booked("shop2", -30, "2026-02-27", "CARTE SHOP PARIS");
        bank.EmbeddedChannel.With(Bank.Account("111", 1_000), Rent);
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;
        bank.EmbeddedChannel.With(Bank.Account("111", 970), Rent, Shop, twin);
        await Again(app, http, id);
        Assert.Equal(30m, Assert.Single(await http.Accounts()).Money("balance_gap"));
        var shops = (await http.Transactions()).Where(t => t.Money("amount") == -30).ToArray();

        using var answer = await http.PostAsJsonAsync(
            $"/api/v2.1/transactions/{shops[0].Text("id")}/settle",
            new { verdict = "SAME", transaction_id = shops[1].Text("id") },
            TestContext.Current.CancellationToken
        );
        answer.EnsureSuccessStatusCode();

        await Again(app, http, id);
        Assert.Equal("OK", Assert.Single(await http.Accounts()).GetProperty("balance_check").Text("status"));
        bank.EmbeddedChannel.With(Bank.Account("111", 970), Rent, Shop);
        await Again(app, http, id);
        Assert.Equal("OK", Assert.Single(await http.Accounts()).GetProperty("balance_check").Text("status"));
    }

    [Theory, OnBothDatabases]
    public async Task Absurd_amounts_break_nothing(DatabaseKind kind)
    {
        const decimal most = 92_233_720_368_547_758.07m;
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(
            Bank.Account("111", most),
            Bank.Booked("a", most, "2026-02-26", "VIR A"),
            Bank.Booked("b", most, "2026-02-26", "VIR B"),
            Bank.Booked("c", -most, "2026-02-26", "VIR C")
        );
        var (app, http, _) = await Linked(bank, kind);
        await using var __ = app;
        var account = Assert.Single(await http.Accounts());

        var days = await http.Read($"/api/v2.1/accounts/{account.Text("id")}/balances");

        Assert.Equal(most, days[0].Money("balance"));
    }

    private static string Shown(System.Text.Json.JsonElement day) =>
        FormattableString.Invariant($"{day.Money("balance"):0} {day.Text("origin")}");

    // Midnight in Paris of a day of February 2026.
    private static long Seconds(int day) =>
        new DateTimeOffset(2026, 2, day, 0, 0, 0, TimeSpan.FromHours(1)).ToUnixTimeSeconds();

    private static BankAccount With(params BankBalance[] balances) => Bank.Account("111") with { Balances = balances };

    private static async Task<(TestApp App, HttpClient Http, string Id)> Linked(FakeBank bank, DatabaseKind kind)
    {
        var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        return (app, http, id);
    }

    private static async Task Again(TestApp app, HttpClient http, string id)
    {
        using var answer = await http.PostAsync(
            $"/api/v2.1/connections/{id}/synchronize",
            null,
            TestContext.Current.CancellationToken
        );
        answer.EnsureSuccessStatusCode();
        await app.RunDueSynchronizations();
    }
}
