namespace Affluent.Ledger.Tests;

public sealed class OriginalTests
{
    [Theory]
    [InlineData("CB QWXZ LYON", "REMBOURSEMENT QWXZ LYON", true)]
    [InlineData("CARTE X1234 12/03 ZALANDO", "AVOIR CARTE X1234 ZALANDO", true)]
    [InlineData("CARTE X1234 12/03 ZALANDO", "CARTE X1234 20/03 ZALANDO", true)]
    [InlineData("PRLV SEPA QWXZ TELECOM", "REJET PRLV SEPA QWXZ TELECOM", true)]
    [InlineData("LASTSCHRIFT QWXZ GMBH", "Rücklastschrift QWXZ GmbH", true)]
    [InlineData("CB QWXZ LYON", "REMBOURSEMENT TARTEMPION", false)]
    [InlineData("VIR SEPA QWXZ", "VIR SEPA RECU QWXZ", false)]
    [InlineData("CB QWXZ LYON", "VIR QWXZ RETOURNEMENT", false)]
    public void A_name_in_common_tells_what_is_given_back_by_one_that_says_so(string went, string came, bool found) =>
        Assert.Equal(found ? 7 : null, Find(Rows.Booked(1200, 30, came), (7, Rows.Booked(-1200, 20, went))));

    [Fact]
    public void Only_the_exact_amount_the_other_way_and_not_later_counts()
    {
        var back = Rows.Booked(1200, 30, "REMBOURSEMENT QWXZ");

        Assert.Equal(7, Find(back, (7, Rows.Booked(-1200, 30, "CB QWXZ"))));
        Assert.Null(Find(back, (7, Rows.Booked(-1201, 20, "CB QWXZ"))));
        Assert.Null(Find(back, (7, Rows.Booked(1200, 20, "CB QWXZ"))));
        Assert.Null(Find(back, (7, Rows.Booked(-1200, 31, "CB QWXZ"))));
        Assert.Null(Find(back, (7, Rows.Booked(-1200, 20, "CB QWXZ") with { Currency = "USD" })));
        Assert.Null(Find(back, (7, Rows.Booked(-1200, 20, "CB QWXZ") with { Status = TransactionStatus.Pending })));
        Assert.Null(Find(back, (7, Rows.Booked(-1200, 30 - Originals.DaysByName - 1, "CB QWXZ"))));
        Assert.Null(Find(back, (7, Rows.Booked(-1200, 20, "ANNULATION REMBOURSEMENT QWXZ"))));
        // What goes back to somebody is found as well.
        Assert.Equal(
            7,
            Find(Rows.Booked(-1200, 30, "REJET VIREMENT QWXZ"), (7, Rows.Booked(1200, 20, "VIREMENT QWXZ")))
        );
    }

    [Fact]
    public void Of_two_that_could_be_meant_none_is_unless_a_reference_tells()
    {
        var back = Rows.Booked(1200, 60, "REJET PRLV QWXZ") with { EndToEndId = "E2", Mandate = "M1" };
        var first = Rows.Booked(-1200, 20, "PRLV QWXZ") with { EndToEndId = "E1", Mandate = "M1" };
        var second = first with { Day = 50, EndToEndId = "E2" };

        Assert.Equal(8, Find(back, (7, first), (8, second)));
        Assert.Null(Find(back with { EndToEndId = null }, (7, first), (8, second)));
        Assert.Null(Find(back, (7, second), (8, second)));
        Assert.Equal(7, Find(back with { EndToEndId = null }, (7, first)));
        // What another one gives back already is not given back twice.
        Assert.Equal(7, new EarlierMovements([new(7, first), new(8, second)], [8]).Take(back));
        var earlier = new EarlierMovements([new(8, second), new(7, first)], []);
        Assert.Equal([8, 7, null], new[] { back, back, back }.Select(earlier.Take));
    }

    [Fact]
    public void A_reference_tells_without_a_name_and_from_further_back()
    {
        var check = Rows.Booked(-5000, 20, "CHEQUE 0001234") with { CheckNumber = "0001234" };
        var back = Rows.Booked(5000, 300, "CHEQUE IMPAYE 1234") with { CheckNumber = "1234" };

        Assert.Equal(7, Find(back, (7, check)));
        Assert.Null(Find(back with { CheckNumber = "1235" }, (7, check)));
        Assert.Null(Find(back with { Day = check.Day + Originals.DaysByReference + 1 }, (7, check)));
    }

    [Fact]
    public void A_code_of_the_bank_says_that_it_gives_back()
    {
        var debit = Rows.Booked(-1200, 20, "QWXZ TELECOM") with { Code = "PMNT-RDDT-ESDD" };
        var back = Rows.Booked(1200, 25, "QWXZ TELECOM");

        Assert.Null(Find(back, (7, debit)));
        Assert.Equal(7, Find(back with { Code = "PMNT-RDDT-UPDD" }, (7, debit)));
    }

    [Fact]
    public void Many_of_one_amount_and_name_that_come_back_are_told_apart_by_reference_and_each_is_given_back_once()
    {
        // Were each compared with each, these would be a thousand million.
        const int many = 40_000;
        var went = Enumerable
            .Range(0, many)
            .Select(i => new EarlierMovement(i, Debit(i) with { EndToEndId = i % 2 == 0 ? $"E{i}" : null }));
        var earlier = new EarlierMovements(went, []);

        var found = Enumerable
            .Range(0, many)
            .Select(i =>
                earlier.Take(Rows.Booked(1200, 45, "REJET PRLV QWXZ") with { EndToEndId = i % 2 == 0 ? $"E{i}" : null })
            )
            .ToArray();

        Assert.Equal(Enumerable.Range(0, many).Select(i => i % 2 == 0 ? i : (long?)null), found);

        static Movement Debit(int i) => Rows.Booked(-1200, i % 40, "PRLV QWXZ");
    }

    private static long? Find(Movement movement, params (long Id, Movement Movement)[] earlier) =>
        new EarlierMovements(earlier.Select(e => new EarlierMovement(e.Id, e.Movement)), []).Take(movement);
}
