using System.Diagnostics.CodeAnalysis;

namespace Affluent.Ledger;

/// <summary>
/// The directory of merchants: the names that are written by hand (<see cref="MerchantNames"/>), then the brands of the public
/// directory (Resources/merchants.txt). What stands in both is as the hand says.
/// </summary>
internal static class Merchants
{
    /// <summary>A name of the directory and what is bought there.</summary>
    /// <param name="ByHand">Written for bank labels, so that it may stand anywhere in one.</param>
    public sealed record Merchant(string Name, string CategoryId, bool ByHand);

    public static readonly Phrases<Merchant> All = new(Read().Select(m => (m.Name, m)));

    /// <summary>The merchant that a label names: where it may stand any, further on one that can hardly be another word.</summary>
    /// <param name="words">Of the label, without how it was paid.</param>
    /// <param name="place">Where a merchant may stand whose name could be another word too.</param>
    public static bool Find(
        Tokens words,
        Range place,
        [NotNullWhen(true)] out Merchant? merchant,
        out int at,
        out int length
    )
    {
        var (first, end) = (place.Start.Value, place.End.Value);
        for (at = first; at < words.Count; at++)
        {
            length = All.At(words, at, out merchant);
            if (merchant is not null && (at < end || IsDistinct(merchant, length)))
            {
                return true;
            }
        }
        // Who collects for merchants is one himself when he names no other.
        at = 0;
        merchant = null;
        length = first > 0 ? All.At(words, at, out merchant) : 0;
        return merchant is not null;
    }

    private static bool IsDistinct(Merchant merchant, int length) =>
        merchant.Name.Length > (merchant.ByHand || length > 1 ? 6 : 8);

    private static List<Merchant> Read()
    {
        List<Merchant> all =
        [
            .. Phrases.Read(MerchantNames.Table).Select(row => new Merchant(row.Phrase, row.Meaning, ByHand: true)),
        ];
        var known = all.Select(m => m.Name).ToHashSet();
        using var lines = new StreamReader(Resource.Open("merchants.txt"));
        var category = "";
        while (lines.ReadLine() is { } line)
        {
            if (line is ['#', ' ', .. var heading])
            {
                category = heading;
            }
            else if (line[0] != '!' && known.Add(line))
            {
                all.Add(new Merchant(line, category, ByHand: false));
            }
        }
        return all;
    }
}

/// <summary>Data that is part of the program.</summary>
internal static class Resource
{
    public static Stream Open(string name) =>
        typeof(Resource).Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException(name);
}
