using System.Text.Json;

namespace Affluent.Connectors.Testing.Recording;

/// <summary>A demand of recorded stubs that is a habit of whoever recorded them, and not the bank's: it is not looked at, or another one in its place.</summary>
/// <param name="Demand">What is demanded, as <c>url</c>, <c>headers.NAME</c>, <c>query.NAME</c> or the text of a body pattern.</param>
/// <param name="Instead">What is matched instead (a regular expression over the whole value); null: nothing.</param>
/// <param name="Reason">Why it cannot be the bank's.</param>
public sealed record StubHabit(string Demand, string? Instead, string Reason)
{
    /// <summary>The file in whose demands it stands; null: any.</summary>
    public string? File { get; init; }

    internal bool Is(string file, string demand) =>
        (File is null || file.EndsWith(File, StringComparison.Ordinal))
        && (
            demand.StartsWith('{')
                ? demand.Contains(Demand, StringComparison.Ordinal)
                : demand.Equals(Demand, StringComparison.OrdinalIgnoreCase)
        );
}

/// <summary>A condition of a stub: of a header, a parameter or a body.</summary>
internal sealed class StubCondition
{
    private const string Pattern = "${json-unit.regex}";

    private readonly List<Func<string?, bool>> _rules = [];

    /// <param name="habit">What stands in its place.</param>
    /// <exception cref="FormatException">It uses more than is known here.</exception>
    public StubCondition(JsonElement condition, StubHabit? habit)
    {
        if (habit is not null)
        {
            _rules.Add(value =>
                habit.Instead is null || (value is not null && WireMockHandler.Matches(value, habit.Instead))
            );
            return;
        }
        bool Flag(string name) => condition.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;

        var comparison = Flag("caseInsensitive") ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        foreach (var rule in condition.EnumerateObject())
        {
            var wanted = rule.Value.ToString();
            Func<string?, bool> fits = rule.Name switch
            {
                "equalTo" => value => string.Equals(value, wanted, comparison),
                "contains" => value => value?.Contains(wanted, comparison) == true,
                "doesNotContain" => value => value?.Contains(wanted, comparison) != true,
                "matches" => Matching(wanted),
                "absent" => value => value is null == (wanted == "True"),
                "equalToJson" => value =>
                    Parsed(value) is { } json
                    && Parsed(rule.Value.ValueKind == JsonValueKind.String ? wanted : rule.Value.GetRawText())
                        is { } same
                    && IsSame(same, json, Flag("ignoreArrayOrder"), Flag("ignoreExtraElements")),
                "matchesJsonPath" when rule.Value.ValueKind == JsonValueKind.Object => SubExpression(rule.Value),
                "matchesJsonPath" => Found(wanted),
                "caseInsensitive" or "ignoreArrayOrder" or "ignoreExtraElements" => _ => true,
                _ => throw new FormatException($"the condition {rule.Name} is not understood"),
            };
            _rules.Add(fits);
        }
    }

    public bool Fits(string? value) => _rules.TrueForAll(rule => rule(value));

    private static Func<string?, bool> Matching(string pattern)
    {
        _ = WireMockHandler.Matches("", pattern);
        return value => value is not null && WireMockHandler.Matches(value, pattern);
    }

    private static Func<string?, bool> Found(string expression)
    {
        var path = new StubJsonPath(expression);
        return value => Parsed(value) is { } json && path.Find(json).Count > 0;
    }

    private static Func<string?, bool> SubExpression(JsonElement rule)
    {
        var path = new StubJsonPath(rule.GetProperty("expression").GetString()!);
        var wanted = rule.GetProperty("equalToJson");
        return value =>
            Parsed(value) is { } json
            && path.Find(json) is [var found]
            && Parsed(wanted.ValueKind == JsonValueKind.String ? wanted.GetString() : wanted.GetRawText()) is { } same
            && IsSame(same, found, anyOrder: false, more: false);
    }

    private static JsonElement? Parsed(string? text)
    {
        try
        {
            using var document = JsonDocument.Parse(text ?? "");
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <param name="anyOrder">Whether lists may hold the same in another order.</param>
    /// <param name="more">Whether objects may have more members.</param>
    private static bool IsSame(JsonElement wanted, JsonElement sent, bool anyOrder, bool more)
    {
        if (wanted.ValueKind != sent.ValueKind)
        {
            return false;
        }
        switch (wanted.ValueKind)
        {
            case JsonValueKind.Object:
                return (more || wanted.EnumerateObject().Count() == sent.EnumerateObject().Count())
                    && wanted
                        .EnumerateObject()
                        .All(m => sent.TryGetProperty(m.Name, out var value) && IsSame(m.Value, value, anyOrder, more));
            case JsonValueKind.Array:
                var left = sent.EnumerateArray().ToList();
                if (wanted.GetArrayLength() != left.Count)
                {
                    return false;
                }
                foreach (var item in wanted.EnumerateArray())
                {
                    var place = anyOrder ? left.FindIndex(other => IsSame(item, other, anyOrder, more)) : 0;
                    if (place < 0 || !IsSame(item, left[place], anyOrder, more))
                    {
                        return false;
                    }
                    left.RemoveAt(place);
                }
                return true;
            case JsonValueKind.String when wanted.GetString()!.StartsWith(Pattern, StringComparison.Ordinal):
                return WireMockHandler.Matches(sent.GetString()!, wanted.GetString()![Pattern.Length..]);
            default:
                return JsonElement.DeepEquals(wanted, sent);
        }
    }
}
