using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;
using static Affluent.Connectors.CatalogueShape;

namespace Affluent.Connectors;

/// <summary>The form of the catalogue's files as JSON Schema (2020-12): made of the members that the reader knows and of the families' manifests.</summary>
public static class CatalogueSchema
{
    private static readonly JsonSerializerOptions Written = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The document, indented, with a line feed at its end.</summary>
    public static string Text => Document().ToJsonString(Written).ReplaceLineEndings("\n") + "\n";

    private static JsonObject Document()
    {
        var definitions = new JsonObject
        {
            ["bank"] = Described(CatalogueObject.Bank),
            ["brands"] = ListOfBrands(),
            ["brand"] = Described(CatalogueObject.Bank, required: ["id"]),
            ["common"] = Described(CatalogueObject.Bank, required: [], without: "id"),
            ["profile"] = Described(CatalogueObject.Profile),
            ["channel"] = Channel(),
            ["profile_channel"] = ProfileChannel(),
        };
        foreach (
            var inner in (CatalogueObject[])
                [
                    CatalogueObject.Strict,
                    CatalogueObject.Credential,
                    CatalogueObject.Reconciliation,
                    CatalogueObject.ShadowReconciliation,
                    CatalogueObject.QuietHours,
                    CatalogueObject.Maintenance,
                    CatalogueObject.Outage,
                    CatalogueObject.UpstreamBank,
                ]
        )
        {
            definitions[inner.Name] = Described(inner);
        }
        foreach (var family in Families.All.Select(f => f.Manifest))
        {
            definitions[SettingsOf(family)] = Settings(family);
        }
        definitions["settings"] = SettingsOfProfiles();
        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = "urn:affluent:catalogue",
            ["title"] = "A file of the catalogue of banks: a profile, a list of brands, or one bank",
            ["type"] = "object",
            ["if"] = Having("profile"),
            ["then"] = Reference("profile"),
            ["else"] = new JsonObject
            {
                ["if"] = Having("brands"),
                ["then"] = Reference("brands"),
                ["else"] = Reference("bank"),
            },
            ["$defs"] = definitions,
        };
    }

    private static JsonObject Described(
        CatalogueObject described,
        IEnumerable<string>? required = null,
        params string[] without
    ) =>
        new()
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(
                described
                    .Members.Where(m => !without.Contains(m.Name))
                    .Select(m => KeyValuePair.Create<string, JsonNode?>(m.Name, m.Schema()))
            ),
            ["required"] = Names(required ?? described.Members.Where(m => m.Required).Select(m => m.Name)),
            ["additionalProperties"] = false,
        };

    // What every bank must say stands in each brand, or in what they have in common.
    private static JsonObject ListOfBrands()
    {
        var list = Described(CatalogueObject.Brands);
        list["allOf"] = new JsonArray([
            .. CatalogueObject
                .Bank.Members.Where(m => m.Required && m.Name != "id")
                .Select(m => new JsonObject
                {
                    ["anyOf"] = new JsonArray(
                        Having("common", Having(m.Name)),
                        Having("brands", new JsonObject { ["items"] = Having(m.Name) })
                    ),
                }),
        ]);
        return list;
    }

    private static JsonObject Channel()
    {
        var channel = Described(CatalogueObject.Channel, required: []);
        channel["oneOf"] = new JsonArray(
            OfProfile("profile"),
            OfProfile(CatalogueProfiles.Like),
            new JsonObject { ["required"] = new JsonArray("connector", "account_types") }
        );
        channel["allOf"] = new JsonArray([
            .. Families.All.Select(f => f.Manifest).Select(family => OfFamily(family, SettingsOf(family), whole: true)),
        ]);
        return channel;
    }

    private static JsonObject OfProfile(string member) =>
        new()
        {
            ["required"] = new JsonArray(member),
            ["properties"] = new JsonObject { ["settings"] = Reference("settings") },
        };

    private static JsonObject ProfileChannel()
    {
        var channel = Described(
            CatalogueObject.Channel,
            required: [],
            "id",
            "mode",
            CatalogueProfiles.Like,
            CatalogueProfiles.Strict
        );
        ((JsonObject)channel["properties"]!)["settings"]!["$ref"] = "#/$defs/settings";
        channel["oneOf"] = new JsonArray(Having("profile"), Having("connector"));
        return channel;
    }

    private static JsonObject OfFamily(ConnectorManifest family, string settings, bool whole)
    {
        var then = new JsonObject { ["properties"] = new JsonObject { ["settings"] = Reference(settings) } };
        if (whole && family.Settings.Any(s => s.Required))
        {
            then["required"] = new JsonArray("settings");
        }
        return new JsonObject
        {
            ["if"] = Having("connector", new JsonObject { ["const"] = family.Family }),
            ["then"] = then,
        };
    }

    private static string SettingsOf(ConnectorManifest family) => $"settings_{family.Family}";

    private static JsonObject Settings(ConnectorManifest family) =>
        new()
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(
                family.Settings.Select(s => KeyValuePair.Create<string, JsonNode?>(s.Name, Setting(s)))
            ),
            ["required"] = Names(family.Settings.Where(s => s.Required).Select(s => s.Name)),
            ["additionalProperties"] = false,
        };

    // Whose family another file says: of any, none required, and an empty text takes away what the profile says.
    private static JsonObject SettingsOfProfiles() =>
        new()
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(
                Families
                    .All.SelectMany(f => f.Manifest.Settings.Select(s => (f.Manifest.Family, s.Name)))
                    .GroupBy(s => s.Name, s => s.Family, StringComparer.Ordinal)
                    .OrderBy(name => name.Key, StringComparer.Ordinal)
                    .Select(name =>
                        KeyValuePair.Create<string, JsonNode?>(
                            name.Key,
                            new JsonObject
                            {
                                ["anyOf"] = new JsonArray([
                                    new JsonObject { ["const"] = "" },
                                    .. name.Select(family => new JsonObject
                                    {
                                        ["$ref"] = $"#/$defs/settings_{family}/properties/{name.Key}",
                                    }),
                                ]),
                            }
                        )
                    )
            ),
            ["additionalProperties"] = false,
        };

    private static JsonObject Setting(ConnectorSetting setting)
    {
        var schema = Kind(setting);
        schema["description"] = setting.Meaning;
        return schema;
    }

    private static JsonObject Kind(ConnectorSetting setting) =>
        setting.Kind switch
        {
            SettingKind.Text when setting.Choices is { } choices => OrPlaceholder(OneOf(choices)),
            SettingKind.Words when setting.Choices is { } words => OrPlaceholder(
                CatalogueShape.Text($"^ *(?:(?:{string.Join('|', words.Select(Regex.Escape))})(?: +|$))*$")
            ),
            SettingKind.Address => Address(),
            SettingKind.Switch => OrPlaceholder(OneOf(["true", "false"])),
            SettingKind.Number => OrPlaceholder(CatalogueShape.Text("^[0-9]+$")),
            SettingKind.Fields => Fields(setting.Values),
            SettingKind.Text
            or SettingKind.Words
            or SettingKind.Secret
            or SettingKind.TimeZone
            or SettingKind.DateFormat => CatalogueShape.Text(),
        };

    private static JsonObject OrPlaceholder(JsonObject shape) =>
        new() { ["anyOf"] = new JsonArray(shape, CatalogueShape.Text(Placeholder)) };

    private static JsonObject Fields(IReadOnlyList<string> values) =>
        new()
        {
            ["type"] = "object",
            ["propertyNames"] = CatalogueShape.Text("^[!-9;-~]+$"),
            ["additionalProperties"] = CatalogueShape.Text(
                $@"^(?:[^$\r\n]|\$\$|\$(?![a-z$])|\$(?:{string.Join('|', values.OrderByDescending(v => v.Length))})(?![a-z_]))*$"
            ),
        };

    private static JsonObject Having(string member, JsonObject? value = null)
    {
        var schema = new JsonObject { ["required"] = new JsonArray(member) };
        if (value is not null)
        {
            schema["properties"] = new JsonObject { [member] = value };
        }
        return schema;
    }

    private static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(name => JsonValue.Create(name))]);
}
