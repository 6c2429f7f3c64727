using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Tests.Harness;
using Xunit;
using static Affluent.Server.Tests.Harness.LinkedBank;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>A user links the same bank twice, or renews with somebody else's login: nothing is doubled, nothing is lost.</summary>
public sealed class TwinConnectionTests
{
    private const string Iban = "FR7630006000011234567890189";
    private const string OtherIban = "FR1420041010050500013M02606";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_bank_that_is_linked_twice_shows_each_account_once(DatabaseKind kind)
    {
        var (app, http, first) = await Linked(WithIban(Iban), kind);
        await using var _ = app;
        var account = Assert.Single(await http.Accounts());

        var second = await TestApp.Connect(http);
        await app.RunDueSynchronizations();

        Assert.Equal("SUCCESS", await http.StatusOf(second));
        Assert.Equal((account.Text("id"), first), await Only(http));
        Assert.Single(await http.Transactions());

        // Whichever stays has it.
        using var gone = await http.DeleteAsync($"/api/v2.1/connections/{first}", Stop);
        gone.EnsureSuccessStatusCode();
        await Again(app, http, second);
        Assert.Equal(second, Assert.Single(await http.Accounts()).Text("connection_id"));
        Assert.Single(await http.Transactions());
    }

    [Theory, OnBothDatabases]
    public async Task Linked_anew_instead_of_renewed_the_accounts_move_with_their_ids(DatabaseKind kind)
    {
        var bank = WithIban(Iban);
        var (app, http, first) = await Linked(bank, kind);
        await using var _ = app;
        var (account, transaction) = (
            Assert.Single(await http.Accounts()).Text("id"),
            Assert.Single(await http.Transactions()).Text("id")
        );
        bank.EmbeddedChannel.Instead = (_, _) => Bank.Refused(Refusal.WrongCredentials);
        await Again(app, http, first);
        Assert.Equal("FAILED", await http.StatusOf(first));
        bank.EmbeddedChannel.Instead = (_, _) => null;

        var second = await TestApp.Connect(http);
        await app.RunDueSynchronizations();

        Assert.Equal((account, second), await Only(http));
        Assert.Equal(transaction, Assert.Single(await http.Transactions()).Text("id"));
    }

    [Theory, OnBothDatabases]
    public async Task Two_that_are_linked_at_once_add_an_account_once(DatabaseKind kind)
    {
        var bank = WithIban(Iban);
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        await TestApp.Connect(http);
        await TestApp.Connect(http);
        var meanwhile = false;
        var slow = new HookedDatabase(app.Database)
        {
            // The one node has its list, and before it writes another node reads the other connection to its end.
            BeforeWrite = async () =>
            {
                if (!meanwhile && bank.EmbeddedChannel.Steps.Any(s => s.Input is StepInput.ListAccounts))
                {
                    meanwhile = true;
                    await app.RunDueSynchronizations();
                }
            },
        };

        await app.WorkerOver(slow).RunDue(Stop);

        Assert.True(meanwhile);
        Assert.Single(await http.Accounts());
        Assert.Single(await http.Transactions());
    }

    [Theory, OnBothDatabases]
    public async Task A_renewal_with_somebody_else_s_login_is_refused_and_loses_nothing(DatabaseKind kind)
    {
        var bank = WithIban(Iban);
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;
        var mine = Assert.Single(await http.Accounts()).GetRawText();
        bank.EmbeddedChannel.Accounts.Clear();
        bank.EmbeddedChannel.With(
            Bank.Account("222") with
            {
                Iban = OtherIban,
            },
            Bank.Booked("x", -9, "2026-02-26", "CB")
        );

        await Again(app, http, id);

        Assert.Equal("AUTH_FAILED", await http.StatusOf(id, FakeBank.Embedded));
        Assert.Equal("other_login", await app.ReasonOf(id, FakeBank.Embedded));
        Assert.Equal(mine, Assert.Single(await http.Accounts()).GetRawText());
        Assert.Single(await http.Transactions());

        // An account that was closed beside others is not somebody else's.
        bank.EmbeddedChannel.With(
            Bank.Account("111") with
            {
                Iban = Iban,
            },
            Bank.Booked("a", -1, "2026-02-25", "CB SHOP")
        );
        await Again(app, http, id);
        Assert.Equal("SUCCESS", await http.StatusOf(id));
    }

    private static FakeBank WithIban(string iban)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(
            Bank.Account("111") with
            {
                Iban = iban,
            },
            Bank.Booked("a", -1, "2026-02-25", "CB SHOP")
        );
        return bank;
    }

    private static async Task<(string? Id, string? Connection)> Only(HttpClient http) =>
        Assert.Single(await http.Accounts()) is var account
            ? (account.Text("id"), account.Text("connection_id"))
            : default;
}
