namespace Affluent.Server.Platform;

/// <summary>
/// The version of the API in which a request is made; links in its answer lead into the same one. Handlers that write links take it as a
/// parameter. What each version is, and why, says ADR 13.
/// </summary>
/// <param name="Name">As paths show it: <c>v2.1</c>.</param>
internal sealed record ApiVersion(string Name)
{
    /// <summary>Below the API's address: <c>/v2.1</c>.</summary>
    public string Path { get; } = $"/{Name}";

    private static readonly object Key = new();

    /// <summary>Another name of v2.1.</summary>
    public static ApiVersion V2 { get; } = new("v2");

    /// <summary>The running version: most routes are mapped under it.</summary>
    public static ApiVersion V21 { get; } = new("v2.1");

    /// <summary>The next version, with routes of its own for what is known of it.</summary>
    public static ApiVersion V3 { get; } = new("v3");

    public static ValueTask<ApiVersion> BindAsync(HttpContext context) => ValueTask.FromResult(Of(context));

    public static ApiVersion Of(HttpContext context) => context.Items[Key] as ApiVersion ?? V21;

    /// <summary>Middleware before routing: v2 is another name of v2.1, v3 has routes of its own.</summary>
    public static void Use(WebApplication app) =>
        app.Use(
            (context, next) =>
            {
                var path = context.Request.Path;
                if (path.StartsWithSegments("/api/v2", StringComparison.Ordinal, out var below))
                {
                    context.Items[Key] = V2;
                    CallersPath.ServeAs(context, $"/api{V21.Path}" + below);
                }
                else if (path.StartsWithSegments("/api/v3", StringComparison.Ordinal))
                {
                    context.Items[Key] = V3;
                }
                return next(context);
            }
        );
}
