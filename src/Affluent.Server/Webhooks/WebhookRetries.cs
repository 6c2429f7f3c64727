namespace Affluent.Server.Webhooks;

/// <summary>When what failed is sent again. Pure.</summary>
internal static class WebhookRetries
{
    // From seconds to half a day: three days in all.
    private static readonly int[] Pauses =
    [
        5,
        30,
        120,
        300,
        900,
        1_800,
        3_600,
        7_200,
        14_400,
        28_800,
        43_200,
        43_200,
        43_200,
        43_200,
        28_800,
    ];

    // A receiver that says when to come again is believed up to here.
    private const long LongestAsked = 86_400;

    /// <summary>How often an event is sent before it is given up.</summary>
    public static int MostAttempts => Pauses.Length + 1;

    /// <summary>When an event is sent again that has failed so often; null: never. UTC seconds.</summary>
    /// <param name="failures">From 1.</param>
    /// <param name="seed">Spreads those that failed together: equal ones come to the same.</param>
    /// <param name="asked">Seconds of the receiver's <c>Retry-After</c>.</param>
    public static long? Next(int failures, int seed, long? asked, long now) =>
        failures > Pauses.Length ? null : now + Pause(failures, seed, asked);

    /// <summary>When a webhook is tried again to which nothing arrives; it is, for as long as it is not disabled.</summary>
    public static long NextOfWebhook(int failures, int seed, long? asked, long now) =>
        now + Pause(Math.Min(failures, Pauses.Length), seed, asked);

    private static long Pause(int failures, int seed, long? asked)
    {
        var pause = Pauses[failures - 1];
        // Up to a fifth sooner or later.
        var jitter = (int)(((ulong)(uint)(seed + failures) * 0x9E3779B97F4A7C15UL >> 33) % 401) - 200;
        return Math.Max(pause + (pause * jitter / 1_000), Math.Min(asked ?? 0, LongestAsked));
    }
}
