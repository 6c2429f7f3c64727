namespace Affluent.Ledger;

/// <summary>
/// Other amounts for those of a recording. Equal amounts stay equal, whatever their sign; signs, zero, and whether there are cents stay. Amounts that the
/// tolerance of card payments may compare keep how many percent they differ; others have nothing to do with each other.
/// </summary>
internal sealed class AmountPseudonyms
{
    private const int Tries = 64;
    private const int MostTries = 500;
    private readonly Dictionary<decimal, decimal> _of = [];
    private readonly HashSet<decimal> _taken;
    private readonly Func<int, int> _draw;

    /// <param name="readings">Whose amounts are to be replaced.</param>
    /// <param name="draw">A number from 0 up to, not including, the one given.</param>
    public AmountPseudonyms(IReadOnlyList<RecordedReading> readings, Func<int, int> draw)
    {
        _draw = draw;
        _taken = [.. readings.SelectMany(Rows).Select(row => Math.Abs(row.Amount))];
        var groups = new Groups<decimal>(_taken);
        HashSet<(decimal Announced, decimal Booked)> links = [.. readings.SelectMany(Compared)];
        foreach (var (announced, booked) in links)
        {
            groups.Join(announced, booked);
        }
        var linksOf = links.ToLookup(link => groups.Of(link.Announced));
        foreach (var group in _taken.Where(amount => amount != 0).Order().GroupBy(groups.Of).ToArray())
        {
            Replace([.. group], [.. linksOf[group.Key]]);
        }
    }

    /// <summary>The amount that stands for one.</summary>
    public decimal Of(decimal amount) => amount == 0 ? 0 : Math.Sign(amount) * _of[Math.Abs(amount)];

    private static IEnumerable<Movement> Rows(RecordedReading reading) =>
        reading.Held.Select(held => held.Movement).Concat(reading.Listed);

    // As AmountMatches does: rows that share a word, the one of them announced.
    private static IEnumerable<(decimal, decimal)> Compared(RecordedReading reading)
    {
        var announced = reading
            .Held.Where(held => held.Movement is { IsOpen: true, Amount: < 0 })
            .SelectMany(held => Words(held.Movement).Select(word => (word, held.Movement)))
            .ToLookup(pair => pair.word, pair => pair.Movement, StringComparer.Ordinal);
        return from row in reading.Listed
            where row.Amount < 0 && announced.Count > 0
            from word in Words(row)
            from have in announced[word]
            where have.Currency == row.Currency && have.Amount != row.Amount
            select (-have.Amount, -row.Amount);
    }

    private static string[] Words(Movement movement) =>
        WordComparison.Telling(movement.Counterparty is { } name ? $"{movement.Text}\n{name}" : movement.Text);

    private void Replace(decimal[] amounts, (decimal Announced, decimal Booked)[] links)
    {
        for (var attempt = 1; ; attempt++)
        {
            // Whole factors keep all that is asked for; they come last, because those who know one amount of a group then know them all.
            var factor = attempt < Tries ? 0.3m + (_draw(2700 * attempt) / 1000m) : Odd(attempt - Tries);
            var images = Array.ConvertAll(amounts, amount => Image(amount, factor));
            if (
                images.Distinct().Count() == images.Length
                && Array.TrueForAll(images, image => image > 0 && !_taken.Contains(image))
                && (attempt > MostTries || Keep(amounts, images, links))
            )
            {
                for (var i = 0; i < amounts.Length; i++)
                {
                    _of.Add(amounts[i], images[i]);
                    _taken.Add(images[i]);
                }
                return;
            }
        }
    }

    // Neither even nor a multiple of five: whole units stay whole, and others do not become so.
    private static decimal Odd(int number) => 3 + (10 * number);

    // What does not fit begins again from below: such amounts are nobody's.
    private static decimal Image(decimal amount, decimal factor)
    {
        var scaled = amount * factor % long.MaxValue;
        if (amount % 100 == 0)
        {
            return Math.Round(scaled / 100) * 100;
        }
        var near = Math.Round(scaled);
        // What a bank counts finer than in minor units stays finer.
        return amount % 1 != 0 ? near + 0.5m
            : near % 100 == 0 ? near + 1
            : near;
    }

    private static bool Keep(decimal[] amounts, decimal[] images, (decimal Announced, decimal Booked)[] links) =>
        Array.TrueForAll(
            links,
            link =>
                Percent(link.Announced, link.Booked)
                == Percent(
                    images[Array.BinarySearch(amounts, link.Announced)],
                    images[Array.BinarySearch(amounts, link.Booked)]
                )
        );

    // The least whole tolerance that lets the two pass; a catalogue states at most four hundred.
    private static int Percent(decimal announced, decimal booked) =>
        Math.Abs(booked - announced) > announced * 4
            ? 401
            : (int)Math.Ceiling(Math.Abs(booked - announced) * 100 / announced);
}

/// <summary>Things that belong together, directly or by way of others.</summary>
internal sealed class Groups<T>(IEnumerable<T> all)
    where T : notnull
{
    private readonly Dictionary<T, T> _parents = all.ToDictionary(one => one);

    /// <summary>One of the group, the same for all of it.</summary>
    public T Of(T one)
    {
        while (!_parents[one].Equals(one))
        {
            one = _parents[one] = _parents[_parents[one]];
        }
        return one;
    }

    /// <summary>Puts both into one group.</summary>
    public void Join(T one, T other) => _parents[Of(one)] = Of(other);
}
