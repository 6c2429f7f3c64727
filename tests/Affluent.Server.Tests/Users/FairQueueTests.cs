using Affluent.Server.Platform;
using Affluent.Server.Users;
using Xunit;

namespace Affluent.Server.Tests.Users;

/// <summary>Who waits for a place, in which order.</summary>
public sealed class FairQueueTests
{
    private static readonly ClientId Flood = new(1);
    private static readonly ClientId Other = new(2);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_client_s_flood_does_not_hold_up_another_s_sign_in()
    {
        var queue = new FairQueue(places: 1, mostWaiting: 200);
        var order = new List<ClientId>();
        var inside = await queue.Enter(Flood, Stop);
        var waiting = Enumerable.Range(0, 150).Select(_ => Take(Flood)).ToList();
        waiting.Add(Take(Other));
        waiting.Add(Take(Other));

        inside!.Dispose();
        await Task.WhenAll(waiting);

        // Turn by turn, however many the first one has sent before.
        Assert.Equal([Flood, Other, Flood, Other, Flood, Flood], order.Take(6));
        Assert.Equal(152, order.Count);

        async Task Take(ClientId clientId)
        {
            using var place = await queue.Enter(clientId, Stop);
            order.Add(clientId);
        }
    }

    [Fact]
    public async Task A_client_that_has_too_many_waiting_is_refused_and_another_is_not()
    {
        var queue = new FairQueue(places: 1, mostWaiting: 2);
        var inside = await queue.Enter(Flood, Stop);
        var waiting = new[] { queue.Enter(Flood, Stop), queue.Enter(Flood, Stop) };

        Assert.Null(await queue.Enter(Flood, Stop));
        var other = queue.Enter(Other, Stop);
        Assert.False(other.IsCompleted);

        inside!.Dispose();
        (await waiting[0])!.Dispose();
        (await other)!.Dispose();
        (await waiting[1])!.Dispose();
        Assert.NotNull(await queue.Enter(Flood, Stop));
    }

    [Fact]
    public async Task Who_gives_up_keeps_nobody_waiting()
    {
        var queue = new FairQueue(places: 1, mostWaiting: 10);
        using var patience = new CancellationTokenSource();
        var inside = await queue.Enter(Flood, Stop);
        var impatient = queue.Enter(Flood, patience.Token);
        var next = queue.Enter(Flood, Stop);

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        inside!.Dispose();
        (await next)!.Dispose();

        Assert.NotNull(await queue.Enter(Other, Stop));
    }
}
