using System.Text.Json;

namespace Affluent.Connectors;

/// <summary>A JSON object of the file, with its place. Members that no one asked for are faults: they are misspelt.</summary>
internal sealed class CatalogueEntry(CatalogueReader reader, JsonElement element, string place)
{
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public void Fault(string name, string reason) => reader.Fault(At(name), reason);

    public bool Has(string name) => Find(name) is not null;

    public string Text(string name, bool required = false, string unlessSaid = "")
    {
        if (Find(name) is not { } value)
        {
            if (required)
            {
                Fault(name, "is missing");
            }
            return unlessSaid;
        }
        if (value.ValueKind != JsonValueKind.String || (required && string.IsNullOrWhiteSpace(value.GetString())))
        {
            Fault(name, "is not a text");
            return unlessSaid;
        }
        return reader.Fill(value.GetString()!);
    }

    public Uri Address(string name)
    {
        var text = Text(name, required: true);
        if (
            Uri.TryCreate(text, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp)
        )
        {
            return address;
        }
        if (text != "")
        {
            Fault(name, "is not an absolute http(s) address");
        }
        return new Uri("http://unset.invalid");
    }

    public bool Switch(string name)
    {
        var value = Find(name);
        if (value is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) })
        {
            Fault(name, "is neither true nor false");
        }
        return value is { ValueKind: JsonValueKind.True };
    }

    public int Number(string name, int unlessSaid, int least, int most)
    {
        if (Find(name) is not { } value)
        {
            return unlessSaid;
        }
        if (
            value.ValueKind == JsonValueKind.Number
            && value.TryGetInt32(out var number)
            && number >= least
            && number <= most
        )
        {
            return number;
        }
        Fault(name, $"is not a whole number from {least} to {most}");
        return unlessSaid;
    }

    /// <summary>One of the values of an enum, written as the published API does: STABLE_ONCE_BOOKED.</summary>
    public T Choice<T>(string name)
        where T : struct, Enum => Pick<T>(Text(name, required: true), At(name));

    /// <inheritdoc cref="Choice"/>
    public IReadOnlyList<T> Choices<T>(string name)
        where T : struct, Enum =>
        [
            .. Elements(name)
                .Select(e => Pick<T>(e.Value.ValueKind == JsonValueKind.String ? e.Value.GetString()! : "?", e.Place)),
        ];

    public IEnumerable<CatalogueEntry> List(string name) =>
        Elements(name).Select(e => new CatalogueEntry(reader, e.Value, e.Place));

    /// <param name="objects">Whether a text may also be an object of texts, which becomes lines of <c>name: text</c>.</param>
    public Dictionary<string, string> Texts(string name, bool objects = false)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Find(name) is not { } value)
        {
            return texts;
        }
        if (value.ValueKind != JsonValueKind.Object)
        {
            Fault(name, "is not an object");
            return texts;
        }
        foreach (var member in value.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.String)
            {
                texts[member.Name] = reader.Fill(member.Value.GetString()!);
            }
            else if (objects && member.Value.ValueKind == JsonValueKind.Object)
            {
                var lines = new CatalogueEntry(reader, member.Value, At($"{name}.{member.Name}")).Lines();
                texts[member.Name] = string.Join('\n', lines);
            }
            else
            {
                Fault($"{name}.{member.Name}", "is not a text");
            }
        }
        return texts;
    }

    private IEnumerable<string> Lines()
    {
        foreach (var member in element.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.String && !member.Name.Contains(':', StringComparison.Ordinal))
            {
                yield return $"{member.Name}: {reader.Fill(member.Value.GetString()!)}";
            }
            else
            {
                Fault(member.Name, "is not a name and a text");
            }
        }
    }

    /// <summary>An object within; null when it is not there.</summary>
    public CatalogueEntry? Inner(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }
        if (value.ValueKind == JsonValueKind.Object)
        {
            return new CatalogueEntry(reader, value, At(name));
        }
        Fault(name, "is not an object");
        return null;
    }

    public void NoMore()
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return;
        }
        foreach (var member in element.EnumerateObject().Where(m => !_asked.Contains(m.Name)))
        {
            Fault(member.Name, "is not known");
        }
    }

    private T Pick<T>(string word, string at)
        where T : struct, Enum
    {
        var words = Enum.GetValues<T>().ToDictionary(v => JsonNamingPolicy.SnakeCaseUpper.ConvertName($"{v}"));
        if (words.TryGetValue(word, out var value))
        {
            return value;
        }
        if (word != "")
        {
            reader.Fault(at, $"is none of: {string.Join(", ", words.Keys)}");
        }
        return default;
    }

    private IEnumerable<(JsonElement Value, string Place)> Elements(string name)
    {
        if (Find(name) is not { } value)
        {
            return [];
        }
        if (value.ValueKind != JsonValueKind.Array)
        {
            Fault(name, "is not a list");
            return [];
        }
        return [.. value.EnumerateArray().Select((e, i) => (e, $"{At(name)}[{i}]"))];
    }

    private JsonElement? Find(string name)
    {
        _asked.Add(name);
        if (element.ValueKind != JsonValueKind.Object)
        {
            if (_asked.Count == 1)
            {
                reader.Fault(place, "is not an object");
            }
            return null;
        }
        return element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private string At(string name) => place == "" ? name : $"{place}.{name}";
}
