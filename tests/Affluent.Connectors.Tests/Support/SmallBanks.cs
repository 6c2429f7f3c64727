using Affluent.Connectors.Contract;
using Affluent.Connectors.Scraping;
using Affluent.Connectors.Stet;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Testing.Conformance;

namespace Affluent.Connectors.Tests.Support;

/// <summary>The smallest healthy bank of each family, and what its customer answers.</summary>
internal static class SmallBanks
{
    public const string AccessToken = "access-0123456789";
    public const string RefreshToken = "refresh-0123456789";
    private const string Code = "code-0123456789";

    public static ChannelDefinition StetChannel(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string>
        {
            ["authorize_url"] = "https://login.stet.example/authorize?brand=7",
            ["token_url"] = "https://api.stet.example/token",
            ["revocation_url"] = "https://api.stet.example/revoke",
            ["api_url"] = "https://api.stet.example/psd2/v1.4.2",
            ["client_id"] = "affluent&co",
            ["client_secret"] = "secret-0123456789",
        };
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }
        return new ChannelDefinition
        {
            Id = new ChannelDefinitionId("101"),
            Mode = ChannelMode.Redirect,
            Connector = "stet",
            AccountTypes = [BankAccountType.Checkings],
            Settings = settings,
        };
    }

    public static FakeBank Stet() =>
        new FakeBank()
            .On("POST", "/token", _ => new Reply(Tokens(AccessToken, RefreshToken)))
            .On("POST", "/revoke", _ => new Reply(""))
            .On(
                "/psd2/v1.4.2/accounts",
                """
                { "accounts": [
                    { "resourceId": "A 1", "accountId": { "iban": "FR76 3000 1" , "currency": "EUR" }, "name": "Compte", "usage": "PRIV",
                      "cashAccountType": "CACC", "_links": { "balances": { "href": "/psd2/v1.4.2/accounts/A1/balances" },
                      "transactions": { "href": "accounts/A1/transactions{?dateFrom,dateTo}", "templated": true } } },
                    { "resourceId": "B", "accountId": { "other": { "identification": "4970 XXXX 12", "schemeName": "CPAN" } },
                      "name": "Carte", "cashAccountType": "CARD", "currency": "EUR", "linkedAccount": "A 1",
                      "balances": [ { "balanceType": "CLBD", "balanceAmount": { "amount": 1, "currency": "EUR" } },
                                    { "balanceType": "OTHR", "balanceAmount": { "amount": "-20.5", "currency": "EUR" }, "referenceDate": "2026-10-31" },
                                    { "balanceType": "OTHR", "balanceAmount": { "amount": "-30.5", "currency": "EUR" }, "referenceDate": "2026-11-30" } ] } ],
                  "_links": { "self": { "href": "/psd2/v1.4.2/accounts" } } }
                """
            )
            .On(
                "/psd2/v1.4.2/accounts/A1/balances",
                """{ "balances": [ { "balanceType": "XPCD", "balanceAmount": { "amount": "9.00", "currency": "EUR" } }, { "balanceType": "CLBD", "balanceAmount": { "amount": "10.00", "currency": "EUR" }, "referenceDate": "2026-11-21" } ] }"""
            )
            .On(
                "GET",
                "/psd2/v1.4.2/accounts/A1/transactions",
                r => new Reply(
                    r.Address.Query.Contains("page=2", StringComparison.Ordinal)
                        ? """{ "transactions": [ { "transactionAmount": { "amount": 5, "currency": "EUR" }, "creditDebitIndicator": "CRDT", "status": "PDNG", "transactionDate": "20261119" } ] }"""
                        : """
                        { "transactions": [ { "entryReference": "1", "transactionAmount": { "amount": "12.30", "currency": "EUR" },
                            "creditDebitIndicator": "DBIT", "status": "BOOK", "bookingDate": "2026-11-20", "remittanceInformation": [ "CB  CAFE<br/>PARIS" ] } ],
                          "_links": { "next": { "href": "?page=2" } } }
                        """
                )
            )
            .On("/psd2/v1.4.2/accounts/B/transactions", """{ "transactions": [] }""");

    public static string Tokens(string access, string? refresh, string expiresIn = "600") =>
        $$"""{ "access_token": "{{access}}", "token_type": "Bearer", "expires_in": "{{expiresIn}}", "refresh_token": {{(refresh is null ? "null" : $"\"{refresh}\"")}} }""";

    public static ConnectorRun StetRun(FakeBank bank, params (string Name, string Value)[] settings) =>
        new(new StetConnector(), StetChannel(settings), bank);

    /// <summary>A connection whose user has been at the bank.</summary>
    public static ConnectorRun StetAllowed(FakeBank bank, params (string Name, string Value)[] settings)
    {
        var run = StetRun(bank, settings);
        run.Session = new StetSession
        {
            AccessToken = AccessToken,
            RefreshToken = RefreshToken,
            RenewAccessAt = run.Now.AddMinutes(10).AddSeconds(-20),
        }.Write();
        return run;
    }

    public static ConnectorUnderTest StetUnderTest() =>
        new()
        {
            Connector = () => new StetConnector(),
            Channel = StetChannel(),
            Bank = Stet,
            Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero),
            Callback = new BankCallback(new Uri(ConnectorRun.CallbackAddress), "state-0123456789"),
            Secrets = ["secret-0123456789", AccessToken, RefreshToken, Code],
            User = question =>
                question is Question.Redirect
                    ? new StepInput.Returned(
                        new Uri($"{ConnectorRun.CallbackAddress}?code={Code}&state=state-0123456789")
                    )
                    : null,
        };

    public static ChannelDefinition WebsiteChannel() =>
        new()
        {
            Id = new ChannelDefinitionId("100"),
            Mode = ChannelMode.Embedded,
            Connector = "website",
            AccountTypes = [BankAccountType.Checkings],
            Settings = new Dictionary<string, string> { ["login_url"] = "https://www.bank.example/" },
            Credentials =
            [
                new("1", "customer", new Dictionary<string, string>(), CredentialType.Text),
                new("2", "secret", new Dictionary<string, string>(), CredentialType.Pwd),
            ],
        };

    /// <summary>An English bank that differs from the test bank wherever it can: other names, two columns of amounts, no details.</summary>
    public static FakeBank Website() =>
        new FakeBank()
            .On(
                "GET",
                "/",
                r =>
                    Inside(r)
                        ? To("/desk")
                        : new Reply(
                            """<form method="POST" action="enter?x=1"><input type=hidden name=csrf value="csrf-0123456789"><input name=user><input type=password name=pass><input type=checkbox name=stay checked><button name=go value=1>Log in</button></form>""",
                            Type: "text/html",
                            Headers: ("Set-Cookie", "visit=a1; Path=/; HttpOnly")
                        )
            )
            .On(
                "POST",
                "/enter",
                r =>
                    r.Body == "csrf=csrf-0123456789&stay=on&go=1&user=jane&pass=password-0123456789"
                    && Cookie(r).Contains("visit=a1", StringComparison.Ordinal)
                        ? To("/code")
                        : new Reply(
                            """<p role="alert">Wrong</p><form><input type=password name=pass></form>""",
                            Type: "text/html"
                        )
            )
            .Page(
                "/code",
                """<h1>Check</h1><form method=post action="/code"><p>We sent a code to <b>j**@m***.example</b></p><input type=tel name=code maxlength=6></form>"""
            )
            .On(
                "POST",
                "/code",
                r =>
                    r.Body == "code=908172"
                        ? To("/desk", ("Set-Cookie", "inside=session-0123456789; Path=/; Max-Age=600"))
                        : To("/code")
            )
            .On(
                "GET",
                "/desk",
                r =>
                    Inside(r)
                        ? new Reply(
                            """<a href="https://elsewhere.example/accounts">Accounts elsewhere</a><nav><a href="/mine">My accounts</a></nav>""",
                            Type: "text/html"
                        )
                        : To("/")
            )
            .On("GET", "/mine", r => Inside(r) ? new Reply(Accounts, Type: "text/html") : To("/"))
            .On("GET", "/a/7", r => Inside(r) ? new Reply(Movements, Type: "text/html") : To("/"));

    public static ConnectorRun WebsiteRun(FakeBank bank) =>
        new(new WebsiteConnector(), WebsiteChannel(), bank)
        {
            Credentials = new Dictionary<string, string> { ["1"] = "jane", ["2"] = "password-0123456789" },
        };

    public static ConnectorUnderTest WebsiteUnderTest() =>
        new()
        {
            Connector = () => new WebsiteConnector(),
            Channel = WebsiteChannel(),
            Bank = Website,
            Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero),
            Credentials = new Dictionary<string, string> { ["1"] = "jane", ["2"] = "password-0123456789" },
            Secrets = ["password-0123456789", "908172", "csrf-0123456789", "session-0123456789"],
            User = question =>
                question is Question.OneTimePassword
                    ? new StepInput.Answer(
                        new Dictionary<string, string> { [Question.OneTimePassword.Field] = "908172" }
                    )
                    : null,
        };

    private static string Cookie(Received request) => request.Headers.GetValueOrDefault("Cookie", "");

    private static bool Inside(Received request) =>
        Cookie(request).Contains("inside=session-0123456789", StringComparison.Ordinal);

    private static Reply To(string address, params (string Name, string Value)[] headers) =>
        new("", 302, "text/html", [("Location", address), .. headers]);

    private const string Accounts = """
        <table><tr><th>Account name</th><th>Type</th><th>Balance</th></tr>
          <tr><td><a href="/a/7">Everyday</a></td><td>Current account</td><td>£1,234.56</td></tr>
          <tr><td>Whole life</td><td>Insurance</td><td>(1,000.00) £</td></tr></table>
        """;

    private const string Movements = """
        <table><thead><tr><th>Date</th><th>Description</th><th>Debit</th><th>Credit</th><th>Status</th></tr></thead>
          <tr><td>21 Nov 2026</td><td>Coffee</td><td>3.20</td><td></td><td>Pending</td></tr>
          <tr><td>20 Nov 2026</td><td>Pay &amp; more</td><td></td><td>1,500.00</td><td>Booked</td></tr></table>
        """;
}
