using System.Text.Json;

namespace Affluent.Fuzz.Tests.Engine;

/// <summary>
/// Changes inputs at random: bytes, tokens, fields, lines, and whole subtrees between brackets, of whatever text form they are.
/// The same seed makes the same changes.
/// </summary>
internal sealed class Mutator(Random random)
{
    private int _longest;

    private delegate byte[] Mutation(byte[] data, byte[] other);

    private Mutation[] Mutations =>
        field ??= [
            FlipBit,
            SetByte,
            Shift,
            Delete,
            Delete,
            Duplicate,
            Swap,
            InsertWord,
            InsertWord,
            ReplaceByWord,
            ReplaceByWord,
            ReplaceByWord,
            ReplaceByOther,
            ReplaceByOther,
            InsertOther,
            Splice,
            ReplaceNumber,
            ReplaceNumber,
            Nest,
            Multiply,
            ChangeCase,
            Truncate,
            InsertBytes,
        ];

    /// <summary>The input after one to eight changes.</summary>
    /// <param name="other">Another input, to take parts from.</param>
    /// <param name="longest">How long the result may be.</param>
    public byte[] Mutate(byte[] input, byte[] other, int longest)
    {
        _longest = longest;
        var data = input;
        for (var left = 1 << random.Next(4); left > 0; left--)
        {
            data =
                random.Next(3) == 0 ? ChangeJson(data, other) : Mutations[random.Next(Mutations.Length)](data, other);
        }
        return data.Length > longest ? data[..longest] : data;
    }

    /// <summary>Another value, a member twice, a member less: a document stays one. Other texts stay as they are.</summary>
    private byte[] ChangeJson(byte[] data, byte[] other)
    {
        var parts = JsonOf(data);
        if (parts.Count == 0)
        {
            return Mutations[random.Next(Mutations.Length)](data, other);
        }
        var (start, length, isMember) = parts[random.Next(parts.Count)];
        var foreign = random.Next(4) == 0 ? JsonOf(other) : [];
        ReadOnlySpan<byte> value = JsonParts.Values[random.Next(JsonParts.Values.Length)];
        if (foreign.Count > 0 && foreign[random.Next(foreign.Count)] is var part && part.IsMember == isMember)
        {
            value = other.AsSpan(part.Start, part.Length);
        }
        else if (random.Next(4) == 0)
        {
            value = Quoted(Word());
        }
        if (!isMember)
        {
            return random.Next(6) == 0
                ? Replaced(data, start, 0, [.. value, (byte)','])
                : Replaced(data, start, length, value);
        }
        var own = data.AsSpan(start, length);
        return random.Next(3) switch
        {
            // Without it, and without the comma behind it.
            0 => Replaced(
                data,
                start,
                length + (start + length < data.Length && data[start + length] == ',' ? 1 : 0),
                []
            ),
            1 => Replaced(data, start, 0, [.. own, (byte)',']),
            _ => Replaced(data, start, 0, [.. own[..(own.IndexOf((byte)':') + 1)], .. value, (byte)',']),
        };
    }

    private List<(int Start, int Length, bool IsMember)> JsonOf(byte[] data) =>
        Find(data, static b => b is (byte)'{' or (byte)'[') is >= 0 and var from ? JsonParts.Of(data, from) : [];

    private static byte[] Quoted(byte[] word) => JsonSerializer.SerializeToUtf8Bytes(InputText.Decode(word));

    private byte[] FlipBit(byte[] data, byte[] other) => Changed(data, b => (byte)(b ^ (1 << random.Next(8))));

    private byte[] SetByte(byte[] data, byte[] other) => Changed(data, _ => (byte)random.Next(256));

    private byte[] Shift(byte[] data, byte[] other) => Changed(data, b => (byte)(b + random.Next(-4, 5)));

    private byte[] Changed(byte[] data, Func<byte, byte> change)
    {
        if (data.Length == 0)
        {
            return data;
        }
        var changed = data.AsSpan().ToArray();
        ref var one = ref changed[random.Next(changed.Length)];
        one = change(one);
        return changed;
    }

    private byte[] Delete(byte[] data, byte[] other)
    {
        var (start, length) = Part(data);
        return Replaced(data, start, length, []);
    }

    private byte[] Duplicate(byte[] data, byte[] other)
    {
        var (start, length) = Part(data);
        return Replaced(data, start + length, 0, data.AsSpan(start, length));
    }

    /// <summary>Many times the same: what takes more than its share of time shows.</summary>
    private byte[] Multiply(byte[] data, byte[] other)
    {
        var (start, length) = Part(data);
        if (length == 0 || random.Next(4) > 0)
        {
            return data;
        }
        var most = Math.Max(1, (_longest - data.Length) / length);
        var times = Math.Min(most, 2 << random.Next(14));
        var many = new byte[length * times];
        for (var i = 0; i < times; i++)
        {
            data.AsSpan(start, length).CopyTo(many.AsSpan(i * length));
        }
        return Replaced(data, start, length, many);
    }

    private byte[] Swap(byte[] data, byte[] other)
    {
        var (start, length) = Part(data);
        var moved = data.AsSpan(start, length).ToArray();
        var without = Replaced(data, start, length, []);
        return Replaced(without, Boundary(without), 0, moved);
    }

    private byte[] InsertWord(byte[] data, byte[] other) => Replaced(data, Boundary(data), 0, Word());

    private byte[] ReplaceByWord(byte[] data, byte[] other)
    {
        var (start, length) = Part(data);
        return Replaced(data, start, length, Word());
    }

    private byte[] ReplaceByOther(byte[] data, byte[] other)
    {
        var (start, length) = Part(data);
        var (from, count) = Part(other);
        return Replaced(data, start, length, other.AsSpan(from, count));
    }

    private byte[] InsertOther(byte[] data, byte[] other)
    {
        var (from, count) = Part(other);
        return Replaced(data, Boundary(data), 0, other.AsSpan(from, count));
    }

    private byte[] Splice(byte[] data, byte[] other) =>
        [.. data.AsSpan(0, random.Next(data.Length + 1)), .. other.AsSpan(random.Next(other.Length + 1))];

    private byte[] InsertBytes(byte[] data, byte[] other)
    {
        var bytes = new byte[random.Next(1, 9)];
        random.NextBytes(bytes);
        return Replaced(data, Boundary(data), 0, bytes);
    }

    private byte[] Truncate(byte[] data, byte[] other) =>
        random.Next(2) == 0 ? data[..random.Next(data.Length + 1)] : data[random.Next(data.Length + 1)..];

    private byte[] ReplaceNumber(byte[] data, byte[] other)
    {
        var start = Find(data, static b => b is >= (byte)'0' and <= (byte)'9');
        if (start < 0)
        {
            return data;
        }
        var end = start;
        while (end < data.Length && data[end] is (>= (byte)'0' and <= (byte)'9') or (byte)'.')
        {
            end++;
        }
        return Replaced(data, start, end - start, HostileWords.Numbers[random.Next(HostileWords.Numbers.Length)]);
    }

    private byte[] Nest(byte[] data, byte[] other)
    {
        var (start, length) = Part(data);
        var (open, close) = random.Next(5) switch
        {
            0 => ("[", "]"),
            1 => ("{\"a\":", "}"),
            2 => ("(", ")"),
            3 => ("<div>", "</div>"),
            _ => ("<table><tr><td>", "</td></tr></table>"),
        };
        var depth = random.Next(8) == 0 ? random.Next(1, 2 + (_longest / open.Length / 2)) : random.Next(1, 4);
        var nested = string.Concat(Enumerable.Repeat(open, depth));
        var closed = string.Concat(Enumerable.Repeat(close, depth));
        return Replaced(
            data,
            start,
            length,
            [.. InputText.Encode(nested), .. data.AsSpan(start, length), .. InputText.Encode(closed)]
        );
    }

    private byte[] ChangeCase(byte[] data, byte[] other)
    {
        var (start, length) = Part(data);
        var changed = data.AsSpan().ToArray();
        foreach (ref var b in changed.AsSpan(start, length))
        {
            b = b is (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z') ? (byte)(b ^ 0x20) : b;
        }
        return changed;
    }

    private byte[] Word() => HostileWords.All[random.Next(HostileWords.All.Length)];

    /// <summary>A part that may mean something: some bytes, a token, a field, a line, or what stands between two brackets.</summary>
    private (int Start, int Length) Part(byte[] data)
    {
        if (data.Length == 0)
        {
            return (0, 0);
        }
        var at = random.Next(data.Length);
        return random.Next(6) switch
        {
            0 => (at, Math.Min(data.Length - at, 1 << random.Next(6))),
            1 => Around(data, at, static b => IsWord(b)),
            2 => Around(
                data,
                at,
                static b => b is not ((byte)'|' or (byte)',' or (byte)';' or (byte)'&' or (byte)'\n')
            ),
            3 => Around(data, at, static b => b != (byte)'\n'),
            4 => Around(data, at, static b => b is not ((byte)'"' or (byte)'\'' or (byte)'<' or (byte)'>')),
            _ => Subtree(data),
        };
    }

    private (int Start, int Length) Subtree(byte[] data)
    {
        var start = Find(data, static b => b is (byte)'{' or (byte)'[' or (byte)'(' or (byte)'<');
        if (start < 0)
        {
            return (random.Next(data.Length), 1);
        }
        var open = data[start];
        var close = open switch
        {
            (byte)'{' => (byte)'}',
            (byte)'[' => (byte)']',
            (byte)'(' => (byte)')',
            _ => (byte)'>',
        };
        var depth = 0;
        for (var i = start; i < data.Length; i++)
        {
            depth +=
                data[i] == open ? 1
                : data[i] == close ? -1
                : 0;
            if (depth == 0)
            {
                return (start, i + 1 - start);
            }
        }
        return (start, 1);
    }

    private static (int Start, int Length) Around(byte[] data, int at, Func<byte, bool> belongs)
    {
        if (!belongs(data[at]))
        {
            return (at, 1);
        }
        var (start, end) = (at, at + 1);
        while (start > 0 && belongs(data[start - 1]))
        {
            start--;
        }
        while (end < data.Length && belongs(data[end]))
        {
            end++;
        }
        return (start, end - start);
    }

    /// <summary>The first such byte from a random place on, round the end.</summary>
    private int Find(byte[] data, Func<byte, bool> wanted)
    {
        var from = random.Next(data.Length + 1);
        for (var i = 0; i < data.Length; i++)
        {
            var at = (from + i) % data.Length;
            if (wanted(data[at]))
            {
                return at;
            }
        }
        return -1;
    }

    /// <summary>A place between two bytes, mostly between two tokens.</summary>
    private int Boundary(byte[] data)
    {
        if (data.Length == 0 || random.Next(3) == 0)
        {
            return random.Next(data.Length + 1);
        }
        var (start, length) = Around(data, random.Next(data.Length), static b => IsWord(b));
        return random.Next(2) == 0 ? start : start + length;
    }

    private static bool IsWord(byte b) =>
        b >= 0x80 || char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'-' or (byte)'.';

    private static byte[] Replaced(byte[] data, int start, int length, ReadOnlySpan<byte> by)
    {
        var result = new byte[data.Length - length + by.Length];
        data.AsSpan(0, start).CopyTo(result);
        by.CopyTo(result.AsSpan(start));
        data.AsSpan(start + length).CopyTo(result.AsSpan(start + by.Length));
        return result;
    }
}
