using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>Tables of transactions as banks give them to spreadsheets (CSV). Pure.</summary>
internal static class CsvStatement
{
    /// <summary>Banks put some lines about the account above the titles.</summary>
    private const int MostLinesAbove = 50;

    private static readonly char[] Separators = [';', ',', '\t', '|'];

    /// <summary>The statements.</summary>
    public static StatementReading Read(string text, StatementHints hints)
    {
        var (body, said) = Separator(text);
        if (Table(body, said, hints) is not { } table)
        {
            return Unknown(body, said, hints);
        }
        List<CsvRow> rows = [];
        foreach (var row in CsvRows.Read(body, table.Separator).Skip(table.First))
        {
            if (row is null)
            {
                return new StatementReading.Refused(StatementFault.Damaged);
            }
            // Sums below a table have neither day nor amount of their own.
            if (
                !row.IsEmpty
                && (table.Of(row, StatementColumn.Date) != "" || table.HasAmount(row))
                && table.Status(row) != RowStatus.Drop
                && !BalanceLines.Is(table.Of(row, StatementColumn.Label), table.Of(row, StatementColumn.Counterparty))
            )
            {
                rows.Add(row);
            }
            if (rows.Count > BankLimits.MostTransactions)
            {
                return new StatementReading.Refused(StatementFault.TooLarge);
            }
        }
        return rows.Count == 0
            ? new StatementReading.Refused(StatementFault.NothingReadable)
            : Read(rows, table, hints);
    }

    private static StatementReading Read(List<CsvRow> rows, CsvTable table, StatementHints hints)
    {
        if (
            DayOrder.Decide(
                rows.SelectMany(r =>
                    new[] { table.Of(r, StatementColumn.Date), table.Of(r, StatementColumn.ValueDate) }
                ),
                hints.DayFirst
            )
            is not { } dayFirst
        )
        {
            return new StatementReading.Refused(
                StatementFault.DateOrderMissing,
                Column: table.Title(StatementColumn.Date)
            );
        }
        if (
            table.Columns.ContainsKey(StatementColumn.Account)
            && !hints.Columns.ContainsKey(StatementColumn.Account)
            && !CsvColumns.IsOwnAccount(table, rows)
        )
        {
            table = table with
            {
                Columns = table
                    .Columns.Where(column => column.Key != StatementColumn.Account)
                    .ToDictionary(column => column.Key, column => column.Value),
            };
        }
        var amounts = AmountColumn.Of(rows.SelectMany(table.Amounts));
        table = table with { Signed = rows.Any(row => amounts.Read(table.Of(row, StatementColumn.Amount))?.Value < 0) };
        table = table with { FeeSign = FeeSign(rows, table, amounts) };
        List<Statement> statements = [];
        foreach (var account in rows.GroupBy(r => table.Of(r, StatementColumn.Account), StringComparer.Ordinal))
        {
            var number = account.Key != "" ? account.Key : hints.Account;
            if (number is null)
            {
                return new StatementReading.Refused(StatementFault.AccountMissing);
            }
            var currency =
                hints.Currency
                ?? account
                    .Select(r => table.Of(r, StatementColumn.Currency).ToUpperInvariant())
                    .FirstOrDefault(c => c.Length == 3)
                ?? account
                    .SelectMany(table.Amounts)
                    .Select(a => amounts.Read(a)?.Currency)
                    .FirstOrDefault(c => c is not null);
            if (currency is null)
            {
                return new StatementReading.Refused(StatementFault.CurrencyMissing);
            }
            if (statements.Count == BankLimits.MostAccounts)
            {
                return new StatementReading.Refused(StatementFault.TooLarge);
            }
            var entries = account.Select(r => table.Entry(r, currency, dayFirst, amounts)).ToArray();
            if (entries.All(e => e.Transaction is null))
            {
                return new StatementReading.Refused(
                    StatementFault.NothingReadable,
                    account.First().Line,
                    table.Title(entries[0].Fault == UnreadableField.Day ? StatementColumn.Date : table.AmountColumn)
                );
            }
            statements.Add(
                new(
                    new BankAccount
                    {
                        Reference = number,
                        Iban = StatementFile.Iban(number),
                        Number = number,
                        Name = account.Key == "" ? hints.Account : null,
                        Currency = currency,
                        Balances = Balance([.. account], entries, table, amounts, currency),
                    },
                    null,
                    null,
                    entries
                )
            );
        }
        return statements.Count > BankLimits.MostAccounts
            ? new StatementReading.Refused(StatementFault.TooLarge)
            : new StatementReading.Accounts(statements);
    }

    /// <summary>The balance behind the newest row, which stands first or last.</summary>
    private static BankBalance[] Balance(
        CsvRow[] rows,
        ReportEntry[] entries,
        CsvTable table,
        AmountColumn amounts,
        string currency
    )
    {
        var newest = entries[0].Transaction?.BookingDay > entries[^1].Transaction?.BookingDay ? 0 : rows.Length - 1;
        return
            entries[newest].Transaction?.BookingDay is { } day
            && amounts.Read(table.Of(rows[newest], StatementColumn.Balance)) is { } balance
            ?
            [
                new BankBalance
                {
                    Kind = BankBalanceKind.ClosingBooked,
                    Amount = balance.Value,
                    Currency = currency,
                    Day = day,
                },
            ]
            : [];
    }

    /// <summary>
    /// A fee (Revolut's tables have one) is part of what leaves, or is not: as the balances behind most rows show. Without balances it is left alone.
    /// </summary>
    private static int FeeSign(List<CsvRow> rows, CsvTable table, AmountColumn amounts)
    {
        if (!table.Columns.ContainsKey(StatementColumn.Fee))
        {
            return 0;
        }
        decimal? Balance(CsvRow row) => amounts.Read(table.Of(row, StatementColumn.Balance))?.Value;
        var steps = rows.Where(row => table.Status(row) == RowStatus.Booked)
            .GroupBy(row => (table.Of(row, StatementColumn.Account), table.Of(row, StatementColumn.Currency)))
            .SelectMany(group => group.Zip(group.Skip(1)))
            .ToArray();
        int Fit(int sign) =>
            steps.Count(step =>
                // Newest first, or last.
                Balance(step.Second) - Balance(step.First)
                    == (table with { FeeSign = sign }).Amount(step.Second, amounts)
                || Balance(step.First) - Balance(step.Second)
                    == (table with { FeeSign = sign }).Amount(step.First, amounts)
            );
        return new[] { 0, -1, 1 }.MaxBy(Fit);
    }

    /// <summary>Excel's own first line ("sep=;") names the separator.</summary>
    private static (string Body, char? Separator) Separator(string text) =>
        text.StartsWith("sep=", StringComparison.OrdinalIgnoreCase) && text.Length > 5
            ? (text[5..].TrimStart('\r', '\n'), text[4])
            : (text, null);

    /// <summary>Null: no row names the columns that are needed.</summary>
    private static CsvTable? Table(string text, char? said, StatementHints hints)
    {
        foreach (var separator in said is { } one ? [one] : Separators)
        {
            if (CsvColumns.OfNumbers(hints.Columns) is { } numbered)
            {
                var widest = numbered.Values.Max();
                if (Head(text, separator).FirstOrDefault(r => r is { IsEmpty: false })?.Fields.Count > widest)
                {
                    return new CsvTable(separator, 0, numbered, null);
                }
                continue;
            }
            var count = 0;
            foreach (var row in Head(text, separator))
            {
                count++;
                if (row is not null && CsvColumns.OfTitles(row, hints.Columns) is { } titled)
                {
                    return new CsvTable(separator, count, titled, row);
                }
            }
        }
        return null;
    }

    /// <summary>A table with other columns, or no table at all.</summary>
    private static StatementReading.Refused Unknown(string text, char? said, StatementHints hints)
    {
        var isTable = (said is { } one ? [one] : Separators).Any(separator =>
            Head(text, separator).Count(r => r?.Fields.Count(f => f.Trim() != "") >= 3) >= 2
        );
        return hints.Columns.Count == 0 && !isTable
            ? new StatementReading.Refused(StatementFault.UnknownFormat)
            : new StatementReading.Refused(
                StatementFault.ColumnMissing,
                Column: hints.Columns.Values.FirstOrDefault(name =>
                    !text.Contains(name, StringComparison.OrdinalIgnoreCase)
                )
            );
    }

    private static IEnumerable<CsvRow?> Head(string text, char separator) =>
        CsvRows.Read(text, separator).Take(MostLinesAbove);
}
