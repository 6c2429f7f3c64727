namespace Affluent.Server.Platform;

/// <summary>
/// What holds for answers of every part: nothing of a user stays in a cache (RFC 6749, section 5.1, asks it of tokens), nothing is taken
/// for another kind of content. What may be kept says so itself.
/// </summary>
internal static class ResponseHeaders
{
    private const string OneYear = "max-age=31536000";

    public static void UseResponseHeaders(this WebApplication app) =>
        app.Use(
            (context, next) =>
            {
                // At the last moment: an error handler clears what was set before it, and a route may have its own rule.
                context.Response.OnStarting(static state => Set((HttpContext)state), context);
                return next(context);
            }
        );

    private static Task Set(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        if (headers.CacheControl.Count == 0)
        {
            headers.CacheControl = "no-store";
        }
        if (context.Request.IsHttps)
        {
            headers.StrictTransportSecurity = OneYear;
        }
        return Task.CompletedTask;
    }
}
