using System.Net;
using System.Net.Http.Json;
using System.Text;
using Affluent.Server.Platform;
using Affluent.Server.Tests.EnableBankingFacade;
using Affluent.Server.Tests.Harness;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Affluent.Server.Tests.Authorization;

/// <summary>
/// Tries every route of the API that names a user or something of a user's with the ids of somebody else. A new route fails here
/// until the table says which id of the victim it takes.
/// </summary>
public sealed class IsolationTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>What a route's {id} names.</summary>
    private enum Named
    {
        /// <summary>The same for everybody: nothing to protect.</summary>
        Nothing,
        User,
        Connection,
        Account,
        Transaction,
        Queue,
        CategoryRule,
        Recategorization,
        Webhook,
        SimpleFinAccess,
        EnableBankingApplication,
        EnableBankingSession,
    }

    // By the path below the version, whatever the verb.
    private static readonly Dictionary<string, Named> Routes = new(StringComparer.Ordinal)
    {
        ["/users/{id}"] = Named.User,
        ["/connections/{id}"] = Named.Connection,
        ["/accounts/{id}"] = Named.Account,
        ["/accounts/{id}/balances"] = Named.Account,
        ["/transactions/{id}"] = Named.Transaction,
        ["/transactions/{id}/settle"] = Named.Transaction,
        ["/transactions/{id}/history"] = Named.Transaction,
        ["/connections/{id}/channels/{definitionId}/credentials"] = Named.Connection,
        ["/connections/{id}/synchronize"] = Named.Connection,
        ["/connections/{id}/runs"] = Named.Connection,
        ["/connections/{id}/user_input"] = Named.Connection,
        ["/connections/{id}/user_input/file"] = Named.Connection,
        ["/queues/{id}"] = Named.Queue,
        ["/queues/{id}/events"] = Named.Queue,
        ["/"] = Named.Nothing,
        ["/providers/{id}"] = Named.Nothing,
        ["/providers/{id}/logo"] = Named.Nothing,
        ["/categories/{id}"] = Named.Nothing,
        ["/categories/rules/{id}"] = Named.CategoryRule,
        ["/categories/recategorizations/{id}"] = Named.Recategorization,
        ["/simplefin/accesses/{id}"] = Named.SimpleFinAccess,
        ["/enable_banking/applications/{id}"] = Named.EnableBankingApplication,
        ["/enable_banking/sessions/{id}"] = Named.EnableBankingSession,
        ["/webhooks/{id}"] = Named.Webhook,
        ["/webhooks/{id}/secret"] = Named.Webhook,
        ["/webhooks/{id}/test"] = Named.Webhook,
        ["/webhooks/{id}/attempts"] = Named.Webhook,
        ["/webhooks/{id}/redeliveries"] = Named.Webhook,
    };

    /// <summary>What is the calling client's own, whatever user is named; of this client there is nothing.</summary>
    private static readonly string[] OfTheClient = ["/categories/rules", "/webhooks", "/enable_banking/applications"];

    [Theory, OnBothDatabases]
    public async Task Nobody_reaches_what_belongs_to_somebody_else(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var victim = await Victim.Create(app);
        var ownClient = victim.User.Client;
        // Another user of the same client; a user of another client; and another client by itself.
        var neighbour = await app.UserToken(await app.CreateUser(ownClient));
        var otherClient = await app.CreateClient(clientMode: true);
        var stranger = await app.UserToken(await app.CreateUser(otherClient));
        var otherByItself = await app.ClientToken(otherClient, TestApp.UserScopes);

        foreach (var (verb, path) in RoutesOf(app))
        {
            if (Routes.TryGetValue(BelowVersion(path), out var named))
            {
                if (named == Named.Nothing)
                {
                    continue;
                }
                var foreign = path.Replace("{id}", victim.IdOf(named), StringComparison.Ordinal)
                    .Replace("{definitionId}", "50100", StringComparison.Ordinal);
                await Refuses(app, neighbour, verb, foreign);
                await Refuses(app, stranger, verb, foreign);
                await Refuses(app, otherByItself, verb, foreign);
                await Refuses(app, otherByItself, verb, $"{foreign}?user_id={victim.User.Id}");
            }
            else if (OfTheClient.Contains(BelowVersion(path)))
            {
                await Refuses(app, neighbour, verb, path);
                await Refuses(app, stranger, verb, path);
                using var http = app.WithToken(otherByItself);
                Assert.Equal("[]", (await http.Read($"{path}?user_id={victim.User.Id}")).GetRawText());
            }
            else
            {
                Assert.False(
                    path.Contains('{', StringComparison.Ordinal),
                    $"{verb} {path} is not in the table of this test."
                );
                // A list or a command of "the user": in client mode for somebody else's user.
                await Refuses(app, otherByItself, verb, $"{path}?user_id={victim.User.Id}", sharedByAll: true);
            }
        }
        await victim.IsUntouched(app);
    }

    [Theory, OnBothDatabases]
    public async Task A_users_own_token_does_not_act_for_another_user(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var victim = await Victim.Create(app);
        using var http = app.WithToken(await app.UserToken(await app.CreateUser(victim.User.Client)));

        foreach (var list in new[] { "connections", "accounts", "transactions" })
        {
            Assert.Empty((await http.Read($"/api/v2.1/{list}?user_id={victim.User.Id}")).EnumerateArray());
        }
        Assert.Empty(await http.ReadIds<TransactionId>($"/api/v2.1/transactions?account_id={victim.Account.Id}"));
        Assert.Empty(await http.ReadIds<TransactionId>($"/api/v2.1/transactions?account_ids={victim.Account.Id},1"));
        Assert.Empty(await http.ReadIds<TransactionId>($"/api/v2.1/transactions?connection_id={victim.Connection.Id}"));
        Assert.Empty(await http.ReadIds<AccountId>($"/api/v2.1/accounts?connection_id={victim.Connection.Id}"));
    }

    private static async Task Refuses(TestApp app, string token, string verb, string path, bool sharedByAll = false)
    {
        using var http = app.WithToken(token);
        using var request = new HttpRequestMessage(new HttpMethod(verb), path);
        if (verb is "POST" or "PUT" or "PATCH")
        {
            // What is sent once more is asked for by known names alone.
            var sent = path.Contains("/redeliveries", StringComparison.Ordinal) ? "{}" : AnyBody;
            request.Content = new StringContent(sent, Encoding.UTF8, "application/json");
        }
        using var answer = await http.SendAsync(request, Stop);
        var body = await answer.Content.ReadAsStringAsync(Stop);
        if (sharedByAll && BelowVersion(path).Split('?')[0] is "/providers" or "/categories")
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return;
        }
        Assert.True(
            answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden,
            $"{verb} {path}: {(int)answer.StatusCode} {body}"
        );
    }

    // Fit for every route, so that what refuses is the ownership and not the form.
    private const string AnyBody = """
        {"provider_id":"501","credentials":{"300":"12345678","301":"pa55word"},"values":{"otp":"123456"},"verdict":"DIFFERENT","label":"Mine",
        "email":"someone@example.com","password":"pa55word","category_id":"PETS","conditions":{"label":"zoo"}}
        """;

    private static IEnumerable<(string Verb, string Path)> RoutesOf(TestApp app) =>
        app
            .Endpoints.OfType<RouteEndpoint>()
            .Select(e => (Endpoint: e, Path: "/" + e.RoutePattern.RawText?.Trim('/')))
            .Where(e => e.Path.StartsWith("/api/", StringComparison.Ordinal))
            .SelectMany(e =>
                (e.Endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(verb =>
                    (verb, e.Path)
                )
            );

    private static string BelowVersion(string path) =>
        path.IndexOf('/', "/api/v".Length) is >= 0 and var at ? path[at..] : "/";

    /// <summary>A user with one of everything.</summary>
    private sealed record Victim(
        TestUser User,
        TestConnection Connection,
        TestAccount Account,
        TransactionId TransactionId,
        string QueueId,
        string RuleId,
        string RecategorizationId,
        string WebhookId,
        string SimpleFinAccessId,
        string EnableBankingApplicationId,
        string EnableBankingSessionId
    )
    {
        public static async Task<Victim> Create(TestApp app)
        {
            var user = await app.CreateUser(await app.CreateClient(clientMode: true));
            var connection = await app.StoreConnection(user);
            var account = await app.StoreAccount(connection);
            using var http = app.WithToken(await app.UserToken(user));
            using var queue = await http.PostAsync("/api/v2.1/queues", content: null, Stop);
            using var byItself = app.WithToken(
                await app.ClientToken(user.Client, "accounts_manage connections_manage")
            );
            using var webhook = await byItself.PostAsJsonAsync(
                "/api/v2.1/webhooks",
                new { url = "http://127.0.0.1:9/hook" },
                Stop
            );
            using var rule = await byItself.PostAsJsonAsync(
                "/api/v2.1/categories/rules",
                new { category_id = "PETS", conditions = new { label = "zoo" } },
                Stop
            );
            using var recategorization = await byItself.PostAsync(
                $"/api/v2.1/categories/recategorize?user_id={user.Id}",
                content: null,
                Stop
            );
            using var access = await http.PostAsJsonAsync(
                "/api/v2.1/simplefin/accesses",
                new { name = "Actual" },
                Stop
            );
            var application = await app.RegisterFacade(user.Client);
            await app.Session(application, user, connection.Id);
            return new(
                user,
                connection,
                account,
                (await app.StoreTransactions(account, 1))[0].Id,
                queue.Headers.Location!.Segments[^1],
                rule.Headers.Location!.Segments[^1],
                recategorization.Headers.Location!.Segments[^1],
                webhook.Headers.Location!.Segments[^1],
                access.Headers.Location!.Segments[^1],
                application.Id,
                (await http.Read("/api/v2.1/enable_banking/sessions"))[0].Text("id")!
            );
        }

        public string IdOf(Named named) =>
            named switch
            {
                Named.User => $"{User.Id}",
                Named.Connection => $"{Connection.Id}",
                Named.Account => $"{Account.Id}",
                Named.Transaction => $"{TransactionId}",
                Named.Queue => QueueId,
                Named.CategoryRule => RuleId,
                Named.Recategorization => RecategorizationId,
                Named.Webhook => WebhookId,
                Named.SimpleFinAccess => SimpleFinAccessId,
                Named.EnableBankingApplication => EnableBankingApplicationId,
                Named.EnableBankingSession => EnableBankingSessionId,
                _ => throw new ArgumentOutOfRangeException(nameof(named)),
            };

        /// <summary>Everything is still there, for its own user.</summary>
        public async Task IsUntouched(TestApp app)
        {
            using var http = app.WithToken(await app.UserToken(User));
            Assert.Equal([Connection.Id], await http.ReadIds<ConnectionId>("/api/v2.1/connections"));
            Assert.Equal([Account.Id], await http.ReadIds<AccountId>("/api/v2.1/accounts"));
            Assert.Equal([TransactionId], await http.ReadIds<TransactionId>("/api/v2.1/transactions"));
            using var byItself = app.WithToken(
                await app.ClientToken(User.Client, "accounts_manage connections_manage")
            );
            Assert.Equal(
                "http://127.0.0.1:9/hook",
                (await byItself.Read($"/api/v2.1/webhooks/{WebhookId}")).Text("url")
            );
            Assert.Equal("PETS", (await byItself.Read($"/api/v2.1/categories/rules/{RuleId}")).Text("category_id"));
            Assert.Equal(
                [SimpleFinAccessId],
                (await http.ReadIds<SimpleFinAccessId>("/api/v2.1/simplefin/accesses")).Select(id => id.ToString())
            );
            Assert.Equal(
                EnableBankingApplicationId,
                (await byItself.Read("/api/v2.1/enable_banking/applications"))[0].Text("id")
            );
            Assert.Equal(EnableBankingSessionId, (await http.Read("/api/v2.1/enable_banking/sessions"))[0].Text("id"));
            Assert.Equal(QueueId, (await http.Read($"/api/v2.1/queues/{QueueId}")).Text("id"));
        }
    }
}
