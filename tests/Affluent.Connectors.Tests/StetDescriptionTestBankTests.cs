using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;
using Affluent.TestBank;

namespace Affluent.Connectors.Tests;

/// <summary>What the connector of STET and the test bank say to each other, as Prism's proxy judges it by the standard's own description.</summary>
public sealed class StetDescriptionTestBankTests
{
    private const string Description = "stet-1.4.0.47.swagger2.yaml";
    private const string Api = "/stettestbank/stet/psd2/v1.4.2";
    private static readonly DateOnly From = new(2026, 1, 1);

    [Fact]
    public async Task All_that_is_said_is_as_the_standard_describes_it()
    {
        await using var bank = await RunningTestBank.Start(SealOfTests.PublicKey, Strictness.Strict, entries: true);
        bank.Exchanges = new Exchanges();
        foreach (var login in new[] { "dev", "pending", "empty" })
        {
            using var run = await Allowed(bank, login);
            foreach (var account in await run.Accounts())
            {
                await run.Transactions(account, From);
            }
        }
        await Mixed(bank);
        await Refused(bank);

        var faults = await bank.Exchanges.Faults(Description, Api);

        // The description knows no answer to what is not signed: its 401 and 403 mean that the consent is over, and this is nothing that a customer could mend.
        var unsigned = Assert.Single(faults);
        Assert.Contains("accounts 400", unsigned, StringComparison.Ordinal);
        Assert.Contains("must have required property 'signature'", unsigned, StringComparison.Ordinal);
        Assert.Equal(
            ["GET accounts", "GET balances", "GET transactions", "PUT consents"],
            bank.Exchanges.Asked.Where(asked => asked.Contains("/stet/", StringComparison.Ordinal))
                .Select(asked => $"{asked.Split(' ')[0]} {asked.Split('/')[^1]}")
                .Distinct()
                .Order(StringComparer.Ordinal)
        );
    }

    private static async Task Mixed(RunningTestBank bank)
    {
        using var run = await Allowed(bank, "mixed");
        var listed = await run.Accounts();
        await run.Take(new StepInput.Consent(listed));
        foreach (var account in await run.Accounts())
        {
            await run.Transactions(account, From);
        }
    }

    // The bank's own refusals are described, too.
    private static async Task Refused(RunningTestBank bank)
    {
        using var down = await Allowed(bank, "down");
        await down.Take(new StepInput.ListAccounts());
        using var unsigned = bank.Open("8701", c => Changed(c, "signature_headers", ""));
        unsigned.Session = down.Session;
        await unsigned.Take(new StepInput.ListAccounts());
        bank.Clock.Advance(TimeSpan.FromDays(200));
        (down.Now, down.Callback) = (bank.Clock.GetUtcNow(), null);
        await down.Take(new StepInput.ListAccounts());
    }

    private static async Task<ConnectorRun> Allowed(RunningTestBank bank, string login)
    {
        var run = bank.Open("8701");
        run.Seal = SealOfTests.Seal;
        var question = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(new StepInput.Returned(await RunningTestBank.Agree(question.Address, login)));
        return run;
    }

    private static ChannelDefinition Changed(ChannelDefinition channel, string name, string value) =>
        channel with
        {
            Settings = new Dictionary<string, string>(channel.Settings) { [name] = value },
        };
}
