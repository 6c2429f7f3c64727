using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Affluent.Fuzz.Tests.Targets;

namespace Affluent.Fuzz.Tests;

/// <summary>Campaigns from the command line: one process for each, so that a crash is a finding too.</summary>
internal static partial class FuzzCommand
{
    private const int Broken = 1;
    private static readonly string Folder = Path.Combine(SharedFiles.Root, "artifacts", "fuzz");

    /// <summary>Fuzzes the targets whose names fit ("stet-*,reading-*"; none: all) for some minutes in all.</summary>
    public static async Task<int> Run(string[] args)
    {
        var (pattern, minutes) = args switch
        {
            [] => ("*", 10d),
            [var name] => (name, 1d),
            [var name, var given, ..] => (name, double.Parse(given, CultureInfo.InvariantCulture)),
        };
        var seed = args.Length > 2 ? args[2] : Random.Shared.Next().ToString(CultureInfo.InvariantCulture);
        var targets = AllTargets.List.Where(t => Fits(t.Name, pattern)).ToArray();
        if (targets.Length == 0)
        {
            Console.WriteLine($"No target is named {pattern}. There are:");
            List();
            return Broken;
        }
        var jobs = Math.Min(Environment.ProcessorCount, targets.Length);
        var seconds = Math.Max(1, minutes * 60 * jobs / targets.Length);
        var program = Instrumentation.Make(Path.Combine(Folder, "bin"));
        Console.WriteLine($"{targets.Length} targets, {seconds:0} seconds each, {jobs} at a time, seed {seed}");
        var (broken, inputs) = (0, 0L);
        await Parallel.ForEachAsync(
            targets,
            new ParallelOptions { MaxDegreeOfParallelism = jobs },
            async (target, cancellation) =>
            {
                string[] campaign =
                [
                    program,
                    "campaign",
                    target.Name,
                    seconds.ToString("0", CultureInfo.InvariantCulture),
                    seed,
                ];
                var start = new ProcessStartInfo("dotnet", campaign)
                {
                    RedirectStandardOutput = true,
                    UseShellExecute = false,
                };
                // What outgrows memory fails here, and does not take the machine along.
                start.Environment["DOTNET_GCHeapHardLimit"] = "0x60000000";
                using var process = Process.Start(start)!;
                var output = await process.StandardOutput.ReadToEndAsync(cancellation);
                await process.WaitForExitAsync(cancellation);
                var died = process.ExitCode is not (0 or Broken);
                if (process.ExitCode != 0)
                {
                    Interlocked.Increment(ref broken);
                }
                Console.WriteLine(output.TrimEnd());
                if (Inputs().Match(output) is { Success: true } match)
                {
                    Interlocked.Add(ref inputs, long.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture));
                }
                if (died)
                {
                    var last = new Finding(
                        target.Name,
                        CurrentInput.Last(Folder, target.Name),
                        $"the process dies ({process.ExitCode})",
                        ""
                    );
                    Write(last, $"{seed}-last");
                }
            }
        );
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{inputs:#,0} inputs, {broken} targets broken"));
        return broken == 0 ? 0 : Broken;
    }

    [GeneratedRegex("(?<number>[0-9]+) inputs", RegexOptions.NonBacktracking)]
    private static partial Regex Inputs();

    /// <summary>A campaign in this process.</summary>
    public static int RunOne(string name, string seconds, string seed, Coverage? coverage)
    {
        var found = Named(name);
        using var current = new CurrentInput(Folder, found);
        var options = new CampaignOptions
        {
            Seed = int.Parse(seed, CultureInfo.InvariantCulture),
            Duration = TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)),
            MostFindings = 20,
            Coverage = coverage,
            CorpusFolder = Path.Combine(Folder, "corpus", name),
        };
        var report = new Campaign(current.Watched, options).Run();
        var speed = report.Executions / report.Elapsed.TotalSeconds;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{name, -32} {report.Executions, 10} inputs {speed, 8:0}/s  corpus {report.Corpus, 5}  branches {report.Branches, 6}  findings {report.Findings.Count}"
            )
        );
        foreach (var (finding, number) in report.Findings.Select((finding, i) => (finding, i + 1)))
        {
            Write(finding, $"{seed}-{number}");
        }
        return report.Findings.Count == 0 ? 0 : Broken;
    }

    private static void Write(Finding finding, string number)
    {
        var file = Path.Combine(Folder, "findings", $"{finding.Target}-{number}");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, finding.Input.ToArray());
        Console.WriteLine($"{finding}\n  replay {finding.Target} {file}");
    }

    /// <summary>Feeds one input once more: a file, or base64.</summary>
    public static int Replay(string name, string input)
    {
        var bytes = File.Exists(input) ? File.ReadAllBytes(input) : Convert.FromBase64String(input);
        var execution = Execution.Of(Named(name), bytes);
        Console.WriteLine(execution.Finding is { } finding ? finding : "The promise is kept.");
        return execution.Finding is null ? 0 : Broken;
    }

    public static int List()
    {
        foreach (var target in AllTargets.List)
        {
            Console.WriteLine(target.Name);
        }
        return 0;
    }

    /// <summary>The target of that name.</summary>
    public static FuzzTarget Named(string name) => AllTargets.List.Single(t => t.Name == name);

    private static bool Fits(string name, string patterns) =>
        patterns
            .Split(',')
            .Any(pattern =>
                pattern == "all"
                || Regex.IsMatch(
                    name,
                    $"^{Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal)}$",
                    RegexOptions.NonBacktracking
                )
            );
}
