using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Affluent.Architecture.Tests.Model;

/// <summary>A file of the product. <paramref name="Path"/> runs from the root of the repository.</summary>
internal sealed record SourceFile(string Path, SyntaxTree Tree, CSharpCompilation Compilation)
{
    /// <summary>The one project whose folders have rules of their own.</summary>
    public const string ServerProject = "Affluent.Server";

    private readonly Lazy<SemanticModel> _model = new(() => Compilation.GetSemanticModel(Tree));

    /// <summary>What the compiler knows of it.</summary>
    public SemanticModel Model => _model.Value;

    /// <summary>The project that it belongs to.</summary>
    public string Project { get; } = Path.Split('/')[1];

    /// <summary>The first folder below its project; empty for a file at the project's root.</summary>
    public string Folder { get; } = Path.Split('/') is { Length: > 3 } parts ? parts[2] : "";

    /// <summary>The path below src/, without the server's name, as offences show it.</summary>
    public string Name { get; } =
        Path.StartsWith($"src/{ServerProject}/", StringComparison.Ordinal)
            ? Path[$"src/{ServerProject}/".Length..]
            : Path["src/".Length..];

    /// <summary>The whole syntax.</summary>
    public SyntaxNode Root => Tree.GetRoot();

    /// <summary>All nodes of a kind.</summary>
    public IEnumerable<T> All<T>()
        where T : SyntaxNode => Root.DescendantNodes().OfType<T>();

    /// <summary>An offence at a node.</summary>
    public Offence At(SyntaxNode node, string what) => At(node.GetLocation(), what);

    /// <summary>An offence at a place.</summary>
    public Offence At(Location place, string what) =>
        new(Name, what, place.GetMappedLineSpan().StartLinePosition.Line + 1);
}

/// <summary>What breaks a rule. The line is for the reader alone: it moves with every change above it.</summary>
internal sealed record Offence(string File, string What, int Line)
{
    /// <summary>What helps to mend it.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The same offence stays the same when lines move.</summary>
    public string Key => $"{File}: {What}";

    public override string ToString() =>
        $"{File}{(Line == 0 ? "" : $":{Line}")}: {What}{(Detail.Length == 0 ? "" : $" ({Detail})")}";
}
