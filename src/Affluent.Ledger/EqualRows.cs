using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>
/// Rows that are held exactly as the bank lists them, which is nearly all of a usual reading: found by hash, without sorting or
/// reading words. What is left goes through the tiers.
/// </summary>
internal sealed class EqualRows
{
    private readonly IReadOnlyList<StoredTransaction> _stored;
    private readonly TransactionIds _ids;
    private readonly int[] _heads;
    private readonly int[] _next;

    private EqualRows(IReadOnlyList<StoredTransaction> stored, TransactionIds ids)
    {
        (_stored, _ids) = (stored, ids);
        var size = 16;
        while (size < stored.Count * 2)
        {
            size *= 2;
        }
        (_heads, _next) = (new int[size], new int[stored.Count]);
        // From behind, so that of equal ones the first stands in front; a place counts from one.
        for (var i = stored.Count - 1; i >= 0; i--)
        {
            ref var head = ref _heads[Bucket(stored[i].Movement)];
            (_next[i], head) = (head, i + 1);
        }
    }

    /// <summary>Of each row of the bank the place of the stored one that it equals; -1: none, or it has gone to another.</summary>
    /// <param name="stored">In the order in which equal ones are to be taken.</param>
    /// <param name="bank">The bank's rows.</param>
    /// <param name="ids">What its ids are worth.</param>
    public static int[] Find(IReadOnlyList<StoredTransaction> stored, IReadOnlyList<Movement> bank, TransactionIds ids)
    {
        if (stored.Count == 0)
        {
            return None(bank.Count);
        }
        var found = new int[bank.Count];
        var table = new EqualRows(stored, ids);
        for (var i = 0; i < found.Length; i++)
        {
            found[i] = table.Take(bank[i]);
        }
        return found;
    }

    /// <summary>As if none were equal.</summary>
    public static int[] None(int rows)
    {
        var none = new int[rows];
        Array.Fill(none, -1);
        return none;
    }

    private int Take(Movement row)
    {
        ref var place = ref _heads[Bucket(row)];
        while (place != 0)
        {
            var at = place - 1;
            if (AreEqual(_stored[at].Movement, row))
            {
                place = _next[at];
                return at;
            }
            place = ref _next[at];
        }
        return -1;
    }

    private int Bucket(Movement row)
    {
        var hash = WordComparison.Mix(((ulong)row.Amount.GetHashCode() * 0x9E3779B97F4A7C15) + (ulong)row.Day);
        return (int)((hash ^ (uint)row.Text.GetHashCode(StringComparison.Ordinal)) & (ulong)(_heads.Length - 1));
    }

    private bool AreEqual(Movement held, Movement row) =>
        held.Amount == row.Amount
        && held.Day == row.Day
        && held.Status == row.Status
        && held.BookingDay == row.BookingDay
        && held.ValueDay == row.ValueDay
        && held.TransactionDay == row.TransactionDay
        && held.Currency == row.Currency
        && held.Text == row.Text
        && held.Counterparty == row.Counterparty
        && held.CheckNumber == row.CheckNumber
        && held.EndToEndId == row.EndToEndId
        && held.Mandate == row.Mandate
        && held.CreditorId == row.CreditorId
        && held.MerchantCategory == row.MerchantCategory
        && held.Code == row.Code
        && (_ids == TransactionIds.Absent || IdEvidence.Trusted(held, _ids) == IdEvidence.Trusted(row, _ids));
}
