using Affluent.Connectors.Contract;
using CsCheck;

namespace Affluent.Ledger.Tests;

/// <summary>What holds for whole histories, those of the corpus' families: however they are read, the same is held at the end.</summary>
public sealed class HistoryPropertyTests
{
    private const int Times = 8;

    private static readonly Gen<BankFamily> Families = Gen.Int[0, Enum.GetValues<BankFamily>().Length - 1]
        .Select(family => (BankFamily)family);

    private static readonly Gen<History> Histories = Gen.Select(
        Families,
        Gen.Int[1_000, 1_000_000_000],
        GeneratedHistory.Of
    );

    private static readonly bool[][] Turns =
    [
        [false],
        [true],
        [false, true],
        [true, false],
    ];

    // A convention shows itself in several rows at once; what moves from one part into another is gone before it comes; and of a row whose
    // days lie in two parts neither proves that it was withdrawn.
    private static readonly Gen<History> ToBeSplit = Gen.Select(
        Families.Where(family =>
            family
                is not (
                    BankFamily.MovesDays
                    or BankFamily.SignsTurn
                    or BankFamily.DaysSlip
                    or BankFamily.WithdrawsForAWhile
                )
        ),
        Gen.Int[1_000, 1_000_000_000],
        GeneratedHistory.Of
    );

    // Without ids a page sent twice is two pages.
    private static readonly Gen<History> OfTwoChannels = Gen.Select(
        Families.Where(family => family is not (BankFamily.PageTwice or BankFamily.SignsTurn or BankFamily.DaysSlip)),
        Gen.Int[1_000, 1_000_000_000],
        GeneratedHistory.Of
    );

    [Fact]
    public void Each_reading_done_twice_changes_nothing_the_second_time() =>
        Histories.Sample(
            history =>
            {
                var account = new Account([], history.Rules);
                foreach (var fetch in history.Fetches)
                {
                    account = account.After(fetch.Window, Rows(fetch));
                    // Ids that are new at each call are taken over, until they are known to be.
                    Assert.True(account.Changes(fetch.Window, Rows(fetch)).IsEmpty);
                }
            },
            iter: Times
        );

    [Fact]
    public void The_order_of_pages_and_rows_has_no_say() =>
        Gen.Select(Histories, Gen.Int)
            .Sample(
                (history, seed) =>
                {
                    var random = new Random(seed);
                    var (listed, shuffled) = (new Account([], history.Rules), new Account([], history.Rules));
                    foreach (var fetch in history.Fetches)
                    {
                        var rows = Rows(fetch);
                        random.Shuffle(rows);
                        listed = listed.After(fetch.Window, Rows(fetch));
                        shuffled = shuffled.After(fetch.Window, rows);
                        Assert.Equal(listed.Stored, shuffled.Stored, Same);
                    }
                },
                iter: Times
            );

    [Fact]
    public void The_sum_of_what_is_booked_moves_by_what_the_changes_say() =>
        Histories.Sample(
            history =>
            {
                var account = new Account([], history.Rules);
                foreach (var fetch in history.Fetches)
                {
                    var changes = account.Changes(fetch.Window, Rows(fetch));
                    var after = account.Apply(changes);
                    Assert.Equal(
                        Booked(after),
                        Booked(account) + BalanceCheck.BookedBy(changes, account.Stored, "EUR")
                    );
                    account = after;
                }
            },
            iter: Times
        );

    [Fact]
    public void A_window_read_in_parts_comes_to_what_it_comes_to_at_once() =>
        Gen.Select(ToBeSplit, Gen.Int[1, 61], Gen.Int[1, 61])
            .Sample(
                (history, one, other) =>
                {
                    var before = new Account([], history.Rules);
                    foreach (var fetch in history.Fetches.SkipLast(1))
                    {
                        before = before.After(fetch.Window, Rows(fetch));
                    }
                    var last = history.Fetches[^1];
                    int[] cuts =
                    [
                        Ledger.Tests.Rows.Days(Math.Min(one, other)),
                        Ledger.Tests.Rows.Days(Math.Max(one, other)),
                    ];
                    var from = last.Window.From ?? Rows(last).Min(row => row.Day);

                    var atOnce = before.After(last.Window with { From = from }, Rows(last));
                    var inParts = before;
                    foreach (var part in Parts(from, cuts))
                    {
                        var rows = Rows(last).Where(row => !(row.Day < part.From) && !(row.Day > part.To));
                        inParts = inParts.After(part, [.. rows]);
                    }

                    Assert.Equal(Live(atOnce), Live(inParts));
                    Assert.Equal(atOnce.Stored.Count, inParts.Stored.Count);
                },
                iter: Times
            );

    [Fact]
    public void Two_channels_in_any_turn_come_to_what_one_of_them_comes_to() =>
        Gen.Select(OfTwoChannels, Gen.Int)
            .Sample(
                (history, seed) =>
                {
                    var random = new Random(seed);
                    var alone = new Account([], history.Rules);
                    var both = new Account([], history.Rules);
                    foreach (var fetch in history.Fetches)
                    {
                        alone = alone.After(fetch.Window, Rows(fetch));
                        foreach (var isOther in Turns[random.Next(Turns.Length)])
                        {
                            both = isOther ? AfterOther(both, fetch) : both.After(fetch.Window, Rows(fetch));
                        }
                    }
                    Assert.Equal(Prices(alone), Prices(both));
                    Assert.Equal(alone.Stored.Count, both.Stored.Count);
                },
                iter: Times
            );

    // The bank's site: no ids, other words.
    private static Account AfterOther(Account account, Fetch fetch)
    {
        var rules = account.Rules;
        var rows = Rows(fetch).Select(row => row with { BankId = null, Text = "achat " + row.Text.ToLowerInvariant() });
        var after = (account with { Rules = rules with { Ids = TransactionIds.Absent } }).After(
            fetch.Window,
            [.. rows]
        );
        return after with { Rules = rules };
    }

    private static IEnumerable<Window> Parts(int from, int[] cuts)
    {
        foreach (var cut in cuts.Distinct().Where(cut => cut >= from))
        {
            yield return new Window(from, cut);
            from = cut + 1;
        }
        yield return new Window(from);
    }

    private static Movement[] Rows(Fetch fetch) => [.. fetch.Rows.Select(row => row.Movement)];

    private static bool Same(StoredTransaction a, StoredTransaction b) =>
        (a.Id, a.Movement, a.Missing, a.Ambiguous, a.Confidence)
            == (b.Id, b.Movement with { BankId = a.Movement.BankId }, b.Missing, b.Ambiguous, b.Confidence)
        && a.Candidates.SequenceEqual(b.Candidates);

    private static IEnumerable<Movement> Shown(Account account) =>
        account.Stored.Where(s => !s.Missing && s.Movement.Status != TransactionStatus.Expired).Select(s => s.Movement);

    private static string Live(Account account) =>
        string.Join(
            '\n',
            Shown(account).Select(m => $"{m.Day} {m.Amount} {m.Status} {WordComparison.Fingerprint(m.Text)}").Order()
        );

    private static string Prices(Account account) =>
        string.Join('\n', Shown(account).Select(m => $"{m.Day} {m.Amount} {m.Status}").Order());

    private static decimal Booked(Account account) =>
        Shown(account).Where(m => m.Status == TransactionStatus.Booked).Sum(m => m.Amount);
}
