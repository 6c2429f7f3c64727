using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Tests.Harness;
using Xunit;
using static Affluent.Server.Tests.Harness.LinkedBank;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>What a client reads is what the bank holds, or says that it is in doubt.</summary>
public sealed class TrueDataTests
{
    [Theory, OnBothDatabases]
    public async Task A_bank_that_sends_all_of_its_history_each_time_doubles_nothing(DatabaseKind kind)
    {
        var movements = Enumerable
            .Range(1, 60)
            .Select(n => Bank.Booked(null, -n, $"2026-0{1 + (n / 31)}-{1 + (n % 28):00}", $"CB SHOP {n}"))
            .ToArray();
        var bank = new FakeBank();
        bank.EmbeddedChannel.Instead = (context, input) =>
            input is StepInput.ListTransactions
                ? new StepResult.Page { Session = context.Session, Transactions = movements }
                : null;
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;

        for (var i = 0; i < 2; i++)
        {
            app.Time.Advance(TimeSpan.FromDays(1));
            await Again(app, http, id);
        }

        Assert.Equal(60, await app.Count("transactions"));
        Assert.Null(Assert.Single(await http.Accounts()).Text("balance_gap"));
    }

    [Theory]
    [OnBothDatabases("0.0000000000001", "EUR", "TOO_MANY_DECIMALS")]
    [OnBothDatabases("1", "€", "UNKNOWN_CURRENCY")]
    public async Task A_row_that_cannot_be_kept_to_the_cent_is_told(
        DatabaseKind kind,
        string amount,
        string currency,
        string reason
    )
    {
        var row = Bank.Booked(null, 1, "2026-02-28", "ODD") with
        {
            Amount = decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture),
            Currency = currency,
        };
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked(null, -1, "2026-02-27", "CB SHOP"), row);
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;

        Assert.Equal("PARTIAL_SUCCESS", await http.StatusOf(id));
        var told = Assert.Single(await http.Accounts());
        Assert.Equal(
            (1, $"[\"{reason}\"]"),
            (told.GetProperty("rows_left_out").GetInt32(), told.GetProperty("rows_left_out_reasons").GetRawText())
        );
        Assert.Single(await http.Transactions());

        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked(null, -1, "2026-02-27", "CB SHOP"));
        await Again(app, http, id);
        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.False(Assert.Single(await http.Accounts()).TryGetProperty("rows_left_out", out var _));
        Assert.False(Assert.Single(await http.Accounts()).TryGetProperty("rows_left_out_reasons", out var _));
    }

    [Theory]
    [OnBothDatabases("-75.5", "HRK")]
    [OnBothDatabases("0.00012345", "BTC")]
    [OnBothDatabases("120", "MILES")]
    public async Task A_currency_that_is_withdrawn_digital_or_the_bank_s_own_is_kept(
        DatabaseKind kind,
        string amount,
        string currency
    )
    {
        var exact = decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture);
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(
            Bank.Account("111"),
            Bank.Booked(null, exact, "2026-02-27", "ODD") with
            {
                Currency = currency,
            }
        );
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;

        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal(exact, Assert.Single(await http.Transactions()).Money("amount"));
        Assert.Single((await http.Read($"/api/v2.1/transactions?amount={amount}")).EnumerateArray());
    }

    [Theory, OnBothDatabases]
    public async Task A_reading_without_a_balance_leaves_no_gap(DatabaseKind kind)
    {
        var bank = new FakeBank();
        var first = Bank.Booked("a", -5, "2026-02-27", "CB ONE");
        var second = Bank.Booked("b", -10, "2026-03-02", "CB TWO");
        bank.EmbeddedChannel.With(Bank.Account("111", 100), first);
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;

        bank.EmbeddedChannel.With(Bank.Account("111", balance: null), first, second);
        await Again(app, http, id);
        bank.EmbeddedChannel.With(Bank.Account("111", 90), first, second);
        await Again(app, http, id);

        var account = Assert.Single(await http.Accounts());
        Assert.Equal((90m, false), (account.Money("balance"), account.TryGetProperty("balance_gap", out var _)));
    }

    [Theory, OnBothDatabases]
    public async Task A_row_that_the_bank_takes_back_says_so_until_it_returns(DatabaseKind kind)
    {
        var bank = new FakeBank();
        var (kept, doubled) = (
            Bank.Booked("a", -1, "2026-02-25", "CB SHOP"),
            Bank.Booked("b", -75, "2026-02-27", "CB DOUBLE")
        );
        bank.EmbeddedChannel.With(Bank.Account("111"), kept, doubled);
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;
        bank.EmbeddedChannel.With(Bank.Account("111"), kept);
        await Again(app, http, id);

        var withdrawn = (await http.Transactions()).Single(t => t.Money("amount") == -75);
        Assert.Equal("BOOKED", withdrawn.Text("status"));
        Assert.Equal(app.Time.GetUtcNow().ToUnixTimeSeconds(), withdrawn.GetProperty("missing_since").GetInt64());
        var (gone, rest) = (
            await http.Read("/api/v2.1/transactions?missing=true"),
            await http.Read("/api/v2.1/transactions?missing=false")
        );
        Assert.Equal(-75, Assert.Single(gone.EnumerateArray()).Money("amount"));
        Assert.Equal(-1, Assert.Single(rest.EnumerateArray()).Money("amount"));

        bank.EmbeddedChannel.With(Bank.Account("111"), kept, doubled);
        await Again(app, http, id);
        Assert.All(await http.Transactions(), t => Assert.False(t.TryGetProperty("missing_since", out var _)));
    }

    [Theory, OnBothDatabases]
    public async Task A_gap_makes_the_reading_look_further_back(DatabaseKind kind)
    {
        var bank = new FakeBank();
        var known = Bank.Booked("a", -1, "2026-02-25", "CB SHOP");
        bank.EmbeddedChannel.With(Bank.Account("111", 100), known);
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;
        bank.EmbeddedChannel.With(
            Bank.Account("111", 60),
            known,
            Bank.Booked("late", -40, "2026-01-20", "CHEQUE 1234567")
        );
        await Again(app, http, id);

        Assert.Equal(2, (await http.Transactions()).Count);
        Assert.False(Assert.Single(await http.Accounts()).TryGetProperty("balance_gap", out var _));

        // The balance is ahead of its row, which is found when the user asks again.
        bank.EmbeddedChannel.With(Bank.Account("111", 50), known);
        await Again(app, http, id);
        Assert.True(Assert.Single(await http.Accounts()).TryGetProperty("balance_gap", out var _));
        bank.EmbeddedChannel.With(
            Bank.Account("111", 50),
            known,
            Bank.Booked("later", -10, "2026-01-21", "CHEQUE 1234568"),
            Bank.Booked("late", -40, "2026-01-20", "CHEQUE 1234567")
        );
        await Again(app, http, id);
        Assert.Equal(3, (await http.Transactions()).Count);
        Assert.False(Assert.Single(await http.Accounts()).TryGetProperty("balance_gap", out var _));
    }

    [Theory, OnBothDatabases]
    public async Task Characters_that_a_database_refuses_stop_nothing(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(
            Bank.Account("111") with
            {
                Name = "Compte\0",
                OwnerName = "Zoé\uD83D",
            },
            Bank.Booked("a\0", -1, "2026-02-25", "VIR SALAIRE\0\0") with
            {
                Counterparty = "Shop\u0001",
            }
        );
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;

        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal("Compte", Assert.Single(await http.Accounts()).Text("name"));
        Assert.Equal(
            "VIR SALAIRE",
            Assert.Single(await http.Transactions()).GetProperty("remittance_information")[0].GetString()
        );
    }

    [Theory, OnBothDatabases]
    public async Task An_account_keeps_its_id_when_a_card_comes_under_its_number_or_it_is_renamed(DatabaseKind kind)
    {
        const string iban = "FR1420041010050500013M02606";
        var current = Bank.Account("111") with { Iban = iban };
        var pocket = Bank.Account("S1") with { Number = null, Name = "Projet" };
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(current, Bank.Booked("a", -1, "2026-02-25", "CB SHOP")).With(pocket);
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;
        var before = (await http.Accounts()).Select(a => a.Text("id")).ToArray();

        bank.EmbeddedChannel.With(current with { Reference = "C1", Number = null, Type = BankAccountType.CreditCard });
        bank.EmbeddedChannel.With(pocket with { Name = "Maison" });
        await http.PostAsync(
            $"/api/v2.1/connections/{id}/synchronize?type=LIST_ACCOUNTS",
            null,
            TestContext.Current.CancellationToken
        );
        await app.RunDueSynchronizations();

        var after = await http.Accounts();
        Assert.Equal(before, after.Select(a => a.Text("id")).Take(2));
        Assert.Equal(3, after.Count);
        Assert.All(after, a => Assert.Equal("ACTIVE", a.Text("status")));
        Assert.Equal("Maison", after[1].Text("name"));
    }

    [Theory, OnBothDatabases]
    public async Task Rows_of_an_account_that_is_not_shared_do_not_come_with_another_of_its_reference(DatabaseKind kind)
    {
        var bank = new FakeBank();
        var euros = Bank.Account("111");
        var (euro, dollar) = (
            Bank.Booked("a", -1, "2026-02-25", "CB SHOP"),
            Bank.Booked("b", -2, "2026-02-25", "CB STORE") with
            {
                Currency = "USD",
            }
        );
        bank.EmbeddedChannel.With(euros, euro, dollar);
        bank.EmbeddedChannel.Accounts.Add(euros with { Currency = "USD" });
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;
        var accounts = await http.Accounts();
        Assert.Equal(["EUR", "USD"], accounts.Select(a => a.Text("currency")));
        Assert.Equal(["EUR", "USD"], (await http.Transactions()).Select(t => t.Text("currency")).Order());
        using var gone = await http.DeleteAsync(
            $"/api/v2.1/accounts/{accounts[1].Text("id")}",
            TestContext.Current.CancellationToken
        );
        gone.EnsureSuccessStatusCode();

        await Again(app, http, id);

        Assert.Equal("EUR", Assert.Single(await http.Transactions()).Text("currency"));
    }

    private static int Lists(FakeBank bank) =>
        bank.EmbeddedChannel.Steps.Count(s => s.Input is StepInput.ListTransactions);
}
