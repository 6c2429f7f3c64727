using System.Collections.Frozen;
using Affluent.Connectors;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.TestBank;

namespace Affluent.Server.Providers;

/// <summary>The banks of this installation, and the connectors that speak to them.</summary>
internal sealed class Banks
{
    private const string TestBankVariable = "test_bank";

    // Only the bank itself asks before its port is known, and its paths are the same anywhere.
    private static readonly Uri Anywhere = new("http://localhost");

    private readonly FrozenDictionary<ProviderId, Provider> _providers;
    private readonly FrozenDictionary<ChannelDefinitionId, BankChannel> _channels;

    /// <param name="connector">The connector of a family's name; channels whose family is unknown are left out.</param>
    public Banks(IEnumerable<Provider> providers, Func<string, IConnector?> connector)
    {
        All = [.. providers];
        _providers = All.ToFrozenDictionary(p => p.Id);
        _channels = All.SelectMany(p => p.Channels)
            .Select(c => (Definition: c, Connector: connector(c.Connector)))
            .Where(c => c.Connector is not null)
            .ToFrozenDictionary(c => c.Definition.Id, c => new BankChannel(c.Definition, c.Connector!));
    }

    /// <summary>The banks that ship with the product and the operator's own; the test bank only where the settings say where it is.</summary>
    /// <exception cref="InvalidDataException">The catalogue has faults, or banks that are not for production; the message names them all.</exception>
    public static Banks Load(Settings settings)
    {
        var load = Catalogue.Load(Variables(settings), settings.CatalogueFolder);
        var all = Faults(load, settings);
        return all.Count == 0
            ? new Banks(load.Providers, Families.Find)
            {
                ListsTestBanksByChannel = settings.TestBankEntries == TestBankEntries.Channels,
                Unconfigured = [.. load.Unconfigured.Where(bank => !bank.Test)],
            }
            : throw new InvalidDataException(
                $"The catalogue of banks cannot be used:\n  - {string.Join("\n  - ", all)}"
            );
    }

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
            .. settings.Environment == InstallationKind.Production ? load.Providers.SelectMany(NotForProduction) : [],
        ];

    private static IEnumerable<string> NotForProduction(Provider provider)
    {
        if (provider.Test)
        {
            yield return $"{provider.Id} {provider.Name}: is a test bank";
        }
        foreach (var channel in provider.Channels)
        {
            foreach (var (name, value) in channel.Settings)
            {
                if (value.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
                {
                    yield return $"{provider.Id} {provider.Name}: {name} of channel {channel.Id} is plain http";
                }
            }
        }
    }

    /// <summary>What an operator does who offers no bank.</summary>
    public const string HowToOffer =
        "set the variables of banks that ship (see docs/reference/banks.md), or put entries into a folder that catalogue_folder names (see docs/advanced/connectors.md)";

    public IReadOnlyList<Provider> All { get; }

    /// <summary>Real banks that ship with the product, whose variables are not set here: users are not offered them.</summary>
    public IReadOnlyList<UnconfiguredBank> Unconfigured { get; private init; } = [];

    /// <summary>Whether test banks have an entry for each channel in the widget's list.</summary>
    public bool ListsTestBanksByChannel { get; init; }

    /// <summary>Whether users choose a channel of the bank in the list of banks, and not afterwards.</summary>
    public bool ListsByChannel(Provider bank) => bank.Test && ListsTestBanksByChannel;

    public Provider? Provider(ProviderId id) => _providers.GetValueOrDefault(id);

    /// <summary>The zone in which a bank's days are meant.</summary>
    public TimeZoneInfo ZoneOf(ProviderId id) =>
        Provider(id) is { } provider && TimeZoneInfo.TryFindSystemTimeZoneById(provider.TimeZone, out var zone)
            ? zone
            : TimeZoneInfo.Utc;

    /// <summary>The channel with its connector.</summary>
    public BankChannel? Channel(ChannelDefinitionId id) => _channels.GetValueOrDefault(id);

    /// <summary>Where users of a channel are sent back to; null: there is no such channel.</summary>
    public ReturnPlace? ReturnPlaceOf(ChannelDefinitionId id) =>
        Channel(id) is { } channel ? ReturnPlace.Of(channel.Definition) : null;
}

/// <summary>One way to a bank's data, with the connector that speaks to it.</summary>
internal sealed record BankChannel(ChannelDefinition Definition, IConnector Connector)
{
    /// <summary>Whether files that the user brings are read, in the place of a bank.</summary>
    public bool ReadsFiles => Connector is IStatementFiles;
}
