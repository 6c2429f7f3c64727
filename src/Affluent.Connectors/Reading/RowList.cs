using System.Globalization;
using System.Text;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>What was made of the rows of a list of transactions.</summary>
internal sealed class RowList
{
    private readonly List<BankTransaction> _transactions = [];
    private readonly List<UnreadableField> _unreadable = [];

    /// <summary>What can be read.</summary>
    public IReadOnlyList<BankTransaction> Transactions => _transactions;

    /// <summary>What is wrong with each of the rows that cannot.</summary>
    public IReadOnlyList<UnreadableField> Unreadable => _unreadable;

    /// <summary>Whether the bank gives an id to every row.</summary>
    public bool AreNamed { get; private set; } = true;

    /// <summary>Whether it is a list indeed, and not one thing in the place of one.</summary>
    public required bool IsArray { get; init; }

    /// <summary>The list as it is written, in UTF-8; empty when it has no rows.</summary>
    public ReadOnlyMemory<byte> Written { get; set; }

    /// <summary>Adds a row.</summary>
    public void Add(RowRead row)
    {
        AreNamed &= row.IsNamed;
        if (row.Transaction is { } transaction)
        {
            _transactions.Add(transaction);
        }
        if (row.Fault is { } fault)
        {
            _unreadable.Add(fault);
        }
    }

    /// <summary>What the rows say in any order, without what stands beside it and may be another each time; empty when there are none.</summary>
    public ReadOnlySpan<byte> Said() =>
        _transactions.Count == 0
            ? Written.Span
            : Encoding.UTF8.GetBytes(
                string.Join('\u001e', _transactions.Select(Said).Order(StringComparer.Ordinal))
                    + string.Create(CultureInfo.InvariantCulture, $"\u001e{_unreadable.Count}")
            );

    private static string Said(BankTransaction row) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Id}\u001f{row.Amount:G29}\u001f{row.Currency}\u001f{row.Status}\u001f{row.BookingDay:O}\u001f{row.ValueDay:O}\u001f{row.TransactionDay:O}\u001f{row.Counterparty}\u001f{string.Join('\u001f', row.Remittance)}"
        );

    /// <summary>The rows of several lists.</summary>
    public static RowList Join(IReadOnlyCollection<RowList> lists)
    {
        if (lists.Where(list => !list.Written.IsEmpty).Take(2).ToArray() is [var only])
        {
            return only;
        }
        var joined = new RowList { IsArray = true };
        foreach (var list in lists)
        {
            joined._transactions.AddRange(list._transactions);
            joined._unreadable.AddRange(list._unreadable);
            joined.AreNamed &= list.AreNamed;
        }
        joined.Written = lists.SelectMany(list => list.Written.ToArray()).ToArray();
        return joined;
    }
}
