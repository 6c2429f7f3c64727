using Affluent.Connectors.Contract;

namespace Affluent.Connectors.BerlinGroup;

/// <summary>
/// Account information over NextGenPSD2 of the Berlin Group, version 1.3: most banks of the European Union outside France. What differs from bank to bank is a
/// setting of the catalogue entry.
/// </summary>
public sealed class BerlinGroupConnector
    : IAccountInformation,
        IAccountConsent,
        IRedirectAuthentication,
        IEmbeddedAuthentication,
        IDecoupledAuthentication,
        IConsentRevocation
{
    /// <inheritdoc />
    public ConnectorManifest Manifest => BerlinGroupSettings.Manifest;

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
    public Task<StepResult> ShareAccounts(
        StepContext context,
        IReadOnlyList<BankAccount> accounts,
        CancellationToken cancellation
    ) => Take(context, step => step.ShareAccounts(accounts, cancellation));

    /// <inheritdoc />
    public Task<StepResult> Continue(StepContext context, string place, CancellationToken cancellation) =>
        Take(context, step => step.Continue(place, cancellation));

    /// <inheritdoc />
    public Task<StepResult> AcceptReturn(StepContext context, Uri address, CancellationToken cancellation) =>
        Take(context, step => step.AcceptReturn(address, cancellation));

    /// <inheritdoc />
    public Task<StepResult> AcceptAnswer(
        StepContext context,
        IReadOnlyDictionary<string, string> values,
        CancellationToken cancellation
    ) => Take(context, step => step.AcceptAnswer(values, cancellation));

    /// <inheritdoc />
    public Task<StepResult> Poll(StepContext context, CancellationToken cancellation) =>
        Take(context, step => step.Poll(cancellation));

    /// <inheritdoc />
    public RevocableConsent? Revocable(ChannelDefinition channel, string session) =>
        BerlinGroupRevocation.Revocable(session);

    /// <inheritdoc />
    public Task<StepResult> Revoke(StepContext context, CancellationToken cancellation) =>
        Take(
            context,
            _ => BerlinGroupRevocation.Revoke(context, BerlinGroupSettings.Of(context.Channel), cancellation)
        );

    private static Task<StepResult> Take(StepContext context, Func<BerlinGroupStep, Task<StepResult>> go)
    {
        var settings = BerlinGroupSettings.Of(context.Channel);
        var step = new BerlinGroupStep(context, settings);
        return settings.Requests.Sealed(context, () => go(step), step.Refused);
    }
}
