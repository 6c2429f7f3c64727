using System.Diagnostics;
using System.Text.Json;

namespace Affluent.Connectors.Tests.Support;

/// <summary>The program <c>verify.mjs</c> of a folder below <c>tests</c>, which asks a library that was written elsewhere.</summary>
internal static class NodeProgram
{
    /// <summary>What it answers to each question; skips the test where the library is not installed, but not in CI.</summary>
    public static async Task<string[]> Verify(
        string name,
        IEnumerable<IReadOnlyDictionary<string, object?>> questions,
        CancellationToken cancellation
    )
    {
        using var node = Process.Start(
            new ProcessStartInfo("node", ["verify.mjs"])
            {
                WorkingDirectory = Folder(name),
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            }
        )!;
        foreach (var question in questions)
        {
            await node.StandardInput.WriteLineAsync(JsonSerializer.Serialize(question));
        }
        node.StandardInput.Close();
        var said = await node.StandardOutput.ReadToEndAsync(cancellation);
        await node.WaitForExitAsync(cancellation);
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Where such a program is; skips the test where its library is not installed, but not in CI.</summary>
    public static string Folder(string name)
    {
        if (FindFolder(name) is { } folder)
        {
            return folder;
        }
        Xunit.Assert.False(
            Environment.GetEnvironmentVariable("CI") == "true",
            $"In CI this test needs: npm ci --prefix tests/{name}"
        );
        Xunit.Assert.Skip($"{name} is not installed: npm ci --prefix tests/{name}");
        return "";
    }

    /// <summary>The same; null where its library is not installed.</summary>
    public static string? FindFolder(string name)
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "Affluent.slnx")))
        {
            directory = directory.Parent;
        }
        var folder = Path.Combine(directory.FullName, "tests", name);
        return Directory.Exists(Path.Combine(folder, "node_modules")) ? folder : null;
    }
}
