using System.Collections.Immutable;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Affluent.Architecture.Tests.Model;

/// <summary>
/// The sources of the product as the compiler understands them. Constants, names in attributes and calls inside nested lambdas, of which
/// the compiled program keeps no or a hidden trace, are all there. Razor pages take part as the code that the build makes of them.
/// </summary>
internal sealed class Sources
{
    private const string PageSuffix = "_razor.g.cs";

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.CSharp14);

    // Without the analysis of null, which finds warnings only and takes most of the time.
    private static readonly CSharpCompilationOptions Compiling = new(
        OutputKind.DynamicallyLinkedLibrary,
        nullableContextOptions: NullableContextOptions.Disable
    );

    private static readonly Lazy<ImmutableArray<MetadataReference>> Libraries = new(() =>
        [
            .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
                .Split(Path.PathSeparator)
                .Where(path => !Path.GetFileName(path).StartsWith("Affluent.", StringComparison.Ordinal))
                .Select(path => MetadataReference.CreateFromFile(path)),
        ]
    );

    private static readonly Lazy<Sources> Product = new(ReadProduct);

    private readonly Dictionary<SyntaxTree, SourceFile> _byTree;
    private readonly Lazy<IReadOnlyList<Use>> _uses;

    private Sources(IEnumerable<(CSharpCompilation Compilation, IReadOnlyList<SourceFile> Files)> projects)
    {
        var all = projects.ToArray();
        Files = [.. all.SelectMany(p => p.Files).OrderBy(f => f.Path, StringComparer.Ordinal)];
        Compilations = [.. all.Select(p => p.Compilation)];
        _byTree = Files.ToDictionary(f => f.Tree);
        _uses = new Lazy<IReadOnlyList<Use>>(() => Model.Uses.AcrossFolders(this));
    }

    /// <summary>What stands in this repository.</summary>
    public static Sources OfProduct => Product.Value;

    /// <summary>Every file that a person wrote.</summary>
    public IReadOnlyList<SourceFile> Files { get; }

    /// <summary>One for each project.</summary>
    public IReadOnlyList<CSharpCompilation> Compilations { get; }

    /// <summary>The files of the server.</summary>
    public IEnumerable<SourceFile> Server => Files.Where(f => f.Project == SourceFile.ServerProject);

    /// <summary>Who in the server names what another folder declares.</summary>
    public IReadOnlyList<Use> Uses => _uses.Value;

    /// <summary>A small server of which a test knows every line; paths are those below the server's folder.</summary>
    public static Sources Planted(params (string Path, string Text)[] files)
    {
        const string Usings = """
            global using System;
            global using System.Collections.Generic;
            global using System.Linq;
            global using System.Threading;
            global using System.Threading.Tasks;
            """;
        var planted = files
            .Select(f => (Path: $"src/{SourceFile.ServerProject}/{f.Path}", Tree: Parse(f.Text, f.Path)))
            .ToArray();
        var compilation = Compile(
            SourceFile.ServerProject,
            [Parse(Usings, "Usings.cs"), .. planted.Select(p => p.Tree)]
        );
        var sources = new Sources([
            (compilation, [.. planted.Select(p => new SourceFile(p.Path, p.Tree, compilation))]),
        ]);
        sources.AssertUnderstood();
        return sources;
    }

    /// <summary>The file in which a person declared the type; null for types of libraries.</summary>
    public SourceFile? DeclarationOf(ISymbol symbol) =>
        symbol
            .OriginalDefinition.DeclaringSyntaxReferences.Select(r => _byTree.GetValueOrDefault(r.SyntaxTree))
            .FirstOrDefault(file => file is not null);

    /// <summary>The compiler's complaints: a planted violation that does not compile proves nothing.</summary>
    private void AssertUnderstood()
    {
        var errors = Compilations
            .SelectMany(c => c.GetDiagnostics())
            .Where(d => d.Severity == DiagnosticSeverity.Error)
            .Select(d => d.ToString())
            .ToArray();
        Assert.True(errors.Length == 0, string.Join('\n', errors));
    }

    private static Sources ReadProduct()
    {
        Dictionary<string, CSharpCompilation> compiled = [];
        List<(CSharpCompilation, IReadOnlyList<SourceFile>)> projects = [];
        foreach (var project in Directory.GetDirectories(Path.Combine(Repository.Root, "src")))
        {
            Read(Path.GetFileName(project));
        }
        return new Sources(projects);

        CSharpCompilation Read(string project)
        {
            if (compiled.TryGetValue(project, out var known))
            {
                return known;
            }
            var references = Rules
                .Projects.ReferencesOf(
                    XDocument.Load(Path.Combine(Repository.Root, "src", project, $"{project}.csproj"))
                )
                .Select(other => (MetadataReference)Read(other).ToMetadataReference());
            var written = Repository
                .Files($"src/{project}")
                .Where(f => f.Path.EndsWith(".cs", StringComparison.Ordinal))
                .Select(f => (f.Path, Tree: Parse(File.ReadAllText(f.FullPath), f.FullPath)))
                .ToArray();
            var (pages, others) = Generated(project);
            var compilation = Compile(
                project,
                [.. written.Select(f => f.Tree), .. pages.Select(p => p.Tree), .. others],
                [.. references]
            );
            projects.Add(
                (compilation, [.. written.Concat(pages).Select(f => new SourceFile(f.Path, f.Tree, compilation))])
            );
            return compiled[project] = compilation;
        }
    }

    // The build leaves what generators wrote in its working folder, and does not take away what they no longer write.
    private static ((string Path, SyntaxTree Tree)[] Pages, SyntaxTree[] Others) Generated(string project)
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var folder = Path.Combine(Repository.Root, "artifacts", "obj", project, configuration);
        List<(string, SyntaxTree)> pages = [];
        List<SyntaxTree> others = [Read(Path.Combine(folder, $"{project}.GlobalUsings.g.cs"))];
        var generated = Path.Combine(folder, "generated");
        if (!Directory.Exists(generated))
        {
            return ([], [.. others]);
        }
        foreach (var file in Directory.EnumerateFiles(generated, "*.cs", SearchOption.AllDirectories))
        {
            if (!file.EndsWith(PageSuffix, StringComparison.Ordinal))
            {
                others.Add(Read(file));
                continue;
            }
            var parts = Path.GetRelativePath(generated, file).Split(Path.DirectorySeparatorChar);
            var page = $"src/{project}/{string.Join('/', parts[2..])[..^PageSuffix.Length]}.razor";
            if (File.Exists(Path.Combine(Repository.Root, page)))
            {
                pages.Add((page, Read(file)));
            }
        }
        return ([.. pages], [.. others]);

        static SyntaxTree Read(string file) => Parse(File.ReadAllText(file), file);
    }

    private static SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(text, Parsing, path);

    private static CSharpCompilation Compile(
        string name,
        IEnumerable<SyntaxTree> trees,
        params IEnumerable<MetadataReference> projects
    ) => CSharpCompilation.Create(name, trees, [.. Libraries.Value, .. projects], Compiling);
}
