using Affluent.Connectors.BerlinGroup;
using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;
using Affluent.Connectors.OpenBankingUk;
using Affluent.Connectors.Scraping;
using Affluent.Connectors.StatementFiles;
using Affluent.Connectors.Stet;

namespace Affluent.Connectors;

/// <summary>The families of banks that this build can speak to. A new connector is added here and nowhere else.</summary>
public static class Families
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<IConnector> All { get; } =
    [
        new StetConnector(),
        new BerlinGroupConnector(),
        new OpenBankingConnector(),
        new EnableBankingConnector(),
        new WebsiteConnector(),
        new StatementFileConnector(),
    ];

    /// <summary>The family of that name; null when there is none.</summary>
    public static IConnector? Find(string family) => All.FirstOrDefault(c => c.Manifest.Family == family);

    /// <summary>The fault of an entry that names none of them.</summary>
    internal static string Unknown(string family) =>
        $"'{family}' is none of: {string.Join(", ", All.Select(f => f.Manifest.Family))}";
}
