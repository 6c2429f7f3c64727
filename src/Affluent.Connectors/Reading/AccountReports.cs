using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>An entry of an account report: what it says, or what of it cannot be read.</summary>
internal readonly record struct ReportEntry(BankTransaction? Transaction, UnreadableField Fault)
{
    public static ReportEntry Of(BankTransaction transaction) => new(transaction, default);

    public static ReportEntry Unreadable(UnreadableField fault) => new(null, fault);
}

/// <summary>Whose entries a report tells, for what it leaves out.</summary>
internal readonly record struct ReportAccount(string Currency, TimeZoneInfo Zone, DateOnly Today);

/// <summary>Account reports as banks send them in the place of JSON. Pure.</summary>
internal static class AccountReports
{
    /// <summary>The entries; null when the text is none of these reports.</summary>
    public static IReadOnlyList<ReportEntry>? Read(string text, ReportAccount account)
    {
        var begins = text.AsSpan().TrimStart(" \t\r\n\uFEFF");
        return begins.StartsWith("<", StringComparison.Ordinal)
            ? CamtReport.Read(text.Trim(' ', '\t', '\r', '\n', '\uFEFF'), account)
            : Mt940Report.Read(text, account);
    }
}
