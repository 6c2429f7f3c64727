using System.CommandLine;
using System.Text.Json;

namespace Affluent.Server.Commands;

/// <summary><c>events</c>: shows the events of a client as they happen.</summary>
internal static class EventsCommand
{
    public static Command Create() => new("events", "Follow the events of a client.") { Tail() };

    private static Command Tail()
    {
        var options = new FeedOptions();
        var json = new Option<bool>("--json") { Description = "Each event as the API shows it, one a line" };
        var command = new Command(
            "tail",
            "Print the events of a client's users as they happen, until it is ended: time, name, how it came out, whose it is."
        )
        {
            json,
        };
        options.AddTo(command);
        command.SetAction(
            async (asked, cancellation) =>
            {
                using var signals = new ShutdownSignals(cancellation);
                using var feed = options.Open(asked);
                var output = asked.InvocationConfiguration.Output;
                try
                {
                    await feed.SignIn(signals.Token);
                    await foreach (var item in feed.Read(signals.Token))
                    {
                        await output.WriteLineAsync(asked.GetValue(json) ? item.GetRawText() : Line(item));
                    }
                }
                catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
                {
                    // That is how it ends.
                }
            }
        );
        return command;
    }

    /// <summary>An event in a line.</summary>
    internal static string Line(JsonElement item)
    {
        var words = new List<string>
        {
            ShownTime.Of(item.GetProperty("date").GetInt64()),
            $"{Text("cursor"), 8}",
            $"{Text("name"), -26}",
        };
        words.AddRange(new[] { Text("status"), Text("reason") }.OfType<string>().Where(word => word.Length > 0));
        words.AddRange(
            new[] { ("user", "user_id"), ("connection", "connection_id"), ("channel", "channel_definition_id") }
                .Where(pair => Text(pair.Item2) is not null)
                .Select(pair => $"{pair.Item1} {Text(pair.Item2)}")
        );
        return string.Join("  ", words);

        string? Text(string member) => item.TryGetProperty(member, out var value) ? value.GetString() : null;
    }
}
