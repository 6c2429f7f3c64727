using System.Net;
using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Connections;

public sealed class ConnectionsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_connection_shows_every_channel_of_its_bank(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        await app.StoreAccount(connection);

        var one = await http.Read($"/api/v2.1/connections/{connection.Id}");

        Assert.Equal(
            $$"""
            {"id":"{{connection.Id}}","user_id":"{{user.Id}}","provider_id":"501","name":"Banque Étoile","status":"SUCCESS",
            "creation_date":1772000000,"auto_sync":true,"consent_per_account":false,
            "logo_url":"{{app.Origin}}api/v2.1/providers/501/logo","owner":{"name":"Ada Lovelace"},"constraints":{},
            "channels":[{"channel_definition_id":"50101","mode":"REDIRECT","status":"EMPTY",
            "account_types":["CHECKINGS","CREDIT_CARD"],"eligible_accounts":false,"channel_definition_unavailable":false,"connector":"none"},
            {"channel_definition_id":"50100","mode":"EMBEDDED","status":"SUCCESS","last_success_date":1772400000,
            "last_end_date":1772400000,"credentials":[{"id":"300"},{"id":"301"}],
            "account_types":["CHECKINGS","SAVINGS","LOAN","CREDIT_CARD"],"channel_definition_unavailable":false,"connector":"none"}]}
            """.ReplaceLineEndings(""),
            one.GetRawText().Replace("\\u00C9", "É", StringComparison.OrdinalIgnoreCase)
        );
    }

    [Theory, OnBothDatabases]
    public async Task The_end_of_an_authorization_shows_on_redirect_only(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        await app.StoreChannel(
            new()
            {
                UserId = user.Id,
                ConnectionId = connection.Id,
                DefinitionId = new("50101"),
                Mode = ChannelMode.Redirect,
                Status = ChannelStatus.TokenExpired,
                ExpiresAt = 1_780_000_000,
            }
        );

        var channels = (await http.Read("/api/v2.1/connections"))[0].GetProperty("channels");

        Assert.Equal(
            ["TOKEN_EXPIRED", "1780000000", "[]"],
            [channels[0].Text("status"), channels[0].Text("expires"), channels[0].Text("credentials")]
        );
        Assert.Null(channels[1].Text("expires"));
    }

    [Theory, OnBothDatabases]
    public async Task A_connection_to_a_bank_that_is_no_longer_offered_still_shows(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        await app.StoreConnection(user, providerId: "999");

        var channels = (await http.Read("/api/v2.1/connections"))[0].GetProperty("channels");

        Assert.Equal(1, channels.GetArrayLength());
        Assert.Equal(
            ["50100", "True"],
            [channels[0].Text("channel_definition_id"), channels[0].Text("channel_definition_unavailable")]
        );
    }

    [Theory, OnBothDatabases]
    public async Task A_deleted_connection_takes_accounts_and_transactions_with_it(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        var gone = await app.StoreConnection(user);
        var stays = await app.StoreConnection(user);
        await app.StoreTransactions(await app.StoreAccount(gone), 3);
        var account = await app.StoreAccount(stays);
        await app.StoreTransactions(account, 1);

        using var first = await http.DeleteAsync($"/api/v2.1/connections/{gone.Id}", Stop);
        using var second = await http.DeleteAsync($"/api/v2.1/connections/{gone.Id}", Stop);

        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NotFound), (first.StatusCode, second.StatusCode));
        Assert.Equal([stays.Id], await http.ReadIds<ConnectionId>("/api/v2.1/connections"));
        Assert.Equal([account.Id], await http.ReadIds<AccountId>("/api/v2.1/accounts"));
        Assert.Single(await http.ReadIds<TransactionId>("/api/v2.1/transactions"));
        Assert.Equal(["CONNECTION_DELETED"], await app.EventNames($"{gone.Id}"));
        Assert.Empty(await app.EventNames($"{stays.Id}"));
    }

    [Theory, OnBothDatabases]
    public async Task Connections_come_in_pages(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        ConnectionId[] ids = [(await app.StoreConnection(user)).Id, (await app.StoreConnection(user)).Id];

        Assert.Equal(ids[1..], await http.ReadIds<ConnectionId>("/api/v2.1/connections?limit=1&page=2"));
        Assert.Empty(await http.ReadIds<ConnectionId>("/api/v2.1/connections?page=2"));
        Assert.Equal("limit", (await http.ReadProblem("/api/v2.1/connections?limit=501")).Text("parameter"));
    }
}
