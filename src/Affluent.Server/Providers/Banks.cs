using System.Collections.Frozen;
using Affluent.Connectors;
using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;
using Affluent.Server.Platform;
using Affluent.TestBank;

namespace Affluent.Server.Providers;

/// <summary>The banks of this installation, and the connectors that speak to them.</summary>
internal sealed class Banks
{
    private const string TestBankVariable = "test_bank";

    // Only the bank itself asks before its port is known, and its paths are the same anywhere.
    private static readonly Uri Anywhere = new("http://localhost");

    private readonly IReadOnlyList<Provider> _catalogue;
    private readonly Func<string, IConnector?> _connector;

    // What is known changes as a whole while requests read it: none sees half of two.
    private volatile Known _known;

    /// <param name="connector">The connector of a family's name; channels whose family is unknown are left out.</param>
    public Banks(IEnumerable<Provider> providers, Func<string, IConnector?> connector)
    {
        _catalogue = [.. providers];
        _connector = connector;
        _known = new Known(_catalogue, [], connector);
    }

    /// <summary>Puts the banks that an upstream lists beside those of the catalogue, in the place of those it listed before.</summary>
    /// <param name="offered">In the order of their ids.</param>
    /// <param name="former">They are offered no longer; what is connected goes on.</param>
    public void Import(IReadOnlyList<Provider> offered, IReadOnlyList<Provider> former)
    {
        // An entry that somebody wrote for a bank of the list stands in its place.
        var own = _catalogue.SelectMany(bank => bank.Channels).Where(channel => channel.Upstream is not null);
        var entries = own.Select(WhoseOf).ToHashSet();
        var replaced = offered
            .Where(bank => bank.Channels.Any(channel => entries.Contains(WhoseOf(channel))))
            .ToArray();
        var joined = JoinedBanks.Of(_catalogue, offered, replaced);
        var hidden = joined.Select(join => join.Listed).ToHashSet();
        _known = new Known(
            [
                .. JoinedBanks.WithWays(_catalogue, joined),
                .. offered.Where(bank => !hidden.Contains(bank.Id)).Except(replaced),
            ],
            [.. former, .. replaced, .. offered.Where(bank => hidden.Contains(bank.Id))],
            _connector
        )
        {
            Joined =
            [
                .. joined,
                .. from listed in replaced
                from bank in _catalogue
                where bank.Channels.Any(channel => listed.Channels.Select(WhoseOf).Contains(WhoseOf(channel)))
                select new JoinedBank(bank.Id, listed.Id, JoinedBy.Entry, listed.Channels[0]),
            ],
        };
    }

    private static ListedName WhoseOf(ChannelDefinition channel) => ListedName.Of(channel);

    /// <summary>The banks that ship with the product and the operator's own; the test bank only where the settings say where it is.</summary>
    /// <exception cref="InvalidDataException">The catalogue has faults, or banks that are not for production; the message names them all.</exception>
    public static Banks Load(Settings settings)
    {
        var load = Catalogue.Load(Variables(settings), settings.CatalogueFolder);
        var all = Faults(load, settings);
        return all.Count == 0
            ? new Banks(load.Providers.Select(bank => OfUpstream(bank, settings)), Families.Find)
            {
                ListsTestBanksByChannel = settings.TestBankEntries == TestBankEntries.Channels,
                Unconfigured = [.. load.Unconfigured.Where(bank => !bank.Test)],
            }
            : throw new InvalidDataException(
                $"The catalogue of banks cannot be used:\n  - {string.Join("\n  - ", all)}"
            );
    }

    private static Provider OfUpstream(Provider bank, Settings settings) =>
        settings.EnableBanking is { } application && bank.Channels.Any(application.Reads)
            ? bank with
            {
                Channels =
                [
                    .. bank.Channels.Select(channel =>
                        application.Reads(channel) ? channel with { Upstream = UpstreamApplication.Upstream } : channel
                    ),
                ],
            }
            : bank;

    /// <summary>The banks that a file adds to the catalogue, and all that is wrong because of it.</summary>
    public static (IReadOnlyList<Provider> Added, IReadOnlyList<string> Faults) Check(string file, Settings settings)
    {
        var load = Catalogue.Check(file, Variables(settings), settings.CatalogueFolder);
        return (load.Providers, Faults(load, settings));
    }

    /// <summary>All banks of the catalogue with the installation's variables as they are written, <c>{name}</c>.</summary>
    public static IReadOnlyList<Provider> Unfilled(Settings settings) => Catalogue.Unfilled(settings.CatalogueFolder);

    /// <summary>The channels in whose place the test bank stands, wherever it is.</summary>
    public static IReadOnlyList<ChannelDefinition> Imitated(Settings settings) =>
        [
            .. Catalogue
                .Load(
                    Variables(settings with { TestBankUrl = settings.TestBankUrl ?? Anywhere }),
                    settings.CatalogueFolder
                )
                .Providers.SelectMany(provider => provider.Channels)
                .Where(channel => channel.Imitated),
        ];

    private static Dictionary<string, string> Variables(Settings settings)
    {
        var variables = new Dictionary<string, string>(settings.BankVariables, StringComparer.Ordinal);
        variables.Remove(TestBankVariable);
        variables.Remove(Catalogue.StrictTestBank);
        if (settings.TestBankStrictness != Strictness.Off)
        {
            variables.Add(Catalogue.StrictTestBank, "strict");
        }
        if (settings.TestBankUrl is { } testBank)
        {
            variables.Add(TestBankVariable, testBank.AbsoluteUri.TrimEnd('/'));
        }
        return variables;
    }

    private static List<string> Faults(CatalogueLoad load, Settings settings) =>
        [
            .. from fault in load.Faults
            let unset = fault.UnsetVariable
            where unset is null || !BankVariables.HasFile(unset, settings.BankVariablesFolder)
            select unset is null ? fault.ToString() : $"{fault}: {BankVariables.HowToSet(unset)}",
            .. settings.Environment switch
            {
                InstallationKind.Sandbox => [],
                InstallationKind.Home => load
                    .Providers.Where(provider => !provider.Test || settings.TestBankUrl is null)
                    .SelectMany(PlainHttp),
                InstallationKind.Production => load.Providers.SelectMany(NotForProduction),
            },
        ];

    private static IEnumerable<string> NotForProduction(Provider provider) =>
        provider.Test
            ? PlainHttp(provider).Prepend($"{provider.Id} {provider.Name}: is a test bank")
            : PlainHttp(provider);

    private static IEnumerable<string> PlainHttp(Provider provider) =>
        from channel in provider.Channels
        from setting in channel.Settings
        where setting.Value.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        select $"{provider.Id} {provider.Name}: {setting.Key} of channel {channel.Id} is plain http";

    /// <summary>What an operator does who offers no bank.</summary>
    public const string HowToOffer =
        "name your application at Enable Banking (see docs/how-to/enable-banking.md), set the variables of banks that ship (see docs/reference/banks.md), or put entries into a folder that catalogue_folder names (see docs/advanced/connectors.md)";

    /// <summary>Those that are offered.</summary>
    public IReadOnlyList<Provider> All => _known.Offered;

    /// <summary>Those that are not offered any longer too.</summary>
    public IReadOnlyList<Provider> WithFormer => _known.All;

    /// <summary>Real banks that ship with the product, whose variables are not set here: users are not offered them.</summary>
    public IReadOnlyList<UnconfiguredBank> Unconfigured { get; private init; } = [];

    /// <summary>The banks of the catalogue that an upstream lists too.</summary>
    public IReadOnlyList<JoinedBank> Joined => _known.Joined;

    /// <summary>A bank and those that are the same one, under other ids; the bank itself first.</summary>
    public IReadOnlyList<ProviderId> SameAs(ProviderId id)
    {
        var joined = _known.Joined;
        if (joined.Count == 0)
        {
            return [id];
        }
        var bank = joined.FirstOrDefault(join => join.Listed == id)?.Bank ?? id;
        return
        [
            id,
            .. joined
                .Where(join => join.Bank == bank)
                .Select(join => join.Listed)
                .Append(bank)
                .Where(one => one != id)
                .Distinct(),
        ];
    }

    /// <summary>Whether test banks have an entry for each channel in the widget's list.</summary>
    public bool ListsTestBanksByChannel { get; init; }

    /// <summary>Whether users choose a channel of the bank in the list of banks, and not afterwards.</summary>
    public bool ListsByChannel(Provider bank) => bank.Test && ListsTestBanksByChannel;

    /// <summary>A bank, offered or not.</summary>
    public Provider? Provider(ProviderId id) => _known.Providers.GetValueOrDefault(id)?.Bank;

    /// <summary>A bank that is offered: to be connected anew.</summary>
    public Provider? Offered(ProviderId id) =>
        _known.Providers.GetValueOrDefault(id) is { IsOffered: true, Bank: var bank } ? bank : null;

    /// <summary>A bank that is offered, or the offered one that is the same.</summary>
    public Provider? ToConnect(ProviderId id) =>
        Offered(id) ?? SameAs(id).Select(Offered).FirstOrDefault(bank => bank is not null);

    /// <summary>The zone in which a bank's days are meant.</summary>
    public TimeZoneInfo ZoneOf(ProviderId id) =>
        Provider(id) is { } provider && TimeZoneInfo.TryFindSystemTimeZoneById(provider.TimeZone, out var zone)
            ? zone
            : TimeZoneInfo.Utc;

    /// <summary>The channel with its connector.</summary>
    public BankChannel? Channel(ChannelDefinitionId id) => _known.Channels.GetValueOrDefault(id);

    /// <summary>Where users of a channel are sent back to; null: there is no such channel.</summary>
    public ReturnPlace? ReturnPlaceOf(ChannelDefinitionId id) =>
        Channel(id) is { } channel ? ReturnPlace.Of(channel.Definition) : null;

    private sealed record KnownBank(Provider Bank, bool IsOffered);

    private sealed class Known
    {
        public Known(
            IReadOnlyList<Provider> offered,
            IReadOnlyList<Provider> former,
            Func<string, IConnector?> connector
        )
        {
            Offered = offered;
            KnownBank[] all =
            [
                .. offered.Select(bank => new KnownBank(bank, IsOffered: true)),
                .. former.Select(bank => new KnownBank(bank, IsOffered: false)),
            ];
            All = [.. offered, .. former];
            Providers = all.ToFrozenDictionary(known => known.Bank.Id);
            var families = new Dictionary<string, IConnector?>(StringComparer.Ordinal);
            Channels = (
                from known in all
                from channel in known.Bank.Channels
                let speaks = ConnectorOf(channel.Connector)
                where speaks is not null
                select new BankChannel(known.Bank, channel, speaks)
            )
                // One that two banks have is the offered one's.
                .DistinctBy(channel => channel.Definition.Id)
                .ToFrozenDictionary(channel => channel.Definition.Id);

            IConnector? ConnectorOf(string family) =>
                families.TryGetValue(family, out var found) ? found : families[family] = connector(family);
        }

        public IReadOnlyList<JoinedBank> Joined { get; init; } = [];

        public IReadOnlyList<Provider> Offered { get; }

        public IReadOnlyList<Provider> All { get; }

        public FrozenDictionary<ProviderId, KnownBank> Providers { get; }

        public FrozenDictionary<ChannelDefinitionId, BankChannel> Channels { get; }
    }
}

/// <summary>One way to a bank's data, with the connector that speaks to it.</summary>
internal sealed record BankChannel(Provider Bank, ChannelDefinition Definition, IConnector Connector)
{
    /// <summary>Whether files that the user brings are read, in the place of a bank.</summary>
    public bool ReadsFiles => Connector is IStatementFiles;
}
