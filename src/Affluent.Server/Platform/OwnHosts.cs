namespace Affluent.Server.Platform;

/// <summary>
/// Answers for the names by which the platform is reached, and no others: a page of another site may make its own name lead to this machine
/// (DNS rebinding), and would then read what only this machine is to read. Lets a role have a host name of its own:
/// <c>https://auth.example/token</c> is served as <c>/auth/token</c>, where the name is configured without a path.
/// </summary>
internal static partial class OwnHosts
{
    public static void UseOwnHosts(this WebApplication app, Settings settings)
    {
        var prefixOf = Prefixes(settings);
        var own = Names(settings);
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(OwnHosts).FullName!);
        app.Use(
            (context, next) =>
            {
                var request = context.Request;
                // Who looks after a process asks it by any address.
                if (request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
                {
                    return next(context);
                }
                if (prefixOf(request.Host) is { } prefix)
                {
                    CallersPath.ServeAs(context, prefix + request.Path);
                }
                else if (!own(request.Host.Host))
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

    /// <summary>
    /// The path under which the role of a host is served; null: the host is no role's own. A proxy may add its port to the name or leave the public one out (nginx's
    /// <c>$host</c>), so a name that one role alone has is that role's at any port; roles of one name are told apart by their ports.
    /// </summary>
    private static Func<HostString, string?> Prefixes(Settings settings)
    {
        var roles = new (Uri? Url, string Prefix)[]
        {
            (settings.AuthUrl, "/auth"),
            (settings.ApiUrl, "/api"),
            (settings.EmbedUrl, "/embed"),
            (settings.DocsUrl, "/docs"),
        }
            .Where(role => role.Url is not null)
            .Select(role => (Url: role.Url!, role.Prefix))
            .ToArray();
        var byAuthority = roles
            .Where(role => role.Url.AbsolutePath == "/")
            .ToDictionary(role => role.Url.Authority, role => role.Prefix, StringComparer.OrdinalIgnoreCase);
        var byName = roles
            .GroupBy(role => role.Url.Host, StringComparer.OrdinalIgnoreCase)
            // This machine is reached without any role's name, too.
            .Where(same => same.Count() == 1 && !ListenAddresses.IsLoopback(same.Key))
            .Select(same => same.Single())
            .Where(role => role.Url.AbsolutePath == "/")
            .ToDictionary(role => role.Url.Host, role => role.Prefix, StringComparer.OrdinalIgnoreCase);
        return host => byAuthority.GetValueOrDefault(host.Value ?? "") ?? byName.GetValueOrDefault(host.Host);
    }

    /// <summary>Whether a name is one of the platform's, at whatever port: those of the settings, and those of this machine.</summary>
    private static Func<string, bool> Names(Settings settings)
    {
        var listens = ListenAddresses.Of(settings.Listen).Where(address => !address.IsUnixPipe).ToArray();
        Uri?[] configured = [settings.AuthUrl, settings.ApiUrl, settings.EmbedUrl, settings.DocsUrl];
        var names = configured
            .OfType<Uri>()
            .Select(url => url.Host)
            .Concat(listens.Select(address => address.Host))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        // All addresses of the machine are its own then; behind an address as such stands no other site.
        var byAddress = listens.Any(address => address.Host is "*" or "+" or "0.0.0.0" or "[::]");
        return host =>
            ListenAddresses.IsLoopback(host)
            || names.Contains(host)
            || (byAddress && System.Net.IPAddress.TryParse(host.Trim('[', ']'), out _));
    }

    [LoggerMessage(1107, LogLevel.Information, "A request named the host {Host}, by which nothing is reached")]
    private static partial void LogUnknownHost(ILogger log, string? host);
}
