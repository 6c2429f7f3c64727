using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Events;

/// <summary>Reads events, and waits for them where there are none.</summary>
internal sealed class EventReader(
    Database database,
    EventTail tail,
    TimeProvider time,
    IHostApplicationLifetime lifetime
)
{
    // For a transaction that is about to commit.
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// The user's events behind one, as soon as there are any; empty when the time is over, the caller has gone or the program ends.
    /// </summary>
    public async Task<IReadOnlyList<StoredEvent>> OfUser(
        UserId userId,
        EventId after,
        int limit,
        TimeSpan wait,
        CancellationToken cancellation
    )
    {
        using var waiter = tail.Wait(userId);
        return await Waiting(
            [],
            wait,
            async cancellation =>
            {
                var events = await database.Read(db => EventLog.Read(db, userId, after, limit), cancellation);
                return new Attempt<IReadOnlyList<StoredEvent>>(events, events.Count > 0);
            },
            (_, left, cancellation) => waiter.Wait(after.Value, left, cancellation),
            cancellation
        );
    }

    /// <summary>The events of the client's users behind a place, as <see cref="OfUser"/>; or why there is no such place.</summary>
    public async Task<(FeedPage? Page, LostPlace? Lost)> OfClient(
        ClientId clientId,
        UserId? userId,
        EventFilter filter,
        FeedPlace? after,
        int limit,
        TimeSpan wait,
        CancellationToken cancellation
    )
    {
        using var waiter = tail.Wait(clientId);
        var place = after;
        return await Waiting<(FeedPage? Page, LostPlace? Lost)>(
            (new FeedPage([], after ?? default, HasMore: false, IsHeld: false), null),
            wait,
            async cancellation =>
            {
                var read = await database.Read(
                    db => ClientFeed.Read(db, clientId, userId, filter, place, limit),
                    cancellation
                );
                // What a filter leaves out is behind the reader, too.
                place = read.Page?.Next ?? place;
                return new(read, read.Page is not { Events: [], HasMore: false });
            },
            (read, left, cancellation) =>
                waiter.Wait(read.Page!.Next.Value, read.Page.IsHeld && Soon < left ? Soon : left, cancellation),
            cancellation
        );
    }

    private async Task<T> Waiting<T>(
        T none,
        TimeSpan wait,
        Func<CancellationToken, Task<Attempt<T>>> read,
        Func<T, TimeSpan, CancellationToken, Task> pause,
        CancellationToken cancellation
    )
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        var until = time.GetUtcNow() + wait;
        var last = none;
        try
        {
            while (true)
            {
                (last, var isEnough) = await read(either.Token);
                var left = until - time.GetUtcNow();
                if (isEnough || left <= TimeSpan.Zero)
                {
                    return last;
                }
                await pause(last, left, either.Token);
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return last;
        }
    }

    private sealed record Attempt<T>(T Value, bool IsEnough);
}
