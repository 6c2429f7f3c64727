using System.Text.RegularExpressions;
using Affluent.Architecture.Tests.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Affluent.Architecture.Tests.Rules;

/// <summary>One word for one thing, and words that a newcomer knows.</summary>
internal static partial class Names
{
    private static readonly string[] Idiom = ["Told", "Unwell", "Door", "Wish", "Bite"];

    /// <summary>
    /// A type's name means one thing. A type inside another bears that one's name as well, and the test bank is a world of its own.
    /// </summary>
    public static IEnumerable<Offence> TypesOfOneName(Sources sources) =>
        sources
            .Files.Where(file => file.Project != "Affluent.TestBank")
            .SelectMany(file => file.All<BaseTypeDeclarationSyntax>().Where(IsOutermost).Select(type => (file, type)))
            .GroupBy(d => (d.type.Identifier.ValueText, Arity(d.type)))
            .Select(g =>
                g.DistinctBy(d => d.file.Model.GetDeclaredSymbol(d.type), SymbolEqualityComparer.Default).ToArray()
            )
            .Where(different => different.Length > 1)
            .SelectMany(different =>
                different.Select(d =>
                    d.file.At(
                        d.type.Identifier.GetLocation(),
                        $"{d.type.Identifier.ValueText} is the name of {different.Length} types"
                    )
                )
            );

    private static bool IsOutermost(BaseTypeDeclarationSyntax type) =>
        type.Parent is BaseNamespaceDeclarationSyntax or CompilationUnitSyntax;

    private static int Arity(BaseTypeDeclarationSyntax type) =>
        (type as TypeDeclarationSyntax)?.TypeParameterList?.Parameters.Count ?? 0;

    /// <summary>Words of a private idiom in names.</summary>
    public static IEnumerable<Offence> PrivateIdiom(Sources sources) =>
        from file in sources.Files
        from token in file.Root.DescendantTokens()
        where token.IsKind(SyntaxKind.IdentifierToken) && IsDeclared(token)
        let name = token.ValueText
        // "Go" says nothing when it stands alone.
        where name == "Go" || Word().Matches(name).Any(m => Idiom.Contains(m.Value, StringComparer.OrdinalIgnoreCase))
        select file.At(token.GetLocation(), $"the name {name} is private idiom");

    private static bool IsDeclared(SyntaxToken token) =>
        token.Parent
            is MemberDeclarationSyntax
                or VariableDeclaratorSyntax
                or ParameterSyntax
                or SingleVariableDesignationSyntax
                or LocalFunctionStatementSyntax
                or ForEachStatementSyntax;

    [GeneratedRegex("[A-Z]?[a-z]+|[A-Z]+(?![a-z])", RegexOptions.None, 1000)]
    private static partial Regex Word();
}
