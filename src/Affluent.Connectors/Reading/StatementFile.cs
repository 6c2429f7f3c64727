using System.Text;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>Files of statements in every format that can be read, known by what stands in them. Pure.</summary>
internal static partial class StatementFile
{
    private const int LongestHead = 1024;
    private static readonly Encoding Strict = new UTF8Encoding(false, throwOnInvalidBytes: true);

    /// <summary>The accounts of a file, each once.</summary>
    public static StatementReading Read(
        ReadOnlySpan<byte> content,
        StatementHints hints,
        TimeZoneInfo zone,
        DateOnly today
    )
    {
        if (content.Length > BankLimits.LargestAnswer)
        {
            return new StatementReading.Refused(StatementFault.TooLarge);
        }
        var reading = ZippedFiles.Is(content) ? Zipped(content, hints, zone, today) : One(content, hints, zone, today);
        return reading is StatementReading.Accounts accounts
            ? Checked([.. Joined(accounts.Statements.Select(Sound))])
            : reading;
    }

    /// <summary>The statements of all files of an archive; what is no statement at all (a page to print beside it) is passed over.</summary>
    private static StatementReading Zipped(
        ReadOnlySpan<byte> content,
        StatementHints hints,
        TimeZoneInfo zone,
        DateOnly today
    )
    {
        if (ZippedFiles.Read(content, out var fault) is not { } files)
        {
            return new StatementReading.Refused(fault);
        }
        // What is said of the account is said of one file.
        var each = files.Count > 1 ? hints with { Account = null } : hints;
        List<Statement> statements = [];
        foreach (var file in files)
        {
            switch (One(file, each, zone, today))
            {
                case StatementReading.Accounts accounts:
                    statements.AddRange(accounts.Statements);
                    break;
                case StatementReading.Refused { Fault: StatementFault.UnknownFormat }:
                    break;
                case StatementReading.Refused refused:
                    return refused;
                default:
                    throw new System.Diagnostics.UnreachableException();
            }
        }
        return statements.Count == 0
            ? new StatementReading.Refused(StatementFault.UnknownFormat)
            : new StatementReading.Accounts(statements);
    }

    private static StatementReading One(
        ReadOnlySpan<byte> content,
        StatementHints hints,
        TimeZoneInfo zone,
        DateOnly today
    )
    {
        var text = Text(content).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        return text == "" ? new StatementReading.Refused(StatementFault.UnknownFormat)
            : OfxStatement.Is(text) ? OfxStatement.Read(text, hints)
            : text[0] == '<' ? CamtStatement.Read(text.TrimEnd('\0', '\u001A'), hints, zone, today)
            : QifStatement.Is(text) ? QifStatement.Read(text, hints)
            : Mt940Statement.Is(text) ? Mt940Statement.Read(text, hints, today)
            : CsvStatement.Read(text, hints);
    }

    /// <summary>
    /// The text of a file. What is UTF-8 is taken for that, whatever it says of itself: headers are wrong more often than a text in another encoding is
    /// UTF-8 by chance.
    /// </summary>
    internal static string Text(ReadOnlySpan<byte> content)
    {
        if (content is [0xFF, 0xFE, ..])
        {
            return Encoding.Unicode.GetString(content[2..]);
        }
        if (content is [0xFE, 0xFF, ..])
        {
            return Encoding.BigEndianUnicode.GetString(content[2..]);
        }
        try
        {
            return Strict.GetString(content);
        }
        catch (DecoderFallbackException)
        {
            var head = Encoding.Latin1.GetString(content[..Math.Min(content.Length, LongestHead)]);
            var said = Declared().Match(head) is { Success: true } match ? match.Groups["name"].Value : "1252";
            var encoding = Encodings.Named(said.All(char.IsAsciiDigit) ? $"windows-{said}" : said);
            return (encoding is { IsSingleByte: true } ? encoding : Encodings.Named("windows-1252")!).GetString(
                content
            );
        }
    }

    /// <summary>The number as an IBAN; null when it has not the form of one.</summary>
    internal static string? Iban(string number)
    {
        var tight = number.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        return IbanForm().IsMatch(tight) ? tight : null;
    }

    /// <summary>A period in which not even the file's own rows lie is none.</summary>
    private static Statement Sound(Statement statement) =>
        statement
            .Entries.Select(e => e.Transaction?.BookingDay ?? e.Transaction?.ValueDay)
            .Any(day => day < statement.From || day > statement.Until)
        || statement.From > statement.Until
            ? statement with
            {
                From = null,
                Until = null,
            }
            : statement;

    /// <summary>Statements of one account that follow one another, as one.</summary>
    private static IEnumerable<Statement> Joined(IEnumerable<Statement> statements) =>
        statements
            .GroupBy(s => (s.Account.Reference, s.Account.Currency))
            .Select(group =>
                group.Count() == 1
                    ? group.First()
                    : new Statement(
                        // The balances of the last.
                        group
                            .OrderBy(s => s.Until ?? s.Account.Balances.Max(b => b.Day) ?? DateOnly.MinValue)
                            .Last()
                            .Account,
                        IsWhole([.. group]) ? group.Min(s => s.From) : null,
                        IsWhole([.. group]) ? group.Max(s => s.Until) : null,
                        [.. group.SelectMany(s => s.Entries)]
                    )
            );

    /// <summary>Whether no day is left out between statements.</summary>
    private static bool IsWhole(IReadOnlyList<Statement> statements)
    {
        DateOnly? known = null;
        foreach (var statement in statements.OrderBy(s => s.From))
        {
            if (statement is not { From: { } from, Until: { } until } || from > known?.AddDays(1))
            {
                return false;
            }
            known = known > until ? known : until;
        }
        return true;
    }

    private static StatementReading Checked(IReadOnlyList<Statement> statements)
    {
        var entries = statements.Sum(s => s.Entries.Count);
        return entries > BankLimits.MostTransactions || statements.Count > BankLimits.MostAccounts
                ? new StatementReading.Refused(StatementFault.TooLarge)
            : entries > 0 && statements.All(s => s.Entries.All(e => e.Transaction is null))
                ? new StatementReading.Refused(StatementFault.NothingReadable)
            : new StatementReading.Accounts(statements);
    }

    [GeneratedRegex(
        """(?:^CHARSET:|encoding=["'])\s*(?<name>[A-Za-z0-9_:.-]{1,40})""",
        RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex Declared();

    [GeneratedRegex("^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex IbanForm();
}
