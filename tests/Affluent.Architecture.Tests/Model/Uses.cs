using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Affluent.Architecture.Tests.Model;

/// <summary>A place where a file names something that another folder of the server declares.</summary>
internal sealed record Use(SourceFile By, SyntaxNode Place, INamedTypeSymbol Type, ISymbol Member, SourceFile Of);

/// <summary>Finds who names whom.</summary>
internal static class Uses
{
    /// <summary>Every use across two folders of the server.</summary>
    /// <exception cref="InvalidOperationException">A name means nothing: rules that went on would see less than there is.</exception>
    public static IReadOnlyList<Use> AcrossFolders(Sources sources)
    {
        var declared = sources
            .Server.SelectMany(file => file.All<MemberDeclarationSyntax>())
            .SelectMany(DeclaredNames)
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. sources
                .Server.AsParallel()
                .AsOrdered()
                .SelectMany(file => file.Root.DescendantNodes().SelectMany(node => Find(file, node))),
        ];

        IEnumerable<Use> Find(SourceFile file, SyntaxNode node)
        {
            if (!MayName(node))
            {
                yield break;
            }
            var info = file.Model.GetSymbolInfo(node);
            var symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
            if (symbol is null && node is SimpleNameSyntax)
            {
                throw new InvalidOperationException(file.At(node, $"the compiler does not know '{node}'").ToString());
            }
            if (
                Outermost(symbol) is { } type
                && sources.DeclarationOf(type) is { } of
                && of.Project == file.Project
                && of.Folder != file.Folder
            )
            {
                yield return new Use(file, node, type, symbol!, of);
            }
        }

        // Most names are local or a library's; the compiler is asked only about those that could be ours. What is called without being
        // named (constructors of a known type, operators) is asked about too.
        bool MayName(SyntaxNode node) =>
            node switch
            {
                SimpleNameSyntax name => declared.Contains(name.Identifier.ValueText)
                    || declared.Contains(name.Identifier.ValueText + "Attribute"),
                ImplicitObjectCreationExpressionSyntax => true,
                BinaryExpressionSyntax binary => !binary.IsKind(SyntaxKind.LogicalAndExpression)
                    && !binary.IsKind(SyntaxKind.LogicalOrExpression),
                ElementAccessExpressionSyntax => true,
                _ => false,
            };
    }

    private static IEnumerable<string> DeclaredNames(MemberDeclarationSyntax member) =>
        member switch
        {
            BaseTypeDeclarationSyntax type =>
            [
                type.Identifier.ValueText,
                .. (type as TypeDeclarationSyntax)?.ParameterList?.Parameters.Select(p => p.Identifier.ValueText) ?? [],
            ],
            DelegateDeclarationSyntax type => [type.Identifier.ValueText],
            MethodDeclarationSyntax method => [method.Identifier.ValueText],
            PropertyDeclarationSyntax property => [property.Identifier.ValueText],
            BaseFieldDeclarationSyntax field => field.Declaration.Variables.Select(v => v.Identifier.ValueText),
            EventDeclarationSyntax declared => [declared.Identifier.ValueText],
            EnumMemberDeclarationSyntax value => [value.Identifier.ValueText],
            _ => [],
        };

    private static INamedTypeSymbol? Outermost(ISymbol? symbol)
    {
        var type = symbol switch
        {
            INamedTypeSymbol named => named,
            IFieldSymbol or IPropertySymbol or IMethodSymbol or IEventSymbol => symbol.ContainingType,
            _ => null,
        };
        while (type?.ContainingType is { } outer)
        {
            type = outer;
        }
        return type;
    }
}
