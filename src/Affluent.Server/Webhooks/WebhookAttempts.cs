using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Webhooks;

/// <summary>An attempt to send an event, as stored. Times are UTC seconds.</summary>
internal sealed record WebhookAttemptRow
{
    public WebhookId WebhookId { get; init; }
    public WebhookAttemptId Id { get; init; }

    /// <summary>Place of the event in the feed.</summary>
    public FeedPlace Position { get; init; }
    public EventName EventName { get; init; }

    /// <summary>From 1.</summary>
    public int Number { get; init; }
    public long At { get; init; }
    public AttemptOutcome Outcome { get; init; }
    public int? HttpStatus { get; init; }
    public SendError? Error { get; init; }
    public string? Response { get; init; }
    public int DurationMs { get; init; }
    public long? NextAt { get; init; }
}

/// <summary>How a webhook's last attempts went.</summary>
/// <param name="Delivered">How many of them arrived.</param>
/// <param name="LatencyMs">95 of 100 answers came within so many milliseconds; null: no answer came.</param>
internal sealed record AttemptFigures(
    int Count,
    int Delivered,
    int? LatencyMs,
    long? LastDeliveredAt,
    WebhookAttemptRow? LastFailure
);

/// <summary>Every statement about attempts.</summary>
internal static class WebhookAttemptStore
{
    /// <summary>Figures are of so many attempts at most.</summary>
    public const int Counted = 1_000;

    private const string Columns =
        "webhook_id, id, position, event_name, number, at, outcome, http_status, error, response, duration_ms, next_at";

    private static readonly BulkTable<WebhookAttemptRow> Table = new(
        "webhook_attempts",
        [
            new("webhook_id", BulkType.Long, r => r.WebhookId.Value),
            new("id", BulkType.Long, r => r.Id.Value),
            new("position", BulkType.Long, r => r.Position.Value),
            new("event_name", BulkType.Text, r => r.EventName.Word()),
            new("number", BulkType.Int, r => r.Number),
            new("at", BulkType.Long, r => r.At),
            new("outcome", BulkType.Text, r => r.Outcome.Word()),
            new("http_status", BulkType.Int, r => r.HttpStatus),
            new("error", BulkType.Text, r => r.Error?.Word()),
            new("response", BulkType.Text, r => r.Response),
            new("duration_ms", BulkType.Int, r => r.DurationMs),
            new("next_at", BulkType.Long, r => r.NextAt),
        ]
    );

    public static Task Insert(DbWork db, IReadOnlyCollection<WebhookAttemptRow> rows) => db.Insert(Table, rows);

    /// <summary>Attempts of a webhook, newest first.</summary>
    /// <param name="before">Only those before this one; null: from the newest.</param>
    /// <param name="position">Only of this event; null: of all.</param>
    /// <param name="outcome">Only those that came out so; null: all.</param>
    public static Task<IReadOnlyList<WebhookAttemptRow>> List(
        DbWork db,
        WebhookId webhookId,
        WebhookAttemptId? before,
        FeedPlace? position,
        AttemptOutcome? outcome,
        int limit
    ) =>
        db.Query<WebhookAttemptRow>(
            $"""
            select {Columns} from webhook_attempts
            where webhook_id = @WebhookId and id < @Before
                and (@AnyPosition or position = @Position) and (@AnyOutcome or outcome = @Outcome)
            order by id desc limit @Limit
            """,
            new
            {
                WebhookId = webhookId,
                Before = before?.Value ?? long.MaxValue,
                AnyPosition = position is null,
                Position = position ?? default,
                AnyOutcome = outcome is null,
                Outcome = outcome ?? AttemptOutcome.Delivered,
                Limit = limit,
            }
        );

    /// <summary>How a webhook does.</summary>
    /// <param name="since">UTC seconds; what was before does not count.</param>
    public static async Task<AttemptFigures> Figures(DbWork db, WebhookId webhookId, long since)
    {
        var rows = await db.Query<Measured>(
            """
            select at, outcome, http_status, duration_ms from webhook_attempts
            where webhook_id = @WebhookId and at >= @Since order by id desc limit @Counted
            """,
            new
            {
                WebhookId = webhookId,
                Since = since,
                Counted,
            }
        );
        var failure = await db.Find<WebhookAttemptRow>(
            $"""
            select {Columns} from webhook_attempts where webhook_id = @WebhookId and outcome <> @Delivered order by id desc limit 1
            """,
            new { WebhookId = webhookId, AttemptOutcome.Delivered }
        );
        var answered = rows.Where(row => row.HttpStatus is not null).Select(row => row.DurationMs).Order().ToArray();
        return new AttemptFigures(
            rows.Count,
            rows.Count(row => row.Outcome == AttemptOutcome.Delivered),
            answered.Length == 0 ? null : answered[((answered.Length * 95) + 99) / 100 - 1],
            rows.FirstOrDefault(row => row.Outcome == AttemptOutcome.Delivered)?.At,
            failure
        );
    }

    /// <summary>Of these events, those that have arrived.</summary>
    public static async Task<IReadOnlySet<FeedPlace>> Delivered(
        DbWork db,
        WebhookId webhookId,
        IReadOnlyList<FeedPlace> positions
    ) =>
        (
            await db.Query<FeedPlace>(
                """
                select distinct position from webhook_attempts
                where webhook_id = @WebhookId and position {in @positions} and outcome = @Delivered
                """,
                new
                {
                    WebhookId = webhookId,
                    positions = db.List(positions),
                    AttemptOutcome.Delivered,
                }
            )
        ).ToHashSet();

    /// <summary>Forgets at most so many whose time is over, and says how many.</summary>
    public static Task<int> Prune(DbWork db, long before, int atMost) =>
        db.Execute(
            """
            delete from webhook_attempts where (webhook_id, id) in
                (select webhook_id, id from webhook_attempts where at < @Before order by at limit @AtMost)
            """,
            new { Before = before, AtMost = atMost }
        );

    private sealed record Measured
    {
        public long At { get; init; }
        public AttemptOutcome Outcome { get; init; }
        public int? HttpStatus { get; init; }
        public int DurationMs { get; init; }
    }
}
