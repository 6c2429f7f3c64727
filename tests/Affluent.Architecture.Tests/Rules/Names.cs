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

    /// <summary>A type's name means one thing. A type inside another bears that one's name as well.</summary>
    public static IEnumerable<Offence> TypesOfOneName(Sources sources) =>
        from declaration in from file in sources.Server
        from type in file.All<BaseTypeDeclarationSyntax>()
        where type.Parent is BaseNamespaceDeclarationSyntax or CompilationUnitSyntax
        let arity = (type as TypeDeclarationSyntax)?.TypeParameterList?.Parameters.Count ?? 0
        select (file, type, name: type.Identifier.ValueText, arity, symbol: file.Model.GetDeclaredSymbol(type))
        group declaration by (declaration.name, declaration.arity) into named
        let different = named.DistinctBy(d => d.symbol, SymbolEqualityComparer.Default).ToArray()
        where different.Length > 1
        from one in different
        select one.file.At(one.type.Identifier.GetLocation(), $"{one.name} is the name of {different.Length} types");

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
