using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.People;

/// <summary>What third parties can be shown: payment accounts are current accounts and cards (EU 2015/2366, article 4), nothing else.</summary>
internal static class PaymentAccounts
{
    public static IReadOnlyList<Statement> Of(Customer customer) =>
        [.. customer.Statements.Where(s => s.Account.Kind is AccountKind.Checkings or AccountKind.CreditCard)];
}
