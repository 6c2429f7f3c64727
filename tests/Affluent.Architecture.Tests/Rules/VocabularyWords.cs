using System.Text.RegularExpressions;
using Affluent.Architecture.Tests.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Affluent.Architecture.Tests.Rules;

/// <summary>A word of a closed list is written by its enum, never in quotes.</summary>
internal static partial class VocabularyWords
{
    /// <param name="sources">Where to look.</param>
    /// <param name="others">Enums whose members are never written as words.</param>
    public static IEnumerable<Offence> Offences(Sources sources, IReadOnlyCollection<string> others)
    {
        var words = sources
            .Files.SelectMany(file => file.All<EnumDeclarationSyntax>())
            .Where(type => !others.Contains(type.Identifier.ValueText) && !IsWrittenSmall(type))
            .SelectMany(type => type.Members)
            .Select(member => UpperSnake(member.Identifier.ValueText))
            .ToHashSet(StringComparer.Ordinal);
        return from file in sources.Server
            from literal in file.All<LiteralExpressionSyntax>()
            where literal.IsKind(SyntaxKind.StringLiteralExpression)
            let word = literal.Token.ValueText
            where Upper().IsMatch(word) && words.Contains(word)
            select file.At(literal, $"quotes {word}, the word of an enum");
    }

    private static bool IsWrittenSmall(EnumDeclarationSyntax type) =>
        type.AttributeLists.ToString().Contains("LowerSnake", StringComparison.Ordinal);

    private static string UpperSnake(string name) => Hump().Replace(name, "_").ToUpperInvariant();

    [GeneratedRegex("(?<=.)(?=[A-Z])", RegexOptions.None, 1000)]
    private static partial Regex Hump();

    [GeneratedRegex("^[A-Z][A-Z_]+$", RegexOptions.None, 1000)]
    private static partial Regex Upper();
}
