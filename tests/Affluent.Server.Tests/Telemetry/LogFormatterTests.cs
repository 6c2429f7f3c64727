using System.Diagnostics;
using System.Text.Json;
using Affluent.Server.Telemetry;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Affluent.Server.Tests.Telemetry;

public sealed class LogFormatterTests
{
    private const string Source = "Affluent.Server.Synchronization.BankHttp";

    private static readonly FakeTimeProvider Time = new(new DateTimeOffset(2026, 3, 2, 8, 0, 1, 250, TimeSpan.Zero));

    private string? _name;

    [Fact]
    public void A_line_for_people_says_when_what_and_where()
    {
        var line = Text("Bank GET bank.example: 503", new LogScope { ConnectionId = "12", RunId = "34" });

        Assert.Equal(
            $"08:00:01 warning 5302 Synchronization.BankHttp: Bank GET bank.example: 503 connection_id=12 run_id=34{Environment.NewLine}",
            line
        );
    }

    [Fact]
    public void A_line_for_programs_is_one_object_with_the_values_of_the_message_apart()
    {
        var json = Json(
            "Bank GET \"bank\"\n",
            new InvalidOperationException("why"),
            new LogScope { JobId = "1", ConnectionId = "2" },
            new LogScope { RunId = "3" }
        );

        Assert.Equal("2026-03-02T08:00:01.250Z", json.Text("time"));
        Assert.Equal(("warning", Source), (json.Text("level"), json.Text("source")));
        Assert.Equal(5302, json.GetProperty("event_id").GetInt32());
        Assert.Equal("Bank GET \"bank\"\n", json.Text("message"));
        Assert.Equal(("1", "2", "3"), (json.Text("job_id"), json.Text("connection_id"), json.Text("run_id")));
        Assert.Equal("GET", json.GetProperty("values").Text("Method"));
        Assert.Single(json.GetProperty("values").EnumerateObject());
        Assert.StartsWith("System.InvalidOperationException: why", json.Text("exception"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_others_say_of_the_place_is_left_out_since_it_holds_addresses_of_requests()
    {
        Dictionary<string, object> ofTheFramework = new() { ["RequestPath"] = "/embed/session-4711" };

        Assert.DoesNotContain("4711", Text("x", ofTheFramework), StringComparison.Ordinal);
        Assert.DoesNotContain("4711", Json("x", null, ofTheFramework).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_break_in_a_message_begins_no_line_that_looks_like_another_event() =>
        Assert.Single(Text("a\r\n08:00:02 error 1 X: b").TrimEnd().Split('\n'));

    [Theory]
    [InlineData("sign_in_failed", " event=sign_in_failed", "sign_in_failed")]
    [InlineData("LogFailed", "", null)]
    public void An_event_with_a_name_of_its_own_says_it(string name, string text, string? json)
    {
        _name = name;

        Assert.EndsWith(
            $"Bank{text} address=192.0.2.1{Environment.NewLine}",
            Text("Bank", new LogScope { Address = "192.0.2.1" }),
            StringComparison.Ordinal
        );
        Assert.Equal(json, Json("Bank", null).Text("event"));
    }

    [Fact]
    public void The_trace_under_way_is_named()
    {
        using var span = new Activity("request").Start();

        Assert.Contains($" trace_id={span.TraceId}", Text("x"), StringComparison.Ordinal);
        Assert.Equal(span.TraceId.ToString(), Json("x", null).Text("trace_id"));
    }

    private string Text(string message, params object[] scopes) =>
        Write(new TextLogFormatter(Time), message, null, scopes);

    private JsonElement Json(string message, Exception? error, params object[] scopes)
    {
        var line = Write(new JsonLogFormatter(Time), message, error, scopes);
        Assert.Single(line.TrimEnd().Split('\n'));
        return JsonDocument.Parse(line).RootElement;
    }

    private string Write(LogFormatter formatter, string message, Exception? error, object[] scopes)
    {
        var places = new LoggerExternalScopeProvider();
        foreach (var scope in scopes)
        {
            places.Push(scope);
        }
        List<KeyValuePair<string, object?>> state = [new("Method", HttpMethod.Get), new("{OriginalFormat}", "Bank …")];
        using var output = new StringWriter();
        formatter.Write(
            new LogEntry<List<KeyValuePair<string, object?>>>(
                LogLevel.Warning,
                Source,
                new Microsoft.Extensions.Logging.EventId(5302, _name),
                state,
                error,
                (_, _) => message
            ),
            places,
            output
        );
        return output.ToString();
    }
}
