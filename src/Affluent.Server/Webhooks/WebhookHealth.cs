namespace Affluent.Server.Webhooks;

/// <summary>How a webhook does. Times are UTC seconds.</summary>
/// <param name="FailingSince">Nothing has arrived since; null: the last that was sent did.</param>
/// <param name="Failures">How often in a row it was left alone because the receiver takes nothing.</param>
/// <param name="WarnedAt">When the client was told; null: it was not.</param>
/// <param name="NextAt">Nothing is sent before.</param>
internal sealed record WebhookHealth(long? FailingSince, int Failures, long? WarnedAt, long NextAt)
{
    /// <summary>A webhook to which nothing has arrived for so long is disabled.</summary>
    public const long DisabledAfter = 5 * 86_400;

    /// <summary>The client is told of one to which nothing has arrived for so long.</summary>
    public const long WarnedAfter = 3_600;

    /// <summary>A receiver that has taken none of so many in a row, or that fails for so many connections, is left alone for a while.</summary>
    public const int MostInVain = 3;

    public static WebhookHealth Good { get; } = new(null, 0, null, 0);

    /// <summary>It is tried with a message or two, whether it is back.</summary>
    public bool IsProbed => Failures > 0;

    /// <summary>After some messages were sent. One event that a receiver cannot take holds up its own connection only.</summary>
    /// <param name="seed">Spreads those that failed together.</param>
    public WebhookHealth After(SentMessages sent, int seed, long now)
    {
        if (sent.Delivered + sent.Failed == 0 || (sent.Delivered > 0 && sent.InVain < MostInVain))
        {
            return sent.Delivered > 0 ? Good : this;
        }
        var hasArrived = sent.Delivered > 0;
        var since = hasArrived ? now : FailingSince ?? now;
        var warned = hasArrived ? null : WarnedAt ?? (now - since >= WarnedAfter ? now : null);
        var failures = hasArrived ? 1 : Failures + 1;
        return sent.InVain < MostInVain && sent.HeldLanes < MostInVain
            ? new(since, 0, warned, 0)
            : new(since, failures, warned, WebhookRetries.NextOfWebhook(failures, seed, sent.RetryAfter, now));
    }

    /// <summary>It is to be disabled.</summary>
    public bool IsOver(long now) => FailingSince is { } since && now - since >= DisabledAfter;
}

/// <summary>What became of messages that were sent together.</summary>
/// <param name="InVain">How many failed since the last that arrived.</param>
/// <param name="HeldLanes">For how many connections something is sent again.</param>
/// <param name="RetryAfter">Seconds that the receiver asked for.</param>
internal sealed record SentMessages(int Delivered, int Failed, int InVain, int HeldLanes, long? RetryAfter);
