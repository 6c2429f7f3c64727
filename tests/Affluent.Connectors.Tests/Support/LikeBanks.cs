using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.TestBank;
using Affluent.TestBank.Imitation;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Time.Testing;

namespace Affluent.Connectors.Tests.Support;

/// <summary>The test bank in the place of a bank of each of some profiles.</summary>
public abstract class LikeBanks : IAsyncLifetime
{
    private const int FirstId = 4801;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-like");
    private WebApplication? _app;
    private CatalogueLoad? _load;

    // What the customer types where accounts are to be named: there is one.
    private string _iban = "";

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero));

    public string Address => TestBankApp.Address(_app!).AbsoluteUri;

    /// <summary>Names of profiles, the text of each that does not ship, and what its bank says beside.</summary>
    protected abstract IEnumerable<(string Profile, string? Text, string Members)> Banks();

    public async ValueTask InitializeAsync()
    {
        List<string> brands = [];
        foreach (var (profile, text, members) in Banks())
        {
            if (text is not null)
            {
                await File.WriteAllTextAsync(Path.Combine(_folder.FullName, $"{profile}.json"), text);
            }
            brands.Add(
                $$"""{ "id": "{{FirstId + brands.Count}}", "name": "{{profile}}", {{members}} "channels": [{ "like": "{{profile}}", "transaction_ids": "STABLE_ONCE_BOOKED" }] }"""
            );
        }
        await File.WriteAllTextAsync(
            Path.Combine(_folder.FullName, "like.json"),
            $$"""
            {
              "common": { "country_code": "FRA", "base_url": "{test_bank}", "test": true },
              "brands": [{{string.Join(",", brands)}}]
            }
            """
        );
        _app = TestBankApp.Build(
            new TestBankOptions
            {
                Urls = "http://127.0.0.1:0",
                Likenesses = [.. Load("http://127.0.0.1").Select(channel => Of(channel, SealOfTests.PublicKey))],
            },
            Clock
        );
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _ = Load(Address);
        using var stet = OverStet();
        await Connect(stet);
        _iban = (await stet.Accounts()).Select(a => a.Iban).First(iban => iban is not null)!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The channel of the bank that is like one of this profile.</summary>
    public ChannelDefinition Channel(string profile) =>
        _load!.Providers.SelectMany(p => p.Channels).Single(c => c.Imitated && c.Profile == profile);

    /// <summary>A connection with it, as a third party that the bank knows.</summary>
    /// <param name="login">Of its customer.</param>
    /// <param name="refused">Where what the bank refuses is written down.</param>
    internal ConnectorRun Open(
        ChannelDefinition channel,
        string login = "dev",
        List<string>? refused = null,
        string? lacks = null
    ) =>
        new(Families.Find(channel.Connector)!, channel, new RefusalList(ConnectorRun.Network(), refused ?? [], lacks))
        {
            Now = Clock.GetUtcNow(),
            Seal = SealOfTests.Seal,
            Credentials = channel.Credentials.ToDictionary(f => f.Id, f => f.Name == "iban" ? _iban : login),
        };

    /// <summary>A connection over the bank's own face of STET.</summary>
    internal ConnectorRun OverStet()
    {
        var channel = _load!.Providers.SelectMany(p => p.Channels).Single(c => c.Id == new ChannelDefinitionId("8701"));
        return Open(channel);
    }

    /// <summary>What the third party, and the customer, do until data can be read.</summary>
    /// <param name="refused">Where a request that the bank refuses to the user's face is written down; null: it takes all.</param>
    internal async Task Connect(ConnectorRun run, string login = "dev", List<string>? refused = null)
    {
        List<BankAccount> listed = [];
        var step = await run.Take(new StepInput.ListAccounts());
        for (var steps = 0; steps < 20; steps++)
        {
            switch (step)
            {
                case StepResult.Page page:
                    listed.AddRange(page.Accounts);
                    if (page.Next is null && listed.All(a => !a.ConsentMissing))
                    {
                        return;
                    }
                    // Shared, each may want the customer once more.
                    step = await run.Take(
                        page.Next is { } next ? new StepInput.Continue(next) : new StepInput.Consent(listed)
                    );
                    break;
                case StepResult.AskUser { Question: Question.Redirect(var address) }:
                    if (refused is not null && await IsRefused(address))
                    {
                        refused.Add($"{address}");
                        return;
                    }
                    step = await run.Take(
                        new StepInput.Returned(RunningTestBank.ToTheServer(await RunningTestBank.Agree(address, login)))
                    );
                    break;
                case StepResult.AskUser { Question: Question.AppApproval }:
                    Clock.Advance(TimeSpan.FromSeconds(8));
                    run.Now = Clock.GetUtcNow();
                    step = await run.Take(new StepInput.Poll());
                    break;
                case StepResult.AskUser or StepResult.Done:
                    listed.Clear();
                    step = await run.Take(new StepInput.ListAccounts());
                    break;
                default:
                    Assert.Fail($"{step}");
                    break;
            }
        }
        Assert.Fail($"no end: {step}");
    }

    /// <summary>What a bank refuses when a request lacks a setting of its profile, or says it otherwise.</summary>
    internal async Task<List<string>> RefusedWithout(string profile, string setting, string? value = null)
    {
        List<string> refused = [];
        using var run = Open(Without(profile, setting, value), refused: refused);
        try
        {
            await Connect(run, refused: refused);
            if (refused.Count == 0)
            {
                foreach (var account in await run.Accounts())
                {
                    await run.Movements(account, new DateOnly(2026, 6, 1));
                }
                Clock.Advance(TimeSpan.FromHours(1));
                run.Now = Clock.GetUtcNow();
                await run.Accounts();
            }
        }
        catch (Xunit.Sdk.XunitException) when (refused.Count > 0)
        {
            // Refused, the connection comes to nothing.
        }
        return refused;
    }

    /// <summary>The channel of a profile without a setting, or with another.</summary>
    internal ChannelDefinition Without(string profile, string setting, string? value = null)
    {
        var channel = Channel(profile);
        var settings = new Dictionary<string, string>(channel.Settings);
        settings.Remove(setting);
        if (value is not null)
        {
            settings[setting] = value;
        }
        return channel with { Settings = settings };
    }

    /// <summary>Whether the bank shows its customer nothing at this address but that the request is not good.</summary>
    internal static async Task<bool> IsRefused(Uri page)
    {
        using var browser = new HttpClient(ConnectorRun.Network());
        using var answer = await browser.GetAsync(page, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode >= 400;
    }

    internal static Likeness Of(ChannelDefinition channel, string? key) =>
        new($"{channel.Id}", channel.Connector, channel.Settings)
        {
            ClientPublicKey = key,
            Embedded = channel.Mode == ChannelMode.Embedded,
        };

    private IEnumerable<ChannelDefinition> Load(string address)
    {
        _load = Catalogue.Load(new Dictionary<string, string> { ["test_bank"] = address }, _folder.FullName);
        Assert.Empty(_load.Faults);
        return _load.Providers.SelectMany(p => p.Channels).Where(c => c.Imitated);
    }
}

/// <summary>Writes down which requests a bank refuses, and why.</summary>
/// <param name="lacks">A header that is taken away before; null: none is.</param>
internal sealed class RefusalList(HttpMessageHandler bank, List<string> refused, string? lacks)
    : DelegatingHandler(bank)
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        if (lacks is not null)
        {
            _ = lacks.StartsWith("content-", StringComparison.Ordinal)
                ? request.Content?.Headers.Remove(lacks)
                : request.Headers.Remove(lacks);
        }
        var answer = await base.SendAsync(request, cancellationToken);
        if ((int)answer.StatusCode >= 400)
        {
            await answer.Content.LoadIntoBufferAsync(cancellationToken);
            refused.Add(
                $"{request.Method} {request.RequestUri!.AbsolutePath}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}"
            );
        }
        return answer;
    }
}

/// <summary>Those of each profile that ships.</summary>
public sealed class LikeProfiles : LikeBanks
{
    /// <summary>The profiles that ship.</summary>
    public static IReadOnlyList<string> Profiles { get; } =
    [
        .. typeof(Catalogue)
            .Assembly.GetManifestResourceNames()
            .Select(name => name.Split("profile-"))
            .Where(parts => parts.Length == 2)
            .Select(parts => parts[1].Replace(".json", "", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>What they say.</summary>
    public static IReadOnlyList<(string Profile, string Family, string Name, SettingKind Kind)> Settings { get; } =
    [
        .. from provider in Catalogue.Unfilled()
        from channel in provider.Channels
        where channel.Profile is not null
        from setting in channel.Settings.Keys
        let kind = Families.Find(channel.Connector)!.Manifest.Settings.Single(s => s.Name == setting).Kind
        orderby channel.Profile, setting
        select (channel.Profile, channel.Connector, setting, kind),
    ];

    protected override IEnumerable<(string Profile, string? Text, string Members)> Banks() =>
        Profiles.Select(profile => (profile, (string?)null, ""));
}

/// <summary>Those of each bank whose sandbox was recorded and that sends its customers to a page or into its app.</summary>
public sealed class LikeRecordings : LikeBanks
{
    /// <summary>They, by name.</summary>
    internal static IReadOnlyDictionary<string, RecordedBank> Recorded { get; } =
        StetBanks
            .All.Concat(BerlinGroupBanks.All)
            .Concat(OpenBankingBanks.All)
            // The others are embedded.
            .Where(bank => bank.Value.Members == "")
            .ToDictionary(bank => bank.Key, bank => bank.Value);

    internal ChannelDefinition ChannelOf(string bank) => Channel(NameOf(bank));

    protected override IEnumerable<(string Profile, string? Text, string Members)> Banks() =>
        Recorded.Select(bank =>
            (NameOf(bank.Key), (string?)bank.Value.Profile(NameOf(bank.Key)), $"\"variables\": {bank.Value.Variables},")
        );

    // As a profile may be called.
    private static string NameOf(string bank) =>
        "recorded-" + string.Concat(bank.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit));
}
