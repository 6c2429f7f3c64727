namespace Affluent.Connectors.Contract;

/// <summary>A balance of an account, as the bank gives it.</summary>
public sealed record BankBalance
{
    /// <summary>What is counted in it.</summary>
    public required BankBalanceKind Kind { get; init; }

    /// <summary>Signed, in units of the currency.</summary>
    public required decimal Amount { get; init; }

    /// <summary>ISO 4217; banks give some accounts a balance for each of several currencies.</summary>
    public required string Currency { get; init; }

    /// <summary>The day that it speaks of; null = the time of reading.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>When the bank changed it last; null when it does not say.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>The bank's id of the last transaction that is counted in it; null when it does not say.</summary>
    public string? LastCommittedTransaction { get; init; }

    /// <summary>Whether a credit limit is counted in it as if it were money; null when the bank does not say.</summary>
    public bool? CreditLimitIncluded { get; init; }
}

/// <summary>Kinds of balance: those of ISO 20022 (camt.052), STET and the Berlin Group under one name each.</summary>
public enum BankBalanceKind
{
    /// <summary>All that is booked at the end of the day (CLBD, closingBooked; "solde comptable").</summary>
    ClosingBooked,

    /// <summary>All that is booked so far, within the day (ITBD, interimBooked).</summary>
    InterimBooked,

    /// <summary>All that was booked at the beginning of the day (OPBD, openingBooked).</summary>
    OpeningBooked,

    /// <summary>All that was booked at the end of the statement before (PRCD).</summary>
    PreviouslyClosedBooked,

    /// <summary>Booked and pending together (XPCD, expected; "solde instantané").</summary>
    Expected,

    /// <summary>By the days from which amounts count for interest (VALU; "solde en valeur").</summary>
    ValueDate,

    /// <summary>What could be spent at the end of the day (CLAV, closingAvailable).</summary>
    ClosingAvailable,

    /// <summary>What can be spent at this time (ITAV, interimAvailable).</summary>
    InterimAvailable,

    /// <summary>What could be spent at the beginning of the day (OPAV, openingAvailable).</summary>
    OpeningAvailable,

    /// <summary>What will be available at a day to come (FWAV, forwardAvailable).</summary>
    ForwardAvailable,

    /// <summary>What can be spent with the credit that the bank grants (authorised).</summary>
    Authorised,

    /// <summary>What a card has spent and is not invoiced yet (nonInvoiced).</summary>
    NonInvoiced,

    /// <summary>For information only (INFO).</summary>
    Information,

    /// <summary>Anything else, or the bank does not say (OTHR; of a French card what it has spent; a web site's "solde").</summary>
    Other,
}
