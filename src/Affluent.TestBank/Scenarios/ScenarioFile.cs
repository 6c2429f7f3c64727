namespace Affluent.TestBank.Scenarios;

/// <summary>Where a diagnostic points to: a line of a pipe-separated file or a path in a JSON scenario.</summary>
public readonly record struct Location(int? Line, string? Path)
{
    public static Location AtLine(int line) => new(line, null);

    public static Location AtPath(string path) => new(null, path);

    public override string ToString() => Line is { } line ? $"line {line}" : Path ?? "";
}

/// <summary>Something to tell the author of a file: where and why.</summary>
public sealed record Diagnostic(string File, Location Location, string Reason)
{
    public override string ToString() => $"{File}, {Location}: {Reason}";
}

/// <summary>What reading a scenario comes to.</summary>
public abstract record ScenarioFile
{
    private ScenarioFile() { }

    /// <summary>Usable. The warnings name what was read past, such as unknown records.</summary>
    public sealed record Loaded(Scenario Scenario, IReadOnlyList<Diagnostic> Warnings) : ScenarioFile;

    /// <summary>Read but wrong: every bad line is listed, and nothing of the file is used.</summary>
    public sealed record Refused(IReadOnlyList<Diagnostic> Errors, IReadOnlyList<Diagnostic> Warnings) : ScenarioFile;

    /// <summary>Could not be read at all.</summary>
    public sealed record Unreachable(string Reason) : ScenarioFile;

    /// <summary>The next read is of this address: the file says that it has moved.</summary>
    public sealed record Moved(string Url) : ScenarioFile;
}
