using Affluent.TestBank.Scenarios;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Affluent.TestBank.Tests;

public sealed class DefaultScenarioTests
{
    private static readonly DateOnly Today = new(2026, 11, 22);

    public static TheoryData<string> Names => [.. ScenarioFiles.Shipped];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Shipped_scenarios_have_no_errors_and_no_warnings(string name) =>
        Assert.Empty(Assert.IsType<ScenarioFile.Loaded>(await Read(name)).Warnings);

    [Fact]
    public async Task The_same_seed_and_day_give_the_same_statements()
    {
        var (one, two) = (await Load(), await Load());
        foreach (var (a, b) in one.People.Zip(two.People))
        {
            Assert.Equal(
                Statements.On(Today, a, one.Seed).SelectMany(s => s.Entries),
                Statements.On(Today, b, two.Seed).SelectMany(s => s.Entries)
            );
        }
    }

    [Fact]
    public async Task Another_seed_gives_other_movements()
    {
        var person = (await Load()).WithLogin("dev")!;
        Assert.NotEqual(
            Statements.On(Today, person, "one").SelectMany(s => s.Entries),
            Statements.On(Today, person, "two").SelectMany(s => s.Entries)
        );
    }

    [Fact]
    public async Task What_has_booked_never_changes_on_a_later_day()
    {
        var scenario = await Load();
        Gen.Select(Gen.Int[0, 2000], Gen.Int[1, 200])
            .Sample(
                (start, days) =>
                {
                    var (early, late) = (new DateOnly(2025, 3, 1).AddDays(start), days);
                    foreach (var person in scenario.People)
                    {
                        var before = Statements.On(early, person, scenario.Seed);
                        var after = Statements.On(early.AddDays(late), person, scenario.Seed);
                        foreach (var (a, b) in before.Zip(after))
                        {
                            var window = early.AddDays(late).AddYears(-1);
                            var kept = a.Entries.Where(e => !e.Pending && e.Date > window);
                            Assert.Subset(b.Entries.ToHashSet(), kept.ToHashSet());
                        }
                    }
                },
                iter: 30
            );
    }

    [Fact]
    public async Task The_balance_moves_by_exactly_what_books()
    {
        var scenario = await Load();
        foreach (var person in scenario.People)
        {
            var before = Statements.On(Today, person, scenario.Seed);
            var after = Statements.On(Today.AddDays(40), person, scenario.Seed);
            foreach (var (a, b) in before.Zip(after))
            {
                var booked = b.Entries.Where(e => !e.Pending && e.BookingDate > Today).Sum(e => e.Amount);
                Assert.Equal(a.Balance + booked, b.Balance);
            }
        }
    }

    [Fact]
    public async Task A_year_of_history_is_there_and_nothing_of_the_future()
    {
        var scenario = await Load();
        var entries = Statements
            .On(Today, scenario.WithLogin("dev")!, scenario.Seed)
            .SelectMany(s => s.Entries)
            .ToList();
        Assert.All(entries, e => Assert.InRange(e.Date, Today.AddYears(-1).AddDays(1), Today));
        Assert.True(entries.Min(e => e.Date) < Today.AddDays(-355));
        Assert.True(entries.Count > 300);
    }

    [Fact]
    public async Task The_deferred_card_is_paid_by_the_current_account_to_the_cent()
    {
        var scenario = await Load();
        var statements = Statements.On(Today, scenario.WithLogin("dev")!, scenario.Seed);
        var (account, card) = (statements[0], statements[2]);
        var debits = account.Entries.Where(e => e.Label == "DEBIT CARTE BANCAIRE DIFFERE").ToList();
        Assert.Equal(12, debits.Count);
        var november = new DateOnly(2026, 10, 28);
        var spent = card
            .Entries.Where(e => e.Amount < 0 && e.Date > new DateOnly(2026, 9, 28) && e.Date <= november)
            .Sum(e => e.Amount);
        Assert.Equal(spent, debits[0].Amount);
        Assert.Equal(card.Entries.Where(e => e.Date > november).Sum(e => e.Amount), card.Balance);
    }

    [Fact]
    public async Task Pending_movements_book_three_days_later_under_another_reference()
    {
        var scenario = await Load();
        var person = scenario.WithLogin("pending")!;
        var pending = Statements.On(Today, person, scenario.Seed)[0].Entries.First(e => e.Pending);
        var later = Statements.On(pending.Date.AddDays(3), person, scenario.Seed)[0].Entries;
        var booked = Assert.Single(later, e => e.Date == pending.Date && e.Label == pending.Label);
        Assert.False(booked.Pending);
        Assert.NotEqual(pending.Reference, booked.Reference);
        Assert.Equal(pending.Amount, booked.Amount);
    }

    [Fact]
    public async Task Twins_have_two_equal_movements_on_one_day()
    {
        var scenario = await Load();
        var entries = Statements.On(Today, scenario.WithLogin("twins")!, scenario.Seed)[0].Entries;
        var saturday = entries.Where(e => e.Date == new DateOnly(2026, 11, 21)).ToList();
        Assert.Equal(2, saturday.Count);
        Assert.Equal(saturday[0] with { Reference = "" }, saturday[1] with { Reference = "" });
        Assert.NotEqual(saturday[0].Reference, saturday[1].Reference);
    }

    [Fact]
    public async Task Balances_stay_plausible_over_the_years()
    {
        var scenario = await Load();
        foreach (var person in scenario.People)
        {
            for (var day = Today; day < Today.AddYears(2); day = day.AddMonths(3))
            {
                foreach (
                    var s in Statements.On(day, person, scenario.Seed).Where(s => s.Account.Kind != AccountKind.Loans)
                )
                {
                    Assert.InRange(s.Balance, -400_000, 2_500_000);
                }
            }
        }
    }

    private static async Task<Scenario> Load() => Assert.IsType<ScenarioFile.Loaded>(await Read(null)).Scenario;

    private static async Task<ScenarioFile> Read(string? name)
    {
        var clock = new BankClock(new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero)));
        using var fetch = new FileFetch([]);
        var files = new ScenarioFiles(new TestBankOptions { Urls = "" }, clock, fetch);
        return await files.Read(name, TestContext.Current.CancellationToken);
    }
}
