using System.Collections.Frozen;
using System.Reflection;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Extensions.Tables;
using Markdig.Helpers;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Affluent.Server.Docs;

/// <summary>A page of the documentation.</summary>
/// <param name="Path">Where it stands, as its address under /docs: <c>how-to/rotate-a-secret</c>.</param>
/// <param name="Html">Its text, without frame.</param>
internal sealed record DocPage(string Path, string Title, string Html)
{
    /// <summary>Folder of the page: one of the five parts.</summary>
    public string Part => Path.Split('/')[0];
}

/// <summary>One of the five parts of the documentation, and what a reader finds there.</summary>
internal sealed record DocPart(string Folder, string Title, string Purpose);

/// <summary>
/// The documentation that is built into the program: the Markdown files of the folder docs, and those of the root for people who
/// work on it. Links between files work on both sides: as files, and as pages.
/// </summary>
internal static class DocSite
{
    private const string Ending = ".md";
    private const string Folder = "docs/";
    private const string Project = "project/";

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables()
        .UseAutoIdentifiers(AutoIdentifierOptions.GitHub)
        .DisableHtml()
        .Build();

    private static readonly Lazy<FrozenDictionary<string, DocPage>> Pages = new(() =>
        Files().ToFrozenDictionary(f => f.Path, Render, StringComparer.Ordinal)
    );

    /// <summary>The five parts, then what is for those who build it; in the order in which a newcomer reads them.</summary>
    public static IReadOnlyList<DocPart> Parts { get; } =
    [
        new("quickstart", "Quick start", "From nothing to a user's accounts in a few minutes."),
        new("introduction", "Introduction", "What Affluent does, and the words it uses."),
        new("how-to", "How to", "One task, one page."),
        new("advanced", "Advanced guide", "How things work inside, and how to run them."),
        new("reference", "Reference", "Every route, setting, error and file form."),
        new("adr", "Decisions", "Why it is built as it is."),
        new("project", "Project", "For those who work on Affluent itself."),
    ];

    /// <summary>The page of that address; null when there is none.</summary>
    public static DocPage? Find(string path) =>
        Pages.Value.GetValueOrDefault(path) ?? Pages.Value.GetValueOrDefault($"{path.TrimEnd('/')}/README");

    /// <summary>The pages of a part, by title, its overview first.</summary>
    public static IEnumerable<DocPage> Of(DocPart part) =>
        Pages
            .Value.Values.Where(p => p.Part == part.Folder)
            .OrderBy(p => !p.Path.EndsWith("/README", StringComparison.Ordinal))
            .ThenBy(p => p.Path, StringComparer.Ordinal);

    private static IEnumerable<(string Path, string Text)> Files()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames())
        {
            if (name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(Ending, StringComparison.Ordinal))
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                yield return (name[Folder.Length..^Ending.Length], reader.ReadToEnd());
            }
        }
    }

    private static DocPage Render((string Path, string Text) file)
    {
        var document = Markdown.Parse(file.Text, Pipeline);
        foreach (var link in document.Descendants<LinkInline>().ToArray())
        {
            link.Url = Link(file.Path, link.Url ?? "");
        }
        // What is written for the tools that keep the files is not for readers.
        foreach (var comment in document.Descendants<ParagraphBlock>().Where(IsComment).ToArray())
        {
            comment.Parent!.Remove(comment);
        }
        foreach (var (block, number) in document.Descendants<FencedCodeBlock>().ToArray().Select((b, i) => (b, i)))
        {
            if (block.Info == "mermaid" && StateDiagram.Read(block.Lines.ToString()) is { } diagram)
            {
                block.Parent![block.Parent.IndexOf(block)] = new HtmlBlock(parser: null)
                {
                    Lines = new StringLineGroup(diagram.Draw($"diagram-{number}")),
                };
            }
        }
        foreach (var (row, code) in Entries(document))
        {
            row.GetAttributes().Id = code;
        }
        using var html = new StringWriter();
        var renderer = new HtmlRenderer(html);
        Pipeline.Setup(renderer);
        // What scrolls sideways must be reached by keyboard (WCAG 2.1.1).
        foreach (var code in document.Descendants<CodeBlock>())
        {
            code.GetAttributes().AddProperty("tabindex", "0");
        }
        renderer.ObjectRenderers.FindExact<CodeBlockRenderer>()!.OutputAttributesOnPre = true;
        renderer.ObjectRenderers.Replace<HtmlTableRenderer>(new ScrollingTables());
        renderer.Render(document);
        var title = document.Descendants<HeadingBlock>().FirstOrDefault(h => h.Level == 1)?.Inline;
        return new DocPage(file.Path, title is null ? file.Path : PlainText(title), html.ToString());
    }

    /// <summary>A few words of Markdown as they stand within a page.</summary>
    public static string Prose(string markdown) => Markdown.ToHtml(markdown, Pipeline);

    private static bool IsComment(ParagraphBlock block) =>
        block.Inline is { } inline && PlainText(inline).StartsWith("<!--", StringComparison.Ordinal);

    /// <summary>A table scrolls within a box, so that it stays a table to those who hear it.</summary>
    private sealed class ScrollingTables : HtmlTableRenderer
    {
        protected override void Write(HtmlRenderer renderer, Table table)
        {
            renderer.WriteLine("<div class=\"scroll\" role=\"group\" aria-label=\"Table\" tabindex=\"0\">");
            base.Write(renderer, table);
            renderer.WriteLine("</div>");
        }
    }

    /// <summary>Rows of tables that begin with one word of a program, once each: what a link can name (<c>errors#not_found</c>).</summary>
    private static IEnumerable<(TableRow Row, string Code)> Entries(MarkdownDocument document) =>
        document
            .Descendants<TableRow>()
            .Select(row =>
                row is [TableCell { Count: 1 } cell, ..]
                && cell[0] is LeafBlock { Inline: { } inline }
                && inline.FirstChild is CodeInline { NextSibling: null } code
                    ? (row, code.Content)
                    : (row, "")
            )
            .Where(entry => entry.Item2.Length > 0 && entry.Item2.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            .DistinctBy(entry => entry.Item2);

    /// <summary>A link between files as a link between their pages.</summary>
    private static string Link(string from, string url)
    {
        if (url.StartsWith('#') || url.Contains("://", StringComparison.Ordinal))
        {
            return url;
        }
        // As files they are relative to the repository; the pages of its root stand in a part of their own.
        var file = from.StartsWith(Project, StringComparison.Ordinal) ? from[Project.Length..] : Folder + from;
        var target = new Uri(new Uri($"file:///{file}"), url);
        var path = target.AbsolutePath.TrimStart('/');
        var page = path.StartsWith(Folder, StringComparison.Ordinal) ? path[Folder.Length..] : Project + path;
        var root = string.Concat(Enumerable.Repeat("../", from.Count(c => c == '/')));
        return root
            + (page.EndsWith(Ending, StringComparison.Ordinal) ? page[..^Ending.Length] : page)
            + target.Fragment;
    }

    private static string PlainText(ContainerInline inline) =>
        string.Concat(
            inline
                .Descendants()
                .Select(part =>
                    part switch
                    {
                        LiteralInline literal => literal.Content.ToString(),
                        CodeInline code => code.Content,
                        _ => "",
                    }
                )
        );
}
