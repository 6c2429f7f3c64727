using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.Commands;

/// <summary>The program as an operator runs it: a process of its own.</summary>
public sealed partial class ServeTests
{
    [Theory, OnBothDatabases]
    public async Task It_starts_with_the_test_bank_answers_and_ends_within_five_seconds_when_told_to(DatabaseKind kind)
    {
        await using var database = await TestDatabase.CreateEmpty(kind);
        // Whatever it keeps, it keeps in its own folder.
        var ownHome = Directory.CreateTempSubdirectory("affluent-test-");
        using var process = Process.Start(
            new ProcessStartInfo("dotnet")
            {
                ArgumentList =
                {
                    Path.Combine(AppContext.BaseDirectory, "Affluent.Server.dll"),
                    "serve",
                    "--listen",
                    "http://127.0.0.1:0",
                    "--test-bank-listen",
                    "http://127.0.0.1:0",
                    "--database",
                    database.Address,
                },
                WorkingDirectory = database.Folder,
                Environment = { ["HOME"] = ownHome.FullName },
                RedirectStandardOutput = true,
                UseShellExecute = false,
            }
        )!;
        try
        {
            var bank = await Address(process, TestBankAt());
            var api = await Address(process, ApiAt());
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
            var ready = await http.GetAsync(new Uri(api, "/health/ready"), TestContext.Current.CancellationToken);
            var home = await http.GetAsync(bank, TestContext.Current.CancellationToken);

            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (ready.StatusCode, home.StatusCode));
            var asked = Stopwatch.GetTimestamp();
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await process
                .WaitForExitAsync(TestContext.Current.CancellationToken)
                .WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
            Assert.Equal(0, process.ExitCode);
            Assert.InRange(Stopwatch.GetElapsedTime(asked).TotalSeconds, 0, 5);
            Assert.Empty(ownHome.EnumerateFileSystemInfos());
            ownHome.Delete();
            var data = Path.Combine(database.Folder, "data");
            Assert.Equal(
                [Path.Combine(data, "master.key"), Path.Combine(data, "signing.key")],
                Directory.EnumerateFiles(data).Order(StringComparer.Ordinal)
            );
            Assert.All(
                Directory.EnumerateFiles(database.Folder, "*", SearchOption.AllDirectories),
                file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file))
            );
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    /// <summary>The test bank runs by then, and would take the signal for itself.</summary>
    [Theory]
    [InlineData("-INT")]
    [InlineData("-TERM")]
    public async Task Told_to_end_while_it_starts_it_ends(string signal)
    {
        var folder = Directory.CreateTempSubdirectory("affluent-");
        using var process = Process.Start(
            new ProcessStartInfo("dotnet")
            {
                ArgumentList =
                {
                    Path.Combine(AppContext.BaseDirectory, "Affluent.Server.dll"),
                    "serve",
                    "--listen",
                    "http://127.0.0.1:0",
                    "--test-bank-listen",
                    "http://127.0.0.1:0",
                },
                WorkingDirectory = folder.FullName,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        try
        {
            await Address(process, TestBankAt());
            using var kill = Process.Start("kill", [signal, process.Id.ToString(CultureInfo.InvariantCulture)]);
            await process
                .WaitForExitAsync(TestContext.Current.CancellationToken)
                .WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

            Assert.Equal(0, process.ExitCode);
            Assert.DoesNotContain(
                "   at ",
                await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken),
                StringComparison.Ordinal
            );
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
                await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            }
            folder.Delete(recursive: true);
        }
    }

    private static async Task<Uri> Address(Process process, Regex line)
    {
        while (
            await process
                .StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)
                .AsTask()
                .WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken)
                is { } text
        )
        {
            if (line.Match(text) is { Success: true } match)
            {
                return new Uri(match.Groups["address"].Value);
            }
        }
        throw new InvalidOperationException("The program ended before it said its address.");
    }

    [GeneratedRegex(@"test bank is open at (?<address>\S+)", RegexOptions.NonBacktracking)]
    private static partial Regex TestBankAt();

    [GeneratedRegex(@"Ready .* API (?<address>[^\s,]+)", RegexOptions.NonBacktracking)]
    private static partial Regex ApiAt();
}
