using System.Numerics;
using System.Reflection;
using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Affluent.Fuzz.Tests.Engine;

/// <summary>What is new about an input; the later the more.</summary>
internal enum Novelty
{
    None,

    /// <summary>It took a branch more often, or less often, than any before.</summary>
    Count,

    /// <summary>It took a branch that none took before, or came to an answer of a new kind.</summary>
    Branch,
}

/// <summary>
/// Which branches of the instrumented product an input takes, in the form of AFL: a count for each pair of branches, by powers of two.
/// </summary>
internal sealed unsafe class Coverage
{
    private const int Size = 65_536;

    private readonly byte* _counts;
    private readonly byte[] _seen = new byte[Size];

    private Coverage(byte* counts) => _counts = counts;

    /// <summary>
    /// Null where the product is not instrumented. Must come before anything else: instrumented code writes to the map from its
    /// first branch on.
    /// </summary>
    public static Coverage? Start()
    {
        if (!IsInstrumented)
        {
            return null;
        }
        var counts = (byte*)NativeMemory.AllocZeroed(Size);
        Trace.SharedMem = counts;
        return new Coverage(counts);
    }

    /// <summary>Whether this program runs beside an instrumented product.</summary>
    public static bool IsInstrumented =>
        Assembly
            .Load(Instrumentation.Products[0])
            .GetReferencedAssemblies()
            .Any(name => name.Name == typeof(Trace).Assembly.GetName().Name);

    /// <summary>Forgets the last input.</summary>
    public void Clear()
    {
        new Span<byte>(_counts, Size).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>What the input did that none did before.</summary>
    public Novelty Note()
    {
        var novelty = Novelty.None;
        var counts = new ReadOnlySpan<ulong>(_counts, Size / 8);
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] != 0)
            {
                for (var at = i * 8; at < (i * 8) + 8; at++)
                {
                    // Counts as powers of two: once, twice, up to four times …
                    var bit = _counts[at] == 0 ? 0 : 1 << BitOperations.Log2(_counts[at]);
                    if ((_seen[at] & bit) != bit)
                    {
                        novelty = _seen[at] == 0 ? Novelty.Branch : (Novelty)Math.Max((int)novelty, (int)Novelty.Count);
                        _seen[at] |= (byte)bit;
                    }
                }
            }
        }
        return novelty;
    }

    /// <summary>How many pairs of branches were taken so far.</summary>
    public int Branches => _seen.Count(b => b != 0);
}
