using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Affluent.Connectors.Reading;

/// <summary>
/// A page of lists of transactions, read in one pass over its bytes: a page has thousands of rows, and a document of them all would be larger than the page.
/// </summary>
internal sealed class JsonPage
{
    private readonly List<RowList> _lists = [];

    private JsonPage(JsonElement json) => Json = json;

    private JsonPage(ReadOnlyMemory<byte> utf8, RowReader rows)
    {
        var page = MemoryMarshal.TryGetArray(utf8, out var bytes) ? bytes : new ArraySegment<byte>(utf8.ToArray());
        var around = new ArrayBufferWriter<byte>();
        var taken = 0;
        var reader = new Utf8JsonReader(page);
        reader.Read();
        Walk(ref reader, within: null);
        around.Write(page.AsSpan(taken..));
        Json = JsonDocument.Parse(around.WrittenMemory).RootElement;

        void Walk(ref Utf8JsonReader at, string? within)
        {
            if (at.TokenType != JsonTokenType.StartObject)
            {
                at.Skip();
                return;
            }
            while (at.Read() && at.TokenType == JsonTokenType.PropertyName)
            {
                var name = at.GetString()!;
                at.Read();
                if (at.TokenType != JsonTokenType.Null && rows.Begin(within, name))
                {
                    around.Write(page.AsSpan(taken..(int)at.TokenStartIndex));
                    around.Write(
                        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"[{_lists.Count}]"))
                    );
                    _lists.Add(Take(ref at));
                    taken = (int)at.BytesConsumed;
                }
                else if (within is null)
                {
                    Walk(ref at, name);
                }
                else
                {
                    at.Skip();
                }
            }
        }

        RowList Take(ref Utf8JsonReader at)
        {
            var start = (int)at.TokenStartIndex;
            var list = new RowList { IsArray = at.TokenType == JsonTokenType.StartArray };
            var any = !list.IsArray;
            if (!list.IsArray)
            {
                // One thing may stand for a list of one.
                list.Add(rows.Read(ref at, page));
            }
            while (list.IsArray && at.Read() && at.TokenType != JsonTokenType.EndArray)
            {
                list.Add(rows.Read(ref at, page));
                any = true;
            }
            list.Written = any ? page[start..(int)at.BytesConsumed] : default;
            return list;
        }
    }

    /// <summary>The page, in which each list of rows is written as the one number under which <see cref="RowsOf"/> finds them.</summary>
    public JsonElement Json { get; }

    /// <summary>The page; null when the text is no JSON.</summary>
    /// <param name="utf8">The text, which the page refers to.</param>
    /// <param name="rows">Null: there are no rows to be taken out.</param>
    public static JsonPage? Read(ReadOnlyMemory<byte> utf8, RowReader? rows)
    {
        try
        {
            return rows is not null ? new JsonPage(utf8, rows)
                : Reading.Json.Parse(utf8) is { } json ? new JsonPage(json)
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The rows of lists, by what stands in <see cref="Json"/> in their places.</summary>
    public RowList RowsOf(params IEnumerable<JsonElement?> lists) =>
        RowList.Join([.. lists.OfType<JsonElement>().Select(list => _lists[list[0].GetInt32()])]);
}
