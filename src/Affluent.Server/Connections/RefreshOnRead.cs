using Affluent.Server.Authorization;
using Affluent.Server.Gates;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Microsoft.Extensions.Caching.Memory;

namespace Affluent.Server.Connections;

/// <summary>
/// Where the operator wants it, whoever reads a user's accounts or transactions has those read anew that are older than so many hours: after
/// the answer, which shows what there is. Nobody is asked anything by such a run, it counts as one without the user, and none is asked for
/// that would come to nothing.
/// </summary>
internal sealed class RefreshOnRead(
    Settings settings,
    UserDatabase database,
    Banks banks,
    BankGates gates,
    DatabaseOutage outage,
    TimeProvider time
) : IDisposable
{
    /// <summary>A user's connections are looked at so often at the most, however many pages are read.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1);

    /// <summary>Of so many users it is remembered that they were looked at.</summary>
    private const int Remembered = 100_000;

    /// <summary>More connections than anybody has.</summary>
    private static readonly Page All = new(1, 1_000);

    private readonly MemoryCache _lookedAt = new(new MemoryCacheOptions { SizeLimit = Remembered });

    /// <summary>Goes on after the answer of a route that shows what banks told.</summary>
    public Task Pass(HttpContext context, RequestDelegate next)
    {
        if (
            settings.RefreshOnReadHours is { } hours
            && context.GetEndpoint()?.Metadata.GetMetadata<ShowsBankData>() is not null
        )
        {
            context.Response.OnCompleted(() =>
                context.Response.StatusCode == StatusCodes.Status200OK && ActingUser.Find(context) is { } user
                    ? Refresh(user, hours)
                    : Task.CompletedTask
            );
        }
        return next(context);
    }

    /// <summary>The connections that are to be read anew. Pure.</summary>
    internal static IEnumerable<ConnectionId> Old(
        IEnumerable<ConnectionRow> connections,
        ILookup<ConnectionId, ChannelRow> channels,
        Func<ConnectionRow, ChannelRow, bool> isOpen,
        long endedBefore
    ) =>
        from connection in connections
        where connection is { AutoSync: true, FailingSince: null }
        where connection.Status is not (ConnectionStatus.Running or ConnectionStatus.Closed or ConnectionStatus.None)
        let used = channels[connection.Id].Where(channel => channel.Status != ChannelStatus.Empty).ToArray()
        where used.All(channel => channel.LastEndAt is null || channel.LastEndAt < endedBefore)
        where used.Any(channel => GoesByItself(channel.Status) && isOpen(connection, channel))
        select connection.Id;

    private static bool GoesByItself(ChannelStatus status) =>
        status switch
        {
            ChannelStatus.Success or ChannelStatus.Failed => true,
            ChannelStatus.Empty
            or ChannelStatus.Running
            or ChannelStatus.AuthFailed
            or ChannelStatus.TokenExpired
            or ChannelStatus.PasswordChangeRequired
            or ChannelStatus.ChallengeRequired
            or ChannelStatus.UserActionRequired => false,
        };

    private async Task Refresh(ActingUser user, int hours)
    {
        var now = time.Seconds();
        if (_lookedAt.TryGetValue(user.UserId, out long last) && last > now - (long)Look.TotalSeconds)
        {
            return;
        }
        _lookedAt.Set(user.UserId, now, new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = Look });
        try
        {
            var endedBefore = now - (hours * 3600L);
            var old = await database.Read(
                user.UserId,
                user.ClientId,
                work => FindOld(work, endedBefore),
                CancellationToken.None
            );
            foreach (var connection in old)
            {
                await database.Write(
                    user.UserId,
                    user.ClientId,
                    work => Request(work, connection, endedBefore),
                    CancellationToken.None
                );
            }
        }
        catch (Exception error) when (DatabaseOutage.Is(error))
        {
            // The answer is out, and whoever reads next has it looked at again.
            outage.Noticed(error);
        }
    }

    private async Task<IReadOnlyList<ConnectionId>> FindOld(UserWork work, long endedBefore)
    {
        var connections = await ConnectionsStore.List(work.Db, work.UserId, All);
        var channels = await ChannelStore.List(
            work.Db,
            [.. connections.Select(connection => new ConnectionKey(work.UserId, connection.Id))]
        );
        return [.. Old(connections, channels.ToLookup(channel => channel.ConnectionId), IsOpen, endedBefore)];
    }

    // Another process may have asked since it was found: the job is locked before it is looked at again.
    private async Task<bool> Request(UserWork work, ConnectionId id, long endedBefore) =>
        await ConnectionJobs.Lock(work, id) is { State: JobState.Idle }
        && await ConnectionsStore.Find(work.Db, work.UserId, id) is { } connection
        && Old(
                [connection],
                (await ChannelStore.List(work.Db, [new(work.UserId, id)])).ToLookup(channel => channel.ConnectionId),
                IsOpen,
                endedBefore
            )
            .Any()
        && await Synchronizations.Request(work, id, JobRequest.All, user: null);

    private bool IsOpen(ConnectionRow connection, ChannelRow channel) =>
        banks.Provider(connection.ProviderId) is { } bank
        && banks.Channel(channel.DefinitionId) is { Definition: var definition }
        && gates.ClosedUntil(bank, channel.DefinitionId) is null
        && AccessBudget
            .Of(definition.UnattendedReadings, channel.UnattendedReadings, channel.SparedUntil)
            .Remaining(time.Seconds())
            is not 0;

    public void Dispose() => _lookedAt.Dispose();
}
