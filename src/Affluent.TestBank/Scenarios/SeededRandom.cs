using System.Text;

namespace Affluent.TestBank.Scenarios;

/// <summary>
/// A generator of numbers: the same words give the same numbers on every machine and runtime, so that a movement of a past day
/// never changes. Not for secrets.
/// </summary>
internal struct SeededRandom
{
    private ulong _state;

    public SeededRandom(ulong seed) => _state = seed;

    /// <summary>FNV-1a over the UTF-8 of the words, with a separator that none of them holds.</summary>
    public static ulong Hash(params ReadOnlySpan<string> words)
    {
        var hash = 14695981039346656037UL;
        foreach (var word in words)
        {
            foreach (var b in Encoding.UTF8.GetBytes(word))
            {
                hash = (hash ^ b) * 1099511628211UL;
            }

            hash = (hash ^ 0xff) * 1099511628211UL;
        }

        return hash;
    }

    /// <summary>The next number from 0 to below <paramref name="limit"/> (SplitMix64).</summary>
    public long Next(long limit)
    {
        _state += 0x9E3779B97F4A7C15UL;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        z ^= z >> 31;
        return (long)(z % (ulong)limit);
    }
}
