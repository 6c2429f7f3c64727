using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>Does what moved explain how the balance changed? All amounts in minor units of the account's currency.</summary>
public static class BalanceCheck
{
    /// <summary>How long a gap is shown while nothing changes about it: as far back as banks can be read without the user.</summary>
    public const int LongestGapDays = 90;

    // The best first: what must follow the booked rows before what may.
    private static readonly BankBalanceKind[] Order =
    [
        BankBalanceKind.ClosingBooked,
        BankBalanceKind.InterimBooked,
        BankBalanceKind.Expected,
        BankBalanceKind.Other,
        BankBalanceKind.OpeningBooked,
        BankBalanceKind.PreviouslyClosedBooked,
    ];

    /// <summary>
    /// Checks the balances of one reading against those of the readings before. A gap is stated only when the balance cannot count
    /// what is held, whichever rows of its days it may leave out; it is always counted from the last balance that was explained,
    /// so a row that comes late makes it go. After something that cannot be told the check begins anew.
    /// </summary>
    /// <param name="before">What the check before left; null: there was none.</param>
    public static BalanceState Next(BalanceState? before, BalanceReading reading)
    {
        if (reading.CardOrLoan)
        {
            return new BalanceState { Reason = BalanceCheckReason.CardOrLoan };
        }
        var explained = before?.Explained;
        var balance = Checked(reading, explained);
        var latest = balance is null ? explained : Point(balance, reading);
        if (reading.RowsLeftOut)
        {
            // Nobody knows which side of the next comparison the lost amount is on.
            return new BalanceState
            {
                Reason = BalanceCheckReason.RowsLeftOut,
                Latest = latest,
                CompleteFrom = latest?.Day,
            };
        }
        var isPartial = reading.WindowFrom > reading.ReadBefore;
        var state = new BalanceState
        {
            Latest = latest,
            CompleteFrom = isPartial ? reading.WindowFrom : before?.CompleteFrom,
        };
        BalanceCheckReason? broken =
            isPartial ? BalanceCheckReason.PartialWindow
            : BooksOtherCurrency(reading) ? BalanceCheckReason.OtherCurrency
            : null;
        if (balance is null)
        {
            var reason = reading.Balances.Count > 0 ? BalanceCheckReason.OtherCurrency : BalanceCheckReason.NoBalance;
            return broken is null
                ? state with
                {
                    Reason = reason,
                    Explained = explained,
                    BookedSince = explained is null ? 0 : BookedSince(before, reading),
                }
                : state with
                {
                    Reason = broken,
                    Latest = null,
                };
        }
        broken ??= explained switch
        {
            null => BalanceCheckReason.FirstReading,
            _ when !IsSameKind(explained, balance) => BalanceCheckReason.KindChanged,
            _ => null,
        };
        return broken is null ? Compare(state, before!, reading) : state with { Reason = broken, Explained = latest };
    }

    /// <summary>
    /// By how much these changes alter the sum of all booked transactions of a currency: the movements between the last reading and
    /// this one. A row that booked counts, one that the bank took back counts against.
    /// </summary>
    /// <param name="changes">What a reconciliation found.</param>
    /// <param name="stored">The rows that it was given.</param>
    /// <param name="currency">Rows of others are left aside.</param>
    public static decimal BookedBy(Changes changes, IReadOnlyList<StoredTransaction> stored, string currency) =>
        Alter(changes, stored, movement => movement.Currency == currency ? Booked(movement) : 0);

    private static BalanceState Compare(BalanceState state, BalanceState before, BalanceReading reading)
    {
        var (then, now) = (before.Explained!, state.Latest!);
        var bookedSince = BookedSince(before, reading);
        decimal Gap(BalanceLevel earlier, BalanceLevel later) => later.Amount - earlier.Amount - bookedSince;
        BalanceLevel[] agreeing = [.. now.Levels.Where(later => then.Levels.Any(earlier => Gap(earlier, later) == 0))];
        if (agreeing.Length > 0)
        {
            var point = now with { Levels = agreeing };
            return state with { Status = BalanceCheckStatus.Ok, Explained = point, Latest = point };
        }
        if (!MustFollowRows(now.Kind, now.CreditLimitIncluded))
        {
            return state with { Reason = BalanceCheckReason.KindNotComparable, Explained = now };
        }
        if (now.Day < reading.StoredFrom)
        {
            return state with { Reason = BalanceCheckReason.DayTooOld, Explained = now };
        }
        var same = then.Levels.FirstOrDefault(earlier => earlier.Basis == now.Levels[0].Basis) ?? then.Levels[0];
        var gap = Gap(same, now.Levels.FirstOrDefault(later => later.Basis == same.Basis) ?? now.Levels[0]);
        var found = before.Gap == gap ? before.FoundOn ?? reading.Today : reading.Today;
        return reading.Today - found > LongestGapDays
            ? state with
            {
                Reason = BalanceCheckReason.GapTooOld,
                Explained = now,
                CompleteFrom = now.Day,
            }
            : state with
            {
                Status = BalanceCheckStatus.Gap,
                Gap = gap,
                Since = then.Day,
                FoundOn = found,
                Explained = then,
                BookedSince = bookedSince,
            };
    }

    private static decimal BookedSince(BalanceState? before, BalanceReading reading) =>
        (before?.BookedSince ?? 0) + BookedBy(reading.Changes, reading.Stored, reading.Currency);

    // The kind that was compared last, while the bank gives it; else the best.
    private static AccountBalance? Checked(BalanceReading reading, BalancePoint? explained) =>
        reading
            .Balances.Where(b => b.Currency == reading.Currency && b.Kind != BankBalanceKind.NonInvoiced)
            .OrderByDescending(b => explained is not null && IsSameKind(explained, b))
            .ThenBy(b => b.CreditLimitIncluded == true)
            .ThenBy(b => Array.IndexOf(Order, b.Kind) is var place and >= 0 ? place : Order.Length + (int)b.Kind)
            .ThenByDescending(b => b.Day ?? int.MaxValue)
            .FirstOrDefault();

    private static bool IsSameKind(BalancePoint point, AccountBalance balance) =>
        point.Kind == balance.Kind && point.CreditLimitIncluded == (balance.CreditLimitIncluded == true);

    private static BalancePoint Point(AccountBalance balance, BalanceReading reading)
    {
        var day = balance.Day ?? reading.Today;
        var (after, on, pending) = (0m, 0m, 0m);
        foreach (var movement in Held(reading).Where(m => m.Currency == reading.Currency))
        {
            after += movement.Day > day ? Booked(movement) : 0;
            on += movement.Day == day ? Booked(movement) : 0;
            pending += movement.Status == TransactionStatus.Pending ? movement.Amount : 0;
        }
        BalanceLevel[] levels =
        [
            .. BasesOf(balance.Kind)
                // The rows of an old day are not at hand.
                .Where(basis =>
                    basis is BalanceBasis.AllBooked or BalanceBasis.WithPending || !(day < reading.StoredFrom)
                )
                .Select(basis => new BalanceLevel(
                    basis,
                    basis switch
                    {
                        BalanceBasis.ThroughDay => balance.Amount + after,
                        BalanceBasis.BeforeDay => balance.Amount + after + on,
                        BalanceBasis.AllBooked => balance.Amount,
                        BalanceBasis.WithPending => balance.Amount - pending,
                    }
                )),
        ];
        return new BalancePoint(balance.Kind, balance.CreditLimitIncluded == true, day, balance.Amount, levels);
    }

    // Banks give the day of a balance as they like: each kind by its meaning first, then what is seen in its place.
    private static BalanceBasis[] BasesOf(BankBalanceKind kind) =>
        kind switch
        {
            BankBalanceKind.ClosingBooked or BankBalanceKind.InterimBooked =>
            [
                BalanceBasis.ThroughDay,
                BalanceBasis.AllBooked,
                BalanceBasis.BeforeDay,
            ],
            BankBalanceKind.OpeningBooked or BankBalanceKind.PreviouslyClosedBooked =>
            [
                BalanceBasis.BeforeDay,
                BalanceBasis.ThroughDay,
                BalanceBasis.AllBooked,
            ],
            BankBalanceKind.Expected =>
            [
                BalanceBasis.WithPending,
                BalanceBasis.AllBooked,
                BalanceBasis.ThroughDay,
                BalanceBasis.BeforeDay,
            ],
            BankBalanceKind.Other
            or BankBalanceKind.ValueDate
            or BankBalanceKind.ClosingAvailable
            or BankBalanceKind.InterimAvailable
            or BankBalanceKind.OpeningAvailable
            or BankBalanceKind.ForwardAvailable
            or BankBalanceKind.Authorised
            or BankBalanceKind.NonInvoiced
            or BankBalanceKind.Information =>
            [
                BalanceBasis.ThroughDay,
                BalanceBasis.AllBooked,
                BalanceBasis.BeforeDay,
                BalanceBasis.WithPending,
            ],
        };

    // What can be spent moves with limits and holds, a value balance with days that are not those of booking.
    private static bool MustFollowRows(BankBalanceKind kind, bool creditLimitIncluded) =>
        !creditLimitIncluded
        && kind switch
        {
            BankBalanceKind.ClosingBooked
            or BankBalanceKind.InterimBooked
            or BankBalanceKind.OpeningBooked
            or BankBalanceKind.PreviouslyClosedBooked
            or BankBalanceKind.Expected
            or BankBalanceKind.Other => true,
            BankBalanceKind.ValueDate
            or BankBalanceKind.ClosingAvailable
            or BankBalanceKind.InterimAvailable
            or BankBalanceKind.OpeningAvailable
            or BankBalanceKind.ForwardAvailable
            or BankBalanceKind.Authorised
            or BankBalanceKind.NonInvoiced
            or BankBalanceKind.Information => false,
        };

    // What it is in the account's currency the bank's row does not say.
    private static bool BooksOtherCurrency(BalanceReading reading)
    {
        var held = reading.Stored.ToDictionary(stored => stored.Id, stored => stored.Movement);
        return reading
            .Changes.Inserts.Select(insert => insert.Movement)
            .Concat(reading.Changes.Disappeared.Select(id => held[id]))
            .Concat(
                reading
                    .Changes.Updates.Where(u => u.Reappeared || Booked(u.Movement) != Booked(held[u.Id]))
                    .SelectMany(u => new[] { u.Movement, held[u.Id] })
            )
            .Any(movement => Booked(movement) != 0 && movement.Currency != reading.Currency);
    }

    // The movements held once the changes are written; missing ones left out.
    private static IEnumerable<Movement> Held(BalanceReading reading)
    {
        var changes = reading.Changes;
        var updated = changes.Updates.ToDictionary(update => update.Id, update => update.Movement);
        HashSet<long> gone = [.. changes.Disappeared, .. changes.Expired];
        foreach (var stored in reading.Stored)
        {
            if (updated.TryGetValue(stored.Id, out var movement))
            {
                yield return movement;
            }
            else if (!stored.Missing && !gone.Contains(stored.Id))
            {
                yield return stored.Movement;
            }
        }
        foreach (var insert in changes.Inserts)
        {
            yield return insert.Movement;
        }
    }

    private static decimal Alter(
        Changes changes,
        IReadOnlyList<StoredTransaction> stored,
        Func<Movement, decimal> amount
    )
    {
        var held = stored.ToDictionary(s => s.Id);
        return changes.Inserts.Sum(insert => amount(insert.Movement))
            + changes.Updates.Sum(update => amount(update.Movement) - Counted(held[update.Id]))
            - changes.Disappeared.Sum(id => Counted(held[id]));

        decimal Counted(StoredTransaction stored) => stored.Missing ? 0 : amount(stored.Movement);
    }

    private static decimal Booked(Movement movement) =>
        movement.Status == TransactionStatus.Booked ? movement.Amount : 0;
}
