using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Platform;

namespace Affluent.Server.Transactions;

/// <summary>What somebody says of two transactions.</summary>
internal enum Verdict
{
    /// <summary>One movement, which was listed twice.</summary>
    Same,

    /// <summary>Two movements.</summary>
    Different,
}

/// <summary>What comes of a verdict.</summary>
internal abstract record SettlementResult
{
    private SettlementResult() { }

    /// <summary>Done.</summary>
    /// <param name="Id">The transaction that stands for it from now on.</param>
    public sealed record Done(TransactionId Id) : SettlementResult;

    /// <summary>The user has no such transaction.</summary>
    public sealed record Unknown : SettlementResult;

    /// <summary>It is not said which other one is meant, and there is no doubt that would name one.</summary>
    public sealed record NothingToSettle : SettlementResult;

    /// <summary>They cannot be one movement.</summary>
    public sealed record Impossible(string Why) : SettlementResult;
}

/// <summary>
/// Settles doubts. Of two that are the same, the one with the smaller id stands for both, with what the settled one of them tells; the other
/// stays behind it unseen, so that its row at the bank is known again.
/// </summary>
internal static class Settlement
{
    public static async Task<SettlementResult> Settle(
        UserWork work,
        TransactionId id,
        Verdict verdict,
        TransactionId? otherId
    )
    {
        if (
            await TransactionsStore.Find(work.Db, work.UserId, id) is not { } subject
            || otherId is { } named && await TransactionsStore.Find(work.Db, work.UserId, named) is null
        )
        {
            return new SettlementResult.Unknown();
        }
        var other = otherId is { } given ? await TransactionsStore.Find(work.Db, work.UserId, given) : null;
        TransactionId[] others = other is null ? [.. CandidateList.Read(subject.Candidates)] : [other.Id];
        // The account first, as a run that writes does.
        await AccountsStore.CountSettlement(work.Db, work.UserId, subject.AccountId);
        var locked = await SettlementStore.Locked(work.Db, work.UserId, [subject.Id, .. others]);
        if (locked.SingleOrDefault(row => row.Id == subject.Id) is not { } one)
        {
            return new SettlementResult.Unknown();
        }
        return verdict switch
        {
            Verdict.Different => await KeepApart(work, one, [.. locked.Where(row => row.Id != one.Id)]),
            Verdict.Same when other?.Id == one.Id => new SettlementResult.Done(one.Id),
            Verdict.Same => locked.Where(row => row.Id != one.Id).ToArray() is [var twin]
                ? await Merge(work, one, twin)
                : new SettlementResult.NothingToSettle(),
        };
    }

    private static async Task<SettlementResult> KeepApart(UserWork work, TransactionRow one, TransactionRow[] others)
    {
        if (others.Length == 0)
        {
            return new SettlementResult.NothingToSettle();
        }
        if (others.Any(other => other.AccountId != one.AccountId))
        {
            return new SettlementResult.Impossible("they are of two accounts");
        }
        var set = work.Ids.Next<ChangeSetId>();
        await SettlementStore.SaveDoubt(work.Db, Without(one, others), set, work.Now);
        foreach (var other in others)
        {
            await SettlementStore.KeepApart(work.Db, one, other);
            await SettlementStore.SaveDoubt(work.Db, Without(other, [one]), set, work.Now);
        }
        await ChangeLog.Append(work, set, one.AccountId);
        return new SettlementResult.Done(one.Id);
    }

    // The doubt is over when nothing is left that it may be.
    private static TransactionRow Without(TransactionRow row, IReadOnlyList<TransactionRow> settled)
    {
        var left = CandidateList
            .Read(row.Candidates)
            .Where(candidate => settled.All(other => other.Id != candidate))
            .ToArray();
        return left.Length > 0 || !row.Ambiguous
            ? row with
            {
                Candidates = CandidateList.Write(left),
            }
            : row with
            {
                Candidates = null,
                Ambiguous = false,
                Confidence = null,
            };
    }

    private static async Task<SettlementResult> Merge(UserWork work, TransactionRow one, TransactionRow other)
    {
        if (Obstacle(one, other) is { } why)
        {
            return new SettlementResult.Impossible(why);
        }
        var set = work.Ids.Next<ChangeSetId>();
        var (stays, goes) = one.Id.Value < other.Id.Value ? (one, other) : (other, one);
        var tells = Rank(goes) > Rank(stays) ? goes : stays;
        // The row that tells more of the movement goes under the id that stays; the other keeps the place of the one that goes.
        var shown = Settled(tells, stays, set, work.Now);
        var hidden = Settled(tells == stays ? goes : stays, goes, set, work.Now);
        await TransactionImports.Save(
            work,
            one.AccountId,
            new TransactionChanges(set, Inserts: [], Updates: [shown, hidden], Disappeared: [], Expired: [])
        );
        await SettlementStore.Merge(work.Db, goes, stays, set, work.Now);
        await Recount(work, one.AccountId, before: [one, other], after: shown);
        return new SettlementResult.Done(stays.Id);
    }

    // What is counted once from now on was booked once, too: else the check of the balance would miss the other one.
    private static async Task Recount(
        UserWork work,
        AccountId accountId,
        IReadOnlyList<TransactionRow> before,
        TransactionRow after
    )
    {
        var account = (await AccountsStore.Find(work.Db, work.UserId, accountId))!;
        decimal Booked(TransactionRow row) =>
            row is { Status: TransactionStatus.Booked, MissingSince: null } && row.Currency == account.Currency
                ? row.Amount
                : 0;
        var change = Booked(after) - before.Sum(Booked);
        if (change != 0)
        {
            await AccountsStore.SetBookedSince(work.Db, work.UserId, accountId, account.BookedSince + change);
        }
    }

    private static TransactionRow Settled(TransactionRow content, TransactionRow place, ChangeSetId set, long now) =>
        content with
        {
            Id = place.Id,
            ImportedAt = place.ImportedAt,
            AddedIn = place.AddedIn,
            ChangedIn = set,
            UpdatedAt = now,
            Confidence = null,
            Ambiguous = false,
            Candidates = null,
        };

    private static string? Obstacle(TransactionRow one, TransactionRow other) =>
        one.AccountId != other.AccountId ? "they are of two accounts"
        : one.Currency != other.Currency ? "they are in two currencies"
        : one.Amount != other.Amount && one.Status == other.Status && one.Status == TransactionStatus.Booked
            ? "both are booked, with two amounts"
        : null;

    // How much a row tells of what became of the movement.
    private static int Rank(TransactionRow row) =>
        (row.MissingSince is null ? 4 : 0)
        + row.Status switch
        {
            TransactionStatus.Booked => 3,
            TransactionStatus.Rejected or TransactionStatus.Cancelled or TransactionStatus.Refunded => 2,
            TransactionStatus.Pending or TransactionStatus.Other => 1,
            TransactionStatus.Expired => 0,
        };
}
