using System.Globalization;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>Files of MT940 and MT942: a message for each account and page. Pure.</summary>
internal static partial class Mt940Statement
{
    /// <summary>Whether a text holds such a message.</summary>
    public static bool Is(string text) => text.Contains(":25", StringComparison.Ordinal) && Opening().IsMatch(text);

    /// <summary>The statements.</summary>
    public static StatementReading Read(string text, StatementHints hints, DateOnly today)
    {
        List<Statement> statements = [];
        List<(string Tag, string Value)> message = [];
        foreach (var field in Mt940Report.Fields(text).Append(("20", "")))
        {
            // Each message begins with its reference, which one bank leaves out.
            if (field.Item1 is "20" or "25" or "25P" && message.Any(f => f.Tag is "25" or "25P"))
            {
                switch (Of(message, hints, today))
                {
                    case StatementReading.Accounts { Statements: [var one] }:
                        statements.Add(one);
                        break;
                    case StatementReading.Refused refused:
                        return refused;
                }
                message.Clear();
            }
            message.Add(field);
        }
        return statements.Count == 0
            ? new StatementReading.Refused(StatementFault.UnknownFormat)
            : new StatementReading.Accounts(statements);
    }

    private static StatementReading Of(
        IReadOnlyList<(string Tag, string Value)> message,
        StatementHints hints,
        DateOnly today
    )
    {
        string? Field(params ReadOnlySpan<string> tags)
        {
            foreach (var (tag, value) in message)
            {
                if (tags.Contains(tag))
                {
                    return value;
                }
            }
            return null;
        }

        var opening = Balance(Field("60F", "60M"), BankBalanceKind.OpeningBooked);
        var closing = Balance(Field("62F", "62M"), BankBalanceKind.ClosingBooked);
        var interim = Field("34F") is not null;
        // Without the balance at its end a message of MT940 breaks off.
        if (closing is null && !interim)
        {
            return new StatementReading.Refused(StatementFault.Damaged);
        }
        var currency = opening?.Currency ?? closing?.Currency ?? Currency(Field("34F")) ?? hints.Currency;
        if (currency is null)
        {
            return new StatementReading.Refused(StatementFault.CurrencyMissing);
        }
        var number = Lines.Join(Field("25", "25P")?.Split('\n')[0]);
        if (number is null)
        {
            return new StatementReading.Refused(StatementFault.Damaged);
        }
        // Some put the currency behind it.
        var iban = StatementFile.Iban(
            number.EndsWith(currency, StringComparison.Ordinal) ? number[..^currency.Length] : number
        );
        return new StatementReading.Accounts([
            new Statement(
                new BankAccount
                {
                    Reference = number,
                    Iban = iban,
                    Number = iban is null ? number : null,
                    Name = hints.Account,
                    Currency = currency,
                    Balances =
                    [
                        .. new[]
                        {
                            opening,
                            closing,
                            Balance(Field("64"), BankBalanceKind.ClosingAvailable),
                        }.OfType<BankBalance>(),
                    ],
                },
                // The opening balance is of the end of the day before, or of the first day: the entries begin on or behind it.
                null,
                closing?.Day,
                Mt940Report.Read(message, new ReportAccount(currency, TimeZoneInfo.Utc, today)) ?? []
            ),
        ]);
    }

    private static string? Currency(string? floor) => floor is { Length: >= 3 } ? floor[..3] : null;

    private static BankBalance? Balance(string? text, BankBalanceKind kind) =>
        BalanceForm().Match(text ?? "") is { Success: true } match
        && decimal.TryParse(
            match.Groups["amount"].Value.Replace(',', '.'),
            NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out var amount
        )
            ? new BankBalance
            {
                Kind = kind,
                Amount = match.Groups["mark"].Value == "D" ? -amount : amount,
                Currency = match.Groups["currency"].Value,
                Day = Mt940Report.Day(match.Groups["day"].Value),
            }
            : null;

    [GeneratedRegex("^:25P?:", RegexOptions.Multiline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Opening();

    [GeneratedRegex(
        "^(?<mark>[CD])(?<day>[0-9]{6})(?<currency>[A-Z]{3})(?<amount>[0-9]{1,15}(?:,[0-9]{0,10})?)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000
    )]
    private static partial Regex BalanceForm();
}
