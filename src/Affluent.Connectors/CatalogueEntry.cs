using System.Text.Json;

namespace Affluent.Connectors;

/// <summary>
/// A JSON object of a file. What it does not say, one below it says: a profile, or what brands of a list have in common. Members that no one asked for
/// are faults: they are misspelt.
/// </summary>
/// <param name="reader">Gathers the faults, and knows the variables.</param>
/// <param name="element">The object; undefined where only the one below says something.</param>
/// <param name="place">Where it stands.</param>
/// <param name="path">Where it stands for the bank that is read: a member that comes from below could be said there.</param>
/// <param name="below">Says what this one does not.</param>
internal sealed class CatalogueEntry(
    CatalogueReader reader,
    JsonElement element,
    CataloguePlace place,
    string path,
    CatalogueEntry? below = null
)
{
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public CatalogueEntry(CatalogueReader reader, JsonElement element, CataloguePlace place)
        : this(reader, element, place, place.Path) { }

    /// <summary>A fault of a member, in the file that says it.</summary>
    public void Fault(string name, string reason) => reader.Fault((Find(name)?.Owner ?? this).PlaceOf(name), reason);

    /// <summary>A fault of this bank, wherever the member comes from.</summary>
    public void FaultHere(string name, string reason) => reader.Fault(PlaceOf(name), reason);

    /// <summary>The same object with another below it.</summary>
    public CatalogueEntry Above(CatalogueEntry? other) => new(reader, element, place, path, other);

    public bool Has(string name) => Find(name) is not null;

    /// <summary>Whether it says so itself.</summary>
    public bool Says(string name) => Own(name) is not null;

    public string Text(string name, bool required = false, string unlessSaid = "")
    {
        if (Find(name) is not { } found)
        {
            if (required)
            {
                Fault(name, "is missing");
            }
            return unlessSaid;
        }
        if (
            found.Value.ValueKind != JsonValueKind.String
            || (required && string.IsNullOrWhiteSpace(found.Value.GetString()))
        )
        {
            Fault(name, "is not a text");
            return unlessSaid;
        }
        return Filled(name, found);
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
        var value = Find(name)?.Value;
        if (value is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) })
        {
            Fault(name, "is neither true nor false");
        }
        return value is { ValueKind: JsonValueKind.True };
    }

    public int Number(string name, int unlessSaid, int least, int most)
    {
        if (Find(name)?.Value is not { } value)
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
        where T : struct, Enum => Pick<T>(Text(name, required: true), (Find(name)?.Owner ?? this).PlaceOf(name));

    /// <inheritdoc cref="Choice"/>
    public IReadOnlyList<T> Choices<T>(string name)
        where T : struct, Enum =>
        [
            .. Elements(name)
                .Select(e => Pick<T>(e.Value.ValueKind == JsonValueKind.String ? e.Value.GetString()! : "?", e.Place)),
        ];

    public IEnumerable<CatalogueEntry> List(string name) =>
        Elements(name).Select(e => new CatalogueEntry(reader, e.Value, e.Place, e.Path));

    /// <summary>Names and texts; those below count where this one does not say the same name, and an empty text takes one from there away.</summary>
    /// <param name="objects">Whether a text may also be an object of texts, which becomes lines of <c>name: text</c>.</param>
    public Dictionary<string, string> Texts(string name, bool objects = false)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Inner(name) is not { } inner)
        {
            return texts;
        }
        foreach (var member in inner.Names().Distinct(StringComparer.Ordinal))
        {
            var found = inner.Find(member);
            if (found is { Value.ValueKind: JsonValueKind.String } text)
            {
                if (text.Value.GetString() != "" || text.Owner.NothingBelow(member))
                {
                    texts[member] = inner.Filled(member, text);
                }
            }
            else if (objects && found is { Value.ValueKind: JsonValueKind.Object })
            {
                texts[member] = inner.Inner(member)!.Lines();
            }
            else
            {
                inner.Fault(member, "is not a text");
            }
        }
        return texts;
    }

    private string Lines()
    {
        // Headers: one name may be written in several ways.
        var lines = new Dictionary<string, (string Name, JsonElement Value, CatalogueEntry Owner)>(
            StringComparer.OrdinalIgnoreCase
        );
        foreach (var layer in Layers())
        {
            foreach (var member in layer.OwnMembers())
            {
                lines[member.Name] = (member.Name, member.Value, layer);
            }
        }
        List<string> texts = [];
        foreach (var (name, value, owner) in lines.Values)
        {
            if (value.ValueKind == JsonValueKind.String && !name.Contains(':', StringComparison.Ordinal))
            {
                texts.Add($"{name}: {Filled(name, (value, owner))}");
            }
            else
            {
                reader.Fault(owner.PlaceOf(name), "is not a name and a text");
            }
        }
        return string.Join('\n', texts);
    }

    /// <summary>An object within, with those below it; null when it is not there.</summary>
    public CatalogueEntry? Inner(string name)
    {
        if (Find(name) is not { } found)
        {
            return null;
        }
        if (found.Value.ValueKind == JsonValueKind.Object)
        {
            return Within(name);
        }
        Fault(name, "is not an object");
        return null;
    }

    /// <summary>Whatever was not asked for, or is not described, is a fault.</summary>
    public void NoMore(CatalogueObject described)
    {
        foreach (var layer in Layers())
        {
            foreach (var member in layer.OwnMembers().Where(m => !_asked.Contains(m.Name) || !described.Knows(m.Name)))
            {
                reader.Fault(layer.PlaceOf(member.Name), "is not known");
            }
        }
    }

    private T Pick<T>(string word, CataloguePlace at)
        where T : struct, Enum
    {
        if (Words<T>.Values.TryGetValue(word, out var value))
        {
            return value;
        }
        if (word != "")
        {
            reader.Fault(at, $"is none of: {string.Join(", ", Words<T>.Values.Keys)}");
        }
        return default;
    }

    private static class Words<T>
        where T : struct, Enum
    {
        public static readonly Dictionary<string, T> Values = Enum.GetValues<T>().ToDictionary(CatalogueShape.Word);
    }

    private IEnumerable<(JsonElement Value, CataloguePlace Place, string Path)> Elements(string name)
    {
        if (Find(name) is not { } found)
        {
            return [];
        }
        if (found.Value.ValueKind != JsonValueKind.Array)
        {
            Fault(name, "is not a list");
            return [];
        }
        var at = found.Owner.PlaceOf(name);
        return
        [
            .. found
                .Value.EnumerateArray()
                .Select((e, i) => (e, at with { Path = $"{at.Path}[{i}]" }, $"{PathOf(name)}[{i}]")),
        ];
    }

    private (JsonElement Value, CatalogueEntry Owner)? Find(string name)
    {
        _asked.Add(name);
        if (_asked.Count == 1 && element.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined))
        {
            reader.Fault(place, "is not an object");
        }
        return Own(name) is { } value ? (value, this) : below?.Find(name);
    }

    private JsonElement? Own(string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    private CatalogueEntry? Within(string name)
    {
        var own = Own(name);
        var under = below?.Within(name);
        return own is { ValueKind: not JsonValueKind.Object } || (own is null && under is null)
            ? null
            : new CatalogueEntry(reader, own ?? default, PlaceOf(name), PathOf(name), under);
    }

    // From the lowest to this one, so that what is said last counts.
    private IEnumerable<CatalogueEntry> Layers() => below is null ? [this] : below.Layers().Append(this);

    private List<JsonProperty> OwnMembers() =>
        element.ValueKind == JsonValueKind.Object ? [.. element.EnumerateObject()] : [];

    private IEnumerable<string> Names() => Layers().SelectMany(layer => layer.OwnMembers().Select(m => m.Name));

    private bool NothingBelow(string name) => below?.Find(name) is null;

    /// <summary>A text with its variables, said of a member.</summary>
    public string Fill(string text, string name) => reader.Fill(text, PathOf(name), PlaceOf(name));

    private string Filled(string name, (JsonElement Value, CatalogueEntry Owner) found) =>
        reader.Fill(found.Value.GetString()!, PathOf(name), found.Owner.PlaceOf(name));

    private CataloguePlace PlaceOf(string name) =>
        place with
        {
            Path = place.Path == "" ? name : $"{place.Path}.{name}",
        };

    private string PathOf(string name) => path == "" ? name : $"{path}.{name}";
}

/// <summary>Where something stands: a file, and the path of a member in it.</summary>
internal sealed record CataloguePlace(string File, string Path);
