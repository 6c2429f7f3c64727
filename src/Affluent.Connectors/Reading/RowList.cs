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
