using Affluent.TestBank.Scenarios;
using Microsoft.Extensions.Time.Testing;

namespace Affluent.TestBank.Tests;

/// <summary>Files of anybody: whatever is in them, nothing of it is told, and reading them costs little.</summary>
public sealed class ForeignFileTests
{
    private const string Marker = "TOP-SECRET";
    private static readonly DateOnly Today = new(2026, 11, 22);
    private static readonly string AllMarked = string.Concat(Enumerable.Repeat("|" + Marker, 14));

    public static TheoryData<string> Foreign =>
        [
            Marker,
            $"{Marker}: 1\n[{Marker}]\nkey={Marker}",
            $"{Marker}{AllMarked}",
            $"ACCOUNT{AllMarked}\n"
                + string.Join('\n', PipeFile.Known.Select(k => k + AllMarked))
                + $"\n{Marker}|x\nCREDENTIALS|{Marker}",
            $"CREDENTIALS|{Marker}|{Marker}\nACCOUNT|{Marker}|n|01/01/26|0|Checkings\nACCOUNT|{Marker}|n|01/01/26|0|Loans\n"
                + $"DETAIL|{Marker}|{Marker}\nDETAIL|loan.rate|{Marker}\nCREDENTIALS|{Marker}|{Marker}\nOPTION|{Marker}|{Marker}",
            """{ "TOP-SECRET": 1, "people": "TOP-SECRET", "new_url": "TOP-SECRET" }""",
            """{ "people": [ TOP-SECRET ] }""",
            """
                {
                  "people": [
                    {
                      "TOP-SECRET": "TOP-SECRET", "login": "TOP-SECRET", "locked": "TOP-SECRET", "faults": ["TOP-SECRET"],
                      "consent": "TOP-SECRET", "credentials": [ { "login": "TOP-SECRET" } ],
                      "accounts": [
                        {
                          "id": "TOP-SECRET", "type": "Loans", "currency": "TOP-SECRET", "balance": "TOP-SECRET",
                          "balance_date": "TOP-SECRET",
                          "loan": {
                            "TOP-SECRET": "TOP-SECRET", "rate": "TOP-SECRET", "start_date": "TOP-SECRET",
                            "payment_day": "TOP-SECRET"
                          },
                          "movements": [ { "amount": "TOP-SECRET", "date": "TOP-SECRET", "TOP-SECRET": 1 }, "TOP-SECRET" ],
                          "recurring": [ { "every": "TOP-SECRET", "until": "TOP-SECRET" } ],
                          "spending": [ { "from": "TOP-SECRET", "every_days": "TOP-SECRET" } ]
                        }
                      ]
                    }
                  ],
                  "new_url": { "url": "", "from": "TOP-SECRET" }
                }
                """,
        ];

    [Theory]
    [MemberData(nameof(Foreign))]
    public void Nothing_of_a_file_is_told(string text)
    {
        var (errors, warnings) = ScenarioFiles.Parse("f", text, Today) switch
        {
            ScenarioFile.Refused refused => (refused.Errors, refused.Warnings),
            var other => throw new InvalidOperationException($"Not refused: {other}."),
        };
        Assert.NotEmpty(errors);
        Assert.All(errors.Concat(warnings), d => Assert.DoesNotContain(Marker, d.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_report_of_a_page_that_is_no_accounts_file_says_only_that()
    {
        await using var host = await FileHost.Open(("page", $"{Marker}\nuser={Marker}\n\n{Marker}|1"));
        await using var bank = await OpenBank.Open();
        var report = await bank.Get("/file-report?file_url=" + Uri.EscapeDataString(host.Url("page")));
        Assert.DoesNotContain(Marker, report.Html.DocumentElement.OuterHtml, StringComparison.Ordinal);
        Assert.Equal(
            ["nothing of a test bank is in this file"],
            report.All("table.remarks tbody tr").Select(r => r.Children[2].TextContent)
        );
    }

    public static TheoryData<string, string> Greedy
    {
        get
        {
            const string Account = "ACCOUNT|u|n|01/02/26|0|Checkings";
            const string Living = "ACCOUNT|u|n|01/01/1950|0|Checkings\nLIVING";
            string Lines(string line, int count) => "\n" + string.Join('\n', Enumerable.Repeat(line, count));
            return new()
            {
                {
                    Account + Lines("RECURRING|1|01/01/1950|A {date}|1 day", 90),
                    "with this account the file makes more than 20000 movements"
                },
                {
                    Account + "\nRECURRING|1|01/01/26|A|1 day|2000000000",
                    "with this account the file makes more than 20000 movements"
                },
                {
                    Living + Lines("SPENDING|-1|-2|A {date}|1", 100),
                    "with this account the file makes more than 20000 movements"
                },
                {
                    Account + Lines("TRANSACTION|1|01/01/26|A", 20_001),
                    "with this account the file makes more than 20000 movements"
                },
                { Account + Lines("TRANSACTION|1|01/01/26|A", 25_001), "more than 25000 records are in this file" },
                { Lines("WHAT", 100_000), "more than 25000 records are in this file" },
                {
                    string.Concat(Enumerable.Range(0, 101).Select(i => $"ACCOUNT|u{i}|n|01/02/26|0|Loans\n")),
                    "this person has more than 100 accounts"
                },
                {
                    Account + "\nTRANSACTION|1|01/01/26|" + new string('A', 501),
                    "a field is longer than 500 characters"
                },
                {
                    "{ \"people\": [" + string.Join(',', Enumerable.Repeat("{}", 25_001)) + "] }",
                    "more than 25000 records are in this file"
                },
                {
                    "{ \"people\": [ { \"login\": \"" + new string('A', 501) + "\" } ] }",
                    "this is longer than 500 characters"
                },
                {
                    "{ \"people\": [ { \"accounts\": [ { \"type\": \"Loans\", \"balance\": 1, \"balance_date\": \"2026-01-01\", \"loan\": {"
                        + string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"m{i}\":1"))
                        + "} } ] } ] }",
                    "more than 25000 records are in this file"
                },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Greedy))]
    public void A_file_that_asks_for_too_much_is_refused_before_anything_is_made_of_it(string text, string reason)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refused = Assert.IsType<ScenarioFile.Refused>(ScenarioFiles.Parse("f", text, Today));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 40_000_000);
        Assert.Contains(refused.Errors, e => e.Reason == reason);
        Assert.InRange(refused.Errors.Count, 1, 100);
        Assert.InRange(refused.Warnings.Count, 0, 100);
    }

    [Fact]
    public void The_most_that_a_file_may_make_is_made_in_little_memory()
    {
        var text =
            "ACCOUNT|u|n|01/01/2149|0|Checkings\nRECURRING|1|01/01/1950|" + new string('A', 490) + "{date}|1 day|19999";
        var person = Assert.IsType<ScenarioFile.Loaded>(ScenarioFiles.Parse("f", text, Today)).Scenario.People[0];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(19_999, Statements.On(Today, person, "s")[0].Entries.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 80_000_000);
    }

    [Fact]
    public void Days_at_the_ends_of_the_calendar_break_nothing()
    {
        const string Text = """
            ACCOUNT|u1|n|31/12/2149|0|Checkings
            RECURRING|1|31/12/2149|A|1000 years|3||||
            RECURRING|1|01/01/1950|A|1000 years||||30
            PENDING|1|31/12/2149|A|31/12/2149
            ACCOUNT|u2|n|31/12/2149|0|CreditCard
            DETAIL|card.debit_day|1
            DETAIL|card.linked_account|u1
            TRANSACTION|1|31/12/2149|A
            TRANSACTION|1|01/01/1950|A
            ACCOUNT|u3|n|01/01/1950|0|Checkings
            LIVING
            SPENDING|-1|-2|A|366|30
            """;
        var person = Assert.IsType<ScenarioFile.Loaded>(ScenarioFiles.Parse("f", Text, Today)).Scenario.People[0];
        var statements = Statements.On(Today, person, "s");
        // Both movements of the card, and the one debit day that is not after the balance.
        Assert.Equal(3, statements[1].Entries.Count);
        Assert.Contains(statements[0].Entries, e => e.Label == "DEBIT CARTE BANCAIRE DIFFERE");
    }

    [Fact]
    public async Task No_shipped_scenario_makes_more_movements_than_are_counted()
    {
        using var fetch = new FileFetch([]);
        var clock = new BankClock(new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero)));
        var files = new ScenarioFiles(new TestBankOptions { Urls = "" }, clock, fetch);
        foreach (var name in ScenarioFiles.Shipped)
        {
            var scenario = Assert
                .IsType<ScenarioFile.Loaded>(await files.Read(name, TestContext.Current.CancellationToken))
                .Scenario;
            foreach (var person in scenario.People.Where(p => !p.Accounts.Any(a => a.Card?.DebitDay is not null)))
            {
                foreach (var statement in Statements.On(Today, person, scenario.Seed))
                {
                    // What is scattered is counted by its average: leave it some room.
                    Assert.InRange(
                        statement.Entries.Count,
                        0,
                        1.3 * ScenarioLimits.MovementsOf(statement.Account, Today) + 10
                    );
                }
            }
        }
    }

    [Fact]
    public async Task A_file_is_parsed_again_only_when_it_has_changed()
    {
        const string Text = "CREDENTIALS|anna|dev\nACCOUNT|u1|n1|01/02/26|12|Checkings";
        await using var host = await FileHost.Open(("f.txt", Text));
        using var fetch = new FileFetch(TestBankOptions.Loopback);
        var clock = new BankClock(new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero)));
        var files = new ScenarioFiles(new TestBankOptions { Urls = "" }, clock, fetch);
        Task<ScenarioFile> Read() => files.Read(host.Url("f.txt"), TestContext.Current.CancellationToken);

        var first = await Read();
        Assert.Same(first, await Read());
        host.Files["f.txt"] = Text + "\nTRANSACTION|1|01/02/26|A";
        var changed = Assert.IsType<ScenarioFile.Loaded>(await Read());
        Assert.Single(changed.Scenario.People[0].Accounts[0].Movements);
        foreach (var i in Enumerable.Range(0, 8))
        {
            host.Files["f.txt"] = Text + $"\n# {i}";
            await Read();
        }

        host.Files["f.txt"] = Text;
        Assert.NotSame(first, await Read());
    }
}
