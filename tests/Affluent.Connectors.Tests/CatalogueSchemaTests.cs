using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Affluent.Connectors.Tests;

/// <summary>The published schema, as a validator judges that was written elsewhere (npm ajv), beside the program that reads the files.</summary>
public sealed partial class CatalogueSchemaTests
{
    private const string Bank = """
        {
          "id": "4711", "name": "Bank", "country_code": "FRA", "base_url": "https://bank.example",
          "channels": [{
            "connector": "stet", "account_types": ["CHECKINGS"],
            "settings": {
              "authorize_url": "https://bank.example/authorize", "token_url": "https://bank.example/token",
              "api_url": "https://bank.example/api", "client_id": "ours"
            }
          }]
        }
        """;

    private const string Profile = """
        {
          "profile": "group",
          "channel": {
            "connector": "stet", "account_types": ["CHECKINGS"],
            "settings": { "authorize_url": "https://{region}.bank.example/authorize", "pkce": "false" }
          }
        }
        """;

    private const string List = """
        {
          "common": { "country_code": "FRA", "base_url": "https://{region}.bank.example" },
          "brands": [{
            "id": "4712", "name": "North", "variables": { "region": "north" },
            "channels": [{ "profile": "group", "settings": { "pkce": "", "token_url": "https://a.example", "api_url": "https://a.example", "client_id": "ours" } }]
          }]
        }
        """;

    // What takes the place of a member at a path; nothing: it goes.
    private static readonly (string File, string Path, string? Value)[] Faults =
    [
        (Bank, "id", null),
        (Bank, "id", "4711"),
        (Bank, "id", "\"0815\""),
        (Bank, "name", null),
        (Bank, "name", "\" \""),
        (Bank, "country_code", "\"FR\""),
        (Bank, "base_url", "\"bank.example\""),
        (Bank, "nmae", "\"misspelt\""),
        (Bank, "test", "\"true\""),
        (Bank, "readings_a_day", "5"),
        (Bank, "concurrent_runs", "0"),
        (Bank, "requests_per_second", "1.5"),
        (Bank, "quiet_hours", """[{ "from": "24:00", "until": "01:00" }]"""),
        (Bank, "quiet_hours", """[{ "from": "23:00", "until": "01:00", "days": ["SAT"] }]"""),
        (Bank, "maintenance", """[{ "from": "2026-12-01T22:00", "until": "2026-12-02T04:00Z" }]"""),
        (Bank, "outage", """{ "failures": 0 }"""),
        (Bank, "variables", """{ "region": 1 }"""),
        (Bank, "channels", null),
        (Bank, "channels", "[]"),
        (Bank, "channels[0].connector", "\"stte\""),
        (Bank, "channels[0].connector", null),
        (Bank, "channels[0].profile", "\"group\""),
        (Bank, "channels[0].mode", "\"redirect\""),
        (Bank, "channels[0].account_types", null),
        (Bank, "channels[0].account_types", "[]"),
        (Bank, "channels[0].account_types", "[\"CURRENT\"]"),
        (Bank, "channels[0].consent_days", "0"),
        (Bank, "channels[0].transaction_ids", "\"YES\""),
        (Bank, "channels[0].reconciliation", """{ "tiers": ["EXACT"] }"""),
        (Bank, "channels[0].reconciliation", """{ "pending_days": 63 }"""),
        (Bank, "channels[0].reconciliation", """{ "transaction_ids": "STABLE" }"""),
        (Bank, "channels[0].shadow_reconciliation", """{ "text_edits": "no" }"""),
        (Bank, "channels[0].balance_kinds", "[\"BEST\"]"),
        (Bank, "channels[0].settings", null),
        (Bank, "channels[0].settings.api_url", null),
        (Bank, "channels[0].settings.api_url", "\"bank.example/api\""),
        (Bank, "channels[0].settings.pkce", "true"),
        (Bank, "channels[0].settings.pkce", "\"yes\""),
        (Bank, "channels[0].settings.history_days", "\"-1\""),
        (Bank, "channels[0].settings.token_request", "\"xml\""),
        (Bank, "channels[0].settings.signature_calls", "\"consent account\""),
        (Bank, "channels[0].settings.booking_status", "\"both\""),
        (Bank, "channels[0].settings.data_headers", """{ "X:Y": "1" }"""),
        (Bank, "channels[0].settings.data_headers", """{ "X": "$code" }"""),
        (Bank, "channels[0].settings.data_headers", """{ "X": 1 }"""),
        (Profile, "profile", "\"The Group\""),
        (Profile, "channel", null),
        (Profile, "channel.id", "\"471101\""),
        (Profile, "channel.mode", "\"REDIRECT\""),
        (Profile, "channel.connector", null),
        (Profile, "channel.settings.pkcs", "\"false\""),
        (Profile, "brands", "[]"),
        (List, "brands", "[]"),
        (List, "brands[0].id", null),
        (List, "brands[0].name", null),
        (List, "common", null),
        (List, "common.country_code", null),
        (List, "banks", "[]"),
    ];

    // The same, where nothing is wrong.
    private static readonly (string File, string Path, string? Value)[] Harmless =
    [
        (Bank, "$schema", "\"catalogue.schema.json\""),
        (Bank, "channels[0].id", "\"471101\""),
        (Bank, "base_url", "\"{place}/site\""),
        (Bank, "maintenance", """[{ "from": "2026-12-01T22:00+01:00", "until": "2026-12-02T04:00:00Z" }]"""),
        (Bank, "quiet_hours", """[{ "from": "23:30", "until": "01:15", "days": ["SATURDAY"] }]"""),
        (Bank, "outage", """{ "failures": 5, "first_pause_seconds": 30 }"""),
        (Bank, "channels[0].reconciliation", """{ "tiers": ["BOOKED"], "text_edits": false }"""),
        (Bank, "channels[0].shadow_reconciliation", """{ "transaction_ids": "STABLE", "pending_days": 3 }"""),
        (Bank, "channels[0].settings.token_auth", "\"{way}\""),
        (Bank, "channels[0].settings.signature_calls", "\"token  data\""),
        (Bank, "channels[0].settings.api_url", "\"{place}/api\""),
        (Bank, "channels[0].settings.data_headers", """{ "X-Cost": "5 $$", "X-Id": "$uuid-1", "X": "$" }"""),
        (Profile, "$schema", "\"catalogue.schema.json\""),
        (List, "$schema", "\"catalogue.schema.json\""),
        (List, "brands[0].channels[0].settings.api_url", "\"https://other.example\""),
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_has_a_fault_fits_neither_the_schema_nor_the_program_and_what_has_none_fits_both()
    {
        var said = await Judge([.. Faults.Concat(Harmless).Select(f => Changed(f.File, f.Path, f.Value))]);

        var wrong = Faults
            .Concat(Harmless)
            .Select(
                (f, i) =>
                    (f, Schema: said[i] == "fits", Program: Reads(f.File, f.Path, f.Value), Good: i >= Faults.Length)
            )
            .Where(f => f.Schema != f.Good || f.Program != f.Good)
            .Select(f => $"{f.f.Path} {f.f.Value}: schema {f.Schema}, program {f.Program}");
        Assert.Empty(wrong);
    }

    [Fact]
    public async Task What_ships_and_what_the_documentation_shows_fits()
    {
        var examples = JsonBlock()
            .Matches(File.ReadAllText(Path.Combine(Root, "docs", "advanced", "connectors.md")))
            .Select(m => m.Groups["json"].Value)
            .Where(json => json.StartsWith('{'))
            .ToArray();
        var files = Directory.GetFiles(Path.Combine(Root, "src", "Affluent.Connectors", "catalogue"), "*.json");

        var said = await Judge([.. examples, .. files.Select(File.ReadAllText), Bank, Profile, List]);

        Assert.True(examples.Length >= 3, "the page shows a bank, a profile and a list of brands");
        Assert.Equal(Enumerable.Repeat("fits", examples.Length + files.Length + 3), said);
    }

    private static string Changed(string file, string path, string? value)
    {
        var root = JsonNode.Parse(file)!;
        var steps = path.Replace("[0]", ".0", StringComparison.Ordinal).Split('.');
        var at = root;
        foreach (var step in steps[..^1])
        {
            at = step == "0" ? at[0]! : at[step]!;
        }
        if (value is null)
        {
            ((JsonObject)at).Remove(steps[^1]);
        }
        else
        {
            at[steps[^1]] = JsonNode.Parse(value);
        }
        return root.ToJsonString();
    }

    // The files stand beside each other, so that those of others hold.
    private static bool Reads(string file, string path, string? value)
    {
        List<CatalogueFault> faults = [];
        Catalogue.Read(
            ((string[])[Bank, Profile, List]).Select(f =>
                ($"{f.Length}.json", f == file ? Changed(file, path, value) : f)
            ),
            new Dictionary<string, string> { ["place"] = "https://place.example", ["way"] = "none" },
            faults
        );
        return faults.Count == 0;
    }

    private static async Task<string[]> Judge(IReadOnlyList<string> documents)
    {
        var folder = Path.Combine(Root, "tests", "json-schema");
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            Assert.False(
                Environment.GetEnvironmentVariable("CI") == "true",
                "In CI this test needs: npm ci --prefix tests/json-schema"
            );
            Assert.Skip("ajv is not installed: npm ci --prefix tests/json-schema");
        }
        using var node = Process.Start(
            new ProcessStartInfo("node", ["validate.mjs", "../../docs/reference/catalogue.schema.json"])
            {
                WorkingDirectory = folder,
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        foreach (var document in documents)
        {
            await node.StandardInput.WriteLineAsync(JsonNode.Parse(document)!.ToJsonString().AsMemory(), Stop);
        }
        node.StandardInput.Close();
        var said = await node.StandardOutput.ReadToEndAsync(Stop);
        await node.WaitForExitAsync(Stop);
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Root
    {
        get
        {
            var directory = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(directory!.FullName, "Affluent.slnx")))
            {
                directory = directory.Parent;
            }
            return directory.FullName;
        }
    }

    [GeneratedRegex("```json\n(?<json>.*?)```", RegexOptions.Singleline, matchTimeoutMilliseconds: 5000)]
    private static partial Regex JsonBlock();
}
