using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;

namespace Affluent.Server.Upstreams;

/// <summary>A bank that an upstream lists, or listed, as stored. Times are UTC seconds.</summary>
internal sealed record ListedBank
{
    /// <summary>Below the ids of all banks that upstreams list, above those of entries that anybody writes.</summary>
    public const long IdsAbove = 9_000_000_000;

    /// <summary>How long a bank is missing until it counts as gone: a list that comes without it may be half a list.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(3);

    /// <summary>Of the provider; 0: it has none yet.</summary>
    public long Id { get; init; }

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public string Country { get; init; } = "";
    public string Name { get; init; } = "";
    public PsuType PsuType { get; init; }
    public string? Bic { get; init; }
    public int ConsentDays { get; init; }
    public string PsuHeaders { get; init; } = "";
    public bool Beta { get; init; }
    public long? MissingSince { get; init; }

    /// <summary>Whether it is to be had by those who have not connected it.</summary>
    public bool IsOffered(long now) => MissingSince is not { } since || since + (long)Grace.TotalSeconds > now;

    /// <summary>With what the list says of it now.</summary>
    public ListedBank As(UpstreamBank listed) =>
        this with
        {
            Country = listed.Country,
            Name = listed.Name,
            PsuType = listed.PsuType,
            Bic = listed.Bic,
            ConsentDays = listed.ConsentDays,
            PsuHeaders = listed.PsuHeaders,
            Beta = listed.Beta,
            MissingSince = null,
        };
}

/// <summary>What a list of a country makes of what is known of it. Pure.</summary>
/// <param name="Put">Rows that are new or say something else than before.</param>
/// <param name="New">How many of them were not known.</param>
/// <param name="Missing">How many known ones the list lacks, as of now.</param>
internal sealed record ListChange(IReadOnlyList<ListedBank> Put, int New, int Missing)
{
    /// <param name="known">All of that country.</param>
    /// <returns>Null: the list is empty, and was not: it is not believed.</returns>
    public static ListChange? Of(IReadOnlyList<ListedBank> known, CountryBanks list, long now)
    {
        if (list.Banks.Count == 0 && known.Any(bank => bank.IsOffered(now)))
        {
            return null;
        }
        var byName = known.ToDictionary(bank => (bank.Name, bank.PsuType));
        var renamed = Renamed(known, list.Banks);
        List<ListedBank> put = [];
        HashSet<long> seen = [];
        var added = 0;
        foreach (var listed in list.Banks)
        {
            var before = byName.GetValueOrDefault((listed.Name, listed.PsuType)) ?? renamed.GetValueOrDefault(listed);
            var after = (before ?? new ListedBank()).As(listed);
            if (before is null)
            {
                added++;
            }
            else
            {
                seen.Add(before.Id);
            }
            if (after != before)
            {
                put.Add(after);
            }
        }
        // Whose row could not be read is there, and stays what it was.
        var unread = list.Unread.ToHashSet();
        var missing = known.Where(bank => !seen.Contains(bank.Id) && !unread.Contains(bank.Name)).ToArray();
        put.AddRange(missing.Where(bank => bank.MissingSince is null).Select(bank => bank with { MissingSince = now }));
        return new ListChange(put, added, missing.Length);
    }

    /// <summary>What becomes of the banks of a country that is not asked for any longer.</summary>
    public static ListChange OfNoList(IReadOnlyList<ListedBank> known, long now) =>
        new(
            [.. known.Where(bank => bank.MissingSince is null).Select(bank => bank with { MissingSince = now })],
            New: 0,
            known.Count
        );

    /// <summary>
    /// Lists give no ids. A bank that is there under another name is known by its BIC, where exactly one bank of the kind bore it before and exactly one bears it now.
    /// </summary>
    private static Dictionary<UpstreamBank, ListedBank> Renamed(
        IReadOnlyList<ListedBank> known,
        IReadOnlyList<UpstreamBank> listed
    )
    {
        var names = listed.Select(bank => (bank.Name, bank.PsuType)).ToHashSet();
        var old = known
            .Where(bank => bank.Bic is not null)
            .GroupBy(bank => (bank.Bic, bank.PsuType))
            .Where(group => group.Count() == 1)
            .Select(group => group.Single())
            .Where(bank => !names.Contains((bank.Name, bank.PsuType)))
            .ToDictionary(bank => (bank.Bic, bank.PsuType));
        var before = known.Select(bank => (bank.Name, bank.PsuType)).ToHashSet();
        return listed
            .Where(bank => bank.Bic is not null)
            .GroupBy(bank => (bank.Bic, bank.PsuType))
            .Where(group => group.Count() == 1 && old.ContainsKey(group.Key))
            .Select(group => group.Single())
            .Where(bank => !before.Contains((bank.Name, bank.PsuType)))
            .ToDictionary(bank => bank, bank => old[(bank.Bic, bank.PsuType)]);
    }
}

/// <summary>Banks of a list as users know them. Pure.</summary>
internal static class ListedProviders
{
    private const string Otherwise = "Europe/Brussels";

    private static readonly Uri Site = new("https://enablebanking.com");

    // Where the days of a country's banks begin (IANA). Countries of two zones: that of the capital.
    private static readonly Dictionary<string, string> Zones = new(StringComparer.Ordinal)
    {
        ["AT"] = "Europe/Vienna",
        ["BE"] = "Europe/Brussels",
        ["BG"] = "Europe/Sofia",
        ["CH"] = "Europe/Zurich",
        ["CY"] = "Asia/Nicosia",
        ["CZ"] = "Europe/Prague",
        ["DE"] = "Europe/Berlin",
        ["DK"] = "Europe/Copenhagen",
        ["EE"] = "Europe/Tallinn",
        ["ES"] = "Europe/Madrid",
        ["FI"] = "Europe/Helsinki",
        ["FR"] = "Europe/Paris",
        ["GB"] = "Europe/London",
        ["GR"] = "Europe/Athens",
        ["HR"] = "Europe/Zagreb",
        ["HU"] = "Europe/Budapest",
        ["IE"] = "Europe/Dublin",
        ["IS"] = "Atlantic/Reykjavik",
        ["IT"] = "Europe/Rome",
        ["LI"] = "Europe/Vaduz",
        ["LT"] = "Europe/Vilnius",
        ["LU"] = "Europe/Luxembourg",
        ["LV"] = "Europe/Riga",
        ["MT"] = "Europe/Malta",
        ["NL"] = "Europe/Amsterdam",
        ["NO"] = "Europe/Oslo",
        ["PL"] = "Europe/Warsaw",
        ["PT"] = "Europe/Lisbon",
        ["RO"] = "Europe/Bucharest",
        ["SE"] = "Europe/Stockholm",
        ["SI"] = "Europe/Ljubljana",
        ["SK"] = "Europe/Bratislava",
    };

    /// <summary>Those that are offered, and those that are not any longer; each in the order of their ids.</summary>
    public static (IReadOnlyList<Provider> Offered, IReadOnlyList<Provider> Former) Of(
        UpstreamApplication application,
        IReadOnlyList<ListedBank> banks,
        long now
    )
    {
        // Where a bank is there for people and for businesses, its two entries are told apart.
        var personal = banks
            .Where(bank => bank.PsuType == PsuType.Personal && bank.IsOffered(now))
            .Select(bank => (bank.Country, bank.Name))
            .ToHashSet();
        var all = banks.OrderBy(bank => bank.Id).ToLookup(bank => bank.IsOffered(now), Read);
        return ([.. all[true]], [.. all[false]]);

        Provider Read(ListedBank bank) => Of(application, bank, personal.Contains((bank.Country, bank.Name)));
    }

    private static Provider Of(UpstreamApplication application, ListedBank bank, bool isTwice)
    {
        var id = new ProviderId(bank.Id.ToString(CultureInfo.InvariantCulture));
        return new Provider
        {
            Id = id,
            Name = bank.PsuType == PsuType.Business && isTwice ? $"{bank.Name} Business" : bank.Name,
            CountryCode = ThreeLetters(bank.Country),
            Bic = bank.Bic,
            // The list names no site of the bank's own.
            BaseUrl = Site,
            TimeZone = Zones.GetValueOrDefault(bank.Country, Otherwise),
            Beta = bank.Beta,
            Test = application.Environment == UpstreamEnvironment.Sandbox,
            Channels =
            [
                application.ChannelOf(
                    id,
                    new UpstreamBank(bank.Name, bank.Country, bank.PsuType)
                    {
                        ConsentDays = bank.ConsentDays,
                        PsuHeaders = bank.PsuHeaders,
                    }
                ),
            ],
        };
    }

    private static string ThreeLetters(string country)
    {
        try
        {
            return new RegionInfo(country).ThreeLetterISORegionName;
        }
        catch (ArgumentException)
        {
            return country;
        }
    }
}
