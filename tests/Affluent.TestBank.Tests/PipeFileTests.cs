using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.Tests;

public sealed class PipeFileTests
{
    private static readonly DateOnly Today = new(2026, 11, 22);

    private const string Good = """
        CREDENTIALS|anna|pw1
        CREDENTIALS_OWNER|ANNA BRUN

        ACCOUNT|uidA00000001|account 01|21/08/26|1457.16|Checkings||false|ANNA BRUN|Mon compte|||FR7630099000120004127653080|EUR
        TRANSACTION|-12.5|20/08/26|CB MARCHE
        TRANSACTION|100|9/8/2026|VIR SALAIRE|paie d'aout|REF-77
        """;

    [Fact]
    public void A_file_gives_its_people_accounts_and_movements()
    {
        var person = Assert.Single(Load(Good).People);
        Assert.Equal(new Credentials("anna", "pw1"), Assert.Single(person.Credentials));
        Assert.Equal("ANNA BRUN", person.Owner);
        var statement = Assert.Single(Statements.On(Today, person, "s"));
        Assert.Equal("uidA00000001", statement.Account.Id);
        Assert.Equal("account 01", statement.Account.Number);
        Assert.Equal("Mon compte", statement.Account.Name);
        Assert.Equal(145716, statement.Balance);
        Assert.Equal(new DateOnly(2026, 8, 21), statement.BalanceDate);
        Assert.Equal([-1250L, 10000L], statement.Entries.Select(e => e.Amount));
        Assert.Equal("paie d'aout", statement.Entries[1].Memo);
        Assert.Equal("REF-77", statement.Entries[1].Reference);
    }

    [Fact]
    public void An_account_stays_as_it_was_when_it_was_closed()
    {
        const string Living = """
            ACCOUNT|u1|n1|01/11/26|100|Checkings
            LIVING
            CLOSED|20/11/26
            TRANSACTION|-40|19/11/26|CB MARCHE
            TRANSACTION|-60|20/11/26|CLOTURE
            TRANSACTION|7|21/11/26|TOO LATE
            """;
        var person = Assert.Single(Load(Living).People);

        var statement = Assert.Single(Statements.On(Today, person, "s"));
        Assert.Equal((0, new DateOnly(2026, 11, 20)), (statement.Balance, statement.BalanceDate));
        Assert.Equal([-6000L, -4000L], statement.Entries.Select(e => e.Amount));
        Assert.Equal(
            [false, true],
            new[] { 19, 20 }.Select(day => statement.Account.IsClosed(new DateOnly(2026, 11, day)))
        );
    }

    [Fact]
    public void Byte_order_mark_line_ends_blanks_and_comments_do_not_matter()
    {
        var text = "\ufeff# ours\r\n" + Good.ReplaceLineEndings("  \r\n") + "\r\n\r\n";
        var loaded = Assert.IsType<ScenarioFile.Loaded>(ScenarioFiles.Parse("f.txt", text, Today));
        Assert.Empty(loaded.Warnings);
        Assert.Equal(2, loaded.Scenario.People[0].Accounts[0].Movements.Count);
    }

    [Fact]
    public void Missing_fields_at_the_end_and_an_empty_owner_are_fine()
    {
        var person = Load("CREDENTIALS|a|b\nCREDENTIALS_OWNER|\nACCOUNT|u1|n1|01/02/26|-3|Savings").People[0];
        Assert.Equal("", person.Owner);
        Assert.Equal("EUR", person.Accounts[0].Currency);
        Assert.Equal("n1", person.Accounts[0].Name);
        Assert.Equal(-300, person.Accounts[0].Balance.Amount);
    }

    [Fact]
    public void A_file_without_credentials_is_open_to_dev()
    {
        var person = Load("ACCOUNT|u1|n1|01/02/26|0|Checkings").People[0];
        Assert.Equal(new Credentials("dev", "dev"), Assert.Single(person.Credentials));
    }

    [Fact]
    public void Credentials_in_a_row_are_one_person_and_after_an_account_the_next()
    {
        var scenario = Load(
            "CREDENTIALS|a|1\nCREDENTIALS|b|2\nCREDENTIALS_OWNER|ONE\nACCOUNT|u1|n|01/02/26|0|Checkings\n"
                + "CREDENTIALS|c|3\nCREDENTIALS_OWNER|TWO\nACCOUNT|u2|n|01/02/26|0|Loans"
        );
        Assert.Equal(2, scenario.People.Count);
        Assert.Same(scenario.WithLogin("a"), scenario.WithLogin("b"));
        Assert.Equal("TWO", scenario.WithLogin("c")!.Owner);
        Assert.Equal("u2", Assert.Single(scenario.WithLogin("c")!.Accounts).Id);
    }

    [Fact]
    public void An_unknown_account_type_is_kept_as_it_is_written()
    {
        var account = Load("ACCOUNT|u1|n1|01/02/26|0|Wealth Fund").People[0].Accounts[0];
        Assert.Equal(AccountKind.Other, account.Kind);
        Assert.Equal("Wealth Fund", account.Type);
    }

    [Theory]
    [InlineData("12", "EUR", 1200)]
    [InlineData("-0,5", "EUR", -50)]
    [InlineData("1 234,56", "EUR", 123456)]
    [InlineData("+7.10", "EUR", 710)]
    [InlineData("12.500", "EUR", 1250)]
    [InlineData("-101.67000000000002", "EUR", -10167)]
    [InlineData("-75.19999999999999", "EUR", -7520)]
    [InlineData("1500", "JPY", 1500)]
    [InlineData("1.234", "KWD", 1234)]
    public void Amounts_follow_the_decimals_of_their_currency(string text, string currency, long minorUnits)
    {
        var account = Load($"ACCOUNT|u1|n1|01/02/26|{text}|Checkings||||||||{currency}").People[0].Accounts[0];
        Assert.Equal(minorUnits, account.Balance.Amount);
    }

    [Fact]
    public void Unknown_records_are_kept_as_warnings_with_their_line()
    {
        var loaded = Assert.IsType<ScenarioFile.Loaded>(
            ScenarioFiles.Parse("f.txt", Good + "\nSURPRISE|1|2\nTRANSACTION|1|01/02/26|A|B|C|D|E", Today)
        );
        Assert.Equal(
            [
                "f.txt, line 7: unknown record, not used",
                "f.txt, line 8: TRANSACTION has 6 fields, the ones after them are not used",
            ],
            loaded.Warnings.Select(w => w.ToString())
        );
    }

    [Theory]
    [InlineData("CREDENTIALS|dev", "CREDENTIALS needs at least 2 fields, this line has 1")]
    [InlineData("CREDENTIALS||dev", "a login is empty")]
    [InlineData("ACCOUNT|u1|n1|01/02/26", "ACCOUNT needs at least 5 fields, this line has 3")]
    [InlineData("ACCOUNT|u1|n1|31/02/26|0|Checkings", "balance date is not a day")]
    [InlineData("ACCOUNT|u1|n1|31/12/1949|0|Checkings", "balance date is not a day")]
    [InlineData("ACCOUNT|u1|n1|01/01/2150|0|Checkings", "balance date is not a day")]
    [InlineData("ACCOUNT|u1|n1|01/02/26|1e3|Checkings", "balance is not an amount of the account's currency")]
    [InlineData(
        "ACCOUNT|u1|n1|01/02/26|1.5|Checkings||||||||JPY",
        "balance is not an amount of the account's currency"
    )]
    [InlineData("ACCOUNT|u1|n1|01/02/26|0|Checkings||||||||euros", "the currency is not a currency code")]
    [InlineData("ACCOUNT|u1|n1|01/02/26|0|", "the account has no type")]
    [InlineData("TRANSACTION|1|01/02/26|A", "TRANSACTION stands before any ACCOUNT line")]
    [InlineData("CHALLENGE|dance|1", "this CHALLENGE is not known")]
    [InlineData("FAULT|gremlins", "this fault is not known")]
    [InlineData("OPTION|locked|maybe", "locked must be true or false")]
    [InlineData("OPTION|consent|maybe", "this consent is not known")]
    [InlineData("NEW_URL|http://localhost/f|someday", "the first day is not a day")]
    [InlineData("NEW_URL|", "the new address is empty")]
    [InlineData("WHAT|ever", "nothing of a test bank is in this file")]
    public void A_bad_line_is_named_with_its_reason(string line, string reason)
    {
        var refused = Assert.IsType<ScenarioFile.Refused>(ScenarioFiles.Parse("f.txt", line, Today));
        var error = Assert.Single(refused.Errors);
        Assert.Equal("f.txt", error.File);
        Assert.Equal(1, error.Location.Line);
        Assert.StartsWith(reason, error.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TRANSACTION|ten|01/02/26|A", "amount is not an amount of the account's currency")]
    [InlineData("TRANSACTION|1|2026/02/01|A", "date is not a day")]
    [InlineData("TRANSACTION|1|01/02/26", "TRANSACTION needs at least 3 fields, this line has 2")]
    [InlineData("PENDING|1|02/02/26|A|01/02/26", "the movement books before its own date")]
    [InlineData("RECURRING|1|01/02/26|A|sometimes", "the interval is not one")]
    [InlineData("RECURRING|1|01/02/26|A|15 days|whenever", "end is not a day")]
    [InlineData("SPENDING|-1|-2|A|0", "average days between is not a number from 1 to 366")]
    [InlineData("ACCOUNT|u1|other|01/02/26|0|Checkings", "this account is already in this file")]
    public void A_bad_line_under_an_account_is_named_too(string line, string reason)
    {
        var text = "ACCOUNT|u1|n1|01/02/26|0|Checkings\n" + line;
        var refused = Assert.IsType<ScenarioFile.Refused>(ScenarioFiles.Parse("f.txt", text, Today));
        var error = Assert.Single(refused.Errors);
        Assert.Equal(2, error.Location.Line);
        Assert.StartsWith(reason, error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void All_bad_lines_are_listed_at_once()
    {
        var text = "ACCOUNT|u1|n1\nTRANSACTION|x|01/02/26|A\nTRANSACTION|1|01/02/26|B\nTRANSACTION|1|y|C";
        var refused = Assert.IsType<ScenarioFile.Refused>(ScenarioFiles.Parse("f.txt", text, Today));
        Assert.Equal([1, 2, 4], refused.Errors.Select(e => e.Location.Line!.Value).Order());
    }

    [Fact]
    public void Challenge_options_faults_and_details_reach_their_person_and_account()
    {
        var person = Load(
            """
            CREDENTIALS|a|b
            CHALLENGE|otp|123456|06 00 00 00 00
            OPTION|consent|mixed
            OPTION|short_history|true
            OPTION|consent_seconds|60
            FAULT|html
            ACCOUNT|u1|n1|01/02/26|-1000|Loans
            DETAIL|loan.type|AUTO
            DETAIL|loan.initial_amount|20000,00
            DETAIL|loan.rate|3.9
            """
        ).People[0];
        Assert.Equal(new Challenge.Code("123456", "06 00 00 00 00"), person.Challenge);
        Assert.Equal(ConsentModel.Mixed, person.Consent);
        Assert.True(person.ShortHistory);
        Assert.Equal(TimeSpan.FromMinutes(1), person.ConsentLife);
        Assert.Equal([Fault.Html], person.Faults);
        Assert.Equal(2_000_000, person.Accounts[0].Loan!.InitialAmount);
        Assert.Equal(3.9m, person.Accounts[0].Loan!.Rate);
    }

    [Fact]
    public void Recurring_movements_come_back_until_their_end_or_the_balance_day()
    {
        var entries = Entries(
            """
            ACCOUNT|u1|n1|28/02/26|0|Checkings
            RECURRING|-10|01/01/26|EVERY 15|15 days
            RECURRING|-20|31/12/25|MONTHLY|1 month|31/01/26
            RECURRING|-30|01/06/26|THREE|1 week|3
            """
        );
        Assert.Equal(
            ["2026-01-01", "2026-01-16", "2026-01-31", "2026-02-15"],
            entries.Where(e => e.Label == "EVERY 15").Select(Day).Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            ["2025-12-31", "2026-01-31"],
            entries.Where(e => e.Label == "MONTHLY").Select(Day).Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            ["2026-06-01", "2026-06-08", "2026-06-15"],
            entries.Where(e => e.Label == "THREE").Select(Day).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_pending_movement_books_on_its_day_under_another_reference()
    {
        const string Text = "ACCOUNT|u1|n1|28/02/26|0|Checkings\nPENDING|-5|20/11/26|CB|23/11/26||P1|B1";
        var before = Assert.Single(Statements.On(Today, Load(Text).People[0], "s")[0].Entries);
        Assert.True(before.Pending);
        Assert.Equal("P1", before.Reference);
        var after = Assert.Single(Statements.On(Today.AddDays(1), Load(Text).People[0], "s")[0].Entries);
        Assert.False(after.Pending);
        Assert.Equal("B1", after.Reference);
        Assert.Equal(before.Amount, after.Amount);
    }

    [Fact]
    public void Equal_movements_stay_apart_and_keep_their_references_when_a_line_is_added()
    {
        const string Account = "ACCOUNT|u1|n1|28/02/26|0|Checkings\n";
        const string Twins = "TRANSACTION|-1|01/02/26|COFFEE\nTRANSACTION|-1|01/02/26|COFFEE\n";
        var two = Entries(Account + Twins).Select(e => e.Reference).ToHashSet(StringComparer.Ordinal);
        var more = Entries(Account + "TRANSACTION|-9|01/02/26|LUNCH\n" + Twins).Select(e => e.Reference);
        Assert.Equal(2, two.Count);
        Assert.Subset(more.ToHashSet(StringComparer.Ordinal), two);
    }

    [Fact]
    public void A_file_that_has_moved_names_the_new_address_from_its_day_on()
    {
        const string Text = "NEW_URL|http://localhost/next.txt|23/11/26\nACCOUNT|u1|n1|28/02/26|0|Checkings";
        Assert.IsType<ScenarioFile.Loaded>(ScenarioFiles.Parse("f.txt", Text, Today));
        var moved = Assert.IsType<ScenarioFile.Moved>(ScenarioFiles.Parse("f.txt", Text, Today.AddDays(1)));
        Assert.Equal("http://localhost/next.txt", moved.Url);
    }

    private static string Day(StatementEntry entry) => entry.Date.ToString("yyyy-MM-dd", null);

    private static IReadOnlyList<StatementEntry> Entries(string text) =>
        Statements.On(Today, Load(text).People[0], "s")[0].Entries;

    private static Scenario Load(string text)
    {
        var file = ScenarioFiles.Parse("f.txt", text, Today);
        return Assert.IsType<ScenarioFile.Loaded>(file).Scenario;
    }
}
