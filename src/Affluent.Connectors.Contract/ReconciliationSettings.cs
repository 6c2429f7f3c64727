namespace Affluent.Connectors.Contract;

/// <summary>
/// How a bank changes rows that it has listed before, as far as its entry of the catalogue says; what is not said fits most banks. What its
/// ids are worth is <see cref="ChannelDefinition.TransactionIds"/>.
/// </summary>
public sealed record ReconciliationSettings
{
    private static readonly IReadOnlyList<MatchTier> All =
    [
        MatchTier.Booked,
        MatchTier.Edited,
        MatchTier.Amount,
        MatchTier.Convention,
    ];

    /// <summary>More days than any bank moves a booked transaction by.</summary>
    public const int MostDateShiftDays = 31;

    /// <summary>More days than any bank keeps a transaction pending.</summary>
    public const int MostPendingDays = 62;

    /// <summary>More than the announced amount of any card payment differs by, in percent.</summary>
    public const int MostCardAmountPercent = 400;

    /// <summary>More than any rate changes between announcement and booking, in percent.</summary>
    public const int MostForeignAmountPercent = 50;

    /// <summary>The tiers in use, besides <see cref="MatchTier.BankId"/> and <see cref="MatchTier.Exact"/>, which always are.</summary>
    public IReadOnlyList<MatchTier> Tiers { get; init; } = All;

    /// <summary>By how many days the bank may move a booked transaction afterwards.</summary>
    public int DateShiftDays { get; init; } = 5;

    /// <summary>How many days may lie between the days of a pending transaction and of the booked one it becomes.</summary>
    public int PendingDays { get; init; } = 10;

    /// <summary>By how many percent of the announced amount a card payment may differ once it is booked (petrol, tips, hotels).</summary>
    public int CardAmountPercent { get; init; }

    /// <summary>The same of a payment in a foreign currency, which its text names.</summary>
    public int ForeignAmountPercent { get; init; } = 5;

    /// <summary>Whether the bank may word a booked transaction anew.</summary>
    public bool TextEdits { get; init; } = true;
}

/// <summary>Other rules for the same bank, to see what they would decide.</summary>
public sealed record ShadowReconciliation
{
    /// <summary>In the place of <see cref="ChannelDefinition.TransactionIds"/>.</summary>
    public required TransactionIds TransactionIds { get; init; }

    /// <summary>In the place of <see cref="ChannelDefinition.Reconciliation"/>.</summary>
    public required ReconciliationSettings Settings { get; init; }
}

/// <summary>How a row came to be matched with a stored one, or to stand on its own.</summary>
public enum MatchTier
{
    /// <summary>None matched: a new transaction.</summary>
    New,

    /// <summary>The bank's own id.</summary>
    BankId,

    /// <summary>Same amount, day and words; equal ones are counted, not merged.</summary>
    Exact,

    /// <summary>Announced before, now booked, rejected or announced again: same amount, days near, words not against it.</summary>
    Booked,

    /// <summary>A booked row that the bank moved by some days or worded anew.</summary>
    Edited,

    /// <summary>Announced before, now booked with another amount, within the tolerance that the bank's entry states.</summary>
    Amount,

    /// <summary>The bank lists all its rows in another way than before: signs turned, day and month swapped, all days moved.</summary>
    Convention,
}
