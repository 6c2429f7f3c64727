using System.Globalization;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>Statements of Open Financial Exchange, OFX 1 and 2 (QFX too): of bank accounts and of cards. Pure.</summary>
internal static class OfxStatement
{
    /// <summary>Whether a text begins as such a file.</summary>
    public static bool Is(string text)
    {
        var head = text.AsSpan(0, Math.Min(text.Length, 4096));
        return head.Contains("<OFX>", StringComparison.OrdinalIgnoreCase)
            || head.Contains("<OFX ", StringComparison.OrdinalIgnoreCase)
            || head.StartsWith("OFXHEADER", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The statements.</summary>
    public static StatementReading Read(string text, StatementHints hints)
    {
        var reader = new Reader(hints);
        foreach (var token in OfxTokens.Read(text))
        {
            if (reader.Take(token) is { } fault)
            {
                return new StatementReading.Refused(fault);
            }
        }
        return reader.Ended();
    }

    /// <summary>The day as the bank writes it; its zone ("[-5:EST]") is its own.</summary>
    internal static DateOnly? Day(string? text) =>
        text is { Length: >= 8 }
        && DateOnly.TryParseExact(
            text.AsSpan(0, 8),
            "yyyyMMdd",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var day
        )
        && day.Year >= 1900
            ? day
            : null;

    /// <summary>One mark is the decimal one, as the standard has it; with several, the last.</summary>
    internal static decimal? Amount(string? text)
    {
        var plain = text?.Trim().TrimStart('+');
        if (plain is not null && plain.Count(c => c is '.' or ',') == 1)
        {
            plain = plain.Replace(',', '.');
            if (
                Amounts.IsExact(plain)
                && decimal.TryParse(
                    plain,
                    NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture,
                    out var amount
                )
                // A zero (U+0000) behind a number is nothing to .NET.
                && plain[^1] != '\0'
            )
            {
                return amount;
            }
        }
        return Amounts.Read(plain)?.Value;
    }

    /// <summary>Goes through the tags, of which each part keeps the values that stand in it.</summary>
    private sealed class Reader(StatementHints hints)
    {
        private static readonly string[] Parts =
        [
            "BANKACCTFROM",
            "CCACCTFROM",
            "BANKTRANLIST",
            "STMTTRN",
            "LEDGERBAL",
            "AVAILBAL",
        ];

        // What belongs to something else within a part.
        private static readonly string[] Foreign =
        [
            "BANKACCTTO",
            "CCACCTTO",
            "PAYEE",
            "CURRENCY",
            "ORIGCURRENCY",
            "IMAGEDATA",
            "BANKTRANLISTP",
            "STMTTRNP",
            "BALLIST",
            "BAL",
        ];

        private readonly List<Statement> _statements = [];
        private readonly Dictionary<string, Dictionary<string, string>> _parts = new(StringComparer.Ordinal);
        private readonly List<Dictionary<string, string>> _rows = [];
        private string? _part;
        private string? _foreign;
        private bool _inAnswer;
        private bool _inStatement;
        private bool _hasInvestments;
        private bool _begun;
        private bool _ended;
        private int _count;

        public StatementFault? Take(OfxToken token)
        {
            switch (token)
            {
                case { Name: "OFX" }:
                    (_begun, _ended) = (true, token.Closes);
                    return null;
                case { Name: "INVSTMTTRNRS" or "INVSTMTRS" }:
                    // Of which nothing is read: the cash in it moves with what is bought and sold.
                    _hasInvestments = true;
                    _inAnswer = false;
                    var open = _inStatement ? Close() : null;
                    _inStatement = false;
                    return open;
                case { Name: "STMTTRNRS" or "CCSTMTTRNRS", Closes: false }:
                    _inAnswer = true;
                    return null;
                case { Name: "STMTTRNRS" or "CCSTMTTRNRS" or "STMTRS" or "CCSTMTRS" }:
                    _inAnswer &= token is { Name: "STMTRS" or "CCSTMTRS", Closes: true };
                    // One that is not closed ends where the next begins; some banks close the one by the name of the other.
                    var fault = _inStatement ? Close() : null;
                    _inStatement = token is { Name: "STMTRS" or "CCSTMTRS", Closes: false };
                    return fault;
                // Some answer with what belongs into a statement, and leave that out.
                case { Name: "CURDEF", Closes: false } when _inAnswer && !_inStatement:
                    _inStatement = true;
                    if (token.Text != "")
                    {
                        Keep(token);
                    }
                    return null;
                case { Closes: true } when token.Name == _foreign:
                    _foreign = null;
                    return null;
                case { Closes: true } when _inStatement && Parts.Contains(token.Name):
                    // The list is outside of its rows.
                    (_part, _foreign) = (token.Name == "STMTTRN" ? "BANKTRANLIST" : null, null);
                    return null;
                case { Closes: false, Text: "" } when _inStatement && Parts.Contains(token.Name):
                    return Open(token.Name);
                case { Closes: false, Text: "" } when _foreign is null && Foreign.Contains(token.Name):
                    _foreign = token.Name;
                    return null;
                case { Closes: false, Text: not "" } when _inStatement:
                    Keep(token);
                    return null;
                default:
                    return null;
            }
        }

        public StatementReading Ended() =>
            !_begun || !_ended || _inStatement ? new StatementReading.Refused(StatementFault.Damaged)
            : _statements.Count == 0
                ? new StatementReading.Refused(
                    _hasInvestments ? StatementFault.InvestmentsOnly : StatementFault.NothingReadable
                )
            : new StatementReading.Accounts(_statements);

        private StatementFault? Open(string part)
        {
            (_part, _foreign) = (part, null);
            if (part != "STMTTRN")
            {
                _parts[part] = [];
                return null;
            }
            _rows.Add(new Dictionary<string, string>(StringComparer.Ordinal));
            return ++_count > BankLimits.MostTransactions ? StatementFault.TooLarge : null;
        }

        private void Keep(OfxToken token)
        {
            // All that is wanted of what is foreign: who is paid, and in which currency if not in the account's.
            if (_foreign is not null && (_foreign, token.Name) is not (("PAYEE", "NAME") or ("CURRENCY", "CURSYM")))
            {
                return;
            }
            var values = _part switch
            {
                "STMTTRN" => _rows[^1],
                var part => _parts.TryGetValue(part ?? "", out var own) ? own : _parts[part ?? ""] = [],
            };
            values.TryAdd(token.Name, token.Text);
        }

        private StatementFault? Close()
        {
            string? Of(string part, string name) => _parts.GetValueOrDefault(part)?.GetValueOrDefault(name);
            var source = _parts.ContainsKey("CCACCTFROM") ? "CCACCTFROM" : "BANKACCTFROM";
            if ((Of("", "CURDEF") ?? hints.Currency) is not { } currency)
            {
                return StatementFault.CurrencyMissing;
            }
            if (Of(source, "ACCTID") is not { } number)
            {
                return StatementFault.Damaged;
            }
            if (_statements.Count >= BankLimits.MostAccounts)
            {
                return StatementFault.TooLarge;
            }
            var account = new BankAccount
            {
                Reference = $"{Of(source, "BANKID")}/{Of(source, "BRANCHID")}/{number}",
                Iban = StatementFile.Iban(number),
                // A French number is known by all four parts together.
                Number =
                    Of(source, "BRANCHID") is { } branch && Of(source, "ACCTKEY") is { } key
                        ? Of(source, "BANKID") + branch + number + key
                        : number,
                Name = hints.Account,
                Type =
                    source == "CCACCTFROM"
                        ? BankAccountType.CreditCard
                        : Of(source, "ACCTTYPE")?.ToUpperInvariant() switch
                        {
                            "CHECKING" => BankAccountType.Checkings,
                            "SAVINGS" or "MONEYMRKT" or "CD" => BankAccountType.Savings,
                            "CREDITLINE" => BankAccountType.Loan,
                            _ => null,
                        },
                Currency = currency.ToUpperInvariant(),
                Balances =
                [
                    .. Balance("LEDGERBAL", BankBalanceKind.ClosingBooked),
                    .. Balance("AVAILBAL", BankBalanceKind.ClosingAvailable),
                ],
            };
            _statements.Add(
                new(
                    account,
                    Day(Of("BANKTRANLIST", "DTSTART")),
                    Day(Of("BANKTRANLIST", "DTEND")),
                    [
                        .. _rows
                            .Where(row =>
                                !BalanceLines.Is(row.GetValueOrDefault("NAME"), row.GetValueOrDefault("MEMO"))
                            )
                            .Select(row => Entry(row, account.Currency)),
                    ]
                )
            );
            _parts.Clear();
            _rows.Clear();
            (_part, _foreign) = (null, null);
            return null;

            IEnumerable<BankBalance> Balance(string part, BankBalanceKind kind) =>
                Amount(Of(part, "BALAMT")) is { } amount
                    ?
                    [
                        new BankBalance
                        {
                            Kind = kind,
                            Amount = amount,
                            Currency = currency.ToUpperInvariant(),
                            Day = Day(Of(part, "DTASOF")),
                        },
                    ]
                    : [];
        }

        private static ReportEntry Entry(Dictionary<string, string> row, string currency)
        {
            if (Amount(row.GetValueOrDefault("TRNAMT")) is not { } amount)
            {
                return ReportEntry.Unreadable(UnreadableField.Amount);
            }
            if (Day(row.GetValueOrDefault("DTPOSTED")) is not { } booked)
            {
                return ReportEntry.Unreadable(UnreadableField.Day);
            }
            var check = row.GetValueOrDefault("CHECKNUM");
            return ReportEntry.Of(
                new BankTransaction
                {
                    Id = row.GetValueOrDefault("FITID"),
                    Amount = amount,
                    Currency = row.GetValueOrDefault("CURSYM")?.ToUpperInvariant() ?? currency,
                    BookingDay = booked,
                    ValueDay = Day(row.GetValueOrDefault("DTAVAIL")),
                    TransactionDay = Day(row.GetValueOrDefault("DTUSER")),
                    Status = BankTransactionStatus.Booked,
                    Remittance =
                    [
                        .. Lines
                            .Clean([row.GetValueOrDefault("NAME"), row.GetValueOrDefault("MEMO")])
                            .Distinct(StringComparer.Ordinal),
                    ],
                    CheckNumber = check?.Trim('0') is { Length: > 0 } ? check : null,
                    MerchantCategory =
                        row.GetValueOrDefault("SIC") is { Length: 4 } sic && sic.All(char.IsAsciiDigit) ? sic : null,
                    Code = row.GetValueOrDefault("TRNTYPE"),
                }
            );
        }
    }
}
