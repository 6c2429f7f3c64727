namespace Affluent.Ledger.Tests;

public sealed class PhrasesTests
{
    private readonly Phrases<string> _ways = new([
        ("VIR", "transfer"),
        ("VIR PERM", "standing order"),
        ("CB", "card"),
        ("CB RETRAIT DAB", "cash"),
        ("FRAIS CB", "fee"),
    ]);

    [Theory]
    [InlineData("VIR MARTIN", 1, "transfer")]
    [InlineData("VIR PERM MARTIN", 2, "standing order")]
    [InlineData("VIR PERM", 2, "standing order")]
    [InlineData("CB RETRAIT PARIS", 1, "card")]
    [InlineData("CB RETRAIT", 1, "card")]
    [InlineData("VIREMENT", 0, null)]
    [InlineData("MARTIN VIR", 0, null)]
    public void The_longest_phrase_that_begins_at_a_word_counts(string text, int length, string? meaning)
    {
        Assert.Equal(length, _ways.At(new Tokens(text), 0, out var found));
        Assert.Equal(meaning, found);
    }

    [Theory]
    [InlineData("MARTIN CB", "card")]
    [InlineData("CB VIR", "card")]
    [InlineData("VIR CB", "transfer")]
    [InlineData("VIR FRAIS CB", "fee")]
    [InlineData("MARTIN", null)]
    public void Of_all_in_a_text_the_longest_counts_and_of_equally_long_ones_the_first(string text, string? meaning)
    {
        Assert.Equal(meaning is not null, _ways.Anywhere(new Tokens(text), out var found));
        Assert.Equal(meaning, found);
    }

    [Fact]
    public void A_table_names_the_meaning_before_its_phrases() =>
        Assert.Equal(
            [("CARREFOUR", "SHOP"), ("SUPER U", "SHOP"), ("EDF", "ENERGY")],
            Phrases.Read("SHOP: CARREFOUR, SUPER U\nENERGY: EDF")
        );

    [Fact]
    public void A_heading_with_an_exclamation_mark_stays()
    {
        var heads = LabelWords.Table("CARTE, CB,\n !CARTE GRISE");

        Assert.Equal((1, true), At("CARTE BLEUE"));
        Assert.Equal((2, false), At("CARTE GRISE"));
        Assert.Equal((1, true), At("CB"));
        Assert.Equal((0, false), At("GRISE"));

        (int, bool) At(string text) => (heads.At(new Tokens(text), 0, out var goes), goes);
    }

    [Theory]
    [InlineData("/REF:123", "REF")]
    [InlineData("REF/123", "REF")]
    [InlineData("REF:", "REF")]
    [InlineData("(AD.SEPA)", "AD.SEPA")]
    [InlineData("«Café»,", "CAFE")]
    [InlineData("***", "")]
    [InlineData("-/-", "")]
    [InlineData("12/03", "12")]
    public void The_core_of_a_word_is_without_punctuation_and_without_what_follows_a_slash_or_colon(
        string word,
        string core
    ) => Assert.Equal(core, new Tokens(word).Core(0).ToString());

    [Fact]
    public void Accents_and_case_make_no_difference() =>
        Assert.Equal("AAAAAACEEEEIIIINOOOOOUUUU'SSß", new Tokens("àáâãäåçèéêëìíîïñòóôõöùúûü’ssß").Whole(0).ToString());

    [Fact]
    public void Words_are_parted_by_any_blanks_and_kept_as_they_were_written()
    {
        var tokens = new Tokens(" Café\u00a0des\n\tARTS ");

        Assert.Equal(3, tokens.Count);
        Assert.Equal(["Café", "des", "ARTS"], Enumerable.Range(0, 3).Select(i => tokens.Raw(i).ToString()));
    }
}
