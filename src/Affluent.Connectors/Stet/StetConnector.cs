using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Stet;

/// <summary>
/// Account information over the STET PSD2 API, versions 1.4 to 1.6: the French banks' standard. What differs from bank to
/// bank is a setting of the catalogue entry.
/// </summary>
public sealed class StetConnector : IAccountInformation, IAccountConsent, IRedirectAuthentication, IConsentRevocation
{
    /// <inheritdoc />
    public ConnectorManifest Manifest => StetSettings.Manifest;

    /// <inheritdoc />
    public Task<StepResult> ListAccounts(StepContext context, CancellationToken cancellation) =>
        StepOf(context).ListAccounts(cancellation);

    /// <inheritdoc />
    public Task<StepResult> ListTransactions(
        StepContext context,
        BankAccount account,
        DateOnly? from,
        CancellationToken cancellation
    ) => StepOf(context).ListTransactions(account, from, cancellation);

    /// <inheritdoc />
    public Task<StepResult> Continue(StepContext context, string place, CancellationToken cancellation) =>
        StepOf(context).Continue(place, cancellation);

    /// <inheritdoc />
    public Task<StepResult> ShareAccounts(
        StepContext context,
        IReadOnlyList<BankAccount> accounts,
        CancellationToken cancellation
    ) => StepOf(context).ShareAccounts(accounts, cancellation);

    /// <inheritdoc />
    public Task<StepResult> AcceptReturn(StepContext context, Uri address, CancellationToken cancellation) =>
        StepOf(context).AcceptReturn(address, cancellation);

    /// <inheritdoc />
    public RevocableConsent? Revocable(ChannelDefinition channel, string session) =>
        StetRevocation.Revocable(StetSettings.Of(channel), session);

    /// <inheritdoc />
    public Task<StepResult> Revoke(StepContext context, CancellationToken cancellation) =>
        StetRevocation.Revoke(context, StetSettings.Of(context.Channel), cancellation);

    private static StetStep StepOf(StepContext context) => new(context, StetSettings.Of(context.Channel));
}
