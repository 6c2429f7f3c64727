using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Affluent.Connectors.Tests.Support;
using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Webhooks;
using Xunit;

namespace Affluent.Server.Tests.Webhooks;

/// <summary>The programs of the page that shows how to receive webhooks, run as they stand there.</summary>
public sealed partial class WebhookProgramTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("affluent-test-");

    private static readonly byte[] Secret = [.. Enumerable.Range(1, 32).Select(n => (byte)n)];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("python", "receive.py", "python3")]
    [InlineData("ts", "receive.ts", "node")]
    [InlineData("csharp", "receive.cs", "dotnet")]
    [InlineData("php", "receive.php", "php")]
    public async Task A_program_takes_what_is_ours_once_and_nothing_else(string language, string file, string runtime)
    {
        var path = Path.Combine(_folder.FullName, file);
        await File.WriteAllTextAsync(path, ProgramOf(language), Stop);
        var port = FreePort();
        using var program = await Run(runtime, path, port, _folder.FullName);
        var url = new Uri($"http://127.0.0.1:{port}/hook");
        using var sender = new WebhookSender(new Settings(), TimeProvider.System);
        var good = new MessageSigner(WebhookSignature.HmacSha256, [Secret]);
        await Listens(port, program);

        var first = await sender.Send(url, good, Message("evt_1", "CONNECTION_CREATED"), Stop);
        var again = await sender.Send(url, good, Message("evt_1", "CONNECTION_CREATED"), Stop);
        // While the secret is changed the new one comes first.
        var both = await sender.Send(
            url,
            new MessageSigner(WebhookSignature.HmacSha256, [new byte[32], Secret]),
            Message("evt_2", "CONSENT_GIVEN"),
            Stop
        );
        var forged = await sender.Send(
            url,
            new MessageSigner(WebhookSignature.HmacSha256, [new byte[32]]),
            Message("evt_3", "FORGED"),
            Stop
        );
        using var old = new WebhookSender(new Settings(), new LateClock());
        var late = await old.Send(url, good, Message("evt_4", "TOO_LATE"), Stop);
        program.Kill(entireProcessTree: true);
        var printed =
            await program.StandardOutput.ReadToEndAsync(Stop) + await program.StandardError.ReadToEndAsync(Stop);

        Assert.Equal([2, 2, 2, 4, 4], new[] { first, again, both, forged, late }.Select(r => r.HttpStatus / 100));
        Assert.Equal(["CONNECTION_CREATED", "CONSENT_GIVEN"], Names().Matches(printed).Select(name => name.Value));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static WebhookMessageBody Message(string id, string name) =>
        new(id, Encoding.UTF8.GetBytes($$"""{"name":"{{name}}"}"""));

    private static string ProgramOf(string language)
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "how-to", "receive-webhooks.md"));
        var fence = $"```{language}\n";
        var begin = page.IndexOf(fence, StringComparison.Ordinal) + fence.Length;
        return page[begin..page.IndexOf("```", begin, StringComparison.Ordinal)];
    }

    private static async Task<Process> Run(string runtime, string path, int port, string folder)
    {
        var start = new ProcessStartInfo(runtime)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["WEBHOOK_SECRET"] = "whsec_" + Convert.ToBase64String(Secret);
        start.Environment["PORT"] = $"{port}";
        foreach (var argument in await Arguments(runtime, path, port))
        {
            start.ArgumentList.Add(argument);
        }
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", $"In CI this test needs {runtime}.");
            Assert.Skip($"{runtime} is not installed.");
            throw;
        }
    }

    private static async Task<string[]> Arguments(string runtime, string path, int port) =>
        runtime switch
        {
            "dotnet" => ["run", path],
            "php" => ["-S", $"127.0.0.1:{port}", path],
            "node" => [await Compiled(path)],
            _ => [path],
        };

    // As the compiler that nobody here wrote takes it, strictly.
    private static async Task<string> Compiled(string path)
    {
        var tools = NodeProgram.Folder("standardwebhooks");
        using var compiler = Process.Start(
            new ProcessStartInfo(
                Path.Combine(tools, "node_modules", ".bin", "tsc"),
                [
                    "--strict",
                    "--module",
                    "commonjs",
                    "--target",
                    "es2022",
                    "--typeRoots",
                    Path.Combine(tools, "node_modules", "@types"),
                    "--types",
                    "node",
                    path,
                ]
            )
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            }
        )!;
        var said = await compiler.StandardOutput.ReadToEndAsync(Stop);
        await compiler.WaitForExitAsync(Stop);
        Assert.True(compiler.ExitCode == 0, said);
        return Path.ChangeExtension(path, "js");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task Listens(int port, Process program)
    {
        var begun = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, Stop);
                return;
            }
            catch (SocketException) when (begun.Elapsed < TimeSpan.FromMinutes(2) && !program.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Stop);
            }
        }
    }

    [GeneratedRegex("[A-Z]{3,}_[A-Z]+|FORGED", RegexOptions.NonBacktracking)]
    private static partial Regex Names();

    private sealed class LateClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddMinutes(-10);
    }
}
