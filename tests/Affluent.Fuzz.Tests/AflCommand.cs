using SharpFuzz;

namespace Affluent.Fuzz.Tests;

/// <summary>The same targets under AFL++, which drives this program and brings the inputs (see eng/fuzz.sh).</summary>
internal static class AflCommand
{
    /// <summary>Feeds what AFL++ sends, in a process that it restarts after a crash.</summary>
    public static int Run(string name)
    {
        var target = FuzzCommand.Named(name);
        Fuzzer.OutOfProcess.Run(stream =>
        {
            using var input = new MemoryStream();
            stream.CopyTo(input);
            _ = target.Check(input.ToArray());
        });
        return 0;
    }

    /// <summary>Makes the program that AFL++ runs.</summary>
    public static int Instrument(string folder)
    {
        _ = Instrumentation.Make(folder);
        return 0;
    }

    /// <summary>Writes the seeds as files, with which AFL++ begins.</summary>
    public static int WriteSeeds(string name, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var (seed, number) in FuzzCommand.Named(name).Seeds.Select((seed, i) => (seed, i)))
        {
            File.WriteAllBytes(Path.Combine(folder, $"seed-{number}"), seed);
        }
        return 0;
    }
}
