using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Affluent.Ledger;

/// <summary>Says where a text departs from the form of a recording, and what stands there in one, in the form's own words alone.</summary>
internal static class RecordingForm
{
    // Of the words of the form in a line for people.
    private const int LongestList = 80;

    /// <summary>Where reading a text ended, and why; it holds nothing of the text.</summary>
    public static string FaultOf(JsonException error)
    {
        var (place, type, isField) = Follow(error.Path ?? "$");
        var fault =
            error.InnerException is JsonException
                ? $"is no JSON from byte {error.BytePositionInLine + 1} of the line on"
            : isField ? $"should be {Meant(type)}"
            : $"has a field that the form does not have there: it has {Fields(type)}";
        return $"line {error.LineNumber + 1}, {place}: {fault}";
    }

    // As far as the form goes along; the names in a path may be anything.
    private static (string Place, JsonTypeInfo Type, bool IsField) Follow(string path)
    {
        JsonTypeInfo type = ReadingsJson.Strict;
        var at = 1;
        while (at < path.Length)
        {
            var end = path.IndexOfAny(['.', '['], at + 1);
            end = end < 0 ? path.Length : end;
            var step = path[at..end];
            if (Step(type, step) is not { } inner)
            {
                return (path[..at], type, false);
            }
            (type, at) = (inner, end);
        }
        return (path, type, true);
    }

    private static JsonTypeInfo? Step(JsonTypeInfo type, string step) =>
        type.Kind == JsonTypeInfoKind.Enumerable
            ? step.Length > 2 && step[1..^1].All(char.IsAsciiDigit)
                ? Of(type.ElementType!)
                : null
            : type.Properties.FirstOrDefault(property => step == $".{property.Name}") is { } found
                ? Of(found.PropertyType)
                : null;

    private static JsonTypeInfo Of(Type type) => ReadingsJson.Strict.Options.GetTypeInfo(type);

    private static string Meant(JsonTypeInfo type)
    {
        var plain = Nullable.GetUnderlyingType(type.Type) ?? type.Type;
        return type.Kind switch
        {
            JsonTypeInfoKind.Object => $"an object with {Fields(type)}",
            JsonTypeInfoKind.Enumerable => "a list",
            JsonTypeInfoKind.Dictionary => "an object",
            JsonTypeInfoKind.None when plain.IsEnum =>
                $"one of {List(Enum.GetNames(plain).Select(JsonNamingPolicy.SnakeCaseUpper.ConvertName))}",
            JsonTypeInfoKind.None => plain == typeof(string) ? "a text"
            : plain == typeof(bool) ? "true or false"
            : plain == typeof(decimal) ? "a number"
            : "a whole number",
        };
    }

    // What may be missing is missing from most.
    private static string Fields(JsonTypeInfo type) =>
        type.Properties.Count == 0
            ? "none"
            : List(type.Properties.Where(property => property.IsRequired).Select(property => property.Name));

    private static string List(IEnumerable<string> words)
    {
        var list = string.Join(", ", words);
        return list.Length <= LongestList
            ? list
            : $"{list[..list.LastIndexOf(", ", LongestList, StringComparison.Ordinal)]} …";
    }
}
