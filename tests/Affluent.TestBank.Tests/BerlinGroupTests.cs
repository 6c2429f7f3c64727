using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Affluent.TestBank.Tests;

/// <summary>What the face of the Berlin Group refuses, and with which code of the standard.</summary>
public sealed class BerlinGroupTests
{
    private const string AllAccounts = """
        {
          "access": { "allPsd2": "allAccounts" }, "recurringIndicator": true, "validUntil": "2027-01-31",
          "frequencyPerDay": 4, "combinedServiceIndicator": false
        }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("recurringIndicator", "null", "FORMAT_ERROR")]
    [InlineData("validUntil", "\"2026-11-21\"", "FORMAT_ERROR")]
    [InlineData("validUntil", "\"tomorrow\"", "FORMAT_ERROR")]
    [InlineData("frequencyPerDay", "0", "FORMAT_ERROR")]
    [InlineData("access", "{}", "FORMAT_ERROR")]
    [InlineData("access", """{ "allPsd2": "some" }""", "FORMAT_ERROR")]
    [InlineData("access", """{ "allPsd2": "allAccounts", "availableAccounts": "allAccounts" }""", "FORMAT_ERROR")]
    [InlineData("access", """{ "accounts": [], "balances": [ { "iban": "FR76" } ] }""", "FORMAT_ERROR")]
    [InlineData("access", """{ "accounts": [ {} ] }""", "FORMAT_ERROR")]
    [InlineData("access", """{ "accounts": [ null ] }""", "FORMAT_ERROR")]
    [InlineData("access", """{ "accounts": [] }""", "PARAMETER_NOT_SUPPORTED")]
    public async Task A_consent_that_cannot_be_asked_for(string member, string value, string code)
    {
        await using var bank = await OpenBank.Open();
        var body = JsonNode.Parse(AllAccounts)!.AsObject();
        body[member] = JsonNode.Parse(value);

        var (status, json) = await Call(bank, HttpMethod.Post, "embedded", "/consents", body.ToJsonString());

        Assert.Equal((HttpStatusCode.BadRequest, code), (status, CodeOf(json)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("[]")]
    public async Task A_body_that_is_none(string body)
    {
        await using var bank = await OpenBank.Open();

        var (status, json) = await Call(bank, HttpMethod.Post, "embedded", "/consents", body);

        Assert.Equal((HttpStatusCode.BadRequest, "FORMAT_ERROR"), (status, CodeOf(json)));
    }

    [Theory]
    [InlineData("TPP-Redirect-URI", "https://elsewhere.example/")]
    [InlineData("TPP-Redirect-URI", "")]
    [InlineData("TPP-Nok-Redirect-URI", "https://elsewhere.example/")]
    public async Task A_way_back_that_is_not_registered(string header, string address)
    {
        await using var bank = await OpenBank.Open();

        var (status, json) = await Call(
            bank,
            HttpMethod.Post,
            "redirect",
            "/consents",
            AllAccounts,
            ("TPP-Redirect-URI", OpenBank.Return),
            (header, address)
        );

        Assert.Equal((HttpStatusCode.BadRequest, "FORMAT_ERROR"), (status, CodeOf(json)));
        Assert.Equal(header, (string?)json["tppMessages"]![0]!["path"]);
    }

    [Theory]
    [InlineData("GET", "/accounts", "Consent-ID", "", HttpStatusCode.BadRequest, "FORMAT_ERROR")]
    [InlineData("GET", "/accounts", "Consent-ID", "unknown", HttpStatusCode.BadRequest, "CONSENT_UNKNOWN")]
    [InlineData("GET", "/accounts", "X-Request-ID", "7", HttpStatusCode.BadRequest, "FORMAT_ERROR")]
    [InlineData("GET", "/consents/unknown", "", "", HttpStatusCode.Forbidden, "CONSENT_UNKNOWN")]
    [InlineData("POST", "/accounts", "", "", HttpStatusCode.MethodNotAllowed, "SERVICE_INVALID")]
    [InlineData("GET", "/nothing", "", "", HttpStatusCode.NotFound, "RESOURCE_UNKNOWN")]
    [InlineData("GET", "/accounts/unknown", "", "", HttpStatusCode.NotFound, "RESOURCE_UNKNOWN")]
    [InlineData("GET", "/card-accounts/moreau-courant", "", "", HttpStatusCode.NotFound, "RESOURCE_UNKNOWN")]
    [InlineData("GET", "/accounts/moreau-courant/transactions", "", "", HttpStatusCode.BadRequest, "FORMAT_ERROR")]
    [InlineData(
        "GET",
        "/accounts/moreau-courant/transactions?bookingStatus=both",
        "",
        "",
        HttpStatusCode.BadRequest,
        "FORMAT_ERROR"
    )]
    [InlineData(
        "GET",
        "/accounts/moreau-courant/transactions?bookingStatus=both&dateFrom=2026-11-02&dateTo=2026-11-01",
        "",
        "",
        HttpStatusCode.BadRequest,
        "PERIOD_INVALID"
    )]
    [InlineData(
        "GET",
        "/accounts/moreau-courant/transactions?bookingStatus=both&entryReferenceFrom=unknown",
        "",
        "",
        HttpStatusCode.BadRequest,
        "RESOURCE_UNKNOWN"
    )]
    public async Task A_request_that_is_refused(
        string method,
        string path,
        string header,
        string value,
        HttpStatusCode expected,
        string code
    )
    {
        await using var bank = await OpenBank.Open();
        var consent = await Agreed(bank, "dev");

        var (status, json) = await Call(
            bank,
            new HttpMethod(method),
            "embedded",
            path,
            null,
            ("Consent-ID", consent),
            (header, value)
        );

        Assert.Equal((expected, code), (status, CodeOf(json)));
    }

    [Theory]
    [InlineData("/accounts/moreau-courant", "booked", "image/png")]
    [InlineData("/accounts/moreau-courant", "pending", "application/xml")]
    [InlineData("/card-accounts/moreau-carte", "booked", "text/plain")]
    public async Task A_form_that_the_bank_has_not(string account, string status, string accept)
    {
        await using var bank = await OpenBank.Open();
        var consent = await Agreed(bank, "dev");

        var (answer, json) = await Call(
            bank,
            HttpMethod.Get,
            "embedded",
            $"{account}/transactions?bookingStatus={status}&dateFrom=2026-01-01",
            null,
            ("Consent-ID", consent),
            ("Accept", accept)
        );

        Assert.Equal((HttpStatusCode.NotAcceptable, "REQUESTED_FORMATS_INVALID"), (answer, CodeOf(json)));
    }

    [Fact]
    public async Task A_consent_counts_only_where_it_was_asked_for_and_for_what_it_says()
    {
        await using var bank = await OpenBank.Open();
        var list = AllAccounts.Replace("allPsd2", "availableAccounts", StringComparison.Ordinal);
        var consent = await Agreed(bank, "dev", list);

        var (elsewhere, _) = await Call(bank, HttpMethod.Get, "redirect", "/accounts", null, ("Consent-ID", consent));
        var (listed, accounts) = await Call(
            bank,
            HttpMethod.Get,
            "embedded",
            "/accounts",
            null,
            ("Consent-ID", consent)
        );
        var (balances, refused) = await Call(
            bank,
            HttpMethod.Get,
            "embedded",
            "/accounts/moreau-courant/balances",
            null,
            ("Consent-ID", consent)
        );

        Assert.Equal(HttpStatusCode.BadRequest, elsewhere);
        Assert.Equal(HttpStatusCode.OK, listed);
        Assert.Empty(accounts["accounts"]![0]!["_links"]!.AsObject());
        Assert.Equal((HttpStatusCode.Unauthorized, "CONSENT_INVALID"), (balances, CodeOf(refused)));
    }

    [Fact]
    public async Task With_oauth_a_token_of_the_consent_is_due()
    {
        await using var bank = await OpenBank.Open();
        var (_, created) = await Call(bank, HttpMethod.Post, "oauth", "/consents", AllAccounts);
        var consent = (string)created["consentId"]!;
        var page = await bank.Get(
            $"/berlingroup/authorize?response_type=code&client_id=affluent&scope=AIS:{consent}&redirect_uri="
                + Uri.EscapeDataString(OpenBank.Return)
        );
        await bank.Accept(await bank.Submit(page, ("login", "dev"), ("password", "dev")));
        var ofStet = await bank.AccessToken("dev");

        var (none, missing) = await Call(bank, HttpMethod.Get, "oauth", "/accounts", null, ("Consent-ID", consent));
        var (other, invalid) = await Call(
            bank,
            HttpMethod.Get,
            "oauth",
            "/accounts",
            null,
            ("Consent-ID", consent),
            ("Authorization", "Bearer " + ofStet)
        );

        Assert.Equal((HttpStatusCode.Unauthorized, "TOKEN_UNKNOWN"), (none, CodeOf(missing)));
        Assert.Equal((HttpStatusCode.Unauthorized, "TOKEN_INVALID"), (other, CodeOf(invalid)));
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await bank.Token(("grant_type", "refresh_token"), ("refresh_token", "x"))).Status
        );
    }

    [Fact]
    public async Task With_a_pre_step_every_request_bears_the_token_of_the_customer()
    {
        await using var bank = await OpenBank.Open();
        var (ours, theirs) = (await LetIn(bank, "dev"), await LetIn(bank, "twins"));
        var back = ("TPP-Redirect-URI", OpenBank.Return);

        var (none, missing) = await Call(bank, HttpMethod.Post, "prestep", "/consents", AllAccounts, back);
        var ofStet = ("Authorization", "Bearer " + await bank.AccessToken("dev"));
        var (other, invalid) = await Call(bank, HttpMethod.Post, "prestep", "/consents", AllAccounts, back, ofStet);
        var (_, later) = await Call(bank, HttpMethod.Post, "oauth", "/consents", AllAccounts, back);
        var ofConsent = await LetIn(bank, "dev", "/berlingroup", $"AIS:{later["consentId"]}");
        var (after, foreign) = await Call(bank, HttpMethod.Post, "prestep", "/consents", AllAccounts, back, ofConsent);
        var (_, created) = await Call(bank, HttpMethod.Post, "prestep", "/consents", AllAccounts, back, ours);
        var consent = (string)created["consentId"]!;
        var named = ("Consent-ID", consent);
        var page = await bank.Get(new Uri((string)created["_links"]!["scaRedirect"]!["href"]!).PathAndQuery);
        await bank.Submit(await bank.Submit(page, ("login", "dev"), ("password", "dev")), ("decision", "accept"));

        var (read, _) = await Call(bank, HttpMethod.Get, "prestep", "/accounts", null, named, ours);
        (string, HttpStatusCode, string?)[] refused =
        [
            ("ask", none, CodeOf(missing)),
            ("ask by stet", other, CodeOf(invalid)),
            ("ask by a token that came after", after, CodeOf(foreign)),
            await Refused("read", "/accounts", named),
            await Refused("read another's", "/accounts", named, theirs),
            await Refused("look at another's", $"/consents/{consent}/status", theirs),
        ];

        Assert.Equal(HttpStatusCode.OK, read);
        Assert.Equal(
            [
                ("ask", HttpStatusCode.Unauthorized, "TOKEN_UNKNOWN"),
                ("ask by stet", HttpStatusCode.Unauthorized, "TOKEN_INVALID"),
                ("ask by a token that came after", HttpStatusCode.Unauthorized, "TOKEN_INVALID"),
                ("read", HttpStatusCode.Unauthorized, "TOKEN_UNKNOWN"),
                ("read another's", HttpStatusCode.Unauthorized, "TOKEN_INVALID"),
                ("look at another's", HttpStatusCode.Unauthorized, "TOKEN_INVALID"),
            ],
            refused
        );

        async Task<(string, HttpStatusCode, string?)> Refused(
            string what,
            string path,
            params (string Name, string Value)[] headers
        )
        {
            var (status, json) = await Call(bank, HttpMethod.Get, "prestep", path, null, headers);
            return (what, status, CodeOf(json));
        }
    }

    // The token with which a customer has let the third party in: before, unless said.
    private static async Task<(string Name, string Value)> LetIn(
        OpenBank bank,
        string login,
        string server = "/berlingroup/prestep",
        string scope = "AIS"
    )
    {
        var page = await bank.Get(
            $"{server}/authorize?response_type=code&client_id=affluent&scope={scope}&redirect_uri="
                + Uri.EscapeDataString(OpenBank.Return)
        );
        var agreed = await bank.Submit(
            await bank.Submit(page, ("login", login), ("password", "dev")),
            ("decision", "accept")
        );
        using var body = new FormUrlEncodedContent([
            new("grant_type", "authorization_code"),
            new("code", agreed.Query("code")),
            new("redirect_uri", OpenBank.Return),
            new("client_id", OpenBank.ClientId),
            new("client_secret", OpenBank.ClientSecret),
        ]);
        using var answer = await bank.Browser.PostAsync($"{server}/token", body, Cancel);
        var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!;
        return ("Authorization", $"Bearer {json["access_token"]}");
    }

    [Fact]
    public async Task The_authorization_server_tells_of_itself_under_the_public_address()
    {
        await using var bank = await OpenBank.Open(
            new TestBankOptions { Urls = "http://127.0.0.1:0", PublicAddress = new Uri("https://bank.example/") }
        );

        var text = await bank.Browser.GetStringAsync("/berlingroup/.well-known/oauth-authorization-server", Cancel);

        Assert.Equal("https://bank.example/berlingroup/token", (string?)JsonNode.Parse(text)!["token_endpoint"]);
    }

    /// <summary>A consent to which this customer, of whom nothing but the password is asked, has agreed by embedded authentication.</summary>
    private static async Task<string> Agreed(OpenBank bank, string login, string body = AllAccounts)
    {
        var (_, created) = await Call(bank, HttpMethod.Post, "embedded", "/consents", body);
        var consent = (string)created["consentId"]!;
        var (_, answer) = await Call(
            bank,
            HttpMethod.Post,
            "embedded",
            $"/consents/{consent}/authorisations",
            """{ "psuData": { "password": "dev" } }""",
            ("PSU-ID", login)
        );
        Assert.Equal("finalised", (string?)answer["scaStatus"]);
        return consent;
    }

    private static string? CodeOf(JsonNode json) => (string?)json["tppMessages"]?[0]?["code"];

    private static async Task<(HttpStatusCode Status, JsonNode Body)> Call(
        OpenBank bank,
        HttpMethod method,
        string at,
        string path,
        string? json,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, $"/berlingroup/{at}/v1{path}");
        request.Headers.Add("X-Request-ID", "00000000-0000-4000-8000-000000000001");
        foreach (var (name, value) in headers.Where(h => h.Name.Length > 0))
        {
            request.Headers.Remove(name);
            request.Headers.Add(name, value);
        }
        request.Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await bank.Browser.SendAsync(request, Cancel);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!);
    }
}
