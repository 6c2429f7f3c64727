using System.Text.RegularExpressions;
using System.Xml.Linq;
using Affluent.Server.Docs;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Tests.Jobs;
using Xunit;

namespace Affluent.Server.Tests.Docs;

public sealed partial class StateDiagramTests
{
    private const string Light = """
        stateDiagram-v2
            [*] --> OFF
            OFF --> ON: pressed
            ON --> OFF: pressed again: <late> & tired
            ON --> ON: a lamp is changed
        """;

    [Fact]
    public void Arrows_are_read_with_their_labels()
    {
        Assert.Equal(
            [
                new(null, "OFF", ""),
                new("OFF", "ON", "pressed"),
                new("ON", "OFF", "pressed again: <late> & tired"),
                new("ON", "ON", "a lamp is changed"),
            ],
            StateDiagram.Read(Light)!.Arrows
        );
        Assert.Equal(["OFF", "ON"], StateDiagram.Read(Light)!.States);
    }

    [Theory]
    [InlineData("")]
    [InlineData("stateDiagram-v2")]
    [InlineData("flowchart TD\n A --> B")]
    [InlineData("stateDiagram-v2\n A -> B")]
    [InlineData("stateDiagram-v2\n A --> [*]")]
    [InlineData("stateDiagram-v2\n A --> B --> C")]
    [InlineData("stateDiagram-v2\n A --> B<b>: x")]
    [InlineData("stateDiagram-v2\n state A {\n B --> C\n }")]
    public void What_it_cannot_draw_it_does_not_read(string text) => Assert.Null(StateDiagram.Read(text));

    [Fact]
    public void The_picture_shows_every_state_and_label_and_says_the_same_in_words()
    {
        var picture = XElement.Parse(StateDiagram.Read(Light)!.Draw("here"));
        var svg = picture.Elements().Single();

        Assert.Equal(("img", "here"), ((string?)svg.Attribute("role"), (string?)svg.Attribute("aria-labelledby")));
        Assert.Equal(
            "State diagram. It begins in OFF. From OFF to ON: pressed. From ON to OFF: pressed again: <late> & tired. "
                + "ON stays: a lamp is changed.",
            svg.Elements("desc").Single(words => (string?)words.Attribute("id") == "here").Value
        );
        Assert.Equal(
            ["OFF", "ON", "pressed", "pressed again: <late> & tired", "a lamp is changed"],
            svg.Elements("text").Select(text => text.Value)
        );
        // An arrow goes from the column of its state to the column of the next, ending in a tip.
        var (off, on) = (Column("OFF"), Column("ON"));
        var arrows = svg.Elements("line")
            .Where(line =>
                line.Attribute("class") is null && line.Attribute("y1")!.Value == line.Attribute("y2")!.Value
            )
            .ToArray();
        Assert.Equal([(off, on - 9), (on, off + 9)], arrows.Select(a => (Number(a, "x1"), Number(a, "x2"))));
        Assert.Single(
            svg.Elements("path"),
            path =>
                (string?)path.Attribute("class") == "loop"
                && path.Attribute("d")!.Value.StartsWith($"M{on} ", StringComparison.Ordinal)
        );

        int Column(string state) => Number(svg.Elements("text").First(text => text.Value == state), "x");
        static int Number(XElement element, string name) => (int)element.Attribute(name)!;
    }

    [Theory, OnBothDatabases]
    public async Task No_page_leaves_a_diagram_as_text(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        var folder = Path.Combine(Repository.Root, "docs");
        var drawn = 0;
        foreach (var file in Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories))
        {
            var sources = Mermaid().Matches(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
            var page = await app.Http.GetStringAsync(
                $"/docs/{Path.GetRelativePath(folder, file)[..^3].Replace('\\', '/')}",
                TestContext.Current.CancellationToken
            );
            Assert.DoesNotContain("language-mermaid", page, StringComparison.Ordinal);
            Assert.DoesNotContain("&lt;!--", page, StringComparison.Ordinal);
            foreach (var source in sources.Select(match => match.Groups["source"].Value))
            {
                Assert.Contains(
                    System.Net.WebUtility.HtmlEncode(StateDiagram.Read(source)!.Words()),
                    page,
                    StringComparison.Ordinal
                );
                drawn++;
            }
        }
        Assert.True(drawn > 0);
    }

    [Fact]
    public void The_transitions_of_jobs_can_be_drawn() =>
        Assert.NotNull(StateDiagram.Read(Mermaid().Match(JobDiagram.Draw() + "\n").Groups["source"].Value));

    [GeneratedRegex("```mermaid\n(?<source>.*?)\n```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Mermaid();
}
