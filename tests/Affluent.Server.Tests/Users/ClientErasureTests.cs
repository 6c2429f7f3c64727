using System.Net;
using Affluent.Server.Authorization;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Users;
using Xunit;

namespace Affluent.Server.Tests.Users;

/// <summary>A client goes step by step, however much there is of it and however often its end is interrupted.</summary>
public sealed class ClientErasureTests
{
    private static readonly string[] Tables =
    [
        "users",
        "user_keys",
        "connections",
        "channels",
        "accounts",
        "transactions",
        "events",
        "tokens",
        "authorizations",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_client_killed_in_the_middle_of_its_end_is_closed_and_goes_on_from_there(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (kept, keeper) = await app.SignedInUser();
        await Fill(app, keeper, transactions: 5);
        var before = await Counts(app);
        var client = await app.CreateClient();
        var (http, rich) = await app.SignedInUser(client);
        await Fill(app, rich, transactions: (2 * UserErasure.Step) + 100);
        await Fill(app, await app.CreateUser(client), transactions: 10);
        await app.CreateUser(client);
        List<(long Gone, long All)> progress = [];
        var deaths = 0;

        bool done;
        do
        {
            var left = await app.Count("transactions");
            // Closes it once more, does one step, and is killed in the next.
            done = await Erase(app, new HookedDatabase(app.Database) { DiesAt = 3 }, client, progress);
            deaths += done ? 0 : 1;

            Assert.InRange(left - await app.Count("transactions"), 0, UserErasure.Step);
            Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/api/v2.1/users/me", Stop)).StatusCode);
            await app.PostAuth("/auth/token", client, ("grant_type", "client_credentials"))
                .IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        } while (!done);

        Assert.True(deaths >= 4, $"killed {deaths} times");
        Assert.Equal([3, 2, 1], progress.Select(t => t.All));
        Assert.Equal(before, await Counts(app));
        Assert.Equal(HttpStatusCode.OK, (await kept.GetAsync("/api/v2.1/users/me", Stop)).StatusCode);
        Assert.False(await Erase(app, app.Database, client, progress));
    }

    private static async Task<bool> Erase(
        TestApp app,
        Server.Storage.Database database,
        TestClient client,
        List<(long, long)> progress
    )
    {
        var erasure = new ClientErasure(database, app.Service<UserErasure>(), app.Service<Revocations>());
        try
        {
            return await erasure.Erase(
                client.ClientId,
                (_, gone, all) =>
                {
                    progress.Add((gone, all));
                    return Task.CompletedTask;
                },
                Stop
            );
        }
        catch (HookedDatabase.Death)
        {
            return false;
        }
    }

    private static async Task Fill(TestApp app, TestUser user, int transactions)
    {
        var account = await app.StoreAccount(await app.StoreConnection(user));
        await app.StoreTransactions(account, transactions);
    }

    private static async Task<IReadOnlyList<(string, long)>> Counts(TestApp app)
    {
        List<(string, long)> counts = [];
        foreach (var table in Tables)
        {
            counts.Add((table, await app.Count(table)));
        }
        return counts;
    }
}
