using System.Collections.Concurrent;
using Affluent.Connectors.Contract;
using Affluent.Server.Storage;

namespace Affluent.Server.Gates;

/// <summary>
/// Spaces the requests to banks that bear only so many a second, over all nodes: a node takes a few turns at a time from the database, and the
/// requests of its runs go in these turns.
/// </summary>
internal sealed class RequestRates(Database database, TimeProvider time)
{
    /// <summary>A node asks the database for turns about this often a second, at most.</summary>
    private const int TakingsPerSecond = 4;

    private readonly ConcurrentDictionary<ProviderId, Turns> _turns = new();

    /// <summary>What a request to a bank waits for; null: the bank sets no bound.</summary>
    public Func<CancellationToken, Task>? Of(Provider? bank) =>
        bank is { RequestsPerSecond: { } perSecond } ? cancellation => Wait(bank, perSecond, cancellation) : null;

    private async Task Wait(Provider bank, int perSecond, CancellationToken cancellation)
    {
        var turns = _turns.GetOrAdd(bank.Id, _ => new Turns());
        long turn;
        await turns.Lock.WaitAsync(cancellation);
        try
        {
            var apart = 1000L / perSecond;
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            // Turns that were not used are lost: two at once would be more than the bank bears.
            while (turns.Left > 0 && turns.Next < now - apart)
            {
                (turns.Next, turns.Left) = (turns.Next + apart, turns.Left - 1);
            }
            if (turns.Left == 0)
            {
                turns.Left = Math.Max(1, perSecond / TakingsPerSecond);
                turns.Next = await database.Write(
                    db => BankOutageStore.TakeRequests(db, bank.Id, turns.Left, apart, now),
                    cancellation
                );
            }
            turn = turns.Next;
            (turns.Next, turns.Left) = (turns.Next + apart, turns.Left - 1);
        }
        finally
        {
            turns.Lock.Release();
        }
        var wait = turn - time.GetUtcNow().ToUnixTimeMilliseconds();
        if (wait > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(wait), time, cancellation);
        }
    }

    private sealed class Turns
    {
        public SemaphoreSlim Lock { get; } = new(1);
        public long Next { get; set; }
        public int Left { get; set; }
    }
}

/// <summary>Stands before the way to a bank: each request waits for its turn.</summary>
internal sealed class RatedExchange(Func<CancellationToken, Task> turn, HttpMessageHandler inner)
    : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        await turn(cancellationToken);
        return await base.SendAsync(request, cancellationToken);
    }
}
