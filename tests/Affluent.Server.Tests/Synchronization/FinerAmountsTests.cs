using System.Globalization;
using Affluent.Server.Tests.Harness;
using Xunit;
using static Affluent.Server.Tests.Harness.LinkedBank;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>Amounts with more decimals than their currency has are kept as the bank gives them, and counted so.</summary>
public sealed class FinerAmountsTests
{
    [Theory]
    [OnBothDatabases("12.345", "EUR", "12.34", "12.35")]
    [OnBothDatabases("-0.005", "EUR", "-0.01", "0")]
    [OnBothDatabases("-10.5", "JPY", "-11", "-10")]
    [OnBothDatabases("0.123456789012345678", "ETH", "0.12345678", "0.12345679")]
    public async Task They_are_shown_and_found_as_they_are(
        DatabaseKind kind,
        string amount,
        string currency,
        string below,
        string above
    )
    {
        var row = Bank.Booked(null, Number(amount), "2026-02-27", "FUEL") with { Currency = currency };
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), row);
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;

        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal(amount, Assert.Single(await http.Transactions()).GetProperty("amount").GetRawText());
        var user = (await http.Read("/api/v2.1/users/me")).Text("id");
        var v3 = (await http.Read($"/api/v3/transactions?user_id={user}")).GetProperty("transactions")[0];
        Assert.Equal(amount, v3.GetProperty("amount").Text("amount"));
        Assert.Equal(1, await Found($"amount={amount}"));
        Assert.Equal(1, await Found($"min_amount={amount}&max_amount={amount}"));
        Assert.Equal(1, await Found($"min_amount={below}&max_amount={above}"));
        Assert.Equal(0, await Found($"amount={below}"));
        Assert.Equal(0, await Found($"max_amount={below}"));
        Assert.Equal(0, await Found($"min_amount={above}"));

        async Task<int> Found(string filter) => (await http.Read($"/api/v2.1/transactions?{filter}")).GetArrayLength();
    }

    [Theory, OnBothDatabases]
    public async Task Zeros_at_the_end_change_nothing(DatabaseKind kind)
    {
        var row = Bank.Booked(null, -12.3m, "2026-02-27", "FUEL");
        var finer = Bank.Booked(null, -12.345m, "2026-02-26", "FUEL");
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), row, finer);
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;
        var before = await http.Read("/api/v2.1/transactions/changes");

        bank.EmbeddedChannel.With(
            Bank.Account("111"),
            row with
            {
                Amount = -12.300m,
            },
            finer with
            {
                Amount = -12.345000m,
            }
        );
        await Again(app, http, id);

        Assert.Equal(before.GetRawText(), (await http.Read("/api/v2.1/transactions/changes")).GetRawText());
        Assert.Equal(
            ["-12.30", "-12.345"],
            (await http.Transactions()).Select(t => t.GetProperty("amount").GetRawText())
        );
    }

    [Theory, OnBothDatabases]
    public async Task They_add_up_to_the_balance(DatabaseKind kind)
    {
        var coffee = Bank.Booked(null, -2.5m, "2026-02-26", "CB CAFE");
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111", 100), coffee);
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;

        app.Time.Advance(TimeSpan.FromDays(1));
        var fuel = Bank.Booked(null, -12.345m, "2026-03-01", "FUEL");
        bank.EmbeddedChannel.With(Bank.Account("111", 87.655m), coffee, fuel);
        await Again(app, http, id);

        var account = Assert.Single(await http.Accounts());
        Assert.Equal(("87.655", """{"status":"OK"}"""), (account.Text("balance"), account.Text("balance_check")));
        var days = await http.Read($"/api/v2.1/accounts/{account.Text("id")}/balances");
        Assert.Equal(
            ["100.00", "87.655"],
            days.EnumerateArray().Select(day => day.GetProperty("balance").GetRawText()).Distinct().Order()
        );

        app.Time.Advance(TimeSpan.FromDays(1));
        bank.EmbeddedChannel.With(Bank.Account("111", 87.65m), coffee, fuel);
        await Again(app, http, id);
        Assert.Equal(-0.005m, Assert.Single(await http.Accounts()).Money("balance_gap"));
    }

    [Theory, OnBothDatabases]
    public async Task What_one_was_before_it_changed_is_told_as_it_was(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Pending(-12.345m, "2026-02-27", "CB FUEL"));
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked(null, -12.345m, "2026-02-28", "CB FUEL"));
        await Again(app, http, id);

        var booked = Assert.Single(await http.Transactions());
        var history = await http.Read($"/api/v2.1/transactions/{booked.Text("id")}/history");

        Assert.Equal("-12.345", Assert.Single(history.EnumerateArray()).GetProperty("amount").GetRawText());
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
