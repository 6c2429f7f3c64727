using System.IO.Compression;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Affluent.Ledger;

/// <summary>
/// Guesses a category from the look of a label: a linear model (multinomial logistic regression) over its words and the pieces of
/// three to five letters of each, hashed into buckets; one signed byte for each bucket and category. How it is trained:
/// docs/advanced/labels-and-categories.md.
/// </summary>
internal sealed class CategoryModel
{
    /// <summary>A power of two.</summary>
    public const int Buckets = 1 << 14;

    /// <summary>More pieces than a label of 80 characters has add nothing; and sums of so many bytes fit 16 bits.</summary>
    public const int MostFeatures = 250;

    /// <summary>Below this the guess is wrong too often to be shown.</summary>
    public const int LeastConfidence = 40;

    private const int ShortestPiece = 3;
    private const int LongestPiece = 5;

    private static readonly Lazy<CategoryModel> Resident = new(() => Read(Resource.Open("categories.model")));

    private readonly string[] _ids;
    private readonly float _scale;
    private readonly sbyte[] _weights;
    private readonly int _stride;

    // For each category the first one under the same upper category.
    private readonly int[] _upper;

    /// <param name="ids">Categories, in the order of the weights.</param>
    /// <param name="scale">What one step of a weight is worth, sharpness of the probabilities included.</param>
    /// <param name="weights">By bucket, then category; each bucket padded to the stride.</param>
    public CategoryModel(string[] ids, float scale, sbyte[] weights)
    {
        (_ids, _scale, _weights, _stride) = (ids, scale, weights, StrideOf(ids.Length));
        _upper = [.. ids.Select(id => Array.FindIndex(ids, other => Categories.Upper(other) == Categories.Upper(id)))];
    }

    /// <summary>The one that is part of the program.</summary>
    public static CategoryModel Shipped => Resident.Value;

    /// <summary>The categories that it can give.</summary>
    public IReadOnlyList<string> Ids => _ids;

    /// <summary>Weights of a bucket, rounded up to what a vector holds.</summary>
    public static int StrideOf(int categories) => (categories + 31) / 32 * 32;

    /// <summary>The likeliest category of those that money of this sign may have; none when it is not likely enough.</summary>
    public CategoryDecision Guess(Movement movement, LabelParts parts)
    {
        Span<int> features = stackalloc int[MostFeatures];
        var count = Features(parts, movement.Amount > 0, features);
        Span<short> sums = stackalloc short[_stride];
        Add(features[..count], sums);
        Span<float> shares = stackalloc float[_ids.Length];
        // A long label is no surer than a short one.
        Shares(sums, _scale / MathF.Sqrt(count), movement.Amount > 0, shares);
        var best = Best(shares);
        if (_ids[best] == Categories.Uncategorized)
        {
            return CategoryDecision.None;
        }
        if (Percent(shares[best]) is >= LeastConfidence and var confidence)
        {
            return new CategoryDecision(_ids[best], confidence, CategoryWhy.Model);
        }
        // Between a bar and a cinema it is still leisure.
        Span<float> upper = stackalloc float[_ids.Length];
        upper.Clear();
        for (var i = 0; i < shares.Length; i++)
        {
            upper[_upper[i]] += shares[i];
        }
        var group = Best(upper);
        var id = Categories.Upper(_ids[group]);
        return id != Categories.Uncategorized && Percent(upper[group]) is >= LeastConfidence and var likely
            ? new CategoryDecision(id, likely, CategoryWhy.Model)
            : CategoryDecision.None;
    }

    /// <summary>The buckets of a label: how it was paid, its words without town and numbers, two words in a row, pieces of words.</summary>
    public static int Features(LabelParts parts, bool incoming, Span<int> features)
    {
        var words = parts.Words;
        // A bucket for all, one for the sign and how it was paid.
        features[0] = Bucket(Begin(1));
        features[1] = Bucket(Add(Begin(2), (char)('A' + ((int)parts.Means * 2) + (incoming ? 1 : 0))));
        var count = 2;
        var before = 0u;
        var (first, end) = parts.Name;
        for (var i = first; i < end; i++)
        {
            var word = words.Whole(i);
            if (LabelParts.IsNumber(word))
            {
                continue;
            }
            var whole = Begin(3);
            foreach (var c in word)
            {
                whole = Add(whole, c);
            }
            count = Put(features, count, whole);
            if (before != 0)
            {
                count = Put(features, count, Add(before * 31, ' ') ^ whole);
            }
            before = whole;
            count = Pieces(word, features, count);
        }
        return count;
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static CategoryModel Read(Stream stream)
    {
        using var reader = new BinaryReader(new BrotliStream(stream, CompressionMode.Decompress), Encoding.UTF8);
        var ids = reader.ReadString().Split(' ');
        var scale = reader.ReadSingle();
        var weights = new sbyte[Buckets * StrideOf(ids.Length)];
        // Category by category: what is alike stands together, and takes a third less.
        for (var category = 0; category < ids.Length; category++)
        {
            for (var bucket = 0; bucket < Buckets; bucket++)
            {
                weights[(bucket * StrideOf(ids.Length)) + category] = reader.ReadSByte();
            }
        }
        return new CategoryModel(ids, scale, weights);
    }

    /// <summary>Writes the model, compressed.</summary>
    public void Write(Stream stream)
    {
        using var writer = new BinaryWriter(new BrotliStream(stream, CompressionLevel.SmallestSize), Encoding.UTF8);
        writer.Write(string.Join(' ', _ids));
        writer.Write(_scale);
        for (var category = 0; category < _ids.Length; category++)
        {
            for (var bucket = 0; bucket < Buckets; bucket++)
            {
                writer.Write(_weights[(bucket * _stride) + category]);
            }
        }
    }

    private static bool Suits(string id, bool comesIn) =>
        id == Categories.Uncategorized || Categorization.Fits(id, comesIn);

    private void Shares(ReadOnlySpan<short> sums, float scale, bool comesIn, Span<float> shares)
    {
        var most = float.MinValue;
        for (var i = 0; i < shares.Length; i++)
        {
            most = Suits(_ids[i], comesIn) ? MathF.Max(most, sums[i] * scale) : most;
        }
        var total = 0f;
        for (var i = 0; i < shares.Length; i++)
        {
            shares[i] = Suits(_ids[i], comesIn) ? MathF.Exp((sums[i] * scale) - most) : 0;
            total += shares[i];
        }
        for (var i = 0; i < shares.Length; i++)
        {
            shares[i] /= total;
        }
    }

    private static int Best(ReadOnlySpan<float> shares)
    {
        var best = 0;
        for (var i = 1; i < shares.Length; i++)
        {
            best = shares[i] > shares[best] ? i : best;
        }
        return best;
    }

    // Nothing is as sure from the look of a name alone as from a name that is known.
    private static int Percent(float share) => Math.Min(95, (int)MathF.Round(100 * share));

    private void Add(ReadOnlySpan<int> features, Span<short> sums)
    {
        var wide = MemoryMarshal.Cast<short, Vector<short>>(sums);
        foreach (var feature in features)
        {
            var row = MemoryMarshal.Cast<sbyte, Vector<sbyte>>(_weights.AsSpan(feature * _stride, _stride));
            for (var i = 0; i < row.Length; i++)
            {
                Vector.Widen(row[i], out var low, out var high);
                wide[2 * i] += low;
                wide[(2 * i) + 1] += high;
            }
        }
    }

    private static int Pieces(ReadOnlySpan<char> word, Span<int> features, int count)
    {
        // The ends of a word count as letters: "^BOU" is not "BOU" within a word.
        for (var start = -1; start + ShortestPiece <= word.Length + 1; start++)
        {
            var hash = Begin(4);
            for (var length = 1; length <= LongestPiece && start + length <= word.Length + 1; length++)
            {
                var at = start + length - 1;
                hash = Add(
                    hash,
                    at < 0 ? '^'
                        : at == word.Length ? '$'
                        : word[at]
                );
                count = length >= ShortestPiece ? Put(features, count, hash) : count;
            }
        }
        return count;
    }

    private static int Put(Span<int> features, int count, uint hash)
    {
        if (count < features.Length)
        {
            features[count++] = Bucket(hash);
        }
        return count;
    }

    // FNV-1a, with its last bits folded over the first.
    private static uint Begin(uint kind) => (2166136261 ^ kind) * 16777619;

    private static uint Add(uint hash, char c) => (hash ^ c) * 16777619;

    private static int Bucket(uint hash) => (int)((hash ^ (hash >> 15)) & (Buckets - 1));
}
