namespace EndToEnd.Tests.Nodes;

/// <summary>A movement at the bank. Amounts do not repeat within an account.</summary>
internal sealed record BankRow(int Number, decimal Amount, DateOnly Day, bool IsBooked);

/// <summary>An account whose rows change while it is read: some are added, some are announced and booked later.</summary>
internal sealed class BankAccount(string id, int most)
{
    private readonly Lock _lock = new();
    private readonly List<BankRow> _rows = [];

    public string Id => id;

    public IReadOnlyList<BankRow> Rows
    {
        get
        {
            lock (_lock)
            {
                return [.. _rows];
            }
        }
    }

    public void Add(DateOnly day, bool isBooked)
    {
        lock (_lock)
        {
            if (_rows.Count < most)
            {
                _rows.Add(new(_rows.Count, -_rows.Count - 1.25m, day, isBooked));
            }
        }
    }

    /// <summary>Books what has been announced for longest.</summary>
    public void Book()
    {
        lock (_lock)
        {
            var announced = _rows.FindIndex(row => !row.IsBooked);
            if (announced >= 0)
            {
                _rows[announced] = _rows[announced] with { IsBooked = true };
            }
        }
    }
}
