using Affluent.Server.Events;
using Affluent.Server.Storage;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Events;

/// <summary>The reference lists the events that there are. AFFLUENT_UPDATE_DOCS=1 writes the list anew.</summary>
public sealed class EventCatalogueTests
{
    private const string Begin = "<!-- names: begin -->";
    private const string End = "<!-- names: end -->";

    [Fact]
    public void The_reference_lists_every_event()
    {
        var path = Path.Combine(Repository.Root, "docs", "reference", "events.md");
        var page = File.ReadAllText(path);
        var table = string.Join(
            '\n',
            [
                "| name | type | when |",
                "| --- | --- | --- |",
                .. Enum.GetValues<EventName>()
                    .Select(name => $"| `{name.Word()}` | {name.UsualType().Word()} | {name.Meaning()} |"),
            ]
        );
        var (from, to) = (
            page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length,
            page.IndexOf(End, StringComparison.Ordinal)
        );
        if (Environment.GetEnvironmentVariable("AFFLUENT_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, $"{page[..from]}\n{table}\n{page[to..]}");
            return;
        }
        Assert.True(
            page[from..to].Trim() == table,
            "docs/reference/events.md is old: run this class with AFFLUENT_UPDATE_DOCS=1"
        );
    }
}
