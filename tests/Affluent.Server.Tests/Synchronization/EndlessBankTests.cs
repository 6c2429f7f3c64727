using Affluent.Connectors.Contract;
using Affluent.Server.Synchronization;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>Banks that never stop: the run ends, and says why.</summary>
public sealed class EndlessBankTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_list_of_more_pages_than_are_read_is_given_up_and_the_other_accounts_with_it(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("1")).With(Bank.Account("2"));
        var pages = 0;
        bank.EmbeddedChannel.Instead = (context, input) =>
            input is Connectors.Testing.StepInput.ListTransactions or Connectors.Testing.StepInput.Continue
                ? new StepResult.Page { Session = context.Session, Next = $"{++pages}" }
                : null;
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);

        await app.RunDueSynchronizations();

        Assert.Equal(BankLimits.MostPages + 1, pages);
        Assert.Equal("bank_not_understood", await app.ReasonOf(id, FakeBank.Embedded));
    }

    [Theory, OnBothDatabases]
    public async Task A_long_list_is_read_no_further_when_its_connection_is_deleted(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("1"));
        var pages = 0;
        bank.EmbeddedChannel.Instead = (context, input) =>
            input is Connectors.Testing.StepInput.ListTransactions or Connectors.Testing.StepInput.Continue
                ? new StepResult.Page { Session = context.Session, Next = $"{++pages}" }
                : null;
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);
        bank.EmbeddedChannel.Meanwhile = async _ =>
        {
            if (pages == 3)
            {
                (await http.DeleteAsync($"/api/v2.1/connections/{id}", Stop)).EnsureSuccessStatusCode();
                app.Time.Advance(TimeSpan.FromSeconds(1));
            }
        };

        await app.RunDueSynchronizations();

        // The page that was being read, and no other.
        Assert.Equal(4, pages);
    }

    [Theory, OnBothDatabases]
    public async Task A_bank_that_takes_its_time_at_each_page_is_given_up_after_half_an_hour(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("1"));
        TestApp? app = null;
        var pages = 0;
        bank.EmbeddedChannel.Instead = (context, input) =>
        {
            if (input is not (Connectors.Testing.StepInput.ListTransactions or Connectors.Testing.StepInput.Continue))
            {
                return null;
            }
            app!.Time.Advance(TimeSpan.FromMinutes(1));
            return new StepResult.Page { Session = context.Session, Next = $"{++pages}" };
        };
        await using var running = app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);

        await app.RunDueSynchronizations();

        Assert.Equal(31, pages);
        Assert.Equal("bank_not_understood", await app.ReasonOf(id, FakeBank.Embedded));
    }

    [Theory, OnBothDatabases]
    public async Task A_session_that_grows_without_end_is_not_stored(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("1"));
        bank.EmbeddedChannel.Instead = (_, _) =>
            new StepResult.Page { Session = new string('x', BankLimits.LongestSession + 1) };
        await using var app = await TestApp.StartWith(bank, kind);
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);

        await app.RunDueSynchronizations();

        Assert.Equal("bank_not_understood", await app.ReasonOf(id, FakeBank.Embedded));
        bank.EmbeddedChannel.Steps.Clear();
        await RunTests.Synchronize(http, id);
        await app.RunDueSynchronizations();
        Assert.Equal("", bank.EmbeddedChannel.Steps[0].Context.Session);
    }

    [Theory]
    [InlineData(1_000, 0, true)]
    [InlineData(1_001, 0, false)]
    [InlineData(0, 250_000, true)]
    [InlineData(0, 250_001, false)]
    public void A_list_has_a_most(int accounts, int transactions, bool within)
    {
        var bounds = new ReadingBounds();
        bounds.BeginList();
        bounds.Add(
            new StepResult.Page
            {
                Session = "",
                Accounts = [.. Enumerable.Repeat(Bank.Account("1"), accounts)],
                Transactions = [.. Enumerable.Repeat(Bank.Booked("1", 1, "2026-01-01", "A"), transactions)],
            }
        );

        Assert.Equal(within, bounds.Overrun is null);
    }

    [Fact]
    public void All_lists_together_have_a_most()
    {
        var bounds = new ReadingBounds();
        for (var list = 0; list < 8; list++)
        {
            bounds.BeginList();
            bounds.Add((int)BankLimits.LargestList);
        }
        bounds.BeginList();

        Assert.Null(bounds.Overrun);
        Assert.Throws<HttpIOException>(() => bounds.Add(1));
        Assert.NotNull(bounds.Overrun);
    }
}
