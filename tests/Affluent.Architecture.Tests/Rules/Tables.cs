using System.Text.RegularExpressions;
using Affluent.Architecture.Tests.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Affluent.Architecture.Tests.Rules;

/// <summary>Each table belongs to one folder, and only there stands SQL that names it.</summary>
internal static partial class Tables
{
    private const string Unknown = "?";

    public static IEnumerable<Offence> Offences(Sources sources, IReadOnlyDictionary<string, string> owners) =>
        from file in sources.Server
        from text in file.All<ExpressionSyntax>()
        where text is LiteralExpressionSyntax or InterpolatedStringExpressionSyntax
        let words = TextOf(file, text)
        where words is not null
        from what in NamedBySql(words, owners)
            .Concat(NamedAlone(file, text, words, owners))
            .Where(name => owners[name.Table] != file.Folder)
            .Select(name => $"{(name.Writes ? "writes" : "reads")} {name.Table} of {owners[name.Table]}")
            .Concat(file.Folder == "Storage" ? [] : Hidden(words))
            .Distinct()
        select file.At(text, what);

    /// <summary>The tables that a text of SQL makes.</summary>
    public static IEnumerable<string> MadeBy(string sql) =>
        Creation().Matches(sql).Select(m => m.Groups["table"].Value);

    /// <summary>The tables that the server's own code makes.</summary>
    public static IEnumerable<string> MadeBy(Sources sources) =>
        from file in sources.Server
        from text in file.All<ExpressionSyntax>()
        let words = TextOf(file, text)
        where words is not null
        from table in MadeBy(words)
        select table;

    // Interpolated constants are part of the text.
    private static string? TextOf(SourceFile file, ExpressionSyntax text) =>
        text switch
        {
            LiteralExpressionSyntax { RawKind: (int)SyntaxKind.StringLiteralExpression } literal => literal
                .Token
                .ValueText,
            InterpolatedStringExpressionSyntax interpolated => string.Concat(
                interpolated.Contents.Select(part =>
                    part is InterpolationSyntax hole
                        ? file.Model.GetConstantValue(hole.Expression) is { HasValue: true, Value: var value }
                            ? $"{value}"
                            : Unknown
                        : ((InterpolatedStringTextSyntax)part).TextToken.ValueText
                )
            ),
            _ => null,
        };

    private static IEnumerable<(string Table, bool Writes)> NamedBySql(
        string words,
        IReadOnlyDictionary<string, string> owners
    )
    {
        var verbs = Verb()
            .Matches(words)
            .Where(m => owners.ContainsKey(m.Groups["table"].Value))
            .ToLookup(m => m.Groups["table"].Value, m => m.Groups["verb"].Value);
        // In a text that is SQL every table counts, behind a comma too.
        return verbs.Count == 0
            ? []
            : Word()
                .Matches(words)
                .Select(m => m.Value)
                .Where(owners.ContainsKey)
                .Distinct()
                .Select(table =>
                    (table, verbs[table].Any(verb => verb is not ("from" or "join" or "using" or "references")))
                );
    }

    // A table that is filled in bulk or mapped by Entity Framework stands alone in its text.
    private static IEnumerable<(string Table, bool Writes)> NamedAlone(
        SourceFile file,
        ExpressionSyntax text,
        string words,
        IReadOnlyDictionary<string, string> owners
    ) => owners.ContainsKey(words) && (FillsInBulk(file, text) || IsMapped(file, text)) ? [(words, true)] : [];

    private static bool FillsInBulk(SourceFile file, ExpressionSyntax text) =>
        text.FirstAncestorOrSelf<BaseObjectCreationExpressionSyntax>() is { } creation
        && file.Model.GetTypeInfo(creation).Type?.Name == "BulkTable";

    private static bool IsMapped(SourceFile file, ExpressionSyntax text)
    {
        var type = text.FirstAncestorOrSelf<TypeDeclarationSyntax>() is { } declared
            ? file.Model.GetDeclaredSymbol(declared)
            : null;
        while (type is not null && type.Name != "DbContext")
        {
            type = type.BaseType;
        }
        return type is not null;
    }

    // Storage alone writes statements for any table.
    private static IEnumerable<string> Hidden(string words) =>
        Statement().IsMatch(words)
            ? HiddenTable().Matches(words).Select(m => $"hides which table it means after '{m.Groups["verb"].Value}'")
            : [];

    private const string Verbs =
        @"\b(?<verb>from|join|insert into|(?<!for )update|delete from|truncate|using|references|lock table)";

    [GeneratedRegex(Verbs + @"\s+(only\s+)?(?<table>[a-z_]+)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Verb();

    [GeneratedRegex(Verbs + @"(\s+\?|\s*$)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HiddenTable();

    [GeneratedRegex(@"^\s*(select|insert|update|delete|with|truncate|lock)\s", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Statement();

    [GeneratedRegex(@"(?<![.@:\w]|\bas\s)[a-z_]+\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"\bcreate table (if not exists )?(?<table>[a-z_]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Creation();
}
