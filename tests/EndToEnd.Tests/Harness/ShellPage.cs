using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EndToEnd.Tests.Harness;

/// <summary>
/// A page of the documentation whose commands are run as they are printed: all <c>sh</c> blocks in order, by one shell, in a new
/// folder, against the built program. Only the fixed ports become free ones, <c>dotnet run</c> becomes the program itself, and a user
/// without a screen stands for the browser. A <c>text</c> block that follows one of commands is what these print; <c>…</c> in it
/// stands for anything, and on a line of its own for any lines.
/// </summary>
internal sealed partial class ShellPage
{
    private const string Mark = "----- next block -----";

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
            webhooks) # what listens runs in the background, and is killed by its number
              test "$2" != listen || exec "$PROGRAM" "$@"
              "$PROGRAM" "$@"
              ;;
            *) "$PROGRAM" "$@" ;;
          esac
        }
        xdg-open() {
          curl -sS --fail-with-body --get "$BROWSER" --data-urlencode "address=$1"
        }

        """;

    private readonly string _path;
    private readonly string _text;

    /// <param name="path">Where it stands in the repository.</param>
    public ShellPage(string path)
    {
        _path = path;
        _text = File.ReadAllText(Repository.Path(path));
        Blocks = [.. Block().Matches(_text).Select(m => m.Groups["commands"].Value)];
        Promises = Block().Matches(_text).Count(m => m.Groups["output"].Success);
    }

    /// <summary>The commands of the page, block by block.</summary>
    public IReadOnlyList<string> Blocks { get; }

    /// <summary>How many blocks say what they print.</summary>
    public int Promises { get; }

    /// <summary>Runs the page; what each of its blocks has printed, which is what the page says where it says it.</summary>
    /// <param name="first">The page that this one goes on from, in the same shell.</param>
    public async Task<IReadOnlyList<string>> Run(ShellPage? first = null)
    {
        OtherProgram.Need(File.Exists("/bin/bash") && File.Exists("/usr/bin/curl"), "The commands need bash and curl.");
        Assert.NotEmpty(Blocks);
        var folder = Directory.CreateTempSubdirectory("affluent-docs-");
        var (platform, bank) = (Local(), Local());
        await using var browser = await BrowserWithoutScreen();
        try
        {
            var blocks = Block().Matches(OnOurPorts((first?._text ?? "") + _text));
            var script = Path.Combine(folder.FullName, "page.sh");
            await File.WriteAllTextAsync(
                script,
                Prelude + string.Join($"\necho '{Mark}'\n", blocks.Select(b => b.Groups["commands"].Value)),
                TestContext.Current.CancellationToken
            );

            var (code, output, errors) = await OtherProgram.Run(
                "/bin/bash",
                [script],
                folder.FullName,
                new Dictionary<string, string>
                {
                    ["PROGRAM"] = ServerProcess.Program,
                    ["PLATFORM"] = platform,
                    ["BANK"] = bank,
                    ["BROWSER"] = $"{browser.Urls.First()}/open",
                }
            );

            Assert.True(code == 0, $"{_path} ends with {code}:\n{output}\n{errors}");
            var outputs = output.ReplaceLineEndings("\n").Split(Mark, StringSplitOptions.TrimEntries);
            Assert.Equal(blocks.Count, outputs.Length);
            foreach (var (block, printed) in blocks.Zip(outputs))
            {
                AssertPrints(block, printed);
            }
            return outputs[^Blocks.Count..];
        }
        finally
        {
            await Delete(folder);
        }

        string OnOurPorts(string text) =>
            text.Replace("http://127.0.0.1:5100", platform, StringComparison.Ordinal)
                .Replace("http://127.0.0.1:5200", bank, StringComparison.Ordinal);
    }

    private void AssertPrints(Match block, string output)
    {
        if (block.Groups["output"] is { Success: true, Value: var said })
        {
            var pattern = string.Join(
                '\n',
                said.Trim()
                    .Split('\n')
                    .Select(line =>
                        line == "…" ? ".*" : Regex.Escape(line).Replace("…", "[^\n]*", StringComparison.Ordinal)
                    )
            );
            Assert.True(
                Regex.IsMatch(output, $@"\A{pattern}\z", RegexOptions.Singleline, TimeSpan.FromSeconds(5)),
                $"{_path} says that\n\n{block.Groups["commands"].Value}\nprints\n\n{said}\nbut it prints\n\n{output}"
            );
        }
    }

    // The platform that the page started may still be ending, and write a last time.
    private static async Task Delete(DirectoryInfo folder)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                folder.Delete(recursive: true);
                return;
            }
            catch (IOException) when (attempt < 50)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
        }
    }

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
        "^```sh\n(?<commands>.*?)^```(\n+```text\n(?<output>.*?)^```)?",
        RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Block();
}
