using System.Text.Json.Serialization;

namespace Affluent.Ledger;

/// <summary>
/// All from which one reconciliation was decided: what <see cref="Reconciliation.Reconcile"/> was given. Deciding it again, by these rules or by
/// others, takes nothing else.
/// </summary>
public sealed record RecordedReading
{
    /// <summary>The account; the same number in all readings of a recording.</summary>
    public required long Account { get; init; }

    /// <summary>The bank's channel, by its id in the catalogue.</summary>
    public required string Channel { get; init; }

    /// <summary>The rules in force.</summary>
    public required ReconciliationRules Rules { get; init; }

    /// <summary>What the bank's list covered.</summary>
    public required Window Window { get; init; }

    /// <summary>What was held.</summary>
    public required IReadOnlyList<StoredTransaction> Held { get; init; }

    /// <summary>What the bank listed.</summary>
    public required IReadOnlyList<Movement> Listed { get; init; }

    /// <summary>What was said of doubtful transactions.</summary>
    public required Settled Settled { get; init; }

    /// <summary>What was decided then; null: that is not kept.</summary>
    public Decisions? Decided { get; init; }

    /// <summary>How many rows it has on both sides.</summary>
    [JsonIgnore]
    public int RowCount => Held.Count + Listed.Count;

    /// <summary>What this program decides by the rules of the reading.</summary>
    public Decisions Decide() => Decide(Rules);

    /// <summary>What this program decides by other rules.</summary>
    public Decisions Decide(ReconciliationRules rules) => Decisions.Of(this, rules);
}
