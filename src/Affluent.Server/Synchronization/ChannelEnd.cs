using Affluent.Connectors.Contract;

namespace Affluent.Server.Synchronization;

/// <summary>How a run leaves one channel.</summary>
internal abstract record ChannelEnd
{
    private ChannelEnd() { }

    /// <summary>The channel has its result.</summary>
    public sealed record Finished(ChannelResult Result) : ChannelEnd;

    /// <summary>The connection waits for its user, as a row; the run goes on when the answer is there.</summary>
    public sealed record Waiting : ChannelEnd;

    /// <summary>The bank wants to be asked later.</summary>
    /// <param name="IsNamed">Whether the bank itself named the time.</param>
    public sealed record Later(DateTimeOffset NotBefore, LaterReason Reason, bool IsNamed = false) : ChannelEnd;

    /// <summary>A fault of ours came in between.</summary>
    public sealed record Faulty : ChannelEnd;
}
