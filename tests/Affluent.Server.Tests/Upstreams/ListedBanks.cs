using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Affluent.Connectors.EnableBanking;
using Affluent.Connectors.Tests.Support;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Upstreams;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace Affluent.Server.Tests.Upstreams;

/// <summary>A platform that knows three things of an application at Enable Banking, and a strict counterpart of that.</summary>
internal sealed class ListedBanks : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");
    private readonly RSA _key = RSA.Create(2048);
    private TestApp? _app;

    public EnableBankingUpstream Upstream { get; private set; } = null!;

    public string KeyFile => Path.Combine(_folder.FullName, "application.key");

    public TestApp App => _app!;

    private DateTimeOffset Now => _app?.Time.GetUtcNow() ?? new DateTimeOffset(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<ListedBanks> Start(
        DatabaseKind kind,
        Func<Settings, Settings>? settings = null,
        Action<WebApplicationBuilder>? configure = null
    )
    {
        var banks = await Alone();
        banks._app = await TestApp.Start(kind, known => banks.Known(settings?.Invoke(known) ?? known), configure);
        banks.Upstream.RedirectUrls.Add(banks.ReturnAddress);
        return banks;
    }

    /// <summary>The counterpart without a platform.</summary>
    public static async Task<ListedBanks> Alone()
    {
        var banks = new ListedBanks();
        await File.WriteAllTextAsync(banks.KeyFile, banks._key.ExportPkcs8PrivateKeyPem(), Stop);
        File.SetUnixFileMode(banks.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        banks.Upstream = await EnableBankingUpstream.Start(banks._key, () => banks.Now);
        banks.Upstream.Accounts.Add(
            EnableBankingUpstreamAccount
                .Of("1", "FI2112345600000785", "Arki")
                .With("E1", "-12.30", "2026-03-01", "KAHVILA")
                .With("E2", "5.00", "2026-02-20", "MATTI")
        );
        return banks;
    }

    public string ReturnAddress => new Uri(App.Origin, "/embed/v2.1/widget/bank_callback/enable_banking").AbsoluteUri;

    public UpstreamApplication Application =>
        new(EnableBankingUpstream.ApplicationId, UpstreamEnvironment.Production, Upstream.Address);

    public Settings Known(Settings settings) =>
        settings with
        {
            EnableBankingApplicationId = EnableBankingUpstream.ApplicationId,
            EnableBankingKeyFile = KeyFile,
            EnableBankingEnvironment = UpstreamEnvironment.Production,
            EnableBankingUrl = Upstream.Address,
        };

    /// <summary>The lists are read, when it is time.</summary>
    public Task Read() => App.Service<UpstreamLists>().ReadDue(Stop);

    public async Task ReadAfter(TimeSpan later)
    {
        App.Time.Advance(later);
        await Read();
    }

    /// <summary>What the API offers of that name.</summary>
    public async Task<IReadOnlyList<JsonElement>> Offered(HttpClient http, string text) =>
        [.. (await http.Read($"/api/v2.1/providers?q={Uri.EscapeDataString(text)}")).EnumerateArray()];

    public static async Task<(string Id, string Link)> Connect(HttpClient http, JsonElement bank)
    {
        using var created = await Ask(http, bank);
        Assert.True(created.StatusCode == HttpStatusCode.Created, await created.Content.ReadAsStringAsync(Stop));
        var body = await created.Json();
        return (body.Text("id")!, body.GetProperty("_links").GetProperty("authorize").GetProperty("href").GetString()!);
    }

    public static Task<HttpResponseMessage> Ask(HttpClient http, JsonElement bank) =>
        http.PostAsJsonAsync(
            "/api/v2.1/connections",
            new
            {
                provider_id = bank.Text("id"),
                channel_definition_id = bank.GetProperty("channel_definitions")[0].Text("id"),
                redirect_url = "https://app.example/back",
            },
            Stop
        );

    /// <summary>The user agrees at the bank and comes back; the address to which they were sent.</summary>
    public async Task<Uri> Agree(string link)
    {
        var visitor = App.Browse("document");
        await visitor.Open(link);
        var back = Upstream.Agree(visitor.SentTo!);
        await visitor.Open(back.PathAndQuery);
        await App.RunDueSynchronizations();
        return back;
    }

    /// <summary>Ends the platform, and starts another over the same database.</summary>
    public async Task StartAgain() => _app = await App.StartAgain(Known);

    public async ValueTask DisposeAsync()
    {
        await (_app?.DisposeAsync() ?? ValueTask.CompletedTask);
        await Upstream.DisposeAsync();
        _key.Dispose();
        _folder.Delete(recursive: true);
    }
}
