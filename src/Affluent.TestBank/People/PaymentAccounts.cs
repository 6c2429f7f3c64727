using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.People;

/// <summary>What third parties can be shown: payment accounts are current accounts and cards (EU 2015/2366, article 4), nothing else.</summary>
internal static class PaymentAccounts
{
    /// <summary>Those that are open.</summary>
    public static IReadOnlyList<Statement> Of(Customer customer) => Of(customer.Statements);

    /// <summary>With those that were closed, for standards that have a word for it.</summary>
    public static IReadOnlyList<Statement> WithClosed(Customer customer) =>
        Of(customer.Statements.Concat(customer.Closed));

    private static IReadOnlyList<Statement> Of(IEnumerable<Statement> statements) =>
        [.. statements.Where(s => s.Account.Kind is AccountKind.Checkings or AccountKind.CreditCard)];
}
