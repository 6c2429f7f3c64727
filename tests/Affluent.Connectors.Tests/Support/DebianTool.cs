using System.Diagnostics;

namespace Affluent.Connectors.Tests.Support;

/// <summary>A program of Debian, which CI installs (<c>test.sh</c>).</summary>
internal static class DebianTool
{
    /// <summary>What it says; skips the test where it is missing.</summary>
    public static async Task<(int Status, string Said)> Run(string tool, string package, params string[] arguments)
    {
        if (!File.Exists($"/usr/bin/{tool}") || !Directory.Exists($"/usr/share/doc/{package}"))
        {
            Assert.False(
                Environment.GetEnvironmentVariable("CI") == "true",
                $"In CI this test needs Debian's {package}"
            );
            Assert.Skip($"{tool} is not installed: apt-get install {package}");
        }
        using var process = Process.Start(
            new ProcessStartInfo($"/usr/bin/{tool}", arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        _ = await errors;
        return (process.ExitCode, said);
    }
}
