using Affluent.Server.Tests.Harness;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Affluent.Server.Tests.EnableBankingFacade;

/// <summary>No application reaches what a user gave another, and none what nobody gave it.</summary>
public sealed class FacadeIsolationTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>All routes that a token opens, below the façade.</summary>
    internal static IEnumerable<(HttpMethod Method, string Path)> Routes(TestApp app) =>
        from endpoint in app.Endpoints.OfType<RouteEndpoint>()
        let path = "/" + endpoint.RoutePattern.RawText!.Trim('/')
        where path.StartsWith("/enablebanking/", StringComparison.Ordinal)
        where
            !path.Contains("{secret}", StringComparison.Ordinal) && !path.Contains("widget.", StringComparison.Ordinal)
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
        select (new HttpMethod(method), path["/enablebanking".Length..]);

    [Theory, OnBothDatabases]
    public async Task No_route_reaches_what_was_given_to_another_application(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var own = await app.RegisterFacade(user.Client);
        // Another application of the same client, and one of another client.
        TestFacadeApplication[] others =
        [
            await app.RegisterFacade(user.Client, key: 1),
            await app.RegisterFacade(await app.CreateClient(), key: 1),
        ];
        var connection = await app.StoreConnection(user);
        var account = await app.StoreAccount(connection);
        var stored = await app.StoreTransactions(account, 3);
        var session = await app.Session(own, user, connection.Id);
        var before = await app.Snapshot("enable_banking_sessions", "enable_banking_accounts");
        var reached = 0;

        foreach (var (method, path) in Routes(app).Where(route => route.Path.Contains('{', StringComparison.Ordinal)))
        {
            var concrete = path.Replace("{id}", session.Id, StringComparison.Ordinal)
                .Replace("{uid}", session.Uids[0], StringComparison.Ordinal)
                .Replace("{transaction_id}", $"{stored[0].Id}", StringComparison.Ordinal);
            Assert.DoesNotContain('{', concrete);
            foreach (var other in others)
            {
                var error = path.StartsWith("/sessions", StringComparison.Ordinal)
                    ? "SESSION_DOES_NOT_EXIST"
                    : "ACCOUNT_DOES_NOT_EXIST";
                Assert.Equal((404, error), await app.Refusal(other, concrete, method));
                // As of one that there is not: nothing tells the two apart.
                Assert.Equal(
                    (404, error),
                    await app.Refusal(
                        other,
                        path.Replace("{id}", "00000000-0000-4001-8000-000000000000", StringComparison.Ordinal)
                            .Replace("{uid}", "00000000-0000-4001-8000-000000000000", StringComparison.Ordinal)
                            .Replace("{transaction_id}", "1", StringComparison.Ordinal),
                        method
                    )
                );
            }
            reached++;
        }

        Assert.Equal(6, reached);
        Assert.Equal(Plain(before), Plain(await app.Snapshot("enable_banking_sessions", "enable_banking_accounts")));
        Assert.Equal(3, (await Transactions(app, own, session.Uids[0])).Length);
        foreach (var other in others)
        {
            var code = await app.Code(own, user, connection.Id);
            Assert.Equal(
                (422, "WRONG_AUTHORIZATION_CODE"),
                await app.Refusal(other, "/sessions", HttpMethod.Post, new { code })
            );
            await app.Begin(own, code);
        }

        static string Plain(string rows) => rows[..rows.IndexOf("used_at", StringComparison.Ordinal)];
    }

    [Theory, OnBothDatabases]
    public async Task A_session_reaches_the_shared_accounts_of_its_connection_and_no_others(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var client = await app.CreateClient();
        var (user, neighbour) = (await app.CreateUser(client), await app.CreateUser(client));
        var application = await app.RegisterFacade(client);
        var (connection, second) = (await app.StoreConnection(user), await app.StoreConnection(user));
        var shared = await app.StoreAccount(connection, a => a with { Name = "shared" });
        var closed = await app.StoreAccount(
            connection,
            a => a with { Name = "closed", Status = Server.Accounts.AccountStatus.Closed }
        );
        var hidden = await app.StoreAccount(
            connection,
            a => a with { Name = "hidden", Status = Server.Accounts.AccountStatus.PendingConsent }
        );
        var elsewhere = await app.StoreAccount(second, a => a with { Name = "elsewhere" });
        var others = await app.StoreAccount(await app.StoreConnection(neighbour), a => a with { Name = "others" });
        foreach (var account in new[] { shared, closed, hidden, elsewhere, others })
        {
            await app.StoreTransactions(account, 2, (row, _) => row with { Remittance = account.Name! });
        }

        var session = await app.Session(application, user, connection.Id);
        var theirs = await app.Session(application, neighbour, others.ConnectionId);

        Assert.Equal(
            ["closed False", "shared True"],
            session
                .Begun.GetProperty("accounts")
                .EnumerateArray()
                .Select(a => $"{a.Text("details")} {a.TryGetProperty("uid", out _)}")
                .Order(StringComparer.Ordinal)
        );
        Assert.Equal(["shared", "shared"], await Transactions(app, application, Assert.Single(session.Uids)));
        Assert.Equal(["others", "others"], await Transactions(app, application, Assert.Single(theirs.Uids)));
        Assert.Equal(
            session.Uids,
            (await app.Read(application, $"/sessions/{session.Id}"))
                .GetProperty("accounts")
                .EnumerateArray()
                .Select(uid => uid.GetString()!)
        );

        // The user takes it off: from the next request on it is not shared.
        using var http = await app.SignedIn(user);
        using var deleted = await http.DeleteAsync($"/api/v2.1/accounts/{shared.Id}", Stop);
        deleted.EnsureSuccessStatusCode();
        Assert.Equal(
            (403, "ASPSP_ACCOUNT_NOT_ACCESSIBLE"),
            await app.Refusal(application, $"/accounts/{session.Uids[0]}/transactions")
        );
        Assert.Equal(["others", "others"], await Transactions(app, application, theirs.Uids[0]));
    }

    [Theory, OnBothDatabases]
    public async Task All_that_a_user_gave_goes_with_the_user_and_what_a_client_registered_with_the_application(
        DatabaseKind kind
    )
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var client = await app.CreateClient();
        var (user, stays) = (await app.CreateUser(client), await app.CreateUser(client));
        var application = await app.RegisterFacade(client);
        foreach (var one in new[] { user, stays })
        {
            var connection = await app.StoreConnection(one);
            await app.StoreAccount(connection);
            await app.Session(application, one, connection.Id);
        }
        Assert.Equal((2, 2), (await app.Count("enable_banking_sessions"), await app.Count("enable_banking_accounts")));

        using var http = await app.SignedIn(user);
        using var gone = await http.DeleteAsync("/api/v2.1/users/me", Stop);
        gone.EnsureSuccessStatusCode();
        Assert.Equal((1, 1), (await app.Count("enable_banking_sessions"), await app.Count("enable_banking_accounts")));
        Assert.Equal(1, await app.Count("enable_banking_authorizations"));

        using var itself = app.WithToken(await app.ClientToken(client));
        using var deleted = await itself.DeleteAsync($"/api/v2.1/enable_banking/applications/{application.Id}", Stop);
        deleted.EnsureSuccessStatusCode();
        foreach (var table in new[] { "applications", "authorizations", "sessions", "accounts" })
        {
            Assert.Equal(0, await app.Count($"enable_banking_{table}"));
        }
        Assert.Equal(1, await app.Count("connections"));
    }

    private static async Task<string[]> Transactions(TestApp app, TestFacadeApplication application, string uid) =>
        [
            .. (await app.Read(application, $"/accounts/{uid}/transactions"))
                .GetProperty("transactions")
                .EnumerateArray()
                .Select(t => t.GetProperty("remittance_information")[0].GetString()!),
        ];
}
