namespace Affluent.Server.Platform;

/// <summary>
/// Lets a role have a host name of its own: <c>https://auth.example/token</c> is served as <c>/auth/token</c>. Only hosts that are
/// configured (<c>auth_url</c> and the others, without a path) are treated so.
/// </summary>
internal static class OwnHosts
{
    public static void UseOwnHosts(this WebApplication app, Settings settings)
    {
        var prefixes = new (Uri? Url, string Prefix)[]
        {
            (settings.AuthUrl, "/auth"),
            (settings.ApiUrl, "/api"),
            (settings.EmbedUrl, "/embed"),
            (settings.DocsUrl, "/docs"),
        }
            .Where(role => role.Url is { AbsolutePath: "/" })
            .ToDictionary(role => role.Url!.Authority, role => role.Prefix, StringComparer.OrdinalIgnoreCase);
        if (prefixes.Count == 0)
        {
            return;
        }
        app.Use(
            (context, next) =>
            {
                var request = context.Request;
                if (
                    prefixes.TryGetValue(request.Host.Value ?? "", out var prefix)
                    && !request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
                )
                {
                    request.Path = prefix + request.Path;
                }
                return next(context);
            }
        );
    }
}
