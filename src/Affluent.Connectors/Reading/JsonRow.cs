using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Affluent.Connectors.Reading;

/// <summary>
/// The members of one row after another that its reader asks for, found in one pass over the row: a page has thousands of them. Names as <see cref="Json.Item(JsonElement, string)"/>
/// takes them: as written, else in any case; of one that stands twice the last.
/// </summary>
/// <param name="naming">Makes the names of the members' own, which are in Pascal case; null: they are the same.</param>
/// <typeparam name="TMember">The names, numbered from 0.</typeparam>
internal sealed class JsonRow<TMember>(JsonNamingPolicy? naming)
    where TMember : struct, Enum
{
    // Rows of a page have the same members in the same order, mostly: what stood at a place in the row before is looked for there first.
    private const int Nowhere = -1;
    private const int PlacesGuessed = 64;

    // By length: few names have the same.
    private readonly (byte[] Name, int Place)[][] _names = ByLength(naming);
    private readonly (byte[] Name, int Place)[] _before = new (byte[], int)[PlacesGuessed];
    private readonly (int Start, int End, JsonTokenType Kind)[] _members = new (int, int, JsonTokenType)[
        Enum.GetValues<TMember>().Length
    ];

    // Many members say in each row what they said in the one before: no text is made of that again.
    private readonly string?[] _texts = new string?[Enum.GetValues<TMember>().Length];
    private readonly (byte[] Written, string? Text)[] _made = new (byte[], string?)[Enum.GetValues<TMember>().Length];
    private ArraySegment<byte> _page;

    /// <summary>Turns to the row at whose first token a reader of the page stands. It stands at the last one then.</summary>
    public JsonRow<TMember> Of(ref Utf8JsonReader reader, ArraySegment<byte> page)
    {
        _page = page;
        Array.Clear(_members);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return this;
        }
        var at = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueIsEscaped ? Encoding.UTF8.GetBytes(reader.GetString()!) : reader.ValueSpan;
            var place = at < PlacesGuessed ? PlaceOf(name, ref _before[at++]) : PlaceOf(name);
            if (place == Nowhere)
            {
                place = PlaceOfOddlyWritten(name);
            }
            reader.Read();
            var (start, kind) = ((int)reader.TokenStartIndex, reader.TokenType);
            reader.Skip();
            if (place != Nowhere)
            {
                _members[place] = (start, (int)reader.BytesConsumed, kind);
            }
        }
        return this;
    }

    private int PlaceOf(ReadOnlySpan<byte> name, ref (byte[] Name, int Place) before)
    {
        if (before.Name is null || !name.SequenceEqual(before.Name))
        {
            before = (name.ToArray(), PlaceOf(name));
        }
        return before.Place;
    }

    private int PlaceOf(ReadOnlySpan<byte> name)
    {
        foreach (var (known, place) in name.Length < _names.Length ? _names[name.Length] : [])
        {
            if (name.SequenceEqual(known))
            {
                return place;
            }
        }
        return Nowhere;
    }

    // In another case. It counts where none is as written, and of several the first.
    private int PlaceOfOddlyWritten(ReadOnlySpan<byte> name)
    {
        foreach (var (known, place) in name.Length < _names.Length ? _names[name.Length] : [])
        {
            if (_members[place].Kind == JsonTokenType.None && Ascii.EqualsIgnoreCase(name, known))
            {
                return place;
            }
        }
        return Nowhere;
    }

    /// <summary>A member that says something; missing otherwise.</summary>
    public JsonSlice Item(TMember member)
    {
        var (start, end, kind) = _members[Unsafe.BitCast<TMember, int>(member)];
        return kind is JsonTokenType.None or JsonTokenType.Null ? default : new(_page.AsSpan(start..end), kind);
    }

    /// <inheritdoc cref="JsonSlice.AsText"/>
    public string? Text(TMember member)
    {
        var item = Item(member);
        ref var before = ref _texts[Unsafe.BitCast<TMember, int>(member)];
        var raw = item.Raw;
        return before is not null && Ascii.Equals(raw, before) && !raw.Contains((byte)'\\')
            ? before
            : before = item.AsText();
    }

    /// <summary>A text that is made of a member: once, as long as the member says the same.</summary>
    public string? Text(TMember member, Func<JsonSlice, string?> make)
    {
        var item = Item(member);
        ref var made = ref _made[Unsafe.BitCast<TMember, int>(member)];
        if (made.Written is null || !item.Written.SequenceEqual(made.Written))
        {
            made = (item.Written.ToArray(), make(item));
        }
        return made.Text;
    }

    /// <inheritdoc cref="Dates.Read(JsonSlice, TimeZoneInfo)"/>
    public DateOnly? Day(TMember member, TimeZoneInfo zone) => Dates.Read(Item(member), zone);

    private static (byte[] Name, int Place)[][] ByLength(JsonNamingPolicy? naming)
    {
        (byte[] Name, int Place)[] all =
        [
            .. Enum.GetNames<TMember>()
                .Select((name, place) => (Encoding.UTF8.GetBytes(naming?.ConvertName(name) ?? name), place)),
        ];
        return
        [
            .. Enumerable
                .Range(0, all.Max(name => name.Name.Length) + 1)
                .Select(length => all.Where(name => name.Name.Length == length).ToArray()),
        ];
    }
}
