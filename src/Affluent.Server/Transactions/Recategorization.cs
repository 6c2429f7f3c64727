using Affluent.Ledger;
using Affluent.Server.Platform;

namespace Affluent.Server.Transactions;

/// <summary>How far a recategorization is.</summary>
internal enum RecategorizationState
{
    /// <summary>It has not begun, perhaps because another one of the client is under way.</summary>
    Waiting,

    /// <summary>It is under way.</summary>
    Running,

    /// <summary>All transactions that were there have been looked at.</summary>
    Done,
}

/// <summary>
/// Work that decides the categories of stored transactions anew, by the rules and the program of today. What a user or client has said of a
/// transaction itself is not touched. Times are UTC seconds.
/// </summary>
internal sealed record Recategorization
{
    public RecategorizationId Id { get; init; }
    public ClientId ClientId { get; init; }

    /// <summary>The one user whose transactions are meant; null: all of the client.</summary>
    public UserId? OnlyUserId { get; init; }
    public RecategorizationState State { get; init; }

    /// <summary>How many users the client had when it began; null: it has not.</summary>
    public long? UsersTotal { get; init; }
    public long UsersDone { get; init; }

    /// <summary>Transactions that were looked at.</summary>
    public long Checked { get; init; }

    /// <summary>Those of them that got another category, or the same for another reason.</summary>
    public long Changed { get; init; }

    /// <summary>Users with smaller ids are done.</summary>
    public UserId AtUserId { get; init; }

    /// <summary>Of that user, transactions up to this one are done.</summary>
    public TransactionId AtTransactionId { get; init; }

    /// <summary>Proves the taking of it.</summary>
    public long Fence { get; init; }
    public long CreatedAt { get; init; }
    public long? EndedAt { get; init; }

    /// <summary>The user has no more transactions than those of this page.</summary>
    public Recategorization AfterUser(UserId userId) =>
        this with
        {
            AtUserId = new UserId(userId.Value + 1),
            AtTransactionId = default,
            UsersDone = UsersDone + 1,
        };

    /// <summary>A page of the user's transactions is done.</summary>
    public Recategorization AfterPage(UserId userId, TransactionId last) =>
        this with
        {
            AtUserId = userId,
            AtTransactionId = last,
        };

    /// <summary>The row with its category decided anew; null: it stays.</summary>
    public static TransactionRow? Decided(TransactionRow row, OwnCategories own, AccountKindOf kindOf)
    {
        var movement = TransactionDetailsMessage.MovementOf(row);
        // A newer directory may know the merchant by another name than the one under which the user's word was kept.
        var decision =
            own.Learned(row.MerchantKey) ?? own.Decide(movement, LabelParts.Of(movement), kindOf(row.AccountId));
        var after = row with
        {
            CategoryId = decision.Id,
            CategoryConfidence = decision.Why == CategoryWhy.None ? null : decision.Confidence,
            CategoryWhy = decision.Why,
            CategoryRuleId = decision.RuleId is { } rule ? new CategoryRuleId(rule) : null,
        };
        return after == row ? null : after;
    }
}

/// <summary>The kind of an account.</summary>
internal delegate Connectors.Contract.BankAccountType? AccountKindOf(AccountId accountId);
