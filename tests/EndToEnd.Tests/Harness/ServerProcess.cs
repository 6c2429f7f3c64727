using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace EndToEnd.Tests.Harness;

/// <summary>The built server as a process of its own, as operators run it. All that it says is kept.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>Long enough for a machine that is busy with other things.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private const int FirstPort = 21_000;
    private const int Ports = 9_000;
    private static int _lastPort = Random.Shared.Next(Ports);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TaskCompletionSource _said = new();

    private ServerProcess(Process process, Func<string, bool>? until)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Hear(e.Data, until);
        process.ErrorDataReceived += (_, e) => Hear(e.Data, until);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The program that the build made, in the configuration of these tests.</summary>
    public static string Program { get; } =
        Path.GetFullPath(
            Path.Combine(
                AppContext.BaseDirectory,
                "..",
                "..",
                "Affluent.Server",
                Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)),
                "Affluent.Server" + (OperatingSystem.IsWindows() ? ".exe" : "")
            )
        );

    /// <summary>Everything it has written on standard output and standard error.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>Starts the program and waits until it has said a line.</summary>
    public static async Task<ServerProcess> Start(string folder, Func<string, bool> until, params string[] arguments)
    {
        var server = Run(folder, until, arguments);
        var ended = server._process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var first = await Task.WhenAny(server._said.Task, ended)
            .WaitAsync(Patience, TestContext.Current.CancellationToken);
        if (first == ended)
        {
            Assert.Fail($"It ended with {server._process.ExitCode}:\n{server.Output}");
        }
        return server;
    }

    /// <summary>Runs the program to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunToEnd(string folder, params string[] arguments)
    {
        await using var server = Run(folder, until: null, arguments);
        await server
            ._process.WaitForExitAsync(TestContext.Current.CancellationToken)
            .WaitAsync(Patience, TestContext.Current.CancellationToken);
        return (server._process.ExitCode, server.Output);
    }

    /// <summary>
    /// A port that nothing listens at, another one at each call. It lies below those that the system hands out by itself: one of these could
    /// be some other program's before it is used.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = FirstPort + ((Interlocked.Increment(ref _lastPort) & int.MaxValue) % Ports);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }
    }

    /// <summary>kill -9.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience, CancellationToken.None);
    }

    /// <summary>kill -STOP: from here on it stands still.</summary>
    public Task Freeze() => Send("STOP");

    /// <summary>kill -CONT: it goes on where it stood.</summary>
    public Task Thaw() => Send("CONT");

    /// <summary>As an operator ends it (SIGTERM); how long that took.</summary>
    public async Task<TimeSpan> Stop()
    {
        var begun = Stopwatch.GetTimestamp();
        await Send("TERM");
        await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience, CancellationToken.None);
        Assert.True(_process.ExitCode == 0, $"It ended with {_process.ExitCode}:\n{Output}");
        return Stopwatch.GetElapsedTime(begun);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await Kill();
        }
        _process.Dispose();
    }

    private async Task Send(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        await kill.WaitForExitAsync(CancellationToken.None);
    }

    private static ServerProcess Run(string folder, Func<string, bool>? until, string[] arguments)
    {
        Assert.True(File.Exists(Program), $"{Program} is not built: dotnet build src/Affluent.Server");
        var start = new ProcessStartInfo(Program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Nothing of the machine's own settings.
        foreach (var name in start.Environment.Keys.Where(IsSetting).ToList())
        {
            start.Environment.Remove(name);
        }
        return new ServerProcess(Process.Start(start)!, until);
    }

    private static bool IsSetting(string variable) =>
        variable.StartsWith("AFFLUENT_", StringComparison.Ordinal)
        || variable.StartsWith("OTEL_", StringComparison.Ordinal);

    private void Hear(string? line, Func<string, bool>? until)
    {
        if (line is null)
        {
            return;
        }
        _lines.Enqueue(line);
        if (until?.Invoke(line) == true)
        {
            _said.TrySetResult();
        }
    }
}
