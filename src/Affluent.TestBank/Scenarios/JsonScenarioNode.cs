using System.Text.Json;

namespace Affluent.TestBank.Scenarios;

/// <summary>One value of the document and its path; wrong kinds of values become errors of the draft.</summary>
internal sealed class JsonScenarioNode(Draft draft, JsonElement element, string path)
{
    public Location Location => Location.AtPath(path);

    public Location LocationOf(string name) => Location.AtPath($"{path}.{name}");

    public void Error(string reason) => draft.Error(Location, reason);

    public bool Has(string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind != JsonValueKind.Null;

    public void Only(params string[] names)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            Error("this must be an object");
            return;
        }

        var unknown = element.EnumerateObject().Count(p => !names.Contains(p.Name, StringComparer.Ordinal));
        if (unknown > 0)
        {
            draft.Warn(Location, $"unknown members ({unknown}), not used");
        }
    }

    public string Text(string name, string otherwise = "")
    {
        if (!Has(name))
        {
            return otherwise;
        }

        return Of(name).Value();
    }

    public string Value()
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                return Short(element.GetString()!.Trim());
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                return Short(element.GetRawText());
            default:
                Error("this must be a text or a number");
                return "";
        }
    }

    private string Short(string text)
    {
        if (text.Length <= ScenarioLimits.LongestText)
        {
            return text;
        }

        Error($"this is longer than {ScenarioLimits.LongestText} characters");
        return "";
    }

    /// <summary>Those of the members that are there.</summary>
    public Dictionary<string, LocatedText> Options(string[] names) =>
        names
            .Where(Has)
            .ToDictionary(name => name, name => new LocatedText(Text(name), LocationOf(name)), StringComparer.Ordinal);

    public bool Flag(string name)
    {
        switch (Text(name, "false"))
        {
            case "true":
                return true;
            case "false":
                return false;
            default:
                Of(name).Error("this must be true or false");
                return false;
        }
    }

    public JsonScenarioNode? Child(string name)
    {
        if (!Has(name))
        {
            return null;
        }

        var child = Of(name);
        if (element.GetProperty(name).ValueKind == JsonValueKind.Object)
        {
            return child;
        }

        child.Error("this must be an object");
        return null;
    }

    /// <summary>The members as <c>part.name</c>. A name that nobody knows has the place of the whole: it is not told.</summary>
    public IReadOnlyList<(string Name, LocatedText Value)> Values(string part)
    {
        if (!draft.Take(Location, element.GetPropertyCount()))
        {
            return [];
        }

        return
        [
            .. element
                .EnumerateObject()
                .Where(p => p.Value.ValueKind != JsonValueKind.Null)
                .Select(p => (Name: $"{part}.{p.Name}", p.Value))
                .Select(p => (p.Name, Known: DraftFields.Details.Contains(p.Name), p.Value))
                .Select(p =>
                    (p.Name, new JsonScenarioNode(draft, p.Value, p.Known ? path + p.Name[part.Length..] : path))
                )
                .Select(p => (p.Name, new LocatedText(p.Item2.Value(), p.Item2.Location))),
        ];
    }

    public IReadOnlyList<JsonScenarioNode> List(string name)
    {
        if (!Has(name))
        {
            return [];
        }

        var list = element.GetProperty(name);
        if (list.ValueKind != JsonValueKind.Array)
        {
            Of(name).Error("this must be a list");
            return [];
        }

        if (!draft.Take(LocationOf(name), list.GetArrayLength()))
        {
            return [];
        }

        return [.. list.EnumerateArray().Select((item, i) => new JsonScenarioNode(draft, item, $"{path}.{name}[{i}]"))];
    }

    private JsonScenarioNode Of(string name) => new(draft, element.GetProperty(name), $"{path}.{name}");
}
