using System.Text;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>A row of a table with the number of the line on which it begins.</summary>
internal sealed record CsvRow(int Line, IReadOnlyList<string> Fields)
{
    /// <summary>Without the blanks around it; "" behind the last column.</summary>
    public string this[int column] => column < Fields.Count ? Fields[column].Trim() : "";

    /// <summary>Whether it says nothing.</summary>
    public bool IsEmpty => Fields.All(string.IsNullOrWhiteSpace);
}

/// <summary>Text in rows and columns (RFC 4180), with any separator, one row at a time. Pure.</summary>
internal static class CsvRows
{
    private const int MostColumns = 200;

    /// <summary>The rows; the last is null when the text is not in this form: a quoted field that never ends, a row too long.</summary>
    public static IEnumerable<CsvRow?> Read(string text, char separator)
    {
        var at = 0;
        var line = 1;
        var field = new StringBuilder();
        while (at < text.Length)
        {
            List<string> fields = [];
            var begins = line;
            var more = true;
            while (more)
            {
                if (fields.Count == MostColumns)
                {
                    yield return null;
                    yield break;
                }
                field.Clear();
                if (at < text.Length && text[at] == '"')
                {
                    if (Quoted(text, ref at, ref line, field) is false)
                    {
                        yield return null;
                        yield break;
                    }
                }
                // What stands behind a quoted part belongs to it; a quotation mark within is a character as any other.
                while (at < text.Length && text[at] != separator && text[at] is not ('\r' or '\n'))
                {
                    field.Append(text[at++]);
                }
                if (field.Length > BankLimits.LongestText)
                {
                    yield return null;
                    yield break;
                }
                fields.Add(field.ToString());
                more = at < text.Length && text[at] == separator;
                at += more ? 1 : 0;
            }
            if (at < text.Length)
            {
                at += text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n' ? 2 : 1;
                line++;
            }
            yield return new CsvRow(begins, fields);
        }
    }

    private static bool Quoted(string text, ref int at, ref int line, StringBuilder field)
    {
        for (at++; at < text.Length; at++)
        {
            if (text[at] != '"')
            {
                line += text[at] == '\n' ? 1 : 0;
                field.Append(text[at]);
            }
            else if (at + 1 < text.Length && text[at + 1] == '"')
            {
                field.Append('"');
                at++;
            }
            else
            {
                at++;
                return true;
            }
        }
        return false;
    }
}
