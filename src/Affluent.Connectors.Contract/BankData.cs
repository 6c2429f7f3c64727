namespace Affluent.Connectors.Contract;

/// <summary>An account as the bank shows it.</summary>
public sealed record BankAccount
{
    /// <summary>How this bank names the account within this session; need not outlive it.</summary>
    public required string Reference { get; init; }

    /// <summary>ISO 13616, without blanks; null when the bank gives none.</summary>
    public string? Iban { get; init; }

    /// <summary>The bank's own number, or a masked card number.</summary>
    public string? Number { get; init; }

    /// <summary>As the bank titles it.</summary>
    public string? Name { get; init; }

    /// <summary>Null when the bank names a kind that is none of ours: the account is kept and shown without a type.</summary>
    public BankAccountType? Type { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>Every balance that the bank gives, of all kinds, in any order; empty when it gives none.</summary>
    public IReadOnlyList<BankBalance> Balances { get; init; } = [];

    /// <summary>Private or professional; null when unknown.</summary>
    public BankAccountUsage? Usage { get; init; }

    /// <summary>Holder, as the bank writes it.</summary>
    public string? OwnerName { get; init; }

    /// <summary>True when the bank lists the account but wants the user's consent for it first (STET mixed model).</summary>
    public bool ConsentMissing { get; init; }

    /// <summary>
    /// True when the bank still lists the account and says that it was closed. Its transactions are asked for once more; balances need not be given.
    /// </summary>
    public bool Closed { get; init; }

    /// <summary>On accounts of type <see cref="BankAccountType.Loan"/>.</summary>
    public BankLoan? Loan { get; init; }

    /// <summary>On accounts of type <see cref="BankAccountType.Savings"/>.</summary>
    public BankSavings? Savings { get; init; }

    /// <summary>On accounts of type <see cref="BankAccountType.CreditCard"/>.</summary>
    public BankCreditCard? CreditCard { get; init; }
}

/// <summary>Kinds of account of the published API.</summary>
public enum BankAccountType
{
    /// <summary>CHECKINGS.</summary>
    Checkings,

    /// <summary>SAVINGS.</summary>
    Savings,

    /// <summary>LOAN.</summary>
    Loan,

    /// <summary>CREDIT_CARD.</summary>
    CreditCard,
}

/// <summary>Whose account it is.</summary>
public enum BankAccountUsage
{
    /// <summary>PERSONAL.</summary>
    Personal,

    /// <summary>PROFESSIONAL.</summary>
    Professional,
}

/// <summary>What a bank tells of a loan; amounts in units of the account's currency, rates in percent.</summary>
/// <param name="NextPayment">What is to be paid, without a sign.</param>
/// <param name="Kind">In the bank's words.</param>
/// <param name="Frequency">Of the instalments, in the bank's words.</param>
/// <param name="DebitedAccount">IBAN or number of the account that pays the instalments.</param>
public sealed record BankLoan(
    decimal? InitialBalance = null,
    decimal? Interest = null,
    DateOnly? StartDay = null,
    DateOnly? EndDay = null,
    decimal? NextPayment = null,
    DateOnly? NextPaymentDay = null,
    string? Kind = null,
    string? Frequency = null,
    string? DebitedAccount = null
);

/// <summary>What a bank tells of a savings account; the rate in percent.</summary>
/// <param name="Kind">In the bank's words.</param>
/// <param name="PivotAccount">IBAN or number of the account that pays in and is paid out to.</param>
public sealed record BankSavings(
    decimal? YieldRate = null,
    decimal? EarnedThisYear = null,
    DateOnly? OpenedDay = null,
    DateOnly? EndDay = null,
    string? Kind = null,
    string? PivotAccount = null
);

/// <summary>What a bank tells of a deferred-debit card.</summary>
/// <param name="PayableAccount">IBAN or number of the account that pays it.</param>
/// <param name="NextPayment">What is to be paid, without a sign.</param>
public sealed record BankCreditCard(
    string? PayableAccount = null,
    decimal? NextPayment = null,
    DateOnly? NextPaymentDay = null
);

/// <summary>A transaction as the bank shows it. At least one of the three days is given.</summary>
public sealed record BankTransaction
{
    /// <summary>The bank's own id; null or blank when it has none. How far it can be trusted is <see cref="ChannelDefinition.TransactionIds"/>.</summary>
    public string? Id { get; init; }

    /// <summary>Signed, in units of the currency: negative = money leaves the account.</summary>
    public required decimal Amount { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>When the bank booked it, or, on a pending one, expects to; null on many pending ones.</summary>
    public DateOnly? BookingDay { get; init; }

    /// <summary>From when it counts for interest.</summary>
    public DateOnly? ValueDay { get; init; }

    /// <summary>When it was made (the day a card was used).</summary>
    public DateOnly? TransactionDay { get; init; }

    /// <summary>Where it stands.</summary>
    public required BankTransactionStatus Status { get; init; }

    /// <summary>Lines of text as the bank gives them, in its order; never empty lines.</summary>
    public IReadOnlyList<string> Remittance { get; init; } = [];

    /// <summary>Who is on the other side, when the bank says it apart from the text.</summary>
    public string? Counterparty { get; init; }

    /// <summary>Number of a check.</summary>
    public string? CheckNumber { get; init; }

    /// <summary>Reference of the mandate of a direct debit (SEPA: unique mandate reference).</summary>
    public string? Mandate { get; init; }

    /// <summary>Identifier of the creditor of a direct debit (SEPA: "FR72ZZZ123456").</summary>
    public string? CreditorId { get; init; }

    /// <summary>What the payer called the payment, unchanged from end to end (ISO 20022 EndToEndId).</summary>
    public string? EndToEndId { get; init; }

    /// <summary>The trade of the shop in which a card paid: four digits of ISO 18245.</summary>
    public string? MerchantCategory { get; init; }

    /// <summary>The bank's or ISO 20022's code of the kind of transaction ("PMNT-RCDT-ESCT").</summary>
    public string? Code { get; init; }
}

/// <summary>Where a transaction stands at the bank.</summary>
public enum BankTransactionStatus
{
    /// <summary>On the account for good.</summary>
    Booked,

    /// <summary>Announced; may change or vanish.</summary>
    Pending,

    /// <summary>Refused by the bank.</summary>
    Rejected,

    /// <summary>Anything else.</summary>
    Other,
}
