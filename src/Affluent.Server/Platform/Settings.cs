using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;
using Affluent.Server.Storage;
using Affluent.TestBank;

namespace Affluent.Server.Platform;

/// <summary>
/// What an installation can be told, by file, environment (AFFLUENT_…) and command line, the later winning. The names, forms and
/// meanings of all settings stand in <see cref="SettingList"/>; <see cref="SettingsReader"/> reads and checks them.
/// </summary>
internal sealed record Settings
{
    private readonly LogForm? _logForm;
    private readonly bool? _simpleFin;
    private readonly bool? _enableBankingFacade;

    /// <summary>What the installation is for.</summary>
    public InstallationKind Environment { get; init; } = InstallationKind.Sandbox;

    /// <summary>What this process does.</summary>
    public Roles Roles { get; init; } = Roles.All;

    /// <summary>Where to listen; several addresses are separated by ';'.</summary>
    public string Listen { get; init; } = "http://127.0.0.1:5100";

    /// <summary>Certificate chain (PEM) for https addresses in <see cref="Listen"/>.</summary>
    public string? TlsCertificateFile { get; init; }

    /// <summary>Private key (PEM) of <see cref="TlsCertificateFile"/>.</summary>
    public string? TlsKeyFile { get; init; }

    /// <summary>Certificate chain (PEM or PKCS#12) that is shown to banks which want one (QWAC).</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>Private key of <see cref="ClientCertificateFile"/>: a PEM file, <c>pkcs11:…</c>, or the file of the password of PKCS#12.</summary>
    public string? ClientKeyFile { get; init; }

    /// <summary>Certificate with whose key requests to banks are signed (QSEAL), in the same forms.</summary>
    public string? SealCertificateFile { get; init; }

    /// <summary>Private key of <see cref="SealCertificateFile"/>, in the same forms.</summary>
    public string? SealKeyFile { get; init; }

    /// <summary>The certificate that takes the place of <see cref="ClientCertificateFile"/>, for the banks that know it already.</summary>
    public string? NextClientCertificateFile { get; init; }

    /// <summary>Private key of <see cref="NextClientCertificateFile"/>.</summary>
    public string? NextClientKeyFile { get; init; }

    /// <summary>The certificate that takes the place of <see cref="SealCertificateFile"/>, for the banks that know it already.</summary>
    public string? NextSealCertificateFile { get; init; }

    /// <summary>Private key of <see cref="NextSealCertificateFile"/>.</summary>
    public string? NextSealKeyFile { get; init; }

    /// <summary>Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; nobody else's are.</summary>
    public IReadOnlyList<System.Net.IPNetwork> Proxies { get; init; } = [];

    /// <summary>Folder of the files below that are not named themselves.</summary>
    public string DataDirectory { get; init; } = "data";

    /// <summary>Path of an SQLite file, or postgres://user:password@host:port/name.</summary>
    public string Database
    {
        get => field ?? Path.Combine(DataDirectory, "affluent.db");
        init;
    }

    /// <summary>The master key of the vault.</summary>
    public string MasterKeyFile
    {
        get => field ?? Path.Combine(DataDirectory, "master.key");
        init;
    }

    /// <summary>Other master keys: what they wrapped is opened, and none wraps anything new. For a change of keys.</summary>
    public IReadOnlyList<string> OtherMasterKeyFiles { get; init; } = [];

    /// <summary>Other signing keys: what they signed is believed, and none signs anything new. For a change of keys.</summary>
    public IReadOnlyList<string> OtherSigningKeyFiles { get; init; } = [];

    /// <summary>The key that signs access tokens (ES256, PEM).</summary>
    public string SigningKeyFile
    {
        get => field ?? Path.Combine(DataDirectory, "signing.key");
        init;
    }

    /// <summary>How a household reaches an installation at home, all of it; null: <see cref="Listen"/>.</summary>
    public Uri? HomeUrl { get; init; }

    /// <summary>How the authorization server is reached from outside; null: <see cref="Listen"/> + /auth. See <see cref="Addresses"/>.</summary>
    public Uri? AuthUrl { get; init; }

    /// <summary>How the API is reached from outside; null: <see cref="Listen"/> + /api.</summary>
    public Uri? ApiUrl { get; init; }

    /// <summary>How the widget is reached from outside; null: <see cref="Listen"/> + /embed.</summary>
    public Uri? EmbedUrl { get; init; }

    /// <summary>How the documentation is reached from outside; null: see <see cref="DocsAddress"/>.</summary>
    public Uri? DocsUrl { get; init; }

    /// <summary>
    /// <see cref="DocsUrl"/>, else below <see cref="ApiUrl"/>, whose role serves the documentation; null: <see cref="Listen"/> + /docs.
    /// </summary>
    public Uri? DocsAddress => DocsUrl ?? (ApiUrl is { } api ? new Uri($"{api.AbsoluteUri.TrimEnd('/')}/docs") : null);

    /// <summary>Below <see cref="ApiUrl"/>, whose role serves SimpleFIN; null: <see cref="Listen"/> + /simplefin.</summary>
    public Uri? SimpleFinAddress => ApiUrl is { } api ? new Uri($"{api.AbsoluteUri.TrimEnd('/')}/simplefin") : null;

    /// <summary>Whether applications may read accounts over SimpleFIN.</summary>
    public bool SimpleFin
    {
        get => _simpleFin ?? Environment != InstallationKind.Production;
        init => _simpleFin = value;
    }

    /// <summary>How many requests a day an access over SimpleFIN may send; null: any number.</summary>
    public int? SimpleFinRequests { get; init; } = 5000;

    /// <summary>Below <see cref="ApiUrl"/>, whose role serves the façade of Enable Banking; null: <see cref="Listen"/> + /enablebanking.</summary>
    public Uri? EnableBankingFacadeAddress =>
        ApiUrl is { } api ? new Uri($"{api.AbsoluteUri.TrimEnd('/')}/enablebanking") : null;

    /// <summary>Whether applications that speak Enable Banking may read accounts.</summary>
    public bool EnableBankingFacade
    {
        get => _enableBankingFacade ?? Environment != InstallationKind.Production;
        init => _enableBankingFacade = value;
    }

    /// <summary>How many requests a day such an application may send for each session, and as many without one; null: any number.</summary>
    public int? EnableBankingFacadeRequests { get; init; } = 5000;

    /// <summary>Where the included test bank listens; null: this process starts none.</summary>
    public string? TestBankListen { get; init; }

    /// <summary>For how many days what came of each synchronization is kept.</summary>
    public int RunRecordDays { get; init; } = 30;

    /// <summary>For how many days events are kept, and queues that nobody reads.</summary>
    public int EventDays { get; init; } = 90;

    /// <summary>After how many hours whoever reads has accounts read anew; null: never.</summary>
    public int? RefreshOnReadHours { get; init; }

    /// <summary>Origin of the test bank that the catalogue's test entries point to; null: no test bank.</summary>
    public Uri? TestBankUrl { get; init; }

    /// <summary>Whether connectors may come to this machine's own addresses: in a sandbox, and at home where somebody practises with the test bank.</summary>
    public bool ReachesTestBank =>
        Environment == InstallationKind.Sandbox
        || (Environment == InstallationKind.Home && TestBankUrl is { IsLoopback: true });

    /// <summary>Scenario file of the included test bank; null: its default scenario.</summary>
    public string? TestBankScenario { get; init; }

    /// <summary>How the widget lists test banks.</summary>
    public TestBankEntries TestBankEntries { get; init; }

    /// <summary>Networks beyond the public internet from which the test bank fetches accounts files.</summary>
    public IReadOnlyList<System.Net.IPNetwork> TestBankFileNetworks { get; init; } = [];

    /// <summary>How the test bank takes what the operator's keys prove.</summary>
    public Strictness TestBankStrictness { get; init; }

    /// <summary>Folder of *.json files with banks of the operator's own; null: only those that ship with the product.</summary>
    public string? CatalogueFolder { get; init; }

    /// <summary>Folder of files with the values of the catalogue's variables; null: none.</summary>
    public string? BankVariablesFolder { get; init; }

    /// <summary>The values of the catalogue's variables, by name. See <see cref="Platform.BankVariables"/>.</summary>
    public IReadOnlyDictionary<string, string> BankVariables { get; init; } = new Dictionary<string, string>();

    /// <summary>Id of the operator's application at Enable Banking; null: there is none.</summary>
    public string? EnableBankingApplicationId { get; init; }

    /// <summary>Its private key; null: the seal's.</summary>
    public string? EnableBankingKeyFile { get; init; }

    /// <summary>For which environment it was made.</summary>
    public UpstreamEnvironment? EnableBankingEnvironment { get; init; }

    /// <summary>Where its interface is; null: where it is for everybody.</summary>
    public Uri? EnableBankingUrl { get; init; }

    /// <summary>The application by which banks are read through Enable Banking; null: none.</summary>
    public UpstreamApplication? EnableBanking =>
        (EnableBankingApplicationId, EnableBankingEnvironment) is ({ } id, { } environment)
            ? new(id, environment, EnableBankingUrl)
            : null;

    /// <summary>The least that is logged, but for security events: they always are.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>The form of the log: to read in a sandbox, to collect in production, unless told otherwise.</summary>
    public LogForm LogForm
    {
        get => _logForm ?? (Environment == InstallationKind.Production ? LogForm.Json : LogForm.Text);
        init => _logForm = value;
    }

    /// <summary>What clients, users and addresses may do so many times a minute.</summary>
    public IReadOnlyDictionary<LimitedAction, RateLimit> RateLimits { get; init; } = RateLimit.Standard;

    /// <summary>How many wrong passwords a client and an address may bring in a quarter of an hour; users have a rule of their own.</summary>
    public RateLimit WrongPasswords { get; init; } = new(Client: 1000, User: null, Address: 300);

    /// <summary>How many rules of categories a client may have.</summary>
    public int CategoryRules { get; init; } = 200;

    /// <summary>How many webhooks a client may have.</summary>
    public int Webhooks { get; init; } = 20;

    /// <summary>Networks in which receivers of webhooks may be although they are not public.</summary>
    public IReadOnlyList<System.Net.IPNetwork> WebhookNetworks
    {
        get => field ?? (Environment == InstallationKind.Sandbox ? PublicNetwork.Loopback : []);
        init;
    }

    /// <summary>Certificate chain (PEM) that is shown to receivers of webhooks which want one; null: none.</summary>
    public string? WebhookCertificateFile { get; init; }

    /// <summary>Private key (PEM) of <see cref="WebhookCertificateFile"/>.</summary>
    public string? WebhookKeyFile { get; init; }

    /// <summary>Where measurements are to be had for Prometheus; null: nowhere.</summary>
    public string? MetricsListen { get; init; }

    /// <summary>The collector to which measurements and spans are sent by OTLP; null: none.</summary>
    public Uri? OtlpEndpoint { get; init; }

    /// <summary>Whether somebody collects what the platform measures.</summary>
    public bool ExportsTelemetry => MetricsListen is not null || OtlpEndpoint is not null;

    /// <summary>Where the certificates are by which banks know the operator; those that are not set are among them.</summary>
    public IReadOnlyList<BankCertificateFile> BankCertificates =>
        [
            new(
                "client_certificate_file",
                ClientCertificateFile,
                "client_key_file",
                ClientKeyFile,
                CertificateUse.Qwac
            ),
            new("seal_certificate_file", SealCertificateFile, "seal_key_file", SealKeyFile, CertificateUse.Qseal),
            new(
                "next_client_certificate_file",
                NextClientCertificateFile,
                "next_client_key_file",
                NextClientKeyFile,
                CertificateUse.Qwac,
                CertificateGeneration.Next
            ),
            new(
                "next_seal_certificate_file",
                NextSealCertificateFile,
                "next_seal_key_file",
                NextSealKeyFile,
                CertificateUse.Qseal,
                CertificateGeneration.Next
            ),
        ];

    /// <summary>Whether this process has the role.</summary>
    public bool Runs(Roles role) => (Roles & role) == role;
}

/// <summary>What an installation is for.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum InstallationKind
{
    /// <summary>To try things out: plain http, keys that it makes itself and the test bank are allowed.</summary>
    Sandbox,

    /// <summary>Real money: refuses everything that is only fit for a sandbox.</summary>
    Production,

    /// <summary>Real money of one household, on one machine of its own: makes its keys itself, and may speak plain http inside the house.</summary>
    Home,
}

/// <summary>How the widget lists test banks.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum TestBankEntries
{
    /// <summary>An entry for each channel.</summary>
    Channels,

    /// <summary>One entry for the bank: the channel is asked for afterwards.</summary>
    Bank,
}

/// <summary>What a process of the platform does.</summary>
[Flags]
internal enum Roles
{
    None = 0,

    /// <summary>The authorization server, under /auth.</summary>
    Auth = 1,

    /// <summary>The API and the documentation, under /api and /docs.</summary>
    Api = 2,

    /// <summary>The widget, under /embed.</summary>
    Embed = 4,

    /// <summary>Synchronizations and housekeeping, in the background.</summary>
    Worker = 8,

    All = Auth | Api | Embed | Worker,
}
