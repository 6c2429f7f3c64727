using Affluent.Architecture.Tests.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Affluent.Architecture.Tests.Rules;

/// <summary>What functions ask for.</summary>
internal static class Parameters
{
    private const int ManyLongs = 3;

    /// <summary>Two numbers can be told apart by their places, three cannot: ids have types of their own.</summary>
    public static IEnumerable<Offence> BareLongs(Sources sources) =>
        from file in sources.Server
        from method in file.All<MethodDeclarationSyntax>()
        where method.ParameterList.Parameters.Count >= ManyLongs
        let symbol = file.Model.GetDeclaredSymbol(method)
        where symbol.DeclaredAccessibility != Accessibility.Private && !IsDictated(symbol)
        let longs = symbol.Parameters.Count(p => Plain(p.Type).SpecialType == SpecialType.System_Int64)
        where longs >= ManyLongs
        select file.At(method.Identifier.GetLocation(), $"{Name(symbol)} takes {longs} bare longs");

    /// <summary>A token of cancellation has one name, except where somebody else's interface gives it another.</summary>
    public static IEnumerable<Offence> CancellationNames(Sources sources) =>
        from file in sources.Files
        from parameter in file.All<ParameterSyntax>()
        // Only an explicit type is looked up outside the server: nothing else there needs the compiler to understand the bodies.
        where parameter.Type is not null || file.Project == SourceFile.ServerProject
        let symbol = file.Model.GetDeclaredSymbol(parameter)
        where symbol is { Type.Name: nameof(CancellationToken), IsDiscard: false }
        where symbol.Name is not ("cancellation" or "_") && !IsDictated(symbol.ContainingSymbol)
        select file.At(parameter, $"{Name(symbol.ContainingSymbol)} calls its token of cancellation '{symbol.Name}'");

    private static ITypeSymbol Plain(ITypeSymbol type) =>
        type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable
            ? nullable.TypeArguments[0]
            : type;

    private static bool IsDictated(ISymbol function) =>
        function is IMethodSymbol method
        && (
            method.IsOverride
            || method
                .ContainingType.AllInterfaces.Where(i => i.DeclaringSyntaxReferences.Length == 0)
                .SelectMany(i => i.GetMembers())
                .Any(m =>
                    SymbolEqualityComparer.Default.Equals(
                        method.ContainingType.FindImplementationForInterfaceMember(m),
                        method
                    )
                )
        );

    private static string Name(ISymbol function) =>
        function is IMethodSymbol { MethodKind: MethodKind.AnonymousFunction }
            ? "a lambda"
            : $"{function.ContainingType?.Name}.{function.Name}";
}
