using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Affluent.Server.Telemetry;

/// <summary>
/// One line per event: what happened, under which number, and the ids by which it can be found elsewhere: trace, request, job, connection, run.
/// </summary>
internal abstract class LogFormatter(string name, TimeProvider time) : ConsoleFormatter(name)
{
    public sealed override void Write<TState>(
        in LogEntry<TState> logEntry,
        IExternalScopeProvider? scopeProvider,
        TextWriter textWriter
    )
    {
        var line = new LogLine(
            time.GetUtcNow(),
            logEntry.LogLevel,
            logEntry.EventId.Id,
            // One that was given; else it is the name of a method, which is nobody's business.
            logEntry.EventId.Name
                is [>= 'a' and <= 'z', ..] name
                ? name
                : null,
            logEntry.Category,
            logEntry.Formatter(logEntry.State, logEntry.Exception),
            logEntry.State as IReadOnlyList<KeyValuePair<string, object?>> ?? [],
            Ids(scopeProvider),
            logEntry.Exception
        );
        Write(line, textWriter);
    }

    protected abstract void Write(LogLine line, TextWriter output);

    private static Dictionary<string, string> Ids(IExternalScopeProvider? scopes)
    {
        Dictionary<string, string> ids = [];
        scopes?.ForEachScope(
            static (scope, ids) =>
            {
                foreach (var (name, id) in (scope as LogScope)?.Known() ?? [])
                {
                    ids[name] = id;
                }
            },
            ids
        );
        if (Activity.Current is { } span)
        {
            ids["trace_id"] = span.TraceId.ToString();
        }
        return ids;
    }
}

/// <summary>What a line of the log says.</summary>
/// <param name="Event">Name of the event; null: it has only a number.</param>
/// <param name="Values">What the message's places were filled with.</param>
internal sealed record LogLine(
    DateTimeOffset At,
    LogLevel Level,
    int EventId,
    string? Event,
    string Source,
    string Message,
    IReadOnlyList<KeyValuePair<string, object?>> Values,
    IReadOnlyDictionary<string, string> Ids,
    Exception? Exception
);

/// <summary>For people: <c>08:00:01 warning 5103 Synchronization.BankHttp: Bank GET … connection_id=…</c>; an exception follows on lines of its own.</summary>
internal sealed class TextLogFormatter(TimeProvider time) : LogFormatter(FormatName, time)
{
    public const string FormatName = "affluent-text";

    private const string Root = "Affluent.Server.";
    private const string Reset = "\e[0m";

    private readonly bool _colours = !Console.IsOutputRedirected;

    protected override void Write(LogLine line, TextWriter output)
    {
        var level = line.Level.ToString().ToLowerInvariant();
        var source = line.Source.StartsWith(Root, StringComparison.Ordinal) ? line.Source[Root.Length..] : line.Source;
        output.Write(line.At.ToString("HH:mm:ss", CultureInfo.InvariantCulture));
        output.Write($" {Coloured(level, line.Level)} {line.EventId} {source}: {OneLine(line.Message)}");
        if (line.Event is { } name)
        {
            output.Write($" event={name}");
        }
        foreach (var (key, id) in line.Ids)
        {
            output.Write($" {key}={id}");
        }
        output.WriteLine();
        if (line.Exception is { } exception)
        {
            output.WriteLine(exception.ToString());
        }
    }

    private string Coloured(string text, LogLevel level) =>
        !_colours ? text
        : level >= LogLevel.Error ? $"\e[31m{text}{Reset}"
        : level == LogLevel.Warning ? $"\e[33m{text}{Reset}"
        : text;

    // A line break in a value must not look like another event.
    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}

/// <summary>For programs: one JSON object per line.</summary>
internal sealed class JsonLogFormatter(TimeProvider time) : LogFormatter(FormatName, time)
{
    public const string FormatName = "affluent-json";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    protected override void Write(LogLine line, TextWriter output)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("time", line.At.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("level", line.Level.ToString().ToLowerInvariant());
            json.WriteNumber("event_id", line.EventId);
            if (line.Event is { } name)
            {
                json.WriteString("event", name);
            }
            json.WriteString("source", line.Source);
            json.WriteString("message", line.Message);
            foreach (var (key, id) in line.Ids)
            {
                json.WriteString(key, id);
            }
            WriteValues(json, line.Values);
            if (line.Exception is { } exception)
            {
                json.WriteString("exception", exception.ToString());
            }
            json.WriteEndObject();
        }
        output.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void WriteValues(Utf8JsonWriter json, IReadOnlyList<KeyValuePair<string, object?>> values)
    {
        json.WriteStartObject("values");
        // The last one is the message before its places were filled.
        foreach (var (name, value) in values.Where(v => v.Key != "{OriginalFormat}"))
        {
            json.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
        }
        json.WriteEndObject();
    }
}
