using Npgsql;

namespace Affluent.Server.Platform;

/// <summary>What a production installation refuses to start with. A sandbox runs the same components and is asked none of this.</summary>
internal static class ProductionRules
{
    /// <summary>Every reason not to start, not only the first.</summary>
    public static IEnumerable<(string Setting, string Why)> Check(Settings settings) =>
        [
            .. TestBank(settings),
            .. Listening(settings),
            .. PublicAddresses(settings),
            .. Key("master_key_file", settings.MasterKeyFile),
            .. Key("signing_key_file", settings.SigningKeyFile),
            .. StoredData(settings),
        ];

    private static IEnumerable<(string, string)> TestBank(Settings settings)
    {
        if (settings.TestBankListen is not null)
        {
            yield return ("test_bank_listen", "production has no test bank: set it to off, or leave it out");
        }
        else if (settings.TestBankUrl is not null)
        {
            yield return ("test_bank_url", "production has no test bank: set it to off, or leave it out");
        }
        if (settings.TestBankScenario is not null)
        {
            yield return ("test_bank_scenario", "production has no test bank: leave it out");
        }
        if (settings.TestBankFileNetworks.Count > 0 && settings.TestBankListen is null)
        {
            yield return ("test_bank_file_networks", "production has no test bank: leave it out");
        }
    }

    private static IEnumerable<(string, string)> Listening(Settings settings)
    {
        // A proxy on the same machine may end TLS; between machines nothing travels in the clear.
        foreach (var address in SettingList.Bindings(settings.Listen).Where(a => a.Scheme == "http" && !a.IsLocal()))
        {
            yield return (
                "listen",
                $"{address} is plain http that other machines can reach: listen on 127.0.0.1 or a unix socket behind a TLS proxy, or on https with tls_certificate_file and tls_key_file"
            );
        }
        foreach (var network in settings.Proxies.Where(p => p.PrefixLength == 0))
        {
            yield return ("proxies", $"{network} believes everybody: name the addresses of your proxies");
        }
    }

    private static IEnumerable<(string, string)> PublicAddresses(Settings settings)
    {
        (string Name, Uri? Url, bool Needed)[] addresses =
        [
            ("auth_url", settings.AuthUrl, true),
            ("api_url", settings.ApiUrl, true),
            ("embed_url", settings.EmbedUrl, true),
            ("docs_url", settings.DocsUrl, false),
        ];
        foreach (var (name, url, needed) in addresses)
        {
            if (url is null && needed)
            {
                yield return (name, "is missing: set the https address at which clients and users reach it");
            }
            else if (url is not null && url.Scheme != "https")
            {
                yield return (name, $"{url.OriginalString} is plain http: set an https address");
            }
        }
    }

    private static IEnumerable<(string, string)> Key(string setting, string path)
    {
        var full = Path.GetFullPath(path);
        if (!File.Exists(path))
        {
            yield return (
                setting,
                $"there is no file {full}: make the key beforehand (see docs/advanced/operations.md) and keep a copy of it"
            );
            yield break;
        }
        if (KeyFile.OthersCanRead(path))
        {
            yield return (setting, $"others can read {full}: close it with chmod 600 {full}");
        }
        if (KeyFile.WasMadeOnTheSpot(path))
        {
            yield return (
                setting,
                $"{full} was made by a sandbox at its first start: production wants a key of its own (see docs/advanced/operations.md)"
            );
        }
    }

    private static IEnumerable<(string, string)> StoredData(Settings settings)
    {
        if (!settings.Database.Contains("://", StringComparison.Ordinal))
        {
            if (File.Exists(settings.Database) && KeyFile.OthersCanRead(settings.Database))
            {
                var full = Path.GetFullPath(settings.Database);
                yield return ("database", $"others can read {full}: close it with chmod 600 {full}");
            }
            yield break;
        }
        var connection = new NpgsqlConnectionStringBuilder(
            Storage.PostgresDatabase.ConnectionString(new Uri(settings.Database))
        );
        var local = connection.Host is { } host && (host.StartsWith('/') || SettingList.IsLoopback(host));
        if (!local && connection.SslMode is SslMode.Disable or SslMode.Allow or SslMode.Prefer)
        {
            yield return (
                "database",
                "the way to PostgreSQL is not surely encrypted: add ?sslmode=verify-full to the address"
            );
        }
    }
}
