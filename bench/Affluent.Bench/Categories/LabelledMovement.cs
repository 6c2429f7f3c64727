using Affluent.Ledger;

namespace Affluent.Bench.Categories;

/// <summary>A bank's label with the truth about it: who the merchant is and which category it belongs to.</summary>
internal sealed record LabelledMovement(
    string Language,
    string Merchant,
    string Category,
    Movement Movement,
    LabelParts Parts
)
{
    /// <summary>The labels of bench/labels/labels.tsv.</summary>
    public static IReadOnlyList<LabelledMovement> All() =>
        [.. File.ReadLines(Path.Combine(Repository.Root, "bench", "labels", "labels.tsv")).Skip(1).Select(Read)];

    public static LabelledMovement Of(string language, string merchant, string category, string text, bool incoming)
    {
        var movement = new Movement
        {
            Amount = incoming ? 1000 : -1000,
            Currency = "EUR",
            Day = 20_500,
            Status = TransactionStatus.Booked,
            Text = text,
        };
        return new LabelledMovement(language, merchant, category, movement, LabelParts.Of(movement));
    }

    private static LabelledMovement Read(string line)
    {
        var cells = line.Split('\t');
        return Of(cells[0], cells[1], cells[2], cells[4], cells[3] == "+");
    }
}

/// <summary>
/// The labels in three parts. Half of the merchants are never seen in training; of the other half's labels one in four is held back,
/// so that known merchants are judged by labels that were not seen either.
/// </summary>
internal sealed record Split(
    IReadOnlyList<LabelledMovement> Training,
    IReadOnlyList<LabelledMovement> Known,
    IReadOnlyList<LabelledMovement> Unseen
)
{
    public static Split Of(IReadOnlyList<LabelledMovement> all)
    {
        List<LabelledMovement> training = [],
            known = [],
            unseen = [];
        foreach (var merchant in all.GroupBy(label => label.Merchant))
        {
            var labels = merchant.ToArray();
            if (Stable.Number(merchant.Key, 1) % 2 == 0)
            {
                unseen.AddRange(labels);
                continue;
            }
            // The first stays: a merchant is known when one of its labels was seen.
            training.Add(labels[0]);
            for (var i = 1; i < labels.Length; i++)
            {
                (Stable.Number($"{merchant.Key} {i}", 2) % 5 < 3 ? known : training).Add(labels[i]);
            }
        }
        return new Split(training, known, unseen);
    }
}

/// <summary>Numbers by chance that are the same on every machine.</summary>
internal static class Stable
{
    public static uint Number(string text, uint seed)
    {
        var hash = 2166136261 ^ seed;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 16777619;
        }
        hash ^= hash >> 16;
        hash *= 0x7feb352d;
        return hash ^ (hash >> 15);
    }
}

/// <summary>Where the sources are.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Affluent.slnx")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("the sources are not above the program");
        }
        return folder.FullName;
    }
}
