namespace Affluent.Ledger.Tests;

/// <summary>Characters that no two databases agree on.</summary>
public sealed class BankTextTests
{
    [Theory]
    [InlineData("VIR SALAIRE\0\0", "VIR SALAIRE")]
    [InlineData("VIR\u0085SALAIRE", "VIR SALAIRE")]
    [InlineData("VIR \u0007SALAIRE", "VIR SALAIRE")]
    [InlineData("CAFÉ 😀", "CAFÉ 😀")]
    [InlineData("CAF\uFFFD\0", "CAF\uFFFD")]
    [InlineData("", "")]
    public void What_databases_refuse_is_not_kept(string text, string clean) =>
        Assert.Equal(clean, BankText.Clean(text));

    // An attribute cannot hold halves of characters.
    [Fact]
    public void Halves_of_characters_are_not_kept()
    {
        Assert.Equal("CAF", BankText.Clean($"CAF{(char)0xD83D}"));
        Assert.Equal("CAF", BankText.Clean($"{(char)0xDE00}CAF"));
        Assert.Equal("C😀F", BankText.Clean($"C{(char)0xDE00}😀{(char)0xD83D}F"));
    }

    [Fact]
    public void What_is_clean_stays_the_same_object()
    {
        const string text = "CB CAFÉ DE L’ÎLE";

        Assert.Same(text, BankText.Clean(text));
        Assert.Null(BankText.Clean(null));
    }
}
