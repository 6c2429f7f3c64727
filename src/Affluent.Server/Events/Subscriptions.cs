using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Events;

/// <summary>Who gets events sent: the webhooks that are switched on, and what they want of them.</summary>
internal static class Subscriptions
{
    /// <summary>From the next event on, those that pass the filter become <see cref="Deliveries"/> for the webhook.</summary>
    public static Task Put(DbWork db, WebhookId webhookId, ClientId clientId, EventFilter filter) =>
        db.Execute(
            """
            insert into subscriptions (webhook_id, client_id, words) values (@WebhookId, @ClientId, @Words)
            on conflict (webhook_id) do update set words = excluded.words
            """,
            new
            {
                WebhookId = webhookId,
                ClientId = clientId,
                Words = WordsOf(filter),
            }
        );

    /// <summary>Nothing more is to be sent there, also of what is on its way.</summary>
    public static Task Remove(DbWork db, WebhookId webhookId) =>
        db.Execute("delete from subscriptions where webhook_id = @WebhookId", new { WebhookId = webhookId });

    private static string? WordsOf(EventFilter filter) =>
        filter.IsAll
            ? null
            : $",{string.Join(',', filter.Names.Select(n => n.Word()).Concat(filter.Types.Select(t => t.Word())))},";
}
