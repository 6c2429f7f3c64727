namespace Affluent.Ledger.Tests;

/// <summary>The scorer finds each kind of fault: a corpus that anything passes would prove nothing.</summary>
public sealed class ScorerTests
{
    private const string Coffee = """
        == coffee
        fetch
        a P -2.50 10 m10 | CB CAFE
        fetch
        a B -2.50 11 m10 | CB CAFE
        b B -2.50 11 m11 | CB CAFE ROYAL
        """;

    private const string Doubt = """
        == doubt
        fetch
        a P -2.50 10 | CB CAFE
        fetch
        b?a B -2.50 11 | CB ROYAL
        """;

    private const string Twins = """
        == twins
        fetch
        a B -2.50 10 | CB CAFE
        b B -2.50 10 | CB CAFE
        fetch
        a/b B -2.50 10 | CB CAFE
        """;

    [Fact]
    public void What_is_right_has_no_fault()
    {
        Assert.Equal(Score.Right, Of(Coffee, "1P10", "1B11 2B11+"));
        Assert.Equal(Score.Right, Of(Doubt, "1P10", "2B11?1"));
        Assert.Equal(Score.Right, Of(Twins, "1B10 2B10", "2B10"));
    }

    [Fact]
    public void A_movement_under_a_second_id_is_a_duplicate()
    {
        Assert.Equal(Score.Right with { Duplicates = 1 }, Of(Coffee, "1P10", "3B11 2B11+"));
        Assert.Equal(Score.Right with { Duplicates = 1 }, Of(Twins, "1B10 2B10", "3B10"));
    }

    [Fact]
    public void A_new_movement_under_the_id_of_another_is_a_false_merge() =>
        Assert.Equal(Score.Right with { Duplicates = 1, FalseMerges = 1 }, Of(Coffee, "1P10", "3B11 1B11+"));

    [Fact]
    public void A_row_that_is_not_held_was_merged_with_another() =>
        Assert.Equal(Score.Right with { FalseMerges = 1 }, Of(Coffee, "1P10", "1B11"));

    [Fact]
    public void Two_that_change_places_have_their_ids_passed_on()
    {
        const string two = """
            == two
            fetch
            a B -2.50 10 | CB CAFE
            b B -2.50 11 | CB CAFE ROYAL
            fetch
            a B -2.50 10 | CB CAFE
            b B -2.50 11 | CB CAFE ROYAL
            """;

        Assert.Equal(Score.Right with { PassedOn = 2 }, Of(two, "1B10 2B11+", "2B10 1B11+"));
    }

    [Theory]
    [InlineData("1B11")]
    [InlineData("2B11")]
    [InlineData("2B11?7")]
    public void What_cannot_be_decided_must_be_kept_apart_and_say_what_it_may_be(string held) =>
        Assert.Equal(Score.Right with { NotFlagged = 1 }, Of(Doubt, "1P10", held));

    [Fact]
    public void What_can_be_decided_must_not_be_flagged() =>
        Assert.Equal(Score.Right with { FalselyFlagged = 1 }, Of(Coffee, "1P10", "1B11 2B11+?1"));

    [Fact]
    public void What_is_listed_no_longer_must_not_linger() =>
        Assert.Equal(Score.Right with { Lingering = 1 }, Of(Twins, "1B10 2B10", "1B10 2B10"));

    // Held rows in few letters: id, state, day, + the other shop, ? flagged with what it may be.
    private static Score Of(string text, params string[] readings)
    {
        var history = CorpusReader.Read("test", text.Split('\n')).Single();
        return Scorer.Of(history, [.. readings.Select(held => held.Split(' ').Select(HeldOf).ToArray())]).Score;
    }

    private static HeldRow HeldOf(string text)
    {
        var day = Rows.Days(int.Parse(text[2..4], System.Globalization.CultureInfo.InvariantCulture));
        var words =
            text.Contains('+', StringComparison.Ordinal) || text.Contains('?', StringComparison.Ordinal)
                ? "CB CAFE ROYAL"
                : "CB CAFE";
        var movement = text[1] == 'P' ? Rows.Pending(-250, day, words) : Rows.Booked(-250, day, words);
        return new HeldRow(
            text[0] - '0',
            movement,
            Live: true,
            text.Contains('?', StringComparison.Ordinal),
            text.Contains('?', StringComparison.Ordinal) ? [text[^1] - '0'] : []
        );
    }
}
