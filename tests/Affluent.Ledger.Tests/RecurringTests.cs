namespace Affluent.Ledger.Tests;

/// <summary>What recurs on an account, and when it is due next.</summary>
public sealed class RecurringTests
{
    private static readonly DateOnly Today = new(2026, 3, 10);

    [Fact]
    public void A_subscription_of_every_month_is_found_with_its_next_day()
    {
        var series = Assert.Single(Find(Monthly(12, -999, "NETFLIX", TransactionType.PointOfSale)));

        Assert.Equal(
            (RecurringPeriod.Monthly, RecurringKind.Subscription, RecurringStatus.Active, 12),
            (series.Period, series.Kind, series.Status, series.Movements.Count)
        );
        // The 5th is Easter Sunday, the 6th a bank holiday.
        Assert.Equal(
            (Day(2026, 4, 7), Day(2026, 4, 4), Day(2026, 4, 7)),
            (series.Next!.Day, series.Next.From, series.Next.Until)
        );
        Assert.Equal([RecurringReason.SameWords, RecurringReason.SameAmount], series.Reasons);
        Assert.InRange(series.Confidence, 90, 99);
    }

    [Theory]
    [InlineData(RecurringPeriod.Weekly, 7, 0, 8)]
    [InlineData(RecurringPeriod.TwoWeekly, 14, 0, 8)]
    [InlineData(RecurringPeriod.BiMonthly, 0, 2, 6)]
    [InlineData(RecurringPeriod.Quarterly, 0, 3, 5)]
    [InlineData(RecurringPeriod.HalfYearly, 0, 6, 4)]
    [InlineData(RecurringPeriod.Yearly, 0, 12, 2)]
    public void Every_period_is_told(RecurringPeriod period, int days, int months, int count)
    {
        var rows = Enumerable
            .Range(0, count)
            .Select(i => Row(Today.AddDays(-3 - (days * i)).AddMonths(-months * i), -2_500, "PRLV MUTUELLE"));

        Assert.Equal(period, Assert.Single(Find(rows)).Period);
    }

    [Fact]
    public void Weekends_and_a_missed_month_do_not_end_it()
    {
        DateOnly[] dates =
        [
            new(2025, 8, 1),
            new(2025, 9, 1),
            new(2025, 10, 3),
            new(2025, 12, 1),
            new(2026, 1, 2),
            new(2026, 2, 3),
            new(2026, 3, 2),
        ];

        var series = Assert.Single(Find(dates.Select(date => Row(date, -80_000, "VIR PERMANENT LOYER"))));

        Assert.Equal((RecurringPeriod.Monthly, RecurringKind.Rent), (series.Period, series.Kind));
        Assert.Contains(RecurringReason.SomeMissed, series.Reasons);
        Assert.Equal(7, series.Movements.Count);
    }

    [Fact]
    public void A_price_that_rose_stays_one_series()
    {
        var rows = Monthly(12, -999, "NETFLIX").Select((row, i) => row with { Amount = i < 2 ? -1199 : -999 });

        var series = Assert.Single(Find(rows));

        Assert.Equal((12, -1199L), (series.Movements.Count, series.Last.Amount));
        Assert.Contains(RecurringReason.PriceChanged, series.Reasons);
    }

    [Fact]
    public void Two_contracts_of_one_payee_are_two_series()
    {
        var (music, films) = (Monthly(8, -999, "APPLE"), Monthly(8, -299, "APPLE", dayOfMonth: 20));
        Assert.Equal([-999L, -299L], Find(music.Concat(films)).Select(s => s.Last.Amount).Order());

        // The same price on two days.
        var twice = Find(music.Concat(films.Select(row => row with { Amount = -999 })));
        Assert.Equal([8, 8], twice.Select(s => s.Movements.Count));
        Assert.All(twice, s => Assert.Equal(RecurringPeriod.Monthly, s.Period));

        // Twins: on the same day.
        Assert.Equal([8, 8], Find(music.Concat(Monthly(8, -999, "APPLE"))).Select(s => s.Movements.Count));
    }

    [Fact]
    public void A_dearer_contract_of_the_same_day_is_no_price_that_rose()
    {
        var ended = Monthly(12, -999, "GYM").Where(row => row.Day < Day(2025, 10, 1));

        var series = Find(ended.Concat(Monthly(12, -1199, "GYM")));

        Assert.Equal([12, 6], series.Select(s => s.Movements.Count));
        Assert.Equal([RecurringStatus.Active, RecurringStatus.Ended], series.Select(s => s.Status));
        Assert.Null(series[1].Next);
    }

    [Fact]
    public void Bills_and_salaries_vary_in_their_amount()
    {
        var energy = Monthly(12, -5_000, "EDF", TransactionType.DirectDebit, mandate: "M1")
            .Select((row, i) => row with { Amount = -5_000 - (317 * (i % 5)) });
        var salary = Monthly(12, 250_000, "VIR SALAIRE ACME", TransactionType.DirectDeposit, dayOfMonth: 28)
            .Select((row, i) => row with { Amount = 250_000 + (1_000 * (i % 7)) });

        var series = Find(energy.Concat(salary));

        Assert.Equal(
            [(RecurringKind.Salary, RecurringReason.SameWords), (RecurringKind.Bill, RecurringReason.SameMandate)],
            series.Select(s => (s.Kind, s.Reasons[0]))
        );
        Assert.All(series, s => Assert.Contains(RecurringReason.AmountsVary, s.Reasons));
        // The 28th of March 2026 is a Saturday: an employer pays the day before.
        Assert.Equal(Day(2026, 3, 27), series[0].Next!.Day);
    }

    [Fact]
    public void What_did_not_come_twice_has_ended_and_what_did_not_come_once_has_not()
    {
        var rows = Monthly(12, -999, "NETFLIX").ToArray();
        Assert.Equal(RecurringStatus.Active, Assert.Single(Find(rows.Skip(1))).Status);

        var ended = Assert.Single(Find(rows.Skip(3)));
        Assert.Equal((RecurringStatus.Ended, null), (ended.Status, ended.Next));
    }

    [Fact]
    public void What_is_pending_already_is_no_longer_expected()
    {
        var rows = Monthly(12, -999, "NETFLIX").Skip(1).ToArray();
        var pending = Row(Today.AddDays(-2), -999, "NETFLIX.COM") with { Pending = true };
        var other = pending with { Id = 77_777, Label = "DEEZER" };

        Assert.Null(Assert.Single(Find([.. rows, other])).Next!.AnnouncedBy);
        Assert.Equal(pending.Id, Assert.Single(Find([.. rows, pending with { Label = "NETFLIX" }])).Next!.AnnouncedBy);
    }

    [Fact]
    public void Habits_are_no_series()
    {
        var random = new Random(7);
        var coffee = Enumerable
            .Range(0, 200)
            .Select(i => Row(Today.AddDays(-i), -250, "CAFE DU COIN", TransactionType.PointOfSale));
        var shopping = Enumerable
            .Range(0, 90)
            .Select(i =>
                Row(
                    Today.AddDays(-random.Next(700)),
                    -1_000 - random.Next(15_000),
                    "CARREFOUR",
                    TransactionType.PointOfSale
                )
            );
        var tickets = Enumerable
            .Range(0, 90)
            .Select(_ => Row(Today.AddDays(-random.Next(700)), -215, "RATP", TransactionType.PointOfSale));

        Assert.Empty(Find(coffee));
        Assert.Empty(Find(shopping));
        Assert.Empty(Find(tickets));
    }

    [Fact]
    public void A_subscription_is_found_among_purchases_of_the_same_payee()
    {
        var random = new Random(7);
        var shopping = Enumerable
            .Range(0, 40)
            .Select(_ =>
                Row(
                    Today.AddDays(-random.Next(360)),
                    -1_000 - random.Next(9_000),
                    "AMAZON",
                    TransactionType.PointOfSale
                )
            );

        var series = Assert.Single(Find(shopping.Concat(Monthly(11, -699, "AMAZON", TransactionType.PointOfSale))));

        Assert.Equal((-699L, 11), (series.Last.Amount, series.Movements.Count));
    }

    [Fact]
    public void Words_that_change_each_month_are_the_same_words()
    {
        var months = new[] { "MARS", "FEVRIER", "JANVIER", "DECEMBRE", "NOVEMBRE" };
        var rows = Monthly(5, -3_000, "")
            .Select((row, i) => row with { Label = $"COTISATION {months[i]} 20{26 - i} N°{i}77" });

        Assert.Equal(5, Assert.Single(Find(rows)).Movements.Count);
    }

    [Theory]
    [InlineData(TransactionType.DirectDebit, "PRLV CREDIT IMMO PRET", RecurringKind.Loan)]
    [InlineData(TransactionType.DirectDebit, "PRLV ASSURANCE", RecurringKind.Subscription)]
    [InlineData(TransactionType.RepeatingPayment, "VIR PERM JEAN", RecurringKind.Transfer)]
    [InlineData(TransactionType.BankFee, "COTISATION CARTE", RecurringKind.BankFee)]
    [InlineData(TransactionType.Other, "QUELQUE CHOSE", RecurringKind.Other)]
    public void The_kind_is_told_by_type_and_words(TransactionType type, string label, RecurringKind kind) =>
        Assert.Equal(kind, Assert.Single(Find(Monthly(6, -5_000, label, type))).Kind);

    [Fact]
    public void The_order_of_the_rows_does_not_matter()
    {
        var rows = Monthly(9, -999, "APPLE").Concat(Monthly(9, -999, "APPLE", dayOfMonth: 20)).ToArray();
        var expected = Find(rows).Select(s => string.Join(',', s.Movements.Select(m => m.Id))).ToArray();
        Assert.Equal(2, expected.Length);

        Assert.Equal(expected, Find(rows.Reverse()).Select(s => string.Join(',', s.Movements.Select(m => m.Id))));
    }

    [Fact]
    public void Many_equal_rows_take_no_time()
    {
        var rows = Enumerable
            .Range(0, 20_000)
            .Select(i => Row(Today.AddDays(-(i % 1_000)), -250 - (i % 7), $"SHOP {(char)('A' + (i % 3))}X"));
        var watch = System.Diagnostics.Stopwatch.StartNew();

        Find(rows);

        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    private static long _id;

    private static IReadOnlyList<RecurringSeries> Find(IEnumerable<RecurringMovement> rows) =>
        Recurring.Find(rows, DayNumbers.From(Today));

    private static int Day(int year, int month, int day) => DayNumbers.From(new DateOnly(year, month, day));

    private static RecurringMovement Row(
        DateOnly date,
        long amount,
        string label,
        TransactionType type = TransactionType.DirectDebit,
        string? mandate = null
    ) => new(++_id, DayNumbers.From(date), amount, "EUR", type, label, Mandate: mandate);

    // The newest first, the last one in March 2026.
    private static RecurringMovement[] Monthly(
        int count,
        long amount,
        string label,
        TransactionType type = TransactionType.DirectDebit,
        string? mandate = null,
        int dayOfMonth = 5
    ) =>
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => new DateOnly(2026, 3, dayOfMonth).AddMonths(-i - (dayOfMonth > 10 ? 1 : 0)))
                .Select(date => Row(date, amount, label, type, mandate)),
        ];
}
