using System.Globalization;
using System.Net;
using System.Text;

namespace Affluent.Server.Docs;

/// <summary>An arrow of a state diagram; <see cref="From"/> is null where things begin.</summary>
internal sealed record StateArrow(string? From, string To, string Label);

/// <summary>
/// A state diagram as a picture. It is read from Mermaid's text, which other viewers of the same pages draw themselves, and drawn here without a
/// script: a column for each state, a row for each arrow, so that labels of any length have room and nothing crosses.
/// </summary>
internal sealed record StateDiagram(IReadOnlyList<StateArrow> Arrows)
{
    private const string Heading = "stateDiagram-v2";
    private const string Outside = "[*]";

    // In units of the picture; a letter of the labels is as wide as this at most, on the average of a line.
    private const int Width = 760;
    private const int Letter = 7;
    private const int Line = 17;
    private const int Top = 68;
    private const int Loop = 26;

    /// <summary>The states, in the order in which the text names them.</summary>
    public IReadOnlyList<string> States { get; } =
    [.. Arrows.SelectMany(arrow => new[] { arrow.From, arrow.To }).OfType<string>().Distinct()];

    /// <summary>Reads arrows with labels; null where the text has more than that.</summary>
    public static StateDiagram? Read(string mermaid)
    {
        var lines = mermaid.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lines is not [Heading, _, ..])
        {
            return null;
        }
        List<StateArrow> arrows = [];
        foreach (var line in lines[1..])
        {
            var (states, label) = line.Split(':', 2, StringSplitOptions.TrimEntries) is [var s, var l]
                ? (s, l)
                : (line, "");
            if (
                states.Split("-->", StringSplitOptions.TrimEntries) is not [var from, var to]
                || !IsState(to)
                || (from != Outside && !IsState(from))
            )
            {
                return null;
            }
            arrows.Add(new StateArrow(from == Outside ? null : from, to, label));
        }
        return new StateDiagram(arrows);
    }

    /// <summary>The same in words: what is heard where nothing is seen.</summary>
    public string Words() =>
        string.Join(
            ' ',
            Arrows.Select(arrow =>
                arrow.From is null ? $"It begins in {arrow.To}."
                : arrow.From == arrow.To ? $"{arrow.From} stays: {arrow.Label}."
                : $"From {arrow.From} to {arrow.To}: {arrow.Label}."
            )
        );

    /// <summary>An SVG to stand in a page; colours come from the page.</summary>
    /// <param name="id">Names its words within the page.</param>
    public string Draw(string id)
    {
        var rows = new StringBuilder();
        var y = Top + 14;
        foreach (var arrow in Arrows)
        {
            y = arrow.From is { } from ? Row(rows, y, Column(from), Column(arrow.To), arrow.Label) : y;
        }
        var height = y + 10;
        var columns = new StringBuilder();
        foreach (var state in States)
        {
            var x = Column(state);
            Put(columns, $"<line class=\"life\" x1=\"{x}\" y1=\"{Top}\" x2=\"{x}\" y2=\"{height}\"/>");
            Put(columns, $"<rect x=\"{x - 72}\" y=\"{Top - 32}\" width=\"144\" height=\"32\" rx=\"8\"/>");
            columns.Append(
                CultureInfo.InvariantCulture,
                $"<text class=\"state\" x=\"{x}\" y=\"{Top - 11}\" text-anchor=\"middle\">"
            );
            columns.Append(WebUtility.HtmlEncode(state)).Append("</text>");
        }
        foreach (var begin in Arrows.Where(arrow => arrow.From is null))
        {
            var x = Column(begin.To);
            Put(
                columns,
                $"<circle cx=\"{x}\" cy=\"8\" r=\"6\"/><line x1=\"{x}\" y1=\"14\" x2=\"{x}\" y2=\"{Top - 40}\"/>"
            );
            Put(columns, $"<path class=\"tip\" d=\"M{x} {Top - 33}l-5 -9h10z\"/>");
        }
        var size = string.Create(CultureInfo.InvariantCulture, $"0 0 {Width} {height}");
        return $"""
            <div class="diagram" role="group" aria-label="Diagram" tabindex="0"><svg viewBox="{size}" role="img" aria-labelledby="{id}"><desc id="{id}">State diagram. {WebUtility.HtmlEncode(
                Words()
            )}</desc>{columns}{rows}</svg></div>
            """;
    }

    /// <summary>Draws an arrow below its label, and says where the next row begins.</summary>
    private static int Row(StringBuilder svg, int top, int from, int to, string label)
    {
        var (left, y) = (Math.Min(from, to) + (from == to ? Loop + 14 : 8), top);
        var lines = Wrap(label, (Width - left) / Letter).ToArray();
        // Where a label would become a tower at the right edge, it stands left of the arrow.
        var end = lines.Length > 2;
        if (end)
        {
            left = Math.Max(from, to) - 8;
            lines = [.. Wrap(label, left / Letter)];
        }
        foreach (var line in lines)
        {
            y += Line;
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text x=\"{left}\" y=\"{y}\"{(end ? " text-anchor=\"end\"" : "")}>"
            );
            svg.Append(WebUtility.HtmlEncode(line)).Append("</text>");
        }
        if (from == to)
        {
            var middle = (top + y + 6) / 2;
            Put(svg, $"<path class=\"loop\" d=\"M{from} {middle - 8}h{Loop}v16h{-Loop + 8}\"/>");
            Put(svg, $"<path class=\"tip\" d=\"M{from} {middle + 8}l9 -5v10z\"/>");
            return Math.Max(y, middle + 8) + 10;
        }
        y += 9;
        var back = to > from ? -9 : 9;
        Put(svg, $"<line x1=\"{from}\" y1=\"{y}\" x2=\"{to + back}\" y2=\"{y}\"/>");
        Put(svg, $"<path class=\"tip\" d=\"M{to} {y}l{back} -5v10z\"/>");
        return y + 8;
    }

    private int Column(string state)
    {
        var columns = States.Count;
        var index = States.Index().First(s => s.Item == state).Index;
        return Width * ((2 * index) + 1) / (2 * columns);
    }

    private static IEnumerable<string> Wrap(string text, int letters)
    {
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > letters)
            {
                yield return line;
                line = "";
            }
            line = line.Length == 0 ? word : $"{line} {word}";
        }
        if (line.Length > 0)
        {
            yield return line;
        }
    }

    private static void Put(StringBuilder svg, FormattableString shape) =>
        svg.Append(shape.ToString(CultureInfo.InvariantCulture));

    private static bool IsState(string text) =>
        text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
}
