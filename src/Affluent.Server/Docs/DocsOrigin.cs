using Affluent.Server.Platform;
using Microsoft.Net.Http.Headers;

namespace Affluent.Server.Docs;

/// <summary>
/// Lets the reference page try requests where the documentation has an address from outside (CORS). No other origin may read answers in a
/// browser, and no cookie is sent along: whoever tries a request brings a token.
/// </summary>
internal static class DocsOrigin
{
    private static readonly string[] Readable =
    [
        HeaderNames.ContentLanguage,
        HeaderNames.Link,
        HeaderNames.Location,
        HeaderNames.RetryAfter,
        HeaderNames.WWWAuthenticate,
    ];

    public static void UseDocsOrigin(this WebApplication app, Settings settings)
    {
        if (settings.DocsAddress is not { } docs)
        {
            return;
        }
        app.UseWhen(
            context => IsForPrograms(context.Request.Path),
            programs =>
                programs.UseCors(policy =>
                    policy
                        .WithOrigins(docs.GetLeftPart(UriPartial.Authority))
                        .AllowAnyMethod()
                        .WithHeaders(HeaderNames.Authorization, HeaderNames.ContentType, HeaderNames.AcceptLanguage)
                        .WithExposedHeaders(Readable)
                )
        );
    }

    // Pages are for people: they answer no other page.
    private static bool IsForPrograms(PathString path) =>
        path.StartsWithSegments("/api", StringComparison.Ordinal)
        || path.StartsWithSegments("/auth", StringComparison.Ordinal)
        || path.Value!.EndsWith("/widget_session", StringComparison.Ordinal);
}
