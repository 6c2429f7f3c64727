namespace Affluent.Server.Commands.Demo;

/// <summary>A step of the walk that did not come out as it should; the message is for the reader of the demo.</summary>
internal sealed class DemoException(string message) : Exception(message);

/// <summary>Tells what happens, one numbered line per step, and draws tables.</summary>
internal sealed class Narrator(TextWriter output, TimeProvider time)
{
    private int _step;

    /// <summary>A chapter.</summary>
    public void Title(string text)
    {
        output.WriteLine();
        output.WriteLine(text);
        output.WriteLine(new string('─', text.Length));
    }

    /// <summary>A line by itself.</summary>
    public void Say(string text) => output.WriteLine(text);

    /// <summary>Does one step of the walk and says what it was, what came out, and how long it took.</summary>
    public async Task<T> Step<T>(string what, Func<Task<T>> work, Func<T, string> outcome)
    {
        output.Write($"{++_step, 3}. {what} … ");
        output.Flush();
        var start = time.GetTimestamp();
        var result = await work();
        output.WriteLine($"{outcome(result)} ({time.GetElapsedTime(start).TotalMilliseconds:0} ms)");
        return result;
    }

    /// <inheritdoc cref="Step{T}(string, Func{Task{T}}, Func{T, string})"/>
    public Task Step(string what, Func<Task> work, Func<string> outcome) =>
        Step(
            what,
            async () =>
            {
                await work();
                return 0;
            },
            _ => outcome()
        );

    /// <summary>A table; columns whose heading ends with a blank are set to the right.</summary>
    public void Table(IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = headings.Select((h, i) => rows.Select(r => r[i].Length).Append(h.Trim().Length).Max()).ToArray();
        output.WriteLine();
        Row([.. headings.Select(h => h.Trim())]);
        output.WriteLine("  " + string.Join("──", widths.Select(w => new string('─', w))));
        foreach (var row in rows)
        {
            Row(row);
        }
        return;

        void Row(IReadOnlyList<string> cells) =>
            output.WriteLine(
                "  "
                    + string.Join(
                            "  ",
                            cells.Select(
                                (c, i) => headings[i].EndsWith(' ') ? c.PadLeft(widths[i]) : c.PadRight(widths[i])
                            )
                        )
                        .TrimEnd()
            );
    }
}
