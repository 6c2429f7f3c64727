using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>Web sites as banks make them: several tables, notices that always stand there, older encodings.</summary>
public sealed class WebsiteDeviationTests
{
    private const string Notice = """<div role="alert">Pensez à fermer votre session après chaque visite.</div>""";

    [Fact]
    public async Task All_tables_of_a_page_are_read_and_what_is_to_come_is_pending()
    {
        using var run = Run(
            Site(
                """
                <h2>Mes comptes</h2><table><tr><th>Compte</th><th>Solde</th></tr><tr><td><a href="/a/1">Courant</a></td><td>1,00 €</td></tr></table>
                <h2>Mon épargne</h2><table><tr><th>Compte</th><th>N°</th><th>Solde</th></tr><tr><td><a href="/a/2">Livret</a></td><td>7</td><td>2,00 €</td></tr></table>
                """,
                """
                <section><h2>Opérations à venir</h2><table><tr><th>Date</th><th>Libellé</th><th>Montant</th></tr><tr><td>21/11/2026</td><td>CB DEMAIN</td><td>-9,90</td></tr></table></section>
                <section><h2>Dernières opérations</h2><table><tr><th>Libellé</th><th>Date</th><th>Montant</th></tr><tr><td>CB UN</td><td>20/11/2026</td><td>-1,10</td></tr><tr><td>CB UN</td><td>20/11/2026</td><td>-1,10</td></tr></table></section>
                """
            )
        );

        var accounts = await run.Accounts();
        var read = await run.Transactions(accounts[0]);

        Assert.Equal([("Courant", 1m), ("Livret", 2m)], accounts.Select(a => (a.Name!, a.Balances[0].Amount)));
        Assert.Equal(
            [
                (-9.90m, BankTransactionStatus.Pending),
                (-1.10m, BankTransactionStatus.Booked),
                (-1.10m, BankTransactionStatus.Booked),
            ],
            read.Select(t => (t.Amount, t.Status))
        );
    }

    [Fact]
    public async Task A_table_that_stands_there_twice_for_two_screens_is_one()
    {
        const string Table =
            "<table><tr><th>Date</th><th>Libellé</th><th>Montant</th></tr><tr><td>20/11/2026</td><td>CB UN</td><td>-1,10</td></tr></table>";
        using var run = Run(Site(OneAccount, $"<div class=desktop>{Table}</div><div class=mobile>{Table}</div>"));

        Assert.Single(await run.Transactions((await run.Accounts())[0]));
    }

    [Fact]
    public async Task A_page_that_two_accounts_share_is_not_read_for_both()
    {
        using var run = Run(
            Site(
                """<table><tr><th>Compte</th><th>Solde</th></tr><tr><td><a href="/a/1">Courant</a></td><td>1,00 €</td></tr><tr><td><a href="/a/1">Livret</a></td><td>2,00 €</td></tr></table>""",
                "<p>Aucune opération</p>"
            )
        );

        var accounts = await run.Accounts();

        Assert.Equal(2, accounts.DistinctBy(a => a.Reference).Count());
        await run.TakeRefused(new StepInput.ListTransactions(accounts[1], null), Refusal.AccountRefused);
    }

    [Theory]
    [InlineData("", Refusal.WrongCredentials)]
    [InlineData("""<p class="error">Mot de passe incorrect</p>""", Refusal.WrongCredentials)]
    [InlineData(
        """<p class="error">Identifiant ou mot de passe invalide. Votre session est fermée.</p>""",
        Refusal.WrongCredentials
    )]
    [InlineData(
        """<p class="error">Mot de passe incorrect. Il vous reste 2 essais avant que votre accès soit bloqué.</p>""",
        Refusal.WrongCredentials
    )]
    [InlineData("""<p class="error">Mot de passe incorrect. Votre accès est bloqué.</p>""", Refusal.AccessLocked)]
    public async Task A_notice_that_always_stands_there_is_no_answer_to_a_password(string said, Refusal reason)
    {
        foreach (
            var standing in new[]
            {
                Notice,
                """<p class="error">Service indisponible dimanche de 2 h à 4 h</p>""",
                """<p class="alert">Après trois essais, votre accès est bloqué.</p>""",
            }
        )
        {
            var bank = Login(standing, said);
            using var run = Run(bank);

            await run.TakeRefused(new StepInput.ListAccounts(), reason);

            Assert.Single(bank.At("/enter"));
        }
    }

    [Theory]
    [InlineData("""<p class="error">Votre session a expiré</p>""")]
    [InlineData("""<p class="error">Service indisponible</p>""")]
    [InlineData("""<div class="alert"><p>Problème technique</p></div>""")]
    public async Task A_site_that_is_down_after_the_login_is_asked_later(string said)
    {
        using var run = Run(Login(Notice, said));

        await run.Take<StepResult.Later>(new StepInput.ListAccounts());
    }

    [Theory]
    [InlineData("""<meta charset="iso-8859-1">""", "text/html", "", "%E9t%E9+%80")]
    [InlineData(
        """<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">""",
        "text/html",
        "",
        "%E9t%E9+%80"
    )]
    [InlineData("", "text/html; charset=ISO-8859-15", "", "%E9t%E9+%A4")]
    [InlineData("""<meta charset="iso-8859-1">""", "text/html; charset=utf-8", "", "%C3%A9t%C3%A9+%E2%82%AC")]
    [InlineData("", "text/html", "", "%C3%A9t%C3%A9+%E2%82%AC")]
    [InlineData("", "text/html", "accept-charset=iso-8859-1", "%E9t%E9+%80")]
    [InlineData("""<meta charset="iso-8859-7">""", "text/html; charset=ISO-8859-1", "", "%E9t%E9+%80")]
    [InlineData("""<meta charset="klingon">""", "text/html", "", "%C3%A9t%C3%A9+%E2%82%AC")]
    [InlineData("""<meta charset="koi8-r">""", "text/html", "", "%26%23233%3Bt%26%23233%3B+%26%238364%3B")]
    public async Task A_form_is_sent_in_the_encoding_of_its_page(string meta, string type, string form, string sent)
    {
        var bank = new FakeBank()
            .On(
                "GET",
                "/",
                _ => new Reply(
                    $"""{meta}<form method=post action="/enter" {form}><input name=user><input type=password name=pass></form>""",
                    Type: type
                )
            )
            .Page("/enter", "");
        using var run = Run(bank);
        run.Credentials = new Dictionary<string, string> { ["1"] = "jane", ["2"] = "été €" };

        await run.Take(new StepInput.ListAccounts());

        var request = Assert.Single(bank.At("/enter"));
        Assert.Equal($"user=jane&pass={sent}", request.Body);
        Assert.StartsWith(
            "application/x-www-form-urlencoded",
            request.Headers["Content-Type"],
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("""<meta charset="iso-8859-1">""", "Épargne")]
    [InlineData("""<META HTTP-EQUIV=content-type CONTENT='text/html;charset=ISO-8859-1'>""", "Épargne")]
    [InlineData("", "\uFFFDpargne")]
    public void A_page_without_a_header_is_read_as_it_says_itself(string meta, string name)
    {
        var bytes = Encoding.Latin1.GetBytes($"<html><head>{meta}<title>Épargne</title>");

        Assert.Contains(name, (Encodings.OfPage(bytes) ?? Encoding.UTF8).GetString(bytes), StringComparison.Ordinal);
    }

    private const string OneAccount =
        """<table><tr><th>Compte</th><th>Solde</th></tr><tr><td><a href="/a/1">Courant</a></td><td>1,00 €</td></tr></table>""";

    private static ConnectorRun Run(FakeBank bank) => SmallBanks.WebsiteRun(bank);

    private static FakeBank Site(string accounts, string transactions) =>
        new FakeBank().Page("/", accounts).Page("/a/1", transactions).Page("/a/2", transactions);

    private static FakeBank Login(string standing, string said)
    {
        const string Form =
            """<form method=post action="/enter"><input name=user><input type=password name=pass></form>""";
        return new FakeBank()
            .Page("/", standing + Form)
            .On("POST", "/enter", _ => new Reply(standing + said + Form, Type: "text/html"));
    }
}
