using System.Text.Json;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Tests.Examples;

/// <summary>The page about writing a family shows this code.</summary>
public sealed class PageTests
{
    private static string Root
    {
        get
        {
            var directory = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(directory!.FullName, "Affluent.slnx")))
            {
                directory = directory.Parent;
            }
            return directory.FullName;
        }
    }

    private static string Page => Path.Combine(Root, "docs", "how-to", "write-a-family.md");

    [Fact]
    public void The_page_shows_each_file()
    {
        string[] files =
        [
            "PebbleConnector.cs",
            "PebbleSession.cs",
            "PebbleStep.cs",
            "PebbleReading.cs",
            "PebbleTests.cs",
        ];
        foreach (var file in files)
        {
            var code = File.ReadAllText(Path.Combine(Root, "tests", "Affluent.Connectors.Tests", "Examples", file));
            var page = File.ReadAllText(Page);
            var begins = $"<!-- {file} -->\n```csharp\n";
            var from = page.IndexOf(begins, StringComparison.Ordinal) + begins.Length;
            var until = page.IndexOf("```\n", from, StringComparison.Ordinal);
            Assert.True(from >= begins.Length && until >= from, $"The page has no place for {file}");
            if (Environment.GetEnvironmentVariable("AFFLUENT_UPDATE_DOCS") == "1")
            {
                File.WriteAllText(Page, page[..from] + code + page[until..]);
                continue;
            }
            Assert.True(
                page[from..until] == code,
                $"{file} is another on the page: run this class with AFFLUENT_UPDATE_DOCS=1"
            );
        }
    }

    [Fact]
    public void The_entry_on_the_page_fits_the_family()
    {
        var page = File.ReadAllText(Page);
        var from = page.IndexOf("```json\n", StringComparison.Ordinal) + "```json\n".Length;
        using var entry = JsonDocument.Parse(page[from..page.IndexOf("```", from, StringComparison.Ordinal)]);
        var channel = entry.RootElement.GetProperty("channels")[0];
        var manifest = new PebbleConnector().Manifest;

        Assert.Equal(manifest.Family, channel.GetProperty("connector").GetString());
        Assert.Empty(
            manifest.Check(
                new ChannelDefinition
                {
                    Id = new ChannelDefinitionId(channel.GetProperty("id").GetString()!),
                    Mode = ChannelMode.Embedded,
                    Connector = manifest.Family,
                    AccountTypes = [],
                    Settings = channel
                        .GetProperty("settings")
                        .EnumerateObject()
                        .ToDictionary(setting => setting.Name, setting => setting.Value.GetString()!),
                    Credentials =
                    [
                        .. channel
                            .GetProperty("credentials")
                            .EnumerateArray()
                            .Select(field => new CredentialField(
                                field.GetProperty("id").GetString()!,
                                field.GetProperty("name").GetString()!,
                                new Dictionary<string, string>(),
                                CredentialType.Text
                            )),
                    ],
                }
            )
        );
    }
}
