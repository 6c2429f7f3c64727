using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>The pages of a list on the way from the first to the last, without keeping them all.</summary>
/// <param name="Address">The page to read.</param>
/// <param name="Number">Its number, from 1 on.</param>
/// <param name="Mark">
/// A page seen before, moved forward at each power of two (Brent's way of finding a cycle): meeting it again means that the
/// bank leads us round in a circle.
/// </param>
/// <param name="Rows">Digests of the rows of the pages before, one after the other.</param>
internal sealed record Trail(string Address, int Number = 1, string? Mark = null, string? Rows = null)
{
    /// <summary>Whether it is one that <see cref="To"/> made, as far as can be told after it was read.</summary>
    [JsonIgnore]
    public bool IsWhole => Address is not null && Number > 0;

    /// <summary>Whether a page with these rows is one of the pages before once more, under another address.</summary>
    public bool Repeats(ReadOnlySpan<byte> rows) =>
        Rows is not null && rows.Length > 0 && Rows.Chunk(DigestLength).Any(Digest(rows).AsEnumerable().SequenceEqual);

    /// <summary>The page after this one.</summary>
    /// <param name="rows">The rows of this page as text in UTF-8.</param>
    public TrailStep To(Uri next, ReadOnlySpan<byte> rows) =>
        next.AbsoluteUri == Address ? new TrailStep.End()
        : next.AbsoluteUri == Mark || Number >= BankLimits.MostPages ? new TrailStep.Cycle()
        : On(next, rows);

    /// <summary>
    /// The page after this one where a key leads there, and not an address of its own: a cursor that the bank keeps goes on under one key, as long as rows
    /// come that were not there before.
    /// </summary>
    /// <param name="next">Address of the list with the key.</param>
    /// <param name="rows">What the rows of this page say; empty: it has none.</param>
    public TrailStep Along(Uri next, ReadOnlySpan<byte> rows)
    {
        if (rows.IsEmpty && next.AbsoluteUri == Address && Rows?.EndsWith(Digest([]), StringComparison.Ordinal) == true)
        {
            // Asked twice, it had nothing more.
            return new TrailStep.End();
        }
        return (rows.IsEmpty && next.AbsoluteUri == Mark && Mark != Address) || Number >= BankLimits.MostPages
            ? new TrailStep.Cycle()
            : On(next, rows);
    }

    private TrailStep.On On(Uri next, ReadOnlySpan<byte> rows) =>
        new(new Trail(next.AbsoluteUri, Number + 1, int.IsPow2(Number) ? Address : Mark, Rows + Digest(rows)));

    /// <summary>Characters of base64 for twelve bytes.</summary>
    private const int DigestLength = 16;

    private static string Digest(ReadOnlySpan<byte> rows) =>
        Convert.ToBase64String(SHA256.HashData(rows).AsSpan(0, 12));
}

/// <summary>Where a link to the next page leads.</summary>
internal abstract record TrailStep
{
    private TrailStep() { }

    /// <summary>To a page not seen yet.</summary>
    public sealed record On(Trail Trail) : TrailStep;

    /// <summary>To itself: some banks' last page names itself as the next one, for ever. Or to nothing, twice.</summary>
    public sealed record End : TrailStep;

    /// <summary>To a page that was read already, or on for ever.</summary>
    public sealed record Cycle : TrailStep;
}
