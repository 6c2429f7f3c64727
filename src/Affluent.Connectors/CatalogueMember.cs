using System.Text.Json;
using System.Text.Json.Nodes;

namespace Affluent.Connectors;

/// <summary>A member that an object of the catalogue's files may have: what the reader takes, and what the published schema says of it.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Shape">What it may hold, as JSON Schema; each reading is a new node.</param>
/// <param name="Meaning">One line for the author of an entry, in Markdown.</param>
internal sealed record CatalogueMember(string Name, Func<JsonObject> Shape, string Meaning)
{
    /// <summary>Whether each bank must have it.</summary>
    public bool Required { get; init; }

    /// <summary>What counts where it is not said; null: nothing.</summary>
    public JsonNode? UnlessSaid { get; init; }

    /// <summary>The member with its meaning, as JSON Schema.</summary>
    public JsonObject Schema()
    {
        var schema = Shape();
        schema["description"] = Meaning;
        if (UnlessSaid is not null)
        {
            schema["default"] = UnlessSaid.DeepClone();
        }
        return schema;
    }
}

/// <summary>What members may hold, as JSON Schema.</summary>
internal static class CatalogueShape
{
    /// <summary>A placeholder as the reader knows it.</summary>
    public const string Placeholder = @"\{[a-z][a-z0-9_]*\}";

    public const string AddressPattern = $"^(?:https?://|{Placeholder})";

    public static JsonObject Text() => new() { ["type"] = "string" };

    public static JsonObject SomeText() => new() { ["type"] = "string", ["pattern"] = @"\S" };

    public static JsonObject Text(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    public static JsonObject Address() => Text(AddressPattern);

    public static JsonObject Switch() => new() { ["type"] = "boolean" };

    public static JsonObject Number(int least, int most) =>
        new()
        {
            ["type"] = "integer",
            ["minimum"] = least,
            ["maximum"] = most,
        };

    public static JsonObject Choice<T>()
        where T : struct, Enum => OneOf(Enum.GetValues<T>().Select(Word));

    public static JsonObject OneOf(IEnumerable<string> words) =>
        new() { ["enum"] = new JsonArray([.. words.Select(word => JsonValue.Create(word))]) };

    public static JsonObject List(JsonObject items) => new() { ["type"] = "array", ["items"] = items };

    public static JsonObject SomeOf(JsonObject items)
    {
        var list = List(items);
        list["minItems"] = 1;
        return list;
    }

    /// <summary>Names and texts.</summary>
    public static JsonObject Texts() => new() { ["type"] = "object", ["additionalProperties"] = Text() };

    /// <summary>An object that is described once.</summary>
    public static JsonObject Of(CatalogueObject described) => Reference(described.Name);

    public static JsonObject Reference(string definition) => new() { ["$ref"] = $"#/$defs/{definition}" };

    /// <summary>The value of an enum as the catalogue writes it.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseUpper.ConvertName($"{value}");
}
