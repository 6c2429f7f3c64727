using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>Reports and statements of ISO 20022: camt.052 and camt.053, of any version. Pure.</summary>
internal static class CamtReport
{
    /// <summary>No entities, no way out, no more than a bank may send.</summary>
    internal static XmlReaderSettings Settings { get; } =
        new()
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            IgnoreWhitespace = true,
            MaxCharactersInDocument = BankLimits.LargestAnswer,
        };

    /// <summary>The entries; null when the text is no such document.</summary>
    public static IReadOnlyList<ReportEntry>? Read(string text, ReportAccount account)
    {
        List<ReportEntry> entries = [];
        var isReport = false;
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), Settings);
            reader.MoveToContent();
            while (!reader.EOF)
            {
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "Ntry" })
                {
                    // Stands behind it then.
                    if (Entry((XElement)XNode.ReadFrom(reader), account) is { } entry)
                    {
                        entries.Add(entry);
                    }
                    continue;
                }
                isReport |=
                    reader is { NodeType: XmlNodeType.Element, LocalName: "BkToCstmrAcctRpt" or "BkToCstmrStmt" };
                reader.Read();
            }
        }
        catch (XmlException)
        {
            return null;
        }
        return isReport ? entries : null;
    }

    /// <summary>Null: it is for information alone.</summary>
    /// <param name="turned">Whether what takes back an entry has the mark of that entry, and not its own.</param>
    internal static ReportEntry? Entry(XElement entry, ReportAccount account, bool turned = false)
    {
        var status = (At(entry, "Sts", "Cd") ?? At(entry, "Sts"))?.ToUpperInvariant() switch
        {
            "INFO" => (BankTransactionStatus?)null,
            "PDNG" or "FUTR" => BankTransactionStatus.Pending,
            _ => BankTransactionStatus.Booked,
        };
        if (status is not { } known)
        {
            return null;
        }
        if (Amount(At(entry, "Amt"), At(entry, "CdtDbtInd")) is not { } amount)
        {
            return ReportEntry.Unreadable(UnreadableField.Amount);
        }
        if (turned && IsReversal(entry))
        {
            amount = -amount;
        }
        var booked = Day(entry, "BookgDt", account.Zone);
        var value = Day(entry, "ValDt", account.Zone);
        if (booked is null && value is null && known == BankTransactionStatus.Booked)
        {
            return ReportEntry.Unreadable(UnreadableField.Day);
        }
        // An entry of several payments is one movement, of which none speaks for all.
        var details = entry
            .Elements()
            .Where(e => e.Name.LocalName == "NtryDtls")
            .Elements()
            .Where(e => e.Name.LocalName == "TxDtls")
            .Take(2)
            .ToArray();
        var one = details is [var only] ? only : new XElement("TxDtls");
        return ReportEntry.Of(
            new BankTransaction
            {
                Id = Id(At(entry, "AcctSvcrRef")) ?? Id(At(one, "Refs", "AcctSvcrRef")) ?? Id(At(entry, "NtryRef")),
                Amount = amount,
                Currency = Child(entry, "Amt")?.Attribute("Ccy")?.Value is { Length: > 0 } currency
                    ? currency
                    : account.Currency,
                BookingDay = booked,
                ValueDay = value,
                TransactionDay = booked is null && value is null ? account.Today : null,
                Status = known,
                Remittance = Remittance(entry, one),
                Counterparty = Name(one, amount > 0 ? "Dbtr" : "Cdtr"),
                Mandate = Id(At(one, "Refs", "MndtId")),
                EndToEndId = Id(At(one, "Refs", "EndToEndId")),
                Code = Code(Child(entry, "BkTxCd")) ?? Code(Child(one, "BkTxCd")),
            }
        );
    }

    /// <summary>Whether an entry takes back another one.</summary>
    internal static bool IsReversal(XElement entry) => At(entry, "RvslInd") is "true" or "1";

    private static string[] Remittance(XElement entry, XElement details)
    {
        var all = Child(details, "RmtInf")?.Elements().ToArray() ?? [];
        string?[] lines =
        [
            .. all.Where(e => e.Name.LocalName == "Ustrd").Select(e => e.Value),
            .. all.Where(e => e.Name.LocalName == "Strd").Select(e => At(e, "CdtrRefInf", "Ref")),
        ];
        string[] clean = [.. Lines.Clean(lines).Distinct(StringComparer.Ordinal)];
        return clean.Length > 0 ? clean : Lines.Clean([At(details, "AddtlTxInf") ?? At(entry, "AddtlNtryInf")]);
    }

    private static string? Name(XElement details, string party) =>
        At(details, "RltdPties", party, "Nm") ?? At(details, "RltdPties", party, "Pty", "Nm");

    private static string? Code(XElement? code) =>
        code is null ? null
        : At(code, "Domn", "Cd") is { } domain
            ? string.Join(
                '-',
                new[] { domain, At(code, "Domn", "Fmly", "Cd"), At(code, "Domn", "Fmly", "SubFmlyCd") }.OfType<string>()
            )
        : At(code, "Prtry", "Cd");

    private static string? Id(string? text) => text is "NONREF" or "NOTPROVIDED" ? null : text;

    internal static decimal? Amount(string? text, string? sign) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
            ? sign?.ToUpperInvariant() switch
            {
                "CRDT" => amount,
                "DBIT" => -amount,
                _ => null,
            }
            : null;

    private static DateOnly? Day(XElement entry, string name, TimeZoneInfo zone) =>
        Dates.Read(At(entry, name, "Dt") ?? At(entry, name, "DtTm"), zone);

    internal static string? At(XElement element, params ReadOnlySpan<string> path)
    {
        var found = element;
        foreach (var name in path)
        {
            if (Child(found, name) is not { } child)
            {
                return null;
            }
            found = child;
        }
        return found.Value.Trim() is { Length: > 0 } text ? text : null;
    }

    // Namespaces differ with each version.
    internal static XElement? Child(XElement element, string name) =>
        element.Elements().FirstOrDefault(e => e.Name.LocalName == name);
}
