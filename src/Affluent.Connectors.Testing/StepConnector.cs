using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Testing;

/// <summary>A connector with every capability, all of them led to one function: for tests that say what each step comes to.</summary>
public abstract class StepConnector
    : IAccountInformation,
        IAccountConsent,
        IRedirectAuthentication,
        IEmbeddedAuthentication,
        IDecoupledAuthentication,
        IConsentRevocation
{
    /// <summary>The capabilities that every connector of this kind has.</summary>
    public static IReadOnlyList<Capability> Capabilities { get; } =
    [
        Capability.AccountInformation,
        Capability.AccountConsent,
        Capability.RedirectAuthentication,
        Capability.EmbeddedAuthentication,
        Capability.DecoupledAuthentication,
        Capability.ConsentRevocation,
    ];

    /// <inheritdoc />
    public abstract ConnectorManifest Manifest { get; }

    /// <summary>What the step comes to.</summary>
    protected abstract Task<StepResult> Step(StepContext context, StepInput input, CancellationToken cancellation);

    /// <inheritdoc />
    public Task<StepResult> ListAccounts(StepContext context, CancellationToken cancellation) =>
        Step(context, new StepInput.ListAccounts(), cancellation);

    /// <inheritdoc />
    public Task<StepResult> ListTransactions(
        StepContext context,
        BankAccount account,
        DateOnly? from,
        CancellationToken cancellation
    ) => Step(context, new StepInput.ListTransactions(account, from), cancellation);

    /// <inheritdoc />
    public Task<StepResult> Continue(StepContext context, string place, CancellationToken cancellation) =>
        Step(context, new StepInput.Continue(place), cancellation);

    /// <inheritdoc />
    public Task<StepResult> ShareAccounts(
        StepContext context,
        IReadOnlyList<BankAccount> accounts,
        CancellationToken cancellation
    ) => Step(context, new StepInput.Consent(accounts), cancellation);

    /// <inheritdoc />
    public Task<StepResult> AcceptReturn(StepContext context, Uri address, CancellationToken cancellation) =>
        Step(context, new StepInput.Returned(address), cancellation);

    /// <inheritdoc />
    public Task<StepResult> AcceptAnswer(
        StepContext context,
        IReadOnlyDictionary<string, string> values,
        CancellationToken cancellation
    ) => Step(context, new StepInput.Answer(values), cancellation);

    /// <inheritdoc />
    public Task<StepResult> Poll(StepContext context, CancellationToken cancellation) =>
        Step(context, new StepInput.Poll(), cancellation);

    /// <summary>Every session is one that can be ended, by all of it, unless a test says otherwise.</summary>
    public virtual RevocableConsent? Revocable(ChannelDefinition channel, string session) =>
        session.Length == 0 ? null : new(session, session);

    /// <inheritdoc />
    public Task<StepResult> Revoke(StepContext context, CancellationToken cancellation) =>
        Step(context, new StepInput.Revoke(), cancellation);
}
