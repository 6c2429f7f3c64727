using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Server.Storage;

namespace Affluent.Server.Platform;

/// <summary>
/// Makes the ids of everything: 63 bits, growing with time, without asking the database. 41 bits of milliseconds since 2025, 10 bits
/// of node number, 12 bits of sequence. Shown as decimal strings.
/// </summary>
internal sealed class Ids(TimeProvider time, int node)
{
    private const long Epoch = 1_735_689_600_000; // 2025-01-01T00:00:00Z

    private readonly Lock _lock = new();
    private long _last;

    private const int Nodes = 1024;

    /// <summary>The number of a node: each start takes the next one, so that two make no equal ids.</summary>
    public static async Task<int> TakeNode(DbWork db) =>
        (int)(
            await db.Scalar<long>("update counters set value = value + 1 where name = 'node_starts' returning value")
            % Nodes
        );

    /// <summary>A transaction that shows whether there can be any. It counts, since SQLite writes nothing where nothing changes.</summary>
    public static Task Touch(DbWork db) =>
        db.Execute(
            """
            insert into counters (name, value) values ('probes', 1)
            on conflict (name) do update set value = counters.value + 1
            """
        );

    /// <summary>The next id, larger than all that this node made before, also when the clock steps back.</summary>
    public long Next()
    {
        var now = (time.GetUtcNow().ToUnixTimeMilliseconds() - Epoch) << 12;
        lock (_lock)
        {
            // _last counts in (milliseconds, sequence); a full sequence borrows from the next millisecond.
            _last = Math.Max(now, _last + 1);
            return (_last >> 12 << 22) | ((long)(node % Nodes) << 12) | (_last & 4095);
        }
    }

    /// <summary>The next id, for one kind of thing.</summary>
    public T Next<T>()
        where T : struct, IId<T> => T.Of(Next());

    /// <summary>When an id was made, to the millisecond.</summary>
    public static DateTimeOffset MadeAt(long id) => DateTimeOffset.FromUnixTimeMilliseconds((id >> 22) + Epoch);

    /// <summary>As the published API shows it.</summary>
    public static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads an id of the published API; false when it is not a positive decimal number.</summary>
    public static bool TryRead(string? text, out long id)
    {
        id = 0;
        // .NET takes zeros (U+0000) behind a number for nothing.
        return text is not null
            && text.All(char.IsAsciiDigit)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id)
            && id > 0;
    }

    /// <inheritdoc cref="TryRead(string?, out long)"/>
    public static bool TryRead<T>(string? text, out T id)
        where T : struct, IId<T>
    {
        var read = TryRead(text, out var number);
        id = T.Of(number);
        return read;
    }
}

/// <summary>Writes an id as the published API does: a decimal string.</summary>
internal sealed class IdConverter<T> : JsonConverter<T>
    where T : struct, IId<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Ids.TryRead<T>(reader.GetString(), out var id)
            ? id
            : throw new JsonException("Not an id.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
