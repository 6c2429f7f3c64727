using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;
using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages;

namespace Affluent.Server.EnableBankingFacade;

/// <summary>A bank as the interface knows it: it has no id, but a name that no other of its country has for the same kind of accounts.</summary>
/// <param name="Country">ISO 3166-1 alpha-2.</param>
/// <param name="Kinds">By whose accounts are read; not empty.</param>
internal sealed record Aspsp(string Name, string Country, IReadOnlyDictionary<PsuType, Provider> Kinds)
{
    private const long Day = 86_400;

    /// <summary>For how many seconds a user may agree at the most.</summary>
    public static long LongestConsent(Provider bank) =>
        Day
        * (
            bank.Channels.Where(channel => channel.Mode == ChannelMode.Redirect)
                .Select(channel => (int?)channel.ConsentDays)
                .Min()
            ?? bank.Channels.Min(channel => channel.ConsentDays)
        );

    public static string Word(PsuType type) => type.Word().ToLowerInvariant();

    /// <summary>The kind of a word; null: there is none.</summary>
    public static PsuType? Read(string? word) =>
        Enum.GetValues<PsuType>().Where(type => Word(type) == word).Select(type => (PsuType?)type).FirstOrDefault();

    public AspspMessage Show(Func<ProviderId, string> logo) =>
        new()
        {
            Name = Name,
            Country = Country,
            Logo = logo(Kinds.Values.First().Id),
            PsuTypes = [.. Kinds.Keys.Order().Select(Word)],
            AuthMethods =
            [
                // However the bank lets its users in: they are sent to the pages of this installation first.
                .. Kinds
                    .Keys.Order()
                    .Select(kind => new AuthMethodMessage("widget", Word(kind), ChannelMode.Redirect.Word(), false)),
            ],
            MaximumConsentValidity = Kinds.Values.Min(LongestConsent),
            Beta = Kinds.Values.Any(bank => bank.Beta),
            Bic = Kinds.Values.Select(bank => bank.Bic).FirstOrDefault(bic => bic is not null),
        };
}

/// <summary>The banks of an installation as the interface lists them. Pure.</summary>
internal sealed class Aspsps
{
    private static readonly ConditionalWeakTable<IReadOnlyList<Provider>, Aspsps> Known = [];

    private readonly FrozenDictionary<(string Name, string Country), Aspsp> _byName;
    private readonly FrozenDictionary<ProviderId, Aspsp> _byProvider;

    private Aspsps(IReadOnlyList<Provider> offered)
    {
        Dictionary<(string Name, string Country), Dictionary<PsuType, Provider>> banks = [];
        foreach (var bank in offered.Where(bank => bank.Channels.Any(channel => !channel.Unavailable)))
        {
            var country = BankSearch.TwoLetters(bank.CountryCode) ?? bank.CountryCode;
            var kinds = KindsOf(bank);
            var name = bank.Name;
            if (banks.TryGetValue((name, country), out var same) && kinds.Any(same.ContainsKey))
            {
                // Of two with one name the second is told apart.
                name = $"{bank.Name} ({bank.Id})";
            }
            var known = banks.TryGetValue((name, country), out var begun) ? begun : banks[(name, country)] = [];
            foreach (var kind in kinds)
            {
                known[kind] = bank;
            }
        }
        All =
        [
            .. banks
                .Select(bank => new Aspsp(bank.Key.Name, bank.Key.Country, bank.Value))
                .OrderBy(bank => bank.Country, StringComparer.Ordinal)
                .ThenBy(bank => bank.Name, StringComparer.Ordinal),
        ];
        _byName = All.ToFrozenDictionary(bank => (bank.Name, bank.Country));
        _byProvider = All.SelectMany(bank => bank.Kinds.Values.Select(provider => (provider.Id, bank)))
            .DistinctBy(pair => pair.Id)
            .ToFrozenDictionary(pair => pair.Id, pair => pair.bank);
    }

    /// <summary>By country and name.</summary>
    public IReadOnlyList<Aspsp> All { get; }

    /// <summary>Those that are offered; read once for each list of them.</summary>
    public static Aspsps Of(IReadOnlyList<Provider> offered) => Known.GetValue(offered, list => new Aspsps(list));

    public Aspsp? Find(string name, string country) => _byName.GetValueOrDefault((name, country));

    /// <summary>As what a bank is listed; null: it is not.</summary>
    public Aspsp? Find(ProviderId id) => _byProvider.GetValueOrDefault(id);

    // An upstream lists a bank once for each kind; what the catalogue has is for everybody.
    private static PsuType[] KindsOf(Provider bank) =>
        bank.Channels is [{ Upstream: not null } only]
            ? [Aspsp.Read(only.Settings.GetValueOrDefault("psu_type")) ?? PsuType.Personal]
            : Enum.GetValues<PsuType>();
}
