using System.Diagnostics;
using System.Globalization;
using Affluent.Ledger;

namespace Affluent.Bench.Categories;

/// <summary>The peer: Debian's fasttext, trained on the same labels by its own program.</summary>
internal static class FastText
{
    private const string Program = "/usr/bin/fasttext";

    public static bool IsHere => File.Exists(Program);

    /// <summary>What it says of each label, once trained.</summary>
    public static IReadOnlyList<CategoryDecision> Judge(
        IReadOnlyList<LabelledMovement> training,
        IReadOnlyList<LabelledMovement> asked
    )
    {
        var folder = Directory.CreateTempSubdirectory("affluent-fasttext-");
        try
        {
            string In(string name) => Path.Combine(folder.FullName, name);
            File.WriteAllLines(In("train.txt"), training.Select(l => $"__label__{l.Category} {Words(l)}"));
            File.WriteAllLines(In("asked.txt"), asked.Select(Words));
            // One thread and a seed: the same model every time. Pieces of words as long as ours, words in pairs.
            Run(
                $"supervised -input {In("train.txt")} -output {In("model")} -dim 50 -epoch 60 -lr 0.5 -wordNgrams 2 -minn 3 -maxn 5 -bucket 100000 -thread 1 -seed 7 -verbose 0"
            );
            return
            [
                .. Run($"predict-prob {In("model.bin")} {In("asked.txt")}")
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                    .Select(line => line.Split(' '))
                    .Select(cells => new CategoryDecision(
                        cells[0]["__label__".Length..],
                        (int)Math.Round(100 * double.Parse(cells[1], CultureInfo.InvariantCulture)),
                        CategoryWhy.Model
                    )),
            ];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // As it is given to our model: the label without what banks print around it, and how it was paid.
    private static string Words(LabelledMovement label) =>
        $"{(label.Movement.Amount > 0 ? "in" : "out")} {label.Parts.Means} {label.Parts.Words.Text}".ToLowerInvariant();

    private static string Run(string arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(Program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            }
        )!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException(errors.GetAwaiter().GetResult());
    }
}
