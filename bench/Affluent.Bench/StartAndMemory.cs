using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Affluent.Bench;

/// <summary>From the start of the process to a healthy answer, over a database that is there already; and what it holds when idle.</summary>
internal static class StartAndMemory
{
    private const int Rounds = 5;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<Figure>> Run(string server)
    {
        _ = server; // one process on one file is what a newcomer starts
        var folder = Directory.CreateTempSubdirectory("affluent-bench-");
        try
        {
            List<double> seconds = [];
            List<double> megabytes = [];
            for (var round = 0; round <= Rounds; round++)
            {
                var (start, memory) = await Once(folder.FullName);
                if (round > 0) // the first one makes the database
                {
                    seconds.Add(start);
                    megabytes.Add(memory);
                }
            }
            return
            [
                Figure.Below("start to healthy, existing database", "s", Figure.Median(seconds), 2),
                Figure.Below("idle memory, all roles", "MB", Figure.Median(megabytes), 200),
            ];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(double Seconds, double Megabytes)> Once(string folder)
    {
        var port = FreePort();
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(
            new ProcessStartInfo(
                "dotnet",
                [
                    Path.Combine(AppContext.BaseDirectory, "Affluent.Server.dll"),
                    "serve",
                    "--listen",
                    $"http://127.0.0.1:{port}",
                    "--data-directory",
                    folder,
                    "--test-bank-listen",
                    $"http://127.0.0.1:{FreePort()}",
                ]
            )
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await UntilHealthy(new Uri($"http://127.0.0.1:{port}/health"), process, start);
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            await Task.Delay(Idle, TimeProvider.System);
            return (seconds, ResidentMegabytes(process.Id));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
    }

    private static async Task UntilHealthy(Uri health, Process process, long start)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(1) };
        while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60) && !process.HasExited)
        {
            try
            {
                using var answer = await http.GetAsync(health);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // Not yet listening.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
        throw new InvalidOperationException("The platform did not become healthy within 60 s.");
    }

    private static double ResidentMegabytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status")
            .First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)
            / 1024;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
