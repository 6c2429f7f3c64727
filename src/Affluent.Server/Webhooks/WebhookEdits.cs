using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Webhooks;

/// <summary>Changes of webhooks, whoever asks for them.</summary>
internal sealed class WebhookEdits(
    Database database,
    WebhookSecrets secrets,
    Ids ids,
    Settings settings,
    TimeProvider time
)
{
    /// <summary>Makes one that is checked; null: the client has as many as it may have.</summary>
    public async Task<WebhookRow?> Create(ClientId clientId, CheckedWebhook asked, CancellationToken cancellation)
    {
        var id = ids.Next<WebhookId>();
        var (secret, now) = (secrets.Make(id), time.Seconds());
        var row = Changed(
            new WebhookRow
            {
                Id = id,
                ClientId = clientId,
                Signature = asked.Signature,
                WrappedKey = secret.WrappedKey,
                Secret = secret.Content,
                CreatedAt = now,
            },
            asked,
            now
        );
        return await database.Write(
            async db =>
            {
                if (await WebhookStore.Insert(db, row, settings.Webhooks) == WebhookSaving.TooMany)
                {
                    return null;
                }
                await Subscribe(db, row);
                return row;
            },
            cancellation
        );
    }

    /// <summary>Puts what is checked in the place of what was; null: the client has no such.</summary>
    public Task<WebhookRow?> Replace(
        ClientId clientId,
        WebhookId id,
        CheckedWebhook asked,
        CancellationToken cancellation
    ) => Change(clientId, id, (row, now) => Changed(row, asked, now), cancellation);

    /// <summary>Switches one on or off; null: the client has no such.</summary>
    public Task<WebhookRow?> Switch(
        ClientId clientId,
        WebhookId id,
        WebhookStatus status,
        CancellationToken cancellation
    ) => Change(clientId, id, (row, now) => Switched(row, status, now), cancellation);

    /// <summary>Gives it a new secret, beside which the old one signs for some hours more; null: the client has no such.</summary>
    public Task<WebhookRow?> Rotate(
        ClientId clientId,
        WebhookId id,
        int overlapHours,
        CancellationToken cancellation
    ) =>
        Change(
            clientId,
            id,
            (row, now) =>
            {
                var secret = secrets.Make(id);
                var isKept = overlapHours > 0;
                return row with
                {
                    WrappedKey = secret.WrappedKey,
                    Secret = secret.Content,
                    OldWrappedKey = isKept ? row.WrappedKey : null,
                    OldSecret = isKept ? row.Secret : null,
                    OldUntil = isKept ? now + (overlapHours * 3_600L) : null,
                    UpdatedAt = now,
                };
            },
            cancellation
        );

    /// <summary>False: the client has no such.</summary>
    public Task<bool> Delete(ClientId clientId, WebhookId id, CancellationToken cancellation) =>
        database.Write(
            async db =>
            {
                await Subscriptions.Remove(db, id);
                return await WebhookStore.Delete(db, clientId, id);
            },
            cancellation
        );

    /// <summary>Switches off one that fails, and tells the client.</summary>
    public static async Task Disable(DbWork db, WebhookRow row, WebhookStatusReason reason, Ids ids, long now)
    {
        await WebhookStore.Disable(db, row.Id, reason, now);
        await Subscriptions.Remove(db, row.Id);
        await EventLog.AppendOfClient(
            db,
            row.ClientId,
            ids,
            NewEvent.OfWebhook(EventName.WebhookDisabled, row.Id, reason.Word()),
            now
        );
    }

    /// <summary>Tells the client of one that fails.</summary>
    public static Task Warn(DbWork db, WebhookRow row, Ids ids, long now) =>
        EventLog.AppendOfClient(
            db,
            row.ClientId,
            ids,
            NewEvent.OfWebhook(EventName.WebhookFailing, row.Id, WebhookStatusReason.Failing.Word()),
            now
        );

    private Task<WebhookRow?> Change(
        ClientId clientId,
        WebhookId id,
        Func<WebhookRow, long, WebhookRow> change,
        CancellationToken cancellation
    ) =>
        database.Write(
            async db =>
            {
                if (await WebhookStore.Lock(db, clientId, id) is not { } before)
                {
                    return null;
                }
                var row = change(before, time.Seconds());
                await WebhookStore.Update(db, row);
                await Subscribe(db, row);
                return row;
            },
            cancellation
        );

    private static Task Subscribe(DbWork db, WebhookRow row) =>
        row.Status switch
        {
            WebhookStatus.Active => SwitchOn(db, row),
            WebhookStatus.Disabled => Subscriptions.Remove(db, row.Id),
        };

    private static async Task SwitchOn(DbWork db, WebhookRow row)
    {
        await Subscriptions.Put(db, row.Id, row.ClientId, row.Filter());
        await Deliveries.Open(db, row.Id);
    }

    private static WebhookRow Changed(WebhookRow row, CheckedWebhook asked, long now) =>
        Switched(
            row with
            {
                Url = asked.Url,
                Description = asked.Description,
                Types = asked.Types,
                Format = asked.Format,
            },
            asked.Status,
            now
        );

    // What is switched on begins anew: what went before is not held against it.
    private static WebhookRow Switched(WebhookRow row, WebhookStatus status, long now) =>
        row with
        {
            Status = status,
            StatusReason =
                status == WebhookStatus.Active ? null
                : row.Status == WebhookStatus.Disabled ? row.StatusReason ?? WebhookStatusReason.Asked
                : WebhookStatusReason.Asked,
            FailingSince = null,
            Failures = 0,
            WarnedAt = null,
            NextAt = 0,
            UpdatedAt = now,
        };
}
