using System.Net;

namespace Affluent.Server.Platform;

/// <summary>
/// What an installation at home refuses to start with. It makes its keys itself and may speak plain http inside the house; else its money is as
/// real as in production.
/// </summary>
internal static class HomeRules
{
    // Names that lead nowhere outside of a house (RFC 6762, RFC 8375, and what routers give out).
    private static readonly string[] HouseNames = [".local", ".home.arpa", ".internal", ".lan", ".home", ".localhost"];

    /// <inheritdoc cref="ProductionRules.Check"/>
    public static IEnumerable<(string Setting, string Why)> Check(
        Settings settings,
        string file,
        string? databaseFile
    ) =>
        [
            .. OneMachine(settings),
            .. OneAddress(settings),
            .. Listening(settings),
            .. TestBank(settings),
            .. ProductionRules.Key("master_key_file", settings.MasterKeyFile, isNeeded: false),
            .. ProductionRules.Key("signing_key_file", settings.SigningKeyFile, isNeeded: false),
            .. ProductionRules.Files(settings, file, databaseFile),
        ];

    /// <summary>Whether a host lies inside a house: what is said to it in the clear crosses no public network.</summary>
    public static bool IsInside(string host) =>
        ListenAddresses.IsLoopback(host)
        || (
            IPAddress.TryParse(host.Trim('[', ']'), out var address)
                ? !PublicNetwork.IsPublic(address)
                : !host.Contains('.', StringComparison.Ordinal)
                    || HouseNames.Any(end => host.EndsWith(end, StringComparison.OrdinalIgnoreCase))
        );

    private static IEnumerable<(string, string)> OneMachine(Settings settings)
    {
        if (settings.Database.Contains("://", StringComparison.Ordinal))
        {
            yield return (
                "database",
                "at home the database is an SQLite file: leave it out, or use environment = production for PostgreSQL"
            );
        }
        if (settings.Roles != Roles.All)
        {
            yield return ("roles", "at home one process does everything: leave it out");
        }
    }

    private static IEnumerable<(string, string)> OneAddress(Settings settings)
    {
        (string Name, Uri? Url)[] others =
        [
            ("auth_url", settings.AuthUrl),
            ("api_url", settings.ApiUrl),
            ("embed_url", settings.EmbedUrl),
            ("docs_url", settings.DocsUrl),
        ];
        foreach (var (name, _) in others.Where(other => other.Url is not null))
        {
            yield return (name, $"at home one address leads to everything: set {HomeSettings.Url} in its place");
        }
        if (settings.HomeUrl is { } home && home.Scheme != Uri.UriSchemeHttps && !IsInside(home.Host))
        {
            yield return (
                HomeSettings.Url,
                $"{home.OriginalString} is plain http beyond your house: set an https address, and have a proxy end TLS (see docs/how-to/at-home.md)"
            );
        }
        if (settings.EnableBankingUrl is { Scheme: "http", IsLoopback: false })
        {
            yield return (UpstreamSettings.Url, "is plain http");
        }
    }

    private static IEnumerable<(string, string)> Listening(Settings settings)
    {
        foreach (
            var address in ListenAddresses
                .Of(settings.Listen)
                .Where(a => a.Scheme == "http" && !a.IsUnixPipe)
                .Where(a => IPAddress.TryParse(a.Host.Trim('[', ']'), out var ip) && PublicNetwork.IsPublic(ip))
        )
        {
            yield return (
                "listen",
                $"{address} is plain http at a public address: listen inside your network, or on https with tls_certificate_file and tls_key_file"
            );
        }
        foreach (var fault in ProductionRules.WideProxies(settings))
        {
            yield return fault;
        }
    }

    // Invented money to practise with, which nobody else is to come to.
    private static IEnumerable<(string, string)> TestBank(Settings settings)
    {
        if (
            settings.TestBankListen is { } listen
            && ListenAddresses.Of(listen).FirstOrDefault(a => !a.IsLocal()) is { } open
        )
        {
            yield return (
                "test_bank_listen",
                $"{open} can be reached by other machines: at home the test bank is for this one alone"
            );
        }
        if (settings.TestBankUrl is { IsLoopback: false })
        {
            yield return ("test_bank_url", "at home the test bank is on this machine, or off");
        }
        if (settings.TestBankFileNetworks.Count > 0)
        {
            yield return (
                "test_bank_file_networks",
                "at home the test bank reads no files of your network: leave it out"
            );
        }
    }
}
