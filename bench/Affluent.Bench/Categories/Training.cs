using Affluent.Ledger;

namespace Affluent.Bench.Categories;

/// <summary>
/// Trains the category model: multinomial logistic regression by stochastic gradient descent with a step for each weight (AdaGrad).
/// The same labels give the same model.
/// </summary>
internal static class Training
{
    private const int Rounds = 12;
    private const float Step = 0.6f;
    private const float Shrink = 2e-6f;

    // A name of the directory alone is not a label that a bank printed.
    private const float NameWeight = 0.35f;
    private const int Folds = 4;

    private sealed record Example(int[] Features, int Category, float Weight);

    /// <summary>The model of these labels and of the names of the merchant directory, its confidence set by labels that it had not seen.</summary>
    public static CategoryModel Train(IReadOnlyList<LabelledMovement> labels)
    {
        string[] ids =
        [
            .. labels
                .Select(l => l.Category)
                .Concat(Merchants.All.Meanings.Select(m => m.CategoryId))
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        var index = ids.Select((id, i) => (id, i)).ToDictionary(x => x.id, x => x.i);
        Example[] names = [.. Names(index), .. Words(index), .. People(index)];
        Example[] examples = [.. labels.Select(l => new Example(FeaturesOf(l), index[l.Category], 1))];
        var weights = Fit([.. examples, .. names], ids.Length);
        return Quantized(ids, weights, Sharpness(labels, examples, names, ids));
    }

    // A merchant's name as a card payment.
    private static IEnumerable<Example> Names(Dictionary<string, int> index) =>
        Merchants
            // Networks of buses are named after their country: to the model every place would be one.
            .All.Meanings.Where(m => m.ByHand || m.CategoryId != "PUBLIC_TRANSPORT")
            .OrderBy(m => m.Name, StringComparer.Ordinal)
            .Select(m => new Example(
                FeaturesOf(LabelledMovement.Of("", m.Name, m.CategoryId, $"CB {m.Name}", incoming: false)),
                index[m.CategoryId],
                NameWeight
            ));

    // Words that say what is sold: within other words they say it too.
    private static IEnumerable<Example> Words(Dictionary<string, int> index) =>
        CategoryRules
            .Rows.Concat(TradeWords.Rows)
            .Where(row => index.ContainsKey(row.Category))
            .Select(row =>
            {
                var incoming = Ledger.Categories.ById[row.Category].Kind == CategoryKind.Income;
                var text = incoming ? $"VIR DE {row.Phrase}" : $"CB {row.Phrase}";
                return new Example(
                    FeaturesOf(LabelledMovement.Of("", "", row.Category, text, incoming)),
                    index[row.Category],
                    NameWeight
                );
            });

    // Transfers to and from people whose names were not seen either.
    private static IEnumerable<Example> People(Dictionary<string, int> index)
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "bench", "labels", "people.txt"));
        var (firsts, families) = (lines[1].Split(' '), lines[2].Split(' '));
        for (var i = 0; i < 2 * firsts.Length; i++)
        {
            var (first, family) = (firsts[i % firsts.Length], families[Stable.Number($"{i}", 5) % families.Length]);
            var name = (i % 4) switch
            {
                0 => $"{first} {family}",
                1 => $"{family} {first}",
                2 => $"M {family} {first}",
                _ => first,
            };
            var incoming = i % 3 == 0;
            yield return new Example(
                FeaturesOf(
                    LabelledMovement.Of(
                        "",
                        name,
                        Ledger.Categories.Uncategorized,
                        incoming ? $"VIR DE {name}" : $"VIR SEPA {name}",
                        incoming
                    )
                ),
                index[Ledger.Categories.Uncategorized],
                NameWeight
            );
        }
    }

    private static int[] FeaturesOf(LabelledMovement label)
    {
        Span<int> features = stackalloc int[CategoryModel.MostFeatures];
        var count = CategoryModel.Features(label.Parts, label.Movement.Amount > 0, features);
        return features[..count].ToArray();
    }

    private static float[] Fit(IReadOnlyList<Example> examples, int categories)
    {
        var weights = new float[CategoryModel.Buckets * categories];
        var squares = new float[weights.Length];
        var scores = new float[categories];
        int[] order = [.. Enumerable.Range(0, examples.Count).OrderBy(i => Stable.Number($"{i}", 3))];
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var i in order)
            {
                var example = examples[i];
                var value = 1 / MathF.Sqrt(example.Features.Length);
                Probabilities(weights, example.Features, value, scores);
                scores[example.Category] -= 1;
                foreach (var feature in example.Features)
                {
                    for (var c = 0; c < categories; c++)
                    {
                        var at = (feature * categories) + c;
                        var gradient = (scores[c] * value * example.Weight) + (Shrink * weights[at]);
                        squares[at] += gradient * gradient;
                        weights[at] -= Step * gradient / MathF.Sqrt(squares[at] + 1e-6f);
                    }
                }
            }
        }
        return weights;
    }

    private static void Probabilities(float[] weights, int[] features, float value, float[] scores)
    {
        Scores(weights, features, value, scores);
        var most = scores.Max();
        var total = 0f;
        for (var c = 0; c < scores.Length; c++)
        {
            scores[c] = MathF.Exp(scores[c] - most);
            total += scores[c];
        }
        for (var c = 0; c < scores.Length; c++)
        {
            scores[c] /= total;
        }
    }

    private static void Scores(float[] weights, int[] features, float value, float[] scores)
    {
        Array.Clear(scores);
        foreach (var feature in features)
        {
            var row = weights.AsSpan(feature * scores.Length, scores.Length);
            for (var c = 0; c < row.Length; c++)
            {
                scores[c] += row[c] * value;
            }
        }
    }

    /// <summary>
    /// By how much scores are multiplied so that a confidence of 80 is right eight times in ten: what makes labels likeliest that a model of
    /// other merchants judges, and of these only those that nothing surer decides.
    /// </summary>
    private static float Sharpness(
        IReadOnlyList<LabelledMovement> labels,
        Example[] examples,
        Example[] names,
        string[] ids
    )
    {
        List<(float[] Scores, int Category)> judged = [];
        var nothing = new CategoryModel(ids, 1, new sbyte[CategoryModel.Buckets * CategoryModel.StrideOf(ids.Length)]);
        for (var fold = 0; fold < Folds; fold++)
        {
            bool Out(LabelledMovement label) => Stable.Number(label.Merchant, 4) % Folds == fold;
            var weights = Fit([.. examples.Where((_, i) => !Out(labels[i])), .. names], ids.Length);
            for (var i = 0; i < labels.Count; i++)
            {
                if (
                    Out(labels[i])
                    && Categorization.Guess(labels[i].Movement, labels[i].Parts, nothing).Why == CategoryWhy.None
                )
                {
                    var scores = new float[ids.Length];
                    Scores(weights, examples[i].Features, 1 / MathF.Sqrt(examples[i].Features.Length), scores);
                    judged.Add((scores, examples[i].Category));
                }
            }
        }
        return Enumerable
            .Range(4, 60)
            .Select(step => step * 0.05f)
            .MinBy(sharpness => judged.Sum(j => Surprise(j.Scores, j.Category, sharpness)));
    }

    private static double Surprise(float[] scores, int category, float sharpness)
    {
        var most = scores.Max();
        return Math.Log(scores.Sum(score => Math.Exp((score - most) * sharpness)))
            - ((scores[category] - most) * sharpness);
    }

    private static CategoryModel Quantized(string[] ids, float[] weights, float sharpness)
    {
        // The few greatest weights may be cut: what counts is many steps for the many small ones.
        var sizes = weights.Select(MathF.Abs).Where(size => size > 0).Order().ToArray();
        var step = sizes[(int)(sizes.Length * 0.9995)] / sbyte.MaxValue;
        var stride = CategoryModel.StrideOf(ids.Length);
        var bytes = new sbyte[CategoryModel.Buckets * stride];
        for (var bucket = 0; bucket < CategoryModel.Buckets; bucket++)
        {
            for (var c = 0; c < ids.Length; c++)
            {
                var steps = MathF.Round(weights[(bucket * ids.Length) + c] / step);
                // The smallest are noise of the training, and most of the file.
                bytes[(bucket * stride) + c] = MathF.Abs(steps) < 6 ? (sbyte)0 : (sbyte)Math.Clamp(steps, -127, 127);
            }
        }
        return new CategoryModel(ids, step * sharpness, bytes);
    }
}
