using Affluent.Connectors.Contract;

namespace Affluent.Ledger.Tests;

/// <summary>The balance of each day, counted from the last one that the bank gave.</summary>
public sealed class BalanceHistoryTests
{
    private static readonly Dictionary<int, decimal> Booked = new()
    {
        [4] = -10,
        [6] = -100,
        [9] = 1_000,
    };

    [Fact]
    public void Days_are_counted_back_from_the_balance_to_the_oldest_row()
    {
        var state = Explained(At(8, 5_000));

        Assert.Equal(
            [
                (9, 6_000L, DayBalanceOrigin.Derived),
                (8, 5_000, DayBalanceOrigin.Known),
                (7, 5_000, DayBalanceOrigin.Derived),
                (6, 5_000, DayBalanceOrigin.Derived),
                (5, 5_100, DayBalanceOrigin.Derived),
                (4, 5_100, DayBalanceOrigin.Derived),
            ],
            Shown(state, oldest: 4, last: 9)
        );
    }

    [Fact]
    public void None_is_derived_across_a_gap()
    {
        var state = new BalanceState
        {
            Status = BalanceCheckStatus.Gap,
            Gap = -77,
            Since = 5,
            Explained = At(5, 5_000, heldUntil: 5),
            BookedSince = 900,
            Latest = At(9, 5_823),
        };

        Assert.Equal(
            [
                (9, 5_823L, DayBalanceOrigin.Known),
                (5, 5_000, DayBalanceOrigin.Known),
                (4, 5_000, DayBalanceOrigin.Derived),
                (3, 5_010, DayBalanceOrigin.Derived),
            ],
            Shown(state, oldest: 3, last: 9)
        );
    }

    [Fact]
    public void None_is_derived_where_rows_are_lacking()
    {
        Assert.Equal([9, 8, 7], BalanceHistory.Days(Explained(At(9, 1)) with { CompleteFrom = 7 }, 1, 9));
        Assert.Equal([9], BalanceHistory.Days(new BalanceState { Latest = At(9, 1) }, 1, 9));
        Assert.Equal([], BalanceHistory.Days(new BalanceState(), 1, 9));
    }

    [Fact]
    public void What_was_booked_since_a_balance_is_counted_on_top()
    {
        var state = Explained(At(8, 5_000, heldUntil: 8)) with
        {
            BookedSince = 1_000,
            Status = BalanceCheckStatus.Unknown,
        };

        Assert.Equal((9, 6_000L, DayBalanceOrigin.Derived), Shown(state, oldest: 8, last: 9)[0]);
    }

    private static (int, decimal, DayBalanceOrigin)[] Shown(BalanceState state, int oldest, int last) =>
        [
            .. BalanceHistory
                .Of(state, [.. BalanceHistory.Days(state, oldest, last)], Booked)
                .Select(day => (day.Day, day.Amount, day.Origin)),
        ];

    private static BalanceState Explained(BalancePoint point) =>
        new()
        {
            Status = BalanceCheckStatus.Ok,
            Explained = point,
            Latest = point,
        };

    // A closing balance, told when the rows up to a day were held.
    private static BalancePoint At(int day, decimal amount, int heldUntil = int.MaxValue)
    {
        var level = amount + Booked.Where(t => t.Key > day && t.Key <= heldUntil).Sum(t => t.Value);
        return new BalancePoint(
            BankBalanceKind.ClosingBooked,
            CreditLimitIncluded: false,
            day,
            amount,
            [new BalanceLevel(BalanceBasis.ThroughDay, level)]
        );
    }
}
