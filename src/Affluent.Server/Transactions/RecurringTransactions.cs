using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Transactions;

/// <summary>
/// The id of an expected transaction: that of the last one of its series with the highest bit set, which no other id has before the year
/// 2059. So it stays until the next one books, and shows what it is.
/// </summary>
internal static class UpcomingId
{
    private const long Mark = 1L << 62;

    /// <summary>The one expected after a transaction.</summary>
    public static TransactionId After(TransactionId last) => new(last.Value | Mark);

    /// <summary>The last transaction before the expected one; null when the id is of no expected one.</summary>
    public static TransactionId? LastOf(TransactionId id) =>
        (id.Value & Mark) != 0 ? new TransactionId(id.Value & ~Mark) : null;
}

/// <summary>A series, with its transactions as they are stored.</summary>
internal sealed record StoredSeries(RecurringSeries Series, IReadOnlyList<TransactionRow> Rows)
{
    public TransactionRow Last => Rows[^1];

    /// <summary>The expected one; null when there is none, or the bank has announced it.</summary>
    public TransactionRow? Upcoming =>
        Series.Next is { AnnouncedBy: null } next
            ? new TransactionRow
            {
                UserId = Last.UserId,
                Id = UpcomingId.After(Last.Id),
                AccountId = Last.AccountId,
                AmountMinor = Last.AmountMinor,
                AmountRest = Last.AmountRest,
                Currency = Last.Currency,
                Label = Last.Label,
                Counterparty = Last.Counterparty,
                Type = Last.Type,
                Status = TransactionStatus.Other,
                CategoryId = Last.CategoryId,
                Day = next.Day,
                ImportedAt = Last.ImportedAt,
                UpdatedAt = Last.UpdatedAt,
                Origin = TransactionOrigin.Upcoming,
            }
            : null;
}

/// <summary>What recurs among a user's transactions. Worked out from them at each request: nothing is stored of it.</summary>
internal static class RecurringTransactions
{
    /// <summary>How many of the newest transactions are looked at.</summary>
    public const int MostRows = 20_000;

    /// <summary>The series of those accounts that a filter names, those of which the next is due soonest first. One statement.</summary>
    public static async Task<IReadOnlyList<StoredSeries>> Find(
        DbWork db,
        UserId userId,
        TransactionFilter accounts,
        int today
    )
    {
        var rows = await TransactionsStore.List(
            db,
            userId,
            new TransactionFilter
            {
                AccountId = accounts.AccountId,
                AccountIds = accounts.AccountIds,
                ConnectionId = accounts.ConnectionId,
                AccountType = accounts.AccountType,
                IncludedStatuses = [TransactionStatus.Booked, TransactionStatus.Pending],
                FirstDay = today - Recurring.HistoryDays,
            },
            new Page(1, MostRows),
            after: null
        );
        var byId = rows.ToDictionary(row => row.Id.Value);
        return
        [
            .. rows.Where(row => row.MissingSince is null)
                .GroupBy(row => row.AccountId)
                .SelectMany(account => Recurring.Find(account.Select(Movement), today))
                .OrderBy(series => series.Next?.Day ?? int.MaxValue)
                .ThenByDescending(series => series.Last.Id)
                .Select(series => new StoredSeries(series, [.. series.Movements.Select(m => byId[m.Id])])),
        ];
    }

    /// <summary>As <see cref="TransactionsStore.List"/>, of all origins.</summary>
    public static Task<IReadOnlyList<TransactionRow>> List(
        DbWork db,
        UserId userId,
        TransactionFilter filter,
        Page page,
        TransactionCursor? after,
        int today
    ) =>
        (filter.Origin ?? TransactionOrigin.Transaction) switch
        {
            TransactionOrigin.Transaction => TransactionsStore.List(db, userId, filter, page, after),
            TransactionOrigin.Recurring => Recurrent(db, userId, filter, page, after, today),
            TransactionOrigin.Upcoming => Upcoming(db, userId, filter, page, after, today),
            TransactionOrigin.Original or TransactionOrigin.Scheduled => Task.FromResult<
                IReadOnlyList<TransactionRow>
            >([]),
        };

    private static async Task<IReadOnlyList<TransactionRow>> Recurrent(
        DbWork db,
        UserId userId,
        TransactionFilter filter,
        Page page,
        TransactionCursor? after,
        int today
    )
    {
        var ids = (await Find(db, userId, filter, today)).SelectMany(series => series.Rows, (_, row) => row.Id);
        var rows = await TransactionsStore.List(db, userId, filter with { Ids = [.. ids] }, page, after);
        return [.. rows.Select(row => row with { Origin = TransactionOrigin.Recurring })];
    }

    private static async Task<IReadOnlyList<TransactionRow>> Upcoming(
        DbWork db,
        UserId userId,
        TransactionFilter filter,
        Page page,
        TransactionCursor? after,
        int today
    ) =>
        [
            .. (await Find(db, userId, filter, today))
                .Select(series => series.Upcoming)
                .OfType<TransactionRow>()
                .Where(row => IsWanted(row, filter))
                .OrderByDescending(row => row.Day)
                .ThenByDescending(row => row.Id.Value)
                .Where(row => after is null || (row.Day, row.Id.Value).CompareTo((after.Day, after.Id.Value)) < 0)
                .Skip(after is null ? (int)Math.Min(page.Skip, int.MaxValue) : 0)
                .Take(page.Limit + 1),
        ];

    /// <summary>One of the user's transactions, or an expected one; null when there is no such.</summary>
    public static async Task<TransactionRow?> Find(DbWork db, UserId userId, TransactionId id, int today)
    {
        if (UpcomingId.LastOf(id) is not { } last)
        {
            return await TransactionsStore.Find(db, userId, id);
        }
        if (await TransactionsStore.Find(db, userId, last) is not { } row)
        {
            return null;
        }
        var series = await Find(db, userId, new TransactionFilter { AccountId = row.AccountId }, today);
        return series.FirstOrDefault(one => one.Last.Id == last)?.Upcoming;
    }

    private static RecurringMovement Movement(TransactionRow row) =>
        new(
            row.Id.Value,
            row.Day,
            row.Amount,
            row.Currency,
            row.Type,
            row.Label,
            row.Counterparty,
            row.CreditorId,
            row.Mandate,
            row.Status == TransactionStatus.Pending
        );

    // What the store asks of rows, asked of one that is none.
    private static bool IsWanted(TransactionRow row, TransactionFilter filter)
    {
        var amount = Money.ToDecimal(row.Amount, row.Currency);
        return filter.IncludedStatuses?.Contains(row.Status) != false
            && filter.ExcludedStatuses?.Contains(row.Status) != true
            && !(amount < filter.MinAmount)
            && !(amount > filter.MaxAmount)
            && (filter.Amount is null || amount == filter.Amount)
            && !(row.Day < filter.FirstDay)
            && !(row.Day > filter.LastDay)
            && !(row.ImportedAt < filter.ImportedFrom)
            && (
                filter.CategoryId is not { } category
                || TransactionsStore.WithChildren(category).Contains(row.CategoryId, StringComparer.Ordinal)
            );
    }
}
