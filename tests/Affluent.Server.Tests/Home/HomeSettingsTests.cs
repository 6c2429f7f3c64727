using System.Net;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Home;

/// <summary>What an installation at home refuses to start with, and what it makes of its settings.</summary>
public sealed class HomeSettingsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Nothing_but_the_word_is_needed()
    {
        var reading = Read();

        Assert.Empty(reading.Faults);
        Assert.Null(reading.Settings.TestBankListen);
        Assert.True(reading.Settings.SimpleFin);
        Assert.Equal(LogForm.Text, reading.Settings.LogForm);
        Assert.Empty(reading.Settings.WebhookNetworks);
        Assert.False(reading.Settings.ReachesTestBank);
    }

    [Fact]
    public void One_address_leads_to_every_part()
    {
        var settings = Read(("home_url", "https://money.home.example")).Settings;

        Assert.Equal(
            "https://money.home.example/auth https://money.home.example/api https://money.home.example/embed https://money.home.example/docs",
            $"{settings.AuthUrl} {settings.ApiUrl} {settings.EmbedUrl} {settings.DocsAddress}"
        );
        Assert.Equal("https://money.home.example/api/simplefin", settings.SimpleFinAddress?.AbsoluteUri);
    }

    [Theory]
    [InlineData("database", "postgres://affluent@127.0.0.1/affluent", "is an SQLite file")]
    [InlineData("roles", "api", "one process does everything")]
    [InlineData("auth_url", "https://auth.example", "set home_url in its place")]
    [InlineData("api_url", "https://api.example", "set home_url in its place")]
    [InlineData("embed_url", "https://embed.example", "set home_url in its place")]
    [InlineData("docs_url", "https://docs.example", "set home_url in its place")]
    [InlineData("home_url", "http://money.example.com", "plain http beyond your house")]
    [InlineData("home_url", "http://81.2.69.160:5100", "plain http beyond your house")]
    [InlineData("home_url", "https://money.example.com/path", "must be like")]
    [InlineData("listen", "http://81.2.69.160:5100", "plain http at a public address")]
    [InlineData("proxies", "0.0.0.0/0", "believes half the internet")]
    [InlineData("test_bank_listen", "http://0.0.0.0:5200", "for this one alone")]
    [InlineData("test_bank_url", "http://bank.example", "on this machine, or off")]
    [InlineData("test_bank_file_networks", "192.168.0.0/16", "reads no files of your network")]
    public void What_would_be_insecure_is_refused(string setting, string value, string why)
    {
        var fault = Assert.Single(Read((setting, value)).Faults);

        Assert.StartsWith($"{setting} (from --{setting.Replace('_', '-')}): ", fault, StringComparison.Ordinal);
        Assert.Contains(why, fault);
    }

    [Theory]
    [InlineData("listen", "http://0.0.0.0:5100")]
    [InlineData("listen", "http://192.168.1.5:5100")]
    [InlineData("home_url", "http://192.168.1.5:5100")]
    [InlineData("home_url", "http://affluent.local:5100")]
    [InlineData("home_url", "http://server:5100")]
    [InlineData("home_url", "https://money.example.com")]
    [InlineData("test_bank_listen", "http://127.0.0.1:5200")]
    public void What_stays_in_the_house_is_accepted(string setting, string value) =>
        Assert.Empty(Read((setting, value)).Faults);

    [Fact]
    public void Only_at_home_there_is_one_address() =>
        Assert.Contains(
            "home_url (from --home-url): is for environment = home",
            Assert.Single(Read(("environment", "sandbox"), ("home_url", "http://127.0.0.1:5100")).Faults)
        );

    [Fact]
    public void The_keys_of_the_first_start_are_its_owners_alone_and_those_of_a_sandbox_are_refused()
    {
        var settings = Read().Settings;
        MasterKey.Load(settings);
        Server.Authorization.SigningKeys.Load(settings);
        Assert.All(
            [settings.MasterKeyFile, settings.SigningKeyFile],
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file))
        );
        Assert.Empty(Read().Faults);

        File.Delete(settings.MasterKeyFile);
        MasterKey.Load(settings.MasterKeyFile, mayCreate: true);
        Assert.Contains("was made by a sandbox", Assert.Single(Read().Faults));
    }

    [Fact]
    public void Keys_that_others_can_read_and_folders_that_others_can_write_are_refused()
    {
        var settings = Read().Settings;
        MasterKey.Load(settings);
        File.SetUnixFileMode(settings.MasterKeyFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains("others can read", Assert.Single(Read().Faults));
        File.SetUnixFileMode(settings.MasterKeyFile, UnixFileMode.UserRead);

        _folder.UnixFileMode |= UnixFileMode.OtherWrite;

        Assert.NotEmpty(Read().Faults);
        Assert.All(Read().Faults, fault => Assert.Contains("others may write to the folder", fault));
    }

    [Theory]
    [OnBothDatabases("81.2.69.160", "http", 403)]
    // Let in, and told that no home_url names this address.
    [OnBothDatabases("81.2.69.160", "https", 421)]
    [OnBothDatabases("192.168.1.20", "http", 303)]
    public async Task Plain_http_is_spoken_inside_the_house_only(
        DatabaseKind kind,
        string address,
        string scheme,
        int status
    )
    {
        await using var app = await HouseholdScene.Start(
            kind,
            settings: s => s with { Proxies = PublicNetwork.Loopback }
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, "/household");
        request.Headers.Add("X-Forwarded-For", address);
        request.Headers.Add("X-Forwarded-Proto", scheme);

        using var answer = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)answer.StatusCode);
        if (answer.StatusCode == HttpStatusCode.Forbidden)
        {
            Assert.Equal("https_only", (await answer.Problem()).Text("code"));
        }
    }

    private SettingsReading Read(params (string Name, string Value)[] options)
    {
        var all = new Dictionary<string, string> { ["environment"] = "home", ["data_directory"] = _folder.FullName };
        foreach (var (name, value) in options)
        {
            all[name] = value;
        }
        return SettingsReader.Read(null, new Dictionary<string, string>(), all);
    }
}
