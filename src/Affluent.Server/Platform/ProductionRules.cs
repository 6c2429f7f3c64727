using Affluent.TestBank;
using Npgsql;

namespace Affluent.Server.Platform;

/// <summary>What a production installation refuses to start with. A sandbox runs the same components and is asked none of this.</summary>
internal static class ProductionRules
{
    /// <summary>Every reason not to start, not only the first.</summary>
    /// <param name="file">The file of the settings; it may be missing.</param>
    /// <param name="databaseFile">The same, where the address of the database came from it; null: it came from elsewhere.</param>
    public static IEnumerable<(string Setting, string Why)> Check(
        Settings settings,
        string file,
        string? databaseFile
    ) =>
        [
            .. TestBank(settings),
            .. UpstreamSettings.NotForProduction(settings),
            .. Listening(settings),
            .. PublicAddresses(settings),
            .. Key("master_key_file", settings.MasterKeyFile),
            .. Key("signing_key_file", settings.SigningKeyFile),
            .. Files(settings, file, databaseFile),
        ];

    /// <summary>What may be wrong with files wherever real money is: others can read or change them.</summary>
    /// <inheritdoc cref="Check"/>
    public static IEnumerable<(string Setting, string Why)> Files(
        Settings settings,
        string file,
        string? databaseFile
    ) =>
        [
            .. settings.OtherMasterKeyFiles.SelectMany(path => Key("other_master_key_files", path)),
            .. settings.OtherSigningKeyFiles.SelectMany(path => Key("other_signing_key_files", path)),
            .. Certificate("tls_key_file", settings.TlsKeyFile),
            .. Certificate("webhook_key_file", settings.WebhookKeyFile),
            .. settings.BankCertificates.SelectMany(file => Certificate(file.KeySetting, file.Key)),
            .. Certificate(UpstreamSettings.KeyFile, settings.EnableBankingKeyFile),
            .. Changeable(UpstreamSettings.KeyFile, settings.EnableBankingKeyFile),
            .. StoredData(settings),
            .. SettingsFile(settings, databaseFile),
            .. Changeable("--config", file),
            .. Changeable("tls_certificate_file", settings.TlsCertificateFile),
            .. Changeable("tls_key_file", settings.TlsKeyFile),
            .. Changeable("webhook_certificate_file", settings.WebhookCertificateFile),
            .. Changeable("webhook_key_file", settings.WebhookKeyFile),
            .. settings.BankCertificates.SelectMany(file => Changeable(file.CertificateSetting, file.Certificate)),
            .. settings.BankCertificates.SelectMany(file => Changeable(file.KeySetting, file.Key)),
            .. Changeable("catalogue_folder", settings.CatalogueFolder),
            .. Banks(settings.CatalogueFolder).SelectMany(path => Changeable("catalogue_folder", path)),
            // The files in it are looked at as they are read (BankVariables).
            .. Changeable("bank_variables_folder", settings.BankVariablesFolder),
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
        if (settings.TestBankStrictness != Strictness.Off)
        {
            yield return ("test_bank_strictness", "production has no test bank: leave it out");
        }
        if (settings.TestBankFileNetworks.Count > 0 && settings.TestBankListen is null)
        {
            yield return ("test_bank_file_networks", "production has no test bank: leave it out");
        }
    }

    private static IEnumerable<(string, string)> Listening(Settings settings)
    {
        // A proxy on the same machine may end TLS; between machines nothing travels in the clear.
        foreach (var address in ListenAddresses.Of(settings.Listen).Where(a => a.Scheme == "http" && !a.IsLocal()))
        {
            yield return (
                "listen",
                $"{address} is plain http that other machines can reach: listen on 127.0.0.1 or a unix socket behind a TLS proxy, or on https with tls_certificate_file and tls_key_file"
            );
        }
        foreach (var fault in WideProxies(settings))
        {
            yield return fault;
        }
    }

    /// <summary>Proxies that are nobody's own.</summary>
    public static IEnumerable<(string Setting, string Why)> WideProxies(Settings settings) =>
        settings
            .Proxies.Where(IsWide)
            .Select(network =>
                ("proxies", $"{network} believes half the internet: name the addresses of your proxies")
            );

    // Wider than the widest private network, 10.0.0.0/8 or fd00::/8. All of IPv4 lies in IPv6 too, at ::ffff:0:0/96.
    private static bool IsWide(System.Net.IPNetwork network) =>
        network.PrefixLength < 8
        || (
            network.PrefixLength < 96 + 8
            && network.BaseAddress.GetAddressBytes() is { Length: 16 } bytes
            && !bytes.AsSpan(0, 10).ContainsAnyExcept((byte)0)
        );

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

    private static IEnumerable<(string, string)> Key(string setting, string path) => Key(setting, path, isNeeded: true);

    /// <summary>What is wrong with a key file.</summary>
    /// <param name="isNeeded">Whether it must be there: else the start makes it.</param>
    public static IEnumerable<(string Setting, string Why)> Key(string setting, string path, bool isNeeded)
    {
        var full = Path.GetFullPath(path);
        if (!File.Exists(path) && !isNeeded)
        {
            foreach (var fault in Replaceable(setting, path))
            {
                yield return fault;
            }
            yield break;
        }
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
        foreach (var fault in Replaceable(setting, path))
        {
            yield return fault;
        }
        if (KeyFile.WasMadeOnTheSpot(path))
        {
            yield return (
                setting,
                $"{full} was made by a sandbox at its first start: real money wants a key of its own (see docs/advanced/operations.md)"
            );
        }
    }

    private static IEnumerable<(string, string)> Certificate(string setting, string? key)
    {
        if (key is not null && File.Exists(key) && KeyFile.OthersCanRead(key))
        {
            var full = Path.GetFullPath(key);
            yield return (setting, $"others can read {full}: close it with chmod 600 {full}");
        }
    }

    private static IEnumerable<(string, string)> SettingsFile(Settings settings, string? file)
    {
        // Whatever else the file holds, a password in it is a secret.
        if (
            file is not null
            && File.Exists(file)
            && KeyFile.OthersCanRead(file)
            && MaskedAddress.Of(settings.Database) != settings.Database
        )
        {
            var full = Path.GetFullPath(file);
            yield return (
                "database",
                $"others can read {full} with the password in it: close it with chmod 600 {full}"
            );
        }
    }

    /// <summary>A file or folder that others could change, or put another in its place.</summary>
    private static IEnumerable<(string, string)> Changeable(string setting, string? path)
    {
        if (!Path.Exists(path))
        {
            return [];
        }
        var full = Path.GetFullPath(path);
        return KeyFile.OthersCanChange(path)
            ? [(setting, $"others may change {full}: chmod go-w {full}"), .. Replaceable(setting, path)]
            : Replaceable(setting, path);
    }

    private static string[] Banks(string? folder) =>
        Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json") : [];

    private static IEnumerable<(string, string)> Replaceable(string setting, string path) =>
        KeyFile.WhereOthersCanReplace(path) is { } folder
            ?
            [
                (
                    setting,
                    $"others may write to the folder {folder}, and so put something else in the place of {Path.GetFullPath(path)}: chmod go-w {folder}"
                ),
            ]
            : [];

    private static IEnumerable<(string, string)> StoredData(Settings settings)
    {
        if (!settings.Database.Contains("://", StringComparison.Ordinal))
        {
            foreach (var fault in Replaceable("database", settings.Database))
            {
                yield return fault;
            }
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
        var local = connection.Host is { } host && (host.StartsWith('/') || ListenAddresses.IsLoopback(host));
        // With sslmode=require anybody in between may be the server.
        if (!local && connection.SslMode is not (SslMode.VerifyCA or SslMode.VerifyFull))
        {
            yield return (
                "database",
                "the way to PostgreSQL is not surely encrypted to it: add ?sslmode=verify-full to the address"
            );
        }
    }
}
