using System.Diagnostics;

namespace EndToEnd.Tests.Nodes;

/// <summary>Why a node could not go on with what it was doing.</summary>
internal enum Absence
{
    Killed,
    Frozen,
    CutOff,
}

/// <summary>A node was away; killed, it is back as another process.</summary>
internal sealed record Away(int Node, Absence Why, TimeSpan From, TimeSpan Until);

/// <summary>A token that the bank handed to a node in exchange for the one before it.</summary>
internal sealed record Exchange(int Node, TimeSpan Asked)
{
    /// <summary>When the answer was handed to the network; null: whoever asked was gone.</summary>
    public TimeSpan? Answered { get; set; }

    /// <summary>Whether it has come back since, from whatever node: then it was stored.</summary>
    public bool IsUsed { get; set; }
}

/// <summary>A token came a second time, which ended the consent.</summary>
/// <param name="Exchange">For what it was exchanged the first time.</param>
internal sealed record Loss(int Consent, Exchange Exchange, int Node, TimeSpan At);

/// <summary>What the bank writes down of its tokens, and the test of its nodes, by one clock.</summary>
internal sealed class BankBooks
{
    private readonly long _begun = Stopwatch.GetTimestamp();
    private readonly Lock _lock = new();
    private readonly List<Away> _aways = [];
    private readonly List<Loss> _losses = [];
    private int _renewals;

    public TimeSpan Now => Stopwatch.GetElapsedTime(_begun);

    /// <summary>How often a token was exchanged for a new one.</summary>
    public int Renewals => Volatile.Read(ref _renewals);

    public IReadOnlyList<Loss> Losses
    {
        get
        {
            lock (_lock)
            {
                return [.. _losses];
            }
        }
    }

    public IReadOnlyList<Away> Aways
    {
        get
        {
            lock (_lock)
            {
                return [.. _aways];
            }
        }
    }

    public void Renewed() => Interlocked.Increment(ref _renewals);

    public void Lost(Loss loss)
    {
        lock (_lock)
        {
            _losses.Add(loss);
        }
    }

    /// <summary>A node was away while this was done.</summary>
    public async Task During(int node, Absence why, Func<Task> away)
    {
        var from = Now;
        await away();
        lock (_lock)
        {
            _aways.Add(new(node, why, from, Now));
        }
    }

    /// <summary>
    /// What makes a loss one that no node could have prevented; null: nothing does. Either the node that renewed the token was taken away before it had
    /// written the new one, or the one that sent the old token stood still since before the other renewed it.
    /// </summary>
    public Absence? Excuse(Loss loss)
    {
        lock (_lock)
        {
            return _aways
                .Where(away =>
                    away.Until >= loss.Exchange.Asked
                    && away.From <= loss.At
                    && (
                        (away.Node == loss.Exchange.Node && !loss.Exchange.IsUsed)
                        || (away.Node == loss.Node && away.Why != Absence.Killed)
                    )
                )
                .Select(away => (Absence?)away.Why)
                .FirstOrDefault();
        }
    }
}
