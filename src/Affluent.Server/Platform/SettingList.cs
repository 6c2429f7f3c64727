using System.Globalization;
using Affluent.Server.Storage;
using Affluent.TestBank;

namespace Affluent.Server.Platform;

/// <summary>Every setting that there is, in the order in which they are shown.</summary>
internal static class SettingList
{
    internal const string Off = "off";

    private static readonly string[] LogLevels = ["debug", "information", "warning", "error"];

    public static IReadOnlyList<Setting> All { get; } =
    [
        new(
            "environment",
            "sandbox|home|production",
            "What the installation is for (sandbox)",
            (s, text) =>
                Vocabulary<InstallationKind>.TryRead(text, out var kind)
                    ? s with
                    {
                        Environment = kind,
                    }
                    : "must be sandbox, home or production",
            s => s.Environment.Word()
        ),
        new(
            "roles",
            "LIST",
            "What this process does: some of auth,api,embed,worker (all)",
            RoleNames.Read,
            s => RoleNames.Of(s.Roles)
        ),
        new(
            "listen",
            "URL",
            "Where to listen: http://host:port, https://host:port or http://unix:/path; several separated by ';' (http://127.0.0.1:5100)",
            (s, text) => ListenAddresses.WhyNot(text) is { } why ? why : s with { Listen = text },
            s => s.Listen
        ),
        File(
            "tls_certificate_file",
            "Certificate chain (PEM) for https addresses in listen and test_bank_listen",
            (s, path) => s with { TlsCertificateFile = path },
            s => s.TlsCertificateFile
        ),
        File(
            "tls_key_file",
            "Private key (PEM) of tls_certificate_file",
            (s, path) => s with { TlsKeyFile = path },
            s => s.TlsKeyFile
        ),
        .. BankCertificateSettings.All,
        new(
            "proxies",
            "LIST",
            "Addresses or networks (10.0.0.0/8) of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed (none)",
            (s, text) => ReadNetworks(text, networks => s with { Proxies = networks }),
            s => s.Proxies.Count == 0 ? null : string.Join(',', s.Proxies)
        ),
        new(
            "data_directory",
            "PATH",
            "Folder of the database and key files that are not named themselves (data)",
            (s, text) =>
                IsPath(text) && !text.Contains("://", StringComparison.Ordinal)
                    ? s with
                    {
                        DataDirectory = text,
                    }
                    : "must be a path",
            s => s.DataDirectory
        ),
        new(
            "database",
            "PATH|URL",
            "Path of an SQLite file, or postgres://user:password@host:port/name (affluent.db in data_directory)",
            (s, text) => WhyNotDatabase(text) is { } why ? why : s with { Database = text },
            s => MaskedAddress.Of(s.Database)
        ),
        File(
            "master_key_file",
            "The key that protects secrets in the database (master.key in data_directory)",
            (s, path) => s with { MasterKeyFile = path },
            s => s.MasterKeyFile
        ),
        File(
            "signing_key_file",
            "The key that signs access tokens (signing.key in data_directory)",
            (s, path) => s with { SigningKeyFile = path },
            s => s.SigningKeyFile
        ),
        Files(
            "other_master_key_files",
            "Master keys, separated by ';', with which secrets are opened as well, while keys are changed (none)",
            (s, paths) => s with { OtherMasterKeyFiles = paths },
            s => s.OtherMasterKeyFiles
        ),
        Files(
            "other_signing_key_files",
            "Signing keys, separated by ';', whose tokens are believed as well, while keys are changed (none)",
            (s, paths) => s with { OtherSigningKeyFiles = paths },
            s => s.OtherSigningKeyFiles
        ),
        .. HomeSettings.All,
        Public("auth_url", "/auth", "authorization server", (s, url) => s with { AuthUrl = url }, s => s.AuthUrl),
        Public("api_url", "/api", "API", (s, url) => s with { ApiUrl = url }, s => s.ApiUrl),
        Public("embed_url", "/embed", "widget", (s, url) => s with { EmbedUrl = url }, s => s.EmbedUrl),
        Public(
            "docs_url",
            "/docs",
            "documentation",
            (s, url) => s with { DocsUrl = url },
            s => s.DocsAddress,
            "api_url + /docs when that is set, else "
        ),
        File(
            "catalogue_folder",
            "Folder of *.json files with banks of your own, beside those that come with Affluent (none)",
            (s, path) => s with { CatalogueFolder = path },
            s => s.CatalogueFolder
        ),
        File(
            "bank_variables_folder",
            "Folder of files, mode 0600, each named like a variable of catalogue entries and holding its value (none)",
            (s, path) => s with { BankVariablesFolder = path },
            s => s.BankVariablesFolder
        ),
        new(
            "run_records_days",
            "DAYS",
            "For how many days what came of each synchronization is kept (30)",
            (s, text) =>
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days)
                && days is >= 1 and <= 3650
                    ? s with
                    {
                        RunRecordDays = days,
                    }
                    : "is not a number of days from 1 to 3650",
            s => s.RunRecordDays.ToString(CultureInfo.InvariantCulture)
        ),
        new(
            "event_days",
            "DAYS",
            "For how many days events are kept, and queues that nobody reads (90)",
            (s, text) =>
                int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days)
                && days is >= 1 and <= 3650
                    ? s with
                    {
                        EventDays = days,
                    }
                    : "is not a number of days from 1 to 3650",
            s => s.EventDays.ToString(CultureInfo.InvariantCulture)
        ),
        new(
            "refresh_on_read_hours",
            "HOURS|off",
            "After how many hours accounts are read anew at the bank when somebody reads them here (off)",
            (s, text) =>
                text == Off ? s with { RefreshOnReadHours = null }
                : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var hours)
                && hours is >= 1 and <= 720
                    ? s with
                    {
                        RefreshOnReadHours = hours,
                    }
                : "is not off or a number of hours from 1 to 720",
            s => s.RefreshOnReadHours?.ToString(CultureInfo.InvariantCulture) ?? Off
        ),
        new(
            "test_bank_listen",
            "URL|off",
            "Where the included test bank listens; off: this process starts none (http://127.0.0.1:5200 in a sandbox, else off)",
            (s, text) =>
                text == Off ? s with { TestBankListen = null }
                : ListenAddresses.WhyNot(text) is { } why ? why
                : s with { TestBankListen = text },
            s => s.TestBankListen ?? Off
        ),
        new(
            "test_bank_url",
            "URL|off",
            "How the test bank is reached; off: it is no provider (the address where it listens)",
            (s, text) =>
                text == Off ? s with { TestBankUrl = null }
                : Address(text) is { } url ? s with { TestBankUrl = url }
                : "must be an address like http://127.0.0.1:5200, or off",
            s => s.TestBankUrl?.OriginalString ?? Off
        ),
        File(
            "test_bank_scenario",
            "Scenario file of the included test bank (its default scenario)",
            (s, path) => s with { TestBankScenario = path },
            s => s.TestBankScenario
        ),
        new(
            "test_bank_file_networks",
            "LIST|off",
            "Addresses or networks beyond the public internet from which the test bank reads accounts files (127.0.0.0/8,::1/128 when everything listens on loopback and has no public name, else off)",
            (s, text) =>
                text == Off
                    ? s with
                    {
                        TestBankFileNetworks = [],
                    }
                    : ReadNetworks(text, networks => s with { TestBankFileNetworks = networks }),
            s => s.TestBankFileNetworks.Count == 0 ? Off : string.Join(',', s.TestBankFileNetworks)
        ),
        new(
            "test_bank_strictness",
            "off|lenient|strict",
            "Whether the test bank looks at signatures, and certificates over https, and whether there must be some; it knows those of the operator (off)",
            (s, text) =>
                text switch
                {
                    Off => s with { TestBankStrictness = Strictness.Off },
                    "lenient" => s with { TestBankStrictness = Strictness.Lenient },
                    "strict" => s with { TestBankStrictness = Strictness.Strict },
                    _ => "must be off, lenient or strict",
                },
            s => s.TestBankStrictness.ToString().ToLowerInvariant()
        ),
        new(
            "log_level",
            "debug|information|warning|error",
            "The least that is logged; security events always are (information)",
            (s, text) =>
                LogLevels.Contains(text) && Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level)
                    ? s with
                    {
                        LogLevel = level,
                    }
                    : $"must be one of {string.Join(", ", LogLevels)}",
            s => s.LogLevel.ToString().ToLowerInvariant()
        ),
        new(
            "log_form",
            "text|json",
            "Form of the log: text to read, json to collect (text in a sandbox, json in production)",
            (s, text) =>
                Vocabulary<LogForm>.TryRead(text, out var form) ? s with { LogForm = form } : "must be text or json",
            s => s.LogForm.Word()
        ),
        new(
            "metrics_listen",
            "URL|off",
            "Where Prometheus finds measurements, under the path /metrics: an address for it alone (off)",
            (s, text) =>
                text == Off ? s with { MetricsListen = null }
                : ListenAddresses.WhyNot(text) is { } why ? why
                : ListenAddresses.Of(text).Any(a => a.Scheme != "http")
                    ? "must be plain http: keep it inside your network"
                : s with { MetricsListen = text },
            s => s.MetricsListen ?? Off
        ),
        new(
            "otlp_endpoint",
            "URL|off",
            "Collector that measurements and spans are sent to by OTLP: http://host:4318 by HTTP, http://host:4317 by gRPC (off)",
            (s, text) =>
                text == Off ? s with { OtlpEndpoint = null }
                : Address(text) is { } url ? s with { OtlpEndpoint = url }
                : "must be an address like http://127.0.0.1:4318, or off",
            s => s.OtlpEndpoint?.OriginalString ?? Off
        ),
        .. WidgetSettings.All,
        .. WebhookSettings.All,
        .. UpstreamSettings.All,
        .. SimpleFinSettings.All,
        .. EnableBankingFacadeSettings.All,
        .. LimitSettings.All,
    ];

    internal static Setting File(
        string name,
        string meaning,
        Func<Settings, string, Settings> set,
        Func<Settings, string?> get
    ) => new(name, "PATH", meaning, (s, text) => IsPath(text) ? set(s, text) : "must be a path", get);

    private static Setting Files(
        string name,
        string meaning,
        Func<Settings, IReadOnlyList<string>, Settings> set,
        Func<Settings, IReadOnlyList<string>> get
    ) =>
        new(
            name,
            "PATHS",
            meaning,
            (s, text) =>
            {
                var paths = text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                return paths.All(IsPath) ? set(s, paths) : "must be paths separated by ';'";
            },
            s => get(s).Count == 0 ? null : string.Join(';', get(s))
        );

    internal static bool IsPath(string text) => text.Trim() != "" && !text.Contains('\0', StringComparison.Ordinal);

    private static Setting Public(
        string name,
        string path,
        string what,
        Func<Settings, Uri, Settings> set,
        Func<Settings, Uri?> get,
        string unlessSet = ""
    ) =>
        new(
            name,
            "URL",
            $"How the {what} is reached from outside, with a host name of its own or with the path {path} ({unlessSet}listen + {path})",
            (s, text) =>
                Address(text) is { Query: "", Fragment: "" } url
                && (url.AbsolutePath == "/" || url.AbsolutePath.TrimEnd('/') == path)
                    ? set(s, url)
                    : $"must be like https://name.example or https://name.example{path}",
            s => get(s)?.OriginalString
        );

    internal static Uri? Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo == ""
            ? url
            : null;

    internal static Applied ReadNetworks(string text, Func<IReadOnlyList<System.Net.IPNetwork>, Settings> set)
    {
        List<System.Net.IPNetwork> networks = [];
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (System.Net.IPNetwork.TryParse(part, out var network))
            {
                networks.Add(network);
            }
            else if (System.Net.IPAddress.TryParse(part, out var address))
            {
                networks.Add(new System.Net.IPNetwork(address, address.GetAddressBytes().Length * 8));
            }
            else
            {
                return $"'{part}' is neither an IP address nor a network like 10.0.0.0/8";
            }
        }
        return set(networks);
    }

    private static string? WhyNotDatabase(string text)
    {
        if (!IsPath(text))
        {
            return "must be a path or postgres://user:password@host:port/name";
        }
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            return null;
        }
        if (
            !Uri.TryCreate(text, UriKind.Absolute, out var url)
            || url.Scheme is not ("postgres" or "postgresql")
            || url.AbsolutePath.Length <= 1
        )
        {
            return "must be a path or postgres://user:password@host:port/name";
        }
        try
        {
            _ = Storage.PostgresDatabase.ConnectionString(url);
            return null;
        }
        catch (ArgumentException e)
        {
            return $"an option after the '?' cannot be used: {e.Message}";
        }
    }
}
