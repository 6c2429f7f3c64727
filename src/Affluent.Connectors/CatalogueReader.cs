using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors;

/// <summary>Reads one bank of the catalogue and gathers all that is wrong with it.</summary>
/// <param name="file">That the bank stands in.</param>
/// <param name="variables">Of the installation.</param>
/// <param name="profiles">That channels may be of.</param>
/// <param name="unfilled">Whether variables of the installation stay written as they are, <c>{name}</c>: for those who read what an entry says.</param>
internal sealed partial class CatalogueReader(
    string file,
    IReadOnlyDictionary<string, string> variables,
    CatalogueProfiles profiles,
    bool unfilled = false
)
{
    /// <summary>ISO 9362: who (four characters), country, where, and maybe which branch.</summary>
    public const string BicPattern = "^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?$";

    public const int UnattendedReadingsByLaw = 4;

    private const int LengthOfListedIds = 10;

    private readonly List<CatalogueFault> _faults = [];
    private readonly Dictionary<string, (string Path, CataloguePlace Place)> _unset = new(StringComparer.Ordinal);

    private Dictionary<string, string> _ofBrand = [];

    // Nobody has to be known at a bank that is imitated.
    private bool _standsIn;

    public IReadOnlyList<CatalogueFault> Faults => _faults;

    /// <summary>What one bank of the catalogue comes to; its faults are gathered.</summary>
    /// <param name="brand">The bank's object.</param>
    /// <param name="path">Where it stands in the file.</param>
    /// <param name="common">What the brands of its file have in common.</param>
    /// <param name="shipped">Whether it comes with the product: an operator who says nothing of it does not have it.</param>
    public CatalogueBank Read(JsonElement brand, string path = "", JsonElement? common = null, bool shipped = false)
    {
        var entry = new CatalogueEntry(this, brand, new(file, path));
        if (common is { } shared)
        {
            entry = entry.Above(new CatalogueEntry(this, shared, new(file, "common")));
        }
        var provider = ReadProvider(entry);
        if (_unset.Count > 0 && (provider.Test || shipped))
        {
            return new CatalogueBank.NotConfigured(provider, [.. _unset.Keys]);
        }
        foreach (var (name, (field, place)) in _unset)
        {
            var from = place == new CataloguePlace(file, field) ? "" : $" ({place.File}: {place.Path} refers to it)";
            _faults.Add(new(file, field, $"the variable {{{name}}} is not set{from}") { UnsetVariable = name });
        }
        return _faults.Count > 0 && !unfilled
            ? new CatalogueBank.Faulty()
            : new CatalogueBank.Usable(provider, path == "" ? "id" : $"{path}.id");
    }

    private Provider ReadProvider(CatalogueEntry entry)
    {
        // They may refer to variables of the installation, not to each other.
        _ofBrand = entry.Texts("variables");
        var id = entry.Text("id", required: true);
        if (!DecimalId().IsMatch(id))
        {
            entry.Fault("id", "is not a decimal number");
        }
        if (id is ['9', ..] && id.Length == LengthOfListedIds)
        {
            entry.Fault("id", "begins with 9 and has ten digits: such ids belong to banks that an upstream lists");
        }
        var country = entry.Text("country_code", required: true);
        if (!Alpha3().IsMatch(country))
        {
            entry.Fault("country_code", "is not an ISO 3166-1 alpha-3 code (FRA, BEL …)");
        }
        var zone = entry.Text("time_zone", unlessSaid: "Europe/Paris");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
        {
            entry.Fault("time_zone", "is no IANA time zone (Europe/Paris …)");
        }
        var provider = new Provider
        {
            Id = new ProviderId(id),
            Name = entry.Text("name", required: true),
            CountryCode = country,
            Bic = ReadBic(entry),
            Verified = entry.Has("verified") ? entry.Choice<Verification>("verified") : Verification.None,
            BaseUrl = entry.Address("base_url"),
            TimeZone = zone,
            ReadingsADay = entry.Number("readings_a_day", 1, 1, UnattendedReadingsByLaw),
            ConcurrentRuns = entry.Number("concurrent_runs", Provider.StandardConcurrentRuns, 1, 10_000),
            RequestsPerSecond = entry.Has("requests_per_second")
                ? entry.Number("requests_per_second", 0, 1, 10_000)
                : null,
            QuietHours = [.. entry.List("quiet_hours").Select(CatalogueHours.Quiet)],
            Maintenance = [.. entry.List("maintenance").Select(CatalogueHours.Maintenance)],
            Outage = entry.Inner("outage") is { } outage ? CatalogueHours.Outage(outage) : new(),
            Test = entry.Switch("test"),
            UpstreamBank = entry.Inner("upstream_bank") is { } upstream ? CatalogueWays.Read(upstream) : null,
            Channels =
            [
                .. entry
                    .List("channels")
                    .Select(c => ReadChannel(c, id))
                    .OfType<ChannelDefinition>()
                    .OrderBy(c => c.Mode),
            ],
        };
        if (!entry.List("channels").Any())
        {
            entry.Fault("channels", "names no channel");
        }
        if (!provider.Test && provider.Channels.Any(c => c.Imitated))
        {
            entry.Fault("test", "is true where the test bank stands in the place of a bank");
        }
        if (!provider.Test && entry.List("channels").Any(channel => channel.Says(CatalogueProfiles.Strict)))
        {
            entry.Fault("test", $"is true where a channel says '{CatalogueProfiles.Strict}'");
        }
        CatalogueWays.Check(entry, provider);
        foreach (var channel in provider.Channels.Where(c => c.UnattendedReadings < provider.ReadingsADay))
        {
            entry.Fault("readings_a_day", $"is more than unattended_readings of the channel {channel.Mode} allows");
        }
        _ = entry.Has("$schema");
        entry.NoMore(CatalogueObject.Bank);
        return provider;
    }

    private static string? ReadBic(CatalogueEntry entry)
    {
        if (!entry.Has("bic"))
        {
            return null;
        }
        var bic = entry.Text("bic");
        if (!Bic().IsMatch(bic))
        {
            entry.Fault("bic", "is not a BIC (ISO 9362: eight or eleven capitals and digits)");
        }
        return bic;
    }

    private ChannelDefinition? ReadChannel(CatalogueEntry said, string providerId)
    {
        if (!profiles.TryPutBelow(said, this, out var entry))
        {
            return null;
        }
        var strict = variables.ContainsKey(Catalogue.StrictTestBank) ? said.Inner(CatalogueProfiles.Strict) : null;
        if (strict is not null)
        {
            entry = strict.Above(entry);
        }
        _ = entry.Has(CatalogueProfiles.Strict);
        var like = said.Says(CatalogueProfiles.Like);
        _standsIn = like;
        var family = entry.Text("connector", required: true);
        var connector = Families.Find(family);
        var mode = connector is null || entry.Has("mode") ? entry.Choice<ChannelMode>("mode") : connector.Manifest.Mode;
        var expected = providerId + (mode == ChannelMode.Redirect ? "01" : "00");
        var settings = entry.Texts("settings", objects: true);
        var channel = new ChannelDefinition
        {
            Id = new ChannelDefinitionId(entry.Text("id", unlessSaid: expected)),
            Mode = mode,
            Connector = family,
            Profile =
                like ? said.Text(CatalogueProfiles.Like)
                : entry.Has("profile") ? entry.Text("profile")
                : null,
            Imitated = like,
            AccountTypes = entry.Choices<BankAccountType>("account_types"),
            Capabilities = connector?.Manifest.Capabilities ?? [],
            Interactive = entry.Switch("interactive"),
            Unavailable = entry.Switch("unavailable"),
            Credentials = [.. entry.List("credentials").Select(ReadCredential)],
            Settings = settings,
            // In plain text nobody shows one.
            ClientCertificate =
                entry.Switch("client_certificate")
                && !like
                && !(strict is not null && settings.Values.Any(v => v.StartsWith("http://", StringComparison.Ordinal))),
            Certificates = entry.Has("certificates")
                ? entry.Choice<CertificateGeneration>("certificates")
                : CertificateGeneration.Present,
            CertificateAuthorities = entry.Has("certificate_authorities") ? ReadAuthorities(entry) : null,
            ConsentDays = entry.Number("consent_days", 180, 1, 3650),
            UnattendedReadings =
                mode == ChannelMode.Redirect || entry.Has("unattended_readings")
                    ? entry.Number("unattended_readings", UnattendedReadingsByLaw, 1, 1_000)
                    : null,
            TransactionIds = entry.Has("transaction_ids")
                ? entry.Choice<TransactionIds>("transaction_ids")
                : TransactionIds.Absent,
            Reconciliation = entry.Inner("reconciliation") is { } inner
                ? CatalogueRules.Read(inner, CatalogueObject.Reconciliation, new())
                : new(),
            BalanceKinds = entry.Choices<BankBalanceKind>("balance_kinds"),
            CardBalanceKinds = entry.Choices<BankBalanceKind>("card_balance_kinds"),
        };
        _standsIn = false;
        if (like && connector is not null)
        {
            foreach (var fault in CatalogueLikeness.Faults(connector.Manifest))
            {
                said.Fault(CatalogueProfiles.Like, fault);
            }
            channel = CatalogueLikeness.AtTheTestBank(
                channel,
                connector.Manifest,
                said.Fill("{test_bank}", CatalogueProfiles.Like)
            );
        }
        if (entry.Inner("shadow_reconciliation") is { } shadow)
        {
            channel = channel with
            {
                ShadowReconciliation = CatalogueRules.ReadShadow(
                    shadow,
                    channel.TransactionIds,
                    channel.Reconciliation
                ),
            };
        }
        entry.NoMore(CatalogueObject.Channel);
        if (CatalogueWays.FaultOfId(channel, providerId) is { } misnamed)
        {
            entry.Fault("id", misnamed);
        }
        if (channel.AccountTypes.Count == 0)
        {
            entry.Fault("account_types", "names no kind of account");
        }
        var asks = channel.Credentials.Count > 0;
        if (
            mode == ChannelMode.Embedded
                ? !asks && connector is not IStatementFiles
                : asks && connector?.Manifest.CredentialNames is null
        )
        {
            entry.Fault("credentials", "are asked on the channel EMBEDDED, and only there");
        }
        foreach (
            var twice in channel
                .Credentials.SelectMany(c => new[] { c.Id, c.Name })
                .GroupBy(v => v, StringComparer.Ordinal)
                .Where(g => g.Count() > 1)
        )
        {
            entry.Fault("credentials", $"'{twice.Key}' stands more than once");
        }
        if (connector is not null)
        {
            foreach (var fault in connector.Manifest.Check(channel))
            {
                entry.FaultHere("settings", fault);
            }
        }
        else
        {
            entry.Fault("connector", Families.Unknown(family));
        }
        return channel;
    }

    /// <summary>Reads rules as an entry states those of its shadow; null when they have faults.</summary>
    public ShadowReconciliation? ReadShadow(JsonElement rules, TransactionIds ids, ReconciliationSettings unlessSaid)
    {
        var shadow = CatalogueRules.ReadShadow(new CatalogueEntry(this, rules, new(file, "")), ids, unlessSaid);
        return _faults.Count == 0 ? shadow : null;
    }

    private static string ReadAuthorities(CatalogueEntry entry)
    {
        var text = entry.Text("certificate_authorities");
        try
        {
            X509Certificate2Collection authorities = [];
            authorities.ImportFromPem(text);
            if (authorities.Count > 0)
            {
                return text;
            }
        }
        catch (CryptographicException)
        {
            // As one that holds none.
        }
        entry.Fault("certificate_authorities", "holds no certificate as PEM");
        return text;
    }

    private static CredentialField ReadCredential(CatalogueEntry entry)
    {
        var field = new CredentialField(
            entry.Text("id", required: true),
            entry.Text("name", required: true),
            entry.Texts("labels"),
            entry.Choice<CredentialType>("type"),
            entry.Switch("encrypt"),
            entry.Has("regexp") ? entry.Text("regexp") : null,
            entry.Switch("optional")
        );
        entry.NoMore(CatalogueObject.Credential);
        if (!DecimalId().IsMatch(field.Id))
        {
            entry.Fault("id", "is not a decimal number");
        }
        if (!field.Labels.ContainsKey("en") || !field.Labels.ContainsKey("fr"))
        {
            entry.Fault("labels", "need a text for en and one for fr");
        }
        if (field.Regexp is not null && !IsRegex(field.Regexp))
        {
            entry.Fault("regexp", "is no regular expression, or one that looks around or back");
        }
        return field;
    }

    private static bool IsRegex(string pattern)
    {
        try
        {
            // By itself, and as forms are checked: the whole value, without looking around or back (no value may take long).
            foreach (var one in new[] { pattern, $"^(?:{pattern})$" })
            {
                _ = new Regex(one, RegexOptions.NonBacktracking, TimeSpan.FromSeconds(1));
            }
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>Notes a fault at a place of a file.</summary>
    public void Fault(CataloguePlace place, string reason) => _faults.Add(new(place.File, place.Path, reason));

    /// <summary>A text with its placeholders filled from the variables: of the brand, then of the installation.</summary>
    /// <param name="text">To be filled.</param>
    /// <param name="path">Of the bank's member that holds it.</param>
    /// <param name="place">Where the text stands.</param>
    public string Fill(string text, string path, CataloguePlace place) =>
        !text.Contains('{', StringComparison.Ordinal)
            ? text
            : Placeholder()
                .Replace(
                    text,
                    match =>
                    {
                        var name = match.Groups["name"].Value;
                        if (unfilled && !_ofBrand.ContainsKey(name))
                        {
                            return match.Value;
                        }
                        if (
                            (_ofBrand.TryGetValue(name, out var value) || variables.TryGetValue(name, out value))
                            && value != ""
                        )
                        {
                            // An address keeps one slash before its path; a secret stays as it is.
                            return text.AsSpan(match.Index + match.Length).StartsWith("/") ? value.TrimEnd('/') : value;
                        }
                        if (_standsIn)
                        {
                            return name;
                        }
                        _unset.TryAdd(name, (path, place));
                        // Any address will do: an entry with a variable that is not set is never used.
                        return "http://unset.invalid";
                    }
                );

    [GeneratedRegex("^[1-9][0-9]{0,17}$", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex DecimalId();

    [GeneratedRegex(BicPattern, RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Bic();

    [GeneratedRegex("^[A-Z]{3}$", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Alpha3();

    [GeneratedRegex(@"\{(?<name>[a-z][a-z0-9_]*)\}", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Placeholder();
}
