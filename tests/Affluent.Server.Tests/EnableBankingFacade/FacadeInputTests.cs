using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Affluent.Server.EnableBankingFacade;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.EnableBankingFacade;

/// <summary>What is wrong with a request is told in the interface's own words.</summary>
public sealed class FacadeInputTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_wish_that_cannot_be_met_is_refused(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var application = await app.RegisterFacade(await app.CreateClient());
        (string Error, Action<JsonObject> Change)[] bad =
        [
            ("WRONG_REQUEST_PARAMETERS", w => w.Remove("access")),
            ("WRONG_REQUEST_PARAMETERS", w => w["access"] = "long"),
            ("WRONG_REQUEST_PARAMETERS", w => w["access"]!["valid_until"] = "2026-04-01"),
            ("WRONG_REQUEST_PARAMETERS", w => w["access"]!["valid_until"] = "2026-04-01T00:00:00"),
            ("WRONG_REQUEST_PARAMETERS", w => w["access"]!["valid_until"] = 1775000000),
            ("WRONG_REQUEST_PARAMETERS", w => w["access"]!["valid_until"] = "2026-04-01T00:00:00+0000"),
            ("WRONG_REQUEST_PARAMETERS", w => w["access"]!["valid_until"] = "2026-04-01T00:00:00+00"),
            ("WRONG_REQUEST_PARAMETERS", w => w["access"]!["valid_until"] = "2026-04-01T00:00:00.Z"),
            ("WRONG_REQUEST_PARAMETERS", w => w["access"]!["valid_until"] = "2026-04-01T00:00:00.1234567890Z"),
            ("WRONG_REQUEST_PARAMETERS", w => w["access"]!["valid_until"] = "2026-04-01 00:00:00Z"),
            ("WRONG_REQUEST_PARAMETERS", w => w["access"]!["valid_until"] = "2026-04-01T00:00:00Z\n"),
            ("WRONG_REQUEST_PARAMETERS", w => w["access"]!["valid_until"] = "2026-04-01T00:00:00+25:00"),
            (
                "WRONG_REQUEST_PARAMETERS",
                w => w["access"]!["valid_until"] = $"{app.Time.GetUtcNow():yyyy-MM-ddTHH:mm:ss}Z"
            ),
            (
                "WRONG_REQUEST_PARAMETERS",
                w =>
                    w["access"]!["valid_until"] =
                        $"{app.Time.GetUtcNow().AddDays(180).AddSeconds(1):yyyy-MM-ddTHH:mm:ss}Z"
            ),
            ("WRONG_REQUEST_PARAMETERS", w => w.Remove("aspsp")),
            ("WRONG_REQUEST_PARAMETERS", w => w["aspsp"]!.AsObject().Remove("name")),
            ("WRONG_REQUEST_PARAMETERS", w => w["aspsp"]!.AsObject().Remove("country")),
            ("WRONG_ASPSP_PROVIDED", w => w["aspsp"]!["name"] = "banque étoile"),
            ("WRONG_ASPSP_PROVIDED", w => w["aspsp"]!["country"] = "FRA"),
            // Its only channel is out of service.
            (
                "WRONG_ASPSP_PROVIDED",
                w => w["aspsp"] = new JsonObject { ["name"] = "Crédit du Port", ["country"] = "BE" }
            ),
            ("WRONG_REQUEST_PARAMETERS", w => w.Remove("state")),
            ("WRONG_REQUEST_PARAMETERS", w => w["state"] = ""),
            ("WRONG_REQUEST_PARAMETERS", w => w["state"] = new string('s', 2001)),
            ("WRONG_REQUEST_PARAMETERS", w => w["state"] = "a\0b"),
            ("WRONG_REQUEST_PARAMETERS", w => w.Remove("redirect_url")),
            ("REDIRECT_URI_NOT_ALLOWED", w => w["redirect_url"] = "https://evil.example/"),
            ("REDIRECT_URI_NOT_ALLOWED", w => w["redirect_url"] = $"{FacadeScene.Redirect}&more=1"),
            (
                "REDIRECT_URI_NOT_ALLOWED",
                w => w["redirect_url"] = FacadeScene.Redirect.Replace("https", "http", StringComparison.Ordinal)
            ),
            (
                "REDIRECT_URI_NOT_ALLOWED",
                w => w["redirect_url"] = FacadeScene.Redirect.Replace("app.", "APP.", StringComparison.Ordinal)
            ),
            ("REDIRECT_URI_NOT_ALLOWED", w => w["redirect_url"] = "https://app.example/eb-callback"),
            ("WRONG_REQUEST_PARAMETERS", w => w["psu_type"] = "company"),
            ("WRONG_REQUEST_PARAMETERS", w => w["psu_type"] = 1),
            ("WRONG_REQUEST_PARAMETERS", w => w["credentials"] = new JsonObject { ["login"] = "dev" }),
            ("WRONG_REQUEST_PARAMETERS", w => w["auth_method"] = "MTA"),
        ];

        foreach (var (error, change) in bad)
        {
            var wanted = app.Wanted(application, change: change);
            var refused = await app.Refusal(application, "/auth", HttpMethod.Post, wanted);
            Assert.True(refused == (422, error), $"{wanted.ToJsonString()}: {refused}");
        }
        Assert.Equal(0, await app.Count("enable_banking_authorizations"));
        foreach (
            var (type, body) in new[]
            {
                ("text/plain", "{}"),
                ("application/json", "{"),
                ("application/json", "[]"),
                ("application/json", "null"),
            }
        )
        {
            foreach (var path in new[] { "auth", "sessions" })
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, $"/enablebanking/{path}");
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", app.Token(application));
                request.Content = new StringContent(body, Encoding.UTF8, type);
                using var answer = await app.Http.SendAsync(request, Stop);
                Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
                Assert.Equal("WRONG_REQUEST_PARAMETERS", (await answer.Json()).Text("error"));
            }
        }
        foreach (
            var good in new[]
            {
                "2026-04-01T00:00:00.123456789Z",
                "2026-04-01t00:00:00z",
                "2026-04-01T00:00:00.1-00:00",
                "2026-04-01t00:00:00.12345678+05:45",
            }
        )
        {
            await app.Page(application, app.Wanted(application, change: w => w["access"]!["valid_until"] = good));
        }
        // The longest that the bank grants is granted; an offset counts.
        await app.Page(
            application,
            app.Wanted(
                application,
                change: w =>
                {
                    w["access"]!["valid_until"] =
                        $"{app.Time.GetUtcNow().AddDays(180).AddHours(2):yyyy-MM-ddTHH:mm:ss.ffffff}+02:00";
                    w.Remove("psu_type");
                    w["psu_id"] = "of the application";
                    w["language"] = "fr";
                }
            )
        );
    }

    [Theory, OnBothDatabases]
    public async Task A_question_that_cannot_be_answered_is_refused(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var application = await app.RegisterFacade(user.Client);
        var connection = await app.StoreConnection(user);
        var account = await app.StoreAccount(connection);
        await app.StoreTransactions(account, 5);
        var session = await app.Session(application, user, connection.Id);
        var transactions = $"/accounts/{session.Uids[0]}/transactions";
        (int Status, string Error, string Path)[] bad =
        [
            (422, "WRONG_REQUEST_PARAMETERS", "/aspsps?country=fr"),
            (422, "WRONG_REQUEST_PARAMETERS", "/aspsps?country=FRA"),
            (422, "WRONG_REQUEST_PARAMETERS", "/aspsps?country=FR&country=BE"),
            (422, "WRONG_REQUEST_PARAMETERS", "/aspsps?psu_type=PERSONAL"),
            (422, "WRONG_REQUEST_PARAMETERS", "/aspsps?service=ais"),
            (404, "SESSION_DOES_NOT_EXIST", "/sessions/1"),
            (404, "SESSION_DOES_NOT_EXIST", $"/sessions/{Guid.NewGuid()}"),
            (404, "SESSION_DOES_NOT_EXIST", $"/sessions/{session.Uids[0]}"),
            (422, "WRONG_REQUEST_PARAMETERS", "/accounts/1/balances"),
            (422, "WRONG_REQUEST_PARAMETERS", "/accounts/aGFzaA==/transactions"),
            (404, "ACCOUNT_DOES_NOT_EXIST", $"/accounts/{Guid.NewGuid()}/details"),
            (404, "ACCOUNT_DOES_NOT_EXIST", $"/accounts/{session.Id}/balances"),
            (422, "WRONG_REQUEST_PARAMETERS", $"{transactions}?date_from=01.03.2026"),
            (422, "WRONG_REQUEST_PARAMETERS", $"{transactions}?date_from=2026-02-30"),
            (
                422,
                "WRONG_REQUEST_PARAMETERS",
                $"{transactions}?date_from=2026-02-01&date_to=2026-02-01?continuation_key=x"
            ),
            (422, "WRONG_REQUEST_PARAMETERS", $"{transactions}?date_from=2026-02-01&date_from=2026-02-02"),
            (422, "WRONG_REQUEST_PARAMETERS", $"{transactions}?date_from="),
            (422, "WRONG_REQUEST_PARAMETERS", $"{transactions}?date_from=2026-02-01&date_to="),
            (422, "WRONG_REQUEST_PARAMETERS", $"{transactions}?strategy="),
            (422, "WRONG_REQUEST_PARAMETERS", $"{transactions}?transaction_status="),
            (422, "WRONG_CONTINUATION_KEY", $"{transactions}?continuation_key="),
            (422, "WRONG_CONTINUATION_KEY", $"{transactions}?continuation_key"),
            (404, "SESSION_DOES_NOT_EXIST", $"/sessions/{session.Id}%20"),
            (422, "WRONG_REQUEST_PARAMETERS", $"/accounts/%20{session.Uids[0]}/details"),
            (422, "WRONG_REQUEST_PARAMETERS", $"{transactions}?strategy=shortest"),
            (422, "WRONG_REQUEST_PARAMETERS", $"{transactions}?transaction_status=booked"),
            (422, "DATE_TO_WITHOUT_DATE_FROM", $"{transactions}?date_to=2026-02-01"),
            (422, "DATE_FROM_IN_FUTURE", $"{transactions}?date_from=2026-03-03"),
            (422, "WRONG_DATE_INTERVAL", $"{transactions}?date_from=2026-02-02&date_to=2026-02-01"),
            (422, "WRONG_CONTINUATION_KEY", $"{transactions}?continuation_key=x"),
            (422, "WRONG_CONTINUATION_KEY", $"{transactions}?continuation_key=MjA1MTIuMQ.0000000000000000"),
        ];

        foreach (var (status, error, path) in bad)
        {
            var refused = await app.Refusal(application, path);
            Assert.True(refused == (status, error), $"{path}: {refused}");
        }
        await app.Read(application, $"{transactions}?date_from=2026-03-02&date_to=2026-03-02&unknown=1");
        foreach (var code in new object?[] { null, "", "x", 12, new string('c', 201) })
        {
            var (status, error) = await app.Refusal(application, "/sessions", HttpMethod.Post, new { code });
            Assert.Equal(422, status);
            Assert.Contains(error, new[] { "WRONG_REQUEST_PARAMETERS", "WRONG_AUTHORIZATION_CODE" });
        }
    }

    [Theory, OnBothDatabases]
    public async Task Pages_hold_every_transaction_once_and_their_keys_are_good_for_one_account_and_query(
        DatabaseKind kind
    )
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var application = await app.RegisterFacade(user.Client);
        var connection = await app.StoreConnection(user);
        var (account, other) = (await app.StoreAccount(connection), await app.StoreAccount(connection));
        var stored = await app.StoreTransactions(account, 2 * FacadeTransactionsQuery.PageSize + 7);
        await app.StoreTransactions(other, FacadeTransactionsQuery.PageSize + 1);
        var session = await app.Session(application, user, connection.Id);
        var byName = session
            .Begun.GetProperty("accounts")
            .EnumerateArray()
            .ToDictionary(a => a.Text("uid")!, a => a.Text("identification_hash"));
        Assert.Equal(2, byName.Values.Distinct().Count());
        string? uid = null;
        foreach (var candidate in session.Uids)
        {
            var first = await Page(candidate, "");
            uid = first.Ids.Contains($"{stored[^1].Id}") || first.Ids.Contains($"{stored[59].Id}") ? candidate : uid;
        }
        var another = session.Uids.Single(one => one != uid);

        foreach (
            var query in new[]
            {
                "",
                "strategy=longest",
                "date_from=2026-01-10&date_to=2026-02-10",
                "transaction_status=BOOK",
            }
        )
        {
            List<string> ids = [];
            string? key = null;
            var pages = 0;
            do
            {
                var page = await Page(uid!, query + (key is null ? "" : $"&continuation_key={key}"));
                ids.AddRange(page.Ids);
                key = page.Key;
                pages++;
            } while (key is not null);
            var expected = stored
                .Where(t =>
                    !query.StartsWith("date", StringComparison.Ordinal)
                    || (t.Day >= new DateOnly(2026, 1, 10) && t.Day <= new DateOnly(2026, 2, 10))
                )
                .Select(t => $"{t.Id}")
                .Order(StringComparer.Ordinal);
            Assert.Equal(expected, ids.Order(StringComparer.Ordinal));
            Assert.True(pages >= 2, query);
        }
        var (_, next) = await Page(uid!, "date_from=2026-01-10");
        foreach (
            var path in new[]
            {
                $"/accounts/{another}/transactions?date_from=2026-01-10&continuation_key={next}",
                $"/accounts/{uid}/transactions?date_from=2026-01-11&continuation_key={next}",
                $"/accounts/{uid}/transactions?continuation_key={next}",
                $"/accounts/{uid}/transactions?date_from=2026-01-10&transaction_status=BOOK&continuation_key={next}",
                $"/accounts/{uid}/transactions?date_from=2026-01-10&continuation_key={next}0",
            }
        )
        {
            Assert.Equal((422, "WRONG_CONTINUATION_KEY"), await app.Refusal(application, path));
        }

        async Task<(string[] Ids, string? Key)> Page(string of, string query)
        {
            var page = await app.Read(application, $"/accounts/{of}/transactions?{query}");
            // Applications look for it on the last page, too.
            var key = page.GetProperty("continuation_key");
            return (
                [.. page.GetProperty("transactions").EnumerateArray().Select(t => t.Text("entry_reference")!)],
                key.ValueKind == JsonValueKind.Null ? null : key.GetString()
            );
        }
    }

    [Theory, OnBothDatabases]
    public async Task A_session_and_an_application_send_so_many_requests_a_day(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(
            kind,
            settings => settings with { EnableBankingFacadeRequests = 5 },
            builder =>
                Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton(
                    builder.Services,
                    new FakeBank().Banks()
                )
        );
        var user = await app.CreateUser(await app.CreateClient());
        var application = await app.RegisterFacade(user.Client);
        var connection = await app.StoreConnection(user, FakeBank.ProviderId);
        await app.StoreAccount(connection);
        var elsewhere = await app.StoreConnection(user, FakeBank.ProviderId);
        await app.StoreAccount(elsewhere);
        Action<JsonObject> fake = w => w["aspsp"]!["name"] = "Fake Bank";
        // Two requests of the application each.
        var (session, second) = (
            await app.Session(application, user, connection.Id, fake),
            await app.Session(application, user, elsewhere.Id, fake)
        );

        for (var i = 0; i < 5; i++)
        {
            await app.Read(application, $"/accounts/{session.Uids[0]}/balances");
        }
        Assert.Equal(
            (429, "ASPSP_RATE_LIMIT_EXCEEDED"),
            await app.Refusal(application, $"/accounts/{session.Uids[0]}/transactions")
        );
        Assert.Equal((429, "ASPSP_RATE_LIMIT_EXCEEDED"), await app.Refusal(application, $"/sessions/{session.Id}"));
        await app.Read(application, $"/sessions/{second.Id}");
        await app.Read(application, "/application");
        Assert.Equal((429, "ASPSP_RATE_LIMIT_EXCEEDED"), await app.Refusal(application, "/aspsps"));
        await app.Read(application, $"/sessions/{second.Id}");

        app.Time.Advance(TimeSpan.FromDays(1));
        await app.Read(application, "/aspsps");
        await app.Read(application, $"/accounts/{session.Uids[0]}/balances");
    }

    [Fact]
    public void A_key_is_taken_by_its_public_half_alone()
    {
        using var small = RSA.Create(1024);
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = FacadeScene.Key();
        using var certificate = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=app",
            key,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        ).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1));
        var known = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo());

        Assert.Equal(known, FacadeKey.Read(key.ExportSubjectPublicKeyInfoPem()));
        Assert.Equal(known, FacadeKey.Read(key.ExportRSAPublicKeyPem()));
        Assert.Equal(known, FacadeKey.Read(certificate.ExportCertificatePem()));
        foreach (
            var bad in new[]
            {
                null,
                "",
                "key",
                key.ExportPkcs8PrivateKeyPem(),
                key.ExportRSAPrivateKeyPem(),
                small.ExportSubjectPublicKeyInfoPem(),
                curve.ExportSubjectPublicKeyInfoPem(),
                "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
                new string('A', 20_000),
            }
        )
        {
            Assert.Null(FacadeKey.Read(bad));
        }
    }

    [Fact]
    public void An_id_is_a_uuid_and_comes_back_from_it()
    {
        foreach (var value in new[] { 1, 7, 8, 4096, 1L << 62, long.MaxValue })
        {
            var id = new FacadeSessionId(value);
            var text = FacadeUuid.Of(id);
            Assert.Equal('4', text[14]);
            Assert.Contains(text[19], "89ab");
            Assert.True(FacadeUuid.TryRead<FacadeSessionId>(text.ToUpperInvariant(), out var read));
            Assert.Equal(id, read);
        }
        foreach (
            var bad in new[]
            {
                null,
                "",
                "1",
                $"{Guid.Empty}",
                $"{Guid.NewGuid()}",
                "00000000-0000-4001-8000-000000000001",
                "00000000-0000-8001-8000-000000000000",
                $"{FacadeUuid.Of(new FacadeSessionId(7))} ",
                $" {FacadeUuid.Of(new FacadeSessionId(7))}",
                $"{FacadeUuid.Of(new FacadeSessionId(7))}\n",
            }
        )
        {
            Assert.False(FacadeUuid.TryRead<FacadeSessionId>(bad, out _));
        }
    }
}
