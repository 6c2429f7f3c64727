using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Connections;

/// <summary>Every statement about authorizations that are to be ended at their banks.</summary>
internal static class BankRevocationStore
{
    private const string Columns =
        "id, connection_id, definition_id, wrapped_key, session, asked_at, give_up_at, fence, attempts";

    /// <summary>Keeps one, due at once. Where it is kept already, the session takes the place of the one before, whoever is at that.</summary>
    public static Task Put(DbWork db, BankRevocation revocation)
    {
        db.Erases();
        db.MustLast();
        return db.Execute(
            """
            insert into bank_revocations (id, connection_id, definition_id, wrapped_key, session, asked_at, give_up_at, next_at)
            values (@Id, @ConnectionId, @DefinitionId, @WrappedKey, @Session, @AskedAt, @GiveUpAt, @AskedAt)
            on conflict (id) do update set wrapped_key = @WrappedKey, session = @Session, next_at = @AskedAt,
                lease_until = 0, fence = bank_revocations.fence + 1, attempts = 0
            """,
            revocation
        );
    }

    /// <summary>Whether any is due that no node is at.</summary>
    public static Task<bool> AnyDue(DbWork db, long now) =>
        db.Scalar<bool>(
            "select exists (select 1 from bank_revocations where next_at <= @Now and lease_until <= @Now)",
            new { Now = now }
        );

    /// <summary>Takes some that are due, for the time of a lease; those that were tried least often first.</summary>
    public static Task<IReadOnlyList<BankRevocation>> Claim(DbWork db, int atMost, long leaseUntil, long now) =>
        db.Query<BankRevocation>(
            $$"""
            update bank_revocations set lease_until = @LeaseUntil, fence = fence + 1
            where id in (
                select id from bank_revocations where next_at <= @Now and lease_until <= @Now
                order by next_at, attempts limit @AtMost {skip locked}
            )
            returning {{Columns}}
            """,
            new
            {
                Now = now,
                AtMost = atMost,
                LeaseUntil = leaseUntil,
            }
        );

    /// <summary>Keeps a session that a bank has just renewed; false: another node is at it, or it is done.</summary>
    public static async Task<bool> Renew(DbWork db, BankRevocation claimed, SealedAlone secret)
    {
        db.MustLast();
        return await db.Execute(
                """
                update bank_revocations set wrapped_key = @WrappedKey, session = @Content
                where id = @Id and fence = @Fence
                """,
                new
                {
                    claimed.Id,
                    claimed.Fence,
                    secret.WrappedKey,
                    secret.Content,
                }
            ) == 1;
    }

    /// <summary>Gives one back until its next time; nothing when another node is at it.</summary>
    public static Task PutOff(DbWork db, BankRevocation claimed, int attempts, long nextAt) =>
        db.Execute(
            """
            update bank_revocations set lease_until = 0, next_at = @NextAt, attempts = @Attempts
            where id = @Id and fence = @Fence
            """,
            new
            {
                claimed.Id,
                claimed.Fence,
                NextAt = nextAt,
                Attempts = attempts,
            }
        );

    /// <summary>Lets a bank alone that does not answer: the others that are due there wait, too.</summary>
    public static Task PutOffAll(DbWork db, ChannelDefinitionId definitionId, long until, long now) =>
        db.Execute(
            """
            update bank_revocations set next_at = @Until
            where definition_id = @DefinitionId and next_at < @Until and lease_until <= @Now
            """,
            new
            {
                DefinitionId = definitionId,
                Until = until,
                Now = now,
            }
        );

    /// <summary>It is over: token and key go. False: another node is at it, with a newer session perhaps.</summary>
    public static async Task<bool> Delete(DbWork db, BankRevocation claimed)
    {
        db.Erases();
        return await db.Execute(
                """
                delete from bank_revocations
                where id = @Id and fence = @Fence
                """,
                new { claimed.Id, claimed.Fence }
            ) == 1;
    }

    /// <summary>What is left to do, by channel.</summary>
    public static Task<IReadOnlyList<WaitingRevocations>> Waiting(DbWork db) =>
        db.Query<WaitingRevocations>(
            """
            select definition_id, count(*) as count, min(asked_at) as oldest_asked_at
            from bank_revocations group by definition_id order by definition_id
            """
        );

    /// <summary>Wraps by the present master key what another one has wrapped; how many there were.</summary>
    public static async Task<int> Rewrap(DbWork db, Vault vault)
    {
        var changed = 0;
        foreach (
            var row in await db.Query<BankRevocation>($$"""select {{Columns}} from bank_revocations {for update}""")
        )
        {
            if (vault.RewrapAlone(row.WrappedKey, row.Purpose) is { } wrapped)
            {
                await Renew(db, row, new SealedAlone(wrapped, row.Session));
                changed++;
            }
        }
        return changed;
    }
}
