using System.Globalization;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors;

/// <summary>A file of the catalogue: a profile, a list of brands, or one bank.</summary>
internal sealed record CatalogueFile(string Name, JsonElement Root)
{
    /// <summary>Whether it comes with the product.</summary>
    public bool Shipped { get; init; }

    /// <summary>Null and a fault more when the text is no JSON.</summary>
    public static CatalogueFile? Parse(string name, string text, List<CatalogueFault> faults)
    {
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(
                text,
                new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }
            );
            root = document.RootElement.Clone();
            Json.ReadAllText(root);
        }
        catch (JsonException e)
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"line {e.LineNumber + 1}");
            faults.Add(new(name, line, "is not JSON"));
            return null;
        }
        catch (InvalidOperationException)
        {
            faults.Add(new(name, "", "a text in it holds half a surrogate pair"));
            return null;
        }
        return new CatalogueFile(name, root);
    }

    private static readonly Dictionary<string, string> NoVariables = [];

    public bool IsProfile => Has("profile");

    /// <summary>The banks of the file; their faults are added.</summary>
    /// <param name="variables">Of the installation; null: they stay written as they are.</param>
    /// <param name="profiles">Of all files.</param>
    /// <param name="faults">Gathers them.</param>
    public IEnumerable<CatalogueBank> Read(
        IReadOnlyDictionary<string, string>? variables,
        CatalogueProfiles profiles,
        List<CatalogueFault> faults
    )
    {
        foreach (var (brand, path, common) in Brands(profiles, faults))
        {
            var reader = new CatalogueReader(Name, variables ?? NoVariables, profiles, unfilled: variables is null);
            var bank = reader.Read(brand, path, common, Shipped);
            faults.AddRange(reader.Faults);
            yield return bank;
        }
    }

    private IEnumerable<(JsonElement Brand, string Path, JsonElement? Common)> Brands(
        CatalogueProfiles profiles,
        List<CatalogueFault> faults
    )
    {
        if (!Has("brands"))
        {
            return [(Root, "", null)];
        }
        var reader = new CatalogueReader(Name, NoVariables, profiles);
        var list = new CatalogueEntry(reader, Root, new(Name, ""));
        var common = list.Inner("common") is null ? (JsonElement?)null : Root.GetProperty("common");
        if (!list.List("brands").Any())
        {
            list.Fault("brands", "names no bank");
        }
        _ = list.Has("$schema");
        list.NoMore(CatalogueObject.Brands);
        faults.AddRange(reader.Faults);
        return reader.Faults.Count > 0
            ? []
            : [.. Root.GetProperty("brands").EnumerateArray().Select((brand, i) => (brand, $"brands[{i}]", common))];
    }

    private bool Has(string name) => Root.ValueKind == JsonValueKind.Object && Root.TryGetProperty(name, out _);
}

/// <summary>What one bank of a file comes to.</summary>
internal abstract record CatalogueBank
{
    /// <summary>It can be offered.</summary>
    /// <param name="Provider">The bank.</param>
    /// <param name="PlaceOfId">Where its id stands.</param>
    public sealed record Usable(Provider Provider, string PlaceOfId) : CatalogueBank;

    /// <summary>It would be there if the operator set these variables.</summary>
    public sealed record NotConfigured(Provider Provider, IReadOnlyList<string> Missing) : CatalogueBank;

    /// <summary>It has faults.</summary>
    public sealed record Faulty : CatalogueBank;
}
