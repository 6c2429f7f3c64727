using System.Globalization;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Accounts;

/// <summary>Accounts in v3.</summary>
/// <param name="Accounts">The page of the list.</param>
internal sealed record AccountsV3Message(IReadOnlyList<AccountV3Message> Accounts)
{
    public static AccountsV3Message Of(IReadOnlyList<AccountMessage> accounts) =>
        new([.. accounts.Select(AccountV3Message.Of)]);
}

/// <summary>An account in v3. What the bank does not tell is absent.</summary>
internal sealed record AccountV3Message
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

    /// <summary>Where it stands: ACTIVE when the last synchronization read it.</summary>
    public required AccountStatus Status { get; init; }

    /// <summary>Kind of account; absent when the bank names one that is none of these.</summary>
    public BankAccountType? Type { get; init; }

    /// <summary>What is on it.</summary>
    public BalanceV3Message? Balance { get; init; }

    /// <summary>Every balance that the bank gives; <c>balance</c> is one of them, chosen by a rule per bank.</summary>
    public IReadOnlyList<BankBalanceV3Message>? Balances { get; init; }

    /// <summary>Whether the transactions explain how the balance changed; absent before the first synchronization.</summary>
    public BalanceCheckV3Message? BalanceCheck { get; init; }

    /// <summary>How many rows of the last synchronization could not be kept as they are; absent when all were.</summary>
    public int? RowsLeftOut { get; init; }

    /// <summary>What could not be kept of them, each once.</summary>
    public IReadOnlyList<RowFault>? RowsLeftOutReasons { get; init; }

    public static AccountV3Message Of(AccountMessage account) =>
        new()
        {
            Id = account.Id,
            ConnectionId = account.ConnectionId,
            Name = account.Name,
            AccountNumber = account.AccountNumber,
            Iban = account.Iban,
            Status = account.Status,
            Type = account.Type,
            Balance = account.Balance is { } balance ? new(AmountV3Message.Of(balance, account.Currency)) : null,
            Balances = account.Balances is { } balances ? [.. balances.Select(BankBalanceV3Message.Of)] : null,
            BalanceCheck = account.BalanceCheck is { } check ? BalanceCheckV3Message.Of(check, account.Currency) : null,
            RowsLeftOut = account.RowsLeftOut,
            RowsLeftOutReasons = account.RowsLeftOutReasons,
        };
}

/// <summary>A balance in v3.</summary>
/// <param name="Amount">Signed.</param>
internal sealed record BalanceV3Message(AmountV3Message Amount);

/// <summary>A balance as the bank gives it, in v3.</summary>
internal sealed record BankBalanceV3Message
{
    /// <summary>What is counted in it.</summary>
    public required BankBalanceKind Kind { get; init; }

    /// <summary>Signed.</summary>
    public required AmountV3Message Amount { get; init; }

    /// <summary>The day that it speaks of: its midnight in Europe/Paris, in ISO 8601; absent: the time of the synchronization.</summary>
    public DateTimeOffset? Date { get; init; }

    /// <summary>When the bank changed it last, in ISO 8601.</summary>
    public DateTimeOffset? ChangeDate { get; init; }

    /// <summary>The bank's own id of the last transaction that is counted in it.</summary>
    public string? LastCommittedTransaction { get; init; }

    /// <summary>Whether a credit limit is counted in it as if it were money; absent when the bank does not say.</summary>
    public bool? CreditLimitIncluded { get; init; }

    public static BankBalanceV3Message Of(BalanceMessage balance) =>
        new()
        {
            Kind = balance.Kind,
            Amount = AmountV3Message.Of(balance.Amount, balance.Currency),
            Date = balance.Date is { } date ? ParisDay.Time(date) : null,
            ChangeDate = balance.ChangeDate is { } changed ? ParisDay.Time(changed) : null,
            LastCommittedTransaction = balance.LastCommittedTransaction,
            CreditLimitIncluded = balance.CreditLimitIncluded,
        };
}

/// <summary>Whether the transactions explain how the balance changed, in v3.</summary>
internal sealed record BalanceCheckV3Message
{
    /// <summary>UNKNOWN has a <c>reason</c>, GAP a <c>gap</c>.</summary>
    public required BalanceCheckStatus Status { get; init; }

    /// <summary>On GAP: what came (positive) or went without a transaction that tells of it.</summary>
    public AmountV3Message? Gap { get; init; }

    /// <summary>On GAP: the first day on which that can have been: its midnight in Europe/Paris, in ISO 8601.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>On UNKNOWN: why it cannot be told.</summary>
    public BalanceCheckReason? Reason { get; init; }

    public static BalanceCheckV3Message Of(BalanceCheckMessage check, string currency) =>
        new()
        {
            Status = check.Status,
            Gap = check.Gap is { } gap ? AmountV3Message.Of(gap, currency) : null,
            Since = check.Since is { } since ? ParisDay.Time(since) : null,
            Reason = check.Reason,
        };
}

/// <summary>An amount in v3.</summary>
/// <param name="Amount">A decimal number as text, exact, with all decimals of the currency; negative with a minus sign.</param>
/// <param name="Currency">ISO 4217.</param>
internal sealed record AmountV3Message(string Amount, string Currency)
{
    public static AmountV3Message Of(decimal amount, string currency) =>
        new(amount.ToString(CultureInfo.InvariantCulture), currency);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [
        typeof(WordConverter<BankAccountType>),
        typeof(WordConverter<BankBalanceKind>),
        typeof(WordConverter<BalanceCheckStatus>),
        typeof(WordConverter<BalanceCheckReason>),
        typeof(WordConverter<RowFault>),
    ]
)]
[JsonSerializable(typeof(AccountsV3Message))]
internal sealed partial class AccountsV3Json : JsonSerializerContext;
