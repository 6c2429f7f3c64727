using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Web;
using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Synchronization;
using Affluent.Server.Tests.Harness;
using Affluent.TestBank;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>Against the running test bank, over HTTP: whether an authorization is over is asked of the bank alone.</summary>
public sealed class TestBankRevocationTests : IDisposable
{
    private const string Channel = "8701";
    private const string Return = "http://127.0.0.1:9/return";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");
    private readonly FakeTimeProvider _bankTime = new(new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory, OnBothDatabases]
    public async Task What_was_deleted_while_the_bank_was_down_ends_there_when_it_is_back(DatabaseKind kind)
    {
        var bank = await StartBank("http://127.0.0.1:0");
        var address = TestBankApp.Address(bank);
        await using var app = await TestApp.Start(kind, settings => settings with { TestBankUrl = address });
        var (http, user) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        var (id, token) = await Link(app, http, user, address);
        var (_, other) = await Link(app, http, user, address);
        await bank.DisposeAsync();
        using var loop = ActivatorUtilities.CreateInstance<BankRevocationLoop>(app.Services);
        await loop.StartAsync(Stop);

        using var deleted = await http.DeleteAsync($"/api/v2.1/connections/{id}", Stop);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await Until(app, async () => await app.RevocationAttempts() > 0);
        await using var again = await StartBank(address.AbsoluteUri.TrimEnd('/'));
        await Until(app, async () => await app.Revocations() == 0);
        await loop.StopAsync(Stop);
        Assert.Equal("invalid_grant", await Renewal(address, token));
        Assert.Null(await Renewal(address, other));
    }

    [Theory, OnBothDatabases]
    public async Task An_operators_erasure_reaches_the_bank_too(DatabaseKind kind)
    {
        await using var bank = await StartBank("http://127.0.0.1:0");
        var address = TestBankApp.Address(bank);
        await using var app = await TestApp.Start(kind, settings => settings with { TestBankUrl = address });
        var (http, user) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        var (_, token) = await Link(app, http, user, address);

        var (code, _, errors) = await app.RunCommand(
            "users",
            "erase",
            $"{user.Id}",
            "--yes",
            "--test-bank-url",
            address.AbsoluteUri
        );

        Assert.True(code == Server.Commands.ExitCode.Done, errors);
        var (_, shown, _) = await app.RunCommand("banks", "show", "87", "--test-bank-url", address.AbsoluteUri);
        Assert.Contains("authorizations no longer used, still to be ended: 1", shown, StringComparison.Ordinal);
        // The command goes by the real time.
        app.Time.SetUtcNow(TimeProvider.System.GetUtcNow().AddMinutes(1));
        await app.RunDueRevocations();
        Assert.Equal("invalid_grant", await Renewal(address, token));
    }

    /// <summary>The bank reads well and takes no token back.</summary>
    [Theory, OnBothDatabases]
    public async Task A_bank_that_fails_at_it_keeps_the_authorization_and_is_asked_again(DatabaseKind kind)
    {
        await using var bank = await StartBank("http://127.0.0.1:0");
        var address = TestBankApp.Address(bank);
        await using var app = await TestApp.Start(kind, settings => settings with { TestBankUrl = address });
        var (http, user) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        var (id, _) = await Link(app, http, user, address, "revocation_fails");

        using var deleted = await http.DeleteAsync($"/api/v2.1/connections/{id}", Stop);
        await app.RunDueRevocations();

        Assert.Equal((1, 1), (await app.Revocations(), await app.RevocationAttempts()));
    }

    private async Task<WebApplication> StartBank(string url)
    {
        var bank = TestBankApp.Build(new TestBankOptions { Urls = url, DataDirectory = _folder.FullName }, _bankTime);
        await bank.StartAsync(Stop);
        return bank;
    }

    /// <summary>Lets the platform's time pass until it is so.</summary>
    private static async Task Until(TestApp app, Func<Task<bool>> isSo)
    {
        for (var i = 0; i < 500 && !await isSo(); i++)
        {
            app.Time.Advance(TimeSpan.FromSeconds(30));
            await Task.Delay(10, Stop);
        }
        Assert.True(await isSo());
    }

    /// <summary>A connection whose user has been at the bank; the refresh token that the bank gave.</summary>
    private static async Task<(string Id, string Token)> Link(
        TestApp app,
        HttpClient http,
        TestUser user,
        Uri bank,
        string login = "dev"
    )
    {
        using var made = await http.PostAsJsonAsync(
            "/api/v2.1/connections",
            new
            {
                provider_id = "87",
                channel_definition_id = Channel,
                redirect_url = "https://app.example/back",
            },
            Stop
        );
        made.EnsureSuccessStatusCode();
        var id = (await made.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("id").GetString()!;
        var tokens = await Token(
            bank,
            new()
            {
                ["grant_type"] = "authorization_code",
                ["code"] = await Agree(bank, login),
                ["redirect_uri"] = Return,
            }
        );
        var session = JsonSerializer.Serialize(
            new { access_token = tokens.Text("access_token"), refresh_token = tokens.Text("refresh_token") }
        );
        await app.Database.Write(
            async db =>
            {
                var (connection, channel) = (id.Id<ConnectionId>(), new ChannelDefinitionId(Channel));
                var key = await app.Service<Vault>().OpenKey(db, user.Id);
                return await ChannelStore.Save(
                    db,
                    new ChannelKey(user.Id, connection, channel, 0),
                    new ChannelChange { Session = key!.Seal(session, Sealed.Session(connection, channel)) }
                );
            },
            Stop
        );
        return (id, tokens.Text("refresh_token")!);
    }

    /// <summary>What a person does on the bank's pages; the code that they bring back.</summary>
    private static async Task<string> Agree(Uri bank, string login)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = bank,
        };
        var person = new PageVisitor(http, () => Task.CompletedTask);
        await person.Open(
            $"/stettestbank/authorize?response_type=code&client_id=affluent&scope=aisp&redirect_uri={Uri.EscapeDataString(Return)}"
        );
        person.Fill("login", login);
        person.Fill("password", "dev");
        if (login != "dev")
        {
            person.Fill("file_url", "faults");
        }
        await person.Click("form button");
        await person.Click("button[name=decision][value=accept]");
        return HttpUtility.ParseQueryString(person.SentTo!.Query)["code"]!;
    }

    /// <summary>The error with which the bank refuses a refresh token; null: it takes it.</summary>
    private static async Task<string?> Renewal(Uri bank, string token) =>
        (await Token(bank, new() { ["grant_type"] = "refresh_token", ["refresh_token"] = token })).TryGetProperty(
            "error",
            out var error
        )
            ? error.GetString()
            : null;

    private static async Task<JsonElement> Token(Uri bank, Dictionary<string, string> form)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(bank, "/stettestbank/token"));
        request.Content = new FormUrlEncodedContent(form);
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes("affluent:affluent-secret"))
        );
        using var answer = await http.SendAsync(request, Stop);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }
}
