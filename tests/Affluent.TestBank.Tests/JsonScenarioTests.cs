using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.Tests;

public sealed class JsonScenarioTests
{
    private static readonly DateOnly Today = new(2026, 11, 22);

    [Fact]
    public void One_file_holds_several_people_with_the_powers_of_the_pipe_form()
    {
        var scenario = Load(
            """
            {
              "seed": "x",
              "people": [
                {
                  "login": "a", "password": "b", "owner": "ANNA", "code": "1234", "faults": ["hang"], "consent": "mixed",
                  "accounts": [
                    {
                      "id": "u1", "number": "n1", "type": "Savings", "balance": "12.34", "balance_date": "2026-08-21",
                      "movements": [
                        { "amount": -1.5, "date": "2026-08-20", "label": "A" },
                        { "amount": "-2", "date": "20/11/26", "label": "B", "pending": true, "books_on": "2026-11-25" }
                      ],
                      "recurring": [ { "amount": "1", "start": "2026-08-01", "label": "R", "every": "15 days" } ],
                      "savings": { "type": "LIVRET_A", "rate": "1.7" }
                    }
                  ]
                },
                { "credentials": [ { "login": "c", "password": "d" }, { "login": "e", "password": "f" } ], "locked": true }
              ]
            }
            """
        );
        var anna = scenario.WithLogin("a")!;
        Assert.Equal(ConsentModel.Mixed, anna.Consent);
        Assert.Equal([Fault.Hang], anna.Faults);
        Assert.Equal(1.7m, anna.Accounts[0].Savings!.Rate);
        var statement = Statements.On(Today, anna, scenario.Seed)[0];
        Assert.Equal(1234, statement.Balance);
        Assert.Equal([-200L, -150L, 100L, 100L], statement.Entries.Select(e => e.Amount));
        Assert.True(statement.Entries[0].Pending);
        Assert.True(scenario.WithLogin("e")!.Locked);
    }

    [Theory]
    [InlineData("""{ "people": 3 }""", "$.people", "this must be a list")]
    [InlineData("""{ "people": [ 3 ] }""", "$.people[0]", "this must be an object")]
    [InlineData("""{ "people": [ { "faults": ["x"] } ] }""", "$.people[0].faults[0]", "this fault is not known")]
    [InlineData("""{ "people": [ { "locked": 1 } ] }""", "$.people[0].locked", "locked must be true or false")]
    [InlineData(
        """{ "people": [ { "approval_seconds": 0 } ] }""",
        "$.people[0].approval_seconds",
        "approval_seconds must be a number from 1 to 86400"
    )]
    [InlineData(
        """{ "people": [ { "consent_seconds": "1 hour" } ] }""",
        "$.people[0].consent_seconds",
        "consent_seconds must be a number from 1 to 86400"
    )]
    [InlineData(
        """{ "people": [ { "code": "1234", "approval_seconds": 8 } ] }""",
        "$.people[0].approval_seconds",
        "a code and an approval exclude each other"
    )]
    [InlineData("""{ "people": [ { "login": {} } ] }""", "$.people[0].login", "this must be a text or a number")]
    [InlineData(
        """{ "people": [ { "login": "a" }, { "login": "a" } ] }""",
        "$.people[1]",
        "a login of this person is already taken"
    )]
    [InlineData(
        """{ "people": [ { "accounts": [ { "type": "Loans", "balance": "x", "balance_date": "2026-01-01" } ] } ] }""",
        "$.people[0].accounts[0]",
        "balance is not an amount of the account's currency"
    )]
    [InlineData(
        """
            { "people": [ { "accounts": [ { "type": "Loans", "opening_balance": 1, "opening_date": "2026-01-01",
              "movements": [ { "amount": 1, "date": "soon", "label": "" } ] } ] } ] }
            """,
        "$.people[0].accounts[0].movements[0]",
        "date is not a day"
    )]
    [InlineData(
        """
            { "people": [ { "accounts": [ { "type": "Loans", "balance": 1, "balance_date": "2026-01-01",
              "loan": { "start_date": "x" } } ] } ] }
            """,
        "$.people[0].accounts[0].loan.start_date",
        "date is not a day"
    )]
    public void A_wrong_value_is_named_by_its_path(string text, string path, string reason)
    {
        var refused = Assert.IsType<ScenarioFile.Refused>(ScenarioFiles.Parse("s.json", text, Today));
        Assert.Contains(
            refused.Errors,
            e => e.Location.Path == path && e.Reason.StartsWith(reason, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Broken_json_is_named_by_its_line()
    {
        var refused = Assert.IsType<ScenarioFile.Refused>(
            ScenarioFiles.Parse("s.json", "{\n  \"people\": [\n    oops\n  ]\n}", Today)
        );
        Assert.Equal("s.json, line 3: this is not JSON", Assert.Single(refused.Errors).ToString());
    }

    [Fact]
    public void Unknown_members_are_warnings()
    {
        var loaded = Assert.IsType<ScenarioFile.Loaded>(
            ScenarioFiles.Parse("s.json", """{ "people": [ { "login": "a", "shoe_size": 42 } ] }""", Today)
        );
        Assert.Equal("s.json, $.people[0]: unknown members (1), not used", Assert.Single(loaded.Warnings).ToString());
    }

    private static Scenario Load(string text) =>
        Assert.IsType<ScenarioFile.Loaded>(ScenarioFiles.Parse("s.json", text, Today)).Scenario;
}
