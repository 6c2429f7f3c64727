using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Affluent.Connectors;
using Affluent.Connectors.Tests.Support;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using FakeBank = Affluent.Server.Tests.Harness.FakeBank;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>A bank behind Enable Banking through the whole platform, with a key that stands in a file, against a strict counterpart.</summary>
public sealed class EnableBankingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");
    private readonly RSA _key = RSA.Create(2048);
    private DateTimeOffset _now = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _key.Dispose();
    }

    [Theory, OnBothDatabases]
    public async Task An_account_keeps_its_id_when_its_session_ends_and_the_user_agrees_anew(DatabaseKind kind)
    {
        await using var upstream = await Upstream();
        await using var app = await Start(kind, upstream);
        var (http, _) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        var (id, link) = await Connect(http);
        await app.RunDueSynchronizations();
        await Agree(app, upstream, link);
        var accounts = await http.Accounts();
        var first = await http.Transactions();

        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal(2, accounts.Count);
        Assert.Equal(100m, (await http.Account("FI2112345600000785")).Money("balance"));
        Assert.Equal(["Arki", "Talous"], accounts.Select(a => a.Text("name")).Order());
        Assert.Equal(4, first.Count);

        // Read again: nothing comes twice, though each list gives rows other ids.
        await Read(app, http, id, TimeSpan.FromHours(1));
        Assert.Equal(Ids(first), Ids(await http.Transactions()));

        // The session ends before its time.
        upstream.End("EXPIRED");
        upstream.Accounts[0].With("E9", "-9.00", "2026-03-03", "UUSI");
        await Read(app, http, id, TimeSpan.FromDays(1));
        Assert.Equal("consent_expired", (await http.Channel(id, FakeBank.Redirect)).Text("reason"));
        await Read(app, http, id, TimeSpan.FromMinutes(1));
        var asked = await http.Read($"/api/v2.1/connections/{id}/user_input");
        Assert.Equal("REDIRECT", asked.Text("kind"));
        await Agree(app, upstream, asked.Text("address")!);

        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Equal(Ids(accounts), Ids(await http.Accounts()));
        var again = await http.Transactions();
        Assert.Equal(first.Count + 1, again.Count);
        Assert.Empty(Ids(first).Except(Ids(again)));
        Assert.Equal(2, upstream.Sessions.Count);

        using var deleted = await http.DeleteAsync($"/api/v2.1/connections/{id}", Stop);
        await app.RunDueRevocations();
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(["CLOSED", "EXPIRED"], upstream.Sessions.Values.Select(s => s.Status).Order());
        Assert.Equal(0, await app.Revocations());
    }

    [Theory, OnBothDatabases]
    public async Task A_limit_leaves_the_connection_and_a_wrong_key_is_the_operators(DatabaseKind kind)
    {
        await using var upstream = await Upstream();
        await using var app = await Start(kind, upstream);
        var (http, _) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        var (id, link) = await Connect(http);
        await app.RunDueSynchronizations();
        await Agree(app, upstream, link);

        upstream.Instead = request =>
            request.Path.Value!.StartsWith("/accounts", StringComparison.Ordinal)
                ? (429, "ASPSP_RATE_LIMIT_EXCEEDED")
                : null;
        await Read(app, http, id, TimeSpan.FromHours(1));
        var limited = await http.Channel(id, FakeBank.Redirect);
        upstream.Instead = _ => (401, "UNAUTHORIZED_ACCESS");
        await Read(app, http, id, TimeSpan.FromDays(1));
        var refused = await http.Channel(id, FakeBank.Redirect);
        upstream.Instead = _ => null;
        await Read(app, http, id, TimeSpan.FromDays(1));

        Assert.DoesNotContain(limited.Text("status"), new[] { "TOKEN_EXPIRED" });
        Assert.Equal("rate_limited", limited.Text("reason"));
        Assert.Equal("operator_fault", refused.Text("reason"));
        Assert.Equal("SUCCESS", await http.StatusOf(id));
        Assert.Single(upstream.Sessions);
    }

    [Theory, OnBothDatabases]
    public async Task At_home_each_reading_counts_and_what_was_refused_is_not_asked_again_that_day(DatabaseKind kind)
    {
        await using var upstream = await Upstream();
        await using var app = await Start(kind, upstream);
        var client = await app.CreateClient(redirectUrls: "https://app.example", clientMode: true);
        var (http, _) = await app.SignedInUser(client);
        var (id, link) = await Connect(http);
        await app.RunDueSynchronizations();
        await Agree(app, upstream, link);

        List<(int Left, string? Reason)> readings = [];
        var requests = 0;
        JsonElement spared = default;
        for (var times = 0; times < 6; times++)
        {
            var channel = await http.Channel(id, FakeBank.Redirect);
            readings.Add((await Left(http, id), channel.Text("reason")));
            (requests, spared) = (upstream.Requests.Count, channel);
            await Read(app, http, id, TimeSpan.FromMinutes(10));
        }
        var asked = upstream.Requests.Count - requests;
        // From an address of which the bank can be told, they are there, and nothing is counted.
        using var server = app.WithToken(await app.ClientToken(client, "connections_manage connections_sync"));
        server.DefaultRequestHeaders.Add("PSU-IP-Address", "203.0.113.7");
        server.DefaultRequestHeaders.Add("PSU-User-Agent", "Firefox");
        await Read(app, server, id, TimeSpan.FromMinutes(10));
        var told = await http.StatusOf(id);
        await Read(app, http, id, TimeSpan.FromHours(16));

        Assert.Equal([(3, null), (2, null), (1, null), (0, null), (0, "rate_limited"), (0, "rate_limited")], readings);
        Assert.Equal(0, asked);
        Assert.Contains("before 2026-03-03T00:00:00Z", spared.Text("explanation"), StringComparison.Ordinal);
        Assert.Equal("SUCCESS", told);
        Assert.Equal("SUCCESS", await http.StatusOf(id));
    }

    [Theory, OnBothDatabases]
    public async Task Accounts_that_cannot_be_told_apart_are_left_out_and_the_session_is_ended_with_the_connection(
        DatabaseKind kind
    )
    {
        await using var upstream = await Upstream();
        upstream.Accounts[1].Row.Remove("identification_hash");
        await using var app = await Start(kind, upstream);
        var (http, _) = await app.SignedInUser(await app.CreateClient(redirectUrls: "https://app.example"));
        var (id, link) = await Connect(http);
        await app.RunDueSynchronizations();
        await Agree(app, upstream, link);
        var status = await http.StatusOf(id);
        var accounts = await http.Accounts();

        using var deleted = await http.DeleteAsync($"/api/v2.1/connections/{id}", Stop);
        await app.RunDueRevocations();

        Assert.Equal("PARTIAL_SUCCESS", status);
        Assert.Equal("Arki", Assert.Single(accounts).Text("name"));
        Assert.Equal(["CLOSED"], upstream.Sessions.Values.Select(s => s.Status));
    }

    private static async Task<int> Left(HttpClient http, string id) =>
        (await http.Read($"/api/v2.1/connections/{id}"))
            .GetProperty("constraints")
            .GetProperty("unattended")
            .GetProperty("remaining")
            .GetInt32();

    private async Task<EnableBankingUpstream> Upstream()
    {
        var upstream = await EnableBankingUpstream.Start(_key, () => _now);
        upstream.Accounts.Add(
            EnableBankingUpstreamAccount
                .Of("1", "FI2112345600000785", "Arki")
                .With("E1", "-12.30", "2026-03-01", "KAHVILA")
                .With(null, "-1.00", "2026-02-20", "KIOSKI")
                .With(null, "-1.00", "2026-02-20", "KIOSKI")
        );
        // No number at all: its name and the hash are all that is known.
        var household = EnableBankingUpstreamAccount.Of("2", null, "Talous").With("E1", "5.00", "2026-02-28", "MATTI");
        household.Row.Remove("account_id");
        upstream.Accounts.Add(household);
        return upstream;
    }

    private async Task<TestApp> Start(DatabaseKind kind, EnableBankingUpstream upstream)
    {
        var certificate = Path.Combine(_folder.FullName, "public.crt");
        var key = Path.Combine(_folder.FullName, "private.key");
        using var made = new CertificateRequest(
            "CN=home.example",
            _key,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        ).CreateSelfSigned(_now.AddDays(-1), _now.AddYears(1));
        await File.WriteAllTextAsync(certificate, made.ExportCertificatePem(), Stop);
        await File.WriteAllTextAsync(key, _key.ExportPkcs8PrivateKeyPem(), Stop);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var app = await TestApp.Start(
            kind,
            settings => settings with { SealCertificateFile = certificate, SealKeyFile = key },
            builder => builder.Services.AddSingleton(Banks(upstream))
        );
        upstream.RedirectUrls.Add(app.Service<Addresses>().BankReturnOf(ReturnPlace.Read(FakeBank.Redirect)!));
        return app;
    }

    private static Banks Banks(EnableBankingUpstream upstream)
    {
        var provider = new FakeBank().Provider;
        return new(
            [
                provider with
                {
                    Channels =
                    [
                        provider.Channels[0] with
                        {
                            Connector = "enable_banking",
                            UnattendedReadings = 4,
                            Settings = new Dictionary<string, string>
                            {
                                ["application_id"] = EnableBankingUpstream.ApplicationId,
                                ["bank_name"] = EnableBankingUpstream.Bank,
                                ["bank_country"] = EnableBankingUpstream.Country,
                                ["enable_banking_url"] = upstream.Address.AbsoluteUri,
                            },
                        },
                    ],
                },
            ],
            Families.Find
        );
    }

    private static async Task<(string Id, string Link)> Connect(HttpClient http)
    {
        using var created = await http.PostAsJsonAsync(
            "/api/v2.1/connections",
            new
            {
                provider_id = FakeBank.ProviderId,
                channel_definition_id = FakeBank.Redirect,
                redirect_url = "https://app.example/back",
            },
            Stop
        );
        Assert.True(created.StatusCode == HttpStatusCode.Created, await created.Content.ReadAsStringAsync(Stop));
        var body = await created.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return (body.Text("id")!, body.GetProperty("_links").GetProperty("authorize").GetProperty("href").GetString()!);
    }

    private async Task Read(TestApp app, HttpClient http, string id, TimeSpan later)
    {
        app.Time.Advance(later);
        _now = app.Time.GetUtcNow();
        await LinkedBank.Again(app, http, id);
    }

    private async Task Agree(TestApp app, EnableBankingUpstream upstream, string link)
    {
        var visitor = app.Browse("document");
        await visitor.Open(link);
        var back = upstream.Agree(visitor.SentTo!);
        await visitor.Open(back.PathAndQuery);
        await app.RunDueSynchronizations();
    }

    private static IEnumerable<string> Ids(IEnumerable<JsonElement> rows) =>
        rows.Select(row => row.Text("id")!).Order();
}
