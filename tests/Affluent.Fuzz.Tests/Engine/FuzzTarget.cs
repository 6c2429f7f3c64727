namespace Affluent.Fuzz.Tests.Engine;

/// <summary>A parser and what it promises. A check that throws has found that the promise is broken.</summary>
internal sealed record FuzzTarget
{
    public required string Name { get; init; }

    /// <summary>
    /// Feeds the parser. What it returns tells apart kinds of answers (not values): an input with a new kind is kept and
    /// mutated further.
    /// </summary>
    public required Func<ReadOnlyMemory<byte>, object?> Check { get; init; }

    /// <summary>Valid inputs, written by hand.</summary>
    public required IReadOnlyList<byte[]> Seeds { get; init; }

    /// <summary>The function that calls the parser, from which the inventory follows the calls.</summary>
    public required Delegate Root { get; init; }

    /// <summary>Files that are seeds too, below a folder beside the repository; they are missing elsewhere.</summary>
    public string? SharedFolder { get; init; }

    /// <summary>How long an input may become, in bytes.</summary>
    public int Longest { get; init; } = 48 * 1024;

    /// <summary>How long the parser may take for one input of that length.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>How much the parser may allocate for one input, in bytes, beside <see cref="MemoryPerByte"/>.</summary>
    public long Memory { get; init; } = 16 * 1024 * 1024;

    /// <summary>How much the parser may allocate for each byte of an input.</summary>
    public long MemoryPerByte { get; init; } = 4096;

    /// <summary>A parser of text.</summary>
    public static FuzzTarget OfText(string name, Func<string, object?> check, params IReadOnlyList<string> seeds) =>
        new()
        {
            Name = name,
            Check = bytes => check(InputText.Decode(bytes.Span)),
            Root = check,
            Seeds = [.. seeds.Select(InputText.Encode)],
        };

    /// <summary>A parser of bytes; its seeds are written as text.</summary>
    public static FuzzTarget OfBytes(
        string name,
        Func<ReadOnlyMemory<byte>, object?> check,
        params IReadOnlyList<string> seeds
    ) =>
        new()
        {
            Name = name,
            Check = check,
            Root = check,
            Seeds = [.. seeds.Select(InputText.Encode)],
        };
}

/// <summary>The words in which targets say what a parser promises.</summary>
internal static class Promise
{
    /// <summary>Says that the promise is broken unless the condition holds. The words name the promise, so that equal breaches count once.</summary>
    public static void Holds(bool condition, string promise)
    {
        if (!condition)
        {
            throw new BrokenPromiseException(promise);
        }
    }

    /// <summary>What the parser answers, or the documented exception with which it refuses.</summary>
    public static (T? Value, TException? Refusal) OrThrows<TException, T>(Func<T> parse)
        where TException : Exception
    {
        try
        {
            return (parse(), null);
        }
        catch (TException refusal)
        {
            return (default, refusal);
        }
    }

    /// <summary>Waits for a parser whose input is all in memory.</summary>
    public static T Of<T>(Task<T> parsed) => parsed.GetAwaiter().GetResult();

    /// <inheritdoc cref="Of{T}(Task{T})"/>
    public static void Of(Task parsed) => parsed.GetAwaiter().GetResult();

    /// <summary>A number as one of few kinds, for the shape of an answer.</summary>
    public static int Few(int count) => count < 3 ? count : 3 + int.Log2(count);
}

/// <summary>A parser does not do what it promises.</summary>
internal sealed class BrokenPromiseException(string promise) : Exception(promise);
