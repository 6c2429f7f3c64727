using System.Globalization;
using Affluent.Connectors.Contract;

namespace Affluent.Ledger.Tests;

/// <summary>
/// Reads histories from text:
/// <code>
/// == a title, then what the catalogue says: ids absent|booked|stable, card PERCENT, foreign PERCENT
/// fetch [from DAY] [to DAY] | fetch known        (known: the list covers what follows its earliest row)
/// LABEL STATUS AMOUNT DAY [mDAY vDAY #ID cur= cp= chk= e2e= rum=] | words // next line
/// different LABEL LABEL
/// </code>
/// Status is B (booked), P (pending), O (other) or R (rejected). A day is a number of days after 2026-01-01, or a date. m is the day on which it
/// was made, v its value day. LABEL is a movement; <c>a/b</c>: either, nothing tells them apart; <c>c?a|b</c>: it is called c and may be a or b,
/// nothing says. Blanks in values are written as underscores.
/// </summary>
internal static class CorpusReader
{
    private static readonly DateOnly First = new(2026, 1, 1);

    public static IEnumerable<History> Read(string kind, IEnumerable<string> lines)
    {
        var (title, rules) = ("", new ReconciliationRules());
        List<Fetch> fetches = [];
        foreach (var line in lines.Append("=="))
        {
            var words = line.Split(" |")[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case []:
                    break;
                case ["==", ..]:
                    if (title != "")
                    {
                        yield return new History(title, kind, rules, fetches);
                    }
                    (title, rules, fetches) = (line[2..].Trim(), new(), []);
                    break;
                case ["ids", var ids]:
                    rules = rules with { Ids = IdsOf(ids) };
                    break;
                case ["card", var percent]:
                    rules = rules with { Settings = rules.Settings with { CardAmountPercent = Number(percent) } };
                    break;
                case ["foreign", var percent]:
                    rules = rules with { Settings = rules.Settings with { ForeignAmountPercent = Number(percent) } };
                    break;
                case ["fetch", .. var window]:
                    fetches.Add(new Fetch(WindowOf(window), [], []));
                    break;
                case ["different", var one, var other]:
                    fetches[^1] = fetches[^1] with { Different = [.. fetches[^1].Different, (one, other)] };
                    break;
                default:
                    fetches[^1] = fetches[^1] with { Rows = [.. fetches[^1].Rows, RowOf(line)] };
                    break;
            }
        }
    }

    private static TransactionIds IdsOf(string word) =>
        word switch
        {
            "absent" => TransactionIds.Absent,
            "booked" => TransactionIds.StableOnceBooked,
            "stable" => TransactionIds.Stable,
            _ => throw new FormatException(word),
        };

    private static Window WindowOf(string[] words) =>
        words switch
        {
            [] => new Window(-100_000),
            ["known"] => new Window(null),
            ["from", var from] => new Window(DayNumber(from)),
            ["to", var to] => new Window(-100_000, DayNumber(to)),
            ["from", var from, "to", var to] => new Window(DayNumber(from), DayNumber(to)),
            _ => throw new FormatException(string.Join(' ', words)),
        };

    private static LabelledRow RowOf(string line)
    {
        var bar = line.IndexOf(" |", StringComparison.Ordinal);
        // A bar within the label stands without a blank before it.
        var words = line[..bar].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (label, status, amount, day) = (words[0], words[1], words[2], Day(words[3]));
        var row = new BankTransaction
        {
            Amount = decimal.Parse(amount, CultureInfo.InvariantCulture),
            Currency = "EUR",
            Status = status switch
            {
                "B" => BankTransactionStatus.Booked,
                "P" => BankTransactionStatus.Pending,
                "O" => BankTransactionStatus.Other,
                "R" => BankTransactionStatus.Rejected,
                _ => throw new FormatException(line),
            },
            BookingDay = day,
            Remittance = line[(bar + 2)..].Split("//", StringSplitOptions.TrimEntries),
        };
        foreach (var word in words[4..])
        {
            row = word switch
            {
                ['#', .. var id] => row with { Id = id },
                ['m', .. var made] => row with { TransactionDay = Day(made) },
                ['v', .. var value] => row with { ValueDay = Day(value) },
                ['c', 'u', 'r', '=', .. var currency] => row with { Currency = currency },
                ['c', 'p', '=', .. var name] => row with { Counterparty = name.Replace('_', ' ') },
                ['c', 'h', 'k', '=', .. var check] => row with { CheckNumber = check },
                ['e', '2', 'e', '=', .. var end] => row with { EndToEndId = end },
                ['r', 'u', 'm', '=', .. var mandate] => row with { Mandate = mandate },
                _ => throw new FormatException(line),
            };
        }
        if (row is { Status: BankTransactionStatus.Pending, TransactionDay: not null })
        {
            row = row with { BookingDay = null };
        }
        var parts = label.Split('?');
        return new LabelledRow(parts[0].Split('/'), parts.Length > 1 ? parts[1].Split('|') : [], row);
    }

    private static DateOnly Day(string word) =>
        word.Contains('-', StringComparison.Ordinal)
            ? DateOnly.Parse(word, CultureInfo.InvariantCulture)
            : First.AddDays(Number(word));

    private static int DayNumber(string word) => DayNumbers.From(Day(word));

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}
