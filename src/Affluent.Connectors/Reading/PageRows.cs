using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>The rows of a page of transactions, whatever standard it is of. Pure.</summary>
internal static class PageRows
{
    /// <param name="page">The page, but for its rows.</param>
    /// <param name="number">Of the page, for the operator.</param>
    /// <param name="refused">Makes the refusal where not one of several rows can be read.</param>
    public static StepResult With(
        this StepResult.Page page,
        IReadOnlyList<BankTransaction> transactions,
        IReadOnlyList<UnreadableField> unreadable,
        int number,
        Func<Refusal, string, StepResult> refused
    ) =>
        transactions.Count == 0 && unreadable.Count > 1
            ? refused(
                Refusal.NotUnderstood,
                $"no row of page {number} has an amount, its direction and a day that can be read"
            )
            : page with
            {
                Transactions = transactions,
                Unreadable = unreadable,
            };
}
