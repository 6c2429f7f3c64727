using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Affluent.Connectors;
using Affluent.Connectors.Contract;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Docs;

/// <summary>The form of the catalogue's files, as it is published and as a page tells it, is the one that the program knows.</summary>
public sealed partial class CatalogueDocsTests
{
    private const string Begin = "<!-- members and settings, written by their test -->";
    private const string End = "<!-- end of members and settings -->";

    private static readonly (string Definition, string Title)[] Objects =
    [
        ("bank", "Bank"),
        ("channel", "Channel"),
        ("strict", "Strict"),
        ("credential", "Field of a login form"),
        ("reconciliation", "Reconciliation"),
        ("quiet_hours", "Quiet hours"),
        ("maintenance", "Maintenance"),
        ("outage", "Outage"),
        ("upstream_bank", "Upstream bank"),
        ("profile", "Profile"),
        ("brands", "List of brands"),
    ];

    private static bool Update => Environment.GetEnvironmentVariable("AFFLUENT_UPDATE_DOCS") == "1";

    [Fact]
    public void The_published_schema_is_the_one_of_the_families_and_members_of_today()
    {
        var path = Path.Combine(Repository.Root, "docs", "reference", "catalogue.schema.json");
        if (Update)
        {
            File.WriteAllText(path, CatalogueSchema.Text);
        }
        Assert.True(
            File.ReadAllText(path) == CatalogueSchema.Text,
            "docs/reference/catalogue.schema.json is old: run this class with AFFLUENT_UPDATE_DOCS=1"
        );
    }

    [Fact]
    public void The_page_tells_all_members_and_settings()
    {
        using var schema = JsonDocument.Parse(CatalogueSchema.Text);
        Tells(
            "catalogue.md",
            Begin,
            End,
            Objects
                .Select(o => Members(o.Title, schema.RootElement.GetProperty("$defs").GetProperty(o.Definition)))
                .Concat(Settings())
        );
    }

    [Fact]
    public void The_page_of_banks_tells_all_that_ship()
    {
        var names = CultureInfo
            .GetCultures(CultureTypes.SpecificCultures)
            .Select(culture => new RegionInfo(culture.Name))
            .DistinctBy(region => region.ThreeLetterISORegionName)
            .ToDictionary(region => region.ThreeLetterISORegionName, region => region.EnglishName);
        Tells(
            "banks.md",
            "<!-- banks that ship, written by their test -->",
            "<!-- end of banks that ship -->",
            Catalogue
                .Unfilled()
                .Where(bank => !bank.Test)
                .GroupBy(bank => names[bank.CountryCode])
                .OrderBy(country => country.Key != "France")
                .ThenBy(country => country.Key, StringComparer.Ordinal)
                .Select(country =>
                    string.Join(
                        '\n',
                        [
                            $"## {country.Key}",
                            "",
                            "| id | bank | BIC | family | profile | verified | variables |",
                            Line(7),
                            .. country.Select(BankRow),
                        ]
                    )
                )
        );
    }

    private static string BankRow(Provider bank)
    {
        var channel = bank.Channels.Single();
        var variables = channel
            .Settings.Values.SelectMany(value => Placeholder().Matches(value))
            .Select(match => match.Groups["name"].Value)
            .Distinct();
        return $"| {bank.Id} | {bank.Name} | {bank.Bic ?? ""} | `{channel.Connector}` | `{channel.Profile}` | {JsonNamingPolicy.SnakeCaseUpper.ConvertName($"{bank.Verified}")} | {Words(variables)} |";
    }

    private static void Tells(string page, string begin, string end, IEnumerable<string> sections)
    {
        var path = Path.Combine(Repository.Root, "docs", "reference", page);
        var text = File.ReadAllText(path);
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal), text.IndexOf(end, StringComparison.Ordinal));
        Assert.True(from >= 0 && to > from, "the page has no place for the tables");
        var tables = string.Join("\n\n", sections);
        if (Update)
        {
            text = $"{text[..from]}{begin}\n\n{tables}\n\n{text[to..]}";
            File.WriteAllText(path, text);
            to = text.IndexOf(end, StringComparison.Ordinal);
        }
        Assert.True(
            text[(from + begin.Length)..to].Trim() == tables,
            $"docs/reference/{page} is old: run this class with AFFLUENT_UPDATE_DOCS=1"
        );
    }

    private static string Members(string title, JsonElement described)
    {
        var required = described.GetProperty("required").EnumerateArray().Select(name => name.GetString()).ToHashSet();
        var rows = described
            .GetProperty("properties")
            .EnumerateObject()
            .Select(m =>
                $"| `{m.Name}` | {Form(m.Value)} | {UnlessSaid(m.Value, required.Contains(m.Name))} | {m.Value.GetProperty("description").GetString()} |"
            );
        return string.Join('\n', [$"## {title}", "", "| member | holds | unless said | meaning |", Line(4), .. rows]);
    }

    private static IEnumerable<string> Settings()
    {
        var manifests = Families.All.Select(f => f.Manifest).ToArray();
        // Families may ask for one of them where another does not.
        var named = manifests
            .SelectMany(m => m.Settings.Select(s => (m.Family, Setting: s)))
            .GroupBy(s => (s.Setting.Name, s.Setting.Kind, s.Setting.Meaning))
            .ToArray();
        yield return string.Join(
            '\n',
            [
                "## Settings of several families",
                "",
                "| setting | holds | families | meaning |",
                Line(4),
                .. named
                    .Where(s => s.Count() > 1)
                    .Select(s =>
                        $"| `{s.Key.Name}` | {Holds(s.First().Setting)} | {string.Join(", ", s.Select(f => f.Setting.Required ? $"`{f.Family}` (required)" : $"`{f.Family}`"))} | {s.Key.Meaning} |"
                    ),
            ]
        );
        foreach (var manifest in manifests)
        {
            yield return string.Join(
                '\n',
                [
                    $"## Settings of `{manifest.Family}`",
                    "",
                    "| setting | holds | required | meaning |",
                    Line(4),
                    .. named
                        .Where(s => s.Count() == 1 && s.Single().Family == manifest.Family)
                        .Select(s => s.Single().Setting)
                        .Select(s =>
                            $"| `{s.Name}` | {Holds(s)} | {(s.Required ? "yes" : "no")} | {s.Meaning.Replace("|", "\\|", StringComparison.Ordinal)} |"
                        ),
                ]
            );
        }
    }

    private static string Holds(ConnectorSetting setting) =>
        setting.Choices is { } choices
            ? $"{(setting.Kind == SettingKind.Words ? "words of" : "one of")} {Words(choices)}"
            : setting.Kind switch
            {
                SettingKind.Text => "text",
                SettingKind.Address => "address",
                SettingKind.Secret => "secret",
                SettingKind.Switch => "`\"true\"` or `\"false\"`",
                SettingKind.Number => "digits",
                SettingKind.TimeZone => "IANA time zone",
                SettingKind.DateFormat => ".NET date format",
                SettingKind.Words => "words",
                SettingKind.Fields => "names and texts",
            };

    private static string Form(JsonElement member) =>
        member.TryGetProperty("$ref", out var reference)
            ? $"[{Named(reference)}](#{Title(reference).ToLowerInvariant().Replace(' ', '-')})"
        : member.TryGetProperty("enum", out var words)
            ? $"one of {Words(words.EnumerateArray().Select(w => w.GetString()!))}"
        : member.GetProperty("type").GetString() switch
        {
            "boolean" => "`true` or `false`",
            "integer" => $"{member.GetProperty("minimum")} to {member.GetProperty("maximum")}",
            "array" => "list: " + Form(member.GetProperty("items")),
            "object" => "names and texts",
            var type => type == "string" ? "text" : throw new InvalidOperationException(type),
        };

    private static string Named(JsonElement reference) => reference.GetString()!.Split('/')[^1].Replace('_', ' ');

    private static string Title(JsonElement reference) =>
        reference.GetString()!.Split('/')[^1] switch
        {
            "shadow_reconciliation" => "Reconciliation",
            "profile_channel" => "Channel",
            "common" or "brand" => "Bank",
            var name => Objects.Single(o => o.Definition == name).Title,
        };

    private static string UnlessSaid(JsonElement member, bool required) =>
        required ? "required"
        : !member.TryGetProperty("default", out var value) ? ""
        : value.ValueKind == JsonValueKind.Array ? "all"
        : $"`{(value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText())}`";

    private static string Words(IEnumerable<string> words) => string.Join(", ", words.Select(word => $"`{word}`"));

    private static string Line(int columns) => $"|{string.Concat(Enumerable.Repeat(" --- |", columns))}";

    [GeneratedRegex(@"\{(?<name>[a-z][a-z0-9_]*)\}", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Placeholder();
}
