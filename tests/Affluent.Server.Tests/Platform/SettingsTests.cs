using Affluent.Server.Platform;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Affluent.Server.Tests.Platform;

/// <summary>Where settings come from, which one wins, and what is said of wrong ones.</summary>
public sealed class SettingsTests : IDisposable
{
    private static readonly Dictionary<string, string> Nothing = [];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Without_any_setting_a_sandbox_with_all_roles_and_a_test_bank_runs_on_loopback()
    {
        var reading = SettingsReader.Read(null, Nothing, Nothing);

        Assert.Empty(reading.Faults);
        Assert.Equal(InstallationKind.Sandbox, reading.Settings.Environment);
        Assert.Equal(Roles.All, reading.Settings.Roles);
        Assert.Equal("http://127.0.0.1:5100", reading.Settings.Listen);
        Assert.Equal(new Uri("http://127.0.0.1:5200"), reading.Settings.TestBankUrl);
        Assert.All(SettingList.All, s => Assert.Equal("default", reading.Origin(s)));
    }

    [Theory]
    [InlineData("", "", "127.0.0.0/8,::1/128")]
    [InlineData("embed_url", "http://localhost:5100/embed", "127.0.0.0/8,::1/128")]
    [InlineData("embed_url", "https://embed.example", "off")]
    [InlineData("test_bank_url", "https://bank.example", "off")]
    [InlineData("test_bank_listen", "http://0.0.0.0:5200", "off")]
    [InlineData("test_bank_listen", "http://127.0.0.1:5200;http://10.0.0.1:5200", "off")]
    [InlineData("test_bank_listen", "http://unix:/run/bank.sock", "off")]
    [InlineData("test_bank_listen", "off", "off")]
    [InlineData("listen", "http://*:5100", "off")]
    [InlineData("proxies", "127.0.0.1", "off")]
    [InlineData("test_bank_file_networks", "off", "off")]
    [InlineData("test_bank_file_networks", "10.1.0.0/16,::1", "10.1.0.0/16,::1/128")]
    public void The_test_bank_reads_files_of_this_machine_only_when_nobody_outside_is_expected(
        string setting,
        string value,
        string networks
    )
    {
        Dictionary<string, string> options = setting == "" ? [] : new() { [setting] = value };
        var settings = SettingsReader.Read(file: null, new Dictionary<string, string>(), options).Settings;

        Assert.Equal(networks, SettingList.All.Single(s => s.Name == "test_bank_file_networks").Show(settings));
    }

    [Fact]
    public void The_command_line_wins_over_the_environment_and_that_over_the_file()
    {
        var file = Write("""{ "listen": "http://127.0.0.1:1", "database": "one.db", "data_directory": "one" }""");
        var reading = SettingsReader.Read(
            file,
            new Dictionary<string, string>
            {
                ["AFFLUENT_LISTEN"] = "http://127.0.0.1:2",
                ["AFFLUENT_DATABASE"] = "two.db",
            },
            new Dictionary<string, string> { ["listen"] = "http://127.0.0.1:3" }
        );

        Assert.Empty(reading.Faults);
        Assert.Equal("http://127.0.0.1:3", reading.Settings.Listen);
        Assert.Equal("two.db", reading.Settings.Database);
        Assert.Equal(Path.Combine("one", "master.key"), reading.Settings.MasterKeyFile);
        Assert.Equal("--listen", reading.Origins["listen"]);
        Assert.Equal("AFFLUENT_DATABASE", reading.Origins["database"]);
        Assert.Equal(file, reading.Origins["data_directory"]);
    }

    [Fact]
    public void Logs_are_to_read_in_a_sandbox_and_to_collect_in_production_unless_told_otherwise()
    {
        Assert.Equal(LogForm.Text, Read([]).LogForm);
        Assert.Equal(LogForm.Json, Read(new() { ["environment"] = "production" }).LogForm);
        Assert.Equal(LogForm.Text, Read(new() { ["environment"] = "production", ["log_form"] = "text" }).LogForm);
        Assert.Equal(LogLevel.Warning, Read(new() { ["log_level"] = "warning" }).LogLevel);

        static Settings Read(Dictionary<string, string> options) =>
            SettingsReader.Read(null, Nothing, options).Settings;
    }

    [Fact]
    public void The_collector_may_be_named_by_the_variable_that_OpenTelemetry_knows_but_ours_wins()
    {
        Dictionary<string, string> variables = new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:4317" };

        var theirs = SettingsReader.Read(null, variables, Nothing);
        var ours = SettingsReader.Read(
            null,
            new Dictionary<string, string>(variables) { ["AFFLUENT_OTLP_ENDPOINT"] = "http://127.0.0.1:4318" },
            Nothing
        );
        var none = SettingsReader.Read(null, variables, new Dictionary<string, string> { ["otlp_endpoint"] = "off" });

        Assert.Equal(new Uri("http://127.0.0.1:4317"), theirs.Settings.OtlpEndpoint);
        Assert.Equal("OTEL_EXPORTER_OTLP_ENDPOINT", theirs.Origins["otlp_endpoint"]);
        Assert.Equal(new Uri("http://127.0.0.1:4318"), ours.Settings.OtlpEndpoint);
        Assert.False(none.Settings.ExportsTelemetry);
    }

    [Theory]
    [InlineData("log_level", "verbose", "must be one of debug, information, warning, error")]
    [InlineData("log_level", "2", "must be one of debug, information, warning, error")]
    [InlineData("log_form", "xml", "must be text or json")]
    [InlineData("metrics_listen", "https://127.0.0.1:9464", "plain http")]
    [InlineData("metrics_listen", "9464", "must be")]
    [InlineData("otlp_endpoint", "collector:4317", "must be an address")]
    [InlineData("test_bank_strictness", "Strict", "must be off, lenient or strict")]
    [InlineData("test_bank_strictness", "strict", "set seal_certificate_file")]
    [InlineData("test_bank_listen", "https://127.0.0.1:5200", "https needs a certificate")]
    public void What_cannot_be_watched_is_said(string name, string value, string why)
    {
        var reading = SettingsReader.Read(null, Nothing, new Dictionary<string, string> { [name] = value });

        Assert.Contains(why, Assert.Single(reading.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_are_listed_at_once_each_with_its_setting_its_origin_and_what_to_do()
    {
        var file = Write(
            """{ "lisen": "http://127.0.0.1:1", "roles": ["auth", "pay"], "database": { "path": "x" } }"""
        );
        var reading = SettingsReader.Read(
            file,
            new Dictionary<string, string>
            {
                ["AFFLUENT_ENVIRONMENT"] = "staging",
                ["AFFLUENT_DATABSE"] = "x.db",
                ["AFFLUENT_PORT"] = "tcp://10.0.0.1:80",
            },
            new Dictionary<string, string> { ["auth_url"] = "https://example.org/oauth", ["proxies"] = "somebody" }
        );

        Assert.Equal(
            [
                "AFFLUENT_DATABSE (from the environment): there is no such setting: did you mean database?",
                "auth_url (from --auth-url): must be like https://name.example or https://name.example/auth",
                $"database (from {file}): must be a text, a number, true, false or a list of texts",
                "environment (from AFFLUENT_ENVIRONMENT): must be sandbox, home or production",
                $"lisen (from {file}): there is no such setting: did you mean listen?",
                "proxies (from --proxies): 'somebody' is neither an IP address nor a network like 10.0.0.0/8",
                $"roles (from {file}): the role pay is not part of this version: leave it out",
            ],
            reading.Faults.Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("{ \"listen\": ", "is not valid JSON")]
    [InlineData("[]", "must hold one object of settings")]
    [InlineData("{ \"listen\": \"http://[::1]:1\", \"listen\": \"http://[::1]:2\" }", "stands there twice")]
    public void A_file_that_is_no_object_of_settings_is_a_fault(string content, string fault) =>
        Assert.Contains(fault, Assert.Single(SettingsReader.Read(Write(content), Nothing, Nothing).Faults));

    [Fact]
    public void A_named_file_that_is_missing_is_a_fault() =>
        Assert.Contains(
            "there is no file",
            Assert.Single(SettingsReader.Read(Path.Combine(_folder.FullName, "none.json"), Nothing, Nothing).Faults)
        );

    [Theory]
    [InlineData("http://127.0.0.1:5100", true)]
    [InlineData("http://0.0.0.0:80;http://unix:/run/affluent.sock", true)]
    [InlineData("5100", false)]
    [InlineData("ftp://127.0.0.1:21", false)]
    [InlineData("http://127.0.0.1:5100/path", false)]
    public void Listen_takes_addresses_and_sockets_only(string listen, bool good) =>
        Assert.Equal(
            good,
            SettingsReader.Read(null, Nothing, new Dictionary<string, string> { ["listen"] = listen }).Faults.Count == 0
        );

    [Fact]
    public void Two_roles_cannot_share_a_host_without_a_path()
    {
        var reading = SettingsReader.Read(
            null,
            Nothing,
            new Dictionary<string, string>
            {
                ["auth_url"] = "https://example.org",
                ["api_url"] = "https://example.org",
                ["embed_url"] = "https://embed.example.org",
            }
        );

        Assert.StartsWith(
            "auth_url and api_url: cannot share",
            Assert.Single(reading.Faults),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("postgres://affluent:geheim@db.example/x", "postgres://affluent:***@db.example/x")]
    [InlineData("postgres://affluent@db.example/x", "postgres://affluent@db.example/x")]
    [InlineData("data/affluent.db", "data/affluent.db")]
    public void The_password_of_a_database_address_is_masked(string address, string shown) =>
        Assert.Equal(shown, MaskedAddress.Of(address));

    private string Write(string content)
    {
        var path = Path.Combine(_folder.FullName, "settings.json");
        File.WriteAllText(path, content);
        return path;
    }
}
