using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Affluent.Connectors.Reading;

/// <summary>
/// The members of one row after another that its reader asks for, found in one pass over the row: a page has thousands of them. Names as <see cref="Json.Item(JsonElement, string)"/>
/// takes them: as written, else in any case; of one that stands twice the last.
/// </summary>
/// <typeparam name="TMember">The names, in Pascal case for camel case, numbered from 0.</typeparam>
internal sealed class JsonRow<TMember>
    where TMember : struct, Enum
{
    // By length: few names have the same.
    private static readonly (byte[] Name, int Place)[][] Names = ByLength();

    // Rows of a page have the same members in the same order, mostly: what stood at a place in the row before is looked for there first.
    private const int Nowhere = -1;
    private const int PlacesGuessed = 64;

    private readonly JsonElement[] _members = new JsonElement[Enum.GetValues<TMember>().Length];
    private readonly (byte[] Name, int Place)[] _before = new (byte[], int)[PlacesGuessed];

    /// <summary>Turns to another row.</summary>
    public JsonRow<TMember> Of(JsonElement row)
    {
        Array.Clear(_members);
        if (row.ValueKind != JsonValueKind.Object)
        {
            return this;
        }
        var at = 0;
        foreach (var member in row.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(member);
            if (at < PlacesGuessed)
            {
                ref var before = ref _before[at++];
                if (before.Name is null || !name.SequenceEqual(before.Name))
                {
                    before = (name.ToArray(), PlaceOf(name));
                }
                if (before.Place != Nowhere)
                {
                    // As written; of one that stands twice the last.
                    _members[before.Place] = member.Value;
                    continue;
                }
            }
            else if (PlaceOf(name) is var place && place != Nowhere)
            {
                _members[place] = member.Value;
                continue;
            }
            TakeOddlyWritten(member, name);
        }
        return this;
    }

    private static int PlaceOf(ReadOnlySpan<byte> name)
    {
        foreach (var (known, place) in name.Length < Names.Length ? Names[name.Length] : [])
        {
            if (name.SequenceEqual(known))
            {
                return place;
            }
        }
        return Nowhere;
    }

    // In another case, or with escapes. It counts where none is as written, and of several the first.
    private void TakeOddlyWritten(JsonProperty member, ReadOnlySpan<byte> name)
    {
        if (name.Contains((byte)'\\'))
        {
            name = Encoding.UTF8.GetBytes(member.Name);
        }
        foreach (var (known, place) in name.Length < Names.Length ? Names[name.Length] : [])
        {
            if (
                name.SequenceEqual(known)
                || (_members[place].ValueKind == default && Ascii.EqualsIgnoreCase(name, known))
            )
            {
                _members[place] = member.Value;
                return;
            }
        }
    }

    /// <summary>A member that says something; null otherwise.</summary>
    public JsonElement? Item(TMember member)
    {
        var value = _members[Unsafe.BitCast<TMember, int>(member)];
        return value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? null : value;
    }

    /// <inheritdoc cref="Json.Items"/>
    public IEnumerable<JsonElement> Items(TMember member) => Json.ItemsOf(Item(member));

    /// <inheritdoc cref="Json.Text"/>
    public string? Text(TMember member) => Item(member)?.AsText();

    /// <inheritdoc cref="Dates.Read(string?, TimeZoneInfo)"/>
    public DateOnly? Day(TMember member, TimeZoneInfo zone) => Dates.Read(Item(member), zone);

    private static (byte[] Name, int Place)[][] ByLength()
    {
        (byte[] Name, int Place)[] all =
        [
            .. Enum.GetNames<TMember>()
                .Select((name, place) => (Encoding.ASCII.GetBytes(char.ToLowerInvariant(name[0]) + name[1..]), place)),
        ];
        return
        [
            .. Enumerable
                .Range(0, all.Max(name => name.Name.Length) + 1)
                .Select(length => all.Where(name => name.Name.Length == length).ToArray()),
        ];
    }
}
