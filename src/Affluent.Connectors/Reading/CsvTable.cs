using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>How a table is to be read.</summary>
/// <param name="First">How many rows stand above its data.</param>
/// <param name="Titles">Null: it has none.</param>
internal sealed partial record CsvTable(
    char Separator,
    int First,
    IReadOnlyDictionary<StatementColumn, int> Columns,
    CsvRow? Titles
)
{
    // Of French, English, German, Dutch, Italian, Spanish and Lithuanian tables.
    private static readonly string[] WordsForOut =
    [
        "af",
        "debit",
        "debet",
        "d",
        "dr",
        "db",
        "dbit",
        "s",
        "soll",
        "lastschrift",
        "out",
        "withdrawal",
        "dare",
        "uscita",
        "cargo",
        "sortie",
        "-",
    ];

    private static readonly string[] WordsForIn =
    [
        "bij",
        "credit",
        "c",
        "cr",
        "crdt",
        "h",
        "k",
        "haben",
        "gutschrift",
        "in",
        "deposit",
        "avere",
        "entrata",
        "abono",
        "entree",
        "+",
    ];

    private static readonly string[] WordsForPending =
    [
        "pending",
        "pdng",
        "authorised",
        "authorized",
        "vorgemerkt",
        "umsatz vorgemerkt",
        "vorgemerkter umsatz",
        "en attente",
        "en cours",
        "a venir",
        "in behandeling",
        "gereserveerd",
        "in attesa",
        "non contabilizzato",
        "pendiente",
    ];

    private static readonly string[] WordsForNone =
    [
        "reverted",
        "declined",
        "failed",
        "rejected",
        "cancelled",
        "canceled",
        "denied",
        "expired",
        "voided",
        "info",
        "abgelehnt",
        "storniert",
        "annule",
        "annulee",
        "rejete",
        "refuse",
        "refusee",
        "annullato",
        "rifiutato",
        "cancelado",
        "rechazado",
    ];

    /// <summary>Whether some of its amounts have a sign of their own.</summary>
    public bool Signed { get; init; }

    /// <summary>What the fee of a row does to its amount: added, taken off, or nothing.</summary>
    public int FeeSign { get; init; }

    /// <summary>What a row is, by its own word; one without, or with another, is booked.</summary>
    public RowStatus Status(CsvRow row)
    {
        var word = PageText.Plain(Of(row, StatementColumn.RowStatus)).Trim();
        return WordsForPending.Contains(word) ? RowStatus.Pending
            : WordsForNone.Contains(word) ? RowStatus.Drop
            : RowStatus.Booked;
    }

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
                Status =
                    Status(row) == RowStatus.Pending ? BankTransactionStatus.Pending : BankTransactionStatus.Booked,
                Remittance = Lines.Clean([Of(row, StatementColumn.Label)]),
                Counterparty = Lines.Join(Of(row, StatementColumn.Counterparty)),
            }
        );
    }

    /// <summary>What a row moves.</summary>
    public decimal? Amount(CsvRow row, AmountColumn amounts)
    {
        decimal? Read(StatementColumn column) => CsvTable.Read(Of(row, column), amounts);

        if (Columns.ContainsKey(StatementColumn.Amount))
        {
            if (Read(StatementColumn.Amount) is not { } amount)
            {
                return null;
            }
            var word = PageText.Plain(Of(row, StatementColumn.Direction)).Trim();
            var directed =
                WordsForOut.Contains(word) ? -Math.Abs(amount)
                : word == "" || WordsForIn.Contains(word) || Signed ? amount
                // Whether it comes or leaves nobody can tell.
                : (decimal?)null;
            return directed + (FeeSign * Math.Abs(Read(StatementColumn.Fee) ?? 0));
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

    /// <summary>An amount, behind which a letter may say that it leaves ("12,50 S", "12.50DR").</summary>
    private static decimal? Read(string text, AmountColumn amounts)
    {
        var mark = Mark().Match(text);
        return amounts.Read(mark.Success ? text[..mark.Index] : text)?.Value is not { } amount ? null
            : mark.Success && WordsForOut.Contains(PageText.Plain(mark.Value).Trim()) ? -Math.Abs(amount)
            : amount;
    }

    [GeneratedRegex(@"(?<=[0-9])\s*(?:[SHDC]|DR|CR|DB)$", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Mark();
}
