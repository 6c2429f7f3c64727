namespace Affluent.Server.Platform;

/// <summary>
/// Lets a role have a host name of its own: <c>https://auth.example/token</c> is served as <c>/auth/token</c>. Only hosts that are
/// configured (<c>auth_url</c> and the others, without a path) are treated so.
/// </summary>
internal static partial class OwnHosts
{
    private static readonly string[] Paths = ["/auth", "/api", "/embed", "/docs"];

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
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(OwnHosts).FullName!);
        app.Use(
            (context, next) =>
            {
                var request = context.Request;
                if (request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
                {
                    return next(context);
                }
                if (prefixes.TryGetValue(request.Host.Value ?? "", out var prefix))
                {
                    CallersPath.ServeAs(context, prefix + request.Path);
                }
                else if (!Array.Exists(Paths, path => request.Path.StartsWithSegments(path, StringComparison.Ordinal)))
                {
                    // The names that are known are the operator's business, not the caller's.
                    LogUnknownHost(log, request.Host.Value);
                    return new Problem(
                        421,
                        "unknown_host",
                        "Nothing is reached by the host name of this request. If a proxy stands before the platform, let it keep the header Host."
                    ).ExecuteAsync(context);
                }
                return next(context);
            }
        );
    }

    [LoggerMessage(1107, LogLevel.Information, "A request named the host {Host}, by which nothing is reached")]
    private static partial void LogUnknownHost(ILogger log, string? host);
}
