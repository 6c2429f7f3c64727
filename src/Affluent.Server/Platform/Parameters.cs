using System.Globalization;
using Affluent.Server.Storage;
using Microsoft.Extensions.Primitives;

namespace Affluent.Server.Platform;

/// <summary>
/// A query parameter of the API, said once: the same object reads it from a request and describes it in the OpenAPI document.
/// </summary>
/// <param name="Meaning">A sentence for the reader of the API reference.</param>
internal abstract record Parameter(string Name, string Meaning, ParameterKind Kind)
{
    /// <summary>The only words it takes; empty = any.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Bounds of a whole number; null = none.</summary>
    public (long Least, long Most)? Bounds { get; init; }

    /// <summary>The value that stands for an absent one, as the reader would write it; null when absence means "no restriction".</summary>
    public string? Standard { get; init; }

    /// <summary>An id of the API.</summary>
    public static Parameter<T?> Id<T>(string name, string meaning)
        where T : struct, IId<T> =>
        new(
            name,
            meaning,
            ParameterKind.Id,
            static (string text, out T? value) =>
            {
                var read = Ids.TryRead<T>(text, out var id);
                value = id;
                return read ? null : "must be an id: a decimal number";
            }
        );

    /// <summary>Ids of the API, separated by commas.</summary>
    public static Parameter<IReadOnlyList<T>?> SomeIds<T>(string name, string meaning)
        where T : struct, IId<T> =>
        new(
            name,
            meaning,
            ParameterKind.Ids,
            static (string text, out IReadOnlyList<T>? value) =>
            {
                List<T> read = [];
                foreach (var one in text.Split(',', StringSplitOptions.TrimEntries))
                {
                    if (!Platform.Ids.TryRead<T>(one, out var id))
                    {
                        value = null;
                        return "must be a comma-separated list of ids: decimal numbers";
                    }
                    read.Add(id);
                }
                value = read;
                return null;
            }
        );

    /// <summary>A time in ISO 8601 with its offset, read as UTC seconds.</summary>
    public static Parameter<long?> Time(string name, string meaning) =>
        new(
            name,
            meaning,
            ParameterKind.Time,
            static (string text, out long? value) =>
            {
                // A plus sign that was not escaped arrives as a blank, and blanks have no other place here.
                var read = DateTimeOffset.TryParseExact(
                    text.Replace(' ', '+'),
                    ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"],
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.AssumeUniversal,
                    out var time
                );
                value = time.ToUnixTimeSeconds();
                return read ? null : "must be a time in ISO 8601 with its offset, such as 2026-03-01T00:00:00+01:00";
            }
        );

    /// <summary>A time in UTC seconds.</summary>
    public static Parameter<long?> Seconds(string name, string meaning) =>
        new(
            name,
            meaning,
            ParameterKind.Seconds,
            static (string text, out long? value) =>
            {
                // Year 0001 to 9999. A time in milliseconds lies beyond and is refused instead of being taken for a far future.
                const long First = -62_135_596_800;
                const long Last = 253_402_300_799;
                var read = long.TryParse(
                    text,
                    NumberStyles.AllowLeadingSign,
                    CultureInfo.InvariantCulture,
                    out var time
                );
                value = time;
                return read && time is >= First and <= Last
                    ? null
                    : "must be a time in whole seconds since 1970-01-01 UTC (not milliseconds)";
            }
        );

    /// <summary>An amount in units of the currency, signed, with a decimal point.</summary>
    public static Parameter<decimal?> Amount(string name, string meaning) =>
        new(
            name,
            meaning,
            ParameterKind.Amount,
            static (string text, out decimal? value) =>
            {
                const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
                var read = decimal.TryParse(text, Style, CultureInfo.InvariantCulture, out var amount);
                value = amount;
                return read ? null : "must be an amount such as -12.50";
            }
        );

    /// <summary>Free text, at most 100 characters.</summary>
    public static Parameter<string?> Text(string name, string meaning) =>
        new(
            name,
            meaning,
            ParameterKind.Text,
            static (string text, out string? value) =>
            {
                value = text.Trim();
                return value.Length is > 0 and <= 100 ? null : "must have 1 to 100 characters";
            }
        );

    /// <summary>A whole number from 1.</summary>
    public static Parameter<long?> Count(string name, string meaning, int standard, int maximum) =>
        WholeNumber(name, meaning, 1, maximum) with
        {
            Standard = standard.ToString(CultureInfo.InvariantCulture),
        };

    /// <summary>A whole number between two bounds, both allowed.</summary>
    public static Parameter<long?> WholeNumber(string name, string meaning, long least, long most) =>
        new(
            name,
            meaning,
            ParameterKind.Number,
            (string text, out long? value) =>
            {
                var read = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
                value = number;
                return read && number >= least && number <= most
                    ? null
                    : string.Create(CultureInfo.InvariantCulture, $"must be a whole number from {least} to {most}");
            }
        )
        {
            Bounds = (least, most),
        };

    /// <summary>A place in a row of events. Described as a decimal text, as ids are: programs whose numbers are floating would round it.</summary>
    public static Parameter<long?> Cursor(string name, string meaning) =>
        WholeNumber(name, meaning, least: 0, most: long.MaxValue) with
        {
            Kind = ParameterKind.Id,
        };

    /// <summary>One word of a closed list.</summary>
    public static Parameter<string?> OneOf(string name, string meaning, IReadOnlyList<string> words) =>
        new(
            name,
            meaning,
            ParameterKind.Word,
            (string text, out string? value) =>
            {
                value = text;
                return words.Contains(text, StringComparer.Ordinal)
                    ? null
                    : "must be one of: " + string.Join(", ", words);
            }
        )
        {
            Words = words,
        };

    /// <summary>One word of a vocabulary.</summary>
    public static Parameter<T?> OneOf<T>(string name, string meaning)
        where T : struct, Enum =>
        new(
            name,
            meaning,
            ParameterKind.Word,
            static (string text, out T? value) =>
            {
                var read = Vocabulary<T>.TryRead(text, out var word);
                value = word;
                return read ? null : "must be one of: " + string.Join(", ", Vocabulary<T>.Words);
            }
        )
        {
            Words = Vocabulary<T>.Words,
        };

    /// <summary>ISO 3166-1 alpha-3 codes, separated by commas.</summary>
    public static Parameter<IReadOnlyList<string>?> Countries(string name, string meaning) =>
        new(
            name,
            meaning,
            ParameterKind.Words,
            static (string text, out IReadOnlyList<string>? value) =>
            {
                value = text.Split(',', StringSplitOptions.TrimEntries);
                return value.All(code => code.Length == 3 && code.All(char.IsAsciiLetter))
                    ? null
                    : "must be a comma-separated list of ISO 3166-1 alpha-3 codes, such as FRA";
            }
        );

    /// <summary>Words of a vocabulary, separated by commas.</summary>
    public static Parameter<IReadOnlyList<T>?> SomeOf<T>(string name, string meaning)
        where T : struct, Enum =>
        new(
            name,
            meaning,
            ParameterKind.Words,
            static (string text, out IReadOnlyList<T>? value) =>
            {
                List<T> read = [];
                foreach (var word in text.Split(',', StringSplitOptions.TrimEntries))
                {
                    if (!Vocabulary<T>.TryRead(word, out var one))
                    {
                        value = null;
                        return "must be a comma-separated list of: " + string.Join(", ", Vocabulary<T>.Words);
                    }
                    read.Add(one);
                }
                value = read;
                return null;
            }
        )
        {
            Words = Vocabulary<T>.Words,
        };
}

/// <summary>Reads the text of a parameter; answers what is wrong with it ("must be …"), or null.</summary>
internal delegate string? ParameterReader<T>(string text, out T value);

/// <inheritdoc cref="Parameter"/>
/// <typeparam name="T">A nullable type: an absent parameter reads as null.</typeparam>
internal sealed record Parameter<T>(string Name, string Meaning, ParameterKind Kind, ParameterReader<T> Reader)
    : Parameter(Name, Meaning, Kind);

/// <summary>What the text of a parameter looks like.</summary>
internal enum ParameterKind
{
    Id,
    Ids,
    Time,
    Seconds,
    Amount,
    Number,
    Text,
    Word,
    Words,
}

/// <summary>Reads the parameters of one request and keeps the first fault. Unknown parameters are ignored.</summary>
/// <param name="given">The texts that the request brings under a name.</param>
internal sealed class ParameterSource(Func<string, StringValues> given)
{
    /// <summary>Reads the query.</summary>
    public ParameterSource(HttpRequest request)
        : this(name => request.Query[name]) { }

    /// <summary>What is wrong with the first bad parameter; null while all are fine.</summary>
    public Problem? Problem { get; private set; }

    /// <summary>The value, or null when the parameter is absent or bad.</summary>
    public T? Read<T>(Parameter<T> parameter)
    {
        var texts = given(parameter.Name);
        if (texts.Count == 0)
        {
            return default;
        }
        // A list may be given as several parameters; anything else that comes twice is a mistake of the caller.
        if (texts.Count > 1 && parameter.Kind is not (ParameterKind.Words or ParameterKind.Ids))
        {
            Refuse(Problem.BadParameter(parameter.Name, "is given more than once"));
            return default;
        }
        var text = string.Join(',', texts.ToArray());
        // .NET takes it behind a number for nothing, and PostgreSQL takes no text that holds it.
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            Refuse(Problem.BadParameter(parameter.Name, "holds the character U+0000"));
            return default;
        }
        if (parameter.Reader(text, out var value) is { } fault)
        {
            Refuse(Problem.BadParameter(parameter.Name, fault));
            return default;
        }
        return value;
    }

    /// <summary>Which part of the list is asked for.</summary>
    public Page Page(Paging paging) =>
        new((int)(Read(paging.Number) ?? 1), (int)(Read(paging.Limit) ?? paging.Standard));

    /// <summary>Notes a fault that lies between parameters; the first one is kept.</summary>
    public void Refuse(Problem problem) => Problem ??= problem;
}

/// <summary>The parameters that a route takes, for its description.</summary>
internal sealed record TakenParameters(IReadOnlyList<Parameter> Parameters);

internal static class ParameterRoutes
{
    /// <summary>Says which query parameters a route takes.</summary>
    public static RouteHandlerBuilder Takes(
        this RouteHandlerBuilder route,
        params IReadOnlyList<Parameter> parameters
    ) => route.WithMetadata(new TakenParameters(parameters));
}
