using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>What a check of a balance came to.</summary>
public enum BalanceCheckStatus
{
    /// <summary>The movements explain how the balance changed.</summary>
    Ok,

    /// <summary>They do not.</summary>
    Gap,

    /// <summary>It cannot be told; see <see cref="BalanceCheckReason"/>.</summary>
    Unknown,
}

/// <summary>Why it cannot be told whether the movements explain a balance.</summary>
public enum BalanceCheckReason
{
    /// <summary>There is no balance from before to compare with.</summary>
    FirstReading,

    /// <summary>The bank gave no balance this time.</summary>
    NoBalance,

    /// <summary>What a card or a loan shows is not the sum of its movements.</summary>
    CardOrLoan,

    /// <summary>The bank gave another kind of balance than last time.</summary>
    KindChanged,

    /// <summary>The bank gives no kind of balance that must follow its booked rows; this one does not.</summary>
    KindNotComparable,

    /// <summary>The balance, or something booked meanwhile, is in another currency than the account.</summary>
    OtherCurrency,

    /// <summary>Rows of the bank could not be kept, so their sum is not known.</summary>
    RowsLeftOut,

    /// <summary>The bank's list did not reach back to the reading before.</summary>
    PartialWindow,

    /// <summary>The balance speaks of a day that is older than the rows that were read.</summary>
    DayTooOld,

    /// <summary>A gap stayed for so long that nothing will explain it: the check begins anew with this balance.</summary>
    GapTooOld,
}

/// <summary>Which movements a balance may count; what a bank calls "booked on a day" differs.</summary>
public enum BalanceBasis
{
    /// <summary>What is booked up to the balance's day, the day included.</summary>
    ThroughDay,

    /// <summary>What was booked before the balance's day.</summary>
    BeforeDay,

    /// <summary>All that is booked, whatever the day.</summary>
    AllBooked,

    /// <summary>All that is booked, and what is pending.</summary>
    WithPending,
}

/// <summary>
/// What the balance would be if exactly all that is held as booked were counted in it, supposed that it counts what
/// <paramref name="Basis"/> says. Minor units of the account's currency.
/// </summary>
public sealed record BalanceLevel(BalanceBasis Basis, decimal Amount);

/// <summary>A balance to compare later ones with.</summary>
/// <param name="Day">That it speaks of.</param>
/// <param name="Amount">As the bank gave it.</param>
/// <param name="Levels">For each basis that it may have; the one that its kind stands for first.</param>
public sealed record BalancePoint(
    BankBalanceKind Kind,
    bool CreditLimitIncluded,
    int Day,
    decimal Amount,
    IReadOnlyList<BalanceLevel> Levels
);

/// <summary>What a check found, and what the next one goes on from.</summary>
public sealed record BalanceState
{
    /// <summary>What it came to.</summary>
    public BalanceCheckStatus Status { get; init; } = BalanceCheckStatus.Unknown;

    /// <summary>On <see cref="BalanceCheckStatus.Unknown"/>.</summary>
    public BalanceCheckReason? Reason { get; init; }

    /// <summary>On <see cref="BalanceCheckStatus.Gap"/>: what came (positive) or went without a movement that tells of it.</summary>
    public decimal? Gap { get; init; }

    /// <summary>On <see cref="BalanceCheckStatus.Gap"/>: the first day on which that can have been.</summary>
    public int? Since { get; init; }

    /// <summary>On <see cref="BalanceCheckStatus.Gap"/>: the day on which it was first found, this large.</summary>
    public int? FoundOn { get; init; }

    /// <summary>The last balance up to which everything is explained; null: none.</summary>
    public BalancePoint? Explained { get; init; }

    /// <summary>What was booked since <see cref="Explained"/>.</summary>
    public decimal BookedSince { get; init; }

    /// <summary>The last balance that was read; null: none that still counts.</summary>
    public BalancePoint? Latest { get; init; }

    /// <summary>The first day from which the rows held are complete as far as is known; null: since the oldest.</summary>
    public int? CompleteFrom { get; init; }
}

/// <summary>What is known when a balance is checked.</summary>
public sealed record BalanceReading
{
    /// <summary>Of the account.</summary>
    public required string Currency { get; init; }

    /// <summary>All that the bank gave.</summary>
    public required IReadOnlyList<AccountBalance> Balances { get; init; }

    /// <summary>The rows that the reconciliation was given.</summary>
    public required IReadOnlyList<StoredTransaction> Stored { get; init; }

    /// <summary>What it found.</summary>
    public required Changes Changes { get; init; }

    /// <summary>The first day from which <see cref="Stored"/> holds everything; null: all of it.</summary>
    public int? StoredFrom { get; init; }

    /// <summary>The first day that the bank's list covered; null: all.</summary>
    public int? WindowFrom { get; init; }

    /// <summary>The day of the reading before; null: this is the first.</summary>
    public int? ReadBefore { get; init; }

    /// <summary>The day of this reading.</summary>
    public required int Today { get; init; }

    /// <summary>Whether rows of the bank could not be kept.</summary>
    public bool RowsLeftOut { get; init; }

    /// <summary>Whether the account is no sum of its movements.</summary>
    public bool CardOrLoan { get; init; }
}
