using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Accounts;

/// <summary>An account of a user. What the bank does not tell is absent.</summary>
internal sealed record AccountMessage
{
    /// <summary>Id of the account; the same for as long as the bank has it.</summary>
    public required AccountId Id { get; init; }

    /// <summary>The connection that brings it.</summary>
    public required ConnectionId ConnectionId { get; init; }

    /// <summary>As the bank titles it.</summary>
    public string? Name { get; init; }

    /// <summary>The bank's own number, or a masked card number.</summary>
    public string? AccountNumber { get; init; }

    /// <summary>ISO 13616, without blanks.</summary>
    public string? Iban { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>Signed, in units of the currency, exact.</summary>
    public decimal? Balance { get; init; }

    /// <summary>The time that the balance speaks of, in UTC seconds.</summary>
    public long? BalanceDate { get; init; }

    /// <summary>
    /// Every balance that the bank gives; <c>balance</c> is one of them, chosen by a rule per bank. Absent when it gives none.
    /// </summary>
    public IReadOnlyList<BalanceMessage>? Balances { get; init; }

    /// <summary>The same as <c>balance_check.gap</c>.</summary>
    public decimal? BalanceGap { get; init; }

    /// <summary>Whether the transactions explain how the balance changed; absent before the first synchronization.</summary>
    public BalanceCheckMessage? BalanceCheck { get; init; }

    /// <summary>
    /// How many rows of the last synchronization could not be kept as they are (see <c>rows_left_out_reasons</c>); absent when all were. The
    /// connection is then PARTIAL_SUCCESS.
    /// </summary>
    public int? RowsLeftOut { get; init; }

    /// <summary>
    /// What could not be kept of these rows, each once: the currency is no code, the amount has more than ten decimals beyond those of its currency
    /// or is beyond 63 bits of minor units, or none of the days is given.
    /// </summary>
    public IReadOnlyList<RowFault>? RowsLeftOutReasons { get; init; }

    /// <summary>
    /// Why the bank's own transaction ids are no longer believed on this account, though the bank is known for good ones: they were seen on
    /// movements that cannot be one. Transactions are then told apart by amounts, days and words. Absent: they are believed, or the bank has none.
    /// </summary>
    public IdFault? TransactionIdsFault { get; init; }

    /// <summary>Kind of account; absent when the bank names one that is none of these.</summary>
    public BankAccountType? Type { get; init; }

    /// <summary>
    /// Where it stands: ACTIVE when the last synchronization read it, NOT_FOUND when the bank lists it no longer, CLOSED when the bank lists it as closed.
    /// A closed account keeps its last balance and its transactions.
    /// </summary>
    public required AccountStatus Status { get; init; }

    /// <summary>Private or professional.</summary>
    public BankAccountUsage? Usage { get; init; }

    /// <summary>The same as <c>usage</c>, under its older name.</summary>
    public BankAccountUsage? Classification { get; init; }

    /// <summary>When it was first seen, in UTC seconds.</summary>
    public required long CreationDate { get; init; }

    /// <summary>The channel that refreshed it last.</summary>
    public required ChannelDefinitionId LastChannelDefinitionId { get; init; }

    /// <summary>Which channel told what: an account that two channels know is described by both.</summary>
    public IReadOnlyList<AccountSourceMessage> Sources { get; init; } = [];

    /// <summary>That it may be an account which the bank lists no longer; absent when there is no doubt.</summary>
    public AccountMatchMessage? Match { get; init; }

    /// <summary>The holder.</summary>
    public OwnerMessage? Owner { get; init; }

    /// <summary>On LOAN only.</summary>
    public LoanMessage? Loan { get; init; }

    /// <summary>On SAVINGS only.</summary>
    public SavingsMessage? Savings { get; init; }

    /// <summary>On CREDIT_CARD only.</summary>
    public CreditCardMessage? CreditCard { get; init; }
}

/// <summary>
/// That a new account may be one that is held already. The bank began to list it as it stopped to list the other, and gives neither a number
/// that would tell. Both are kept, and no id passes from one to the other.
/// </summary>
internal sealed record AccountMatchMessage
{
    /// <summary>Always true.</summary>
    public required bool Ambiguous { get; init; }

    /// <summary>Ids of the accounts that it may be; their status is NOT_FOUND.</summary>
    public required IReadOnlyList<AccountId> Candidates { get; init; }

    public static AccountMatchMessage Of(string candidates) =>
        new() { Ambiguous = true, Candidates = [.. AccountCandidates.Read(candidates)] };
}

/// <summary>
/// What a channel told of an account. Of two channels that know it, the one of higher rank (REDIRECT) tells what it has, and the other
/// what that one does not say.
/// </summary>
internal sealed record AccountSourceMessage
{
    /// <summary>The channel.</summary>
    public required ChannelDefinitionId ChannelDefinitionId { get; init; }

    /// <summary>
    /// Members of the account: <c>name</c>, <c>account_number</c>, <c>iban</c>, <c>type</c>, <c>usage</c>, <c>owner</c>, <c>details</c>
    /// (<c>loan</c>, <c>savings</c> or <c>credit_card</c>), <c>balance</c>, and its <c>transactions</c>.
    /// </summary>
    public required IReadOnlyList<AccountField> Fields { get; init; }

    /// <param name="isShared">Otherwise nothing is shown of what is on it.</param>
    public static IReadOnlyList<AccountSourceMessage> Of(AccountRow row, bool isShared)
    {
        var sources = AccountSources.Of(row);
        (AccountField Field, object? Value)[] fields =
        [
            (AccountField.Name, row.Name),
            (AccountField.AccountNumber, row.AccountNumber),
            (AccountField.Iban, row.Iban),
            (AccountField.Type, row.Type),
            (AccountField.Usage, row.Usage),
            (AccountField.Owner, row.OwnerName),
            (AccountField.Details, isShared ? row.Details : null),
            (AccountField.Balance, isShared ? row.BalanceMinor : null),
            (AccountField.Transactions, isShared ? row.SyncedUntil : null),
        ];
        return
        [
            .. fields
                .Where(field => field.Value is not null)
                .GroupBy(field =>
                    field.Field is AccountField.Balance or AccountField.Transactions
                        ? row.LastDefinitionId
                        : sources[field.Field]
                )
                .Where(source => source.Key is not null)
                .OrderByDescending(source => source.Key == row.LastDefinitionId)
                .Select(source => new AccountSourceMessage
                {
                    ChannelDefinitionId = source.Key!.Value,
                    Fields = [.. source.Select(field => field.Field)],
                }),
        ];
    }
}

/// <summary>A balance as the bank gives it.</summary>
internal sealed record BalanceMessage
{
    /// <summary>What is counted in it.</summary>
    public required BankBalanceKind Kind { get; init; }

    /// <summary>Signed, in units of the currency, exact.</summary>
    public required decimal Amount { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>The day that it speaks of, as midnight in Europe/Paris in UTC seconds; absent: the time of the synchronization.</summary>
    public long? Date { get; init; }

    /// <summary>When the bank changed it last; an exact time in UTC seconds.</summary>
    public long? ChangeDate { get; init; }

    /// <summary>The bank's own id of the last transaction that is counted in it.</summary>
    public string? LastCommittedTransaction { get; init; }

    /// <summary>Whether a credit limit is counted in it as if it were money; absent when the bank does not say.</summary>
    public bool? CreditLimitIncluded { get; init; }
}

/// <summary>Whether the transactions explain how the balance changed.</summary>
internal sealed record BalanceCheckMessage
{
    /// <summary>UNKNOWN has a <c>reason</c>, GAP a <c>gap</c>.</summary>
    public required BalanceCheckStatus Status { get; init; }

    /// <summary>On GAP: what came (positive) or went without a transaction that tells of it, in units of the account's currency.</summary>
    public decimal? Gap { get; init; }

    /// <summary>On GAP: the first day on which that can have been, as midnight in Europe/Paris in UTC seconds.</summary>
    public long? Since { get; init; }

    /// <summary>On UNKNOWN: why it cannot be told.</summary>
    public BalanceCheckReason? Reason { get; init; }
}

/// <summary>A person or company, as the bank names it.</summary>
internal sealed record OwnerMessage
{
    /// <summary>Full name.</summary>
    public required string Name { get; init; }
}

/// <summary>A loan. Amounts in units of the currency, rates in percent, dates as midnight in Europe/Paris in UTC seconds.</summary>
internal sealed record LoanMessage
{
    /// <summary>Kind of loan, in the bank's words.</summary>
    public string? Type { get; init; }

    /// <summary>The same as <c>type</c>.</summary>
    public string? LoanType { get; init; }

    /// <summary>How often an instalment is due, in the bank's words.</summary>
    public string? Frequency { get; init; }

    /// <summary>The account that pays the instalments, when it is one of the user's.</summary>
    public AccountId? DebitedAccountId { get; init; }

    /// <summary>Amount borrowed.</summary>
    public decimal? InitialBalance { get; init; }

    /// <summary>Yearly rate, in percent.</summary>
    public decimal? Interest { get; init; }

    /// <summary>First day.</summary>
    public long? StartDate { get; init; }

    /// <summary>Last day.</summary>
    public long? EndDate { get; init; }

    /// <summary>The next instalment.</summary>
    public NextPaymentMessage? NextPayment { get; init; }
}

/// <summary>A savings account. Amounts in units of the currency, rates in percent.</summary>
internal sealed record SavingsMessage
{
    /// <summary>Kind of savings, in the bank's words.</summary>
    public string? Type { get; init; }

    /// <summary>The same as <c>type</c>.</summary>
    public string? SavingsType { get; init; }

    /// <summary>Day on which it ends, as midnight in Europe/Paris in UTC seconds.</summary>
    public long? EndDate { get; init; }

    /// <summary>The account that pays in and is paid out to, when it is one of the user's.</summary>
    public AccountId? PivotAccountId { get; init; }

    /// <summary>Yearly rate, in percent.</summary>
    public decimal? YieldRate { get; init; }

    /// <summary>Interest earned since 1 January.</summary>
    public decimal? EarnedYtd { get; init; }

    /// <summary>Day of opening, as midnight in Europe/Paris in UTC seconds.</summary>
    public long? EffectDate { get; init; }
}

/// <summary>A deferred-debit card.</summary>
internal sealed record CreditCardMessage
{
    /// <summary>The account that pays it, when it is one of the user's.</summary>
    public AccountId? PayableAccountId { get; init; }

    /// <summary>The next debit.</summary>
    public NextPaymentMessage? NextPayment { get; init; }
}

/// <summary>A payment to come.</summary>
internal sealed record NextPaymentMessage
{
    /// <summary>In units of the currency.</summary>
    public decimal? Amount { get; init; }

    /// <summary>Midnight in Europe/Paris of the day, in UTC seconds.</summary>
    public long? DueDate { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [
        typeof(WordConverter<BankAccountType>),
        typeof(WordConverter<BankAccountUsage>),
        typeof(WordConverter<BankBalanceKind>),
        typeof(WordConverter<BalanceCheckStatus>),
        typeof(WordConverter<BalanceCheckReason>),
        typeof(WordConverter<IdFault>),
        typeof(WordConverter<RowFault>),
    ]
)]
[JsonSerializable(typeof(AccountMessage))]
[JsonSerializable(typeof(IReadOnlyList<AccountMessage>))]
internal sealed partial class AccountsJson : JsonSerializerContext;
