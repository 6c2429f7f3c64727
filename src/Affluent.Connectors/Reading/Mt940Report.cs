using System.Globalization;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>Statements of SWIFT: MT940, and MT942, which is alike. Pure.</summary>
internal static partial class Mt940Report
{
    private const int MostLines = 1_000_000;

    /// <summary>The entries; null when the text is no such statement.</summary>
    public static IReadOnlyList<ReportEntry>? Read(string text, ReportAccount account) => Read(Fields(text), account);

    /// <summary>The entries of one statement; null when the fields are none of one.</summary>
    internal static IReadOnlyList<ReportEntry>? Read(
        IEnumerable<(string Tag, string Value)> fields,
        ReportAccount account
    )
    {
        List<ReportEntry> entries = [];
        string? currency = null;
        BankTransaction? last = null;
        foreach (var (tag, value) in fields)
        {
            if (tag is not "86" && last is { } ended)
            {
                entries.Add(ReportEntry.Of(ended));
                last = null;
            }
            switch (tag)
            {
                case "60F" or "60M" or "34F" when BalanceForm().Match(value) is { Success: true } balance:
                    currency = balance.Groups["currency"].Value;
                    break;
                case "61":
                    var entry = Entry(value, currency ?? account.Currency, account.Today);
                    last = entry.Transaction;
                    if (last is null)
                    {
                        entries.Add(entry);
                    }
                    break;
                case "86" when last is { } described:
                    entries.Add(ReportEntry.Of(Described(described, value)));
                    last = null;
                    break;
            }
        }
        if (last is { } open)
        {
            entries.Add(ReportEntry.Of(open));
        }
        return currency is null && entries.Count == 0 ? null : entries;
    }

    /// <summary>Tags with what stands behind them, lines that continue it included.</summary>
    internal static IEnumerable<(string Tag, string Value)> Fields(string text)
    {
        string? tag = null;
        List<string> value = [];
        foreach (var line in text.Split('\n').Take(MostLines))
        {
            var plain = line.TrimEnd('\r');
            if (TagForm().Match(plain) is { Success: true } match)
            {
                if (tag is not null)
                {
                    yield return (tag, string.Join('\n', value));
                }
                (tag, value) = (match.Groups["tag"].Value, [plain[match.Length..]]);
            }
            // Ends a message.
            else if (plain is "-" or ['-', '}', ..] && tag is not null)
            {
                yield return (tag, string.Join('\n', value));
                (tag, value) = (null, []);
            }
            else
            {
                value.Add(plain);
            }
        }
        if (tag is not null)
        {
            yield return (tag, string.Join('\n', value));
        }
    }

    private static ReportEntry Entry(string value, string currency, DateOnly today)
    {
        if (EntryForm().Match(value) is not { Success: true } match)
        {
            return ReportEntry.Unreadable(UnreadableField.Amount);
        }
        if (
            !decimal.TryParse(
                match.Groups["amount"].Value.Replace(',', '.'),
                NumberStyles.AllowDecimalPoint,
                CultureInfo.InvariantCulture,
                out var amount
            )
        )
        {
            return ReportEntry.Unreadable(UnreadableField.Amount);
        }
        if (Day(match.Groups["value"].Value) is not { } valueDay)
        {
            return ReportEntry.Unreadable(UnreadableField.Day);
        }
        // C: in; D: out; R takes one of them back.
        var isIn = match.Groups["mark"].Value is "C" or "RD" or "EC";
        var reference = match.Groups["bank"] is { Length: > 0 } own ? own.Value : match.Groups["customer"].Value;
        return ReportEntry.Of(
            new BankTransaction
            {
                Id = reference == "" || NoReference().IsMatch(reference) ? null : reference,
                Amount = isIn ? amount : -amount,
                Currency = currency,
                BookingDay = BookingDay(match.Groups["entry"].Value, valueDay),
                ValueDay = valueDay,
                // E: expected.
                Status =
                    match.Groups["mark"].Value[0] == 'E' ? BankTransactionStatus.Pending : BankTransactionStatus.Booked,
                Remittance = Lines.Clean([match.Groups["more"].Value.Trim()]),
                Code = match.Groups["type"].Value,
            }
        );
    }

    internal static DateOnly? Day(string text) =>
        DateOnly.TryParseExact($"20{text}", "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
            : null;

    /// <summary>Month and day alone: of the year in which it is nearest to the day of value.</summary>
    private static DateOnly BookingDay(string text, DateOnly value) =>
        text == ""
            ? value
            : new[] { value.Year - 1, value.Year, value.Year + 1 }
                .Where(year => year is > 0 and < 10_000)
                .Select(year =>
                    (DateOnly?)(
                        DateOnly.TryParseExact(
                            string.Create(CultureInfo.InvariantCulture, $"{year:0000}{text}"),
                            "yyyyMMdd",
                            CultureInfo.InvariantCulture,
                            DateTimeStyles.None,
                            out var day
                        )
                            ? day
                            : null
                    )
                )
                .OfType<DateOnly>()
                .OrderBy(day => Math.Abs(day.DayNumber - value.DayNumber))
                .FirstOrDefault(value);

    /// <summary>What :86: says: in the fields of German banks (?20 …), or as it stands.</summary>
    private static BankTransaction Described(BankTransaction entry, string value)
    {
        var text = value.Replace("\n", "", StringComparison.Ordinal);
        if (Structured().Match(text) is not { Success: true } structured)
        {
            return text.StartsWith('/') && Slashes().IsMatch(text) ? Slashed(entry, text)
                : Lines.Clean(value.Split('\n')) is { Length: > 0 } lines
                    ? entry with
                    {
                        Remittance = [string.Join(' ', lines)],
                    }
                : entry;
        }
        var fields = text[structured.Length..]
            .Split(structured.Groups["mark"].Value[0])
            .Where(field => field.Length >= 2)
            .Select(field => (Number: field[..2], Text: field[2..]))
            .ToArray();
        string Of(Func<int, bool> numbers) =>
            string.Concat(
                fields
                    .Where(f =>
                        int.TryParse(f.Number, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                        && numbers(number)
                    )
                    .Select(f => f.Text)
            );
        var purpose = Of(number => number is (>= 20 and <= 29) or (>= 60 and <= 63));
        // SEPA names its parts within the purpose (EREF+, MREF+, CRED+, SVWZ+).
        var parts = SepaPart().Matches(purpose);
        string? Part(string name) =>
            parts.FirstOrDefault(part => part.Groups["name"].Value == name)?.Groups["text"].Value.Trim()
                is { Length: > 0 } found
            && found != "NOTPROVIDED"
                ? found
                : null;
        var words = Part("SVWZ") ?? (parts.Count == 0 ? purpose : null);
        return entry with
        {
            Remittance = Lines.Clean([words ?? Of(number => number == 0)]) is { Length: > 0 } said
                ? said
                : entry.Remittance,
            Counterparty = Of(number => number is 32 or 33).Trim() is { Length: > 0 } name ? name : null,
            EndToEndId = Part("EREF"),
            Mandate = Part("MREF"),
            CreditorId = Part("CRED"),
            Code = structured.Groups["code"].Value,
        };
    }

    /// <summary>The fields of Dutch and Scandinavian banks: /TRTP/…/NAME/…/REMI/….</summary>
    private static BankTransaction Slashed(BankTransaction entry, string text)
    {
        var fields = Slashes().Matches(text);
        string? Of(string name)
        {
            var at = fields.ToList().FindIndex(f => f.Groups["name"].Value == name);
            if (at < 0)
            {
                return null;
            }
            var from = fields[at].Index + fields[at].Length;
            var until = at + 1 < fields.Count ? fields[at + 1].Index : text.Length;
            return text[from..until].Trim(' ', '/') is { Length: > 0 } said && said != "NOTPROVIDED" ? said : null;
        }

        // ING names account, bank, name and place of the other side at once.
        var other = Of("CNTP")?.Split('/') ?? [];
        var name = Of("NAME") ?? (other.Length > 2 ? other[2].Trim() : null);
        // USTD//…, STRD/CUR/…: with what kind of text it is.
        var words = Of("REMI") is { } remittance ? Kind().Replace(remittance, "") : null;
        return entry with
        {
            Remittance = Lines.Clean([words ?? Of("TRTP") ?? Of("SUBJ")]) is { Length: > 0 } said
                ? said
                : entry.Remittance,
            Counterparty = Lines.Join(name),
            EndToEndId = Of("EREF"),
            Mandate = Of("MARF"),
            CreditorId = Of("CSID"),
        };
    }

    [GeneratedRegex(
        "/(?<name>TRTP|TRCD|IBAN|BIC|NAME|REMI|EREF|MARF|CSID|CNTP|ORDP|BENM|ULTB|ULTD|PURP|ISDT|RTRN|PREF|SVCL|ADDR|SUBJ|CREF|IREF|ID|OAMT|EXCH)/",
        RegexOptions.None,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Slashes();

    /// <summary>Says where the reference stands (in :86:), or that there is none.</summary>
    [GeneratedRegex("^(?:NONREF|(?:EREF|KREF|MREF|MARF|PREF)[+]?)$", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex NoReference();

    [GeneratedRegex("^(?:USTD//|STRD/[A-Z]*/)", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Kind();

    [GeneratedRegex("^:(?<tag>[0-9]{2}[A-Z]?|NS):", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex TagForm();

    [GeneratedRegex(
        "^[CD]?(?:[0-9]{6})?(?<currency>[A-Z]{3})[CD]?[0-9]",
        RegexOptions.None,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex BalanceForm();

    [GeneratedRegex(
        @"^(?<value>[0-9]{6})(?:(?<entry>[0-9]{4})|\ {4})?(?<mark>R?[CD]|E[CD])[A-Z]?[\ \n]?(?<amount>[0-9]{1,15}(?:,[0-9]{0,10})?)(?<type>[NFS][A-Z0-9]{3})(?<customer>[^\n/]*(?:/(?!/)[^\n/]*)*)(?://(?<bank>[^\n]*))?(?:\n(?<more>[\s\S]*))?$",
        RegexOptions.None,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex EntryForm();

    [GeneratedRegex(
        @"^(?<code>[0-9]{3})(?<mark>[?<>|~^])(?=[0-9]{2})",
        RegexOptions.None,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Structured();

    [GeneratedRegex(
        @"(?<name>EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC)\+(?<text>.*?)(?=(?:EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC)\+|$)",
        RegexOptions.None,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex SepaPart();
}
