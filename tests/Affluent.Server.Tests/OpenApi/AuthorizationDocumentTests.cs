using System.Text.Json;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.OpenApi;

/// <summary>
/// What the document says of the authorization server and of the widget's session call, which describe no routes of their own or answer by
/// hand, beside what they answer: status, headers and every field.
/// </summary>
public sealed class AuthorizationDocumentTests
{
    private const string Session = "/widget/widget_session";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task Every_answer_is_as_the_document_says(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(
            kind,
            settings: s =>
                s with
                {
                    RateLimits = new Dictionary<LimitedAction, RateLimit>(s.RateLimits)
                    {
                        [LimitedAction.WidgetSession] = new(Client: 4, User: 4, Address: 4),
                        [LimitedAction.SignIn] = new(Client: 6, User: 6, Address: 6),
                    },
                }
        );
        var document = await app.Http.Read("/docs/openapi.json");
        var client = await app.CreateClient(redirectUrls: ["http://localhost:3000"]);
        var user = await app.CreateUser(client);
        HashSet<string> seen = [];

        var own = await Check("/token", Form(client, ("grant_type", "client_credentials")), 200);
        var tokens = await Check(
            "/token",
            SignIn(user.Password, "openid profile connections_manage connections_sync accounts_manage"),
            200
        );
        var narrow = await Check("/token", SignIn(user.Password, "profile"), 200);
        await Check("/token", Form(client), 400);
        await Check("/token", Form(client with { Secret = "wrong" }, ("grant_type", "client_credentials")), 401);
        await Check("/introspect", Form(client, ("token", tokens.Text("access_token")!)), 200);
        await Check("/introspect", Form(client, ("token", tokens.Text("refresh_token")!)), 200);
        await Check("/introspect", Form(client, ("token", "none")), 200);
        await Check("/introspect", Form(client), 400);
        await Check("/introspect", Form(client with { Secret = "wrong" }, ("token", "x")), 401);
        await Check("/.well-known/jwks", null, 200);
        await Check("/.well-known/openid-configuration", null, 200);
        await Check("/.well-known/oauth-authorization-server", null, 200);
        var signIn = $"client_id={client.ClientId}&redirect_uri=http%3A%2F%2Flocalhost%3A3000&scope=profile";
        foreach (var page in new[] { "/signin", "/authorize" })
        {
            await Check(page, null, 200, $"?response_type=code&{signIn}");
            await Check(page, null, 303, $"?response_type=token&{signIn}");
            await Check(page, null, 400, "?response_type=code");
        }

        (string, string) Token(JsonElement of) => ("access_token", of.Text("access_token")!);
        var session = await Check(Session, Form(client, Token(tokens)), 201);
        await Check(Session, Form(client, Token(tokens), ("session_id", session.Text("session_id")!)), 200);
        await Check(Session, Form(client, Token(tokens), ("session_id", "another")), 404);
        await Check(Session, Form(client), 400);
        await Check(Session, Form(client with { Secret = "wrong" }, Token(tokens)), 401);
        await Check(Session, new StringContent("x"), 415);
        await Check(Session, new StringContent(new string(' ', 1_100_000), null, "application/json"), 413);
        await Check(Session, Form(client, Token(narrow)), 403);
        await Check(Session, Form(client, Token(tokens)), 429);
        await Check(Session, Form(client, Token(own)), 400);
        await Check("/revoke", Form(client, ("token", tokens.Text("refresh_token")!)), 200);
        await Check("/revoke", Form(client), 400);
        await Check("/revoke", Form(client with { Secret = "wrong" }, ("token", "x")), 401);
        for (var i = 0; i < 5; i++)
        {
            await app.PostAuth(
                "/auth/token",
                client,
                ("grant_type", "password"),
                ("username", "x@example.com"),
                ("password", "wr0ng-guess")
            );
        }
        await Check("/token", SignIn(user.Password, "profile"), 429);

        // Nothing is said that was not seen, but what only a broken database brings.
        var said = document
            .GetProperty("paths")
            .EnumerateObject()
            .Where(path =>
                path.Value.GetProperty(path.Value.EnumerateObject().First().Name)
                    .ToString()
                    .Contains("\"Authorization\"", StringComparison.Ordinal)
                || path.Name == Session
            )
            .SelectMany(path =>
                path.Value.EnumerateObject()
                    .First(verb => verb.Value.ValueKind == JsonValueKind.Object)
                    .Value.GetProperty("responses")
                    .EnumerateObject()
                    .Select(answer => $"{path.Name} {answer.Name}")
            )
            .Where(answer =>
                !answer.EndsWith(" 500", StringComparison.Ordinal) && !answer.EndsWith(" 503", StringComparison.Ordinal)
            );
        Assert.Equal(said.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));

        HttpContent SignIn(string password, string scope) =>
            Form(
                client,
                ("grant_type", "password"),
                ("username", user.Email),
                ("password", password),
                ("scope", scope)
            );

        async Task<JsonElement> Check(string path, HttpContent? body, int status, string query = "")
        {
            var server = path == Session ? "/embed/v2.1" : "/auth";
            using var request = new HttpRequestMessage(
                body is null ? HttpMethod.Get : HttpMethod.Post,
                server + path + query
            )
            {
                Content = body,
            };
            // The server refuses a large body before it is sent whole and closes the connection: who sends first may not see the answer.
            request.Headers.ExpectContinue = status == 413;
            using var answer = await app.Http.SendAsync(request, Stop);
            var text = await answer.Content.ReadAsStringAsync(Stop);
            Assert.True((int)answer.StatusCode == status, $"{path}: {(int)answer.StatusCode} {text}");
            seen.Add($"{path} {status}");
            var described = document
                .GetProperty("paths")
                .GetProperty(path)
                .GetProperty(body is null ? "get" : "post")
                .GetProperty("responses")
                .GetProperty($"{status}");
            foreach (var header in described.GetProperty("headers").EnumerateObject())
            {
                // Guesses are braked only after some.
                Assert.True(
                    answer.Headers.Contains(header.Name) || (status == 400 && header.Name == "Retry-After"),
                    $"{path} {status}: no {header.Name}"
                );
            }
            if (!described.TryGetProperty("content", out var content))
            {
                return default;
            }
            var form = content.EnumerateObject().First();
            Assert.Equal(form.Name, answer.Content.Headers.ContentType!.MediaType);
            if (form.Name == "text/html")
            {
                return default;
            }
            var message = JsonSerializer.Deserialize<JsonElement>(text);
            HasForm($"{path} {status}", message, form.Value.GetProperty("schema"));
            return message;
        }

        void HasForm(string where, JsonElement message, JsonElement schema)
        {
            if (schema.Text("$ref") is { } reference)
            {
                schema = document
                    .GetProperty("components")
                    .GetProperty("schemas")
                    .GetProperty(reference.Split('/')[^1]);
            }
            if (!schema.TryGetProperty("properties", out var properties))
            {
                return;
            }
            foreach (var member in message.EnumerateObject())
            {
                Assert.True(properties.TryGetProperty(member.Name, out var form), $"{where}: {member.Name}");
                if (member.Value.ValueKind == JsonValueKind.Array)
                {
                    foreach (var item in member.Value.EnumerateArray())
                    {
                        HasForm($"{where} {member.Name}", item, form.GetProperty("items"));
                    }
                }
            }
            foreach (
                var name in schema.TryGetProperty("required", out var required) ? required.EnumerateArray() : default
            )
            {
                Assert.True(message.TryGetProperty(name.GetString()!, out _), $"{where}: no {name}");
            }
        }
    }

    private static FormUrlEncodedContent Form(TestClient client, params (string Name, string Value)[] fields) =>
        new([
            KeyValuePair.Create("client_id", client.ClientId),
            KeyValuePair.Create("client_secret", client.Secret),
            .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value)),
        ]);
}
