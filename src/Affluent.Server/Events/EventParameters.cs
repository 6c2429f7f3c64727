using Affluent.Server.Platform;

namespace Affluent.Server.Events;

/// <summary>What readers of events can ask, whether of a user's or of a client's.</summary>
internal static class EventParameters
{
    /// <summary>Events of an answer, when nothing is said and at most.</summary>
    public const int Usual = 100;
    public const int Most = 500;

    private const int LongestWait = 60;

    public static readonly Parameter<long?> Limit = Parameter.WholeNumber(
        "limit",
        $"How many events at most; {Usual} when absent, {Most} at most.",
        least: 1,
        most: Most
    );

    public static readonly Parameter<long?> Wait = Parameter.WholeNumber(
        "wait",
        $"How many seconds to wait for an event when there is none; 0 when absent, {LongestWait} at most.",
        least: 0,
        most: LongestWait
    );
}
