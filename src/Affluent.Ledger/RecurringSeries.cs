namespace Affluent.Ledger;

/// <summary>How often something recurs.</summary>
public enum RecurringPeriod
{
    /// <summary>Every 7 days.</summary>
    Weekly,

    /// <summary>Every 14 days.</summary>
    TwoWeekly,

    /// <summary>On a day of each month.</summary>
    Monthly,

    /// <summary>Every second month.</summary>
    BiMonthly,

    /// <summary>Every third month.</summary>
    Quarterly,

    /// <summary>Every sixth month.</summary>
    HalfYearly,

    /// <summary>On a day of each year.</summary>
    Yearly,
}

/// <summary>What it is that recurs.</summary>
public enum RecurringKind
{
    /// <summary>Pay for work.</summary>
    Salary,

    /// <summary>Other money that comes.</summary>
    Income,

    /// <summary>For a home.</summary>
    Rent,

    /// <summary>Instalments of a loan.</summary>
    Loan,

    /// <summary>The same price each time, by card or direct debit.</summary>
    Subscription,

    /// <summary>Direct debits of differing amounts: energy, telephone, taxes.</summary>
    Bill,

    /// <summary>Standing orders and other transfers.</summary>
    Transfer,

    /// <summary>The bank's own fees.</summary>
    BankFee,

    /// <summary>The monthly debit of a deferred-debit card.</summary>
    CreditCardPayment,

    /// <summary>None of these.</summary>
    Other,
}

/// <summary>Whether more is to be expected.</summary>
public enum RecurringStatus
{
    /// <summary>The next one is expected.</summary>
    Active,

    /// <summary>The one expected, and the one after it, did not come.</summary>
    Ended,
}

/// <summary>What speaks for a series, and what is odd about it.</summary>
public enum RecurringReason
{
    /// <summary>All under one mandate.</summary>
    SameMandate,

    /// <summary>All fetched by one creditor.</summary>
    SameCreditor,

    /// <summary>All with one counterparty.</summary>
    SameCounterparty,

    /// <summary>The bank words all alike.</summary>
    SameWords,

    /// <summary>All of one amount.</summary>
    SameAmount,

    /// <summary>The price changed, and stayed so.</summary>
    PriceChanged,

    /// <summary>The amounts differ.</summary>
    AmountsVary,

    /// <summary>At least one did not come in its turn.</summary>
    SomeMissed,
}

/// <summary>A movement, as far as it tells whether something recurs.</summary>
/// <param name="Day">See <see cref="DayNumbers"/>.</param>
/// <param name="Amount">Signed minor units, see <see cref="Movement.Amount"/>.</param>
/// <param name="Pending">Only announced: part of no series, but it may be the next of one.</param>
public sealed record RecurringMovement(
    long Id,
    int Day,
    decimal Amount,
    string Currency,
    TransactionType Type,
    string Label,
    string? Counterparty = null,
    string? CreditorId = null,
    string? Mandate = null,
    bool Pending = false
);

/// <summary>Movements that come again and again.</summary>
public sealed record RecurringSeries
{
    /// <summary>Oldest first.</summary>
    public required IReadOnlyList<RecurringMovement> Movements { get; init; }

    /// <summary>How often.</summary>
    public required RecurringPeriod Period { get; init; }

    /// <summary>What it is.</summary>
    public required RecurringKind Kind { get; init; }

    /// <summary>Whether more is to be expected.</summary>
    public required RecurringStatus Status { get; init; }

    /// <summary>The expected next one; null when it ended.</summary>
    public RecurringNext? Next { get; init; }

    /// <summary>Percent.</summary>
    public required int Confidence { get; init; }

    /// <summary>What speaks for it.</summary>
    public required IReadOnlyList<RecurringReason> Reasons { get; init; }

    /// <summary>The last one that came.</summary>
    public RecurringMovement Last => Movements[^1];
}

/// <summary>An expected movement; the amount is that of the last one.</summary>
/// <param name="Day">The likeliest.</param>
/// <param name="From">The first day on which it may come.</param>
/// <param name="Until">The last day on which it may come.</param>
/// <param name="AnnouncedBy">The pending movement that it is already; null: none.</param>
public sealed record RecurringNext(int Day, int From, int Until, long? AnnouncedBy = null);
