using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>The rows of a page of transactions, whatever standard it is of. Pure.</summary>
internal static class PageRows
{
    /// <summary>The page with its rows, and the place where the list goes on.</summary>
    /// <param name="write">Writes the place down to which a trail leads.</param>
    public static StepResult With(
        this StepResult.Page page,
        RowList rows,
        NextPage next,
        int number,
        Func<Trail, string> write,
        Func<Refusal, string, StepResult> refused
    ) =>
        next switch
        {
            NextPage.Fault fault => refused(Refusal.NotUnderstood, fault.Detail),
            NextPage.End { Repeated: true } => page,
            _ => (page with { Next = next is NextPage.Page on ? write(on.Trail) : null }).With(
                rows.Transactions,
                rows.Unreadable,
                number,
                refused
            ),
        };

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
