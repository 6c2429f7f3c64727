using System.Text.Json;
using EndToEnd.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests.Nodes;

/// <summary>
/// What goes on while nodes come and go: synchronizations are asked for, the bank's data changes, and a reader follows the changes of all transactions.
/// </summary>
internal sealed class Traffic
{
    private const int Callers = 4;

    private readonly CancellationTokenSource _end = new();
    private readonly Cluster _cluster;
    private readonly Task _all;
    private int _asked;

    public Traffic(Cluster cluster, IReadOnlyList<ClusterConnection> connections, int seed, TimeSpan pause)
    {
        _cluster = cluster;
        _all = Task.WhenAll([
            .. Enumerable.Range(0, Callers).Select(i => Ask(connections, new Random(seed + i), pause)),
            Change(new Random(seed + Callers), pause / 2),
            Follow(pause * 4),
        ]);
    }

    /// <summary>How many synchronizations were asked for.</summary>
    public int Asked => _asked;

    /// <summary>How often each transaction has come as a new one.</summary>
    public Dictionary<string, int> Added { get; } = new(StringComparer.Ordinal);

    /// <summary>Transactions that were taken back, by being one with another or with their account.</summary>
    public List<string> Removed { get; } = [];

    private string? _place;

    /// <summary>Nothing is asked for and nothing changes any more.</summary>
    public async Task End()
    {
        await _end.CancelAsync();
        await _all;
        _end.Dispose();
    }

    /// <summary>Reads what has changed since it was read last.</summary>
    public async Task ReadChanges()
    {
        JsonElement page;
        do
        {
            page = await _cluster.Client.Get(
                $"/api/v2.1/transactions/changes?limit=500{(_place is null ? "" : $"&after={_place}")}"
            );
            foreach (var added in page.GetProperty("added").EnumerateArray())
            {
                Added[added.Text("id")] = Added.GetValueOrDefault(added.Text("id")) + 1;
            }
            foreach (
                var gone in page.GetProperty("removed")
                    .EnumerateArray()
                    .Concat(page.GetProperty("removed_accounts").EnumerateArray())
            )
            {
                Removed.Add(gone.ToString());
            }
            _place = page.Text("next");
        } while (page.GetProperty("has_more").GetBoolean());
    }

    private async Task Ask(IReadOnlyList<ClusterConnection> connections, Random random, TimeSpan pause)
    {
        while (!_end.IsCancellationRequested)
        {
            // Where no node is left for long, nobody is served: that is asked for again.
            if (await Served(_cluster.Client.Synchronize(connections[random.Next(connections.Count)])))
            {
                Interlocked.Increment(ref _asked);
            }
            await Pause(pause);
        }
    }

    private async Task Change(Random random, TimeSpan pause)
    {
        while (!_end.IsCancellationRequested)
        {
            _cluster.Bank.Change(random);
            await Pause(pause);
        }
    }

    private async Task Follow(TimeSpan pause)
    {
        while (!_end.IsCancellationRequested)
        {
            await Served(ReadChanges());
            await Pause(pause);
        }
    }

    private static async Task<bool> Served(Task request)
    {
        try
        {
            await request;
            return true;
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task Pause(TimeSpan pause) =>
        await Task.Delay(pause, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
