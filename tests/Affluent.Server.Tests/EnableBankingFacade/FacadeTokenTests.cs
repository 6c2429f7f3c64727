using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Tests.Security;
using Xunit;

namespace Affluent.Server.Tests.EnableBankingFacade;

/// <summary>Which tokens let an application in.</summary>
public sealed class FacadeTokenTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly RecordedEvents _log = new();

    /// <summary>Each bad in one way.</summary>
    private static IReadOnlyDictionary<
        string,
        (string Why, Func<TestApp, TestFacadeApplication, TestFacadeApplication, string> Make)
    > Bad =>
        new Dictionary<string, (string, Func<TestApp, TestFacadeApplication, TestFacadeApplication, string>)>
        {
            ["no form"] = ("malformed_token", (_, _, _) => "abc"),
            ["two parts"] = ("malformed_token", (app, own, _) => app.Token(own)[..app.Token(own).LastIndexOf('.')]),
            ["no signature"] = (
                "malformed_token",
                (app, own, _) => $"{app.Token(own)[..app.Token(own).LastIndexOf('.')]}."
            ),
            ["four parts"] = ("malformed_token", (app, own, _) => $"{app.Token(own)}.e30"),
            ["alg none"] = ("malformed_token", (app, own, _) => app.Token(own, (head, _) => head["alg"] = "none")),
            ["alg RS512"] = ("malformed_token", (app, own, _) => app.Token(own, (head, _) => head["alg"] = "RS512")),
            ["alg in lower case"] = (
                "malformed_token",
                (app, own, _) => app.Token(own, (head, _) => head["alg"] = "rs256")
            ),
            ["alg PS256"] = (
                "malformed_token",
                (app, own, _) =>
                    app.Token(
                        own,
                        (head, _) => head["alg"] = "PS256",
                        bytes => own.Key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)
                    )
            ),
            ["HS256 by the public key"] = (
                "malformed_token",
                (app, own, _) =>
                    app.Token(
                        own,
                        (head, _) => head["alg"] = "HS256",
                        bytes =>
                            HMACSHA256.HashData(Encoding.ASCII.GetBytes(own.Key.ExportSubjectPublicKeyInfoPem()), bytes)
                    )
            ),
            ["HMAC under the name of RS256"] = (
                "wrong_signature",
                (app, own, _) =>
                    app.Token(
                        own,
                        sign: bytes =>
                            HMACSHA256.HashData(Encoding.ASCII.GetBytes(own.Key.ExportSubjectPublicKeyInfoPem()), bytes)
                    )
            ),
            ["PSS under the name of RS256"] = (
                "wrong_signature",
                (app, own, _) =>
                    app.Token(
                        own,
                        sign: bytes => own.Key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss)
                    )
            ),
            ["SHA-512 under the name of RS256"] = (
                "wrong_signature",
                (app, own, _) =>
                    app.Token(
                        own,
                        sign: bytes => own.Key.SignData(bytes, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1)
                    )
            ),
            ["another's key"] = ("wrong_signature", (app, own, other) => app.Token(own with { Key = other.Key })),
            ["the kid of another"] = ("wrong_signature", (app, own, other) => app.Token(own with { Id = other.Id })),
            ["a kid of nobody"] = (
                "unknown_application",
                (app, own, _) => app.Token(own with { Id = "00000000-0000-4001-8000-000000000000" })
            ),
            ["a kid of another form"] = (
                "unknown_application",
                (app, own, _) => app.Token(own with { Id = Guid.NewGuid().ToString() })
            ),
            ["no kid"] = ("unknown_application", (app, own, _) => app.Token(own, (head, _) => head.Remove("kid"))),
            ["a kid that is a number"] = (
                "unknown_application",
                (app, own, _) => app.Token(own, (head, _) => head["kid"] = 12)
            ),
            ["another typ"] = ("malformed_token", (app, own, _) => app.Token(own, (head, _) => head["typ"] = "at+jwt")),
            ["crit"] = (
                "malformed_token",
                (app, own, _) => app.Token(own, (head, _) => head["crit"] = new JsonArray("exp"))
            ),
            ["b64"] = ("malformed_token", (app, own, _) => app.Token(own, (head, _) => head["b64"] = false)),
            ["a kid with a blank"] = (
                "unknown_application",
                (app, own, _) => app.Token(own, (head, _) => head["kid"] = $"{own.Id} ")
            ),
            ["nbf of the future"] = (
                "wrong_claims",
                (app, own, _) => app.Token(own, (_, claims) => claims["nbf"] = Now(app) + 61)
            ),
            ["nbf a text"] = (
                "wrong_claims",
                (app, own, _) => app.Token(own, (_, claims) => claims["nbf"] = $"{Now(app)}")
            ),
            ["another iss"] = (
                "wrong_claims",
                (app, own, _) => app.Token(own, (_, claims) => claims["iss"] = "evil.example")
            ),
            ["no iss"] = ("wrong_claims", (app, own, _) => app.Token(own, (_, claims) => claims.Remove("iss"))),
            ["another aud"] = (
                "wrong_claims",
                (app, own, _) => app.Token(own, (_, claims) => claims["aud"] = "api.example")
            ),
            ["aud a list"] = (
                "wrong_claims",
                (app, own, _) => app.Token(own, (_, claims) => claims["aud"] = new JsonArray("api.enablebanking.com"))
            ),
            ["no exp"] = ("wrong_claims", (app, own, _) => app.Token(own, (_, claims) => claims.Remove("exp"))),
            ["no iat"] = ("wrong_claims", (app, own, _) => app.Token(own, (_, claims) => claims.Remove("iat"))),
            ["exp a text"] = (
                "wrong_claims",
                (app, own, _) => app.Token(own, (_, claims) => claims["exp"] = $"{Now(app) + 60}")
            ),
            ["exp beyond all"] = (
                "wrong_claims",
                (app, own, _) => app.Token(own, (_, claims) => claims["exp"] = long.MaxValue)
            ),
            ["exp now"] = (
                "wrong_claims",
                (app, own, _) =>
                    app.Token(own, (_, claims) => (claims["iat"], claims["exp"]) = (Now(app) - 60, Now(app)))
            ),
            ["too long"] = (
                "wrong_claims",
                (app, own, _) => app.Token(own, (_, claims) => claims["exp"] = Now(app) + 86_401)
            ),
            ["exp before iat"] = (
                "wrong_claims",
                (app, own, _) =>
                    app.Token(own, (_, claims) => (claims["iat"], claims["exp"]) = (Now(app) + 30, Now(app) + 20))
            ),
            ["of the future"] = (
                "wrong_claims",
                (app, own, _) =>
                    app.Token(own, (_, claims) => (claims["iat"], claims["exp"]) = (Now(app) + 61, Now(app) + 600))
            ),
            ["alg twice"] = (
                "malformed_token",
                (app, own, _) => Signed(own, $$"""{"alg":"none","alg":"RS256","kid":"{{own.Id}}"}""", Claims(app))
            ),
            ["claims a list"] = (
                "malformed_token",
                (app, own, _) => Signed(own, $$"""{"alg":"RS256","kid":"{{own.Id}}"}""", $"[{Claims(app)}]")
            ),
            ["padding"] = ("malformed_token", (app, own, _) => $"{app.Token(own)}=="),
        };

    public static TheoryData<string> Names => [.. Bad.Keys];

    [Theory, OnBothDatabases]
    public async Task A_good_token_lets_in_and_every_bad_one_is_refused_and_noted(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind, configure: _log.AddTo);
        var own = await app.RegisterFacade(await app.CreateClient());
        var other = await app.RegisterFacade(await app.CreateClient(), key: 1);
        _log.Forget();

        await app.Read(own, "/application");
        await app.Ask(own, HttpMethod.Get, "/application", token: app.Token(own, (head, _) => head.Remove("typ")));
        await app.Ask(own, HttpMethod.Get, "/application", token: app.Token(own, (_, c) => c["nbf"] = Now(app) + 60));
        await app.Read(other, "/application");
        Assert.Empty(_log.All);
        foreach (var (name, (why, make)) in Bad)
        {
            _log.Forget();
            var refused = await app.Refusal(own, "/application", token: make(app, own, other));
            Assert.True(refused == (401, "UNAUTHORIZED_ACCESS"), $"{name}: {refused}");
            Assert.True(_log.Only("enable_banking_refused").Values["Why"] == why, $"{name}: {_log.All[0].Message}");
        }
        foreach (var header in new[] { null, "", "Basic YTpi", "Bearer", $"Token {app.Token(own)}" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/enablebanking/application");
            if (header is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", header);
            }
            using var answer = await app.Http.SendAsync(request, Stop);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("AUTHORIZATION_NOT_PROVIDED", (await answer.Json()).Text("error"));
        }
    }

    [Theory, OnBothDatabases]
    public async Task No_route_answers_without_a_token(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var application = await app.RegisterFacade(user.Client);
        var connection = await app.StoreConnection(user);
        await app.StoreAccount(connection);
        var session = await app.Session(application, user, connection.Id);

        foreach (var (method, path) in FacadeIsolationTests.Routes(app))
        {
            var concrete = path.Replace("{id}", session.Id, StringComparison.Ordinal)
                .Replace("{uid}", session.Uids[0], StringComparison.Ordinal)
                .Replace("{transaction_id}", "1", StringComparison.Ordinal);
            Assert.Equal(
                (401, "UNAUTHORIZED_ACCESS"),
                await app.Refusal(application, concrete, method, token: "a.b.c")
            );
        }
    }

    [Theory, OnBothDatabases]
    public async Task An_application_ends_with_its_deletion_and_waits_with_its_client(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind, configure: _log.AddTo);
        var client = await app.CreateClient();
        var application = await app.RegisterFacade(client);
        await app.Read(application, "/application");

        await app.Database.Write(
            db => ClientStore.SetDisabled(db, client.ClientId, true, app.Service<Revocations>()),
            Stop
        );
        Assert.Equal((403, "ACCESS_DENIED"), await app.Refusal(application, "/application"));
        Assert.Equal("client_refused", _log.Only("enable_banking_refused").Values["Why"]);
        await app.Database.Write(
            db => ClientStore.SetDisabled(db, client.ClientId, false, app.Service<Revocations>()),
            Stop
        );
        await app.Read(application, "/application");

        using var http = app.WithToken(await app.ClientToken(client));
        using var deleted = await http.DeleteAsync($"/api/v2.1/enable_banking/applications/{application.Id}", Stop);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal((401, "UNAUTHORIZED_ACCESS"), await app.Refusal(application, "/application"));
        _log.Only("enable_banking_application_created");
        _log.Only("enable_banking_application_deleted");
    }

    [Theory, OnBothDatabases]
    public async Task A_client_that_may_not_read_transactions_lets_no_application_read_them(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var application = await app.RegisterFacade(
            await app.CreateClient(scopes: "profile accounts_manage connections_manage connections_sync users_create")
        );

        Assert.Equal((403, "ACCESS_DENIED"), await app.Refusal(application, "/aspsps"));
    }

    [Theory, OnBothDatabases]
    public async Task Switched_off_there_is_nothing(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind, settings => settings with { EnableBankingFacade = false });
        using var http = app.WithToken(await app.ClientToken(await app.CreateClient()));

        foreach (var path in new[] { "/enablebanking/application", "/api/v2.1/enable_banking/applications" })
        {
            using var answer = await http.GetAsync(path, Stop);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
        Assert.False(new Settings { Environment = InstallationKind.Production }.EnableBankingFacade);
    }

    private static long Now(TestApp app) => app.Time.GetUtcNow().ToUnixTimeSeconds();

    private static string Claims(TestApp app) =>
        $$"""{"iss":"enablebanking.com","aud":"api.enablebanking.com","iat":{{Now(app)}},"exp":{{Now(app) + 60}}}""";

    private static string Signed(TestFacadeApplication own, string header, string claims)
    {
        var signed = string.Join(
            '.',
            new[] { header, claims }.Select(part =>
                System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part))
            )
        );
        var signature = own.Key.SignData(
            Encoding.ASCII.GetBytes(signed),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        return $"{signed}.{System.Buffers.Text.Base64Url.EncodeToString(signature)}";
    }
}
