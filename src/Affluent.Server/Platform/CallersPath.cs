namespace Affluent.Server.Platform;

/// <summary>
/// The path as the caller wrote it. A host of its own and an older version of the API are served below other paths inside; what is said to
/// the caller names none of them.
/// </summary>
internal static class CallersPath
{
    private static readonly object Key = new();

    public static PathString Of(HttpContext context) => context.Items[Key] as PathString? ?? context.Request.Path;

    /// <summary>The pattern of the route that answers, as the caller would write it.</summary>
    public static string Pattern(HttpContext context, string pattern)
    {
        var (asked, served) = (Of(context).Value!, context.Request.Path.Value!);
        // What was put in another's place stands at the beginning, and has no parameters.
        var tail = 0;
        for (var i = 1; i <= Math.Min(asked.Length, served.Length) && asked[^i] == served[^i]; i++)
        {
            tail = asked[^i] == '/' ? i : tail;
        }
        return pattern.StartsWith(served[..^tail], StringComparison.Ordinal)
            ? (asked[..^tail] + pattern[(served.Length - tail)..]).TrimEnd('/')
            : pattern;
    }

    /// <summary>Serves the request as if it had named this path.</summary>
    public static void ServeAs(HttpContext context, PathString path)
    {
        context.Items[Key] = Of(context);
        context.Request.Path = path;
    }
}
