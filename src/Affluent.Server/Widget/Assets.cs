using System.Security.Cryptography;

namespace Affluent.Server.Widget;

/// <summary>The one style sheet and the one script of the pages, kept in the executable.</summary>
internal static class Assets
{
    private static readonly string CssText = Read("widget.css");
    private static readonly string ScriptText = Read("widget.js");

    /// <summary>Changes with their content, so that browsers may keep them for ever.</summary>
    public static string Version { get; } =
        Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(CssText + ScriptText)))[..12];

    public static IResult Css => new Asset(CssText, "text/css; charset=utf-8");

    public static IResult Script => new Asset(ScriptText, "text/javascript; charset=utf-8");

    private static string Read(string name)
    {
        using var stream = typeof(Assets).Assembly.GetManifestResourceStream($"widget/{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private sealed record Asset(string Text, string Type) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
            return TypedResults.Text(Text, Type).ExecuteAsync(httpContext);
        }
    }
}
