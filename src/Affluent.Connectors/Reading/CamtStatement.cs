using System.Xml;
using System.Xml.Linq;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>Files of camt.052 and camt.053, of any version: the accounts with their entries. Pure.</summary>
internal static class CamtStatement
{
    /// <summary>The statements.</summary>
    public static StatementReading Read(string text, StatementHints hints, TimeZoneInfo zone, DateOnly today)
    {
        List<Statement> statements = [];
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), CamtReport.Settings);
            reader.MoveToContent();
            Building? open = null;
            while (!reader.EOF)
            {
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "Stmt" or "Rpt" })
                {
                    open = new Building();
                }
                else if (reader is { NodeType: XmlNodeType.EndElement, LocalName: "Stmt" or "Rpt" } && open is { } done)
                {
                    if (done.Currency(hints) is not { } currency)
                    {
                        return new StatementReading.Refused(StatementFault.CurrencyMissing);
                    }
                    if (done.Of(currency, hints, zone, today) is not { } statement)
                    {
                        return new StatementReading.Refused(StatementFault.Damaged);
                    }
                    statements.Add(statement);
                    open = null;
                }
                else if (open is not null && reader.NodeType == XmlNodeType.Element && Building.Wants(reader.LocalName))
                {
                    // Stands behind it then.
                    open.Take((XElement)XNode.ReadFrom(reader));
                    continue;
                }
                reader.Read();
            }
        }
        catch (XmlException)
        {
            return new StatementReading.Refused(StatementFault.Damaged);
        }
        return statements.Count == 0
            ? new StatementReading.Refused(StatementFault.UnknownFormat)
            : new StatementReading.Accounts(statements);
    }

    private sealed class Building
    {
        private readonly List<XElement> _balances = [];
        private readonly List<XElement> _entries = [];
        private XElement? _account;
        private XElement? _period;

        public static bool Wants(string name) => name is "Acct" or "FrToDt" or "Bal" or "Ntry";

        public void Take(XElement element)
        {
            switch (element.Name.LocalName)
            {
                case "Acct":
                    _account ??= element;
                    break;
                case "FrToDt":
                    _period ??= element;
                    break;
                case "Bal":
                    _balances.Add(element);
                    break;
                default:
                    _entries.Add(element);
                    break;
            }
        }

        public string? Currency(StatementHints hints) =>
            (_account is null ? null : CamtReport.At(_account, "Ccy"))
            ?? _balances
                .Concat(_entries)
                .Select(e => CamtReport.Child(e, "Amt")?.Attribute("Ccy")?.Value)
                .FirstOrDefault(c => c is { Length: > 0 })
            ?? hints.Currency;

        /// <summary>Null: it is of no account.</summary>
        public Statement? Of(string currency, StatementHints hints, TimeZoneInfo zone, DateOnly today)
        {
            if (_account is null)
            {
                return null;
            }
            var iban = CamtReport.At(_account, "Id", "IBAN");
            var number =
                iban ?? CamtReport.At(_account, "Id", "Othr", "Id") ?? CamtReport.At(_account, "Id", "PrtryAcct", "Id");
            if (number is null)
            {
                return null;
            }
            var read = new ReportAccount(currency, zone, today);
            BankBalance[] balances = [.. _balances.Select(b => Balance(b, currency, zone)).OfType<BankBalance>()];
            ReportEntry[] entries = [.. Entries(read, turned: false)];
            // By the standard (CreditDebitIndicator of the entry) a reversal of a debit is a credit. Some say debit again, as the balances show.
            if (_entries.Any(CamtReport.IsReversal) && !AddsUp(balances, entries))
            {
                ReportEntry[] turned = [.. Entries(read, turned: true)];
                entries = AddsUp(balances, turned) ? turned : entries;
            }
            // Of a page of several, each holds its own part; what moved is in the entries alone.
            return new Statement(
                new BankAccount
                {
                    Reference = number,
                    Iban = StatementFile.Iban(number),
                    Number = iban is null ? number : null,
                    Name = CamtReport.At(_account, "Nm") ?? hints.Account,
                    Type = CamtReport.At(_account, "Tp", "Cd")?.ToUpperInvariant() switch
                    {
                        "CACC" or "TRAN" or "CASH" => BankAccountType.Checkings,
                        "SVGS" => BankAccountType.Savings,
                        "LOAN" => BankAccountType.Loan,
                        "CARD" => BankAccountType.CreditCard,
                        _ => null,
                    },
                    Currency = currency,
                    OwnerName = CamtReport.At(_account, "Ownr", "Nm"),
                    Balances = balances,
                },
                Bound("FrDt", "FrDtTm", zone),
                Bound("ToDt", "ToDtTm", zone),
                entries
            );
        }

        private IEnumerable<ReportEntry> Entries(ReportAccount account, bool turned) =>
            _entries.Select(e => CamtReport.Entry(e, account, turned)).OfType<ReportEntry>();

        private static bool AddsUp(BankBalance[] balances, ReportEntry[] entries)
        {
            decimal? Of(params ReadOnlySpan<BankBalanceKind> kinds)
            {
                foreach (var balance in balances)
                {
                    if (kinds.Contains(balance.Kind))
                    {
                        return balance.Amount;
                    }
                }
                return null;
            }

            var booked = entries
                .Select(e => e.Transaction)
                .OfType<BankTransaction>()
                .Where(t => t.Status == BankTransactionStatus.Booked)
                .Sum(t => t.Amount);
            return Of(BankBalanceKind.OpeningBooked, BankBalanceKind.PreviouslyClosedBooked) + booked
                == Of(BankBalanceKind.ClosingBooked);
        }

        private DateOnly? Bound(string day, string moment, TimeZoneInfo zone) =>
            _period is null ? null : Dates.Read(CamtReport.At(_period, moment) ?? CamtReport.At(_period, day), zone);

        private static BankBalance? Balance(XElement balance, string currency, TimeZoneInfo zone) =>
            CamtReport.Amount(CamtReport.At(balance, "Amt"), CamtReport.At(balance, "CdtDbtInd")) is { } amount
                ? new BankBalance
                {
                    Kind = BalanceKinds.Read(CamtReport.At(balance, "Tp", "CdOrPrtry", "Cd")),
                    Amount = amount,
                    Currency = CamtReport.Child(balance, "Amt")?.Attribute("Ccy")?.Value is { Length: > 0 } own
                        ? own
                        : currency,
                    Day = Dates.Read(CamtReport.At(balance, "Dt", "Dt") ?? CamtReport.At(balance, "Dt", "DtTm"), zone),
                }
                : null;
    }
}
