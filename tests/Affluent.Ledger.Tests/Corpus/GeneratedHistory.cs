using Affluent.Connectors.Contract;

namespace Affluent.Ledger.Tests;

/// <summary>Kinds of banks, by what they do to their rows.</summary>
internal enum BankFamily
{
    Steady,
    SameIdFromTheFirstDay,
    OtherIdOnceBooked,
    IdsNewAtEachCall,
    IdsNewWithTheConsent,
    IdsByPlace,
    IdsByStatement,
    ReferencesOfOrders,
    IgnoresTheFirstDay,
    WordsAnew,
    MovesDays,
    DeferredCard,
    CutsWords,
    WithdrawsForAWhile,
    PendingLapses,
    SignsTurn,
    DaysSlip,
    PageTwice,
    ListsLess,
    BooksLate,
    ForeignRates,
}

/// <summary>
/// Endless histories: an account is simulated day by day and read every few days through a bank of one of the families. Truth is known, for
/// the movements came first. Prices differ, but for twins that nothing tells apart and for what a family is about.
/// </summary>
internal sealed class GeneratedHistory
{
    private static readonly DateOnly First = new(2026, 1, 1);

    private static readonly string[] Shops =
    [
        "CARREFOUR",
        "MONOPRIX",
        "FNAC",
        "DARTY",
        "SEPHORA",
        "DECATHLON",
        "LECLERC",
        "PICARD",
        "NATURALIA",
        "BOULANGER",
        "IKEA",
        "ZARA",
        "UNIQLO",
        "STARBUCKS",
        "QUICK",
        "HIPPOPOTAMUS",
        "RELAY",
        "GIBERT",
        "MOLLAT",
        "KILOUTOU",
        "GAUMONT",
        "PATHE",
        "VELIB",
        "BLABLACAR",
        "TRAINLINE",
        "OUIGO",
        "EASYJET",
        "TOTALENERGIES",
        "ESSO",
        "NORAUTO",
    ];

    private static readonly string[] Towns = ["PARIS", "LYON", "LILLE", "NANTES", "BREST", "NICE"];

    private static readonly string[] Creditors = ["EDF", "ORANGE", "MAIF", "NAVIGO", "VEOLIA", "SPOTIFY"];

    private readonly BankFamily _family;
    private readonly Random _random;
    private readonly List<Happening> _happenings = [];
    private readonly HashSet<long> _prices = [];
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);

    private GeneratedHistory(BankFamily family, int seed)
    {
        _family = family;
        // A seed of its own for each family; the same in every process.
        _random = new Random(unchecked((seed * 7919) + (int)family));
    }

    /// <summary>What has happened, whatever the bank makes of it.</summary>
    /// <param name="Labels">Several: twins that nothing tells apart.</param>
    /// <param name="Lapses">It is announced and never booked.</param>
    /// <param name="ShownFrom">The bank knows it from this day on.</param>
    private sealed record Happening(
        string[] Labels,
        long Amount,
        int Made,
        int Booked,
        string Means,
        string Name,
        string Town,
        bool Lapses,
        int ShownFrom
    )
    {
        public bool IsByCard => Means == "CB";
    }

    /// <summary>The history of a family and a seed: always the same.</summary>
    public static History Of(BankFamily family, int seed)
    {
        var generated = new GeneratedHistory(family, seed);
        generated.Live();
        return new History($"{family} {seed}", "generated", RulesOf(family), generated.Read());
    }

    private static ReconciliationRules RulesOf(BankFamily family) =>
        new()
        {
            Ids = family switch
            {
                BankFamily.SameIdFromTheFirstDay
                or BankFamily.IdsNewAtEachCall
                or BankFamily.IdsNewWithTheConsent
                or BankFamily.IdsByPlace
                or BankFamily.ReferencesOfOrders
                or BankFamily.PageTwice => TransactionIds.Stable,
                BankFamily.OtherIdOnceBooked or BankFamily.IdsByStatement => TransactionIds.StableOnceBooked,
                BankFamily.Steady
                or BankFamily.IgnoresTheFirstDay
                or BankFamily.WordsAnew
                or BankFamily.MovesDays
                or BankFamily.DeferredCard
                or BankFamily.CutsWords
                or BankFamily.WithdrawsForAWhile
                or BankFamily.PendingLapses
                or BankFamily.SignsTurn
                or BankFamily.DaysSlip
                or BankFamily.ListsLess
                or BankFamily.BooksLate
                or BankFamily.ForeignRates => TransactionIds.Absent,
            },
        };

    private void Live()
    {
        for (var day = 0; day < 62; day++)
        {
            if (day % 31 == 2)
            {
                Happens(1_950_00 + Cents(), day, "VIR", "SALAIRE ACME");
                Happens(-650_00 - Cents(), day, "VIR", "LOYER AGENCE DU LAC");
            }
            if (_random.Next(4) == 0)
            {
                Happens(-Cents(), day, "PRLV", Creditors[_random.Next(Creditors.Length)]);
            }
            for (var n = _random.Next(3); n > 0; n--)
            {
                var town = Towns[_random.Next(Towns.Length)];
                var shop = Shops[_random.Next(Shops.Length)];
                var twins = _random.Next(8) == 0 ? 2 : 1;
                var price = -Cents();
                Happens(price, day, "CB", shop, town, twins, lapses: Chance(BankFamily.PendingLapses, 5));
                if (_family != BankFamily.PendingLapses && _random.Next(6) == 0)
                {
                    // Another shop of the same price, on the same day or the next.
                    Happens(
                        price,
                        day + _random.Next(2),
                        "CB",
                        Shops[(Array.IndexOf(Shops, shop) + 7) % Shops.Length],
                        town
                    );
                }
            }
            if (TellsDayMade && _family != BankFamily.MovesDays && (day < 8 || _random.Next(2) == 0))
            {
                Happens(-2_50, day, "CB", "CAFE DES ARTS", "PARIS");
            }
        }
    }

    // Prices that no other movement has.
    private long Cents()
    {
        while (true)
        {
            var price = (_random.Next(2, 90) * 100L) + _random.Next(1, 100);
            if (_prices.Add(price))
            {
                return price;
            }
        }
    }

    private bool Chance(BankFamily family, int oneIn) => _family == family && _random.Next(oneIn) == 0;

    private void Happens(
        long amount,
        int day,
        string means,
        string name,
        string town = "",
        int twins = 1,
        bool lapses = false
    )
    {
        var booked =
            means != "CB" ? day
            : _family == BankFamily.DeferredCard ? (day < 31 ? 31 : 62)
            : day + _random.Next(4);
        string[] labels = [.. Enumerable.Range(0, twins).Select(twin => $"m{_happenings.Count + twin}")];
        var late = Chance(BankFamily.BooksLate, 6) ? 15 : 0;
        // Ids of their own tell twins apart.
        var apart = _family is BankFamily.SameIdFromTheFirstDay or BankFamily.PageTwice;
        foreach (var label in labels)
        {
            _happenings.Add(new(apart ? [label] : labels, amount, day, booked, means, name, town, lapses, day + late));
        }
        if (lapses && _random.Next(2) == 0)
        {
            // Another shop of the same price, the day after.
            var other = Shops[(Array.IndexOf(Shops, name) + 7) % Shops.Length];
            _happenings.Add(
                new([$"m{_happenings.Count}"], amount, day + 1, day + 2, means, other, town, false, day + 1)
            );
        }
    }

    // What crosses the edge of a window could not be decided.
    private bool ShowsAll =>
        _family
            is BankFamily.BooksLate
                or BankFamily.DeferredCard
                or BankFamily.PendingLapses
                or BankFamily.MovesDays
                or BankFamily.DaysSlip;

    // The day of use is told of booked rows too.
    private bool TellsDayMade =>
        _family
            is not (
                BankFamily.OtherIdOnceBooked
                or BankFamily.CutsWords
                or BankFamily.WordsAnew
                or BankFamily.DaysSlip
            );

    private List<Fetch> Read()
    {
        List<Fetch> fetches = [];
        int? last = null;
        for (var today = _random.Next(8, 14); today < 64; today += _random.Next(3, 8))
        {
            int? from = last - 10;
            var partial = last is not null && Chance(BankFamily.ListsLess, 3);
            var sees =
                _family == BankFamily.IgnoresTheFirstDay ? null
                : partial ? today - 4
                : ShowsAll ? null
                : from;
            if (ShowsAll)
            {
                from = last is null ? null : 0;
            }
            var rows = Listed(today, sees, fetches.Count).ToList();
            if (_family == BankFamily.PageTwice && rows.Count > 6)
            {
                rows.AddRange(rows.Skip(rows.Count - 5).ToArray());
            }
            var number = partial ? null : from;
            fetches.Add(new Fetch(new Window(number is { } day ? Number(day) : null), rows, []));
            last = today;
        }
        return fetches;
    }

    private IEnumerable<LabelledRow> Listed(int today, int? from, int reading)
    {
        var place = 0;
        // Newest first, as most banks list.
        foreach (
            var (happening, index) in _happenings.Select((h, i) => (h, i)).OrderByDescending(pair => pair.h.Booked)
        )
        {
            var pending = happening.IsByCard && today < happening.Booked;
            var gone = happening.Lapses && today > happening.Made + 3;
            var day = pending ? happening.Made : happening.Booked;
            if (happening.ShownFrom > today || gone || (!pending && (happening.Lapses || today < happening.Booked)))
            {
                continue;
            }
            if (day < from || (!pending && IsWithdrawn(index, reading)))
            {
                continue;
            }
            yield return new LabelledRow(
                happening.Labels,
                [],
                RowOf(happening, index, pending, today, reading, ++place)
            );
        }
    }

    private bool IsWithdrawn(int index, int reading) =>
        _family == BankFamily.WithdrawsForAWhile && reading > 0 && (index * 7 + reading) % 11 == 0;

    private BankTransaction RowOf(Happening h, int index, bool pending, int today, int reading, int place)
    {
        var later = _family is BankFamily.SignsTurn or BankFamily.DaysSlip && reading >= 3;
        var slip = later && _family == BankFamily.DaysSlip ? -1 : 0;
        var moved = _family == BankFamily.MovesDays && h.Labels.Length == 1 && reading % 2 == 1 ? index % 3 : 0;
        var sign = later && _family == BankFamily.SignsTurn ? -1 : 1;
        var foreign = _family == BankFamily.ForeignRates && h.IsByCard && h.Made % 3 == 0;
        // The rate of the day on which it is booked: up to three in a hundred off, alike for twins.
        var amount = foreign && !pending ? h.Amount + (h.Amount * (h.Made % 7 - 3) / 100) : h.Amount;
        return new BankTransaction
        {
            Id = IdOf(h, index, pending, reading, place),
            Amount = sign * amount / 100m,
            Currency = "EUR",
            Status = pending ? BankTransactionStatus.Pending : BankTransactionStatus.Booked,
            BookingDay = pending ? null : Day(h.Booked + slip + moved),
            ValueDay = _family == BankFamily.MovesDays && !pending && today > h.Booked + 4 ? Day(h.Booked) : null,
            TransactionDay = pending || (h.IsByCard && TellsDayMade) ? Day(h.Made + slip) : null,
            Remittance = [.. WordsOf(h, pending, reading, foreign)],
        };
    }

    private string? IdOf(Happening h, int index, bool pending, int reading, int place) =>
        _family switch
        {
            BankFamily.SameIdFromTheFirstDay or BankFamily.PageTwice => $"t{index}",
            BankFamily.OtherIdOnceBooked => pending ? $"p{index}-{reading}" : $"b{index}",
            BankFamily.IdsNewAtEachCall => $"{reading}-{index}",
            BankFamily.IdsNewWithTheConsent => $"{(reading < 4 ? "old" : "new")}{index}",
            BankFamily.IdsByPlace => $"{place}",
            BankFamily.IdsByStatement => pending ? null : StatementNumber(h, index),
            BankFamily.ReferencesOfOrders => h.Means == "PRLV" ? $"RUM-{h.Name}" : null,
            BankFamily.Steady
            or BankFamily.IgnoresTheFirstDay
            or BankFamily.WordsAnew
            or BankFamily.MovesDays
            or BankFamily.DeferredCard
            or BankFamily.CutsWords
            or BankFamily.WithdrawsForAWhile
            or BankFamily.PendingLapses
            or BankFamily.SignsTurn
            or BankFamily.DaysSlip
            or BankFamily.ListsLess
            or BankFamily.BooksLate
            or BankFamily.ForeignRates => null,
        };

    // Counts within a fortnight and begins again.
    private string StatementNumber(Happening h, int index)
    {
        if (!_ids.TryGetValue($"{index}", out var number))
        {
            var statement = h.Booked / 14;
            number = _ids[$"{index}"] = $"{_happenings.Take(index).Count(o => o.Booked / 14 == statement) + 1:0000}";
        }
        return number;
    }

    private IEnumerable<string> WordsOf(Happening h, bool pending, int reading, bool foreign)
    {
        var name = h.Name;
        var rate = foreign ? $" {-h.Amount / 100m:0.00} USD" : "";
        var full = $"{h.Name} {h.Town}".TrimEnd();
        var day = Day(h.Made);
        string[] lines = (_family, h.Means, pending) switch
        {
            (BankFamily.CutsWords, "CB", true) => [$"AUT {full}"[..Math.Min(9, $"AUT {full}".Length)]],
            (BankFamily.OtherIdOnceBooked or BankFamily.SameIdFromTheFirstDay, "CB", true) => [$"AUTORISATION {name}"],
            (_, "CB", true) => [$"CB {full}{rate}"],
            (BankFamily.Steady or BankFamily.SignsTurn or BankFamily.PageTwice, "CB", false) => [$"CB {full}"],
            (_, "CB", false) => [$"CARTE {day:dd/MM} {full}{rate}", "CB*1234"],
            (_, "PRLV", _) => ["PRLV SEPA", $"{name} CLIENT"],
            _ => [$"{h.Means} {name}"],
        };
        if (_family != BankFamily.WordsAnew)
        {
            return lines;
        }
        var turned = reading % 2 == 0 ? lines : lines.Reverse();
        return (reading % 3) switch
        {
            0 => turned,
            1 => turned.Select(line => line.ToLowerInvariant()),
            _ => turned.Select(line => line.Replace("CARTE", "PAIEMENT CB", StringComparison.Ordinal)),
        };
    }

    private static DateOnly Day(int day) => First.AddDays(day);

    private static int Number(int day) => DayNumbers.From(Day(day));
}
