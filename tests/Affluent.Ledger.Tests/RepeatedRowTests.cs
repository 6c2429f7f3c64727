using Affluent.Connectors.Contract;
using CsCheck;
using static Affluent.Ledger.Tests.Rows;

namespace Affluent.Ledger.Tests;

/// <summary>Which rows of a list are one row over again.</summary>
public sealed class RepeatedRowTests
{
    private static readonly Movement Cafe = Booked(-250, 10, "CB CAFE", "a");

    // Rows that differ in as little as one thing, or in nothing.
    private static readonly Gen<Movement> NearTwins = Gen.Select(
        Gen.Select(
            Gen.Int[10, 11],
            Gen.OneOf(-250L, -251L),
            Gen.OneOf("CB CAFE", "cb cafe", "CB CAFES"),
            Gen.OneOf(TransactionStatus.Booked, TransactionStatus.Pending)
        ),
        Gen.Select(Days(), Days(), Days(), Words("a", "b")),
        Gen.Select(Gen.OneOf("EUR", "USD"), Words("17", "18"), Words("Zoé", "Max"), Words("X", "Y")),
        (main, more, rest) =>
            new Movement
            {
                Day = main.Item1,
                Amount = main.Item2,
                Text = main.Item3,
                Status = main.Item4,
                BookingDay = more.Item1,
                ValueDay = more.Item2,
                TransactionDay = more.Item3,
                BankId = more.Item4,
                Currency = rest.Item1,
                CheckNumber = rest.Item2,
                Counterparty = rest.Item3,
                Code = rest.Item4,
            }
    );

    [Fact]
    public void Rows_are_added_by_day_in_an_order_that_the_banks_has_no_say_in() =>
        Gen.Select(NearTwins, Gen.Int[0, 12], NearTwins.Array[0, 4], Gen.Int)
            .Sample(
                (row, what, others, seed) =>
                {
                    Movement[] list = [row, Differing(row, what), .. others];
                    var shuffled = list.ToArray();
                    new Random(seed).Shuffle(shuffled);
                    Array.Reverse(list);

                    var inserts = Account.Empty.Changes(shuffled).Inserts;

                    Assert.Equal(Account.Empty.Changes(list).Inserts, inserts);
                    Assert.Equal(inserts.OrderBy(i => i.Movement.Day), inserts);
                }
            );

    [Fact]
    public void A_page_sent_twice_is_taken_once_where_ids_can_be_trusted()
    {
        Movement[] page = [Booked(-250, 10, "CB CAFE", "a"), Booked(-900, 11, "CB CINEMA", "b")];

        var changes = Account.With(TransactionIds.StableOnceBooked).Changes([.. page, .. page]);

        Assert.Equal(2, changes.Inserts.Count);
        Assert.Equal(2, changes.Repeated);
    }

    [Fact]
    public void Rows_that_share_an_id_and_nothing_else_are_kept_apart()
    {
        Movement[] list = [Booked(-250, 10, "CB CAFE", "same"), Booked(-900, 11, "CB CINEMA", "same")];

        var account = Account.With(TransactionIds.Stable).After(list);

        Assert.Equal(2, account.Stored.Count);
        Assert.True(account.Changes(list).IsEmpty);
    }

    [Theory]
    [InlineData(-250, 10, "CB CAFE", 1)]
    [InlineData(-250, 10, "cb café", 2)]
    [InlineData(-250, 10, "Cafe  CB", 1)]
    [InlineData(-250, 11, "CB CAFE", 2)]
    [InlineData(-250, 10, "CAFE DES ARTS", 2)]
    [InlineData(-250, 11, "CAFE DES ARTS", 2)]
    [InlineData(-900, 10, "CB CAFE", 2)]
    [InlineData(-900, 11, "CB CINEMA", 2)]
    public void Two_booked_rows_of_one_id_are_one_only_when_all_else_agrees(
        long amount,
        int day,
        string text,
        int held
    ) => Assert.Equal(held, Stored(TransactionIds.Stable, Cafe, Booked(amount, day, text, "a")));

    [Theory]
    [InlineData(-250, "CAFE", 1)]
    [InlineData(-300, "CB CAFE", 1)]
    [InlineData(-300, "CAFE", 2)]
    public void A_pending_and_a_booked_row_of_one_id_are_one_when_amount_or_words_agree(
        long amount,
        string text,
        int held
    ) => Assert.Equal(held, Stored(TransactionIds.Stable, Cafe, Pending(amount, 9, text, "a")));

    [Fact]
    public void The_same_amount_in_another_currency_is_no_repetition() =>
        Assert.Equal(2, Stored(TransactionIds.Stable, Cafe, Cafe with { Currency = "USD" }));

    [Fact]
    public void Where_only_booked_rows_have_lasting_ids_a_pending_one_of_the_same_id_stands_for_itself()
    {
        Assert.Equal(2, Stored(TransactionIds.StableOnceBooked, Cafe, Pending(-250, 10, "CB CAFE", "a")));
        Assert.Equal(1, Stored(TransactionIds.StableOnceBooked, Cafe, Cafe));
    }

    [Fact]
    public void Equal_rows_are_counted_where_ids_are_worthless() =>
        Assert.Equal(2, Stored(TransactionIds.Absent, Cafe, Cafe));

    private static int Stored(TransactionIds ids, params Movement[] list) => Account.With(ids).After(list).Stored.Count;

    private static Gen<int?> Days() => Gen.OneOf<int?>(null, 10, 11);

    private static Gen<string?> Words(string one, string other) => Gen.OneOf(null, one, other);

    private static Movement Differing(Movement row, int what) =>
        what switch
        {
            0 => row with { Day = 21 - row.Day },
            1 => row with { Amount = -501 - row.Amount },
            2 => row with { Text = row.Text + " PARIS" },
            3 => row with { Text = $" {row.Text}" },
            4 => row with { Status = TransactionStatus.Rejected },
            5 => row with { BookingDay = 12 },
            6 => row with { ValueDay = 12 },
            7 => row with { TransactionDay = 12 },
            8 => row with { BankId = "c" },
            9 => row with { Currency = "GBP" },
            10 => row with { CheckNumber = "19" },
            11 => row with { Counterparty = "Eva" },
            _ => row with { Code = "Z" },
        };
}
