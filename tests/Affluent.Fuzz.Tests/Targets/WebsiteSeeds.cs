namespace Affluent.Fuzz.Tests.Targets;

/// <summary>Pages of a bank's site, by themselves and as <see cref="ScriptedBank"/> reads them.</summary>
internal static class WebsiteSeeds
{
    public static readonly string[] Pages =
    [
        LoginForm,
        CodeForm,
        MethodList,
        "<h1>Choose how</h1><form method=post><select name=d><option value=''>?<option value=a>SMS<option>App</select><input type=submit value=Next></form>",
        "<h1>Choose how</h1><form method=post><button name=v value=sms>SMS</button><button name=v value=app formaction=/app>Banking app</button></form>",
        "<form><p>Scan it</p><img src=/qr.png alt=photoTAN><input name=otp></form>",
        "<form><img class=qr-code src='data:image/png;base64,iVBORw0KGgoAAAAN'><input name=otp></form>",
        AccountTable,
        TransactionTable,
        DetailPage,
        "<h1>Maintenance</h1><p>Le site est indisponible</p>",
        "<title>Nouveau mot de passe</title><h1>Votre mot de passe expire</h1><form><input type=password><input type=password></form>",
        "<h1>Conditions générales</h1><form method=post action=/terms><button>J'accepte</button></form>",
        "<main>Aucun compte</main>",
        "<h1>Validez dans votre application</h1><main><p>Ouvrez l'application S3CRET</p><form method=post><button>J'ai validé</button></form></main>",
        "<div class=error>Votre accès est bloqué</div>",
    ];

    public const string Login = $"""
        200
        Content-Type: text/html; charset=utf-8
        Set-Cookie: visit=a1; Path=/; HttpOnly

        {LoginForm}
        =====
        302
        Location: /desk
        Set-Cookie: inside=S3CRET; Path=/; Max-Age=600

        =====
        200
        Content-Type: text/html

        <nav><a href="/mine">My accounts</a></nav>
        =====
        200
        Content-Type: text/html

        {AccountTable}
        =====
        200
        Content-Type: text/html

        {DetailPage}
        """;

    public const string Inside = $"""
        200
        Content-Type: text/html

        {AccountTable}
        =====
        404
        Content-Type: text/html

        """;

    public const string WithCode = $"""
        200
        Content-Type: text/html

        {LoginForm}
        =====
        200
        Content-Type: text/html

        {CodeForm}
        =====
        303
        Location: /desk

        =====
        200
        Content-Type: text/html

        {AccountTable}
        """;

    public const string WithChoice = $"""
        200
        Content-Type: text/html

        {LoginForm}
        =====
        200
        Content-Type: text/html

        {MethodList}
        =====
        200
        Content-Type: text/html

        <h1>Validez dans votre application</h1><main><p>Scannez</p><img src="/qr" alt=QR></main>
        =====
        200
        Content-Type: image/gif

        GIF89a
        """;

    public const string Transactions = $"""
        200
        Content-Type: text/html; charset="utf-8"

        {TransactionTable}
        =====
        200
        Content-Type: text/html

        <table><tr><th>Date<th>Libellé<th>Montant</tr><tr><td>19/11/2026<td>CARTE CAFE<td>-3,20 €</table>
        """;

    public const string Session =
        """{"cookies":[{"name":"inside","value":"S3CRET","path":"/","ends":"2026-11-22T11:00:00+00:00"}],"accounts":"https://www.bank.example/mine","approval":"https://www.bank.example/app","code":{"action":"https://www.bank.example/code","post":true,"fields":[{"name":"csrf","value":"x"}],"asked":"otp"},"choice":{"form":{"action":"https://www.bank.example/sca","post":true,"fields":[{"name":"t","value":"x"}]},"options":[{"id":"sms","label":"SMS","name":"m","value":"sms"},{"id":"app","label":"App","name":"","value":"","action":"https://www.bank.example/app"}]}}""";

    public const string Place =
        """{"trail":{"address":"https://www.bank.example/a/7?page=2","number":2,"mark":"https://www.bank.example/a/7","rows":"AAAA"},"currency":"EUR","from":"2026-01-01"}""";

    private const string LoginForm =
        """<form method="POST" action="enter?x=1"><input type=hidden name=csrf value="S3CRET"><input name=user><input type=password name=pass><input type=checkbox name=stay checked><select name=lang><option value=fr selected>Fr</select><textarea name=t>a</textarea><button name=go value=1>Log in</button></form>""";

    private const string CodeForm =
        """<h1>Check</h1><form method=post action="/code"><p>We sent a code to <b>j**@m***.example</b></p><input type=tel name=code maxlength=6 inputmode=numeric></form>""";

    private const string MethodList =
        """<h1>Vérification</h1><form method=post action="/sca"><input type=hidden name=t value="S3CRET"><p>Choisissez</p><input type=radio id=a name=m value=sms checked><label for=a>SMS au 06 ** 12</label><label><input type=radio name=m value=app>Application</label><button name=go>Continuer</button></form>""";

    private const string AccountTable = """
        <table><thead><tr><th>Account name</th><th>Type</th><th>IBAN</th><th>Numéro</th><th>Devise</th><th>Solde</th><th>Solde au</th><th>Titulaire</th><th>Usage</th></tr></thead>
          <tr><td><a href="/a/7">S3CRET Everyday</a></td><td>Compte courant</td><td>FR76 3000 1</td><td>12</td><td>EUR</td><td>1 234,56 €</td><td>21/11/2026</td><td>S3CRET</td><td>Pro</td></tr>
          <tr><td><a href="a/8">Carte</a></td><td>Carte de crédit</td><td></td><td>4970 XXXX 1234</td><td></td><td>(1,000.00) £</td><td>21 nov. 2026</td></tr>
          <tr><td><a href="/a/9">Prêt</a><td>Loan<td colspan=3>x<td>-5</table>
        """;

    private const string TransactionTable = """
        <table><thead><tr><th>Date</th><th>Date comptable</th><th>Date de valeur</th><th>Description</th><th>Memo</th><th>Reference</th><th>Debit</th><th>Credit</th><th>Status</th></tr></thead>
          <tr class=pending><td>21 Nov 2026</td><td></td><td></td><td>Coffee S3CRET</td><td>x</td><td>R1</td><td>3.20</td><td></td><td>Pending</td></tr>
          <tr><td>20 Nov 2026</td><td>20/11/2026</td><td>2026-11-21</td><td>Pay &amp; more</td><td></td><td></td><td></td><td>1,500.00</td><td>Booked</td></tr></table>
        <nav><a rel=next href="/a/7?page=2">Suivant</a></nav>
        """;

    private const string DetailPage = """
        <main><a href="/a/7/movements">Mouvements</a><dl><dt>Montant initial<dd>100 000,00 €<dt>Taux<dd>1,70 %<dt>Début<dd>01/02/2020<dt>Date de fin<dd>1er mars 2040
        <dt>Prochaine échéance<dd>500,00<dt>Date de la prochaine échéance<dd>05/12/2026<dt>Intérêts<dd>12,00<dt>Ouvert le<dd>2019-01-01</dl>
        <table><tr><th>Compte de prélèvement<td>12</tr><tr><th>Prochain débit, montant<td>-5,00</tr><tr><th>Numéro de carte<td>4970 XXXX 1234</tr></table></main>
        """;
}
