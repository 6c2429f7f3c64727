using System.Text.Json;
using System.Text.RegularExpressions;

namespace Affluent.Connectors.Testing.Recording;

/// <summary>
/// JSONPath as stubs use it: members (<c>.a</c>, <c>..a</c>), places (<c>[0]</c>), filters (<c>[?(@.a == 'x' &amp;&amp; @.b =~ /y/)]</c>, <c>size</c>,
/// <c>subsetof</c>). A filter of an object looks at the object itself, of a list at what it holds, as the library behind WireMock does.
/// </summary>
internal sealed partial class StubJsonPath
{
    private readonly List<Func<JsonElement, IEnumerable<JsonElement>>> _steps = [];

    /// <exception cref="FormatException">It uses more than is known here.</exception>
    public StubJsonPath(string text)
    {
        var rest = text.StartsWith('$') ? text[1..] : text;
        while (rest.Length > 0)
        {
            var step = Step().Match(rest);
            if (!step.Success)
            {
                throw new FormatException($"the JSONPath {text} is not understood");
            }
            _steps.Add(Read(step));
            rest = rest[step.Length..];
        }
    }

    /// <summary>What it finds.</summary>
    public IReadOnlyList<JsonElement> Find(JsonElement root) =>
        [.. _steps.Aggregate((IEnumerable<JsonElement>)[root], (found, step) => found.SelectMany(step))];

    private static Func<JsonElement, IEnumerable<JsonElement>> Read(Match step)
    {
        if (step.Groups["deep"].Value is { Length: > 0 } deep)
        {
            return element => Within(element).SelectMany(e => Member(e, deep));
        }
        if (step.Groups["name"].Value is { Length: > 0 } name)
        {
            return element => Member(element, name);
        }
        if (step.Groups["place"].Value is { Length: > 0 } place)
        {
            var number = int.Parse(place, System.Globalization.CultureInfo.InvariantCulture);
            return element =>
                element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().Skip(number).Take(1) : [];
        }
        Func<JsonElement, bool>[] conditions =
        [
            .. step.Groups["filter"].Value.Split("&&", StringSplitOptions.TrimEntries).Select(Condition),
        ];
        return element =>
            (
                element.ValueKind == JsonValueKind.Array
                    ? element.EnumerateArray()
                    : (IEnumerable<JsonElement>)[element]
            ).Where(e => Array.TrueForAll(conditions, condition => condition(e)));
    }

    private static Func<JsonElement, bool> Condition(string text)
    {
        var parts = Comparison().Match(text);
        if (!parts.Success)
        {
            throw new FormatException($"the condition {text} is not understood");
        }
        var path = new StubJsonPath(parts.Groups["path"].Value);
        var literal = parts.Groups["literal"].Value;
        Func<JsonElement, bool> fits = parts.Groups["operator"].Value switch
        {
            "==" when literal.StartsWith('\'') => Same(
                JsonValueKind.String,
                literal[1..^1].Replace("\\'", "'", StringComparison.Ordinal)
            ),
            "==" => value => value.GetRawText() == literal,
            "=~" => Matching(literal),
            "size" => value =>
                value.ValueKind == JsonValueKind.Object
                    ? $"{value.EnumerateObject().Count()}" == literal
                    : value.ValueKind == JsonValueKind.Array && $"{value.GetArrayLength()}" == literal,
            "subsetof" => SubsetOf(literal),
            var unknown => throw new FormatException($"the operator {unknown} is not understood"),
        };
        return element => path.Find(element) is [var value] && fits(value);
    }

    // A number and the text of it are the same there; true and its text are not.
    private static Func<JsonElement, bool> Same(JsonValueKind kind, string text) =>
        value => (value.ValueKind == kind || value.ValueKind == JsonValueKind.Number) && value.ToString() == text;

    private static Func<JsonElement, bool> Matching(string literal)
    {
        var end = literal.LastIndexOf('/');
        var options = RegexOptions.ExplicitCapture;
        var pattern = new Regex(
            $"^(?:{literal[1..end]})$",
            literal[end..].Contains('i') ? options | RegexOptions.IgnoreCase : options,
            TimeSpan.FromSeconds(1)
        );
        return value => pattern.IsMatch(value.ToString());
    }

    private static Func<JsonElement, bool> SubsetOf(string literal)
    {
        var words = literal
            .Trim('[', ']')
            .Split(',', StringSplitOptions.TrimEntries)
            .Select(w => w.Trim('\''))
            .ToHashSet();
        return value =>
            value.ValueKind switch
            {
                JsonValueKind.Object => value.EnumerateObject().All(member => words.Contains(member.Name)),
                JsonValueKind.Array => value.EnumerateArray().All(item => words.Contains(item.ToString())),
                _ => false,
            };
    }

    private static IEnumerable<JsonElement> Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? [value] : [];

    private static IEnumerable<JsonElement> Within(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().SelectMany(m => Within(m.Value)).Prepend(element),
            JsonValueKind.Array => element.EnumerateArray().SelectMany(Within).Prepend(element),
            _ => [element],
        };

    [GeneratedRegex(
        @"^(?:\.\.(?<deep>\w+)|\.?\[(?<place>\d{1,4})\]|\.?\[\?\((?<filter>.*?)\)\](?=$|[.\[])|\.(?<name>\w+))",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Step();

    [GeneratedRegex(
        @"^@(?<path>[\w.\[\]]+)\s*(?<operator>==|=~|size|subsetof)\s*(?<literal>'.*'|/.*/i?|\[.*\]|true|false|-?\d+)$",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Comparison();
}
