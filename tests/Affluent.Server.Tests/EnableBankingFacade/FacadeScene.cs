using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Affluent.Server.EnableBankingFacade;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.EnableBankingFacade;

/// <summary>An application as its developer knows it: its id, its key, and where its users come back to.</summary>
internal sealed record TestFacadeApplication(TestClient Client, string Id, RSA Key, string RedirectUrl);

/// <summary>What an application got for a code.</summary>
internal sealed record TestFacadeSession(string Id, IReadOnlyList<string> Uids, JsonElement Begun);

/// <summary>The façade as an application drives it.</summary>
internal static class FacadeScene
{
    public const string Redirect = "https://app.example/eb-callback?from=bank";

    // Making keys takes longer than all the rest.
    private static readonly RSA[] Keys = [RSA.Create(2048), RSA.Create(2048)];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A key that no other application of the same number has.</summary>
    public static RSA Key(int number = 0) => Keys[number];

    /// <summary>Registers an application over the API.</summary>
    public static async Task<TestFacadeApplication> RegisterFacade(
        this TestApp app,
        TestClient client,
        string redirectUrl = Redirect,
        int key = 0
    )
    {
        using var http = app.WithToken(await app.ClientToken(client));
        var made = await http.PostAsJsonAsync(
                "/api/v2.1/enable_banking/applications",
                new
                {
                    name = "Firefly at home",
                    public_key = Key(key).ExportSubjectPublicKeyInfoPem(),
                    redirect_urls = new[] { redirectUrl },
                },
                Stop
            )
            .IsGiven();
        return new(client, made.Text("id")!, Key(key), redirectUrl);
    }

    /// <summary>A token, good unless the test changes it.</summary>
    public static string Token(
        this TestApp app,
        TestFacadeApplication application,
        Action<JsonObject, JsonObject>? change = null,
        Func<byte[], byte[]>? sign = null
    )
    {
        var now = app.Time.GetUtcNow().ToUnixTimeSeconds();
        var header = new JsonObject
        {
            ["typ"] = "JWT",
            ["alg"] = "RS256",
            ["kid"] = application.Id,
        };
        var claims = new JsonObject
        {
            ["iss"] = "enablebanking.com",
            ["aud"] = "api.enablebanking.com",
            ["iat"] = now,
            ["exp"] = now + 3600,
        };
        change?.Invoke(header, claims);
        var signed = $"{Encoded(header)}.{Encoded(claims)}";
        var bytes = Encoding.ASCII.GetBytes(signed);
        var signature =
            sign?.Invoke(bytes) ?? application.Key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    public static string Encoded(JsonNode json) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    /// <summary>Sends a request as the application; the answer, whatever it is.</summary>
    public static async Task<(HttpStatusCode Status, JsonElement Body)> Ask(
        this TestApp app,
        TestFacadeApplication application,
        HttpMethod method,
        string path,
        object? body = null,
        string? token = null
    )
    {
        using var request = new HttpRequestMessage(method, $"/enablebanking{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? app.Token(application));
        request.Content = body is null ? null : JsonContent.Create(body);
        using var answer = await app.Http.SendAsync(request, Stop);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        return (answer.StatusCode, await answer.Json());
    }

    /// <summary>The body of a 200.</summary>
    public static async Task<JsonElement> Read(
        this TestApp app,
        TestFacadeApplication application,
        string path,
        HttpMethod? method = null,
        object? body = null
    )
    {
        var (status, answer) = await app.Ask(application, method ?? HttpMethod.Get, path, body);
        Assert.True(status == HttpStatusCode.OK, $"{path}: {status} {answer.GetRawText()}");
        return answer;
    }

    /// <summary>The error of an answer, checked to be of the published form.</summary>
    public static async Task<(int Status, string Error)> Refusal(
        this TestApp app,
        TestFacadeApplication application,
        string path,
        HttpMethod? method = null,
        object? body = null,
        string? token = null
    )
    {
        var (status, answer) = await app.Ask(application, method ?? HttpMethod.Get, path, body, token);
        Assert.True(status != HttpStatusCode.OK, $"{path}: {answer.GetRawText()}");
        Assert.Equal((int)status, answer.GetProperty("code").GetInt32());
        Assert.NotEqual("", answer.Text("message"));
        return ((int)status, answer.Text("error")!);
    }

    /// <summary>What an application sends to <c>/auth</c>, changed as the test wants.</summary>
    public static JsonObject Wanted(
        this TestApp app,
        TestFacadeApplication application,
        string bank = "Banque Étoile",
        Action<JsonObject>? change = null
    )
    {
        var wanted = new JsonObject
        {
            ["access"] = new JsonObject
            {
                ["valid_until"] = $"{app.Time.GetUtcNow().AddDays(89):yyyy-MM-ddTHH:mm:ss}+00:00",
            },
            ["aspsp"] = new JsonObject { ["name"] = bank, ["country"] = "FR" },
            ["state"] = "s t&te=é",
            ["redirect_url"] = application.RedirectUrl,
            ["psu_type"] = "personal",
        };
        change?.Invoke(wanted);
        return wanted;
    }

    /// <summary>The page that a user is to be sent to.</summary>
    public static async Task<string> Page(this TestApp app, TestFacadeApplication application, JsonObject wanted)
    {
        var begun = await app.Read(application, "/auth", HttpMethod.Post, wanted);
        Assert.True(FacadeUuid.TryRead<FacadeAuthorizationId>(begun.Text("authorization_id"), out _));
        return begun.Text("url")!;
    }

    /// <summary>A code for a connection that the user has, as if the user had been through sign-in and widget.</summary>
    public static async Task<string> Code(
        this TestApp app,
        TestFacadeApplication application,
        TestUser user,
        ConnectionId connection,
        Action<JsonObject>? change = null
    )
    {
        var page = await app.Page(application, app.Wanted(application, change: change));
        var (code, back) = (Secret.Generate(), Secret.Generate());
        var now = app.Time.GetUtcNow().ToUnixTimeSeconds();
        await app.Database.Write(
            async db =>
            {
                var found = await FacadeStore.FindByPage(db, new Secret(page.Split('/')[^1]));
                Assert.True(await FacadeStore.SignIn(db, found!.Id, user.Id, back.Hash(), now));
                found = await FacadeStore.FindByReturn(db, back);
                Assert.True(await FacadeStore.GiveCode(db, found!, connection, code.Hash(), now));
            },
            Stop
        );
        return code.Value;
    }

    /// <summary>A session for a connection that the user has.</summary>
    public static async Task<TestFacadeSession> Session(
        this TestApp app,
        TestFacadeApplication application,
        TestUser user,
        ConnectionId connection,
        Action<JsonObject>? change = null
    ) => await app.Begin(application, await app.Code(application, user, connection, change));

    /// <summary>Turns a code into a session.</summary>
    public static async Task<TestFacadeSession> Begin(this TestApp app, TestFacadeApplication application, string code)
    {
        var begun = await app.Read(application, "/sessions", HttpMethod.Post, new { code });
        return new(
            begun.Text("session_id")!,
            [.. begun.GetProperty("accounts").EnumerateArray().Select(a => a.Text("uid")).OfType<string>()],
            begun
        );
    }

    /// <summary>A browser signs in on the page that an application sends its user to, and stands in the widget.</summary>
    public static async Task<PageVisitor> SignInAt(this TestApp app, string page, TestUser user)
    {
        var visitor = app.Browse("document");
        await visitor.Open(page);
        Assert.Equal("Sign in", visitor.Heading);
        visitor.Fill("username", user.Email);
        visitor.Fill("password", user.Password);
        await visitor.Submit();
        return visitor;
    }

    /// <summary>The user links the bank, or renews it: where the browser is sent then.</summary>
    public static async Task<Uri> Link(this PageVisitor visitor)
    {
        if (visitor.Showing.StartsWith("AlreadyLinked", StringComparison.Ordinal))
        {
            visitor.Choose("linked-0");
            await visitor.Submit();
        }
        await visitor.Submit();
        await visitor.WaitFor("Ended");
        return await visitor.Leave();
    }

    /// <summary>Goes on where the page leads by itself, until that is elsewhere.</summary>
    public static async Task<Uri> Leave(this PageVisitor visitor)
    {
        for (var hop = 0; hop < 3; hop++)
        {
            if (visitor.SentTo is { } elsewhere)
            {
                return elsewhere;
            }
            await visitor.Open(visitor.Find("body[data-leave-to]").GetAttribute("data-leave-to")!);
        }
        return visitor.SentTo ?? throw new InvalidOperationException($"It stays: {visitor.Heading}");
    }

    /// <summary>A value of an address's query.</summary>
    public static string? Query(this Uri address, string name) =>
        System.Web.HttpUtility.ParseQueryString(address.Query)[name];
}
