using Affluent.Connectors.Contract;

namespace Affluent.Connectors.EnableBanking;

/// <summary>
/// Account information through Enable Banking, which holds the licence and speaks to the banks (API reference 1.0.0). Which bank it is, is a setting of the catalogue entry.
/// </summary>
public sealed class EnableBankingConnector : IAccountInformation, IRedirectAuthentication, IConsentRevocation
{
    /// <inheritdoc />
    public ConnectorManifest Manifest => EnableBankingSettings.Manifest;

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
        EnableBankingSession.Read(session).SessionId is { } id
            ? new(new EnableBankingSession { SessionId = id }.Write(), id)
            : null;

    /// <inheritdoc />
    public Task<StepResult> Revoke(StepContext context, CancellationToken cancellation) =>
        Take(context, step => step.Revoke(cancellation));

    private static Task<StepResult> Take(StepContext context, Func<EnableBankingStep, Task<StepResult>> go)
    {
        var api = new EnableBankingApi(context, EnableBankingSettings.Of(context.Channel));
        return api.Sealed(() => go(new EnableBankingStep(context, api)));
    }
}
