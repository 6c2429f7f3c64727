using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Webhooks;

/// <summary>What comes of an attempt to add a webhook.</summary>
internal enum WebhookSaving
{
    Saved,

    /// <summary>The client has as many as it may have.</summary>
    TooMany,
}

/// <summary>Every statement about webhooks.</summary>
internal static class WebhookStore
{
    private const string Columns = """
        id, client_id, url, description, types, format, signature, wrapped_key, secret, old_wrapped_key, old_secret, old_until,
        status, status_reason, created_at, updated_at, failing_since, failures, warned_at, next_at, fence
        """;

    /// <summary>A client's webhooks, oldest first.</summary>
    public static Task<IReadOnlyList<WebhookRow>> List(DbWork db, ClientId clientId) =>
        db.Query<WebhookRow>(
            $"select {Columns} from webhooks where client_id = @ClientId order by id",
            new { ClientId = clientId }
        );

    public static Task<WebhookRow?> Find(DbWork db, ClientId clientId, WebhookId id) =>
        db.Find<WebhookRow>(
            $"select {Columns} from webhooks where client_id = @ClientId and id = @Id",
            new { ClientId = clientId, Id = id }
        );

    /// <summary>As <see cref="Find(DbWork, ClientId, WebhookId)"/>, kept from others until the transaction ends.</summary>
    public static Task<WebhookRow?> Lock(DbWork db, ClientId clientId, WebhookId id) =>
        db.Find<WebhookRow>(
            $$"""select {{Columns}} from webhooks where client_id = @ClientId and id = @Id {for update}""",
            new { ClientId = clientId, Id = id }
        );

    /// <summary>Whose it is; null: there is none.</summary>
    public static Task<ClientId?> ClientOf(DbWork db, WebhookId id) =>
        db.Scalar<ClientId?>("select client_id from webhooks where id = @Id", new { Id = id });

    /// <summary>Adds one, unless the client has as many as it may have.</summary>
    public static async Task<WebhookSaving> Insert(DbWork db, WebhookRow row, int most)
    {
        // Locks the count, so that two who add at once are counted one after the other.
        var counted = await db.Execute(
            """
            insert into webhook_counts (client_id, webhooks) values (@ClientId, 1)
            on conflict (client_id) do update set webhooks = webhook_counts.webhooks + 1 where webhook_counts.webhooks < @Most
            """,
            new { row.ClientId, Most = most }
        );
        if (counted == 0)
        {
            return WebhookSaving.TooMany;
        }
        await db.Execute(
            """
            insert into webhooks (id, client_id, url, description, types, format, signature, wrapped_key, secret, status, created_at, updated_at)
            values (@Id, @ClientId, @Url, @Description, @Types, @Format, @Signature, @WrappedKey, @Secret, @Status, @CreatedAt, @UpdatedAt)
            """,
            row
        );
        return WebhookSaving.Saved;
    }

    /// <summary>Writes what a client can change. Who is at it has to look anew: the fence moves.</summary>
    public static Task Update(DbWork db, WebhookRow row) =>
        db.Execute(
            """
            update webhooks set url = @Url, description = @Description, types = @Types, format = @Format, wrapped_key = @WrappedKey,
                secret = @Secret, old_wrapped_key = @OldWrappedKey, old_secret = @OldSecret, old_until = @OldUntil, status = @Status,
                status_reason = @StatusReason, updated_at = @UpdatedAt, failing_since = @FailingSince, failures = @Failures,
                warned_at = @WarnedAt, next_at = @NextAt, lease_until = 0, fence = fence + 1
            where id = @Id
            """,
            row
        );

    /// <summary>False: the client has no such.</summary>
    public static async Task<bool> Delete(DbWork db, ClientId clientId, WebhookId id)
    {
        db.Erases();
        var deleted = await db.Execute(
            "delete from webhooks where client_id = @ClientId and id = @Id",
            new { ClientId = clientId, Id = id }
        );
        if (deleted == 1)
        {
            await db.Execute(
                "update webhook_counts set webhooks = webhooks - 1 where client_id = @ClientId",
                new { ClientId = clientId }
            );
        }
        return deleted == 1;
    }

    /// <summary>Takes some of these for the time of a lease: those that nobody is at and that are due, none of a closed client, the one that waits longest in front.</summary>
    public static Task<IReadOnlyList<WebhookRow>> Claim(
        DbWork db,
        IReadOnlyList<WebhookId> some,
        IReadOnlyList<ClientId> closed,
        long leaseUntil,
        long now,
        int atMost
    ) =>
        db.Query<WebhookRow>(
            $$"""
            update webhooks set lease_until = @LeaseUntil, fence = fence + 1
            where id in (
                select id from webhooks
                where id {in @some} and status = @Active and next_at <= @Now and lease_until <= @Now
                    and not (client_id {in @closed})
                order by lease_until, id limit @AtMost {skip locked}
            )
            returning {{Columns}}
            """,
            new
            {
                some = db.List(some),
                closed = db.List(closed),
                WebhookStatus.Active,
                LeaseUntil = leaseUntil,
                Now = now,
                AtMost = atMost,
            }
        );

    /// <summary>Keeps one, and everybody else off it until the transaction ends; false: somebody else is at it, or it was changed.</summary>
    public static async Task<bool> Renew(DbWork db, WebhookRow claimed, WebhookHealth health, long leaseUntil) =>
        await db.Execute(
            """
            update webhooks set lease_until = @LeaseUntil, failing_since = @FailingSince, failures = @Failures, warned_at = @WarnedAt,
                next_at = @NextAt
            where id = @Id and fence = @Fence
            """,
            new
            {
                claimed.Id,
                claimed.Fence,
                LeaseUntil = leaseUntil,
                health.FailingSince,
                health.Failures,
                health.WarnedAt,
                health.NextAt,
            }
        ) == 1;

    /// <summary>Lets go of one: it is behind all that others wait for.</summary>
    public static Task Release(DbWork db, WebhookRow claimed, long now) =>
        db.Execute(
            "update webhooks set lease_until = @Now where id = @Id and fence = @Fence",
            new
            {
                claimed.Id,
                claimed.Fence,
                Now = now,
            }
        );

    /// <summary>Switches one off, in a transaction that has renewed it.</summary>
    public static Task Disable(DbWork db, WebhookId id, WebhookStatusReason reason, long now) =>
        db.Execute(
            """
            update webhooks set status = @Disabled, status_reason = @Reason, updated_at = @Now, lease_until = 0
            where id = @Id
            """,
            new
            {
                Id = id,
                WebhookStatus.Disabled,
                Reason = reason,
                Now = now,
            }
        );

    /// <summary>Wraps keys that another master key has wrapped by the present one; how many.</summary>
    public static async Task<int> Rewrap(DbWork db, Vault vault)
    {
        var rows = await db.Query<WebhookRow>($$"""select {{Columns}} from webhooks order by id {for update}""");
        var changed = 0;
        foreach (var row in rows)
        {
            var purpose = WebhookSecrets.PurposeOf(row.Id);
            var key = vault.RewrapAlone(row.WrappedKey, purpose);
            var old = row.OldWrappedKey is { } before ? vault.RewrapAlone(before, purpose) : null;
            if (key is not null || old is not null)
            {
                await db.Execute(
                    "update webhooks set wrapped_key = @Key, old_wrapped_key = @Old where id = @Id",
                    new
                    {
                        row.Id,
                        Key = key ?? row.WrappedKey,
                        Old = old ?? row.OldWrappedKey,
                    }
                );
                changed++;
            }
        }
        return changed;
    }
}
