using System.Net;
using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Commands;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Commands;

/// <summary>What operators do beside the running platform: change clients, look into users' trouble, erase.</summary>
public sealed class OperatorCommandTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task An_old_secret_is_good_beside_the_new_one_for_as_long_as_it_was_allowed(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var old = await app.CreateClient();

        var (code, output, _) = await app.Command("client", "rotate-secret", old.ClientId, "--keep-old", "2");

        Assert.Equal(ExitCode.Done, code);
        var fresh = old with { Secret = Secret(output) };
        // The command takes the machine's time, the platform under test its own: the rows are of the command.
        app.Time.SetUtcNow(TimeProvider.System.GetUtcNow());
        await app.ClientToken(old);
        await app.ClientToken(fresh);
        app.Time.Advance(TimeSpan.FromHours(2.1));
        await app.PostAuth("/auth/token", old, ("grant_type", "client_credentials"))
            .IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        await app.ClientToken(fresh);
    }

    [Theory, OnBothDatabases]
    public async Task Without_a_word_the_old_secret_ends_at_once_for_the_widget_too(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var old = await app.CreateClient();
        await app.Command("client", "rotate-secret", old.ClientId, "--keep-old", "2");

        var (code, output, _) = await app.Command("client", "rotate-secret", old.ClientId);

        Assert.Equal(ExitCode.Done, code);
        app.Time.SetUtcNow(TimeProvider.System.GetUtcNow());
        await app.PostAuth("/auth/token", old, ("grant_type", "client_credentials"))
            .IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        await app.ClientToken(old with { Secret = Secret(output) });
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("721")]
    [InlineData("soon")]
    public async Task Hours_out_of_bounds_are_refused(string hours)
    {
        var (code, _, errors) = await Terminal.RunWithoutDatabase("client", "rotate-secret", "x", "--keep-old", hours);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("keep-old", errors, StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task A_client_is_changed_in_what_is_named_and_in_nothing_else(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient(
            clientMode: true,
            "profile",
            "password",
            ownTerms: true,
            "https://shop.example/back"
        );

        var (code, _, _) = await app.Command(
            "client",
            "update",
            client.ClientId,
            "--name",
            "Shop",
            "--redirect-urls",
            "https://shop.example/a https://shop.example/b"
        );

        Assert.Equal(ExitCode.Done, code);
        var (_, shown, _) = await app.Command("client", "list");
        Assert.Contains($"{client.ClientId}  Shop", shown, StringComparison.Ordinal);
        Assert.Contains("grants: password", shown, StringComparison.Ordinal);
        Assert.Contains("scopes: profile", shown, StringComparison.Ordinal);
        Assert.Contains("redirects: https://shop.example/a https://shop.example/b", shown, StringComparison.Ordinal);
        Assert.Contains("client mode: yes", shown, StringComparison.Ordinal);
        Assert.Contains("own terms: yes", shown, StringComparison.Ordinal);
        await app.Command("client", "update", client.ClientId, "--redirect-urls");
        Assert.Contains("redirects: none", (await app.Command("client", "list")).Output, StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task In_a_sandbox_a_client_signs_users_in_by_password_without_a_word_about_grants(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);

        var (code, output, _) = await app.Command("client", "create", "--name", "Lab");

        Assert.Equal(ExitCode.Done, code);
        var (_, shown, _) = await app.Command("client", "list");
        Assert.Contains(
            "grants: client_credentials password authorization_code refresh_token",
            shown,
            StringComparison.Ordinal
        );
        Assert.NotEqual("", Secret(output));
        Assert.Equal(["client_credentials", "refresh_token"], NewClient.StandardGrants(InstallationKind.Production));
    }

    [Theory, OnBothDatabases]
    public async Task What_a_client_loses_ends_its_tokens_and_what_it_gains_does_not(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient();
        var (http, _) = await app.SignedInUser(client);

        await app.Command("client", "update", client.ClientId, "--client-mode", "true");
        await app.Service<Revocations>().Refresh(Stop);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/api/v2.1/users/me", Stop)).StatusCode);
        var (code, _, _) = await app.Command(
            "client",
            "update",
            client.ClientId,
            "--scopes",
            "users_create accounts_read"
        );
        await app.Service<Revocations>().Refresh(Stop);

        Assert.Equal(ExitCode.Done, code);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/api/v2.1/users/me", Stop)).StatusCode);
    }

    [Theory, OnBothDatabases]
    public async Task A_change_that_makes_no_client_is_refused_and_an_unknown_client_named(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient();

        var (wrong, _, why) = await app.Command("client", "update", client.ClientId, "--scopes", "root");
        var (unknown, _, who) = await app.Command("client", "update", "nobody", "--name", "X");

        Assert.Equal(ExitCode.Usage, wrong);
        Assert.Contains("'root'", why, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, unknown);
        Assert.Contains("no client nobody", who, StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task Users_are_listed_page_by_page_found_by_address_and_those_of_others_are_not_shown(
        DatabaseKind kind
    )
    {
        await using var app = await TestApp.Start(kind);
        var client = await app.CreateClient();
        var first = await app.CreateUser(client, "ada@example.org");
        var second = await app.CreateUser(client, "bob@example.org");
        await app.CreateUser(await app.CreateClient(), "cyd@example.org");

        var (_, page, more) = await app.Command("users", "list", client.ClientId, "--limit", "1");
        var (_, rest, _) = await app.Command("users", "list", client.ClientId, "--after", $"{first.Id}");
        var (_, found, _) = await app.Command("users", "list", client.ClientId, "--email", " Bob@Example.org");

        Assert.Contains("ada@example.org", page, StringComparison.Ordinal);
        Assert.Contains($"--after {first.Id}", more, StringComparison.Ordinal);
        Assert.StartsWith($"{second.Id}  ", rest, StringComparison.Ordinal);
        Assert.Equal(rest, found);
        Assert.DoesNotContain("cyd", page + rest, StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task Users_are_erased_for_good_and_a_second_time_is_no_fault(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (http, user) = await app.SignedInUser();
        await app.StoreConnection(user);

        var (unsure, _, _) = await app.Command("users", "erase", $"{user.Id}");
        var (code, output, told) = await app.Command("users", "erase", $"{user.Id}", "--yes");
        await app.Service<Revocations>().Refresh(Stop);
        var (_, again, _) = await app.Command("users", "erase", $"{user.Id}", "--yes");

        Assert.Equal((ExitCode.Usage, ExitCode.Done), (unsure, code));
        Assert.Contains("erased 1 users", output, StringComparison.Ordinal);
        Assert.Contains($"{user.Id}", told, StringComparison.Ordinal);
        Assert.Contains("erased 0 users; 1 were gone", again, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync("/api/v2.1/users/me", Stop)).StatusCode);
        Assert.Equal(0, await app.Count("connections"));
    }

    [Theory, OnBothDatabases]
    public async Task A_connection_is_explained_and_nothing_of_its_money_is_shown(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (_, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        await app.StoreAccount(connection);
        await app.Database.Write(
            db =>
                ChannelStore.Save(
                    db,
                    new ChannelKey(user.Id, connection.Id, new ChannelDefinitionId("50100"), 0),
                    new ChannelChange
                    {
                        Status = ChannelStatus.AuthFailed,
                        Reason = ChannelReason.WrongCredentials,
                        EndedAt = 1_772_438_400,
                    }
                ),
            Stop
        );

        var (code, shown, _) = await app.Command("connections", "show", $"{connection.Id}");
        var (_, listed, _) = await app.Command("connections", "list", "--user", $"{user.Id}");
        var (_, failing, _) = await app.Command(
            "connections",
            "list",
            "--client",
            user.Client.ClientId,
            "--status",
            "FAILED"
        );

        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("AUTH_FAILED, wrong_credentials", shown, StringComparison.Ordinal);
        Assert.Contains("The user enters them anew", shown, StringComparison.Ordinal);
        Assert.Contains("2026-03-02 08:00:00 UTC", shown, StringComparison.Ordinal);
        Assert.Contains("accounts: 1", shown, StringComparison.Ordinal);
        Assert.StartsWith($"{connection.Id}  SUCCESS", listed, StringComparison.Ordinal);
        Assert.Equal("", failing);
        Assert.DoesNotContain("Lovelace", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "1234",
            shown
                .Replace($"{connection.Id}", "", StringComparison.Ordinal)
                .Replace($"{user.Id}", "", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
    }

    [Theory, OnBothDatabases]
    public async Task A_connection_that_waits_for_its_bank_says_until_when(DatabaseKind kind)
    {
        var folder = Directory.CreateTempSubdirectory("affluent-test-");
        // Quiet at whatever time the test runs.
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "quiet.json"),
            """
            {
              "id": "501", "name": "Bank of the Night", "country_code": "FRA", "base_url": "https://bank.example", "time_zone": "UTC",
              "quiet_hours": [{ "from": "00:00", "until": "12:00" }, { "from": "12:00", "until": "00:00" }],
              "channels": [{
                "id": "50100", "connector": "website", "account_types": ["CHECKINGS"], "unattended_readings": 2,
                "settings": { "login_url": "https://bank.example/login" },
                "credentials": [{ "id": "300", "name": "login", "labels": { "en": "User ID", "fr": "Identifiant" }, "type": "TEXT" }]
              }]
            }
            """,
            Stop
        );
        await using var app = await TestApp.StartWithBanks(kind);
        var (_, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);

        var (code, shown, errors) = await app.Command(
            "connections",
            "show",
            $"{connection.Id}",
            "--catalogue-folder",
            folder.FullName
        );
        folder.Delete(recursive: true);

        Assert.True(code == ExitCode.Done, errors);
        Assert.Matches(
            "quiet hours: asked nothing before 20[-0-9]{8} (00|12):00:00 UTC, unless somebody asks for it",
            shown
        );
        Assert.Contains("readings without the user left, of channel 50100: 2\n", shown, StringComparison.Ordinal);
    }

    [Theory, OnBothDatabases]
    public async Task Less_often_is_said_only_of_what_is_tried_again_at_all(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        var (_, user) = await app.SignedInUser();
        var connection = await app.StoreConnection(user);
        await app.Database.Write(
            db =>
                ConnectionsStore.SetStatus(
                    db,
                    user.Id,
                    connection.Id,
                    ConnectionStatus.Failed,
                    failingSince: 1_772_438_400
                ),
            Stop
        );

        var (_, shown, _) = await app.Command("connections", "show", $"{connection.Id}");

        Assert.Contains("every run has failed since 2026-03-02 08:00:00 UTC", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("less often", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("connections", "list")]
    [InlineData("connections", "list", "--client", "a", "--user", "1")]
    [InlineData("connections", "list", "--client", "a", "--status", "BAD")]
    [InlineData("connections", "show", "one")]
    [InlineData("users", "list", "a", "--limit", "0")]
    public async Task What_cannot_be_meant_is_refused_with_the_reason(params string[] arguments)
    {
        var (code, _, errors) = await Terminal.RunWithoutDatabase(arguments);

        Assert.Equal(ExitCode.Usage, code);
        Assert.NotEqual("", errors);
    }

    [Fact]
    public void Every_reason_has_advice_of_its_own() =>
        Assert.Equal(
            Enum.GetValues<ChannelReason>().Length,
            Enum.GetValues<ChannelReason>().Select(ChannelAdvice.Of).Distinct(StringComparer.Ordinal).Count()
        );

    private static string Secret(string output) =>
        output
            .Split('\n')
            .Single(line => line.StartsWith("client_secret=", StringComparison.Ordinal))["client_secret=".Length..]
            .Trim();
}
