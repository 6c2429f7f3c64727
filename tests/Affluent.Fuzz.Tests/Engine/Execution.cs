using System.Diagnostics;
using System.Text;

namespace Affluent.Fuzz.Tests.Engine;

/// <summary>What one input came to.</summary>
/// <param name="Shape">The kind of answer; 0 where the promise is broken.</param>
internal readonly record struct Execution(int Shape, Finding? Finding)
{
    /// <summary>Feeds one input to the parser.</summary>
    public static Execution Of(FuzzTarget target, ReadOnlyMemory<byte> input)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var begun = Stopwatch.GetTimestamp();
        object? shape;
        try
        {
            shape = target.Check(input);
        }
        catch (Exception error)
        {
            return new(0, Finding.Of(target, input, error));
        }
        var elapsed = Stopwatch.GetElapsedTime(begun);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > target.Memory + (target.MemoryPerByte * input.Length))
        {
            return new(0, new Finding(target.Name, input, "takes too much memory", $"{allocated >> 20} MB"));
        }
        // Once more where another program, or the compiler, may have had the processor: then by what this one had of it.
        if (
            elapsed > target.TimeLimit
            && ProcessorTimeOf(target, input) > target.TimeLimit
            && ProcessorTimeOf(target, input) > target.TimeLimit
        )
        {
            return new(0, new Finding(target.Name, input, "takes too long", $"{elapsed.TotalSeconds:0.0} s"));
        }
        return new(HashCode.Combine(1, string.GetHashCode(shape?.ToString(), StringComparison.Ordinal)), null);
    }

    private static TimeSpan ProcessorTimeOf(FuzzTarget target, ReadOnlyMemory<byte> input)
    {
        var before = Environment.CpuUsage.TotalTime;
        _ = target.Check(input);
        return Environment.CpuUsage.TotalTime - before;
    }
}

/// <summary>An input for which a parser breaks its promise.</summary>
/// <param name="Kind">The same for inputs that break it in the same way.</param>
/// <param name="Detail">The rest, for people.</param>
internal sealed record Finding(string Target, ReadOnlyMemory<byte> Input, string Kind, string Detail)
{
    public static Finding Of(FuzzTarget target, ReadOnlyMemory<byte> input, Exception error)
    {
        var place = new StackTrace(error)
            .GetFrames()
            .Select(frame => frame.GetMethod())
            .FirstOrDefault(method =>
                method?.DeclaringType?.FullName?.StartsWith("Affluent.", StringComparison.Ordinal) == true
            );
        var kind =
            error is BrokenPromiseException
                ? error.Message
                : $"{error.GetType().Name} in {place?.DeclaringType?.FullName}.{place?.Name}";
        return new(target.Name, input, kind, error.ToString());
    }

    /// <summary>What to do to see it again.</summary>
    public override string ToString()
    {
        var text = new StringBuilder().Append(System.Globalization.CultureInfo.InvariantCulture, $"{Target}: {Kind}\n");
        if (Input.Length <= 2048)
        {
            text.Append(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"  text   {Printable(InputText.Decode(Input.Span))}\n"
                )
                .Append(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"  base64 {Convert.ToBase64String(Input.Span)}\n"
                );
        }
        return text.Append(System.Globalization.CultureInfo.InvariantCulture, $"  {Detail.ReplaceLineEndings("\n  ")}")
            .ToString();
    }

    private static string Printable(string text) =>
        string.Concat(text.Select(c => c is >= ' ' and < '\x7f' ? $"{c}" : $"\\u{(int)c:X4}"));
}
