using System.Text.Json;
using Affluent.TestBank;

namespace Affluent.Server.Platform;

/// <summary>What was read: the settings in effect, where each that is set came from, and all that is wrong with them.</summary>
/// <param name="Origins">By name of the setting; one that is missing here stands at its default.</param>
/// <param name="Faults">One line each: the setting, where it came from, what is wrong, what to do.</param>
internal sealed record SettingsReading(
    Settings Settings,
    IReadOnlyDictionary<string, string> Origins,
    IReadOnlyList<string> Faults
)
{
    public string Origin(Setting setting) => Origins.GetValueOrDefault(setting.Name, "default");
}

/// <summary>Reads settings from file, environment and command line, the later winning.</summary>
internal static class SettingsReader
{
    /// <summary>The file that is read when --config names none; it may be missing.</summary>
    public const string StandardFile = "affluent.json";

    public const string VariablePrefix = "AFFLUENT_";

    private const string CollectorVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Reads and checks everything; never stops at the first fault.</summary>
    /// <param name="file">The file that --config names; null: <see cref="StandardFile"/>, if there.</param>
    /// <param name="variables">Environment variables, those of others too.</param>
    /// <param name="options">Values of the command line, by name of the setting.</param>
    public static SettingsReading Read(
        string? file,
        IReadOnlyDictionary<string, string> variables,
        IReadOnlyDictionary<string, string> options
    )
    {
        List<string> faults = [];
        List<(string Name, string Value, string Origin)> values =
        [
            .. FromFile(file, faults),
            .. FromVariables(variables, faults),
            .. options.Select(o => (o.Key, o.Value, "--" + o.Key.Replace('_', '-'))),
        ];

        var settings = new Settings();
        Dictionary<string, string> origins = [];
        // Only the value that wins is read: a wrong one that is overruled does no harm.
        foreach (var (name, value, origin) in values.GroupBy(v => v.Name).Select(g => g.Last()))
        {
            origins[name] = origin;
            switch (SettingList.All.Single(s => s.Name == name).Apply(settings, value))
            {
                case Applied.To to:
                    settings = to.Settings;
                    break;
                case Applied.Refused refused:
                    faults.Add($"{name} (from {origin}): {refused.Why}");
                    break;
            }
        }
        settings = WithTestBank(settings, origins) with
        {
            BankVariables = BankVariables.Read(settings.BankVariablesFolder, variables, faults),
        };
        faults.AddRange(Contradictions(settings, name => origins.GetValueOrDefault(name, "default")));
        var known = file ?? StandardFile;
        var databaseFile = origins.GetValueOrDefault("database") == known ? known : null;
        var tooOpen = settings.Environment switch
        {
            InstallationKind.Sandbox => [],
            InstallationKind.Home => HomeRules.Check(settings, known, databaseFile),
            InstallationKind.Production => ProductionRules.Check(settings, known, databaseFile),
        };
        faults.AddRange(
            tooOpen.Select(f =>
                f.Setting.StartsWith('-')
                    ? $"{f.Setting}: {f.Why}"
                    : $"{f.Setting} (from {origins.GetValueOrDefault(f.Setting, "default")}): {f.Why}"
            )
        );
        settings = HomeSettings.Spread(settings);
        return new SettingsReading(settings, origins, faults);
    }

    /// <summary>
    /// A sandbox has a test bank unless told otherwise, its origin is where it listens unless told otherwise, and it reads files from this machine
    /// only when nobody outside is expected. What is expected stands in the settings: no request of anybody, through whatever proxy, changes it.
    /// </summary>
    private static Settings WithTestBank(Settings settings, Dictionary<string, string> origins)
    {
        if (settings.Environment == InstallationKind.Sandbox && !origins.ContainsKey("test_bank_listen"))
        {
            settings = settings with { TestBankListen = "http://127.0.0.1:5200" };
        }
        if (settings.TestBankListen is { } listen && !origins.ContainsKey("test_bank_url"))
        {
            settings = settings with { TestBankUrl = new Uri(Addresses.Reachable(listen)) };
        }
        if (
            settings is { TestBankListen: not null, Environment: not InstallationKind.Home }
            && !origins.ContainsKey("test_bank_file_networks")
            && IsOnLoopback(settings)
        )
        {
            settings = settings with { TestBankFileNetworks = Loopback };
        }
        return settings;
    }

    private static readonly System.Net.IPNetwork[] Loopback =
    [
        System.Net.IPNetwork.Parse("127.0.0.0/8"),
        System.Net.IPNetwork.Parse("::1/128"),
    ];

    private static bool IsOnLoopback(Settings settings)
    {
        Uri?[] reached = [settings.AuthUrl, settings.ApiUrl, settings.EmbedUrl, settings.DocsUrl, settings.TestBankUrl];
        string?[] listens = [settings.Listen, settings.TestBankListen];
        return settings.Proxies.Count == 0
            && reached.OfType<Uri>().All(url => ListenAddresses.IsLoopback(url.Host))
            // Behind a unix socket stands a proxy.
            && listens.OfType<string>().SelectMany(ListenAddresses.Of).All(a => !a.IsUnixPipe && a.IsLocal());
    }

    private static bool IsHttps(string? listen) =>
        listen is not null && ListenAddresses.Of(listen).Any(a => a.Scheme == "https");

    private static IEnumerable<string> Contradictions(Settings settings, Func<string, string> origin)
    {
        foreach (
            var (name, listen) in new[] { ("listen", settings.Listen), ("test_bank_listen", settings.TestBankListen) }
        )
        {
            if (IsHttps(listen) && (settings.TlsCertificateFile is null || settings.TlsKeyFile is null))
            {
                yield return $"{name} (from {origin(name)}): https needs a certificate: set tls_certificate_file and tls_key_file";
            }
        }
        var own = new (string Name, Uri? Url)[]
        {
            ("auth_url", settings.AuthUrl),
            ("api_url", settings.ApiUrl),
            ("embed_url", settings.EmbedUrl),
            ("docs_url", settings.DocsUrl),
        };
        foreach (
            var shared in own.Where(o => o.Url is { AbsolutePath: "/" })
                .GroupBy(o => o.Url!.Authority)
                .Where(g => g.Count() > 1)
        )
        {
            var names = string.Join(" and ", shared.Select(o => o.Name));
            yield return $"{names}: cannot share the host {shared.Key} unless each has its path, like https://{shared.Key}/auth";
        }
        foreach (var file in settings.BankCertificates.Where(f => f.Certificate is null != f.Key is null))
        {
            yield return $"{file.CertificateSetting} and {file.KeySetting}: each needs the other";
        }
        if (settings is { TestBankStrictness: not Strictness.Off, SealCertificateFile: null })
        {
            yield return $"test_bank_strictness (from {origin("test_bank_strictness")}): the test bank knows you by your seal: set seal_certificate_file and seal_key_file (affluent certificates make-test makes some)";
        }
        if (
            settings is { TestBankStrictness: not Strictness.Off, ClientCertificateFile: null }
            && (IsHttps(settings.TestBankListen) || settings.TestBankUrl?.Scheme == Uri.UriSchemeHttps)
        )
        {
            yield return $"test_bank_strictness (from {origin("test_bank_strictness")}): over https the test bank wants to see your certificate: set client_certificate_file and client_key_file";
        }
        if (settings is { HomeUrl: not null, Environment: not InstallationKind.Home })
        {
            yield return $"{HomeSettings.Url} (from {origin(HomeSettings.Url)}): is for environment = home";
        }
        foreach (var fault in UpstreamSettings.Faults(settings, name => origin(name) != "default"))
        {
            yield return fault;
        }
        if (settings.WebhookCertificateFile is null != settings.WebhookKeyFile is null)
        {
            yield return "webhook_certificate_file and webhook_key_file: each needs the other";
        }
        (string Name, string? Path)[] files =
        [
            ("tls_certificate_file", settings.TlsCertificateFile),
            ("tls_key_file", settings.TlsKeyFile),
            ("webhook_certificate_file", settings.WebhookCertificateFile),
            ("webhook_key_file", settings.WebhookKeyFile),
            .. settings.BankCertificates.Select(file => (file.CertificateSetting, file.Certificate)),
            .. settings
                .BankCertificates.Where(file => file.Key is null || !OperatorCertificate.IsElsewhere(file.Key))
                .Select(file => (file.KeySetting, file.Key)),
            (UpstreamSettings.KeyFile, settings.EnableBankingKeyFile),
            ("test_bank_scenario", settings.TestBankScenario),
        ];
        foreach (var (name, path) in files.Where(f => f.Path is not null && !File.Exists(f.Path)))
        {
            yield return $"{name} (from {origin(name)}): there is no file {Path.GetFullPath(path!)}";
        }
    }

    private static List<(string Name, string Value, string Origin)> FromFile(string? file, List<string> faults)
    {
        var path = file ?? StandardFile;
        if (!File.Exists(path))
        {
            if (file is not null)
            {
                faults.Add($"--config: there is no file {Path.GetFullPath(path)}");
            }
            return [];
        }
        try
        {
            using var document = JsonDocument.Parse(
                File.ReadAllBytes(path),
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }
            );
            return ReadObject(document.RootElement, path, faults);
        }
        catch (JsonException e)
        {
            faults.Add($"{path}: line {e.LineNumber + 1} is not valid JSON: mend it, or start without the file");
        }
        catch (InvalidOperationException)
        {
            faults.Add($"{path}: a text in it is not UTF-8, or holds half a surrogate pair: mend it");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            faults.Add($"{path}: the file cannot be read: {e.Message}");
        }
        return [];
    }

    private static List<(string Name, string Value, string Origin)> ReadObject(
        JsonElement root,
        string path,
        List<string> faults
    )
    {
        List<(string, string, string)> values = [];
        if (root.ValueKind != JsonValueKind.Object)
        {
            faults.Add($$"""{{path}}: must hold one object of settings, like { "listen": "http://127.0.0.1:5100" }""");
            return values;
        }
        HashSet<string> seen = [];
        foreach (var property in root.EnumerateObject())
        {
            if (!seen.Add(property.Name))
            {
                faults.Add($"{property.Name} (from {path}): stands there twice: keep one");
            }
            else if (SettingList.All.All(s => s.Name != property.Name))
            {
                faults.Add($"{property.Name} (from {path}): there is no such setting{DidYouMean(property.Name)}");
            }
            else if (Text(property.Value) is { } text)
            {
                values.Add((property.Name, text, path));
            }
            else
            {
                faults.Add($"{property.Name} (from {path}): must be a text, a number, true, false or a list of texts");
            }
        }
        return values;
    }

    private static string? Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            JsonValueKind.Array when value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String) =>
                string.Join(',', value.EnumerateArray().Select(v => v.GetString())),
            _ => null,
        };

    private static IEnumerable<(string Name, string Value, string Origin)> FromVariables(
        IReadOnlyDictionary<string, string> variables,
        List<string> faults
    )
    {
        var ours = variables
            .Where(v => v.Key.StartsWith(VariablePrefix, StringComparison.Ordinal))
            .Where(v => !v.Key.StartsWith(BankVariables.VariablePrefix, StringComparison.Ordinal) || IsSetting(v.Key))
            .OrderBy(v => v.Key, StringComparer.Ordinal);
        // The name by which OpenTelemetry's own tools hand it to every program.
        if (variables.TryGetValue(CollectorVariable, out var collector))
        {
            yield return ("otlp_endpoint", collector, CollectorVariable);
        }
        foreach (var (variable, value) in ours)
        {
            var name = variable[VariablePrefix.Length..].ToLowerInvariant();
            if (SettingList.All.Any(s => s.Name == name))
            {
                yield return (name, value, variable);
            }
            // Others may set variables that begin like ours (a container platform, a test suite): only a likely slip is a fault.
            else if (DidYouMean(name) is { Length: > 0 } hint)
            {
                faults.Add($"{variable} (from the environment): there is no such setting{hint}");
            }
        }
    }

    private static bool IsSetting(string variable) => SettingList.All.Any(s => s.Variable == variable);

    private static string DidYouMean(string name)
    {
        var nearest = SettingList.All.Select(s => (s.Name, Distance: Distance(name, s.Name))).MinBy(s => s.Distance);
        return nearest.Distance <= Math.Max(2, nearest.Name.Length / 4) ? $": did you mean {nearest.Name}?" : "";
    }

    /// <summary>Levenshtein: how many letters to add, drop or change.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var (diagonal, _) = (row[0], row[0] = i);
            for (var j = 1; j <= b.Length; j++)
            {
                var substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j - 1], row[j]) + 1);
            }
        }
        return row[^1];
    }
}
