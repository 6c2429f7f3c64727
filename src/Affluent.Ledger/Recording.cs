using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>Readings as a file keeps them.</summary>
public sealed record Recording
{
    /// <summary>What <see cref="Format"/> is of this version.</summary>
    public const string ThisFormat = "affluent-recording-1";

    /// <summary>The form of the file.</summary>
    public required string Format { get; init; }

    /// <summary>In words, what was replaced and what stayed.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>In the order in which they were made.</summary>
    public required IReadOnlyList<RecordedReading> Readings { get; init; }

    /// <summary>The recording as JSON.</summary>
    public string Write() => JsonSerializer.Serialize(this, ReadingsJson.Strict);

    /// <summary>One reading as JSON without blanks.</summary>
    public static string WriteReading(RecordedReading reading) =>
        JsonSerializer.Serialize(reading, ReadingsJson.Default.RecordedReading);

    /// <summary>Reads what <see cref="WriteReading"/> wrote.</summary>
    public static RecordedReading ReadReading(string text) =>
        JsonSerializer.Deserialize(text, ReadingsJson.Default.RecordedReading)!;

    /// <summary>Reads a recording that anybody may have written.</summary>
    /// <param name="text">JSON.</param>
    /// <param name="fault">Where it is none, and why; it holds nothing of the text.</param>
    /// <returns>Null: it is none.</returns>
    public static Recording? Read(string text, out string? fault)
    {
        Recording? recording;
        try
        {
            recording = JsonSerializer.Deserialize(text, ReadingsJson.Strict);
        }
        catch (JsonException e)
        {
            fault = RecordingForm.FaultOf(e);
            return null;
        }
        fault = recording is null ? "line 1, $: is not an object" : FaultOf(recording);
        return fault is null ? recording : null;
    }

    private static string? FaultOf(Recording recording) =>
        recording.Format != ThisFormat
            ? $"$.format: is not {ThisFormat}"
            : First("$.readings", recording.Readings, FaultOf);

    private static string? FaultOf(RecordedReading reading)
    {
        int?[] window = [reading.Window.From, reading.Window.To];
        return First("held", reading.Held, held => FaultOf(held.Movement) is { } fault ? $"movement.{fault}" : null)
            ?? First("listed", reading.Listed, FaultOf)
            ?? First("settled.different", [.. reading.Settled.Different], _ => null)
            ?? FaultOf(reading.Rules.Settings)
            ?? (
                !Array.TrueForAll(window, IsDay) ? "window: is not within the years 1 to 9999"
                : reading.Held.DistinctBy(held => held.Id).Count() != reading.Held.Count
                    ? "held: one id stands more than once"
                : reading.Decided is { } decided ? FaultOf(decided, reading)
                : null
            );
    }

    private static string? FaultOf(Decisions decided, RecordedReading reading) =>
        decided.Rows.Count != reading.Listed.Count
            ? "decided.rows: are not as many as were listed"
            : First("decided.rows", decided.Rows, _ => null);

    private static string? FaultOf(ReconciliationSettings settings) =>
        settings.DateShiftDays is < 0 or > ReconciliationSettings.MostDateShiftDays ? OutOfBounds("date_shift_days")
        : settings.PendingDays is < 0 or > ReconciliationSettings.MostPendingDays ? OutOfBounds("pending_days")
        : settings.CardAmountPercent is < 0 or > ReconciliationSettings.MostCardAmountPercent
            ? OutOfBounds("card_amount_percent")
        : settings.ForeignAmountPercent is < 0 or > ReconciliationSettings.MostForeignAmountPercent
            ? OutOfBounds("foreign_amount_percent")
        : null;

    private static string OutOfBounds(string setting) => $"rules.settings.{setting}: is out of bounds";

    // The first fault in a list; the reader of JSON lets null stand in it.
    private static string? First<T>(string name, IReadOnlyList<T?> all, Func<T, string?> faultOf)
        where T : class
    {
        foreach (var (place, one) in all.Index())
        {
            if (one is null)
            {
                return $"{name}[{place}]: is missing";
            }
            if (faultOf(one) is { } fault)
            {
                return $"{name}[{place}].{fault}";
            }
        }
        return null;
    }

    private static string? FaultOf(Movement row)
    {
        int?[] days = [row.Day, row.BookingDay, row.ValueDay, row.TransactionDay];
        return !Money.IsKept(row.Amount) ? "amount: is too large, or has too many decimals"
            : Array.TrueForAll(days, IsDay) ? null
            : "day: is not within the years 1 to 9999";
    }

    private static bool IsDay(int? day) =>
        day is null || (day >= DayNumbers.From(DateOnly.MinValue) && day <= DayNumbers.From(DateOnly.MaxValue));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    IgnoreReadOnlyProperties = true,
    AllowDuplicateProperties = false,
    MaxDepth = 16,
    Converters = [
        typeof(RecordedWords<TransactionIds>),
        typeof(RecordedWords<IdFault>),
        typeof(RecordedWords<MatchTier>),
        typeof(RecordedWords<MatchReason>),
        typeof(RecordedWords<TransactionStatus>),
    ]
)]
[JsonSerializable(typeof(Recording))]
[JsonSerializable(typeof(RecordedReading))]
internal sealed partial class ReadingsJson : JsonSerializerContext
{
    /// <summary>For files that people look into, and may have written: nothing but what may be null may be missing.</summary>
    public static JsonTypeInfo<Recording> Strict =>
        field ??=
            (JsonTypeInfo<Recording>)
                new JsonSerializerOptions(Default.Options)
                {
                    WriteIndented = true,
                    // They are shown on no page.
                    Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
                    TypeInfoResolver = Default.WithAddedModifier(RequireAll),
                }.GetTypeInfo(typeof(Recording));

    private static void RequireAll(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            property.IsRequired =
                property.Set is not null
                && !property.IsSetNullable
                && Nullable.GetUnderlyingType(property.PropertyType) is null;
        }
    }
}

/// <summary>Enums as the API writes them: STABLE_ONCE_BOOKED.</summary>
internal sealed class RecordedWords<T>()
    : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false)
    where T : struct, Enum;
