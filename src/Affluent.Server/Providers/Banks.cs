using System.Collections.Frozen;
using Affluent.Connectors;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;

namespace Affluent.Server.Providers;

/// <summary>The banks of this installation, and the connectors that speak to them.</summary>
internal sealed class Banks
{
    private readonly FrozenDictionary<string, Provider> _providers;
    private readonly FrozenDictionary<string, BankChannel> _channels;

    /// <param name="connector">The connector of a family's name; channels whose family is unknown are left out.</param>
    public Banks(IEnumerable<Provider> providers, Func<string, IConnector?> connector)
    {
        All = [.. providers];
        _providers = All.ToFrozenDictionary(p => p.Id, StringComparer.Ordinal);
        _channels = All.SelectMany(p =>
                p.Channels.Select(c => (Provider: p, Channel: c, Connector: connector(c.Connector)))
            )
            .Where(c => c.Connector is not null)
            .ToFrozenDictionary(
                c => c.Channel.Id,
                c => new BankChannel(c.Provider, c.Channel, c.Connector!),
                StringComparer.Ordinal
            );
    }

    /// <summary>The banks that ship with the product; the test bank only where the settings say where it is.</summary>
    /// <exception cref="InvalidOperationException">The catalogue has faults; the message names them all.</exception>
    public static Banks Load(Settings settings)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        if (settings.TestBankUrl is { } testBank)
        {
            variables.Add("test_bank", testBank.AbsoluteUri.TrimEnd('/'));
        }
        var load = Catalogue.Load(variables);
        return load.Faults.Count == 0
            ? new Banks(load.Catalogue.Providers, Families.Find)
            : throw new InvalidOperationException(string.Join('\n', load.Faults));
    }

    public IReadOnlyList<Provider> All { get; }

    public Provider? Provider(string id) => _providers.GetValueOrDefault(id);

    /// <summary>The channel of a channel definition id, with its bank and its connector.</summary>
    public BankChannel? Channel(string definitionId) => _channels.GetValueOrDefault(definitionId);
}

/// <summary>One way to a bank's data, with the connector that speaks to it.</summary>
internal sealed record BankChannel(Provider Provider, ChannelDefinition Definition, IConnector Connector);
