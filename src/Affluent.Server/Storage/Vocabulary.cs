using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Affluent.Server.Storage;

/// <summary>
/// A closed list of words: one enum, and the one map between its values and their words. The same words go over the wire, into the
/// database, into the checks of its tables and into the API's document.
/// </summary>
internal sealed class Vocabulary
{
    private static readonly ConcurrentDictionary<Type, Vocabulary> All = new();

    private static readonly Lazy<ILookup<string, Type>> ByName = new(() =>
        Assembly
            .GetExecutingAssembly()
            .GetReferencedAssemblies()
            .Where(name => name.Name!.StartsWith("Affluent.", StringComparison.Ordinal))
            .Select(Assembly.Load)
            .Append(Assembly.GetExecutingAssembly())
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type.IsEnum)
            .ToLookup(type => type.Name, StringComparer.Ordinal)
    );

    // Over plain numbers, not over each enum: a table of an enum's own is code of its own, compiled at every start.
    private readonly Dictionary<int, string> _words = [];
    private readonly Dictionary<string, object> _numbers = new(StringComparer.Ordinal);

    private Vocabulary(Type type)
    {
        var lower = type.GetCustomAttribute<WordCaseAttribute>()?.Case == WordCase.LowerSnake;
        var values = (int[])Enum.GetValuesAsUnderlyingType(type);
        var words = Enum.GetNames(type);
        for (var i = 0; i < values.Length; i++)
        {
            words[i] = Snake(words[i], lower);
            _words.Add(values[i], words[i]);
            _numbers.Add(words[i], values[i]);
        }
        Words = words;
    }

    /// <summary>All words, in the order of the enum.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>The vocabulary of an enum.</summary>
    public static Vocabulary Of(Type type) => All.GetOrAdd(type, static t => new Vocabulary(t));

    /// <summary>The vocabulary of the enum of this name, for SQL that names it.</summary>
    /// <exception cref="InvalidOperationException">No enum, or more than one, has the name.</exception>
    public static Vocabulary Named(string name) => Of(ByName.Value[name].Single());

    /// <summary>The word of a value.</summary>
    public string Word(Enum value) => Word(Convert.ToInt32(value, CultureInfo.InvariantCulture));

    /// <summary>The word of the value of this number.</summary>
    public string Word(int number) => _words[number];

    /// <summary>The number (<see cref="int"/>) of a word's value; null when it is none of the list.</summary>
    public object? FindNumber(string word) => _numbers.GetValueOrDefault(word);

    private static string Snake(string name, bool lower)
    {
        var word = new StringBuilder();
        foreach (var letter in name)
        {
            if (word.Length > 0 && char.IsUpper(letter))
            {
                word.Append('_');
            }
            word.Append(lower ? char.ToLowerInvariant(letter) : char.ToUpperInvariant(letter));
        }
        return word.ToString();
    }
}

/// <inheritdoc cref="Vocabulary"/>
internal static class Vocabulary<T>
    where T : struct, Enum
{
    private static readonly Vocabulary Table = Vocabulary.Of(typeof(T));

    /// <summary>All words, in the order of the enum.</summary>
    public static IReadOnlyList<string> Words => Table.Words;

    /// <summary>The word of a value.</summary>
    public static string Word(T value) => Table.Word(Unsafe.BitCast<T, int>(value));

    /// <summary>The values of those words that are of the list, in the order given.</summary>
    public static IEnumerable<T> Among(IEnumerable<string> words)
    {
        foreach (var word in words)
        {
            if (TryRead(word, out var value))
            {
                yield return value;
            }
        }
    }

    /// <summary>The words of values, separated by blanks, as OAuth writes lists.</summary>
    public static string Join(IEnumerable<T> values) => string.Join(' ', values.Select(Word));

    /// <summary>Reads a word; false when it is none of the list.</summary>
    public static bool TryRead(string? word, out T value)
    {
        var number = word is null ? null : Table.FindNumber(word);
        value = number is int known ? Unsafe.BitCast<int, T>(known) : default;
        return number is not null;
    }
}

/// <summary>Says the word of a value.</summary>
internal static class VocabularyWords
{
    /// <summary>The value as it is stored and shown ("PARTIAL_SUCCESS").</summary>
    public static string Word<T>(this T value)
        where T : struct, Enum => Vocabulary<T>.Word(value);
}

/// <summary>How the words of a vocabulary are written.</summary>
internal enum WordCase
{
    /// <summary>PARTIAL_SUCCESS: what the published API does, so nobody has to say it.</summary>
    UpperSnake,

    /// <summary>wrong_credentials.</summary>
    LowerSnake,
}

/// <summary>Says how the words of an enum are written, where that is not in capitals.</summary>
[AttributeUsage(AttributeTargets.Enum)]
internal sealed class WordCaseAttribute(WordCase wordCase) : Attribute
{
    public WordCase Case => wordCase;
}

/// <summary>Writes a value of a vocabulary as its word.</summary>
internal sealed class WordConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Vocabulary<T>.TryRead(reader.GetString(), out var value)
            ? value
            : throw new JsonException($"Not one of {string.Join(", ", Vocabulary<T>.Words)}.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Word());

    public override T ReadAsPropertyName(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    ) => Vocabulary<T>.TryRead(reader.GetString(), out var value) ? value : throw new JsonException();

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Word());
}
