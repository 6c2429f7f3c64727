using System.Text.RegularExpressions;
using EndToEnd.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>
/// The commands of the documentation are run as they are printed: by one shell per page, in order, against the built program. Only
/// the fixed ports become free ones, <c>dotnet run</c> becomes the program itself, and a user without a screen stands for the browser.
/// </summary>
public sealed partial class DocsTests : IDisposable
{
    private const string Prelude = """
        set -eu
        trap 'test ! -f serve.pid || kill "$(cat serve.pid)"' EXIT
        dotnet() {
          test "$1 $2 $3" = "run --project src/Affluent.Server"
          shift 3
          test $# -eq 0 || shift # the --
          affluent "$@"
        }
        affluent() {
          case "${1:-serve}" in
            serve)
              "$PROGRAM" "$@" --listen "$PLATFORM" --test-bank-listen "$BANK" >serve.log 2>&1 &
              echo $! >serve.pid
              for i in $(seq 200); do
                curl -sf "$PLATFORM/health/ready" >health.txt && return
                sleep 0.5
              done
              cat serve.log
              return 1
              ;;
            demo) "$PROGRAM" "$@" --once --listen "$PLATFORM" --test-bank-listen "$BANK" ;; # Ctrl-C after the tables
            *) "$PROGRAM" "$@" ;;
          esac
        }
        xdg-open() {
          curl -sS --fail-with-body --get "$BROWSER" --data-urlencode "address=$1"
        }

        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-docs-");

    [Fact]
    public async Task The_quick_start_leads_from_nothing_to_a_users_transactions()
    {
        var outputs = await Run("docs/quickstart/README.md");
        Assert.Contains(outputs, o => o.Contains("201 Created", StringComparison.Ordinal));
        Assert.Contains(outputs, o => o.Contains("\"iban\":\"FR", StringComparison.Ordinal));
        Assert.Contains(outputs, o => o.Contains("\"remittance_information\"", StringComparison.Ordinal));
        Assert.Contains("204 No Content", outputs[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_commands_of_the_first_page_show_the_demo_start_the_platform_and_make_a_client()
    {
        var outputs = await Run("README.md");
        Assert.Contains("Channel REDIRECT", outputs[0], StringComparison.Ordinal);
        Assert.Matches("client_id=[0-9a-f-]{36}\nclient_secret=[A-Za-z0-9_-]{20,}", outputs[^1]);
    }

    [Fact]
    public async Task The_commands_of_the_reference_of_the_command_line_work()
    {
        var outputs = await Run("docs/reference/command-line.md");
        Assert.Contains("client_secret=", outputs[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Pages_whose_commands_nothing_runs_are_known()
    {
        // operations.md, connectors.md and monitoring.md set up a real machine (tests of their own do what they say); the one
        // command of widget.md is that of the quick start.
        string[] run = ["README.md", "docs/quickstart/README.md", "docs/reference/command-line.md"];
        string[] byHand =
        [
            "docs/advanced/operations.md",
            "docs/advanced/connectors.md",
            "docs/advanced/monitoring.md",
            "docs/how-to/deploy.md",
            "docs/how-to/widget.md",
            "CONTRIBUTING.md",
        ];
        var pages = Directory
            .EnumerateFiles(Repository.Path("docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Repository.Root, "*.md"))
            .Where(page => Blocks(File.ReadAllText(page)).Count > 0)
            .Select(page => Path.GetRelativePath(Repository.Root, page));
        Assert.Empty(pages.Except(run.Concat(byHand), StringComparer.Ordinal));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Runs all blocks of a page; what each has printed.</summary>
    private async Task<IReadOnlyList<string>> Run(string page)
    {
        OtherProgram.Need(File.Exists("/bin/bash") && File.Exists("/usr/bin/curl"), "The commands need bash and curl.");
        const string Mark = "----- next block -----";
        var (platform, bank) = (Local(), Local());
        await using var browser = await BrowserWithoutScreen();
        var text = (await File.ReadAllTextAsync(Repository.Path(page), TestContext.Current.CancellationToken))
            .Replace("http://127.0.0.1:5100", platform, StringComparison.Ordinal)
            .Replace("http://127.0.0.1:5200", bank, StringComparison.Ordinal);
        var blocks = Blocks(text);
        Assert.NotEmpty(blocks);
        var script = Path.Combine(_folder.FullName, "page.sh");
        await File.WriteAllTextAsync(
            script,
            Prelude + string.Join($"\necho '{Mark}'\n", blocks),
            TestContext.Current.CancellationToken
        );

        var (code, output, errors) = await OtherProgram.Run(
            "/bin/bash",
            [script],
            _folder.FullName,
            new Dictionary<string, string>
            {
                ["PROGRAM"] = ServerProcess.Program,
                ["PLATFORM"] = platform,
                ["BANK"] = bank,
                ["BROWSER"] = $"{browser.Urls.First()}/open",
            }
        );

        Assert.True(code == 0, $"{page} ends with {code}:\n{output}\n{errors}");
        var outputs = output.Split(Mark, StringSplitOptions.TrimEntries);
        Assert.Equal(blocks.Count, outputs.Length);
        return outputs;
    }

    private static List<string> Blocks(string page) =>
        [.. ShellBlock().Matches(page).Select(m => m.Groups["commands"].Value)];

    private static string Local() => $"http://127.0.0.1:{ServerProcess.FreePort()}";

    // What xdg-open does in the test.
    private static async Task<WebApplication> BrowserWithoutScreen()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(Local());
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapGet(
            "/open",
            async (string address) =>
            {
                try
                {
                    await new WidgetWalk("dev", "dev").From(new Uri(address), new Uri("http://localhost:3000"));
                    return Results.Text("The bank is linked.\n");
                }
                catch (Exception error)
                {
                    return Results.Text(error.Message + "\n", statusCode: 500);
                }
            }
        );
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    [GeneratedRegex(
        "^```sh\n(?<commands>.*?)^```",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex ShellBlock();
}
