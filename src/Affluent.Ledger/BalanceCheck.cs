namespace Affluent.Ledger;

/// <summary>Does what moved explain how the balance changed? All amounts in minor units of the account's currency.</summary>
public static class BalanceCheck
{
    /// <summary>
    /// Closing balance less what it ought to be; 0 when all adds up. Positive: money came that no movement tells of.
    /// </summary>
    /// <param name="opening">Balance of the earlier reading.</param>
    /// <param name="closing">Balance of this reading.</param>
    /// <param name="movements">Booked amounts that came between the two.</param>
    public static long Gap(long opening, long closing, params IEnumerable<long> movements)
    {
        // Two's complement: partial sums may overflow, the result is right whenever it fits.
        unchecked
        {
            return movements.Aggregate(closing - opening, (gap, amount) => gap - amount);
        }
    }

    /// <summary>
    /// By how much these changes alter the sum of all booked transactions held: the movements between the last reading and this
    /// one. A row that booked counts, one that the bank took back counts against.
    /// </summary>
    /// <param name="changes">What a reconciliation found.</param>
    /// <param name="stored">The rows that it was given.</param>
    public static long BookedBy(Changes changes, IReadOnlyList<StoredTransaction> stored)
    {
        var held = stored.ToDictionary(s => s.Id);
        unchecked
        {
            var sum = changes.Inserts.Aggregate(0L, (total, insert) => total + Booked(insert.Movement));
            sum = changes.Updates.Aggregate(
                sum,
                (total, update) => total + Booked(update.Movement) - Counted(held[update.Id])
            );
            return changes.Disappeared.Aggregate(sum, (total, id) => total - Counted(held[id]));
        }
    }

    private static long Booked(Movement movement) => movement.Status == TransactionStatus.Booked ? movement.Amount : 0;

    private static long Counted(StoredTransaction stored) => stored.Missing ? 0 : Booked(stored.Movement);
}
