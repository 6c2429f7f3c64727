using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.BerlinGroup;

/// <summary>The form in which a list of transactions is wanted.</summary>
internal enum ReportForm
{
    Json,

    /// <summary>camt.053.001.02.</summary>
    Camt053,

    /// <summary>MT940.</summary>
    Mt940,
}

/// <summary>What booked in some days, as a statement of the account: it knows no pending entries and no pages. Pure.</summary>
internal static class BerlinGroupReports
{
    private const int LongestReference = 35;
    private const int LongestLine = 140;

    // SWIFT: a subfield of :61:, and a line and the lines of :86:.
    private const int LongestOfOwner = 16;
    private const int LongestOfMt940 = 65;
    private const int MostLinesOfMt940 = 6;
    private static readonly XNamespace Camt = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02";

    /// <summary>The form that <c>Accept</c> wants most; null: the bank has it not.</summary>
    public static ReportForm? FormOf(HttpRequest request)
    {
        var accept = request.GetTypedHeaders().Accept;
        return accept.Count == 0
            ? ReportForm.Json
            : accept
                .OrderByDescending(a => a.Quality ?? 1)
                .Select(a =>
                    a.MatchesAllTypes || a.MediaType.Equals("application/*", StringComparison.OrdinalIgnoreCase)
                        ? ReportForm.Json
                    : a.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) ? ReportForm.Json
                    : a.MediaType.Equals("application/xml", StringComparison.OrdinalIgnoreCase) ? ReportForm.Camt053
                    : a.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase) ? ReportForm.Mt940
                    : (ReportForm?)null
                )
                .FirstOrDefault(form => form is not null);
    }

    public static string Camt053(StatementOfDays report, DateTimeOffset now)
    {
        var (account, entries) = (report.Account, report.Entries);
        XElement Balance(string code, long amount, DateOnly day) =>
            new(
                Camt + "Bal",
                new XElement(Camt + "Tp", new XElement(Camt + "CdOrPrtry", new XElement(Camt + "Cd", code))),
                AmountOf(amount, account),
                Direction(amount),
                Day("Dt", day)
            );
        var identity = BerlinGroupAccounts.Reference(account);
        var id = $"{account.Id[..Math.Min(account.Id.Length, 24)]}-{Text(report.To, "yyyyMMdd")}";
        var created = now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        return new XDocument(
            new XElement(
                Camt + "Document",
                new XElement(
                    Camt + "BkToCstmrStmt",
                    new XElement(
                        Camt + "GrpHdr",
                        new XElement(Camt + "MsgId", id),
                        new XElement(Camt + "CreDtTm", created)
                    ),
                    new XElement(
                        Camt + "Stmt",
                        new XElement(Camt + "Id", id),
                        new XElement(Camt + "CreDtTm", created),
                        new XElement(
                            Camt + "Acct",
                            new XElement(
                                Camt + "Id",
                                identity.Iban is { } iban
                                    ? new XElement(Camt + "IBAN", iban)
                                    : new XElement(
                                        Camt + "Othr",
                                        new XElement(Camt + "Id", Printable(identity.Name ?? ""))
                                    )
                            ),
                            new XElement(Camt + "Ccy", account.Currency)
                        ),
                        Balance("OPBD", report.Opening, report.From),
                        Balance("CLBD", report.Closing, report.To),
                        entries.Select(e => Entry(e, account))
                    )
                )
            )
        ).ToString(SaveOptions.DisableFormatting);
    }

    public static string Mt940(StatementOfDays report)
    {
        var (account, identity) = (report.Account, BerlinGroupAccounts.Reference(report.Account));
        string Balance(long amount, DateOnly day) =>
            $"{Mark(amount)}{Text(day, "yyMMdd")}{account.Currency}{Comma(amount, account)}";
        var text = new StringBuilder();
        void Line(string line) => text.Append(line).Append("\r\n");
        Line(":20:STATEMENT");
        Line(":25:" + Swift(identity.Name ?? account.Id, LongestReference));
        Line(":28C:1/1");
        Line(":60F:" + Balance(report.Opening, report.From));
        // A statement goes with time.
        foreach (var entry in report.Entries.Reverse())
        {
            Line(
                $":61:{Text(entry.ValueDate, "yyMMdd")}{Text(entry.BookingDate, "MMdd")}{Mark(entry.Amount)}{Comma(entry.Amount, account)}NMSC{Swift(entry.Reference, LongestOfOwner)}"
            );
            var lines = Lines(entry, LongestOfMt940).Select(line => Swift(line, LongestOfMt940)).Take(MostLinesOfMt940);
            Line(":86:" + string.Join("\r\n", lines));
        }

        Line(":62F:" + Balance(report.Closing, report.To));
        Line("-");
        return text.ToString();
    }

    private static XElement Entry(StatementEntry entry, Account account)
    {
        XElement? Optional(string name, object? content) => content is null ? null : new XElement(Camt + name, content);
        var reference = entry.Reference.Length <= LongestReference ? Printable(entry.Reference) : null;
        var party = entry.Counterparty is { Length: > 0 } name
            ? new XElement(
                Camt + "RltdPties",
                new XElement(
                    Camt + (entry.Amount < 0 ? "Cdtr" : "Dbtr"),
                    new XElement(Camt + "Nm", Printable(name[..Math.Min(name.Length, LongestLine)]))
                )
            )
            : null;
        return new XElement(
            Camt + "Ntry",
            Optional("NtryRef", reference),
            AmountOf(entry.Amount, account),
            Direction(entry.Amount),
            new XElement(Camt + "Sts", "BOOK"),
            Day("BookgDt", entry.BookingDate),
            Day("ValDt", entry.ValueDate),
            Optional("AcctSvcrRef", reference),
            new XElement(Camt + "BkTxCd", new XElement(Camt + "Prtry", new XElement(Camt + "Cd", "NMSC"))),
            new XElement(
                Camt + "NtryDtls",
                new XElement(
                    Camt + "TxDtls",
                    party,
                    Optional("RmtInf", Lines(entry, LongestLine).Select(line => new XElement(Camt + "Ustrd", line)))
                )
            )
        );
    }

    private static IEnumerable<string> Lines(StatementEntry entry, int length) =>
        new[] { entry.Label, entry.Memo ?? "" }
            .SelectMany(text => text.Chunk(length))
            .Select(chunk => Printable(new string(chunk)))
            .DefaultIfEmpty("-");

    // What XML cannot hold.
    private static string Printable(string text) =>
        string.Concat(text.Where(c => !char.IsControl(c) && !char.IsSurrogate(c) && c < '\uFFFE'));

    // The characters of SWIFT (set X), and no colon or hyphen where a field would begin or end.
    private static string Swift(string text, int length)
    {
        var clean = string.Concat(
            Printable(text)
                .Normalize(NormalizationForm.FormD)
                .Where(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
                .Select(c =>
                    char.IsAsciiLetterOrDigit(c) || "/-?:().,'+ ".Contains(c, StringComparison.Ordinal) ? c : '.'
                )
        );
        var cut = clean[..Math.Min(clean.Length, length)];
        return cut.Length > 0 && cut[0] is ':' or '-' ? "." + cut[1..] : cut;
    }

    private static XElement AmountOf(long amount, Account account) =>
        new(Camt + "Amt", new XAttribute("Ccy", account.Currency), Amounts.ToText(Math.Abs(amount), account.Currency));

    private static XElement Direction(long amount) => new(Camt + "CdtDbtInd", amount < 0 ? "DBIT" : "CRDT");

    private static XElement Day(string name, DateOnly day) =>
        new(Camt + name, new XElement(Camt + "Dt", Text(day, "yyyy-MM-dd")));

    private static string Mark(long amount) => amount < 0 ? "D" : "C";

    private static string Comma(long amount, Account account)
    {
        var text = Amounts.ToText(Math.Abs(amount), account.Currency).Replace('.', ',');
        return text.Contains(',', StringComparison.Ordinal) ? text : text + ",";
    }

    private static string Text(DateOnly day, string format) => day.ToString(format, CultureInfo.InvariantCulture);
}

/// <summary>What booked on some days of an account, newest first, with the balances around it.</summary>
internal sealed record StatementOfDays(
    Account Account,
    DateOnly From,
    DateOnly To,
    long Opening,
    long Closing,
    IReadOnlyList<StatementEntry> Entries
)
{
    public static StatementOfDays Of(Statement statement, DateOnly? from, DateOnly? to)
    {
        var last = to < statement.BalanceDate ? to.Value : statement.BalanceDate;
        var booked = statement.Entries.Where(e => !e.Pending && e.BookingDate <= statement.BalanceDate).ToList();
        var entries = booked.Where(e => e.BookingDate <= last && !(e.BookingDate < from)).ToList();
        var closing = statement.Balance - booked.Where(e => e.BookingDate > last).Sum(e => e.Amount);
        var first = from ?? (entries.Count > 0 ? entries.Min(e => e.BookingDate) : last);
        return new StatementOfDays(
            statement.Account,
            first,
            last,
            closing - entries.Sum(e => e.Amount),
            closing,
            entries
        );
    }
}
