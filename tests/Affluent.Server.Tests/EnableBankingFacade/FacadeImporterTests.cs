using System.Net;
using System.Text.Json.Nodes;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.EnableBankingFacade;

/// <summary>What importers keep of one session and look for in the next.</summary>
public sealed class FacadeImporterTests
{
    /// <summary>Firefly III's importer names transactions by the uid of their account: with another uid all of them would come again.</summary>
    [Theory, OnBothDatabases]
    public async Task An_account_keeps_its_uid_over_sessions_and_is_read_by_the_one_that_lasts(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var application = await app.RegisterFacade(user.Client);
        var another = await app.RegisterFacade(user.Client, key: 1);
        var connection = await app.StoreConnection(user);
        await app.StoreTransactions(await app.StoreAccount(connection), 2);
        await app.StoreAccount(connection);

        var first = await app.Session(
            application,
            user,
            connection.Id,
            w => w["access"]!["valid_until"] = "2026-03-03T08:00:00Z"
        );
        var second = await app.Session(application, user, connection.Id);

        Assert.Equal(2, first.Uids.Distinct().Count());
        Assert.Equal(first.Uids, second.Uids);
        await End(second);
        await app.Read(application, Path());
        var third = await app.Session(application, user, connection.Id);
        app.Time.Advance(TimeSpan.FromDays(1));
        // The first is over, the third is not.
        await app.Read(application, Path());
        Assert.Equal("EXPIRED", (await app.Read(application, $"/sessions/{first.Id}")).Text("status"));
        await End(third);
        // Of those that are over, the newest says why.
        Assert.Equal((401, "CLOSED_SESSION"), await app.Refusal(application, Path()));
        var fourth = await app.Session(application, user, connection.Id);
        await app.Read(application, Path());
        Assert.Equal(first.Uids, fourth.Uids);

        // By the same uid another application of the client reads nothing, until the user gives it the account.
        Assert.Equal((404, "ACCOUNT_DOES_NOT_EXIST"), await app.Refusal(another, Path()));
        await app.Session(another, user, connection.Id);
        await app.Read(another, Path());

        string Path() => $"/accounts/{first.Uids[0]}/transactions";

        async Task End(TestFacadeSession session) =>
            await app.Read(application, $"/sessions/{session.Id}", HttpMethod.Delete);
    }

    /// <summary>Required in the answers to /auth and about a session (API reference 1.0.0).</summary>
    [Theory, OnBothDatabases]
    public async Task Users_are_told_apart_by_what_the_application_calls_them(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var application = await app.RegisterFacade(user.Client);
        var another = await app.RegisterFacade(user.Client, key: 1);
        var connection = await app.StoreConnection(user);
        await app.StoreAccount(connection);

        var session = await app.Session(application, user, connection.Id, w => w["psu_id"] = "user-17");
        var hash = (await app.Read(application, $"/sessions/{session.Id}")).Text("psu_id_hash");

        Assert.Equal(hash, await Asked(application, "user-17"));
        string?[] all =
        [
            hash,
            await Asked(application, "user-18"),
            await Asked(another, "user-17"),
            await Asked(application, null),
            await Asked(application, null),
        ];
        Assert.Equal(5, all.Distinct().Count());
        Assert.All(all, one => Assert.Equal(44, one!.Length));
        Assert.DoesNotContain(
            "user-17",
            await app.Snapshot("enable_banking_authorizations", "enable_banking_sessions")
        );

        async Task<string?> Asked(TestFacadeApplication by, string? psu) =>
            (
                await app.Read(
                    by,
                    "/auth",
                    HttpMethod.Post,
                    app.Wanted(
                        by,
                        change: w =>
                        {
                            if (psu is not null)
                            {
                                w["psu_id"] = psu;
                            }
                        }
                    )
                )
            ).Text("psu_id_hash");
    }

    /// <summary>An importer over PHP's Guzzle sees 120 characters of an error, and looks into them for the code.</summary>
    [Theory, OnBothDatabases]
    public async Task The_code_of_an_error_comes_first(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var user = await app.CreateUser(await app.CreateClient());
        var application = await app.RegisterFacade(user.Client);
        var connection = await app.StoreConnection(user);
        await app.StoreAccount(connection);
        var code = await app.Code(application, user, connection.Id);
        await app.Begin(application, code);

        var (status, again) = await app.Ask(
            application,
            HttpMethod.Post,
            "/sessions",
            new JsonObject { ["code"] = code }
        );

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.StartsWith(
            """{"error":"ALREADY_AUTHORIZED","code":422,"message":"This """,
            again.GetRawText(),
            StringComparison.Ordinal
        );
    }
}
