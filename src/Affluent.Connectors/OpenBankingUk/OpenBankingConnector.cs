using Affluent.Connectors.Contract;

namespace Affluent.Connectors.OpenBankingUk;

/// <summary>
/// Account information over the Read/Write API of UK Open Banking, versions 3.1 and 4.0. The versions differ in words alone, and all of them are understood. What
/// differs from bank to bank is a setting of the catalogue entry.
/// </summary>
public sealed class OpenBankingConnector : IAccountInformation, IRedirectAuthentication, IConsentRevocation
{
    /// <inheritdoc />
    public ConnectorManifest Manifest => OpenBankingSettings.Manifest;

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
    public Task<StepResult> AcceptReturn(StepContext context, Uri address, CancellationToken cancellation) =>
        Take(context, step => step.AcceptReturn(address, cancellation));

    /// <inheritdoc />
    public RevocableConsent? Revocable(ChannelDefinition channel, string session) =>
        OpenBankingRevocation.Revocable(session);

    /// <inheritdoc />
    public Task<StepResult> Revoke(StepContext context, CancellationToken cancellation) =>
        Take(context, step => step.Revoke(cancellation));

    private static Task<StepResult> Take(StepContext context, Func<OpenBankingStep, Task<StepResult>> go)
    {
        var settings = OpenBankingSettings.Of(context.Channel);
        var step = new OpenBankingStep(context, settings);
        return settings.Client.Requests.Sealed(context, () => go(step), step.Refused);
    }
}
