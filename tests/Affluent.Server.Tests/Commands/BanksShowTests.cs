using Affluent.Server.Commands;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Commands;

/// <summary><c>banks list</c> and <c>banks show</c>: which real banks there are, what they lack, and an entry without its secrets.</summary>
public sealed class BanksShowTests : IDisposable
{
    private const string Entry = """
        {
          "id": "4711", "name": "Bank of the North", "country_code": "FRA", "base_url": "https://bank.example", "bic": "NORDFRPP",
          "verified": "SPECIFICATION",
          "channels": [{
            "connector": "stet", "account_types": ["CHECKINGS"],
            "settings": {
              "authorize_url": "{north}/authorize", "token_url": "{north}/token", "api_url": "https://api.bank.example/v1",
              "client_id": "ours", "client_secret": "S3CRET-of-the-entry",
              "code_fields": { "proof": "S3CRET-of-the-entry, again", "scope": "{north_scope}" },
              "data_headers": { "X-Api-Key": "K3Y-of-the-entry", "X-Client": "$client_id", "Authorization": "Bearer $access_token" }
            }
          }]
        }
        """;

    private readonly DirectoryInfo _banks = Directory.CreateTempSubdirectory("affluent-test-");
    private readonly DirectoryInfo _variables = Directory.CreateTempSubdirectory("affluent-test-");

    public void Dispose()
    {
        _banks.Delete(recursive: true);
        _variables.Delete(recursive: true);
    }

    [Theory, OnBothDatabases]
    public async Task An_entry_is_shown_with_variables_by_name_and_without_secrets(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        await File.WriteAllTextAsync(Path.Combine(_banks.FullName, "north.json"), Entry, Stop);
        Set("north", "https://north.hidden.example");
        Set("north_scope", "hidden-scope");

        var (code, output, errors) = await Run(database, "show", "4711");

        Assert.True(code == ExitCode.Done, errors);
        Assert.Contains("    FRA, BIC NORDFRPP, days of Europe/Paris, https://bank.example/\n", output);
        Assert.Contains("    verified: SPECIFICATION (", output);
        string[] shown =
        [
            "api_url: https://api.bank.example/v1",
            "authorize_url: {north}/authorize",
            "client_id: ours",
            "client_secret: (not shown)",
            "code_fields: proof = (not shown), again",
            "code_fields: scope = {north_scope}",
            "data_headers: Authorization = Bearer $access_token",
            "data_headers: X-Api-Key = (not shown)",
            "data_headers: X-Client = $client_id",
            "token_url: {north}/token",
        ];
        Assert.All(shown, line => Assert.Contains($"        {line}\n", output));
        Assert.DoesNotContain("S3CRET", output);
        Assert.DoesNotContain("K3Y", output);
        Assert.DoesNotContain("hidden", output);
    }

    [Theory, OnBothDatabases]
    public async Task A_bank_that_ships_is_there_once_its_variables_are_set(DatabaseKind kind)
    {
        await using var database = await TestDatabase.Create(kind);
        Set("credit_agricole_client_id", "hidden-client");

        var (_, before, _) = await Run(database, "list");
        Assert.Matches("12500220 +NOT CONFIGURED +Caisse d'Épargne CEPAC: bpce_client_id\n", before);
        Assert.Matches(
            "12500101 +NOT CONFIGURED +Crédit Agricole Alpes Provence: credit_agricole_client_name, credit_agricole_key_id\n",
            before
        );

        var (_, missing, _) = await Run(database, "show", "12500220");
        Assert.StartsWith("bank 12500220 Caisse d'Épargne CEPAC: NOT CONFIGURED\n", missing);
        Assert.Contains("variables that are not set: bpce_client_id\n", missing);
        Assert.Contains("verified: REPLAY (", missing);
        Assert.Contains("entry of channel 1250022001: stet, profile bpce\n", missing);
        Assert.Contains("client_id: {bpce_client_id}\n", missing);

        Set("bpce_client_id", "hidden-client");
        var (_, after, _) = await Run(database, "list");
        Assert.Matches("12500220 +open +0 runs +Caisse d'Épargne CEPAC\n", after);
        Assert.DoesNotContain("bpce_client_id", after);
        var (code, shown, errors) = await Run(database, "show", "12500220");
        Assert.True(code == ExitCode.Done, errors);
        Assert.Contains("client_id: {bpce_client_id}\n", shown);
        Assert.DoesNotContain("hidden", shown);

        (code, _, errors) = await Run(database, "show", "1");
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("has no bank 1.", errors);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private void Set(string name, string value)
    {
        var file = Path.Combine(_variables.FullName, name);
        File.WriteAllText(file, value);
        File.SetUnixFileMode(file, UnixFileMode.UserRead);
    }

    private Task<(ExitCode Code, string Output, string Errors)> Run(TestDatabase database, params string[] command) =>
        Terminal.Run(
            database,
            [
                "banks",
                .. command,
                "--test-bank-url",
                "off",
                "--catalogue-folder",
                _banks.FullName,
                "--bank-variables-folder",
                _variables.FullName,
            ]
        );
}
