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
        var text = Text(content).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        var reading =
            text == "" ? new StatementReading.Refused(StatementFault.UnknownFormat)
            : OfxStatement.Is(text) ? OfxStatement.Read(text, hints)
            : text[0] == '<' ? CamtStatement.Read(text.TrimEnd('\0', '\u001A'), hints, zone, today)
            : QifStatement.Is(text) ? QifStatement.Read(text, hints)
            : Mt940Statement.Is(text) ? Mt940Statement.Read(text, hints, today)
            : CsvStatement.Read(text, hints);
        return reading is StatementReading.Accounts accounts
            ? Checked([.. Joined(accounts.Statements.Select(Sound))])
            : reading;
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
                        group.Any(s => s.From is null) ? null : group.Min(s => s.From),
                        group.Any(s => s.Until is null) ? null : group.Max(s => s.Until),
                        [.. group.SelectMany(s => s.Entries)]
                    )
            );

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
