using System.Globalization;
using System.Reflection;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Affluent.Server.Tests.Telemetry;

/// <summary>Every event of the log has a number of its own, in the range of its folder, and stands in the documentation.</summary>
public sealed class LogEventTests
{
    /// <summary>Folder of the server, and the first number of its thousand.</summary>
    private static readonly Dictionary<string, int> Ranges = new()
    {
        ["Commands"] = 1000,
        ["Platform"] = 1000,
        ["Authorization"] = 2000,
        ["Users"] = 2000,
        ["SignInPages"] = 2000,
        ["EnableBankingFacade"] = 2000,
        ["Home"] = 2000,
        ["Events"] = 3000,
        ["Jobs"] = 4000,
        ["Gates"] = 5000,
        ["Certificates"] = 5000,
        ["Upstreams"] = 5000,
        ["Transactions"] = 4000,
        ["Synchronization"] = 5000,
        ["Widget"] = 6000,
        ["Security"] = 7000,
        ["Webhooks"] = 8000,
    };

    private static readonly (string Folder, LoggerMessageAttribute Event)[] Events =
    [
        .. from type in typeof(Settings).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Instance)
        from attribute in method.GetCustomAttributes<LoggerMessageAttribute>()
        select (type.Namespace!.Split('.')[2], attribute),
    ];

    [Fact]
    public void Every_number_is_in_the_range_of_its_folder() =>
        Assert.All(Events, e => Assert.InRange(e.Event.EventId, Ranges[e.Folder] + 1, Ranges[e.Folder] + 999));

    [Fact]
    public void No_number_stands_for_two_events() =>
        Assert.Equal([], Events.GroupBy(e => e.Event.EventId).Where(g => g.Count() > 1).Select(g => g.Key));

    [Fact]
    public void The_documentation_lists_every_event_as_it_is()
    {
        var page = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "reference", "log-events.md"));
        var rows = page.Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => int.TryParse(cells[1], CultureInfo.InvariantCulture, out _))
            .Select(cells => $"{cells[1]} {cells[2]} {cells[3]}");

        Assert.Equal(
            Events
                .OrderBy(e => e.Event.EventId)
                .Select(e =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{e.Event.EventId} {e.Event.Level.ToString().ToLowerInvariant()} {e.Event.Message}"
                    )
                ),
            rows
        );
    }
}
