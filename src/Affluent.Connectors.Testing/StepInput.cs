using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Testing;

/// <summary>One call of a connector as data, so that tests can list steps, show them and script what they come to.</summary>
public abstract record StepInput
{
    private StepInput() { }

    /// <summary><see cref="IAccountInformation.ListAccounts"/>.</summary>
    public sealed record ListAccounts : StepInput;

    /// <summary><see cref="IAccountInformation.ListTransactions"/>.</summary>
    public sealed record ListTransactions(BankAccount Account, DateOnly? From) : StepInput;

    /// <summary><see cref="IAccountInformation.Continue"/>.</summary>
    public sealed record Continue(string Place) : StepInput;

    /// <summary><see cref="IAccountConsent.ShareAccounts"/>.</summary>
    public sealed record Consent(IReadOnlyList<BankAccount> Accounts) : StepInput;

    /// <summary><see cref="IEmbeddedAuthentication.AcceptAnswer"/>.</summary>
    public sealed record Answer(IReadOnlyDictionary<string, string> Values) : StepInput;

    /// <summary><see cref="IRedirectAuthentication.AcceptReturn"/>.</summary>
    public sealed record Returned(Uri Address) : StepInput;

    /// <summary><see cref="IDecoupledAuthentication.Poll"/>.</summary>
    public sealed record Poll : StepInput;

    /// <summary><see cref="IConsentRevocation.Revoke"/>.</summary>
    public sealed record Revoke : StepInput;
}

/// <summary>Takes steps that stand as data.</summary>
public static class StepInputs
{
    /// <summary>Whether the connector has the capability that the step is a part of.</summary>
    public static bool CanTake(this IConnector connector, StepInput input) => Find(connector, input) is not null;

    /// <summary>Takes the step.</summary>
    /// <exception cref="NotSupportedException">The connector has no such capability.</exception>
    public static Task<StepResult> Take(
        this IConnector connector,
        StepContext context,
        StepInput input,
        CancellationToken cancellation
    ) =>
        Find(connector, input) is { } step
            ? step(context, cancellation)
            : throw new NotSupportedException(
                $"The connector '{connector.Manifest.Family}' cannot take the step {input.GetType().Name}."
            );

    private static Func<StepContext, CancellationToken, Task<StepResult>>? Find(
        IConnector connector,
        StepInput input
    ) =>
        (input, connector) switch
        {
            (StepInput.ListAccounts, IAccountInformation accounts) => accounts.ListAccounts,
            (StepInput.ListTransactions list, IAccountInformation accounts) => (context, cancellation) =>
                accounts.ListTransactions(context, list.Account, list.From, cancellation),
            (StepInput.Continue next, IAccountInformation accounts) => (context, cancellation) =>
                accounts.Continue(context, next.Place, cancellation),
            (StepInput.Consent consent, IAccountConsent bank) => (context, cancellation) =>
                bank.ShareAccounts(context, consent.Accounts, cancellation),
            (StepInput.Answer answer, IEmbeddedAuthentication bank) => (context, cancellation) =>
                bank.AcceptAnswer(context, answer.Values, cancellation),
            (StepInput.Returned returned, IRedirectAuthentication bank) => (context, cancellation) =>
                bank.AcceptReturn(context, returned.Address, cancellation),
            (StepInput.Poll, IDecoupledAuthentication bank) => bank.Poll,
            (StepInput.Revoke, IConsentRevocation bank) => bank.Revoke,
            _ => null,
        };
}
