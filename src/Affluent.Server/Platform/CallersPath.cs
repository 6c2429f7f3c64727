namespace Affluent.Server.Platform;

/// <summary>
/// The path as the caller wrote it. A host of its own and an older version of the API are served below other paths inside; what is said to
/// the caller names none of them.
/// </summary>
internal static class CallersPath
{
    private static readonly object Key = new();

    public static PathString Of(HttpContext context) => context.Items[Key] as PathString? ?? context.Request.Path;

    /// <summary>Serves the request as if it had named this path.</summary>
    public static void ServeAs(HttpContext context, PathString path)
    {
        context.Items[Key] = Of(context);
        context.Request.Path = path;
    }
}
