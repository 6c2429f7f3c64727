using Affluent.Architecture.Tests.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Affluent.Architecture.Tests.Rules;

/// <summary>
/// A switch over an enum names every case. An arm that throws for the rest would hide from the compiler that a new case is missing.
/// </summary>
internal static class Switches
{
    public static IEnumerable<Offence> Offences(Sources sources) =>
        from file in sources.Files
        from arm in file.Root.DescendantNodes().Select(CatchAll).OfType<(SyntaxNode Arm, ExpressionSyntax Over)>()
        let type = file.Model.GetTypeInfo(arm.Over).Type
        where IsEnum(type)
        select file.At(
            arm.Arm,
            $"a switch over {type!.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)} throws for the rest"
        );

    private static (SyntaxNode Arm, ExpressionSyntax Over)? CatchAll(SyntaxNode node) =>
        node switch
        {
            SwitchExpressionArmSyntax
            {
                Pattern: DiscardPatternSyntax or VarPatternSyntax,
                WhenClause: null,
                Expression: ThrowExpressionSyntax,
                Parent: SwitchExpressionSyntax over,
            } => (node, over.GoverningExpression),
            SwitchSectionSyntax { Statements: [ThrowStatementSyntax, ..], Parent: SwitchStatementSyntax over } section
                when section.Labels.Any(label => label is DefaultSwitchLabelSyntax) => (node, over.Expression),
            _ => null,
        };

    private static bool IsEnum(ITypeSymbol? type) =>
        type switch
        {
            INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable => IsEnum(
                nullable.TypeArguments[0]
            ),
            INamedTypeSymbol { IsTupleType: true } tuple => tuple.TupleElements.All(e =>
                IsEnum(e.Type) || e.Type.SpecialType == SpecialType.System_Boolean
            ),
            _ => type?.TypeKind == TypeKind.Enum,
        };
}
