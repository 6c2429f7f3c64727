using System.Diagnostics;
using EndToEnd.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests.Nodes;

/// <summary>A process of the platform with its own way to the database (null: it is a file); killed, another takes its place.</summary>
internal sealed class Node(int number, DatabaseGate? gate, BankBooks books, Func<Task<ServerProcess>> start)
    : IAsyncDisposable
{
    // One thing happens to a node at a time.
    private readonly SemaphoreSlim _turn = new(1);
    private readonly List<ServerProcess> _processes = [];

    /// <summary>Nothing is happening to it.</summary>
    public bool IsFree => _turn.CurrentCount > 0;

    public async Task Start() => _processes.Add(await start());

    /// <summary>SIGKILL.</summary>
    public Task Die() => InTurn(() => books.During(number, Absence.Killed, _processes[^1].Kill));

    /// <summary>SIGKILL; the next process starts at once, and lives for as long as it took to start.</summary>
    public Task Kill() =>
        InTurn(async () =>
        {
            await books.During(number, Absence.Killed, _processes[^1].Kill);
            var begun = Stopwatch.GetTimestamp();
            await Start();
            await Task.Delay(Stopwatch.GetElapsedTime(begun), TestContext.Current.CancellationToken);
        });

    /// <summary>SIGTERM, as for a new version; the next process starts at once.</summary>
    public Task Restart() =>
        InTurn(async () =>
        {
            await _processes[^1].Stop();
            await Start();
        });

    /// <inheritdoc cref="DatabaseGate.IsAway"/>
    public bool IsDatabaseAway
    {
        set => gate!.IsAway = value;
    }

    /// <summary>Lets it stand still, while something else happens.</summary>
    public Task Freeze(Func<Task> meanwhile) =>
        InTurn(() =>
            books.During(
                number,
                Absence.Frozen,
                async () =>
                {
                    await _processes[^1].Freeze();
                    try
                    {
                        await meanwhile();
                    }
                    finally
                    {
                        await _processes[^1].Thaw();
                    }
                }
            )
        );

    /// <summary>Takes the database away from it, while something else happens.</summary>
    public Task CutOff(Func<Task> meanwhile) =>
        InTurn(() =>
            books.During(
                number,
                Absence.CutOff,
                async () =>
                {
                    gate!.Close();
                    try
                    {
                        await meanwhile();
                    }
                    finally
                    {
                        gate!.Open();
                    }
                }
            )
        );

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }
        if (gate is not null)
        {
            await gate.DisposeAsync();
        }
        _turn.Dispose();
    }

    private async Task InTurn(Func<Task> happens)
    {
        await _turn.WaitAsync();
        try
        {
            await happens();
        }
        finally
        {
            _turn.Release();
        }
    }
}
