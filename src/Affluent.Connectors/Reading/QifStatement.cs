using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>Files of the Quicken Interchange Format: accounts of banks, cards and cash. Pure.</summary>
internal static class QifStatement
{
    /// <summary>Whether a text begins as such a file.</summary>
    public static bool Is(string text)
    {
        var head = text.AsSpan().TrimStart();
        return head.StartsWith("!Type:", StringComparison.OrdinalIgnoreCase)
            || head.StartsWith("!Account", StringComparison.OrdinalIgnoreCase)
            || head.StartsWith("!Option:", StringComparison.OrdinalIgnoreCase)
            || head.StartsWith("!Clear:", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The statements.</summary>
    public static StatementReading Read(string text, StatementHints hints)
    {
        List<Section> sections = [];
        if (Collect(text, hints, sections) is { } fault)
        {
            return new StatementReading.Refused(fault);
        }
        var rows = sections.SelectMany(s => s.Rows).ToArray();
        if (rows.Length == 0)
        {
            return new StatementReading.Refused(StatementFault.NothingReadable);
        }
        if (hints.Currency is not { } currency)
        {
            return new StatementReading.Refused(StatementFault.CurrencyMissing);
        }
        if (sections.Any(s => s is { Rows.Count: > 0, Name: null }))
        {
            return new StatementReading.Refused(StatementFault.AccountMissing);
        }
        if (DayOrder.Decide(rows.Select(r => r.Day), hints.DayFirst) is not { } dayFirst)
        {
            return new StatementReading.Refused(StatementFault.DateOrderMissing);
        }
        var amounts = AmountColumn.Of(rows.Select(r => r.Amount));
        return new StatementReading.Accounts([
            .. sections
                .Where(s => s.Rows.Count > 0)
                .Select(s => new Statement(
                    new BankAccount
                    {
                        Reference = s.Name!,
                        Number = s.Name,
                        Name = s.Name,
                        Type = s.Type,
                        Currency = currency,
                    },
                    null,
                    null,
                    [.. s.Rows.Select(row => Entry(row, currency, dayFirst, amounts))]
                )),
        ]);
    }

    /// <summary>Null: all is read.</summary>
    private static StatementFault? Collect(string text, StatementHints hints, List<Section> sections)
    {
        Section? section = null;
        string? account = null;
        var inAccount = false;
        var record = new Row();
        var count = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var plain = line.Trim();
            if (plain.IsEmpty)
            {
                continue;
            }
            if (plain[0] == '!')
            {
                if (record.Begun)
                {
                    return StatementFault.Damaged;
                }
                inAccount = plain.StartsWith("!Account", StringComparison.OrdinalIgnoreCase);
                if (plain.StartsWith("!Type:", StringComparison.OrdinalIgnoreCase))
                {
                    section = Of(plain["!Type:".Length..].Trim(), account ?? hints.Account);
                    if (section is not null)
                    {
                        sections.Add(section);
                    }
                }
            }
            else if (plain[0] == '^')
            {
                if (inAccount)
                {
                    account = record.Number ?? account;
                }
                else if (section is not null && record.Begun)
                {
                    if (record.Opens(section.Name))
                    {
                        section.Name ??= record.Category?.Trim('[', ']');
                    }
                    else if (++count > BankLimits.MostTransactions)
                    {
                        return StatementFault.TooLarge;
                    }
                    else
                    {
                        section.Rows.Add(record);
                    }
                }
                record = new Row();
            }
            else
            {
                record.Take(plain[0], plain[1..].Trim());
            }
        }
        // A record ends with ^; the last one, too.
        return record.Begun ? StatementFault.Damaged
            : sections.Count > BankLimits.MostAccounts ? StatementFault.TooLarge
            : null;
    }

    /// <summary>Null: a list of something else (categories, securities).</summary>
    private static Section? Of(ReadOnlySpan<char> type, string? name) =>
        type.ToString().ToUpperInvariant() switch
        {
            "BANK" => new Section(BankAccountType.Checkings) { Name = name },
            "CCARD" => new Section(BankAccountType.CreditCard) { Name = name },
            "OTH L" => new Section(BankAccountType.Loan) { Name = name },
            "CASH" or "OTH A" => new Section(null) { Name = name },
            _ => null,
        };

    private static ReportEntry Entry(Row row, string currency, bool dayFirst, AmountColumn amounts) =>
        amounts.Read(row.Amount) is not { } amount ? ReportEntry.Unreadable(UnreadableField.Amount)
        : DayOrder.Read(row.Day, dayFirst) is not { } day ? ReportEntry.Unreadable(UnreadableField.Day)
        : ReportEntry.Of(
            new BankTransaction
            {
                Amount = amount.Value,
                Currency = currency,
                BookingDay = day,
                Status = BankTransactionStatus.Booked,
                Remittance = [.. Lines.Clean([row.Payee, row.Memo]).Distinct(StringComparer.Ordinal)],
                CheckNumber = row.Number is { Length: > 0 } number && number.All(char.IsAsciiDigit) ? number : null,
            }
        );

    private sealed class Section(BankAccountType? type)
    {
        public BankAccountType? Type { get; } = type;

        public string? Name { get; set; }

        public List<Row> Rows { get; } = [];
    }

    private sealed class Row
    {
        public bool Begun { get; private set; }

        public string Day { get; private set; } = "";

        public string Amount { get; private set; } = "";

        public string? Payee { get; private set; }

        public string? Memo { get; private set; }

        public string? Number { get; private set; }

        public string? Category { get; private set; }

        /// <summary>The first row of an account, which moved no money, goes from the account to itself, or says so.</summary>
        public bool Opens(string? account) =>
            Category is ['[', .., ']'] && (Category[1..^1] == account || BalanceLines.Is(Payee));

        public void Take(char field, ReadOnlySpan<char> value)
        {
            Begun = true;
            switch (char.ToUpperInvariant(field))
            {
                case 'D':
                    Day = value.ToString();
                    break;
                // Some banks write text without a letter before it, which may begin with one.
                case 'T' when Amount == "":
                    Amount = value.ToString();
                    break;
                // The same with more digits; T is missing in some files.
                case 'U' when Amount == "":
                    Amount = value.ToString();
                    break;
                case 'P':
                    Payee = value.ToString();
                    break;
                case 'M':
                    Memo = value.ToString();
                    break;
                case 'N':
                    Number = value.ToString();
                    break;
                case 'L':
                    Category = value.ToString();
                    break;
            }
        }
    }
}
