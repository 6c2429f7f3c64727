namespace Affluent.Fuzz.Tests;

/// <summary>Runs campaigns when asked for them, else the tests.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        var coverage = Coverage.Start();
        return args switch
        {
            ["fuzz", .. var rest] => await FuzzCommand.Run(rest),
            ["campaign", var target, var seconds, var seed] => FuzzCommand.RunOne(target, seconds, seed, coverage),
            ["replay", var target, var input] => FuzzCommand.Replay(target, input),
            ["seeds", var target, var folder] => AflCommand.WriteSeeds(target, folder),
            ["instrument", var folder] => AflCommand.Instrument(folder),
            ["afl", var target] => AflCommand.Run(target),
            ["list"] => FuzzCommand.List(),
            _ when args.Any(arg => arg is "--server" or "--internal-msbuild-node") =>
                await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(
                    args,
                    SelfRegisteredExtensions.AddSelfRegisteredExtensions
                ),
            _ => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
        };
    }
}
