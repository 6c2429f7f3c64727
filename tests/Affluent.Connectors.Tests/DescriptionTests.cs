using Affluent.Connectors.BerlinGroup;
using Affluent.Connectors.Contract;
using Affluent.Connectors.OpenBankingUk;
using Affluent.Connectors.Stet;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>What connectors send, and what they are sent, by the official descriptions of the standards.</summary>
public sealed class DescriptionTests(DescriptionTests.Bank bank) : IClassFixture<DescriptionTests.Bank>
{
    private static readonly DateOnly Since = new(2026, 11, 1);

    [Theory]
    [InlineData("obie-v3.1.11-account-info.yaml")]
    [InlineData("obie-v4-account-info.yaml")]
    public async Task UK_Open_Banking(string description)
    {
        var described = bank.Of(description, SmallOpenBankingBank.Base);
        using var run = new ConnectorRun(
            new OpenBankingConnector(),
            SmallOpenBankingBank.Channel(("holder", "account_parties"), ("date_format", "yyyy-MM-ddTHH:mm:ssZ")),
            described
        )
        {
            Seal = SealOfTests.Seal,
        };

        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        run.Session = (OpenBankingSession.Read(run.Session) with { AccessToken = SmallBanks.AccessToken }).Write();
        await run.Accounts();
        await run.Transactions(new BankAccount { Reference = "22289", Currency = "GBP" }, Since);
        await run.Take<StepResult.Done>(new StepInput.Revoke());

        Assert.Empty(described.Violations);
        Assert.Empty(
            new[] { "POST account-access-consents", "GET accounts", "GET transactions" }.Except(described.Asked)
        );
    }

    [Fact]
    public async Task Berlin_Group()
    {
        var described = bank.Of("berlin-group-psd2-api-1.3.11.yaml", "/psd2");
        using var run = new ConnectorRun(new BerlinGroupConnector(), SmallBerlinGroupBank.Channel(), described);

        await run.Take<StepResult.AskUser>(new StepInput.ListAccounts());
        run.Session = (BerlinGroupSession.Read(run.Session) with { AccessToken = SmallBanks.AccessToken }).Write();
        var listed = await run.Accounts();
        var read = await run.Transactions(listed[0], Since);
        await run.Take<StepResult.Done>(new StepInput.Revoke());

        Assert.Empty(described.Violations);
        Assert.NotEmpty(listed);
        Assert.NotEmpty(read);
        Assert.Empty(
            new[] { "POST consents", "GET accounts", "GET balances", "GET transactions" }.Except(described.Asked)
        );
    }

    [Theory]
    [InlineData("stet-1.4.0.47.swagger2.yaml", "false")]
    [InlineData("stet-1.5.0.43.openapi3.yaml", "true")]
    public async Task Stet(string description, string owners)
    {
        var described = bank.Of(description, "/v1");
        using var run = new ConnectorRun(
            new StetConnector(),
            SmallBanks.StetChannel(
                ("signature_headers", "(request-target) digest x-request-id"),
                ("signature_calls", "consent data"),
                ("date_format", "yyyy-MM-ddTHH:mm:ssZ"),
                ("consent_owners", owners),
                ("api_url", "https://api.stet.example/v1")
            ),
            described
        )
        {
            Seal = SealOfTests.Seal,
            Session = new StetSession { AccessToken = SmallBanks.AccessToken }.Write(),
        };

        var listed = await run.Accounts();
        // The example goes on for ever.
        var read = await run.Take<StepResult.Page>(new StepInput.ListTransactions(listed[0], Since));
        await run.Take<StepResult.Done>(new StepInput.Consent(listed));

        Assert.Empty(described.Violations);
        Assert.NotEmpty(read.Transactions);
        Assert.Empty(new[] { "GET accounts", "GET transactions", "PUT consents" }.Except(described.Asked));
    }

    /// <summary>One Prism for all descriptions.</summary>
    public sealed class Bank : IDisposable
    {
        private Prism? _prism;

        /// <summary>A bank by a description; skips the test where that is missing.</summary>
        internal DescribedBank Of(string description, string before)
        {
            var path = Path.Combine(Shared.Folder("specs"), description);
            return new DescribedBank(_prism ??= new Prism(), path, before);
        }

        public void Dispose() => _prism?.Dispose();
    }
}
