using Affluent.Server.Commands;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Commands;

/// <summary>Commands as a person types them: what they print, and how they end.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task An_unknown_option_is_named_and_a_near_one_proposed()
    {
        var (code, output, errors) = await Terminal.RunWithoutDatabase("--lisen", "http://127.0.0.1:0");

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("'--lisen'", errors);
        Assert.Contains("--listen", output);
    }

    [Fact]
    public async Task Check_config_shows_every_setting_with_its_origin_and_no_password()
    {
        var (code, output, errors) = await Terminal.RunWithoutDatabase(
            "check-config",
            "--database",
            "postgres://affluent:geheim@localhost/x"
        );

        Assert.Equal(ExitCode.Done, code);
        Assert.Equal("", errors);
        Assert.Matches(@"(?m)^database +postgres://affluent:\*\*\*@localhost/x +--database\r?$", output);
        Assert.Matches(@"(?m)^environment +sandbox +default\r?$", output);
        Assert.DoesNotContain("geheim", output);
    }

    [Fact]
    public async Task Check_config_keeps_names_values_and_origins_apart_however_long_they_are()
    {
        var path = "/" + string.Join('/', Enumerable.Repeat("folder", 20));

        var (_, output, _) = await Terminal.RunWithoutDatabase("check-config", "--data-directory", path);

        Assert.Contains($"{path}  --data-directory", output, StringComparison.Ordinal);
        var lines = output.ReplaceLineEndings("\n").Split('\n').ToDictionary(line => line.Split("  ")[0]);
        var column = lines["environment"].IndexOf("sandbox", StringComparison.Ordinal);
        foreach (var setting in SettingList.All)
        {
            var line = lines[setting.Name];
            Assert.Equal(("  ", false), (line[(column - 2)..column], char.IsWhiteSpace(line[column])));
        }
    }

    [Fact]
    public async Task Check_config_shows_where_the_documentation_is_when_nobody_said_it()
    {
        var (_, output, _) = await Terminal.RunWithoutDatabase("check-config", "--api-url", "https://api.example.com/");

        Assert.Matches(@"(?m)^docs_url +https://api\.example\.com/docs +default\r?$", output);
    }

    [Fact]
    public async Task Check_config_ends_with_1_and_all_faults_when_serve_would_not_start()
    {
        var (code, _, errors) = await Terminal.RunWithoutDatabase(
            "check-config",
            "--roles",
            "console",
            "--environment",
            "none"
        );

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("roles (from --roles)", errors);
        Assert.Contains("environment (from --environment)", errors);
    }

    [Theory, OnBothDatabases]
    public async Task Migrate_says_what_it_applied_and_the_second_time_that_nothing_was_missing(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateEmpty(kind);

        var (first, firstOutput, _) = await Terminal.Run(database, "migrate");
        var (second, secondOutput, _) = await Terminal.Run(database, "migrate");

        Assert.Equal((ExitCode.Done, ExitCode.Done), (first, second));
        Assert.Contains("Applied 001_platform", firstOutput);
        Assert.Contains("up to date", secondOutput);
    }

    [Theory, OnSqliteOnly("PostgreSQL's files are its own.")]
    public async Task A_database_file_is_made_in_the_data_directory_and_closed_to_others(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateEmpty(kind);

        var (code, _, _) = await Terminal.RunWithoutDatabase("migrate", "--data-directory", database.Folder);

        Assert.Equal(ExitCode.Done, code);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Path.Combine(database.Folder, "affluent.db"))
        );
    }

    [Theory, OnBothDatabases]
    public async Task A_database_of_a_later_version_is_refused_and_left_alone(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        await database.MarkAsVersion(999);

        var (code, _, errors) = await Terminal.Run(database, "migrate");

        Assert.Equal(ExitCode.DatabaseTooNew, code);
        Assert.Contains("version 999", errors);
        Assert.Contains($"knows {Migrator.Latest}", errors);
    }

    [Theory, OnBothDatabases]
    public async Task A_database_that_other_scripts_have_made_is_refused_and_left_alone(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        await database.MarkAsChanged();

        var (code, _, errors) = await Terminal.Run(database, "migrate");

        Assert.Equal(ExitCode.DatabaseDiffers, code);
        Assert.Contains("migration 001_platform", errors);
    }

    [Fact]
    public async Task A_PostgreSQL_that_does_not_answer_is_told_without_the_password()
    {
        var (code, _, errors) = await Terminal.RunWithoutDatabase(
            "serve",
            "--database",
            "postgres://affluent:geheim@127.0.0.1:1/x"
        );

        Assert.Equal(ExitCode.DatabaseUnreachable, code);
        Assert.Contains("PostgreSQL cannot be reached", errors);
        Assert.DoesNotContain("geheim", errors);
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_and_left_alone()
    {
        var path = Path.Combine(_folder.FullName, "notes.txt");
        await File.WriteAllTextAsync(path, new string('x', 5000), TestContext.Current.CancellationToken);

        var (code, _, errors) = await Terminal.RunWithoutDatabase("migrate", "--database", path);

        Assert.Equal(ExitCode.DatabaseUnreachable, code);
        Assert.Contains("no SQLite database", errors);
        Assert.Equal(5000, new FileInfo(path).Length);
    }

    [Theory, OnSqliteOnly("PostgreSQL serves as many processes as come.")]
    public async Task A_second_process_does_not_serve_the_same_file_and_commands_work_beside_the_first(
        DatabaseKind kind
    )
    {
        await using var database = await TestDatabase.Create(kind);
        // Should the second come as far as listening, it ends there.
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        string[] serve = ["serve", "--test-bank-listen", "off", "--listen", $"http://{taken.LocalEndpoint}"];

        await using (ServingLock.Take(database.Database))
        {
            var (code, _, errors) = await Terminal.Run(database, serve);
            var (beside, _, _) = await Terminal.Run(database, "client", "create", "--name", "Shop");

            Assert.Equal((ExitCode.DatabaseUnreachable, ExitCode.Done), (code, beside));
            Assert.Contains("Another process serves", errors);
        }
        var (after, _, _) = await Terminal.Run(database, serve);
        Assert.Equal(ExitCode.CannotListen, after);
    }

    [Fact]
    public async Task A_master_key_of_equal_bytes_is_refused()
    {
        var path = Path.Combine(_folder.FullName, "zero.key");
        KeyFile.Reserve(path);
        await File.WriteAllTextAsync(path, Convert.ToBase64String(new byte[32]), TestContext.Current.CancellationToken);

        Assert.Contains(
            "one byte again and again",
            Assert.Throws<KeyFileException>(() => MasterKey.Load(path, mayCreate: false)).Message
        );
    }

    [Theory, OnBothDatabases]
    public async Task The_health_of_a_running_process_can_be_asked_from_the_command_line(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);

        var (code, output, _) = await Terminal.RunWithoutDatabase("health", app.Origin.ToString());
        Assert.Equal((ExitCode.Done, "ready\n"), (code, output));

        await app.Drop("schema_versions");
        // It looks once a second.
        app.Time.Advance(TimeSpan.FromSeconds(1));
        (code, _, var errors) = await Terminal.RunWithoutDatabase("health", app.Origin.ToString());
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("503", errors);

        (code, _, errors) = await Terminal.RunWithoutDatabase("health", "http://127.0.0.1:1");
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("does not answer", errors);
        (code, _, _) = await Terminal.RunWithoutDatabase("health", "nonsense");
        Assert.Equal(ExitCode.Usage, code);
    }

    [Theory, OnBothDatabases]
    public async Task A_port_in_use_is_told_with_the_setting_to_change(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var address = $"http://{taken.LocalEndpoint}";

        var (code, _, errors) = await Terminal.Run(database, "serve", "--test-bank-listen", "off", "--listen", address);

        Assert.Equal(ExitCode.CannotListen, code);
        Assert.Equal(
            $"Nothing can listen at {address}: the port is in use: stop the other program or choose another address (setting listen, --listen).",
            errors.Trim()
        );
    }

    [Theory, OnBothDatabases]
    public async Task A_new_clients_secret_is_shown_once_and_stored_as_a_hash(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);

        var (made, output, _) = await Terminal.Run(
            database,
            "client",
            "create",
            "--name",
            "Shop",
            "--scopes",
            "accounts_read,transactions_read",
            "--redirect-urls",
            "https://shop.example/back"
        );
        var lines = output
            .Split('\n')
            .Select(l => l.Trim().Split('=', 2))
            .Where(l => l.Length == 2)
            .ToDictionary(l => l[0], l => l[1]);
        var (_, list, _) = await Terminal.Run(database, "client", "list");
        var (rotated, second, _) = await Terminal.Run(database, "client", "rotate-secret", lines["client_id"]);
        var (unknown, _, errors) = await Terminal.Run(database, "client", "rotate-secret", "nobody");

        Assert.Equal((ExitCode.Done, ExitCode.Done, ExitCode.Failed), (made, rotated, unknown));
        Assert.Contains($"{lines["client_id"]}  Shop", list);
        Assert.Contains("scopes: accounts_read transactions_read", list);
        Assert.Contains("redirects: https://shop.example", list);
        Assert.DoesNotContain(lines["client_secret"], list);
        Assert.Contains("client_secret=", second);
        Assert.DoesNotContain(lines["client_secret"], second);
        Assert.Contains("There is no client nobody", errors);
    }

    [Theory, OnBothDatabases]
    public async Task A_client_is_closed_opened_and_only_on_a_clear_word_erased(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        var (_, output, _) = await Terminal.Run(database, "client", "create", "--name", "Shop");
        var id = output.Split('\n')[0].Trim().Split('=')[1];

        var (disabled, _, _) = await Terminal.Run(database, "client", "disable", id);
        var (_, closed, _) = await Terminal.Run(database, "client", "list");
        var (enabled, _, _) = await Terminal.Run(database, "client", "enable", id);
        var (_, open, _) = await Terminal.Run(database, "client", "list");
        var (asked, _, question) = await Terminal.Run(database, "client", "delete", id);
        var (deleted, _, _) = await Terminal.Run(database, "client", "delete", id, "--yes");
        var (again, _, errors) = await Terminal.Run(database, "client", "delete", id, "--yes");
        var (_, none, _) = await Terminal.Run(database, "client", "list");

        Assert.Equal((ExitCode.Done, ExitCode.Done, ExitCode.Usage), (disabled, enabled, asked));
        Assert.Contains("Shop  (closed)", closed);
        Assert.DoesNotContain("(closed)", open);
        Assert.Contains("add --yes", question);
        Assert.Equal((ExitCode.Done, ExitCode.Failed), (deleted, again));
        Assert.Contains($"There is no client {id}", errors);
        Assert.Equal("", none);
    }

    [Theory]
    [OnBothDatabases("--scopes", "everything", "Unknown scope 'everything'")]
    [OnBothDatabases("--grants", "implicit", "Unknown grant 'implicit'")]
    [OnBothDatabases("--redirect-urls", "http://shop.example", "must be https")]
    public async Task A_client_that_cannot_be_is_refused_before_anything_is_stored(
        DatabaseKind kind,
        string option,
        string value,
        string why
    )
    {
        await using var database = await TestDatabase.CreateEmpty(kind);

        var (code, _, errors) = await Terminal.Run(database, "client", "create", "--name", "Shop", option, value);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(why, errors);
        Assert.True(await database.IsUntouched());
    }

    [Fact]
    public async Task A_scenario_with_wrong_lines_keeps_the_test_bank_closed_and_names_them()
    {
        var scenario = Path.Combine(_folder.FullName, "people.json");
        await File.WriteAllTextAsync(scenario, "{ \"people\": 7 }", TestContext.Current.CancellationToken);

        var (code, _, errors) = await Terminal.RunWithoutDatabase(
            "test-bank",
            "--test-bank-listen",
            "http://127.0.0.1:0",
            "--test-bank-scenario",
            scenario,
            "--data-directory",
            _folder.FullName
        );

        Assert.Equal(ExitCode.Settings, code);
        Assert.Contains("people.json", errors);
    }

    [Theory, OnBothDatabases]
    public async Task A_bank_of_the_operator_with_faults_keeps_the_platform_from_starting(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        var banks = _folder.CreateSubdirectory("banks");
        await File.WriteAllTextAsync(
            Path.Combine(banks.FullName, "mine.json"),
            "{ \"id\": \"4711\" }",
            TestContext.Current.CancellationToken
        );

        var (code, _, errors) = await Terminal.Run(
            database,
            "serve",
            "--test-bank-listen",
            "off",
            "--listen",
            "http://127.0.0.1:0",
            "--catalogue-folder",
            banks.FullName
        );

        Assert.Equal(ExitCode.Settings, code);
        Assert.Contains("mine.json", errors);
    }
}
