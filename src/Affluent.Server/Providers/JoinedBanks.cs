using Affluent.Connectors.Contract;

namespace Affluent.Server.Providers;

/// <summary>By what a bank of an upstream's list is known to be one of the catalogue.</summary>
internal enum JoinedBy
{
    /// <summary>The entry says which one it is.</summary>
    Entry,

    /// <summary>Nobody else bears its BIC, here or there.</summary>
    Bic,
}

/// <summary>A bank of the catalogue that an upstream lists too: users see it once, and it has one way more.</summary>
/// <param name="Bank">Of the catalogue.</param>
/// <param name="Listed">Of the list: not offered by itself.</param>
/// <param name="Way">The channel of the listed bank.</param>
internal sealed record JoinedBank(ProviderId Bank, ProviderId Listed, JoinedBy By, ChannelDefinition Way);

/// <summary>By what a list, which has no ids, knows a bank.</summary>
internal sealed record ListedName(string? Upstream, string? Name, string? Country, string PsuType)
{
    private const string People = "personal";

    public bool IsOfPeople => PsuType == People;

    public static ListedName Of(ChannelDefinition channel) =>
        new(
            channel.Upstream,
            channel.Settings.GetValueOrDefault("bank_name"),
            channel.Settings.GetValueOrDefault("bank_country"),
            channel.Settings.GetValueOrDefault("psu_type") ?? People
        );
}

/// <summary>Which banks of a list are banks of the catalogue. In doubt they are two. Pure.</summary>
internal static class JoinedBanks
{
    // Bank, country and place; what follows names a branch, or the head office, as saying nothing does.
    private const int LengthOfBank = 8;
    private const string HeadOffice = "XXX";

    /// <param name="catalogue">The banks of the catalogue, all offered.</param>
    /// <param name="listed">Those that the list offers.</param>
    /// <param name="replaced">Of them, those for which an entry stands.</param>
    public static IReadOnlyList<JoinedBank> Of(
        IReadOnlyList<Provider> catalogue,
        IReadOnlyList<Provider> listed,
        IReadOnlyCollection<Provider> replaced
    )
    {
        JoinedBank[] all =
        [
            .. ByEntry(catalogue, listed)
                .Concat(ByBic(catalogue, listed))
                .Where(join => replaced.All(bank => bank.Id != join.Listed)),
        ];
        // A bank of the list that two would have is nobody's, and so are two that one would have.
        return
        [
            .. all.Where(join =>
                all.Count(other => other.Listed == join.Listed) == 1 && all.Count(other => other.Bank == join.Bank) == 1
            ),
        ];
    }

    /// <summary>The banks of the catalogue with the ways that came to them.</summary>
    public static IEnumerable<Provider> WithWays(IReadOnlyList<Provider> catalogue, IReadOnlyList<JoinedBank> joined)
    {
        var ways = joined.ToDictionary(join => join.Bank, join => join.Way);
        return catalogue.Select(bank =>
            ways.TryGetValue(bank.Id, out var way) ? bank with { Channels = With(bank, way) } : bank
        );
    }

    private static IReadOnlyList<ChannelDefinition> With(Provider bank, ChannelDefinition way)
    {
        var own = bank.Channels;
        return bank.UpstreamBank is { Place: UpstreamPlace.Preferred }
            ? [way, .. own]
            :
            [
                .. own.Where(channel => channel.Mode == way.Mode),
                way,
                .. own.Where(channel => channel.Mode != way.Mode),
            ];
    }

    private static IEnumerable<JoinedBank> ByEntry(IReadOnlyList<Provider> catalogue, IReadOnlyList<Provider> listed) =>
        from bank in catalogue
        let said = bank.UpstreamBank
        where said is { Name: not null, Place: not UpstreamPlace.None }
        from other in listed
        let name = ListedName.Of(other.Channels[0])
        where
            other.CountryCode == bank.CountryCode
            && other.Test == bank.Test
            && name.Name == said.Name
            && name.IsOfPeople != said.Business
        select new JoinedBank(bank.Id, other.Id, JoinedBy.Entry, other.Channels[0]);

    private static IEnumerable<JoinedBank> ByBic(IReadOnlyList<Provider> catalogue, IReadOnlyList<Provider> listed)
    {
        var here = OnlyBearers(catalogue);
        var there = OnlyBearers([.. listed.Where(bank => ListedName.Of(bank.Channels[0]).IsOfPeople)]);
        return from bic in here.Keys
            where there.ContainsKey(bic)
            let bank = here[bic]
            // Who names one has said it, and who has a way of that kind needs no other.
            where
                bank.UpstreamBank is not ({ Name: not null } or { Place: UpstreamPlace.None })
                && bank.Channels.All(channel => channel.Upstream is null)
            let other = there[bic]
            // One of a group's many banks is not the group, nor another of them.
            where OfOffice(bank) == OfOffice(other)
            select new JoinedBank(bank.Id, other.Id, JoinedBy.Bic, other.Channels[0]);
    }

    private static string OfOffice(Provider bank) =>
        bank.Bic!.Length == LengthOfBank ? bank.Bic + HeadOffice : bank.Bic;

    // Test banks may bear the BIC of the bank that they imitate.
    private static Dictionary<(string Country, string Bic), Provider> OnlyBearers(IReadOnlyList<Provider> banks) =>
        banks
            .Where(bank => bank is { Test: false, Bic.Length: >= LengthOfBank })
            .GroupBy(bank => (bank.CountryCode, bank.Bic![..LengthOfBank]))
            .Where(group => group.Count() == 1)
            .ToDictionary(group => group.Key, group => group.Single());
}
