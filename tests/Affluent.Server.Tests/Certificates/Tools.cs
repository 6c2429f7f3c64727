using System.Diagnostics;
using System.Runtime.InteropServices;
using Xunit;

namespace Affluent.Server.Tests.Certificates;

/// <summary>Programs that nobody here wrote, which make certificates and judge them.</summary>
internal static class Tools
{
    /// <summary>Runs one to its end; what it said. A failure fails the test.</summary>
    public static async Task<string> Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process
            .WaitForExitAsync(TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}\n{await output}{await errors}");
        return await output + await errors;
    }

    /// <summary>Says where a program is; without it the test is skipped, and fails where everything must be there.</summary>
    public static void Need(string what, params string[] places)
    {
        var isThere = places.Any(File.Exists);
        Assert.False(!isThere && Environment.GetEnvironmentVariable("CI") == "true", $"{what} is missing");
        Assert.SkipUnless(isThere, $"{what} is missing");
    }

    /// <summary>Sets a variable for programs, and as libraries in C see it: the runtime's own are another list.</summary>
    public static void SetForLibraries(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        var set = Marshal.GetDelegateForFunctionPointer<SetEnv>(
            NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "setenv")
        );
        Assert.Equal(0, set(name, value, 1));
    }

    private delegate int SetEnv(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string name,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string value,
        int overwrite
    );
}
