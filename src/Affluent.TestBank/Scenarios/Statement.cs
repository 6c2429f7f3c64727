using System.Globalization;

namespace Affluent.TestBank.Scenarios;

/// <summary>One account as the bank shows it on a day; entries come newest first, pending ones before booked ones.</summary>
public sealed record Statement(
    Account Account,
    long Balance,
    DateOnly BalanceDate,
    IReadOnlyList<StatementEntry> Entries
);

/// <summary>
/// A movement as the bank shows it. <see cref="BookingDate"/> of a pending entry is the day on which the bank expects to book it.
/// The reference is unique within the account at any one day.
/// </summary>
public sealed record StatementEntry(
    string Reference,
    long Amount,
    DateOnly Date,
    DateOnly BookingDate,
    string Label,
    string? Memo,
    bool Pending
)
{
    /// <summary>Who is on the other side, when the scenario says it.</summary>
    public string? Counterparty { get; init; }

    /// <summary>From when a booked one counts for interest.</summary>
    public DateOnly ValueDate => BookingDate;
}

/// <summary>What a person's accounts look like on a day: a pure function of the scenario, its seed and the day.</summary>
internal static class Statements
{
    /// <summary>Statements of all accounts of the person, in the order of the scenario.</summary>
    public static IReadOnlyList<Statement> On(DateOnly today, Person person, string seed)
    {
        var movements = person.Accounts.ToDictionary(
            a => a.Id,
            a => Movements(a, person.Credentials[0].Login + seed, LastDay(a, today)).ToList(),
            StringComparer.Ordinal
        );
        foreach (var card in person.Accounts.Where(a => a.Card?.DebitDay is not null))
        {
            DebitCard(card, movements, person, today);
        }

        return [.. person.Accounts.Select(a => Statement(a, movements[a.Id], LastDay(a, today)))];
    }

    // What is closed stays as it was.
    private static DateOnly LastDay(Account account, DateOnly today) =>
        account.ClosedOn is { } closed && closed < today ? closed : today;

    /// <summary>
    /// The days for which movements are made. A living account shows one year; its balance needs every day since the opening (or, before the
    /// opening, until it). A fixed account has no first day of its own: what is scattered begins one year before the balance day.
    /// </summary>
    internal static (DateOnly First, DateOnly Last) Horizon(Account account, DateOnly today)
    {
        if (!account.Balance.Living)
        {
            return (account.Balance.Date.AddYears(-1), account.Balance.Date);
        }

        var first = today.AddYears(-1);
        var opening = account.Balance.Date;
        return (opening < first ? opening : first, opening > today ? opening : today);
    }

    private static IEnumerable<Movement> Movements(Account account, string seed, DateOnly today)
    {
        var (first, last) = Horizon(account, today);
        var listed = account.Movements.Where(m => !account.Balance.Living || (m.Date >= first && m.Date <= last));
        return listed
            .Concat(account.Recurring.SelectMany(r => Returns(r, account.Balance.Living ? first : r.Start, last)))
            .Concat(account.Spending.SelectMany((s, i) => Scattered(account, s, i, seed, first, last)));
    }

    private static IEnumerable<Movement> Returns(RecurringMovement recurring, DateOnly first, DateOnly last)
    {
        var end = recurring.Times is not null ? ScenarioLimits.LastDay : recurring.Until ?? last;
        // Times without an end may reach beyond the balance day of a fixed account; a living account hides the future later.
        for (var n = 0; recurring.Times is not { } times || n < times; n++)
        {
            if (recurring.Every.After(recurring.Start, n) is not { } day || day > end)
            {
                yield break;
            }

            if (day >= first)
            {
                yield return new Movement(recurring.Amount, day, Dated(recurring.Label, day))
                {
                    Memo = recurring.Memo,
                    Counterparty = recurring.Counterparty,
                    Reference = recurring.Reference is { } r ? $"{r}-{Compact(day)}" : null,
                    Pending = recurring.BooksAfterDays > 0,
                    BooksOn = recurring.BooksAfterDays > 0 ? day.AddDays(recurring.BooksAfterDays) : null,
                };
            }
        }
    }

    private static IEnumerable<Movement> Scattered(
        Account account,
        Spending spending,
        int index,
        string seed,
        DateOnly first,
        DateOnly last
    )
    {
        var pattern = SeededRandom.Hash(seed, account.Id, index.ToString(CultureInfo.InvariantCulture));
        for (var day = first; day <= last; day = day.AddDays(1))
        {
            var random = new SeededRandom(pattern + (ulong)day.DayNumber * 0x9E3779B97F4A7C15UL);
            if (random.Next(spending.EveryDays) == 0)
            {
                var amount = spending.Smallest + random.Next(spending.Largest - spending.Smallest + 1);
                yield return new Movement(amount, day, Dated(spending.Label, day))
                {
                    Pending = spending.BooksAfterDays > 0,
                    BooksOn = spending.BooksAfterDays > 0 ? day.AddDays(spending.BooksAfterDays) : null,
                };
            }
        }
    }

    // Deferred debit: what the card spent from the last debit day (excluded) to this one is paid by the linked account in one movement.
    private static void DebitCard(
        Account card,
        Dictionary<string, List<Movement>> movements,
        Person person,
        DateOnly today
    )
    {
        var linked = person.Accounts.FirstOrDefault(a =>
            string.Equals(a.Id, card.Card!.LinkedAccount, StringComparison.Ordinal)
        );
        var (first, last) = Horizon(card, today);
        if (linked is null)
        {
            return;
        }

        var debits = movements[card.Id]
            .Where(m => m.Date <= last)
            .GroupBy(m => DebitDay(m.Date, card.Card!.DebitDay!.Value), m => m.Amount)
            .Select(group => (Day: group.Key, Total: group.Sum()))
            // The month in which the horizon of a living card begins is not whole.
            .Where(d =>
                d.Total != 0 && d.Day <= last && (!card.Balance.Living || d.Day.AddMonths(-1) >= first.AddDays(-1))
            )
            .OrderBy(d => d.Day)
            .ToList();
        foreach (var (day, total) in debits)
        {
            movements[card.Id].Add(new Movement(-total, day, "REGLEMENT DE VOS DEPENSES CARTE"));
            movements[linked.Id].Add(new Movement(total, day, "DEBIT CARTE BANCAIRE DIFFERE"));
        }
    }

    private static DateOnly DebitDay(DateOnly spent, int dayOfMonth)
    {
        var thisMonth = new DateOnly(spent.Year, spent.Month, dayOfMonth);
        return spent <= thisMonth ? thisMonth : thisMonth.AddMonths(1);
    }

    private static Statement Statement(Account account, List<Movement> movements, DateOnly today)
    {
        var living = account.Balance.Living;
        // How often each reference was wanted.
        var used = new Dictionary<string, int>(StringComparer.Ordinal);
        var entries = movements
            .Where(m => !living || (m.Date <= today && m.Date > today.AddYears(-1)))
            .Select(m => EntryOf(account, m, today, used))
            .Index()
            .OrderByDescending(e => e.Item.Pending)
            .ThenByDescending(e => e.Item.BookingDate)
            .ThenByDescending(e => e.Index)
            .Select(e => e.Item)
            .ToList();
        if (!living)
        {
            return new Statement(account, account.Balance.Amount, account.Balance.Date, entries);
        }

        var opening = account.Balance.Date;
        var since = movements.Where(m => BookedOn(m) is { } d && d > opening && d <= today).Sum(m => m.Amount);
        var until = movements.Where(m => BookedOn(m) is { } d && d <= opening && d > today).Sum(m => m.Amount);
        return new Statement(account, account.Balance.Amount + since - until, today, entries);
    }

    private static DateOnly? BookedOn(Movement movement) => movement.Pending ? movement.BooksOn : movement.Date;

    private static StatementEntry EntryOf(
        Account account,
        Movement movement,
        DateOnly today,
        Dictionary<string, int> used
    )
    {
        var pending = movement.Pending && !(movement.BooksOn <= today);
        var wanted = (pending || !movement.Pending ? movement.Reference : movement.BookedReference)
            is { Length: <= 40 } given
            ? given
            : MadeReference(account, movement, pending);
        var reference = wanted;
        while (!used.TryAdd(reference, 1))
        {
            var suffix = $"-{++used[wanted]}";
            reference = wanted[..Math.Min(wanted.Length, 40 - suffix.Length)] + suffix;
        }

        var bookingDate = movement.BooksOn ?? movement.Date;
        return new StatementEntry(
            reference,
            movement.Amount,
            movement.Date,
            bookingDate,
            movement.Label,
            movement.Memo,
            pending
        )
        {
            Counterparty = movement.Counterparty,
        };
    }

    // Made of the content, not of the place in the file: a line added above changes no other reference.
    private static string MadeReference(Account account, Movement movement, bool pending)
    {
        var day = pending ? movement.Date : movement.BooksOn ?? movement.Date;
        var content = SeededRandom.Hash(
            account.Id,
            pending ? "pending" : "booked",
            movement.Amount.ToString(CultureInfo.InvariantCulture),
            Compact(movement.Date),
            movement.Label,
            movement.Memo ?? ""
        );
        return $"{Compact(day)}{(pending ? "P" : "B")}{content:X16}";
    }

    private static string Dated(string label, DateOnly day) =>
        label.Replace("{date}", day.ToString("dd/MM/yy", CultureInfo.InvariantCulture), StringComparison.Ordinal);

    private static string Compact(DateOnly day) => day.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
}
