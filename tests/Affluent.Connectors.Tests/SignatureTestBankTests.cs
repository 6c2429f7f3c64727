using System.Security.Cryptography;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;
using Affluent.TestBank;

namespace Affluent.Connectors.Tests;

/// <summary>What we sign, as the test bank verifies it.</summary>
public sealed class SignatureTestBankTests
{
    private static readonly StepInput Listing = new StepInput.ListAccounts();

    [Theory]
    [InlineData("rsa-sha256")]
    [InlineData("rsa-sha512")]
    [InlineData("hs2019")]
    public async Task A_strict_bank_of_the_Berlin_Group_takes_what_we_sign(string algorithm)
    {
        await using var bank = await RunningTestBank.Start(SealOfTests.PublicKey, Strictness.Strict);
        using var run = BerlinGroup(bank, ("signature_algorithm", algorithm));

        await Agree(run);

        foreach (var account in await run.Accounts())
        {
            Assert.NotEmpty(await run.Transactions(account));
        }
    }

    [Theory]
    [InlineData("8701")]
    [InlineData("8801")]
    [InlineData("8901")]
    public async Task A_strict_bank_takes_what_its_own_entries_sign(string channel)
    {
        await using var bank = await RunningTestBank.Start(SealOfTests.PublicKey, Strictness.Strict, entries: true);
        using var run = bank.Open(
            channel,
            found =>
            {
                Assert.False(found.ClientCertificate);
                return found;
            }
        );
        run.Seal = SealOfTests.Seal;

        await Agree(run);
        foreach (var account in await run.Accounts())
        {
            Assert.NotEmpty(await run.Transactions(account));
        }
        // Renewed, too.
        bank.Clock.Advance(TimeSpan.FromMinutes(11));
        (run.Now, run.Callback) = (bank.Clock.GetUtcNow(), null);
        Assert.Equal(2, (await run.Accounts()).Count);
        await run.Take<StepResult.Done>(new StepInput.Revoke());
    }

    [Theory]
    [InlineData("8701")]
    [InlineData("8801")]
    [InlineData("8901")]
    [InlineData("8901", "tls_client_auth")]
    public async Task A_strict_bank_over_https_sees_whose_connection_it_is(string channel, string? tokenAuth = null)
    {
        await using var bank = await RunningTestBank.StartOverHttps(SealOfTests.PublicKey, SealOfTests.Certificate);
        using var run = bank.Open(channel, change: Change, SealOfTests.Certificate);
        using var hidden = bank.Open(channel, change: Change);
        (run.Seal, hidden.Seal) = (SealOfTests.Seal, SealOfTests.Seal);

        await Agree(run);
        (hidden.Session, hidden.Callback) = (run.Session, null);

        Assert.Equal(2, (await run.Accounts()).Count);
        Assert.IsNotType<StepResult.Page>(await hidden.Take(Listing));

        ChannelDefinition Change(ChannelDefinition found)
        {
            Assert.True(found.ClientCertificate);
            return tokenAuth is null
                ? found
                : found with
                {
                    Settings = new Dictionary<string, string>(found.Settings) { ["token_auth"] = tokenAuth },
                };
        }
    }

    [Fact]
    public async Task A_strict_bank_takes_what_its_own_entry_signs_where_users_are_asked_by_us()
    {
        await using var bank = await RunningTestBank.Start(SealOfTests.PublicKey, Strictness.Strict, entries: true);
        using var run = bank.Open("8800");
        run.Seal = SealOfTests.Seal;
        run.Credentials = new Dictionary<string, string> { ["310"] = "dev", ["311"] = "dev" };

        Assert.Equal(2, (await run.Accounts()).Count);
    }

    [Theory]
    [InlineData("8701")]
    [InlineData("8800")]
    [InlineData("8801")]
    [InlineData("8901")]
    public async Task Entries_of_a_strict_bank_want_a_seal(string channel)
    {
        await using var bank = await RunningTestBank.Start(SealOfTests.PublicKey, Strictness.Strict, entries: true);
        using var run = bank.Open(channel);
        run.Credentials = new Dictionary<string, string> { ["310"] = "dev", ["311"] = "dev" };

        await run.TakeRefused(Listing, Refusal.OperatorFault);
    }

    [Fact]
    public async Task A_strict_bank_of_stet_takes_what_we_sign()
    {
        await using var bank = await RunningTestBank.Start(SealOfTests.PublicKey, Strictness.Strict);
        using var run = Stet(bank);

        await Agree(run);

        foreach (var account in await run.Accounts())
        {
            Assert.NotEmpty(await run.Transactions(account));
        }
    }

    [Theory]
    [InlineData("signature_headers", "digest x-request-id")]
    [InlineData("digest", "never")]
    [InlineData("data_headers", "")]
    public async Task What_is_not_signed_as_it_must_be_is_our_operators_fault(string name, string value)
    {
        await using var bank = await RunningTestBank.Start(SealOfTests.PublicKey, Strictness.Strict);
        using var run = BerlinGroup(bank, (name, value));

        await run.TakeRefused(Listing, Refusal.OperatorFault);
    }

    [Fact]
    public async Task What_another_key_has_signed_is_our_operators_fault_at_a_lenient_bank_too()
    {
        using var other = RSA.Create(2048);
        await using var bank = await RunningTestBank.Start(other.ExportSubjectPublicKeyInfoPem(), Strictness.Lenient);
        using var run = BerlinGroup(bank);
        using var stet = Stet(bank);

        await run.TakeRefused(Listing, Refusal.OperatorFault);

        await Agree(stet);
        var refused = await stet.Take<StepResult.Refused>(Listing);
        Assert.NotEqual(Refusal.ConsentExpired, refused.Reason);
    }

    [Fact]
    public async Task A_lenient_bank_takes_what_is_not_signed_and_a_strict_one_does_not()
    {
        await using var lenient = await RunningTestBank.Start(SealOfTests.PublicKey, Strictness.Lenient);
        await using var strict = await RunningTestBank.Start(SealOfTests.PublicKey, Strictness.Strict);
        using var taken = lenient.Open("8801");
        using var refused = strict.Open("8801");

        await taken.TakeAsked<Question.Redirect>(Listing);
        await refused.TakeRefused(Listing, Refusal.OperatorFault);
    }

    private static async Task Agree(ConnectorRun run)
    {
        var question = await run.TakeAsked<Question.Redirect>(Listing);
        await run.Take<StepResult.Done>(new StepInput.Returned(await RunningTestBank.Agree(question.Address, "dev")));
    }

    private static ConnectorRun BerlinGroup(RunningTestBank bank, params (string Name, string Value)[] more) =>
        Sealed(
            bank,
            "8801",
            [
                ("digest", "always"),
                ("data_headers", "TPP-Signature-Certificate: $certificate"),
                ("signature_headers", "digest x-request-id psu-id psu-corporate-id tpp-redirect-uri"),
                ("signature_key_id", "SN=$certificate_serial,CA=$certificate_issuer"),
                .. more,
            ]
        );

    private static ConnectorRun Stet(RunningTestBank bank) =>
        Sealed(
            bank,
            "8701",
            [
                ("signature_headers", "(request-target) (created) (expires) digest x-request-id"),
                ("signature_key_id", "https://third.example/seal.pem"),
            ]
        );

    private static ConnectorRun Sealed(RunningTestBank bank, string channel, (string Name, string Value)[] settings)
    {
        var run = bank.Open(
            channel,
            found =>
            {
                var changed = new Dictionary<string, string>(found.Settings);
                foreach (var (name, value) in settings)
                {
                    changed[name] = value;
                }
                return found with { Settings = changed };
            }
        );
        run.Seal = SealOfTests.Seal;
        return run;
    }
}
