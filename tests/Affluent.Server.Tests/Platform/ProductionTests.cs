using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Platform;

/// <summary>What production refuses to start with: all of it at once, and each alone.</summary>
public sealed class ProductionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");

    public ProductionTests()
    {
        foreach (var key in new[] { "master.key", "signing.key" })
        {
            var path = Path.Combine(_folder.FullName, key);
            KeyFile.Reserve(path);
            File.WriteAllText(path, "made by an operator");
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_fit_installation_starts() => Assert.Empty(Faults());

    [Theory]
    [InlineData("test_bank_listen", "http://127.0.0.1:5200", "production has no test bank")]
    [InlineData("test_bank_url", "https://bank.example", "production has no test bank")]
    [InlineData("listen", "http://0.0.0.0:80", "plain http that other machines can reach")]
    [InlineData("auth_url", "http://auth.example", "is plain http: set an https address")]
    [InlineData("api_url", "http://127.0.0.1:5100/api", "is plain http: set an https address")]
    [InlineData("embed_url", "http://embed.example", "is plain http: set an https address")]
    [InlineData("docs_url", "http://docs.example", "is plain http: set an https address")]
    [InlineData("proxies", "0.0.0.0/0", "believes half the internet")]
    [InlineData("proxies", "64.0.0.0/2", "believes half the internet")]
    [InlineData("proxies", "::ffff:0:0/96", "believes half the internet")]
    [InlineData("proxies", "::ffff:64.0.0.0/98", "believes half the internet")]
    [InlineData("proxies", "::/64", "believes half the internet")]
    [InlineData("database", "postgres://affluent@db.example/affluent?sslmode=require", "not surely encrypted")]
    [InlineData("database", "postgres://affluent@db.example/affluent", "not surely encrypted")]
    [InlineData("master_key_file", "none.key", "there is no file")]
    [InlineData("signing_key_file", "none.key", "there is no file")]
    public void One_setting_that_is_only_fit_for_a_sandbox_is_refused(string setting, string value, string why)
    {
        var fault = Assert.Single(Faults((setting, value)));

        Assert.StartsWith($"{setting} (from --{setting.Replace('_', '-')}): ", fault, StringComparison.Ordinal);
        Assert.Contains(why, fault);
    }

    [Theory]
    [InlineData("auth_url")]
    [InlineData("api_url")]
    [InlineData("embed_url")]
    public void Public_addresses_must_be_set(string setting) =>
        Assert.Contains($"{setting} (from default): is missing", Assert.Single(Faults((setting, null))));

    [Theory]
    [InlineData("listen", "http://unix:/run/affluent.sock")]
    [InlineData("listen", "http://[::1]:5100")]
    [InlineData("proxies", "::ffff:10.0.0.0/104")]
    [InlineData("proxies", "fd00::/8")]
    [InlineData("database", "postgres://affluent@127.0.0.1/affluent")]
    [InlineData("database", "postgres://affluent@db.example/affluent?sslmode=verify-full")]
    public void What_no_other_machine_can_read_is_accepted(string setting, string value) =>
        Assert.Empty(Faults((setting, value)));

    [Fact]
    public void A_key_that_a_sandbox_made_by_itself_is_refused()
    {
        var path = Path.Combine(_folder.FullName, "sandbox.key");
        MasterKey.Load(path, mayCreate: true);

        Assert.Contains("was made by a sandbox", Assert.Single(Faults(("master_key_file", path))));
    }

    [Fact]
    public void A_key_that_others_can_read_is_refused()
    {
        File.SetUnixFileMode(
            Path.Combine(_folder.FullName, "signing.key"),
            UnixFileMode.UserRead | UnixFileMode.GroupRead
        );

        Assert.Contains("others can read", Assert.Single(Faults()));
    }

    [Fact]
    public void The_example_of_the_documentation_starts_once_its_files_are_in_place()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "advanced", "operations.md"));
        var example = page[(page.IndexOf("```json", StringComparison.Ordinal) + 7)..];
        _folder.CreateSubdirectory("banks");
        _folder.CreateSubdirectory("bank-variables");
        var file = Path.Combine(_folder.FullName, "affluent.json");
        File.WriteAllText(
            file,
            example[..example.IndexOf("```", StringComparison.Ordinal)]
                .Replace("/etc/affluent", _folder.FullName, StringComparison.Ordinal)
        );

        var reading = SettingsReader.Read(file, new Dictionary<string, string>(), new Dictionary<string, string>());

        Assert.Empty(reading.Faults);
        Assert.Equal(InstallationKind.Production, reading.Settings.Environment);
    }

    [Fact]
    public void A_folder_in_which_others_may_put_another_key_is_refused()
    {
        _folder.UnixFileMode |= UnixFileMode.GroupWrite;

        Assert.All(
            Faults(),
            fault => Assert.Contains("others may write to the folder", fault, StringComparison.Ordinal)
        );
        Assert.Equal(
            ["database", "master_key_file", "signing_key_file"],
            Faults().Select(fault => fault.Split(' ')[0]).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_folder_further_up_in_which_others_may_put_another_is_refused()
    {
        var key = Path.Combine(_folder.CreateSubdirectory("a").CreateSubdirectory("b").FullName, "master.key");
        File.Move(Path.Combine(_folder.FullName, "master.key"), key);
        Assert.Empty(Faults(("master_key_file", key)));

        File.SetUnixFileMode(Path.Combine(_folder.FullName, "a"), Open);
        Assert.Contains("others may write to the folder", Assert.Single(Faults(("master_key_file", key))));

        // As /tmp is: what is in it can be replaced by its owner alone.
        File.SetUnixFileMode(Path.Combine(_folder.FullName, "a"), Open | UnixFileMode.StickyBit);
        Assert.Empty(Faults(("master_key_file", key)));
    }

    [Theory]
    [InlineData("tls_key_file")]
    [InlineData("tls_certificate_file")]
    [InlineData("database")]
    public void A_file_whose_folder_others_may_write_to_is_refused(string setting)
    {
        var file = Path.Combine(_folder.CreateSubdirectory("open").FullName, "file");
        KeyFile.Reserve(file);
        Assert.Empty(Faults((setting, file)));

        File.SetUnixFileMode(Path.Combine(_folder.FullName, "open"), Open);

        Assert.StartsWith($"{setting} ", Assert.Single(Faults((setting, file))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_to_which_a_link_leads_is_looked_at_too()
    {
        var target = Path.Combine(_folder.CreateSubdirectory("open").FullName, "file");
        KeyFile.Reserve(target);
        var link = Path.Combine(_folder.FullName, "link");
        File.CreateSymbolicLink(link, target);
        Assert.Empty(Faults(("tls_key_file", link)));

        File.SetUnixFileMode(Path.Combine(_folder.FullName, "open"), Open);

        Assert.Contains("others may write to the folder", Assert.Single(Faults(("tls_key_file", link))));
    }

    [Theory]
    [InlineData("catalogue_folder")]
    [InlineData("bank_variables_folder")]
    public void A_folder_of_settings_that_others_may_change_is_refused(string setting)
    {
        var folder = _folder.CreateSubdirectory("read").FullName;
        Assert.Empty(Faults((setting, folder)));

        File.SetUnixFileMode(folder, Open);

        Assert.Contains($"others may change {folder}:", Assert.Single(Faults((setting, folder))));
    }

    [Fact]
    public void A_bank_of_the_operator_that_others_may_change_is_refused()
    {
        var folder = _folder.CreateSubdirectory("banks").FullName;
        var file = Path.Combine(folder, "mine.json");
        KeyFile.Reserve(file);
        Assert.Empty(Faults(("catalogue_folder", folder)));

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);

        Assert.Contains($"others may change {file}:", Assert.Single(Faults(("catalogue_folder", folder))));
    }

    [Fact]
    public void A_settings_file_that_others_may_change_is_refused()
    {
        var file = Path.Combine(_folder.CreateSubdirectory("etc").FullName, "affluent.json");
        KeyFile.Reserve(file);
        File.WriteAllText(file, "{}");
        Assert.Empty(Read());

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);
        Assert.StartsWith($"--config: others may change {file}", Assert.Single(Read()), StringComparison.Ordinal);

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetUnixFileMode(Path.GetDirectoryName(file)!, Open);
        Assert.StartsWith("--config: others may write to the folder", Assert.Single(Read()), StringComparison.Ordinal);

        IReadOnlyList<string> Read() => SettingsReader.Read(file, new Dictionary<string, string>(), Fit()).Faults;
    }

    private const UnixFileMode Closed = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const UnixFileMode Open =
        Closed | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;

    [Fact]
    public void A_TLS_key_that_others_can_read_is_refused()
    {
        var (key, certificate) = (Path.Combine(_folder.FullName, "tls.key"), Path.Combine(_folder.FullName, "tls.pem"));
        File.WriteAllText(key, "key");
        File.WriteAllText(certificate, "certificate");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        var fault = Assert.Single(Faults(("tls_key_file", key), ("tls_certificate_file", certificate)));

        Assert.Contains("tls_key_file", fault, StringComparison.Ordinal);
        Assert.Contains("others can read", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("postgres://affluent:geheim@127.0.0.1/affluent", 1)]
    [InlineData("postgres://affluent@127.0.0.1/affluent", 0)]
    public void A_settings_file_with_a_password_that_others_can_read_is_refused(string database, int faults)
    {
        var file = Path.Combine(_folder.FullName, "affluent.json");
        File.WriteAllText(file, $$"""{ "database": "{{database}}" }""");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        var found = SettingsReader.Read(file, new Dictionary<string, string>(), Fit()).Faults;

        Assert.Equal(faults, found.Count(f => f.Contains("with the password in it", StringComparison.Ordinal)));
        Assert.DoesNotContain(found, f => f.Contains("geheim", StringComparison.Ordinal));
    }

    [Fact]
    public void All_reasons_are_listed_at_once() =>
        Assert.Equal(
            ["api_url", "auth_url", "embed_url", "listen", "master_key_file", "signing_key_file", "test_bank_listen"],
            SettingsReader
                .Read(
                    null,
                    new Dictionary<string, string>(),
                    new Dictionary<string, string>
                    {
                        ["environment"] = "production",
                        ["listen"] = "http://0.0.0.0:80",
                        ["test_bank_listen"] = "http://127.0.0.1:5200",
                        ["data_directory"] = Path.Combine(_folder.FullName, "none"),
                    }
                )
                .Faults.Select(f => f.Split(' ')[0])
                .Order(StringComparer.Ordinal)
        );

    private Dictionary<string, string> Fit() =>
        new()
        {
            ["environment"] = "production",
            ["data_directory"] = _folder.FullName,
            ["auth_url"] = "https://auth.example",
            ["api_url"] = "https://api.example",
            ["embed_url"] = "https://embed.example",
        };

    /// <summary>The faults of an installation that is fit but for some changes; null takes a setting away.</summary>
    private IReadOnlyList<string> Faults(params (string Setting, string? Value)[] changes)
    {
        var options = Fit();
        foreach (var (setting, value) in changes)
        {
            options.Remove(setting);
            if (value is not null)
            {
                options[setting] = value;
            }
        }
        return SettingsReader.Read(null, new Dictionary<string, string>(), options).Faults;
    }
}
