namespace Affluent.Server.Platform;

/// <summary>
/// Answers HEAD wherever GET is answered, with the same headers (RFC 9110, section 9.3.2): routes and protocols know of GET alone. The
/// server sends no body to who asked by HEAD, whatever is written.
/// </summary>
internal static class HeadRequests
{
    public static void UseHeadRequests(this WebApplication app) =>
        app.Use(
            async (context, next) =>
            {
                var request = context.Request;
                if (!HttpMethods.IsHead(request.Method))
                {
                    await next(context);
                    return;
                }
                request.Method = HttpMethods.Get;
                try
                {
                    await next(context);
                }
                finally
                {
                    // Measurements tell of what was asked.
                    request.Method = HttpMethods.Head;
                }
            }
        );
}
