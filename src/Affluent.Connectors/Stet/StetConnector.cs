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
        Take(context, step => step.ListAccounts(cancellation));

    /// <inheritdoc />
    public Task<StepResult> ListTransactions(
        StepContext context,
        BankAccount account,
        DateOnly? from,
        CancellationToken cancellation
    ) => Take(context, step => step.ListTransactions(account, from, cancellation));

    /// <inheritdoc />
    public Task<StepResult> Continue(StepContext context, string place, CancellationToken cancellation) =>
        Take(context, step => step.Continue(place, cancellation));

    /// <inheritdoc />
    public Task<StepResult> ShareAccounts(
        StepContext context,
        IReadOnlyList<BankAccount> accounts,
        CancellationToken cancellation
    ) => Take(context, step => step.ShareAccounts(accounts, cancellation));

    /// <inheritdoc />
    public Task<StepResult> AcceptReturn(StepContext context, Uri address, CancellationToken cancellation) =>
        Take(context, step => step.AcceptReturn(address, cancellation));

    /// <inheritdoc />
    public RevocableConsent? Revocable(ChannelDefinition channel, string session) =>
        StetRevocation.Revocable(StetSettings.Of(channel), session);

    /// <inheritdoc />
    public Task<StepResult> Revoke(StepContext context, CancellationToken cancellation) =>
        Take(context, _ => StetRevocation.Revoke(context, StetSettings.Of(context.Channel), cancellation));

    private static Task<StepResult> Take(StepContext context, Func<StetStep, Task<StepResult>> go)
    {
        var settings = StetSettings.Of(context.Channel);
        var step = new StetStep(context, settings);
        return settings.Client.Requests.Sealed(context, () => go(step), step.Refused);
    }
}
