using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing.Recording;

namespace Affluent.Connectors.Tests.Support;

/// <summary>A bank whose sandbox was recorded: its profile and brand in the catalogue, and what the recording knows.</summary>
/// <param name="Folder">Below <c>recordings</c>.</param>
/// <param name="Settings">Of its profile.</param>
/// <param name="Code">The code that its token endpoint takes.</param>
/// <param name="RedirectUri">Where the recorded client let users come back.</param>
internal sealed record RecordedBank(string Folder, string Connector, string Settings, string Code, string RedirectUri)
{
    private const int FirstField = 300;

    /// <summary>What the brand says for the placeholders of its profile.</summary>
    public string Variables { get; init; } = "{}";

    /// <summary>What the recorded bank called the request whose code it takes: its page was recorded of another.</summary>
    public string? RequestId { get; init; }

    /// <summary>Fields for which the user is asked, and what the recorded one typed, by name.</summary>
    public IReadOnlyDictionary<string, string> Typed { get; init; } = new Dictionary<string, string>();

    /// <summary>The same by the ids of the fields.</summary>
    public IReadOnlyDictionary<string, string> Credentials =>
        Typed.Keys.Index().ToDictionary(named => $"{FirstField + named.Index}", named => Typed[named.Item]);

    /// <summary>The verifier that the recorded client made, where its token endpoint demands it.</summary>
    public string? Verifier { get; init; }

    /// <summary>The part of the recording in which all goes well; empty: there is but one.</summary>
    public string HappyFlow { get; init; } = "";

    /// <summary>Where the recorded user was.</summary>
    public string UserAddress { get; init; } = "127.0.0.1";

    /// <summary>The state of the recorded connection.</summary>
    public string State { get; init; } = "the-state";

    /// <summary>The states with which the consents of accounts were asked for, where each has one of its own.</summary>
    public IReadOnlyList<string> AccountStates { get; init; } = [];

    /// <summary>The method that the recorded user chose; null: the first.</summary>
    public string? Method { get; init; }

    /// <summary>When it was recorded, where the bank was told a day; null: any time.</summary>
    public DateTimeOffset? Now { get; init; }

    /// <summary>Further members of the channel.</summary>
    public string Members { get; init; } = "";

    /// <summary>What the recording demands and the bank does not.</summary>
    public IReadOnlyList<StubHabit> Habits { get; init; } = [];

    private string Fields() =>
        Typed.Count == 0
            ? ""
            : $"\"credentials\": [{string.Join(", ", Typed.Keys.Index().Select(field => Field(FirstField + field.Index, field.Item)))}],";

    private static string Field(int id, string name) =>
        $$"""
            { "id": "{{id}}", "name": "{{name}}", "labels": { "en": "{{name}}", "fr": "{{name}}" }, "type": "{{(
                name == "password" ? "PWD" : "TEXT"
            )}}" }
            """;

    /// <summary>Its entry, as a profile of this name.</summary>
    public string Profile(string name) =>
        $$"""
            {
              "profile": "{{name}}",
              "channel": { "connector": "{{Connector}}", "account_types": ["CHECKINGS", "CREDIT_CARD"], {{Fields()}} "settings": {{Settings}} }
            }
            """;

    /// <summary>The headers that its recording demands anywhere, in small letters.</summary>
    public IReadOnlyList<string> DemandedHeaders() =>
        [
            .. Directory
                .EnumerateFiles(Shared.Folder("recordings", Folder), "*.json", SearchOption.AllDirectories)
                .Select(file => JsonNode.Parse(File.ReadAllText(file)) as JsonObject)
                .SelectMany(stub => (stub?["request"]?["headers"] as JsonObject ?? []).Select(h => h.Key))
                .Select(name => name.ToLowerInvariant())
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>The channel as the catalogue reads it.</summary>
    /// <param name="more">Settings in the place of the entry's.</param>
    public ChannelDefinition Channel(params (string Name, string Value)[] more)
    {
        var folder = Directory.CreateTempSubdirectory("affluent-catalogue");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "profile.json"), Profile("recorded"));
            File.WriteAllText(
                Path.Combine(folder.FullName, "bank.json"),
                $$"""
                {
                  "id": "900", "name": "Recorded", "country_code": "FRA", "base_url": "https://bank.example",
                  "variables": {{Variables}}, "channels": [{ {{Members}} "profile": "recorded" }]
                }
                """
            );
            var load = Catalogue.Load(new Dictionary<string, string>(), folder.FullName);
            Assert.Empty(load.Faults);
            var channel = load.Providers.Single(p => p.Id.Value == "900").Channels[0];
            var settings = new Dictionary<string, string>(channel.Settings);
            foreach (var (name, value) in more)
            {
                settings[name] = value;
            }
            return channel with { Settings = settings };
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
