using System.Text.Json.Serialization;
using Affluent.Server.Events;
using Affluent.Server.Platform;

namespace Affluent.Server.Webhooks;

/// <summary>An address to which the client's events are sent.</summary>
internal sealed record WebhookMessage
{
    /// <summary>Id of the webhook.</summary>
    public required WebhookId Id { get; init; }

    /// <summary>Where events are sent, by POST.</summary>
    public required string Url { get; init; }

    /// <summary>The client's own words.</summary>
    public string? Description { get; init; }

    /// <summary>Types and names of the events that are sent; absent: all.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>In which form they are sent.</summary>
    public required WebhookFormat Format { get; init; }

    /// <summary>How messages are signed.</summary>
    public required WebhookSignature Signature { get; init; }

    /// <summary>Whether events are sent.</summary>
    public required WebhookStatus Status { get; init; }

    /// <summary>Why it is disabled.</summary>
    public WebhookStatusReason? StatusReason { get; init; }

    /// <summary>When it was made, in UTC seconds.</summary>
    public required long CreationDate { get; init; }

    /// <summary>When it was changed last, in UTC seconds.</summary>
    public required long LastUpdateDate { get; init; }

    /// <summary>The secret (<c>whsec_</c>), shown when it is made only; with ED25519 the public key (<c>whpk_</c>), always.</summary>
    public string? Secret { get; init; }

    /// <summary>Until when messages are signed with the secret of before, too; UTC seconds.</summary>
    public long? OldSecretUntil { get; init; }

    /// <summary>How it does; where one webhook is read.</summary>
    public WebhookHealthMessage? Health { get; init; }

    public static WebhookMessage Of(WebhookRow row, string? secret) =>
        new()
        {
            Id = row.Id,
            Url = row.Url,
            Description = row.Description,
            Types = row.Types?.Split(','),
            Format = row.Format,
            Signature = row.Signature,
            Status = row.Status,
            StatusReason = row.StatusReason,
            CreationDate = row.CreatedAt,
            LastUpdateDate = row.UpdatedAt,
            Secret = secret,
            OldSecretUntil = row.OldUntil,
        };
}

/// <summary>How a webhook does: of the last day, a thousand attempts at most.</summary>
internal sealed record WebhookHealthMessage
{
    /// <summary>How many attempts the figures are of.</summary>
    public required int Attempts { get; init; }

    /// <summary>The share of them that arrived, 0 to 1; absent: none was made.</summary>
    public double? SuccessRate { get; init; }

    /// <summary>95 of 100 answers came within so many milliseconds.</summary>
    public int? LatencyP95Ms { get; init; }

    /// <summary>When something arrived last, in UTC seconds.</summary>
    public long? LastSuccessDate { get; init; }

    /// <summary>The last attempt that failed.</summary>
    public WebhookAttemptMessage? LastFailure { get; init; }

    /// <summary>Since when nothing has arrived, in UTC seconds; absent: the last attempt did.</summary>
    public long? FailingSince { get; init; }

    /// <summary>The receiver is left alone until then, in UTC seconds.</summary>
    public long? NextAttemptDate { get; init; }

    /// <summary>Events on their way, counted up to 10,000.</summary>
    public required int Waiting { get; init; }

    /// <summary>So far events on their way are counted.</summary>
    public const int MostCounted = 10_000;

    public static WebhookHealthMessage Of(WebhookRow row, AttemptFigures figures, int waiting, long now) =>
        new()
        {
            Attempts = figures.Count,
            SuccessRate = figures.Count == 0 ? null : Math.Round((double)figures.Delivered / figures.Count, 4),
            LatencyP95Ms = figures.LatencyMs,
            LastSuccessDate = figures.LastDeliveredAt,
            LastFailure = figures.LastFailure is { } failure ? WebhookAttemptMessage.Of(failure) : null,
            FailingSince = row.FailingSince,
            NextAttemptDate = row.NextAt > now ? row.NextAt : null,
            Waiting = waiting,
        };
}

/// <summary>One attempt to send an event.</summary>
internal sealed record WebhookAttemptMessage
{
    /// <summary>Id of the attempt.</summary>
    public required WebhookAttemptId Id { get; init; }

    /// <summary>The event, by its cursor in the feed.</summary>
    public required string EventCursor { get; init; }

    /// <summary>What it told.</summary>
    public required EventName EventName { get; init; }

    /// <summary>The header <c>webhook-id</c> that it was sent with.</summary>
    public required string MessageId { get; init; }

    /// <summary>How often it was sent by then, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>When, in UTC seconds.</summary>
    public required long Date { get; init; }

    /// <summary>What came of it.</summary>
    public required AttemptOutcome Outcome { get; init; }

    /// <summary>Status of the answer.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>Why it failed.</summary>
    public SendError? Error { get; init; }

    /// <summary>The first characters of the answer.</summary>
    public string? Response { get; init; }

    /// <summary>How long it took, in milliseconds.</summary>
    public required int DurationMs { get; init; }

    /// <summary>When it is sent again, in UTC seconds.</summary>
    public long? NextAttemptDate { get; init; }

    public static WebhookAttemptMessage Of(WebhookAttemptRow row) =>
        new()
        {
            Id = row.Id,
            EventCursor = $"{row.Position}",
            EventName = row.EventName,
            MessageId = WebhookPayloads.NameOf(row.Position),
            Number = row.Number,
            Date = row.At,
            Outcome = row.Outcome,
            HttpStatus = row.HttpStatus,
            Error = row.Error,
            Response = row.Response,
            DurationMs = row.DurationMs,
            NextAttemptDate = row.NextAt,
        };
}

/// <summary>A webhook to be made, or to stand in the place of another.</summary>
internal sealed record EditWebhookMessage
{
    /// <summary>Where events are to be sent.</summary>
    public string? Url { get; init; }

    /// <summary>Words of your own, at most 200 characters.</summary>
    public string? Description { get; init; }

    /// <summary>Types and names of events, such as <c>CONSENT</c> or <c>SYNCHRONIZATION_ENDED</c>; absent: all.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>EVENT when absent.</summary>
    public WebhookFormat? Format { get; init; }

    /// <summary>HMAC_SHA256 when absent; it cannot be changed.</summary>
    public WebhookSignature? Signature { get; init; }

    /// <summary>ACTIVE when absent.</summary>
    public WebhookStatus? Status { get; init; }
}

/// <summary>A new secret.</summary>
internal sealed record RotateSecretMessage
{
    /// <summary>For how many hours messages are signed with the old one, too: 24 when absent, 0 to 168.</summary>
    public int? OverlapHours { get; init; }
}

/// <summary>
/// Which events a webhook is to get once more. What is absent does not narrow them, so that a name that nobody knows is refused: a slip of the pen would
/// send everything.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record RedeliveryMessage
{
    /// <summary>Cursors of events, as attempts and the feed show them; at most 500.</summary>
    public IReadOnlyList<string>? EventCursors { get; init; }

    /// <summary>Only from then on, in UTC seconds.</summary>
    public long? From { get; init; }

    /// <summary>Only before then, in UTC seconds.</summary>
    public long? Until { get; init; }

    /// <summary>Only of these types and names; absent: of those that the webhook gets.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>Only what has not arrived there.</summary>
    public bool? Undelivered { get; init; }

    /// <summary>Only behind this cursor: <c>next</c> of the answer before.</summary>
    public string? After { get; init; }
}

/// <summary>What is sent once more.</summary>
internal sealed record RedeliveredMessage
{
    /// <summary>How many events; those that were on their way already are not counted.</summary>
    public required int Count { get; init; }

    /// <summary>There may be more: ask again with this as <c>after</c>. Absent: that was all.</summary>
    public string? Next { get; init; }
}

/// <summary>What came of a message that was sent to try a webhook.</summary>
internal sealed record WebhookTestMessage
{
    /// <summary>It has arrived.</summary>
    public required bool Delivered { get; init; }

    /// <summary>The header <c>webhook-id</c> that it was sent with.</summary>
    public required string MessageId { get; init; }

    /// <summary>Status of the answer.</summary>
    public int? HttpStatus { get; init; }

    /// <summary>Why it failed.</summary>
    public SendError? Error { get; init; }

    /// <summary>The first characters of the answer.</summary>
    public string? Response { get; init; }

    /// <summary>How long it took, in milliseconds.</summary>
    public required int DurationMs { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(WebhookMessage))]
[JsonSerializable(typeof(IReadOnlyList<WebhookMessage>))]
[JsonSerializable(typeof(IReadOnlyList<WebhookAttemptMessage>))]
[JsonSerializable(typeof(EditWebhookMessage))]
[JsonSerializable(typeof(RotateSecretMessage))]
[JsonSerializable(typeof(RedeliveryMessage))]
[JsonSerializable(typeof(RedeliveredMessage))]
[JsonSerializable(typeof(WebhookTestMessage))]
internal sealed partial class WebhooksJson : JsonSerializerContext;
