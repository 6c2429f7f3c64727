using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Affluent.Architecture.Tests.Model;

/// <summary>A place where a file names something that another file of the server declares.</summary>
internal sealed record Use(SourceFile By, SyntaxNode Place, INamedTypeSymbol Type, ISymbol Member, SourceFile Of);

/// <summary>Finds who names whom.</summary>
internal static class Uses
{
    /// <summary>Every use across two folders of the server.</summary>
    public static IReadOnlyList<Use> AcrossFolders(Sources sources) =>
        [
            .. sources
                .Server.AsParallel()
                .AsOrdered()
                .SelectMany(file =>
                    from node in file.Root.DescendantNodes().Where(Names)
                    let symbol = SymbolOf(file, node)
                    let type = Outermost(symbol)
                    where type is not null
                    let of = sources.DeclarationOf(type)
                    where of is not null && of.Project == file.Project && of.Folder != file.Folder
                    select new Use(file, node, type, symbol, of)
                ),
        ];

    // Names, and what is called without being named.
    private static bool Names(SyntaxNode node) =>
        node
            is SimpleNameSyntax
                or ImplicitObjectCreationExpressionSyntax
                or BinaryExpressionSyntax
                or PrefixUnaryExpressionSyntax
                or ElementAccessExpressionSyntax;

    private static ISymbol? SymbolOf(SourceFile file, SyntaxNode node)
    {
        var info = file.Model.GetSymbolInfo(node);
        return info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
    }

    private static INamedTypeSymbol? Outermost(ISymbol? symbol)
    {
        var type = symbol switch
        {
            null or INamespaceSymbol => null,
            INamedTypeSymbol named => named,
            IArrayTypeSymbol { ElementType: INamedTypeSymbol element } => element,
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
