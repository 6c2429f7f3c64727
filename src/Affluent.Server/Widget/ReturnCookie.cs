using Affluent.Server.Platform;

namespace Affluent.Server.Widget;

/// <summary>
/// The cookie by which a browser that came back from the bank finds its session again, so that the address to which it is sent names none:
/// addresses are kept by histories, proxies and logs. One per connection, for as long as the session lives, that the page can be loaded again.
/// </summary>
internal static class ReturnCookie
{
    private const string Parameter = "return";

    /// <summary>Where the browser goes on, relative to the way back of a bank.</summary>
    public static string Give(HttpContext context, SessionContext session, ConnectionId connectionId)
    {
        var services = context.RequestServices;
        var embed = new Uri(services.GetRequiredService<Addresses>().Embed);
        var left = session.Session.ExpiresAt - services.GetRequiredService<TimeProvider>().Seconds();
        context.Response.Cookies.Append(
            Name(connectionId.ToString()),
            session.Session.Id,
            new CookieOptions
            {
                Path = embed.AbsolutePath,
                HttpOnly = true,
                Secure = embed.Scheme == Uri.UriSchemeHttps,
                SameSite = SameSiteMode.Lax,
                MaxAge = TimeSpan.FromSeconds(Math.Max(left, 1)),
            }
        );
        return $"../{WidgetEndpoints.Path(session.State.Purpose)}?{Parameter}={connectionId}";
    }

    /// <summary>The session that a page is asked for: by its address, or by what the browser keeps; empty: by neither.</summary>
    public static string SessionOf(HttpRequest request) =>
        request.Query["session_id"].ToString() is { Length: > 0 } named ? named
        : request.Query[Parameter].ToString() is { Length: > 0 and < 30 } connection
            ? request.Cookies[Name(connection)] ?? ""
        : "";

    private static string Name(string connectionId) => $"affluent_return_{connectionId}";
}
