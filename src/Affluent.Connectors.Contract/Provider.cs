namespace Affluent.Connectors.Contract;

/// <summary>A bank as users know it; an entry of the catalogue.</summary>
public sealed record Provider
{
    /// <summary>Decimal, never reused.</summary>
    public required ProviderId Id { get; init; }

    /// <summary>As shown to users.</summary>
    public required string Name { get; init; }

    /// <summary>ISO 3166-1 alpha-3.</summary>
    public required string CountryCode { get; init; }

    /// <summary>How payments name it (ISO 9362); null: not said.</summary>
    public string? Bic { get; init; }

    /// <summary>How it is known that the entry is right.</summary>
    public Verification Verified { get; init; }

    /// <summary>The bank's public site.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>IANA name of the zone in which the bank's days are meant.</summary>
    public string TimeZone { get; init; } = "Europe/Paris";

    /// <summary>How often a day a connection is read by itself: once by night, or two to four times, evenly.</summary>
    public int ReadingsADay { get; init; } = 1;

    /// <summary>How many synchronizations may ask it at the same time, over all users and nodes.</summary>
    public int ConcurrentRuns { get; init; } = StandardConcurrentRuns;

    /// <summary>What a bank bears that says nothing.</summary>
    public const int StandardConcurrentRuns = 40;

    /// <summary>How many requests a second it bears, over all users and nodes; null: it sets no bound.</summary>
    public int? RequestsPerSecond { get; init; }

    /// <summary>When nothing is read by night.</summary>
    public IReadOnlyList<QuietHours> QuietHours { get; init; } = [];

    /// <summary>When it is closed.</summary>
    public IReadOnlyList<MaintenanceWindow> Maintenance { get; init; } = [];

    /// <summary>What is done when it does not answer.</summary>
    public OutageSettings Outage { get; init; } = new();

    /// <summary>True for banks that hold invented money: refused in production.</summary>
    public bool Test { get; init; }

    /// <summary>Whether the upstream through which it is read still tries it out.</summary>
    public bool Beta { get; init; }

    /// <summary>Whether the bank of that name in an upstream's list is this one, and what is made of it; null: the BIC says it.</summary>
    public UpstreamWay? UpstreamBank { get; init; }

    /// <summary>The ways to its data, REDIRECT first; several of one mode in the order in which they are preferred.</summary>
    public required IReadOnlyList<ChannelDefinition> Channels { get; init; }
}

/// <summary>A bank of the catalogue that an upstream lists too: which of the list it is, and when users are led that way.</summary>
/// <param name="Name">As the list calls it; null: known by its BIC.</param>
/// <param name="Business">Whether it is the entry for businesses.</param>
/// <param name="Place">Where it stands among the ways to the bank.</param>
public sealed record UpstreamWay(string? Name, bool Business, UpstreamPlace Place);

/// <summary>Where the way by an upstream stands among those to a bank.</summary>
public enum UpstreamPlace
{
    /// <summary>Where no other REDIRECT way can be used.</summary>
    FallBack,

    /// <summary>Before the others.</summary>
    Preferred,

    /// <summary>It is none: the bank of the list stays a bank by itself.</summary>
    None,
}

/// <summary>One way to a bank's data: which connector speaks to it, with which settings, and what it brings.</summary>
public sealed record ChannelDefinition
{
    /// <summary>Provider id followed by 00 (EMBEDDED) or 01 (REDIRECT, further ways 02 to 99); of a way by an upstream, the id of the listed bank.</summary>
    public required ChannelDefinitionId Id { get; init; }

    /// <summary>How the user lets us in.</summary>
    public required ChannelMode Mode { get; init; }

    /// <summary><see cref="ConnectorManifest.Family"/> of the connector that speaks to it.</summary>
    public required string Connector { get; init; }

    /// <summary>The profile that says what the entry does not; null: the entry says all.</summary>
    public string? Profile { get; init; }

    /// <summary>Whether the test bank stands in the place of a bank of that profile.</summary>
    public bool Imitated { get; init; }

    /// <summary>
    /// The upstream through which the operator reads it, by its family: it holds the licence, knows the operator by one application with a key of its own, and sends the users
    /// of all its banks back to one address; null: none, or one that this channel alone knows of.
    /// </summary>
    public string? Upstream { get; init; }

    /// <summary>Kinds of account it brings.</summary>
    public required IReadOnlyList<BankAccountType> AccountTypes { get; init; }

    /// <summary>What can be done over it: <see cref="ConnectorManifest.Capabilities"/> of its connector.</summary>
    public IReadOnlyList<Capability> Capabilities { get; init; } = [];

    /// <summary>Whether the bank may ask questions during a run.</summary>
    public bool Interactive { get; init; }

    /// <summary>Whether it is out of service.</summary>
    public bool Unavailable { get; init; }

    /// <summary>Fields of the credentials form; empty on REDIRECT.</summary>
    public IReadOnlyList<CredentialField> Credentials { get; init; } = [];

    /// <summary>Values that the connector's manifest asks for, by name (addresses, client id, version …).</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the bank wants to see the operator's certificate (QWAC) when a connection is made (mutual TLS).</summary>
    public bool ClientCertificate { get; init; }

    /// <summary>Which of the operator's certificates the bank knows, those of connections and of messages.</summary>
    public CertificateGeneration Certificates { get; init; }

    /// <summary>The authorities, as PEM, by which the bank's own certificate is to be judged, and by no other; null: those of the machine.</summary>
    public string? CertificateAuthorities { get; init; }

    /// <summary>How long the user's authorization lasts, in days (180 by Delegated Regulation 2022/2360; less at some banks).</summary>
    public int ConsentDays { get; init; } = 180;

    /// <summary>
    /// How often it may be read within 24 hours without the user, on REDIRECT (four times by Delegated Regulation (EU) 2018/389, article 36(5)(b);
    /// less at some banks); null: as often as wanted.
    /// </summary>
    public int? UnattendedReadings { get; init; }

    /// <summary>How far the bank's transaction ids can be trusted.</summary>
    public TransactionIds TransactionIds { get; init; } = TransactionIds.Absent;

    /// <summary>How the bank changes rows that it has listed before.</summary>
    public ReconciliationSettings Reconciliation { get; init; } = new();

    /// <summary>Rules that are tried beside those in force and decide nothing; null: none.</summary>
    public ShadowReconciliation? ShadowReconciliation { get; init; }

    /// <summary>Which kind of balance is the account's, the best first; empty: the usual order.</summary>
    public IReadOnlyList<BankBalanceKind> BalanceKinds { get; init; } = [];

    /// <summary>The same for cards.</summary>
    public IReadOnlyList<BankBalanceKind> CardBalanceKinds { get; init; } = [];
}

/// <summary>How it is known that the entry of a bank is right.</summary>
public enum Verification
{
    /// <summary>Not at all: it says what is known, and the rest is the operator's to say.</summary>
    None,

    /// <summary>What the bank, or its platform, publishes was read.</summary>
    Specification,

    /// <summary>Recorded exchanges of its platform were replayed, request by request.</summary>
    Replay,
}

/// <summary>How the user lets us in.</summary>
public enum ChannelMode
{
    /// <summary>REDIRECT: the bank's own pages and its PSD2 interface.</summary>
    Redirect,

    /// <summary>EMBEDDED: credentials given to us, the bank's web site read.</summary>
    Embedded,
}

/// <summary>What a bank's transaction ids are worth.</summary>
public enum TransactionIds
{
    /// <summary>None, or new ones at each reading: not looked at.</summary>
    Absent,

    /// <summary>Stable once booked; a pending transaction books under another id.</summary>
    StableOnceBooked,

    /// <summary>The same from the first sight on.</summary>
    Stable,
}

/// <summary>A field of a credentials form.</summary>
/// <param name="Id">Decimal string of the published API (300, 301 …).</param>
/// <param name="Name">Short technical name, used as id of the form's input (login, password …).</param>
/// <param name="Labels">Text per language ("en", "fr").</param>
/// <param name="Type">Plain text or password.</param>
/// <param name="Encrypt">Whether the published API marks it as to be encrypted. All are, at rest.</param>
/// <param name="Regexp">What a value must look like, as a whole; null = anything.</param>
/// <param name="Optional">May be left empty.</param>
public sealed record CredentialField(
    string Id,
    string Name,
    IReadOnlyDictionary<string, string> Labels,
    CredentialType Type,
    bool Encrypt = false,
    string? Regexp = null,
    bool Optional = false
);

/// <summary>Kind of input.</summary>
public enum CredentialType
{
    /// <summary>TEXT.</summary>
    Text,

    /// <summary>PWD: what must not be seen on the screen.</summary>
    Pwd,
}

/// <summary>Certificates end and others take their place, which banks learn of one after the other.</summary>
public enum CertificateGeneration
{
    /// <summary>Those that all banks know.</summary>
    Present,

    /// <summary>Those to come.</summary>
    Next,
}
