using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Users;
using Xunit;

namespace Affluent.Server.Tests.Users;

public sealed class UserTests
{
    private const string Me = "/api/v2.1/users/me";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_new_user_is_answered_by_its_address_and_sees_itself(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient();
        using var asClient = app.WithToken(await app.ClientToken(client));

        using var created = await asClient.PostAsJsonAsync(
            "/api/v2.1/users",
            new { email = " Ada@Example.com ", password = "m0rning-walk" },
            Stop
        );
        var id = created.Headers.Location!.Segments[^1];
        var user = new TestUser(client, id.Id<UserId>(), "ada@example.com", "m0rning-walk");
        using var http = app.WithToken(await app.UserToken(user));
        var me = await http.GetFromJsonAsync<JsonElement>(Me, Stop);

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal($"{app.Origin}api/v2.1/users/{id}", created.Headers.Location!.ToString());
        Assert.Empty(await created.Content.ReadAsStringAsync(Stop));
        Assert.Equal(
            $$"""{"id":"{{id}}","email":"Ada@Example.com","email_verified":false,"creation_date":1772438400}""",
            me.GetRawText()
        );
    }

    [Theory, OnBothDatabases]
    public async Task An_email_belongs_to_one_user_of_a_client_and_may_return_at_another(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient();
        await app.CreateUser(client, "ada@example.com");
        using var http = app.WithToken(await app.ClientToken(client));

        await http.PostAsJsonAsync(
                "/api/v2.1/users",
                new { email = " ADA@example.com", password = "m0rning-walk" },
                Stop
            )
            .IsRefused(HttpStatusCode.Conflict, "user_exists");
        await app.CreateUser(await app.CreateClient(), "ada@example.com");
    }

    [Theory, OnBothDatabases]
    public async Task An_accent_typed_as_one_character_or_as_two_is_the_same(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient();
        var composed = await app.CreateUser(client, "j\u00E9r\u00F4me@example.com");
        const string Decomposed = "JE\u0301ro\u0302me@example.com";
        using var http = app.WithToken(await app.ClientToken(client));

        await http.PostAsJsonAsync("/api/v2.1/users", new { email = Decomposed, password = "m0rning-walk" }, Stop)
            .IsRefused(HttpStatusCode.Conflict, "user_exists");
        Assert.NotEmpty(await app.UserToken(composed with { Email = Decomposed }));
    }

    [Theory, OnBothDatabases]
    public async Task A_password_typed_on_another_keyboard_is_the_same(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient();
        var user = await app.CreateUser(client, "zoe@example.com", "Zo\u00EB-en-\u00E9t\u00E9-26");

        Assert.NotEmpty(await app.UserToken(user with { Password = "Zoe\u0308-en-e\u0301te\u0301-26" }));
    }

    [Theory]
    [OnBothDatabases("{}", "email")]
    [OnBothDatabases("{\"email\":\"nobody\",\"password\":\"m0rning-walk\"}", "email")]
    [OnBothDatabases("{\"email\":\"a b@example.com\",\"password\":\"m0rning-walk\"}", "email")]
    [OnBothDatabases("{\"email\":5,\"password\":\"m0rning-walk\"}", "email")]
    [OnBothDatabases("{\"email\":\"a@example.com\"}", "password")]
    [OnBothDatabases("{\"email\":\"a@example.com\",\"password\":\"pa55w\"}", "password")]
    [OnBothDatabases("{\"email\":\"a@example.com\",\"password\":\"password\"}", "password")]
    [OnBothDatabases("{\"email\":\"a@example.com\",\"password\":\"12345678\"}", "password")]
    [OnBothDatabases("{\"email\":", null)]
    [OnBothDatabases("null", null)]
    public async Task A_bad_body_is_refused_by_the_name_of_the_field(DatabaseKind kind, string body, string? field)
    {
        await using var app = await TestApp.Start(kind);
        using var http = app.WithToken(await app.ClientToken(await app.CreateClient()));
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        var problem = await http.PostAsync("/api/v2.1/users", content, Stop)
            .IsRefused(HttpStatusCode.BadRequest, "invalid_body");

        Assert.Equal(field, problem.Text("parameter"));
    }

    [Theory, OnBothDatabases]
    public async Task Users_are_made_by_a_client_that_may_and_as_json(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var (http, user) = await app.SignedInUser();
        var limited = await app.CreateClient(clientMode: true, scopes: "profile");
        using var asLimited = app.WithToken(await app.ClientToken(limited, "profile"));
        using var asClient = app.WithToken(await app.ClientToken(user.Client));
        var body = new { email = "new@example.com", password = "m0rning-walk" };

        await http.PostAsJsonAsync("/api/v2.1/users", body, Stop)
            .IsRefused(HttpStatusCode.Forbidden, "insufficient_scope");
        await asLimited
            .PostAsJsonAsync("/api/v2.1/users", body, Stop)
            .IsRefused(HttpStatusCode.Forbidden, "insufficient_scope");
        using var form = new FormUrlEncodedContent([KeyValuePair.Create("email", "new@example.com")]);
        await asClient
            .PostAsync("/api/v2.1/users", form, Stop)
            .IsRefused(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
    }

    [Theory, OnBothDatabases]
    public async Task A_deleted_user_leaves_nothing_and_frees_its_email(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var (http, user) = await app.SignedInUser();
        var tokens = await app.SignIn(user);

        Assert.Equal(HttpStatusCode.NoContent, (await http.DeleteAsync(Me, Stop)).StatusCode);

        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(Me, Stop)).StatusCode);
        await app.PostAuth(
                "/auth/token",
                user.Client,
                ("grant_type", "refresh_token"),
                ("refresh_token", tokens.Text("refresh_token")!)
            )
            .IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
        foreach (var table in new[] { "users", "user_keys", "authorizations" })
        {
            Assert.Equal(0, await app.Count(table));
        }
        await app.CreateUser(user.Client, user.Email);
    }

    [Theory]
    [OnBothDatabases("/api/v2.1/users/{0}")]
    [OnBothDatabases("/api/v2.1/users/me?user_id={0}")]
    [OnBothDatabases("/api/v2.1/admin/users/me?user_id={0}")]
    public async Task A_client_in_client_mode_deletes_its_users(DatabaseKind kind, string path)
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient(clientMode: true);
        var user = await app.CreateUser(client);
        using var http = app.WithToken(await app.ClientToken(client, "profile_edit"));
        var url = string.Format(System.Globalization.CultureInfo.InvariantCulture, path, user.Id);

        Assert.Equal(HttpStatusCode.NoContent, (await http.DeleteAsync(url, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.DeleteAsync(url, Stop)).StatusCode);
    }

    [Theory, OnBothDatabases]
    public async Task A_user_changes_names_and_email(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var (http, user) = await app.SignedInUser();

        var named = await http.PatchAsJsonAsync(Me, new { first_name = "Ada", last_name = "Lovelace" }, Stop).IsGiven();
        var moved = await http.PutAsJsonAsync(
                $"/api/v2.1/users/{user.Id}",
                new
                {
                    email = "ada@example.com",
                    last_name = "",
                    current_password = user.Password,
                },
                Stop
            )
            .IsGiven();
        await http.PatchAsJsonAsync(Me, new { first_name = new string('a', 101) }, Stop)
            .IsRefused(HttpStatusCode.BadRequest, "invalid_body");

        Assert.Equal(("Ada", "Lovelace"), (named.Text("first_name"), named.Text("last_name")));
        Assert.Equal(
            ("Ada", null, "ada@example.com"),
            (moved.Text("first_name"), moved.Text("last_name"), moved.Text("email"))
        );
        await app.SignIn(user with { Email = "ada@example.com" });
    }

    [Theory, OnBothDatabases]
    public async Task Another_email_needs_the_password_and_tells_a_user_nothing_of_others(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient(clientMode: true);
        var (http, user) = await app.SignedInUser(client);
        await app.CreateUser(client, "taken@example.com");
        using var byItself = app.WithToken(await app.ClientToken(client, "profile_edit"));
        object Change(string email) => new { email, current_password = user.Password };

        await http.PatchAsJsonAsync(Me, new { email = "new@example.com" }, Stop)
            .IsRefused(HttpStatusCode.BadRequest, "invalid_body");
        await http.PatchAsJsonAsync(Me, new { email = "new@example.com", current_password = "wr0ng" }, Stop)
            .IsRefused(HttpStatusCode.Forbidden, "wrong_password");
        using var taken = await http.PatchAsJsonAsync(Me, Change("Taken@example.com"), Stop);
        using var impossible = await http.PatchAsJsonAsync(Me, Change("no address"), Stop);
        await byItself
            .PatchAsJsonAsync($"/api/v2.1/users/{user.Id}", Change("taken@example.com"), Stop)
            .IsRefused(HttpStatusCode.Conflict, "user_exists");
        // The same address, written otherwise, is no other one.
        await http.PatchAsJsonAsync(Me, new { email = user.Email.ToUpperInvariant() }, Stop).IsGiven();

        var (first, second) = (await taken.Json(), await impossible.Json());
        Assert.Equal(HttpStatusCode.BadRequest, taken.StatusCode);
        Assert.Equal((first.Text("code"), first.Text("detail")), (second.Text("code"), second.Text("detail")));
    }

    [Theory]
    [InlineData("motdepasse1")]
    [InlineData("MotDePasse2024")]
    [InlineData("1doudou!")]
    [InlineData("frédéric75")]
    [InlineData("soleil\u0661")]
    [InlineData("letters\u0661\u0662")]
    public void A_common_word_with_a_few_digits_or_with_digits_of_another_script_is_no_password(string password) =>
        Assert.NotNull(Passwords.Weakness(password));

    [Theory]
    [InlineData("soleil58132")]
    [InlineData("soleil-et-1-lune")]
    [InlineData("un mot de passe à 4 étages")]
    [InlineData("mi\ud800ddle1")]
    public void Longer_numbers_and_more_words_are_left_to_the_user(string password) =>
        Assert.Null(Passwords.Weakness(password));

    [Theory]
    [OnBothDatabases("Password1")]
    [OnBothDatabases("azerty123")]
    [OnBothDatabases("pa55word")]
    [OnBothDatabases("motdepasse1")]
    public async Task What_attackers_try_first_is_no_password(DatabaseKind kind, string password)
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient();
        var (user, me) = await app.SignedInUser(client);
        using var http = app.WithToken(await app.ClientToken(client));

        await http.PostAsJsonAsync("/api/v2.1/users", new { email = "new@example.com", password }, Stop)
            .IsRefused(HttpStatusCode.BadRequest, "invalid_body");
        await user.PatchAsJsonAsync(Me, new { password, current_password = me.Password }, Stop)
            .IsRefused(HttpStatusCode.BadRequest, "invalid_body");
    }

    [Theory, OnBothDatabases]
    public async Task A_new_password_needs_the_old_one_and_ends_all_sessions(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var (http, user) = await app.SignedInUser();

        await http.PatchAsJsonAsync(Me, new { password = "n3wpassword" }, Stop)
            .IsRefused(HttpStatusCode.BadRequest, "invalid_body");
        await http.PatchAsJsonAsync(Me, new { password = "n3wpassword", current_password = "wr0ng" }, Stop)
            .IsRefused(HttpStatusCode.Forbidden, "wrong_password");
        await http.PatchAsJsonAsync(Me, new { password = "n3wpassword", current_password = user.Password }, Stop)
            .IsGiven();

        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(Me, Stop)).StatusCode);
        using var again = app.WithToken(await app.UserToken(user with { Password = "n3wpassword" }));
        Assert.Equal(HttpStatusCode.OK, (await again.GetAsync(Me, Stop)).StatusCode);
    }

    [Theory, OnBothDatabases]
    public async Task After_five_wrong_passwords_the_name_waits_longer_each_time_and_success_forgets(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var user = await app.CreateUser(await app.CreateClient());
        Task<HttpResponseMessage> Try(string name, string password) =>
            app.PostAuth(
                "/auth/token",
                user.Client,
                ("grant_type", "password"),
                ("username", name),
                ("password", password)
            );
        async Task<string> Fail(string name, string password = "wr0ng", string? retryAfter = null)
        {
            using var answer = await Try(name, password);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Equal(retryAfter, answer.Headers.RetryAfter?.ToString());
            // Each answer has a trace of its own; all else must be the same.
            var body = (await answer.Json()).EnumerateObject().Where(member => member.Name != "trace_id");
            return string.Join('\n', body.Select(member => member.ToString()));
        }

        foreach (var name in new[] { user.Email, "nobody@example.com" })
        {
            for (var i = 0; i < ThrottleRule.SignInName.Allowed - 1; i++)
            {
                await Fail(name);
            }
            await Fail(name, retryAfter: "30");
        }
        // The right password does not help now, and a name that nobody has is answered alike.
        Assert.Equal(
            await Fail(user.Email, user.Password, retryAfter: "30"),
            await Fail("nobody@example.com", retryAfter: "30")
        );
        app.Time.Advance(TimeSpan.FromSeconds(30));
        await Fail(user.Email, retryAfter: "60");
        app.Time.Advance(TimeSpan.FromSeconds(60));
        await app.SignIn(user);
        await Fail(user.Email);
    }

    [Fact]
    public void Blocks_double_up_to_a_quarter_of_an_hour_and_a_quiet_quarter_forgets()
    {
        var throttle = new Throttle();
        var waits = new List<long?>();
        var now = 1_000_000L;
        for (var i = 0; i < 12; i++)
        {
            throttle = throttle.Failed(ThrottleRule.SignInName, now);
            waits.Add(throttle.Wait(now));
            now += throttle.Wait(now) ?? 1;
        }

        Assert.Equal([null, null, null, null, 30, 60, 120, 240, 480, 900, 900, 900], waits);
        var later = now + ThrottleRule.SignInName.Window + 1;
        Assert.Equal(1, throttle.Failed(ThrottleRule.SignInName, later).Failures);
    }

    [Fact]
    public async Task A_hash_is_argon2id_and_opens_with_its_password_only()
    {
        using var passwords = (await new Passwords(new PasswordCost()).Turn(new ClientId(1), Stop))!;

        var hash = await passwords.Hash(new("m0rning-walk"), Stop);

        Assert.StartsWith("$argon2id$v=19$m=19456,t=2,p=1$", hash, StringComparison.Ordinal);
        Assert.NotEqual(hash, await passwords.Hash(new("m0rning-walk"), Stop));
        Assert.True(await passwords.Verify(new("m0rning-walk"), hash, Stop));
        Assert.False(await passwords.Verify(new("m0rning-walK"), hash, Stop));
        Assert.False(await passwords.Verify(new(""), null, Stop));
    }
}
