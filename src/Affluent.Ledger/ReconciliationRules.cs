using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>How to match on this account.</summary>
public sealed record ReconciliationRules
{
    /// <summary>What the bank's transaction ids are worth, by its entry of the catalogue.</summary>
    public TransactionIds Ids { get; init; } = TransactionIds.Absent;

    /// <summary>
    /// What an earlier reading found against the bank's ids on this account (<see cref="IdFinding.Fault"/>): they are left out for good.
    /// </summary>
    public IdFault? Demoted { get; init; }

    /// <summary>How the bank changes its rows.</summary>
    public ReconciliationSettings Settings { get; init; } = new();

    /// <summary>How many days on both sides of the window the stored transactions must be handed over.</summary>
    public int MarginDays => Math.Max(Settings.DateShiftDays, Settings.PendingDays);

    internal bool Uses(MatchTier tier) => Settings.Tiers.Contains(tier);
}

/// <summary>
/// The days that the bank's list covered completely (see <see cref="DayNumbers"/>), both inclusive. What is stored inside and not
/// listed has disappeared; what is outside is merely out of sight. Start it no later than the oldest pending transaction held,
/// or that one can never expire.
/// </summary>
/// <param name="From">Null: since the earliest row that the bank listed (a bank may keep less history than last time).</param>
/// <param name="To">Null: without end, which takes in pending rows dated in the future.</param>
public sealed record Window([property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] int? From, int? To = null);

/// <summary>What users or clients said of doubtful transactions. Those said to be the same have been merged by who stores them.</summary>
/// <param name="Different">
/// Stored ids of two transactions that are two: what is listed as the one is never taken for the other. The order within a pair has no say.
/// </param>
public sealed record Settled(IReadOnlyCollection<SettledPair> Different)
{
    /// <summary>Nothing was said.</summary>
    public static readonly Settled Nothing = new([]);
}

/// <summary>Two stored transactions, by their ids.</summary>
public sealed record SettledPair(long First, long Second);
