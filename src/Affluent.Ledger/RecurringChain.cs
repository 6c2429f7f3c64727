namespace Affluent.Ledger;

/// <summary>Movements of one payee in the turns of a period, oldest first.</summary>
/// <param name="Turns">Of each movement the number of its turn, counted from the first one.</param>
internal sealed record RecurringChain(
    RecurringPeriod Period,
    IReadOnlyList<RecurringMovement> Movements,
    IReadOnlyList<int> Turns
)
{
    public RecurringMovement First => Movements[0];

    public RecurringMovement Last => Movements[^1];

    /// <summary>How many turns went by without a movement.</summary>
    public int Missed => Turns[^1] + 1 - Movements.Count;

    /// <summary>By how many days each movement is late, counted from the first one's day; negative: early.</summary>
    public IEnumerable<int> Delays =>
        Movements.Select((movement, i) => movement.Day - RecurringCalendar.Due(First.Day, Period, Turns[i]));

    /// <summary>Whether it is regular enough to be no accident.</summary>
    public bool IsRegular
    {
        get
        {
            var delays = Delays.ToArray();
            var usual = Median(delays);
            return Movements.Count >= RecurringCalendar.Fewest(Period)
                && Missed <= Math.Max(1, Movements.Count / 6)
                && delays.Average(delay => Math.Abs(delay - usual)) <= RecurringCalendar.Tolerance(Period) / 2.0;
        }
    }

    /// <summary>
    /// The movements that follow a first one turn by turn: in each turn the one that fits nearest to its day; one turn in a row may go by
    /// without.
    /// </summary>
    /// <param name="rows">By day.</param>
    /// <param name="fits">Whether an amount can follow another one.</param>
    public static RecurringChain Follow(
        RecurringPeriod period,
        RecurringMovement first,
        IReadOnlyList<RecurringMovement> rows,
        Func<RecurringMovement, RecurringMovement, bool> fits
    ) => new RecurringChain(period, [first], [0]).GoOn(rows, fits);

    /// <inheritdoc cref="Follow"/>
    public RecurringChain GoOn(
        IReadOnlyList<RecurringMovement> rows,
        Func<RecurringMovement, RecurringMovement, bool> fits
    )
    {
        List<RecurringMovement> movements = [.. Movements];
        List<int> turns = [.. Turns];
        var tolerance = RecurringCalendar.Tolerance(Period);
        for (var turn = turns[^1] + 1; turn <= turns[^1] + 2; turn++)
        {
            var due = RecurringCalendar.Due(First.Day, Period, turn);
            var last = movements[^1];
            var next = Days(rows, Math.Max(due - tolerance, last.Day + 1), due + tolerance)
                .Where(row => fits(last, row))
                .MinBy(row => (Math.Abs(row.Day - due), row.Id));
            if (next is not null)
            {
                movements.Add(next);
                turns.Add(turn);
            }
        }
        return this with { Movements = movements, Turns = turns };
    }

    /// <summary>This chain and a later one that takes up its turns; null when it does not.</summary>
    public RecurringChain? Joined(RecurringChain later)
    {
        if (later.Period != Period || later.First.Day <= Last.Day)
        {
            return null;
        }
        var tolerance = RecurringCalendar.Tolerance(Period);
        foreach (var turn in (int[])[Turns[^1] + 1, Turns[^1] + 2])
        {
            if (Math.Abs(later.First.Day - RecurringCalendar.Due(First.Day, Period, turn)) <= tolerance)
            {
                return this with
                {
                    Movements = [.. Movements, .. later.Movements],
                    Turns = [.. Turns, .. later.Turns.Select(number => turn + number)],
                };
            }
        }
        return null;
    }

    private static IEnumerable<RecurringMovement> Days(IReadOnlyList<RecurringMovement> rows, int from, int to)
    {
        var (low, high) = (0, rows.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = rows[middle].Day < from ? (middle + 1, high) : (low, middle);
        }
        for (; low < rows.Count && rows[low].Day <= to; low++)
        {
            yield return rows[low];
        }
    }

    /// <summary>The middle one of some numbers.</summary>
    public static int Median(IReadOnlyCollection<int> numbers) => numbers.Order().ElementAt(numbers.Count / 2);
}
