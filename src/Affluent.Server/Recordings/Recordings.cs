using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Recordings;

/// <summary>That the next readings of a connection are kept, as an operator asked.</summary>
internal sealed record RecordingRow
{
    /// <summary>More is kept of no connection at a time.</summary>
    public const int MostReadings = 50;

    /// <summary>Nothing is kept for longer.</summary>
    public const int MostDays = 30;

    /// <summary>A reading with more rows on both sides together is left out.</summary>
    public const int MostRows = 20_000;

    /// <summary>A reading of more letters is left out.</summary>
    public const int LongestContent = 4_000_000;

    public required UserId UserId { get; init; }
    public required ConnectionId ConnectionId { get; init; }
    public required long StartedAt { get; init; }
    public required long ExpiresAt { get; init; }
    public required int ReadingsLeft { get; init; }

    /// <summary>How many readings were too large to be kept.</summary>
    public int LeftOut { get; init; }

    /// <summary>How many are kept.</summary>
    public int Recorded { get; init; }
}

/// <summary>One account in one run, sealed.</summary>
internal sealed record RecordedReadingRow
{
    public required ReadingKey Key { get; init; }
    public required long RecordedAt { get; init; }
    public required byte[] Content { get; init; }
}

/// <summary>One account in one run.</summary>
internal sealed record ReadingKey(UserId UserId, ConnectionId ConnectionId, RunId RunId, AccountId AccountId);

/// <summary>A reading in which the rules beside those in force would have decided otherwise. Ids and counts, nothing of anybody.</summary>
internal sealed record ShadowReading
{
    /// <summary>So many transactions are named at most.</summary>
    public const int MostTransactions = 50;

    public required UserId UserId { get; init; }
    public required ConnectionId ConnectionId { get; init; }
    public required RunId RunId { get; init; }
    public required AccountId AccountId { get; init; }
    public required ProviderId ProviderId { get; init; }
    public required long ComparedAt { get; init; }

    /// <summary>"IN_DOUBT 2, NEW 1".</summary>
    public required string Differences { get; init; }

    /// <summary>Separated by commas.</summary>
    public required string TransactionIds { get; init; }

    public static ShadowReading Of(
        ReadingKey key,
        ProviderId providerId,
        IReadOnlyList<DecisionDifference> differences,
        long now
    ) =>
        new()
        {
            UserId = key.UserId,
            ConnectionId = key.ConnectionId,
            RunId = key.RunId,
            AccountId = key.AccountId,
            ProviderId = providerId,
            ComparedAt = now,
            Differences = string.Join(
                ", ",
                differences
                    .CountBy(difference => difference.Kind)
                    .OrderBy(kind => kind.Key)
                    .Select(kind => $"{kind.Key.Word()} {kind.Value}")
            ),
            TransactionIds = string.Join(
                ',',
                differences
                    .SelectMany(difference => difference.Transactions)
                    .Distinct()
                    .Order()
                    .Take(MostTransactions)
                    .Select(id => new TransactionId(id))
            ),
        };
}

/// <summary>What runs by itself.</summary>
internal static class RecordingServices
{
    public static void AddRecordings(this IServiceCollection services) =>
        services
            .AddPeriodicTask("recordings", TimeSpan.FromHours(1), RecordingStore.Prune)
            .AddPeriodicTask("shadow_readings", TimeSpan.FromHours(1), ShadowStore.Prune);
}
