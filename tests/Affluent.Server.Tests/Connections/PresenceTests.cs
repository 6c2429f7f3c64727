using System.Net;
using Affluent.Connectors.Contract;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Connections;

/// <summary>Where a bank is told that its customer is: where the request comes from, or where the client's own server says.</summary>
public sealed class PresenceTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_claimed_address_counts_only_with_the_client_s_own_token(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        await using var app = await TestApp.StartWith(bank, kind);
        var user = await app.CreateUser(await app.CreateClient(clientMode: true));
        using var byUser = Claiming(app.WithToken(await app.UserToken(user)));
        using var byClient = Claiming(app.WithToken(await app.ClientToken(user.Client, "connections_sync")));

        var id = await TestApp.Connect(byUser);
        var created = await Told();
        await Synchronize(byUser);
        var forUser = await Told();
        await Synchronize(byClient);
        var forClient = await Told();

        Assert.Equal(("127.0.0.1", "Browser"), (created!.IpAddress, created.UserAgent));
        Assert.Equal(created, forUser);
        Assert.Equal(("203.0.113.7", "Claimed"), (forClient!.IpAddress, forClient.UserAgent));

        async Task<PresentUser?> Told()
        {
            await app.RunDueSynchronizations();
            return bank.EmbeddedChannel.Steps[^1].Context.User;
        }

        async Task Synchronize(HttpClient http)
        {
            using var answer = await http.PostAsync($"/api/v2.1/connections/{id}/synchronize", content: null, Stop);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }
    }

    [Theory]
    [OnBothDatabases("203.0.113.7", true)]
    [OnBothDatabases("2001:db8::7", true)]
    [OnBothDatabases("unknown", false)]
    [OnBothDatabases("203.0.113.7, 10.0.0.1", false)]
    [OnBothDatabases("", false)]
    public async Task What_is_no_address_tells_no_bank_that_its_customer_is_there(
        DatabaseKind kind,
        string claimed,
        bool isThere
    )
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"));
        await using var app = await TestApp.StartWith(bank, kind);
        var user = await app.CreateUser(await app.CreateClient(clientMode: true));
        using var http = app.WithToken(await app.UserToken(user));
        var id = await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        using var byClient = Claiming(app.WithToken(await app.ClientToken(user.Client, "connections_sync")), claimed);

        using var answer = await byClient.PostAsync($"/api/v2.1/connections/{id}/synchronize", content: null, Stop);
        await app.RunDueSynchronizations();

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(isThere ? claimed : null, bank.EmbeddedChannel.Steps[^1].Context.User?.IpAddress);
    }

    private static HttpClient Claiming(HttpClient http, string address = "203.0.113.7")
    {
        http.DefaultRequestHeaders.Add("User-Agent", "Browser");
        http.DefaultRequestHeaders.TryAddWithoutValidation("PSU-IP-Address", address);
        http.DefaultRequestHeaders.Add("PSU-User-Agent", "Claimed");
        return http;
    }
}
