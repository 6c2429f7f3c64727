using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>Rows that the bank sent twice under one trusted id. Equal rows without one are rows of their own.</summary>
internal static class RepeatedRows
{
    /// <summary>The rows without repetitions; the list itself when there are none.</summary>
    public static IReadOnlyList<Movement> LeaveOut(IReadOnlyList<Movement> bank, TransactionIds ids)
    {
        if (ids == TransactionIds.Absent)
        {
            return bank;
        }
        var first = new Dictionary<string, int>(bank.Count, StringComparer.Ordinal);
        Dictionary<string, List<int>>? several = null;
        for (var i = 0; i < bank.Count; i++)
        {
            if (bank[i].BankId is { } id && !first.TryAdd(id, i))
            {
                several ??= new(StringComparer.Ordinal);
                (several.TryGetValue(id, out var same) ? same : several[id] = [first[id]]).Add(i);
            }
        }
        if (several is null)
        {
            return bank;
        }
        HashSet<int> repeated = [.. several.Values.SelectMany(same => RepeatedAmong(bank, same, ids))];
        return [.. bank.Where((_, i) => !repeated.Contains(i))];
    }

    // One movement listed as pending and as booked, or a row that slid onto the next page while its list was read. The first in our order
    // stays: settled before open. Rows that share an id and are not equal in everything else are rows of their own.
    private static IEnumerable<int> RepeatedAmong(IReadOnlyList<Movement> bank, List<int> same, TransactionIds ids) =>
        from kind in same.GroupBy(i => ids == TransactionIds.Stable || bank[i].IsOpen)
        let first = kind.OrderBy(i => bank[i].IsOpen).ThenBy(i => bank[i], Side.ByAllFields).First()
        where kind.All(i => IsRepeat(bank[first], bank[i]))
        from i in kind
        where i != first
        select i;

    private static bool IsRepeat(Movement a, Movement b)
    {
        var sameAmount = a.Amount == b.Amount && a.Currency == b.Currency;
        var sameText = a.Text == b.Text || Words(a.Text).SequenceEqual(Words(b.Text));
        return a.IsOpen != b.IsOpen
            ? sameAmount || sameText
            : sameAmount
                && sameText
                && (a.Day, a.BookingDay, a.ValueDay, a.TransactionDay)
                    == (b.Day, b.BookingDay, b.ValueDay, b.TransactionDay);
    }

    // To the letter but for their order and case: within one list a bank has no reason to write them otherwise.
    private static IEnumerable<string> Words(string text) =>
        text.ToUpperInvariant().Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
}
