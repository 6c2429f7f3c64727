using System.Net;
using System.Reflection;
using Affluent.Server.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.Server.Docs;

/// <summary>The documentation as pages under /docs. The API reference at /docs/api has its own.</summary>
internal static class DocsEndpoints
{
    public static void MapDocs(this WebApplication app)
    {
        var docs = app.MapGroup("/docs").ExcludeFromDescription();
        docs.MapGet("/", Index);
        docs.MapGet("/docs.css", () => Embedded("docs.css", "text/css; charset=utf-8"));
        docs.MapGet("/reference/openapi.json", () => Embedded("docs/reference/openapi.json", "application/json"));
        docs.MapGet(
            "/reference/catalogue.schema.json",
            () => Embedded("docs/reference/catalogue.schema.json", "application/schema+json")
        );
        docs.MapGet("/{**path}", Page);
    }

    /// <summary>Where the documentation has no address of its own, it is found below that of the API: the same pages.</summary>
    public static void UseDocsBelowApi(this WebApplication app) =>
        app.Use(
            (context, next) =>
            {
                if (context.Request.Path.StartsWithSegments("/api/docs", StringComparison.Ordinal, out var below))
                {
                    CallersPath.ServeAs(context, "/docs" + below);
                }
                return next(context);
            }
        );

    /// <summary>Whoever opens the bare address of a part is shown the page about it.</summary>
    public static void MapEntrance(this WebApplication app, string part, string page) =>
        app.MapGet(part, (Addresses addresses) => TypedResults.Redirect($"{addresses.Docs}/{page}"))
            .ExcludeFromDescription();

    private static IResult Index(HttpContext context) =>
        // Links are relative to the folder, so that they hold under any host name: the address must end with a slash.
        context.Request.Path.Value!.EndsWith('/')
            ? Show(context, 200, "Affluent", Contents(""), "")
            : TypedResults.Redirect($"{context.RequestServices.GetRequiredService<Addresses>().Docs}/");

    public static FileStreamHttpResult Embedded(string name, string type) =>
        TypedResults.Stream(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!, type);

    private static IResult Page(HttpContext context, string path)
    {
        var root = string.Concat(Enumerable.Repeat("../", path.Count(c => c == '/')));
        if (path.EndsWith(".md", StringComparison.Ordinal) && DocSite.Find(path[..^3]) is { } file)
        {
            return TypedResults.Redirect($"{context.RequestServices.GetRequiredService<Addresses>().Docs}/{file.Path}");
        }
        return DocSite.Find(path) is { } page
            ? Show(context, 200, page.Title, page.Html, root)
            : Show(
                context,
                404,
                "Page not found",
                $"<h1>Page not found</h1><p>There is no page of this address. Here is what there is:</p>{Contents(root)}",
                root
            );
    }

    /// <summary>All pages, by part; the parts that have none are left out.</summary>
    private static string Contents(string root) =>
        string.Concat(
            from part in DocSite.Parts
            let links = string.Concat(Links(part, root))
            where links != ""
            select $"<section><h2>{part.Title}</h2><p>{part.Purpose}</p><ul>{links}</ul></section>"
        );

    private static IEnumerable<string> Links(DocPart part, string root)
    {
        if (part.Folder == "reference")
        {
            yield return $"<li><a href=\"{root}api\">API: routes, fields, try it</a></li>";
        }
        foreach (var page in DocSite.Of(part))
        {
            yield return $"<li><a href=\"{root}{page.Path}\">{WebUtility.HtmlEncode(page.Title)}</a></li>";
        }
    }

    /// <summary>A page in the frame of the documentation.</summary>
    /// <param name="root">The way up to the documentation's own address: nothing, or <c>../</c> for each folder.</param>
    /// <param name="more">What the page may do beyond being read: directives of its policy (CSP).</param>
    /// <param name="script">The one script of the page.</param>
    public static ContentHttpResult Show(
        HttpContext context,
        int status,
        string title,
        string body,
        string root,
        string more = "",
        string? script = null
    )
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            $"default-src 'none'; style-src 'self'; img-src 'self' data:; {more}base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        var home = root == "" ? "./" : root;
        var page = $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{WebUtility.HtmlEncode(title)}{(title == "Affluent" ? " documentation" : " · Affluent")}</title>
            <link rel="stylesheet" href="{root}docs.css">
            <link rel="icon" href="data:,">{(script is null ? "" : $"<script src=\"{root}{script}\" defer></script>")}
            </head>
            <body>
            <a class="skip" href="#text">Skip to the text</a>
            <header><a href="{home}">Affluent</a> <span>documentation</span></header>
            <div class="frame">
            <nav aria-label="Documentation"><details><summary>Contents</summary>{Contents(root)}</details></nav>
            <main id="text">
            {(title == "Affluent" ? "<h1>Affluent documentation</h1>" : "")}{body}
            </main>
            </div>
            <footer>Affluent {WebUtility.HtmlEncode(ProgramVersion.Text.Split('+')[0])}</footer>
            </body>
            </html>
            """;
        return TypedResults.Text(page, "text/html; charset=utf-8", statusCode: status);
    }
}
