using Affluent.Server.Jobs;
using Affluent.Server.Platform;

namespace Affluent.Server.Widget;

/// <summary>
/// The cookie by which a browser that left for the bank is known again when it comes back (<see cref="Departure"/>): one per question, for as
/// long as the question is open. It is always given and read at top level, so it is of the first party everywhere.
/// </summary>
internal static class DepartureCookie
{
    /// <summary>Gives it to a browser that is shown the way to the bank, if the session shows it. In a frame the browser may refuse it.</summary>
    public static void Give(HttpContext context, SessionContext session)
    {
        if (session is { Departure: { } departure, Question: { } open })
        {
            Give(context, open, departure);
        }
    }

    /// <summary>Gives it to a browser that leaves.</summary>
    public static void Give(HttpContext context, OpenQuestion open, string departure)
    {
        var services = context.RequestServices;
        var embed = new Uri(services.GetRequiredService<Addresses>().Embed);
        var left = open.ExpiresAt - services.GetRequiredService<TimeProvider>().Seconds();
        context.Response.Cookies.Append(
            Name(open.Id),
            departure,
            new CookieOptions
            {
                Path = embed.AbsolutePath,
                HttpOnly = true,
                Secure = embed.Scheme == Uri.UriSchemeHttps,
                // The bank sends the browser back by a link of another site: strict would hold the cookie back.
                SameSite = SameSiteMode.Lax,
                MaxAge = TimeSpan.FromSeconds(Math.Max(left, 1)),
            }
        );
    }

    /// <summary>What the browser keeps for a question; null: nothing.</summary>
    public static string? Kept(HttpRequest request, QuestionId questionId) => request.Cookies[Name(questionId)];

    private static string Name(QuestionId questionId) => $"affluent_departure_{questionId}";
}
