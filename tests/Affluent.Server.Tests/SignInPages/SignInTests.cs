using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Web;
using Affluent.Server.Consents;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.SignInPages;

/// <summary>The authorization code grant, as a browser without script and an application go through it.</summary>
public sealed class SignInTests
{
    private const string Back = "https://client.example/signed-in?from=affluent";
    private const string Verifier = "a-verifier-of-more-than-forty-three-characters-0123456789";

    private static readonly string Challenge = Base64Url.EncodeToString(
        SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))
    );

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [OnBothDatabases("/auth/signin", true)]
    [OnBothDatabases("/auth/authorize", false)]
    public async Task A_user_signs_in_on_our_page_and_the_application_gets_tokens(
        DatabaseKind kind,
        string path,
        bool proves
    )
    {
        await using var app = await TestApp.Start(kind);
        var user = await CreateUser(app);
        var request = Request(user, scope: "openid profile accounts_read", ("nonce", "n-1"));
        var visitor = Browse(app);

        await visitor.Open(path + Query(proves ? Proving(request) : request));
        Assert.Equal("Sign in", visitor.Heading);
        Assert.Contains("you allow A test client to:", visitor.Find(".intro").TextContent, StringComparison.Ordinal);
        Assert.Equal(
            ["see your name and e-mail", "see your bank accounts"],
            visitor.Page.QuerySelectorAll(".points li").Select(li => li.TextContent)
        );
        await SignIn(visitor, user.Email, user.Password);
        var answer = HttpUtility.ParseQueryString(visitor.SentTo!.Query);
        var tokens = await Exchange(app, user, answer["code"]!, proves ? Verifier : null).IsGiven();

        Assert.StartsWith(Back + "&", visitor.SentTo.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal(("s +1", $"{app.Origin}auth"), (answer["state"], answer["iss"]));
        Assert.Equal("openid profile accounts_read", tokens.Text("scope"));
        var claims = JsonSerializer.Deserialize<JsonElement>(
            Base64Url.DecodeFromChars(tokens.Text("id_token")!.Split('.')[1])
        );
        Assert.Equal((user.Id.ToString(), "n-1"), (claims.Text("sub"), claims.Text("nonce")));
        Assert.Equal(HttpStatusCode.OK, await StatusOfMe(app, tokens));
        var refreshed = await Refresh(app, user, tokens).IsGiven();
        Assert.Equal("openid profile accounts_read", refreshed.Text("scope"));
    }

    [Theory, OnBothDatabases]
    public async Task What_the_user_allows_is_kept_as_evidence_and_nothing_without_the_right_password(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await CreateUser(app);
        Task<IReadOnlyList<ConsentRecord>> Consents() => app.Database.Read(db => ConsentStore.List(db, user.Id), Stop);
        var visitor = Browse(app);
        await visitor.Open("/auth/signin" + Query(Proving(Request(user))));

        await SignIn(visitor, user.Email, "wrong");
        Assert.Empty(await Consents());
        await SignIn(visitor, user.Email, user.Password);

        Assert.Contains("code=", visitor.SentTo!.Query, StringComparison.Ordinal);
        var consent = Assert.Single(await Consents());
        Assert.Equal(
            (ConsentKind.Application, user.Client.Id, "127.0.0.1", "en"),
            (consent.Kind, consent.ClientId, consent.Address, consent.Language)
        );
        Assert.Equal(
            "Sign in\nWhen you sign in, you allow A test client to:\nsee your name and e-mail\nsee your bank accounts\nSign in and allow",
            await app.Database.Read(db => ConsentStore.Text(db, consent.TextHash), Stop)
        );
    }

    [Theory, OnBothDatabases]
    public async Task Nobody_allows_what_was_not_on_the_page(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await CreateUser(app);
        var visitor = Browse(app);
        await visitor.Open("/auth/signin" + Query(Proving(Request(user))));
        var cookie = visitor.Answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        // The same browser, which would be shown other words by now.
        var french = new PageVisitor(app.Http, () => Task.CompletedTask, ("Accept-Language", "fr"), ("Cookie", cookie));

        await french.Post("/auth/signin", [.. Form(visitor, user)]);

        Assert.Null(french.SentTo);
        Assert.Equal("Identifiez-vous", french.Heading);
        Assert.Empty(await app.Database.Read(db => ConsentStore.List(db, user.Id), Stop));
    }

    [Theory, OnBothDatabases]
    public async Task A_code_works_once_and_its_return_ends_what_it_gave(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await CreateUser(app);
        var code = await Code(app, user);

        var tokens = await Exchange(app, user, code, Verifier).IsGiven();
        await Exchange(app, user, code, Verifier).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusOfMe(app, tokens));
        await Refresh(app, user, tokens).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
    }

    [Theory, OnBothDatabases]
    public async Task A_code_is_worth_nothing_to_others_later_or_without_its_user(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await CreateUser(app);
        var thief = await app.CreateClient(redirectUrls: Back);
        Task Refused(Task<HttpResponseMessage> answer) => answer.IsRefused(HttpStatusCode.BadRequest, "invalid_grant");

        await Refused(Exchange(app, user with { Client = thief }, await Code(app, user), Verifier));
        await Refused(Exchange(app, user, await Code(app, user), "another" + Verifier));
        await Refused(Exchange(app, user, await Code(app, user), Verifier, back: "https://client.example/signed-in"));
        // Who proved nothing at first cannot be asked to; who did must.
        await app.PostAuth(
                "/auth/token",
                user.Client,
                ("grant_type", "authorization_code"),
                ("code", await Code(app, user)),
                ("redirect_uri", Back)
            )
            .IsRefused(HttpStatusCode.BadRequest, "invalid_request");
        var late = await Code(app, user);
        app.Time.Advance(TimeSpan.FromSeconds(61));
        await Refused(Exchange(app, user, late, Verifier));
        var orphaned = await Code(app, user);
        using var http = await app.SignedIn(user);
        await http.DeleteAsync("/api/v2.1/users/me", Stop);
        await Refused(Exchange(app, user, orphaned, Verifier));
    }

    [Theory]
    [OnBothDatabases("redirect_uri", "https://client.example/signed-in")]
    [OnBothDatabases("redirect_uri", "https://client.example/signed-in?from=affluent&more=1")]
    [OnBothDatabases("redirect_uri", "https://client.example/signed-in/?from=affluent")]
    [OnBothDatabases("redirect_uri", "https://evil.example/")]
    [OnBothDatabases("redirect_uri", "javascript:alert(1)")]
    [OnBothDatabases("redirect_uri", "")]
    [OnBothDatabases("client_id", "nobody")]
    [OnBothDatabases("client_id", "a\0b")]
    public async Task Where_no_redirect_address_can_be_trusted_the_user_gets_words(
        DatabaseKind kind,
        string parameter,
        string value
    )
    {
        await using var app = await TestApp.Start(kind);
        var user = await CreateUser(app);
        var visitor = Browse(app);

        await visitor.Open(
            "/auth/signin" + Query([.. Request(user).Select(p => p.Name == parameter ? (parameter, value) : p)])
        );

        Assert.Null(visitor.SentTo);
        Assert.Equal((HttpStatusCode.BadRequest, "This sign-in cannot begin"), (visitor.Status, visitor.Heading));
    }

    [Theory]
    [OnBothDatabases("scope", "everything", "invalid_scope")]
    [OnBothDatabases("response_type", "token", "unsupported_response_type")]
    [OnBothDatabases("response_mode", "fragment", "invalid_request")]
    [OnBothDatabases("prompt", "none", "login_required")]
    [OnBothDatabases("scope=profile&scope", "openid", "invalid_request")]
    [OnBothDatabases("code_challenge_method", "plain", "invalid_request")]
    public async Task Other_errors_go_back_to_the_application(
        DatabaseKind kind,
        string parameter,
        string value,
        string error
    )
    {
        await using var app = await TestApp.Start(kind);
        var user = await CreateUser(app);
        var visitor = Browse(app);
        var request = Proving(Request(user)).Where(p => p.Name != parameter).Append((parameter, value));

        await visitor.Open("/auth/signin" + Query([.. request]));

        var answer = Answer(visitor);
        Assert.Equal((error, "s +1", $"{app.Origin}auth"), (answer["error"], answer["state"], answer["iss"]));
        Assert.Null(answer["code"]);
        // A page of a library that the user's application knows nothing of.
        Assert.Null(answer["error_uri"]);
    }

    [Theory, OnBothDatabases]
    public async Task Only_a_client_that_was_given_the_grant_may_ask(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient(grants: "client_credentials password", redirectUrls: Back);
        var visitor = Browse(app);

        await visitor.Open("/auth/signin" + Query(Request(await app.CreateUser(client))));

        Assert.Equal("unauthorized_client", Answer(visitor)["error"]);
    }

    [Theory, OnBothDatabases]
    public async Task Who_cancels_goes_back_without_a_code(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var visitor = Browse(app);
        await visitor.Open("/auth/signin" + Query(Request(await CreateUser(app))));

        await visitor.Click("button[value=cancel]");

        Assert.Equal(("access_denied", "s +1"), (Answer(visitor)["error"], Answer(visitor)["state"]));
    }

    [Theory, OnBothDatabases]
    public async Task A_form_is_good_only_in_the_browser_and_for_the_request_that_it_was_shown_for(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await CreateUser(app);
        var attacker = Browse(app);
        await attacker.Open("/auth/signin" + Query(Request(user)));
        var form = Form(attacker, user);
        async Task<(HttpStatusCode, bool)> Post(PageVisitor visitor, Dictionary<string, string> fields)
        {
            await visitor.Post("/auth/signin", fields);
            return (visitor.Status, visitor.SentTo is not null);
        }

        // The attacker's form, sent by a victim's browser that has seen the page, or never has.
        var victim = Browse(app);
        await victim.Open("/auth/signin" + Query(Request(user)));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, false), await Post(victim, form));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, false), await Post(Browse(app), form));
        // A form without a token is an application's request: the page is shown.
        Assert.Equal((HttpStatusCode.OK, false), await Post(attacker, Without(form, "form_token")));
        // The request is part of the form.
        Assert.Equal(
            (HttpStatusCode.UnprocessableEntity, false),
            await Post(attacker, new(form) { ["scope"] = "profile_edit" })
        );
        Assert.Equal((HttpStatusCode.UnprocessableEntity, false), await Post(attacker, Without(form, "state")));
        app.Time.Advance(TimeSpan.FromSeconds(3601));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, false), await Post(attacker, form));
        // Shown anew, it is good again.
        await SignIn(attacker, user.Email, user.Password);
        Assert.NotNull(Answer(attacker)["code"]);
    }

    [Theory, OnBothDatabases]
    public async Task Wrong_passwords_are_braked_as_everywhere(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await CreateUser(app);
        var visitor = Browse(app);
        await visitor.Open("/auth/signin" + Query(Request(user)));

        await SignIn(visitor, "", "");
        Assert.Equal(2, visitor.Page.QuerySelectorAll("#errors li").Length);
        for (var i = 0; i < 5; i++)
        {
            await SignIn(visitor, user.Email, "wr0ng-guess");
            Assert.Equal(HttpStatusCode.UnprocessableEntity, visitor.Status);
            Assert.Equal(user.Email, visitor.Find("#username").GetAttribute("value"));
            Assert.Equal("", visitor.Find("#password").GetAttribute("value") ?? "");
        }
        await SignIn(visitor, user.Email, user.Password);

        Assert.Null(visitor.SentTo);
        Assert.Equal(TimeSpan.FromSeconds(30), visitor.Answer.Headers.RetryAfter!.Delta);
        Assert.Contains("Wait 30 seconds", visitor.Find("#errors").TextContent, StringComparison.Ordinal);
        // The same name is braked for the password grant, too.
        await app.PostAuth(
                "/auth/token",
                user.Client,
                ("grant_type", "password"),
                ("username", user.Email),
                ("password", user.Password)
            )
            .IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
        app.Time.Advance(TimeSpan.FromSeconds(30));
        await SignIn(visitor, user.Email, user.Password);
        Assert.NotNull(Answer(visitor)["code"]);
    }

    [Theory, OnBothDatabases]
    public async Task The_page_is_framed_by_nobody_kept_by_nobody_and_runs_nothing_of_others(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var visitor = Browse(app);
        await visitor.Open(
            "/auth/signin"
                + Query([.. Request(await CreateUser(app)), ("ui_locales", "fr-CA en"), ("nonce", "\"><script>")])
        );

        var headers = visitor.Answer.Headers;
        Assert.Equal("Identifiez-vous", visitor.Heading);
        Assert.Equal(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                + "form-action 'self' https://client.example; base-uri 'none'; frame-ancestors 'none'",
            headers.GetValues("Content-Security-Policy").Single()
        );
        Assert.True(headers.CacheControl!.NoStore);
        Assert.Equal("no-referrer", headers.GetValues("Referrer-Policy").Single());
        var cookie = headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Single(visitor.Page.QuerySelectorAll("script"));
        foreach (var asset in new[] { "link[rel=stylesheet]", "script" })
        {
            var address = visitor.Find(asset).GetAttribute("href") ?? visitor.Find(asset).GetAttribute("src")!;
            using var answer = await app.Http.GetAsync(new Uri(visitor.Address, address), Stop);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    private static async Task<TestUser> CreateUser(TestApp app) =>
        await app.CreateUser(await app.CreateClient(redirectUrls: Back));

    private static (string Name, string Value)[] Request(
        TestUser user,
        string scope = "profile accounts_read",
        params (string Name, string Value)[] more
    ) =>
        [
            ("response_type", "code"),
            ("client_id", user.Client.ClientId),
            ("redirect_uri", Back),
            ("scope", scope),
            ("state", "s +1"),
            .. more,
        ];

    private static (string Name, string Value)[] Proving((string Name, string Value)[] request) =>
        [.. request, ("code_challenge", Challenge), ("code_challenge_method", "S256")];

    private static string Query((string Name, string Value)[] parameters) =>
        "?" + string.Join('&', parameters.Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value)}"));

    private static PageVisitor Browse(TestApp app) => app.Browse("document");

    private static Task SignIn(PageVisitor visitor, string name, string password)
    {
        visitor.Fill("username", name);
        visitor.Fill("password", password);
        return visitor.Submit();
    }

    private static System.Collections.Specialized.NameValueCollection Answer(PageVisitor visitor)
    {
        Assert.True(visitor.SentTo is not null, $"Still at {visitor.Heading}: {visitor.Page.Body?.TextContent}");
        Assert.StartsWith(Back + "&", visitor.SentTo.AbsoluteUri, StringComparison.Ordinal);
        return HttpUtility.ParseQueryString(visitor.SentTo.Query);
    }

    private static async Task<string> Code(TestApp app, TestUser user)
    {
        var visitor = Browse(app);
        await visitor.Open("/auth/signin" + Query(Proving(Request(user))));
        await SignIn(visitor, user.Email, user.Password);
        return Answer(visitor)["code"]!;
    }

    private static Dictionary<string, string> Form(PageVisitor visitor, TestUser user)
    {
        var fields = visitor
            .Page.QuerySelectorAll("input[type=hidden]")
            .ToDictionary(i => i.GetAttribute("name")!, i => i.GetAttribute("value")!, StringComparer.Ordinal);
        fields["username"] = user.Email;
        fields["password"] = user.Password;
        fields["do"] = "sign_in";
        return fields;
    }

    private static Dictionary<string, string> Without(Dictionary<string, string> form, string field) =>
        form.Where(f => f.Key != field).ToDictionary(StringComparer.Ordinal);

    private static Task<HttpResponseMessage> Exchange(
        TestApp app,
        TestUser user,
        string code,
        string? verifier,
        string back = Back
    )
    {
        (string, string)[] fields =
        [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", back),
            .. verifier is null ? Array.Empty<(string, string)>() : [("code_verifier", verifier)],
        ];
        return app.PostAuth("/auth/token", user.Client, fields);
    }

    private static Task<HttpResponseMessage> Refresh(TestApp app, TestUser user, JsonElement tokens) =>
        app.PostAuth(
            "/auth/token",
            user.Client,
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.Text("refresh_token")!)
        );

    private static async Task<HttpStatusCode> StatusOfMe(TestApp app, JsonElement tokens)
    {
        using var http = app.WithToken(tokens.Text("access_token")!);
        using var answer = await http.GetAsync("/api/v2.1/users/me", Stop);
        return answer.StatusCode;
    }
}
