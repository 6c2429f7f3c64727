namespace Affluent.Ledger.Tests;

/// <summary>Characters that no two databases agree on.</summary>
public sealed class BankTextTests
{
    [Theory]
    [InlineData("VIR SALAIRE\0\0", "VIR SALAIRE")]
    [InlineData("VIR\u0085SALAIRE", "VIR SALAIRE")]
    [InlineData("VIR \u0007SALAIRE", "VIR SALAIRE")]
    [InlineData("CAF\uD83D", "CAF")]
    [InlineData("\uDE00CAF", "CAF")]
    [InlineData("CAFÉ 😀", "CAFÉ 😀")]
    [InlineData("", "")]
    public void What_databases_refuse_is_not_kept(string text, string clean) =>
        Assert.Equal(clean, BankText.Clean(text));

    [Fact]
    public void What_is_clean_stays_the_same_object()
    {
        const string text = "CB CAFÉ DE L’ÎLE";

        Assert.Same(text, BankText.Clean(text));
        Assert.Null(BankText.Clean(null));
    }
}
