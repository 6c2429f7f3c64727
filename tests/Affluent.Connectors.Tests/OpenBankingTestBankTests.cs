using System.Security.Cryptography;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;
using Affluent.TestBank;

namespace Affluent.Connectors.Tests;

/// <summary>The connector of UK Open Banking against the test bank.</summary>
public sealed class OpenBankingTestBankTests
{
    private const string Channel = "8901";
    private static readonly DateOnly From = new(2026, 1, 1);
    private static readonly StepInput Listing = new StepInput.ListAccounts();

    [Theory]
    [InlineData("v3.1")]
    [InlineData("v4.0")]
    public async Task Accounts_balances_and_transactions_are_those_that_stet_shows(string version)
    {
        await using var bank = await RunningTestBank.Start();
        using var run = await bank.Allowed("dev", channel: Channel, change: Version(version));
        using var stet = await bank.Allowed("dev");

        var accounts = await run.Accounts();
        var overStet = await stet.Accounts();

        Assert.Equal([BankAccountType.Checkings, BankAccountType.CreditCard], accounts.Select(a => a.Type));
        Assert.Equal(overStet[0].Iban, accounts[0].Iban);
        Assert.NotNull(accounts[0].OwnerName);
        Assert.Equal(overStet[0].Balances.Select(b => b.Amount), accounts[0].Balances.Select(b => b.Amount));
        for (var i = 0; i < accounts.Count; i++)
        {
            var rows = await run.Transactions(accounts[i], From);
            Assert.NotEmpty(rows);
            Assert.Equal((await stet.Transactions(overStet[i], From)).Select(Essence), rows.Select(Essence));
        }
    }

    [Theory]
    [InlineData("v3.1", "obie-v3.1.11-account-info.yaml")]
    [InlineData("v4.0", "obie-v4-account-info.yaml")]
    public async Task All_that_is_said_is_as_the_standard_describes_it(string version, string description)
    {
        await using var bank = await RunningTestBank.Start();
        bank.Exchanges = new Exchanges();
        using var run = await bank.Allowed("dev", channel: Channel, change: c => Parties(Version(version)(c)));
        foreach (var account in await run.Accounts())
        {
            await run.Transactions(account, From);
        }
        var before = run.Session;
        await run.Take<StepResult.Done>(new StepInput.Revoke());
        (run.Session, run.Callback) = (before, null);
        await run.TakeRefused(Listing, Refusal.ConsentExpired);

        var faults = await bank.Exchanges.Faults(description, $"/openbanking/open-banking/{version}/aisp");

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public async Task A_signed_request_is_taken_by_who_knows_the_key()
    {
        await using var bank = await RunningTestBank.Start(SealOfTests.PublicKey, Strictness.Lenient);
        using var run = bank.Open(Channel, Signed);
        run.Seal = SealOfTests.Seal;

        var question = await run.TakeAsked<Question.Redirect>(Listing);
        await run.Take<StepResult.Done>(new StepInput.Returned(await RunningTestBank.Agree(question.Address, "dev")));

        Assert.Equal(2, (await run.Accounts()).Count);
    }

    [Fact]
    public async Task A_request_that_another_key_has_signed_is_refused()
    {
        using var other = RSA.Create(2048);
        await using var bank = await RunningTestBank.Start(other.ExportSubjectPublicKeyInfoPem(), Strictness.Lenient);
        using var run = bank.Open(Channel, Signed);
        run.Seal = SealOfTests.Seal;

        await Refused(run);
    }

    [Fact]
    public async Task A_request_that_nobody_has_signed_is_refused_by_a_strict_bank_alone()
    {
        await using var strict = await RunningTestBank.Start(SealOfTests.PublicKey, Strictness.Strict, entries: true);
        await using var lenient = await RunningTestBank.Start(SealOfTests.PublicKey, Strictness.Lenient);
        using var refused = strict.Open(Channel, Unsigned);
        refused.Seal = SealOfTests.Seal;

        await Refused(refused);
        using var taken = await lenient.Allowed("dev", channel: Channel);
    }

    [Theory]
    [InlineData(Strictness.Off)]
    [InlineData(Strictness.Strict)]
    public async Task A_code_may_come_with_an_id_token_and_the_request_be_told_before(Strictness strictness)
    {
        await using var bank = await RunningTestBank.Start(
            SealOfTests.PublicKey,
            strictness,
            entries: strictness != Strictness.Off
        );
        var root = $"{bank.Address}openbanking";
        using var run = bank.Open(
            Channel,
            c =>
                With(
                    c,
                    ("response_type", "code id_token"),
                    ("issuer", root),
                    ("jwks_url", $"{root}/jwks"),
                    ("pushed_authorization_url", $"{root}/par")
                )
        );
        run.Seal = SealOfTests.Seal;

        var question = await run.TakeAsked<Question.Redirect>(Listing);
        var back = RunningTestBank.ToTheServer(await RunningTestBank.Agree(question.Address, "dev"));
        await run.Take<StepResult.Done>(new StepInput.Returned(back));

        Assert.Equal(2, (await run.Accounts()).Count);
    }

    [Fact]
    public async Task A_strict_bank_shares_no_secret()
    {
        await using var bank = await RunningTestBank.Start(SealOfTests.PublicKey, Strictness.Strict, entries: true);
        using var run = bank.Open(Channel, c => With(c, ("token_auth", "client_secret_post")));
        run.Seal = SealOfTests.Seal;

        await run.TakeRefused(Listing, Refusal.OperatorFault);
    }

    [Fact]
    public async Task A_signed_request_is_refused_where_no_key_is_known()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Open(Channel, Signed);
        run.Seal = SealOfTests.Seal;

        await Refused(run);
    }

    [Fact]
    public async Task Who_refuses_has_not_agreed()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Open(Channel);
        var question = await run.TakeAsked<Question.Redirect>(Listing);

        var back = await RunningTestBank.Agree(question.Address, "dev", decision: "refuse");

        await run.TakeRefused(new StepInput.Returned(back), Refusal.ConsentDenied);
    }

    [Fact]
    public async Task Only_the_chosen_accounts_come_and_only_what_the_consent_allows()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = bank.Open(
            Channel,
            c => With(c, ("permissions", "ReadAccountsBasic ReadTransactionsBasic ReadTransactionsCredits"))
        );
        var question = await run.TakeAsked<Question.Redirect>(Listing);
        await run.Take<StepResult.Done>(
            new StepInput.Returned(await RunningTestBank.Agree(question.Address, "dev", accounts: 1))
        );

        var account = Assert.Single(await run.Accounts());
        var rows = await run.Transactions(account, From);

        Assert.Equal((null, null, 0), (account.Iban, account.OwnerName, account.Balances.Count));
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.True(row is { Amount: > 0, Remittance.Count: 0 }));
    }

    [Fact]
    public async Task The_tokens_are_renewed_until_the_consent_ends()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = await bank.Allowed("dev", channel: Channel);

        bank.Clock.Advance(TimeSpan.FromDays(179));
        (run.Now, run.Callback) = (bank.Clock.GetUtcNow(), null);
        Assert.Equal(2, (await run.Accounts()).Count);

        bank.Clock.Advance(TimeSpan.FromDays(2));
        run.Now = bank.Clock.GetUtcNow();
        await run.TakeRefused(Listing, Refusal.ConsentExpired);
    }

    [Fact]
    public async Task A_bank_that_fails_is_asked_again_later()
    {
        await using var bank = await RunningTestBank.Start();
        using var run = await bank.Allowed("down", channel: Channel);

        Assert.Equal(LaterReason.BankUnavailable, (await run.Take<StepResult.Later>(Listing)).Reason);
    }

    private static async Task Refused(ConnectorRun run)
    {
        var question = await run.TakeAsked<Question.Redirect>(Listing);
        var back = await RunningTestBank.Agree(question.Address, "dev");
        await run.TakeRefused(new StepInput.Returned(back), Refusal.OperatorFault);
    }

    private static Func<ChannelDefinition, ChannelDefinition> Version(string version) =>
        channel =>
            With(channel, ("api_url", channel.Settings["api_url"].Replace("v3.1", version, StringComparison.Ordinal)));

    private static ChannelDefinition Parties(ChannelDefinition channel) =>
        With(
            channel,
            ("holder", "account_party"),
            (
                "permissions",
                "ReadAccountsDetail ReadBalances ReadParty ReadTransactionsCredits ReadTransactionsDebits ReadTransactionsDetail"
            ),
            ("consent_expires", "true"),
            ("consent_history_days", "300")
        );

    private static ChannelDefinition Signed(ChannelDefinition channel) =>
        With(channel, ("request_object", "true"), ("authorize_fields", ""));

    private static ChannelDefinition Unsigned(ChannelDefinition channel) =>
        With(
            channel,
            ("request_object", "false"),
            (
                "authorize_fields",
                """claims: {"id_token":{"openbanking_intent_id":{"value":"$consent_id","essential":true}}}"""
            )
        );

    private static ChannelDefinition With(ChannelDefinition channel, params (string Name, string Value)[] settings)
    {
        var changed = new Dictionary<string, string>(channel.Settings);
        foreach (var (name, value) in settings)
        {
            changed[name] = value;
        }
        return channel with { Settings = changed };
    }

    private static object Essence(BankTransaction t) => (t.Id, t.Amount, t.Currency, t.Status);
}
