using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Tests.Examples;

/// <summary>Banks with the interface of Pebble: a password and a code open it, accounts and movements come as JSON.</summary>
internal sealed class PebbleConnector : IAccountInformation, IEmbeddedAuthentication
{
    /// <inheritdoc />
    public ConnectorManifest Manifest { get; } =
        new(
            "pebble",
            ChannelMode.Embedded,
            [Capability.AccountInformation, Capability.EmbeddedAuthentication],
            [new ConnectorSetting("api_url", SettingKind.Address, Required: true, "where the interface begins")]
        )
        {
            CredentialNames = ["name", "password"],
        };

    /// <inheritdoc />
    public Task<StepResult> ListAccounts(StepContext context, CancellationToken cancellation) =>
        new PebbleStep(context).ListAccounts(cancellation);

    /// <inheritdoc />
    public Task<StepResult> ListTransactions(
        StepContext context,
        BankAccount account,
        DateOnly? from,
        CancellationToken cancellation
    ) =>
        new PebbleStep(context).ListTransactions(
            new PebblePlace(account.Reference, account.Currency, from),
            cancellation
        );

    /// <inheritdoc />
    public Task<StepResult> Continue(StepContext context, string place, CancellationToken cancellation) =>
        new PebbleStep(context).ListTransactions(PebblePlace.Read(place), cancellation);

    /// <inheritdoc />
    public Task<StepResult> AcceptAnswer(
        StepContext context,
        IReadOnlyDictionary<string, string> values,
        CancellationToken cancellation
    ) => new PebbleStep(context).AcceptCode(values.GetValueOrDefault(Question.OneTimePassword.Field, ""), cancellation);
}
