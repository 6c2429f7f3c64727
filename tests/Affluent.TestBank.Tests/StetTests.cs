using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Affluent.TestBank.Tests;

public sealed class StetTests
{
    [Fact]
    public async Task Only_current_accounts_and_cards_are_listed_with_links_to_their_data()
    {
        await using var bank = await OpenBank.Open();
        var token = await bank.AccessToken("dev");
        var answer = await bank.Call(token, "/accounts");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("application/hal+json; charset=utf-8", answer.ContentType);
        Assert.Equal("00000000-0000-4000-8000-000000000001", answer.RequestId);
        Assert.Equal("MME CAMILLE MOREAU", (string)answer.Body["connectedPsu"]!);
        var accounts = answer.Body["accounts"]!.AsArray();
        Assert.Equal(["CACC", "CARD"], accounts.Select(a => (string)a!["cashAccountType"]!));
        Assert.Equal("moreau-courant", (string)accounts[1]!["linkedAccount"]!);
        Assert.Equal("CPAN", (string)accounts[1]!["accountId"]!["other"]!["schemeName"]!);
        Assert.NotNull(accounts[0]!["_links"]!["balances"]!["href"]);
        Assert.Null(answer.Body["_links"]!["consents"]);
    }

    [Fact]
    public async Task Balances_are_signed_texts_by_type()
    {
        await using var bank = await OpenBank.Open();
        var token = await bank.AccessToken("pending");
        var answer = await bank.Call(token, "/accounts/leriche-courant/balances");
        var balances = answer.Body["balances"]!.AsArray();
        Assert.Equal(["CLBD", "XPCD"], balances.Select(b => (string)b!["balanceType"]!));
        var booked = decimal.Parse((string)balances[0]!["balanceAmount"]!["amount"]!, null);
        var expected = decimal.Parse((string)balances[1]!["balanceAmount"]!["amount"]!, null);
        Assert.True(expected < booked);
    }

    [Fact]
    public async Task Transactions_are_unsigned_with_an_indicator_and_a_status()
    {
        await using var bank = await OpenBank.Open();
        var token = await bank.AccessToken("pending");
        var all = await AllTransactions(bank, token, "/accounts/leriche-courant/transactions");
        Assert.All(all, t => Assert.DoesNotContain('-', (string)t["transactionAmount"]!["amount"]!));
        Assert.Contains(all, t => (string)t["creditDebitIndicator"]! == "CRDT");
        Assert.Contains(all, t => (string)t["status"]! == "PDNG");
        var references = all.Select(t => (string)t["entryReference"]!).ToList();
        Assert.Equal(references.Count, references.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Following_next_links_reads_what_the_site_shows()
    {
        await using var bank = await OpenBank.Open();
        var token = await bank.AccessToken("dev");
        var first = await bank.Call(token, "/accounts/moreau-carte/transactions");
        Assert.Equal(100, first.Body["transactions"]!.AsArray().Count);
        Assert.NotNull(first.Body["_links"]!["last"]);
        Assert.Null(first.Body["_links"]!["prev"]);
        var all = await AllTransactions(bank, token, "/accounts/moreau-carte/transactions");
        await bank.SignIn("dev");
        var shown = (await bank.Get("/accounts/moreau-carte/movements")).Rows("tr.movement");
        Assert.Equal(shown.Select(r => r["reference"]), all.Take(50).Select(t => (string)t["entryReference"]!));
    }

    [Fact]
    public async Task Dates_filter_from_inclusive_to_exclusive()
    {
        await using var bank = await OpenBank.Open();
        var token = await bank.AccessToken("twins");
        // Saturdays: 14 and 21 November 2026.
        var path = "/accounts/fontanel-courant/transactions?dateFrom=2026-11-14&dateTo=2026-11-21";
        var answer = await bank.Call(token, path);
        var transactions = answer.Body["transactions"]!.AsArray();
        Assert.Equal(["2026-11-14", "2026-11-14"], transactions.Select(t => (string)t!["bookingDate"]!));
        Assert.Equal(2, transactions.Select(t => (string)t!["entryReference"]!).Distinct().Count());
        var moment = await bank.Call(
            token,
            path.Replace("2026-11-21", "2026-11-22T00:00:00Z", StringComparison.Ordinal)
        );
        Assert.Equal(4, moment.Body["transactions"]!.AsArray().Count);
    }

    [Fact]
    public async Task After_an_entry_reference_come_only_newer_transactions()
    {
        await using var bank = await OpenBank.Open();
        var token = await bank.AccessToken("twins");
        var all = await AllTransactions(bank, token, "/accounts/fontanel-courant/transactions");
        var reference = (string)all[3]["entryReference"]!;
        var after = await bank.Call(
            token,
            "/accounts/fontanel-courant/transactions?afterEntryReference=" + Uri.EscapeDataString(reference)
        );
        Assert.Equal(3, after.Body["transactions"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("dateFrom=tomorrow")]
    [InlineData("dateTo=2026-13-01")]
    [InlineData("dateFrom=2026-11-02&dateTo=2026-11-01")]
    [InlineData("page=0")]
    [InlineData("afterEntryReference=nobody")]
    public async Task Malformed_questions_are_400_with_the_error_model(string query)
    {
        await using var bank = await OpenBank.Open();
        var token = await bank.AccessToken("twins");
        var answer = await bank.Call(token, "/accounts/fontanel-courant/transactions?" + query);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(400, (int)answer.Body["status"]!);
        Assert.Equal(OpenBank.Api + "/accounts/fontanel-courant/transactions", (string)answer.Body["path"]!);
        Assert.False(string.IsNullOrEmpty((string)answer.Body["message"]!));
    }

    [Fact]
    public async Task Nothing_there_is_204()
    {
        await using var bank = await OpenBank.Open();
        Assert.Equal(HttpStatusCode.NoContent, (await bank.Call(await bank.AccessToken("empty"), "/accounts")).Status);
        var token = await bank.AccessToken("twins");
        var past = await bank.Call(token, "/accounts/fontanel-courant/transactions?dateTo=2001-01-01");
        Assert.Equal(HttpStatusCode.NoContent, past.Status);
    }

    [Fact]
    public async Task Requests_without_their_headers_are_refused()
    {
        await using var bank = await OpenBank.Open();
        var token = await bank.AccessToken("dev");
        var noId = await bank.Call(token, "/accounts", change: r => r.Headers.Remove("X-Request-ID"));
        Assert.Equal(HttpStatusCode.BadRequest, noId.Status);
        var xml = await bank.Call(token, "/accounts", change: r => r.Headers.Accept.ParseAdd("application/xml"));
        Assert.Equal(HttpStatusCode.NotAcceptable, xml.Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("keyId=\"k\"")]
    [InlineData("keyId=\"k\",algorithm=\"rsa-sha256\",headers=\"x-request-id\",signature=\"AAAA\"")]
    [InlineData("keyId=\"k\",algorithm=\"rsa-sha256\",headers=\"(request-target) x-request-id\",signature=\"AAAA\"")]
    [InlineData("keyId=\"k\",algorithm=\"none\",headers=\"(request-target) x-request-id\",signature=\"\"")]
    public async Task What_is_not_signed_or_badly_is_refused_by_a_strict_bank(string signature)
    {
        using var key = RSA.Create(2048);
        await using var bank = await OpenBank.Open(
            new TestBankOptions
            {
                Urls = "http://127.0.0.1:0",
                Strictness = Strictness.Strict,
                ClientPublicKey = key.ExportSubjectPublicKeyInfoPem(),
            }
        );
        var token = await bank.AccessToken("dev");

        var answer = await bank.Call(
            token,
            "/accounts",
            change: r => r.Headers.TryAddWithoutValidation("Signature", signature.Length == 0 ? null : signature)
        );

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.StartsWith("Signature", (string?)answer.Body["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", HttpStatusCode.OK)]
    [InlineData("another body", HttpStatusCode.BadRequest)]
    public async Task A_digest_is_that_of_the_body(string digested, HttpStatusCode expected)
    {
        using var key = RSA.Create(2048);
        await using var bank = await OpenBank.Open(
            new TestBankOptions
            {
                Urls = "http://127.0.0.1:0",
                Strictness = Strictness.Strict,
                ClientPublicKey = key.ExportSubjectPublicKeyInfoPem(),
            }
        );
        var token = await bank.AccessToken("dev");
        var digest = "SHA-256=" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(digested)));

        var answer = await bank.Call(
            token,
            "/accounts",
            change: request =>
            {
                var signed =
                    $"(request-target): get {OpenBank.Api}/accounts\ndigest: {digest}\nx-request-id: {request.Headers.GetValues("X-Request-ID").Single()}";
                var signature = Convert.ToBase64String(
                    key.SignData(Encoding.UTF8.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                );
                request.Headers.Add("Digest", digest);
                request.Headers.Add(
                    "Signature",
                    $"keyId=\"k\",algorithm=\"rsa-sha256\",headers=\"(request-target) digest x-request-id\",signature=\"{signature}\""
                );
            }
        );

        Assert.Equal(expected, answer.Status);
    }

    [Fact]
    public void Signatures_are_verified_with_a_key() =>
        Assert.Throws<ArgumentException>(() =>
            TestBankApp.Build(
                new TestBankOptions { Urls = "http://127.0.0.1:0", Strictness = Strictness.Lenient },
                TimeProvider.System
            )
        );

    [Fact]
    public async Task A_token_that_is_missing_forged_or_over_is_401()
    {
        await using var bank = await OpenBank.Open();
        var token = await bank.AccessToken("dev");
        Assert.Equal(HttpStatusCode.Unauthorized, (await bank.Call("x" + token, "/accounts")).Status);
        var none = await bank.Call(token, "/accounts", change: r => r.Headers.Authorization = null);
        Assert.Equal(HttpStatusCode.Unauthorized, none.Status);
        bank.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(HttpStatusCode.Unauthorized, (await bank.Call(token, "/accounts")).Status);
    }

    [Fact]
    public async Task An_account_that_was_not_chosen_is_403_and_an_unknown_one_404()
    {
        await using var bank = await OpenBank.Open();
        var (_, body) = await bank.TradeCode(await bank.Consent("dev", accounts: "moreau-courant"));
        var token = (string)body["access_token"]!;
        Assert.Single((await bank.Call(token, "/accounts")).Body["accounts"]!.AsArray());
        Assert.Equal(HttpStatusCode.Forbidden, (await bank.Call(token, "/accounts/moreau-carte/balances")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await bank.Call(token, "/accounts/moreau-livret/balances")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await bank.Call(token, "/nothing")).Status);
    }

    [Fact]
    public async Task In_the_mixed_model_data_opens_after_put_consents()
    {
        await using var bank = await OpenBank.Open();
        var token = await bank.AccessToken("mixed");
        var listed = (await bank.Call(token, "/accounts")).Body;
        Assert.Equal(2, listed["accounts"]!.AsArray().Count);
        Assert.All(listed["accounts"]!.AsArray(), a => Assert.Null(a!["resourceId"]));
        Assert.All(listed["accounts"]!.AsArray(), a => Assert.Empty(a!["_links"]!.AsObject()));
        Assert.Equal(OpenBank.Api + "/consents", (string)listed["_links"]!["consents"]!["href"]!);

        var iban = (string)listed["accounts"]![0]!["accountId"]!["iban"]!;
        var access = new JsonObject
        {
            ["balances"] = new JsonArray(new JsonObject { ["iban"] = iban }),
            ["transactions"] = new JsonArray(new JsonObject { ["iban"] = iban }),
            ["trustedBeneficiaries"] = false,
            ["psuIdentity"] = true,
        };
        var put = await bank.Call(token, "/consents", HttpMethod.Put, access.ToJsonString());
        Assert.Equal(HttpStatusCode.Created, put.Status);
        var open = (await bank.Call(token, "/accounts")).Body["accounts"]!.AsArray();
        Assert.Equal("roussel-courant", (string)open[0]!["resourceId"]!);
        Assert.Null(open[1]!["resourceId"]);
        var link = (string)open[0]!["_links"]!["transactions"]!["href"]!;
        Assert.Equal(HttpStatusCode.OK, (await bank.Call(token, link)).Status);

        var nothing = """{"balances":[],"transactions":[],"trustedBeneficiaries":false,"psuIdentity":false}""";
        await bank.Call(token, "/consents", HttpMethod.Put, nothing);
        Assert.Equal(HttpStatusCode.Forbidden, (await bank.Call(token, link)).Status);
    }

    [Theory]
    [InlineData("mixed", "{", HttpStatusCode.BadRequest)]
    [InlineData("mixed", """{"balances":[]}""", HttpStatusCode.BadRequest)]
    [InlineData(
        "mixed",
        """{"balances":[{"iban":"FR00"}],"transactions":[],"trustedBeneficiaries":false,"psuIdentity":false}""",
        HttpStatusCode.BadRequest
    )]
    [InlineData(
        "dev",
        """{"balances":[],"transactions":[],"trustedBeneficiaries":false,"psuIdentity":false}""",
        HttpStatusCode.Forbidden
    )]
    public async Task A_consent_that_makes_no_sense_is_refused(string login, string body, HttpStatusCode status)
    {
        await using var bank = await OpenBank.Open();
        var token = await bank.AccessToken(login);
        Assert.Equal(status, (await bank.Call(token, "/consents", HttpMethod.Put, body)).Status);
    }

    [Fact]
    public async Task Old_history_needs_a_fresh_authentication_or_the_scope_for_it()
    {
        await using var bank = await OpenBank.Open();
        const string Path = "/accounts/guerin-courant/transactions";
        var (_, tokens) = await bank.TradeCode(await bank.Consent("history"));
        var fresh = (string)tokens["access_token"]!;
        Assert.Equal(HttpStatusCode.OK, (await bank.Call(fresh, Path + "?dateFrom=2026-01-01")).Status);

        bank.Clock.Advance(TimeSpan.FromMinutes(61));
        var (_, refreshed) = await bank.Refresh((string)tokens["refresh_token"]!);
        var later = (string)refreshed["access_token"]!;
        Assert.Equal(HttpStatusCode.Forbidden, (await bank.Call(later, Path + "?dateFrom=2026-01-01")).Status);
        var recent = await AllTransactions(bank, later, Path);
        Assert.All(recent, t => Assert.True(string.CompareOrdinal((string)t["bookingDate"]!, "2026-08-24") >= 0));

        var query = "scope=aisp%20extended_transaction_history&state=s1";
        var (_, extended) = await bank.TradeCode(await bank.Consent("history", query: query));
        bank.Clock.Advance(TimeSpan.FromMinutes(61));
        var (_, again) = await bank.Refresh((string)extended["refresh_token"]!);
        var answer = await bank.Call((string)again["access_token"]!, Path + "?dateFrom=2026-01-01");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    internal static async Task<IReadOnlyList<JsonNode>> AllTransactions(OpenBank bank, string token, string path)
    {
        var all = new List<JsonNode>();
        for (var next = path; next is not null; )
        {
            Assert.True(all.Count < 5000);
            var answer = await bank.Call(token, next);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            all.AddRange(answer.Body["transactions"]!.AsArray().Select(t => t!));
            next = (string?)answer.Body["_links"]!["next"]?["href"];
        }

        return all;
    }
}
