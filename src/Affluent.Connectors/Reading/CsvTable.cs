using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>How a table is to be read.</summary>
/// <param name="First">How many rows stand above its data.</param>
/// <param name="Titles">Null: it has none.</param>
internal sealed record CsvTable(
    char Separator,
    int First,
    IReadOnlyDictionary<StatementColumn, int> Columns,
    CsvRow? Titles
)
{
    // Of French, English, German, Dutch, Italian and Spanish tables.
    private static readonly string[] WordsForOut =
    [
        "af",
        "debit",
        "d",
        "dbit",
        "s",
        "soll",
        "out",
        "dare",
        "cargo",
        "-",
    ];

    /// <summary>In which the amounts are looked for.</summary>
    public StatementColumn AmountColumn =>
        Columns.ContainsKey(StatementColumn.Amount) ? StatementColumn.Amount
        : Columns.ContainsKey(StatementColumn.Debit) ? StatementColumn.Debit
        : StatementColumn.Credit;

    /// <summary>What a row says in a column; "" where the table has no such column.</summary>
    public string Of(CsvRow row, StatementColumn column) => Columns.TryGetValue(column, out var at) ? row[at] : "";

    /// <summary>As the file titles it; its number where there are no titles; null: there is no such column.</summary>
    public string? Title(StatementColumn column) =>
        !Columns.TryGetValue(column, out var at) ? null
        : Titles?[at] is { Length: > 0 } title ? title
        : $"{at + 1}";

    /// <summary>Whether a row says an amount.</summary>
    public bool HasAmount(CsvRow row) => Amounts(row).Any();

    /// <summary>Every amount of a row.</summary>
    public IEnumerable<string> Amounts(CsvRow row) =>
        new[] { StatementColumn.Amount, StatementColumn.Debit, StatementColumn.Credit }
            .Select(column => Of(row, column))
            .Where(text => text != "");

    /// <summary>What a row says.</summary>
    public ReportEntry Entry(CsvRow row, string currency, bool dayFirst, AmountColumn amounts)
    {
        if (Amount(row, amounts) is not { } amount)
        {
            return ReportEntry.Unreadable(UnreadableField.Amount);
        }
        if (DayOrder.Read(Of(row, StatementColumn.Date), dayFirst) is not { } day)
        {
            return ReportEntry.Unreadable(UnreadableField.Day);
        }
        return ReportEntry.Of(
            new BankTransaction
            {
                Id = Of(row, StatementColumn.Id) is { Length: > 0 } id ? id : null,
                Amount = amount,
                Currency = Of(row, StatementColumn.Currency) is { Length: 3 } own ? own.ToUpperInvariant() : currency,
                BookingDay = day,
                ValueDay = DayOrder.Read(Of(row, StatementColumn.ValueDate), dayFirst),
                Status = BankTransactionStatus.Booked,
                Remittance = Lines.Clean([Of(row, StatementColumn.Label)]),
                Counterparty = Lines.Join(Of(row, StatementColumn.Counterparty)),
            }
        );
    }

    private decimal? Amount(CsvRow row, AmountColumn amounts)
    {
        decimal? Read(StatementColumn column) => amounts.Read(Of(row, column))?.Value;

        if (Columns.ContainsKey(StatementColumn.Amount))
        {
            return Read(StatementColumn.Amount) is { } signed
                ? WordsForOut.Contains(PageText.Plain(Of(row, StatementColumn.Direction)).Trim())
                    ? -Math.Abs(signed)
                    : signed
                : null;
        }
        var (debit, credit) = (Read(StatementColumn.Debit), Read(StatementColumn.Credit));
        return (debit, credit) switch
        {
            ({ } leaves, null or 0) => -Math.Abs(leaves),
            (null or 0, { } comes) => comes,
            // Both at once is no movement that could be told.
            ({ }, { }) or (null, null) => null,
        };
    }
}
