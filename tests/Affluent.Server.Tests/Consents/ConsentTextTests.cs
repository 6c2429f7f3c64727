using Affluent.Server.Authorization;
using Affluent.Server.Consents;
using Affluent.Server.SignInPages;
using Affluent.Server.Storage;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages;
using Xunit;

namespace Affluent.Server.Tests.Consents;

/// <summary>
/// Words that users agree to never change under the same version: who changes one takes the next version, and pins its words here.
/// </summary>
public sealed class ConsentTextTests
{
    [Theory]
    [InlineData("bank 2 en", "a26695851b864684")]
    [InlineData("bank 2 fr", "ccd604129a593041")]
    [InlineData("bank at home 2 en", "52420071bbd17424")]
    [InlineData("bank at home 2 fr", "93a4e68e1433890f")]
    [InlineData("accounts 1 en", "ed4797edb92f8acf")]
    [InlineData("accounts 1 fr", "651902059bc7dd87")]
    [InlineData("application 1 en", "1d3cc9b9e8d2aed5")]
    [InlineData("application 1 fr", "145f1d168ffa0ff2")]
    public void A_version_always_means_the_same_words(string name, string hash) =>
        Assert.Equal(hash, Known[name].Hash[..16]);

    [Fact]
    public void Every_text_of_today_is_pinned() => Assert.Equal(8, Known.Count);

    private static Dictionary<string, ConsentText> Known { get; } =
        Enum.GetValues<Language>()
            .SelectMany(language =>
            {
                var (bank, accounts, application) = (
                    new ConsentTexts(language),
                    new AccountsTexts(language),
                    new SignInTexts(language)
                );
                var word = language.Word();
                return new[]
                {
                    (
                        $"bank {ConsentTexts.Version} {word}",
                        ConsentText.Of(
                            [
                                bank.Title("B"),
                                bank.RenewTitle("B"),
                                bank.Intro("C"),
                                .. bank.Points,
                                bank.Through("U"),
                                bank.TermsOf("C"),
                                bank.TermsTitle,
                                .. bank.TermsBody,
                                bank.Agree,
                            ],
                            word,
                            ConsentTexts.Version
                        )
                    ),
                    (
                        $"bank at home {ConsentTexts.Version} {word}",
                        ConsentText.Of([bank.IntroAtHome, .. bank.TermsBodyAtHome], word, ConsentTexts.Version)
                    ),
                    (
                        $"accounts {AccountsTexts.Version} {word}",
                        ConsentText.Of(
                            [
                                accounts.Title,
                                accounts.Intro,
                                accounts.ConsentIntro,
                                accounts.Button,
                                accounts.ManageTitle,
                                accounts.ManageIntro,
                                accounts.ManageButton,
                            ],
                            word,
                            AccountsTexts.Version
                        )
                    ),
                    (
                        $"application {SignInTexts.Version} {word}",
                        ConsentText.Of(
                            [.. Enum.GetValues<Scope>().SelectMany(scope => application.Agreed("C", [scope]))],
                            word,
                            SignInTexts.Version
                        )
                    ),
                };
            })
            .ToDictionary(text => text.Item1, text => text.Item2, StringComparer.Ordinal);
}
