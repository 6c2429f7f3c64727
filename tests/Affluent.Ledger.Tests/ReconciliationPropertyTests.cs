using Affluent.Connectors.Contract;
using CsCheck;

namespace Affluent.Ledger.Tests;

/// <summary>
/// What holds for any history: a bank shows an account, changes it a little (books, rewords, moves, drops, adds, issues new ids),
/// shows it again. Few amounts, days and words, so that rows collide all the time.
/// </summary>
public sealed class ReconciliationPropertyTests
{
    private static readonly Gen<string> Text = Gen.OneOf(
        "CB CAFE",
        "CB CAFE PARIS",
        "AUTORISATION",
        "PRLV EDF",
        "VIR LOYER",
        "VIR\nLOYER",
        ""
    );

    private static readonly Gen<Movement> Row = Gen.Select(
        Gen.OneOf(-250L, -1000L, -1000L, 1999L),
        Gen.Int[0, 12],
        Text,
        Gen.OneOf(TransactionStatus.Booked, TransactionStatus.Booked, TransactionStatus.Pending),
        Gen.OneOf<string?>(null, "a", "b", "c", "d", "e", "f"),
        Gen.Int[0, 3].Select(n => n == 0 ? (int?)null : n),
        Gen.Int[0, 3].Select(n => n == 0 ? (int?)null : n),
        (amount, day, text, status, id, value, made) =>
            new Movement
            {
                BankId = id,
                Amount = amount,
                Currency = "EUR",
                Day = day,
                BookingDay = status == TransactionStatus.Booked ? day : null,
                ValueDay = value is { } later ? day + later : null,
                TransactionDay = made is { } earlier ? day - earlier : null,
                Status = status,
                Text = text,
            }
    );

    private static readonly Gen<Movement[]> List = Row.Array[0, 14];

    // The same account a while later: each row stays, goes, books, moves or is reworded, and new ones come.
    private static readonly Gen<(Movement[] Before, Movement[] After)> Histories = Gen.Select(
        List,
        Gen.Int[0, 6].Array[14],
        Text.Array[14],
        Row.Array[0, 4],
        (before, fates, texts, added) =>
            (
                before,
                before
                    .Select(
                        (row, i) =>
                            fates[i] switch
                            {
                                0 => null,
                                1 => row with
                                {
                                    Status = TransactionStatus.Booked,
                                    BookingDay = row.Day + 1,
                                    Day = row.Day + 1,
                                },
                                2 => row with { Text = texts[i] },
                                3 => row with { BankId = row.BankId + "'" },
                                4 => row with { Day = row.Day + 2, BookingDay = row.Day + 2 },
                                _ => row,
                            }
                    )
                    .OfType<Movement>()
                    .Concat(added)
                    .ToArray()
            )
    );

    private static readonly Gen<ReconciliationRules> Rules = Gen.OneOf(
            TransactionIds.Absent,
            TransactionIds.StableOnceBooked,
            TransactionIds.Stable
        )
        .Select(ids => new ReconciliationRules { Ids = ids });

    private static readonly Gen<Window> Windows = Gen.Select(Gen.Int[-2, 8], Gen.Int[0, 3])
        .Select((from, kind) => kind == 0 ? new Window(null) : new Window(from));

    [Fact]
    public void A_second_run_changes_nothing() =>
        Gen.Select(Histories, Rules, Windows)
            .Sample(
                (history, rules, window) =>
                {
                    var account = new Account([], rules).After(history.Before).After(window, history.After);
                    return account.Changes(window, history.After).IsEmpty;
                }
            );

    [Fact]
    public void The_order_in_which_the_bank_lists_its_rows_has_no_say() =>
        Gen.Select(Histories, Rules, Gen.Int)
            .Sample(
                (history, rules, seed) =>
                {
                    var shuffled = history.After.ToArray();
                    new Random(seed).Shuffle(shuffled);
                    var account = new Account([], rules).After(history.Before);
                    var reversed = account with { Stored = [.. account.Stored.Reverse()] };
                    return Show(account.Changes(history.After)) == Show(reversed.Changes(shuffled));
                }
            );

    [Fact]
    public void Every_row_is_held_or_added_or_a_repetition_and_no_held_row_is_taken_twice() =>
        Gen.Select(Histories, Rules, Windows)
            .Sample(
                (history, rules, window) =>
                {
                    var account = new Account([], rules).After(history.Before);
                    var changes = account.Changes(window, history.After);
                    long[] touched = [.. changes.Updates.Select(u => u.Id), .. changes.Disappeared, .. changes.Expired];
                    return changes.Inserts.Count + changes.Updates.Count + changes.Unchanged + changes.Repeated
                            == history.After.Length
                        && touched.Distinct().Count() == touched.Length
                        && touched.Length + changes.Unchanged <= account.Stored.Count
                        && touched.All(id => account.Stored.Any(s => s.Id == id));
                }
            );

    [Fact]
    public void What_is_listed_is_what_is_held_row_for_row_whatever_happened_before() =>
        Gen.Select(Histories, Rules)
            .Sample(
                (history, rules) =>
                {
                    // With one id for each row or none, nothing is a repetition.
                    var after = history.After.Select((row, i) => row with { BankId = $"n{i}" }).ToArray();
                    var everything = new Window(-1_000);
                    var account = new Account([], rules).After(history.Before).After(everything, after);
                    var held = account
                        .Stored.Where(s => !s.Missing && s.Movement.Status != TransactionStatus.Expired)
                        .Select(s => s.Movement);
                    return Multiset(held) == Multiset(after);
                }
            );

    [Fact]
    public void A_pending_row_alone_with_its_amount_keeps_its_id_when_it_books() =>
        Gen.Select(Gen.Int[1, 12], Gen.Int[0, 3], Rules)
            .Sample(
                (count, delay, rules) =>
                {
                    var pending = Enumerable
                        .Range(1, count)
                        .Select(i => Rows.Pending(-100 * i - i, i, $"CB SHOP {(char)('A' + i)}BC", $"p{i}"));
                    var booked = Enumerable
                        .Range(1, count)
                        .Select(i => Rows.Booked(-100 * i - i, i + delay, $"CARTE 1234 {(char)('A' + i)}BC", $"b{i}"));
                    var account = new Account([], rules).After([.. pending]);
                    var later = account.After([.. booked]);
                    return later.Stored.Count == count
                        && account
                            .Stored.Zip(later.Stored)
                            .All(pair =>
                                pair.First.Id == pair.Second.Id
                                && pair.First.Movement.Amount == pair.Second.Movement.Amount
                                && pair.Second.Movement.Status == TransactionStatus.Booked
                            );
                }
            );

    [Fact]
    public void The_sum_of_what_is_booked_moves_by_what_the_changes_say() =>
        Gen.Select(Histories, Rules, Windows)
            .Sample(
                (history, rules, window) =>
                {
                    var before = new Account([], rules).After(history.Before);
                    var changes = before.Changes(window, history.After);
                    return Booked(before) + BalanceCheck.BookedBy(changes, before.Stored, "EUR")
                        == Booked(before.Apply(changes));
                }
            );

    private static decimal Booked(Account account) =>
        account
            .Stored.Where(s => !s.Missing && s.Movement.Status == TransactionStatus.Booked)
            .Sum(s => s.Movement.Amount);

    private static string Show(Changes changes) =>
        string.Join('\n', changes.Inserts)
        + string.Join('\n', changes.Updates)
        + string.Join(',', changes.Disappeared)
        + string.Join(',', changes.Expired)
        + $"{changes.Unchanged} {changes.Repeated}";

    private static string Multiset(IEnumerable<Movement> movements) =>
        string.Join(
            '\n',
            movements
                .Select(m =>
                    $"{m.Amount} {m.Day} {m.Status} {m.BookingDay} {m.ValueDay} {WordComparison.Fingerprint(m.Text)}"
                )
                .Order(StringComparer.Ordinal)
        );
}
