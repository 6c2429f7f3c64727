using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Transactions;

/// <summary>Every statement about recategorizations.</summary>
internal static class RecategorizationStore
{
    private const string Columns = """
        r.client_id, r.id, r.only_user_id, r.state, r.users_total, r.users_done, r.checked, r.changed, r.at_user_id, r.at_transaction_id, r.fence,
        r.created_at, r.ended_at
        """;

    /// <summary>How long one that is done can be looked at.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>Asks for one, and says its id; one that waits for the same already is enough.</summary>
    public static async Task<RecategorizationId> Ask(DbWork db, ClientId clientId, UserId? only, Ids ids, long now)
    {
        var waiting = await db.Scalar<RecategorizationId?>(
            """
            select id from recategorizations
            where client_id = @ClientId and state = @Waiting and only_user_id is not distinct from @Only order by id limit 1
            """,
            new
            {
                ClientId = clientId,
                Only = only,
                RecategorizationState.Waiting,
            }
        );
        var id = waiting ?? ids.Next<RecategorizationId>();
        if (waiting is null)
        {
            await db.Execute(
                """
                insert into recategorizations (client_id, id, only_user_id, state, at_user_id, created_at)
                values (@ClientId, @Id, @Only, @Waiting, @From, @Now)
                """,
                new
                {
                    ClientId = clientId,
                    Id = id,
                    Only = only,
                    RecategorizationState.Waiting,
                    From = only ?? default,
                    Now = now,
                }
            );
        }
        db.AfterCommit(() => db.Database.Signals.Raise(Recategorizer.Due));
        return id;
    }

    public static Task<Recategorization?> Find(DbWork db, ClientId clientId, RecategorizationId id) =>
        db.Find<Recategorization>(
            $"select {Columns} from recategorizations r where r.client_id = @ClientId and r.id = @Id",
            new { ClientId = clientId, Id = id }
        );

    /// <summary>Whether one waits for a node; most looks find none.</summary>
    public static Task<bool> AnyDue(DbWork db, long now) =>
        db.Scalar<bool>(
            "select exists (select 1 from recategorizations where state <> 'DONE' and lease_until <= @Now)",
            new { Now = now }
        );

    /// <summary>Takes the one that has waited longest, of each client only the oldest; null: none is due.</summary>
    public static async Task<Recategorization?> Claim(DbWork db, long now, long leaseUntil)
    {
        var due = await db.Find<Recategorization>(
            $$"""
            select {{Columns}} from recategorizations r
            where r.state <> 'DONE' and r.lease_until <= @Now and not exists (
                select 1 from recategorizations o where o.client_id = r.client_id and o.state <> 'DONE' and o.id < r.id
            )
            order by r.lease_until, r.id limit 1 {skip locked}
            """,
            new { Now = now }
        );
        if (due is null)
        {
            return null;
        }
        var claimed = due with { State = RecategorizationState.Running, Fence = due.Fence + 1 };
        await db.Execute(
            """
            update recategorizations set fence = @Fence, lease_until = @LeaseUntil where client_id = @ClientId and id = @Id
            """,
            new
            {
                claimed.ClientId,
                claimed.Id,
                claimed.Fence,
                LeaseUntil = leaseUntil,
            }
        );
        return claimed;
    }

    /// <summary>Locks one that this node has taken, as it is now; null: another node has taken it since, or it is gone.</summary>
    public static Task<Recategorization?> Hold(DbWork db, Recategorization taken) =>
        db.Find<Recategorization>(
            $$"""
            select {{Columns}} from recategorizations r
            where r.client_id = @ClientId and r.id = @Id and r.fence = @Fence and r.state <> 'DONE' {for update}
            """,
            new
            {
                taken.ClientId,
                taken.Id,
                taken.Fence,
            }
        );

    /// <summary>Writes how far one has come, in a transaction that holds it.</summary>
    public static Task Save(DbWork db, Recategorization after, long leaseUntil) =>
        db.Execute(
            """
            update recategorizations set state = @State, users_total = @UsersTotal, users_done = @UsersDone, checked = @Checked,
                changed = @Changed, at_user_id = @AtUserId, at_transaction_id = @AtTransactionId, ended_at = @EndedAt,
                lease_until = @LeaseUntil
            where client_id = @ClientId and id = @Id
            """,
            new
            {
                after.ClientId,
                after.Id,
                after.State,
                after.UsersTotal,
                after.UsersDone,
                after.Checked,
                after.Changed,
                after.AtUserId,
                after.AtTransactionId,
                after.EndedAt,
                LeaseUntil = leaseUntil,
            }
        );

    /// <summary>
    /// The next transactions of a user whose categories are to be decided, by id: not those of which something was said themselves. Locked
    /// for the rest of the transaction.
    /// </summary>
    public static Task<IReadOnlyList<TransactionRow>> Page(DbWork db, UserId userId, TransactionId after, int limit) =>
        db.Query<TransactionRow>(
            $$"""
            select {{TransactionImports.Columns}} from transactions
            where user_id = @UserId and id > @After and own_category_id is null and merged_into is null
            order by id limit @Limit {for update}
            """,
            new
            {
                UserId = userId,
                After = after,
                Limit = limit,
            }
        );

    /// <summary>Forgets at most so many that were done long ago, and says how many.</summary>
    public static Task<int> Prune(DbWork db, long now, int atMost) =>
        db.Execute(
            """
            delete from recategorizations where (client_id, id) in
                (select client_id, id from recategorizations where ended_at < @Before order by ended_at limit @AtMost)
            """,
            new { Before = now - (long)Kept.TotalSeconds, AtMost = atMost }
        );
}
