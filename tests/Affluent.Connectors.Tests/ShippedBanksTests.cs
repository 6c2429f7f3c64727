using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>The real banks that ship with the product.</summary>
public sealed partial class ShippedBanksTests
{
    // Profiles whose platform was recorded.
    private static readonly Dictionary<string, RecordedBank> Recorded = new()
    {
        ["bpce"] = StetBanks.All["BPCE"],
        ["bnp-paribas"] = StetBanks.All["BNP Paribas"],
        ["credit-agricole"] = StetBanks.All["Crédit Agricole"],
        ["lcl"] = StetBanks.All["LCL"],
        ["societe-generale"] = StetBanks.All["Société Générale"],
        ["knab"] = BerlinGroupBanks.All["Knab"],
        ["raiffeisen-at"] = BerlinGroupBanks.All["Raiffeisen"],
        ["redsys"] = BerlinGroupBanks.All["Sabadell"],
        ["n26"] = BerlinGroupBanks.All["N26"],
        ["kbc"] = BerlinGroupBanks.All["KBC"],
        ["commerzbank"] = BerlinGroupBanks.All["Commerzbank"],
        ["deutsche-bank"] = BerlinGroupBanks.All["Deutsche Bank"],
        ["ing"] = BerlinGroupBanks.All["ING"],
    };

    // What a recording says otherwise than the bank: who the recorded client was, where the recording is served, what time it was.
    private static readonly string[] OfRecordings = ["client_id", "client_secret", "signature_key_id", "link_hosts"];

    private static readonly Dictionary<string, string> NoVariables = [];

    private static IReadOnlyList<Provider> All { get; } = [.. Catalogue.Unfilled().Where(bank => !bank.Test)];

    [Fact]
    public void There_are_many_and_an_operator_who_says_nothing_has_none_of_them_and_no_fault()
    {
        var load = Catalogue.Load(NoVariables);

        Assert.Empty(load.Faults);
        Assert.Empty(load.Providers);
        Assert.True(All.Count >= 150, $"{All.Count} banks");
        Assert.Equal(
            All.Select(bank => bank.Id.Value).Order(),
            load.Unconfigured.Where(bank => !bank.Test).Select(bank => bank.Id.Value).Order()
        );
        Assert.All(load.Unconfigured, bank => Assert.NotEmpty(bank.Missing));
    }

    [Fact]
    public void With_their_variables_set_all_of_them_are_good()
    {
        var names = All.SelectMany(bank => bank.Channels)
            .SelectMany(channel => channel.Settings.Values)
            .SelectMany(value => Placeholder().Matches(value))
            .Select(match => match.Groups["name"].Value)
            .Distinct();

        var load = Catalogue.Load(
            names.ToDictionary(name => name, name => $"https://{name.Replace('_', '-')}.example")
        );

        Assert.Empty(load.Faults);
        Assert.Equal(All.Select(bank => bank.Id), load.Providers.Select(bank => bank.Id));
        Assert.All(
            load.Providers.SelectMany(bank => bank.Channels).SelectMany(channel => channel.Settings),
            setting =>
                Assert.False(setting.Value.StartsWith("http://", StringComparison.OrdinalIgnoreCase), setting.Key)
        );
    }

    [Fact]
    public void An_operator_who_sets_what_one_group_needs_has_that_group()
    {
        var load = Catalogue.Load(new Dictionary<string, string> { ["bpce_client_id"] = "PSDFR-ACPR-12345" });

        Assert.Empty(load.Faults);
        Assert.Equal(27, load.Providers.Count);
        var bank = load.Providers.Single(b => b.Bic == "CEPAFRPP751");
        Assert.Equal(("Caisse d'Épargne Île-de-France", Verification.Replay), (bank.Name, bank.Verified));
        var channel = bank.Channels.Single();
        Assert.Equal("bpce", channel.Profile);
        Assert.Equal("https://www.17515.live.api.89c3.com/stet/psd2/v1.4.2", channel.Settings["api_url"]);
        Assert.Equal("PSDFR-ACPR-12345", channel.Settings["client_id"]);
    }

    [Fact]
    public void A_bank_is_called_replayed_only_where_its_profile_says_what_the_replayed_one_says()
    {
        var wrong =
            from bank in All
            where bank.Verified == Verification.Replay
            from channel in bank.Channels
            let recorded = Recorded.GetValueOrDefault(channel.Profile ?? "")?.Channel().Settings
            let differing = recorded is null ? ["all"] : Differing(channel.Settings, recorded).ToArray()
            where differing.Length > 0
            select $"{bank.Name} ({channel.Profile}): {string.Join(", ", differing)}";

        Assert.Empty(wrong.Distinct());
    }

    [Fact]
    public void The_country_of_a_BIC_is_that_of_the_bank()
    {
        Dictionary<string, string[]> countries = new()
        {
            // Overseas departments have country codes of their own.
            ["FRA"] = ["FR", "GP", "MQ", "RE"],
            ["BEL"] = ["BE"],
            ["DEU"] = ["DE"],
            ["ESP"] = ["ES"],
            ["ITA"] = ["IT"],
            ["NLD"] = ["NL"],
            ["AUT"] = ["AT"],
            ["PRT"] = ["PT"],
            ["GBR"] = ["GB"],
        };

        Assert.All(
            All.Where(bank => bank.Bic is not null),
            bank => Assert.Contains(bank.Bic!.Substring(4, 2), countries[bank.CountryCode])
        );
        Assert.All(All.GroupBy(bank => (bank.CountryCode, bank.Name)), same => Assert.Single(same));
    }

    private static IEnumerable<string> Differing(
        IReadOnlyDictionary<string, string> shipped,
        IReadOnlyDictionary<string, string> recorded
    ) =>
        from name in shipped.Keys.Union(recorded.Keys)
        where !name.EndsWith("_url", StringComparison.Ordinal) && !OfRecordings.Contains(name)
        let ours = shipped.GetValueOrDefault(name)
        let theirs = recorded.GetValueOrDefault(name)
        where Told(ours) != Told(theirs) && !(name == "time_zone" && theirs is null)
        select name;

    // The client that was recorded gave its name, one bank was recorded at one time of one day, and one calls its users by another kind of name than its sister.
    private static string? Told(string? value) =>
        value
            ?.Replace("{credit_agricole_client_name}", "Yolt", StringComparison.Ordinal)
            .Replace("DE_ONLB_POBA", "DE_ONLB_DB", StringComparison.Ordinal)
            .Replace("18:17:13.000", "00:00:00.000", StringComparison.Ordinal);

    [GeneratedRegex(@"\{(?<name>[a-z][a-z0-9_]*)\}", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Placeholder();
}
