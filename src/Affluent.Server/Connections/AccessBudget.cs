using System.Globalization;

namespace Affluent.Server.Connections;

/// <summary>
/// How often a bank may still be read without the user: so many times within any 24 hours (Delegated Regulation (EU) 2018/389, article 36(5)(b)),
/// and not before the bank itself wants it. With the user it may always be read. Times are UTC seconds. Pure.
/// </summary>
/// <param name="Limit">Null: as often as wanted.</param>
/// <param name="Readings">When it was read so, oldest first.</param>
/// <param name="SparedUntil">The bank wants no more before then.</param>
internal sealed record AccessBudget(int? Limit, IReadOnlyList<long> Readings, long? SparedUntil)
{
    private const long Window = 24 * 3600;

    /// <param name="readings">As <see cref="Write"/> wrote them.</param>
    public static AccessBudget Of(int? limit, string? readings, long? sparedUntil) =>
        new(
            limit,
            [
                .. (readings ?? "")
                    .Split(',', StringSplitOptions.RemoveEmptyEntries)
                    .Select(second => long.Parse(second, CultureInfo.InvariantCulture)),
            ],
            sparedUntil
        );

    /// <summary>The readings that still count.</summary>
    public IReadOnlyList<long> Within(long now) => [.. Readings.Where(at => at > now - Window)];

    /// <summary>How many more there may be now; null: as many as wanted.</summary>
    public int? Remaining(long now) =>
        SparedUntil > now ? 0
        : Limit is { } limit ? Math.Max(0, limit - Within(now).Count)
        : null;

    /// <summary>When there may be one more than now; null: nothing is used.</summary>
    public long? ResetsAt(long now)
    {
        var within = Within(now);
        // Of more than are allowed (the bound was lowered), all but so many must have passed.
        long? first =
            Limit is { } limit && within.Count > 0 ? within[Math.Max(0, within.Count - limit)] + Window : null;
        return SparedUntil > now && (within.Count < (Limit ?? int.MaxValue) || SparedUntil > first)
            ? SparedUntil
            : first;
    }

    /// <summary>Until when nothing may be read; null: now.</summary>
    public long? ClosedUntil(long now) => Remaining(now) == 0 ? ResetsAt(now) : null;

    /// <summary>The readings, with one now, as the database keeps them.</summary>
    public string Write(long now) =>
        string.Join(',', Within(now).Append(now).Select(at => at.ToString(CultureInfo.InvariantCulture)));
}
