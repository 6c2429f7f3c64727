using Affluent.Connectors.Contract;
using Affluent.Connectors.Stet;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Testing.Recording;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>
/// What the STET family makes of what real banks' sandboxes answered when they were recorded (AIS, versions 1.4.x). <see cref="StetReplayTests"/> looks at what they
/// were asked; here, too, only what they demand is answered.
/// </summary>
public sealed class StetRecordingTests
{
    /// <summary>The token that a bank's recording knows.</summary>
    private static readonly Dictionary<string, string> Tokens = new()
    {
        ["BPCE"] = "access-token",
        ["BNP Paribas"] = "access-token",
        ["Crédit Agricole"] = "39911f01-4613-461f-9b47-1e4ba35176e6",
        ["LCL"] = "access-token",
        ["Société Générale"] = "THE-ACCESS-TOKEN",
    };

    public static TheoryData<string, int, int, string> Lists =>
        new()
        {
            // bank, accounts, movements of the first account, balances
            { "BPCE", 2, 12, "ValueDate:-150.00+ClosingBooked:-140.00 Other:123.45+Other:1234.56" },
            { "BNP Paribas", 3, 3, "ClosingBooked:123.45 – Other:423.21" },
            {
                "Crédit Agricole",
                4,
                3,
                "ClosingBooked:89530.92 ClosingBooked:2343.63 Expected:-1855.89+Expected:-606.13 ClosingBooked:733.63"
            },
            { "LCL", 3, 3, "ClosingBooked:-100+Expected:200 Other:300 Other:-99.99" },
            { "Société Générale", 2, 2, "Expected:344.5 Other:314.15+Other:999.99+ClosingBooked:200.23" },
        };

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task Accounts_balances_and_movements_of(string bank, int accounts, int movements, string balances)
    {
        using var run = Open(bank);

        var listed = await run.Accounts();
        var read = await run.Transactions(listed[0], new DateOnly(2021, 7, 13));

        Assert.Equal(accounts, listed.Count);
        Assert.Equal(
            balances,
            string.Join(
                ' ',
                listed.Select(a => a.Balances.Count > 0 ? string.Join('+', a.Balances.Select(Shown)) : "–")
            )
        );
        Assert.Equal(movements, read.Count);
        Assert.All(read, t => Assert.Equal(listed[0].Currency, t.Currency));
        Assert.All(read, t => Assert.NotEmpty(t.Remittance));
    }

    private static string Shown(BankBalance balance) => FormattableString.Invariant($"{balance.Kind}:{balance.Amount}");

    [Fact]
    public async Task Cards_name_the_account_that_pays_them()
    {
        using var run = Open("BPCE");

        var card = (await run.Accounts())[1];

        Assert.Equal((BankAccountType.CreditCard, "123"), (card.Type, card.Number));
        Assert.Equal("FR7610907000301234567890125", card.CreditCard!.PayableAccount);
    }

    [Fact]
    public async Task A_movement_announced_without_any_day_stands_as_of_today()
    {
        using var run = Open("BPCE");

        var read = await run.Transactions((await run.Accounts())[0], new DateOnly(2021, 7, 13));

        var announced = read.Single(t => t.Amount == -17.41m);
        Assert.Equal(
            (BankTransactionStatus.Other, new DateOnly(2026, 11, 22), (DateOnly?)null),
            (announced.Status, announced.TransactionDay, announced.BookingDay)
        );
        Assert.Equal(["PRLV SEPA Mega Energie S", "MF011168/001"], announced.Remittance);
    }

    [Fact]
    public async Task A_negative_amount_with_DBIT_leaves_the_account()
    {
        using var run = Open("LCL");

        var read = await run.Transactions((await run.Accounts())[0], new DateOnly(2021, 7, 13));

        Assert.Equal([10.20m, -11.20m, 12.25m], read.Select(t => t.Amount));
        Assert.Equal(new DateOnly(2018, 2, 12), read[0].BookingDay);
        Assert.Equal(BankTransactionStatus.Pending, read[1].Status);
    }

    [Fact]
    public async Task Professional_accounts_are_marked()
    {
        using var run = Open("BNP Paribas");

        Assert.Equal(
            [BankAccountUsage.Personal, BankAccountUsage.Professional, BankAccountUsage.Personal],
            (await run.Accounts()).Select(a => a.Usage)
        );
    }

    [Fact]
    public async Task An_empty_answer_means_no_movement_where_the_entry_says_so()
    {
        using var run = Open("BNP Paribas");

        Assert.Empty(await run.Transactions((await run.Accounts())[2]));
    }

    [Fact]
    public async Task Currency_usage_and_kind_may_be_missing()
    {
        using var run = Open("BNP Paribas", folder: "bnpparibasgroup/ais/missing-currency-usage-type-account-type");

        var account = Assert.Single(await run.Accounts());

        Assert.Equal(
            ("EUR", (BankAccountUsage?)null, (BankAccountType?)BankAccountType.Checkings, 423.21m),
            (account.Currency, account.Usage, account.Type, account.Balances[0].Amount)
        );
    }

    [Fact]
    public async Task A_day_that_is_only_expected_is_the_booking_day_of_a_pending_movement()
    {
        using var run = Open("Société Générale", folder: "societegenerale/ais/expecting-booking-date");

        var read = await run.Transactions((await run.Accounts())[0], new DateOnly(2021, 7, 13));

        Assert.Equal(
            (BankTransactionStatus.Pending, (DateOnly?)new DateOnly(2021, 10, 20)),
            (read[0].Status, read[0].BookingDay)
        );
    }

    [Fact]
    public async Task All_accounts_can_be_consented_to_in_the_banks_own_words()
    {
        using var run = Open("Crédit Agricole", ("consent_required", "true"));

        var listed = await run.Accounts();
        await run.Take<StepResult.Done>(new StepInput.Consent(listed));

        Assert.All(listed, a => Assert.True(a.ConsentMissing));
        Assert.All(await run.Accounts(), a => Assert.False(a.ConsentMissing));
    }

    [Theory]
    [InlineData("BPCE", "access-token-429", typeof(StepResult.Later))]
    [InlineData("BPCE", "access-token-NAAC", typeof(StepResult.Page))]
    [InlineData("BPCE", "invalid-access-token", typeof(StepResult.Refused))]
    [InlineData("Société Générale", "THE-ACCESS-TOKEN-EXPIRED", typeof(StepResult.Refused))]
    // A 403 without a word, as something in front of the bank may say it.
    [InlineData("LCL", "access-token-forbidden", typeof(StepResult.Later))]
    [InlineData("LCL", "access-token-unauthorized", typeof(StepResult.Refused))]
    public async Task What_a_bank_says_instead_of_a_list(string bank, string token, Type result)
    {
        using var run = Open(bank, token: token);

        var said = await run.Take(new StepInput.ListAccounts());

        Assert.IsType(result, said);
        if (said is StepResult.Refused refused)
        {
            Assert.Equal(Refusal.ConsentExpired, refused.Reason);
        }
    }

    [Theory]
    [InlineData("Crédit Agricole", "creditagricole/ais/accounts-204", "45469c64-c222-4a0e-badd-9c13ed764d6d", true)]
    [InlineData("Crédit Agricole", "creditagricole/ais/accounts-403", "2acc9055-3078-453b-9f07-adde186e13e5", false)]
    [InlineData("BNP Paribas", "bnpparibasgroup/ais/empty-body", "access-token-empty", true)]
    public async Task No_account_at_all(string bank, string folder, string token, bool isList)
    {
        using var run = Open(bank, folder: folder, token: token);

        var said = await run.Take(new StepInput.ListAccounts());

        Assert.Equal(isList, said is StepResult.Page { Accounts.Count: 0 });
    }

    [Theory]
    [InlineData("BPCE", "bpce/ais", "refresh-token", true)]
    [InlineData("BNP Paribas", "bnpparibasgroup/ais/happy-flow", "refresh-token", true)]
    [InlineData("BNP Paribas", "bnpparibasgroup/ais/refresh-token-400-invalid-grant", "refresh-token", false)]
    [InlineData("LCL", "lcl/refresh-token-400", "refresh-token", false)]
    [InlineData(
        "Crédit Agricole",
        "creditagricole/ais/refresh-token-400",
        "c3c0dd0c-b2da-4c8f-ab6e-72cf45451412",
        false
    )]
    public async Task Tokens_are_renewed_or_the_consent_has_ended(
        string bank,
        string folder,
        string refreshToken,
        bool renewed
    )
    {
        using var run = Open(bank, folder, token: null, refreshToken);

        var said = await run.Take(new StepInput.ListAccounts());

        if (renewed)
        {
            Assert.IsType<StepResult.Page>(said);
        }
        else
        {
            Assert.Equal(Refusal.ConsentExpired, Assert.IsType<StepResult.Refused>(said).Reason);
        }
    }

    private static ConnectorRun Open(string bank, params (string Name, string Value)[] more) =>
        Open(bank, null, Tokens[bank], null, more);

    private static ConnectorRun Open(
        string bank,
        string? folder = null,
        string? token = "",
        string? refreshToken = null,
        params (string Name, string Value)[] more
    )
    {
        var recorded = StetBanks.All[bank];
        var stubs = WireMockHandler.Load(
            Shared.Folder("recordings", folder is null ? recorded.Folder : $"stet/{folder}"),
            recorded.Habits
        );
        var channel = recorded.Channel([("consent_required", "false"), .. more]);
        return new ConnectorRun(new StetConnector(), channel, stubs)
        {
            Session = new StetSession
            {
                AccessToken = token == "" ? Tokens[bank] : token,
                RefreshToken = refreshToken,
            }.Write(),
            User = new PresentUser("127.0.0.1", "Mozilla/5.0", "fr-FR"),
            Seal = SealOfTests.Seal,
        };
    }
}
