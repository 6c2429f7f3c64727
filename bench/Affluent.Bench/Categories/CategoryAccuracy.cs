using System.Diagnostics;
using Affluent.Ledger;

namespace Affluent.Bench.Categories;

/// <summary>
/// How often categories are right: of merchants that were seen in training and of those that never were, beside fasttext on the same
/// split; and how many rows a second one core categorises.
/// </summary>
internal static class CategoryAccuracy
{
    private const double KnownBar = 0.97;
    private const double UpperBar = 0.90;
    private const double LowerBar = 0.80;
    private const double RowsBar = 100_000;

    public static IEnumerable<Figure> Run()
    {
        var split = Split.Of(LabelledMovement.All());
        var model = Training.Train(split.Training);
        Console.WriteLine(
            $"trained on {split.Training.Count} labels of {split.Training.Select(l => l.Merchant).Distinct().Count()} merchants"
        );
        var (known, unseen) = (Judge(split.Known, model), Judge(split.Unseen, model));
        // Neither in the training half nor in the directory: what only words and the look of a name can tell.
        LabelledMovement[] nowhere =
        [
            .. split.Unseen.Where(l => !Merchants.Find(l.Parts.Words, 0..1, out _, out _, out _)),
        ];
        var alone = Judge(nowhere, model);
        Show("known merchants", known);
        Show("merchants never seen", unseen);
        Show("of these, not in the directory", alone);
        Console.WriteLine("  what decided, merchants never seen");
        Lines(unseen.ByWhy());
        Console.WriteLine("  confidence by tenths, merchants never seen");
        Lines(unseen.ByTenth());
        foreach (var language in split.Unseen.GroupBy(l => l.Language))
        {
            Show($"never seen, {language.Key}", Judge([.. language], model));
        }
        var peer = Peer(split, nowhere);
        yield return Reached("categories, known merchants, second level", known.Lower, peer?.Known.Lower, KnownBar);
        yield return Reached(
            "categories, merchants never seen, first level",
            unseen.Upper,
            peer?.Unseen.Upper,
            UpperBar
        );
        yield return Reached(
            "categories, merchants never seen, second level",
            unseen.Lower,
            peer?.Unseen.Lower,
            LowerBar
        );
        var rows = RowsASecond(split.Unseen, model);
        yield return new Figure(
            "labels read and categorised by one core",
            $"{rows:#,0} rows/s",
            $"bar {RowsBar:#,0} rows/s",
            rows / RowsBar,
            "≥ 1.00",
            rows >= RowsBar
        );
    }

    /// <summary>Trains on all labels and writes the model that is part of the program.</summary>
    public static void WriteModel()
    {
        var path = Path.Combine(Repository.Root, "src", "Affluent.Ledger", "Resources", "categories.model");
        var model = Training.Train(LabelledMovement.All());
        using (var file = File.Create(path))
        {
            model.Write(file);
        }
        Console.WriteLine($"{path}: {new FileInfo(path).Length / 1024} kB");
    }

    private static Accuracy Judge(IReadOnlyList<LabelledMovement> labels, CategoryModel model)
    {
        var accuracy = new Accuracy();
        foreach (var label in labels)
        {
            accuracy.Add(label, Categorization.Guess(label.Movement, label.Parts, model));
        }
        return accuracy;
    }

    private static (Accuracy Known, Accuracy Unseen)? Peer(Split split, LabelledMovement[] nowhere)
    {
        if (!FastText.IsHere)
        {
            Console.WriteLine("  SKIPPED: fasttext is not installed (apt-get install fasttext)");
            return null;
        }
        LabelledMovement[] names =
        [
            .. Merchants
                .All.Meanings.OrderBy(m => m.Name, StringComparer.Ordinal)
                .Select(m => LabelledMovement.Of("", m.Name, m.CategoryId, $"CB {m.Name}", incoming: false)),
        ];
        LabelledMovement[] asked = [.. split.Known, .. split.Unseen, .. nowhere];
        (Accuracy Known, Accuracy Unseen)? same = null;
        foreach (
            var (what, training) in new[]
            {
                ("fasttext", split.Training),
                ("fasttext, with the directory's names", [.. split.Training, .. names]),
            }
        )
        {
            var said = FastText.Judge(training, asked);
            Accuracy known = new(),
                unseen = new(),
                alone = new();
            for (var i = 0; i < asked.Length; i++)
            {
                (
                    i < split.Known.Count ? known
                    : i < split.Known.Count + split.Unseen.Count ? unseen
                    : alone
                ).Add(asked[i], said[i]);
            }
            Show($"{what}: known merchants", known);
            Show($"{what}: merchants never seen", unseen);
            Show($"{what}: not in the directory", alone);
            same ??= (known, unseen);
        }
        return same;
    }

    private static double RowsASecond(IReadOnlyList<LabelledMovement> labels, CategoryModel model)
    {
        Movement[] movements = [.. labels.Select(l => l.Movement)];
        var rates = new double[5];
        using var process = Process.GetCurrentProcess();
        for (var round = 0; round < rates.Length; round++)
        {
            // By the time that the processor spent: others may have it too. That of the collector counts.
            var (before, rows) = (process.TotalProcessorTime, 0);
            TimeSpan spent;
            do
            {
                foreach (var movement in movements)
                {
                    Categorization.Guess(movement, LabelParts.Of(movement), model);
                }
                rows += movements.Length;
                process.Refresh();
                spent = process.TotalProcessorTime - before;
            } while (spent.TotalMilliseconds < 700);
            rates[round] = rows / spent.TotalSeconds;
        }
        return Figure.Median(rates.Skip(1));
    }

    private static Figure Reached(string what, double ours, double? peer, double bar) =>
        new(
            what,
            $"{100 * ours:0.0} %",
            peer is { } its ? $"fasttext {100 * its:0.0} %" : "fasttext not installed",
            ours / bar,
            $"≥ {100 * bar:0} %",
            ours >= bar
        );

    private static void Show(string what, Accuracy accuracy) =>
        Console.WriteLine($"  {what, -52} {accuracy}  Brier {accuracy.Brier:0.000}");

    private static void Lines(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Console.WriteLine(line);
        }
    }
}
