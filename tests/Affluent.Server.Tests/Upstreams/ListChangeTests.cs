using Affluent.Connectors.EnableBanking;
using Affluent.Server.Upstreams;
using CsCheck;
using Xunit;

namespace Affluent.Server.Tests.Upstreams;

/// <summary>What becomes of known banks when a list comes. Pure.</summary>
public sealed class ListChangeTests
{
    private const long Now = 1_772_000_000;

    [Fact]
    public void A_list_that_says_the_same_writes_nothing()
    {
        var known = Stored([], List(Bank("A"), Bank("B", bic: "BBBBFIHH")), Now);

        var change = ListChange.Of(known, List(Bank("A"), Bank("B", bic: "BBBBFIHH")), Now + 1)!;

        Assert.Empty(change.Put);
        Assert.Equal((0, 0), (change.New, change.Missing));
    }

    [Fact]
    public void What_a_bank_says_anew_is_taken_over_under_its_id()
    {
        var known = Stored([], List(Bank("A")), Now);

        var change = ListChange.Of(known, List(Bank("A") with { ConsentDays = 90, PsuHeaders = "Psu-Referer" }), Now)!;

        var put = Assert.Single(change.Put);
        Assert.Equal((known[0].Id, 90, "Psu-Referer"), (put.Id, put.ConsentDays, put.PsuHeaders));
    }

    [Fact]
    public void A_bank_whose_row_cannot_be_read_is_not_missing()
    {
        var known = Stored([], List(Bank("A"), Bank("B"), Bank("C")), Now);

        var change = ListChange.Of(known, new CountryBanks([Bank("A")], ["B", ""]), Now)!;

        Assert.Equal(["C"], change.Put.Select(bank => bank.Name));
        Assert.Equal(1, change.Missing);
    }

    [Fact]
    public void An_empty_list_is_believed_only_where_nothing_is_offered()
    {
        var known = Stored([], List(Bank("A")), Now);
        var gone = Stored(known, ListChange.OfNoList(known, Now), Now);
        var grace = (long)ListedBank.Grace.TotalSeconds;

        Assert.Null(ListChange.Of(known, List(), Now));
        Assert.Null(ListChange.Of(gone, List(), Now + grace - 1));
        Assert.NotNull(ListChange.Of(gone, List(), Now + grace));
        Assert.NotNull(ListChange.Of([], List(), Now));
    }

    [Fact]
    public void A_name_that_is_known_is_never_taken_for_another_bank_s_new_one()
    {
        var known = Stored([], List(Bank("A", bic: "AAAAFIHH"), Bank("B")), Now);

        // A is gone, and B bears its BIC: it is B all the same.
        var change = ListChange.Of(known, List(Bank("B", bic: "AAAAFIHH")), Now)!;

        Assert.Equal(
            [("A", known[0].Id, true), ("B", known[1].Id, false)],
            change.Put.Select(bank => (bank.Name, bank.Id, bank.MissingSince is not null)).Order()
        );
    }

    [Fact]
    public void Ids_stay_and_are_given_once_whatever_lists_come()
    {
        var bank =
            from name in Gen.Char['A', 'F']
            from bic in Gen.Int[0, 3].Select(which => which == 0 ? null : $"BANKFI0{which}")
            from kind in Gen.Enum<PsuType>()
            from days in Gen.Int[1, 3]
            select Bank($"{name}", kind, bic) with
            {
                ConsentDays = days,
            };
        var list =
            from banks in bank.List[0, 8]
            from unread in Gen.Char['A', 'F'].Select(name => $"{name}").List[0, 2]
            select new CountryBanks([.. banks.DistinctBy(one => (one.Name, one.PsuType))], unread);

        list.List[1, 12]
            .Sample(lists =>
            {
                IReadOnlyList<ListedBank> known = [];
                var now = Now;
                foreach (var next in lists)
                {
                    now += 86_400;
                    var before = known.ToDictionary(one => one.Id);
                    if (ListChange.Of(known, next, now) is not { } change)
                    {
                        continue;
                    }
                    known = Stored(known, change, now);
                    // Nobody is lost, and no two bear an id, or a name of a kind.
                    Assert.Empty(before.Keys.Except(known.Select(one => one.Id)));
                    Assert.Equal(known.Count, known.Select(one => one.Id).Distinct().Count());
                    Assert.Equal(known.Count, known.Select(one => (one.Name, one.PsuType)).Distinct().Count());
                    // All that are listed are offered as the list says.
                    foreach (var one in next.Banks)
                    {
                        var its = known.Single(other => (other.Name, other.PsuType) == (one.Name, one.PsuType));
                        Assert.True(its.IsOffered(now) && its.MissingSince is null);
                        Assert.Equal((one.Bic, one.ConsentDays), (its.Bic, its.ConsentDays));
                    }
                    // Who was known under a name that is listed is who it was.
                    foreach (var (id, was) in before)
                    {
                        if (next.Banks.Any(one => (one.Name, one.PsuType) == (was.Name, was.PsuType)))
                        {
                            Assert.Equal(was.Name, known.Single(one => one.Id == id).Name);
                        }
                    }
                }
            });
    }

    private static UpstreamBank Bank(string name, PsuType kind = PsuType.Personal, string? bic = null) =>
        new(name, "FI", kind) { ConsentDays = 180, Bic = bic };

    private static CountryBanks List(params UpstreamBank[] banks) => new(banks, []);

    private static IReadOnlyList<ListedBank> Stored(IReadOnlyList<ListedBank> known, CountryBanks list, long now) =>
        Stored(known, ListChange.Of(known, list, now)!, now);

    // As the store does.
    private static IReadOnlyList<ListedBank> Stored(IReadOnlyList<ListedBank> known, ListChange change, long now)
    {
        Assert.True(now >= Now);
        var next = known.Select(bank => bank.Id).Append(ListedBank.IdsAbove).Max() + 1;
        ListedBank[] put = [.. change.Put.Select(bank => bank.Id == 0 ? bank with { Id = next++ } : bank)];
        var changed = put.Select(bank => bank.Id).ToHashSet();
        return [.. known.Where(bank => !changed.Contains(bank.Id)), .. put];
    }
}
