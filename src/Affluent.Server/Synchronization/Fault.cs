using Affluent.Connectors.Contract;
using Affluent.Server.Jobs;

namespace Affluent.Server.Synchronization;

/// <summary>
/// An exception in a run: a bug, or the database. It is tried again a few times with growing pauses, and then ends what it happened on (an account, a
/// channel, the run) and nothing else.
/// </summary>
internal static partial class Fault
{
    /// <summary>Not one: the node stops, or another one has the job.</summary>
    public static bool Is(Exception error, CancellationToken cancellation) =>
        error is not LeaseLostException
        && !(error is OperationCanceledException && cancellation.IsCancellationRequested);

    [LoggerMessage(
        5104,
        LogLevel.Error,
        "Channel {Channel}: a fault of ours; it is tried again, and given up after a few times"
    )]
    internal static partial void Log(ILogger log, ChannelDefinitionId channel, Exception error);
}

/// <summary>A connector threw. What it said could quote the bank: it stays with where it happened in the log, and goes no further.</summary>
internal sealed class ConnectorFailedException(string error) : Exception($"The connector failed: {error}.");
