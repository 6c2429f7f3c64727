using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;
using Affluent.Server.Providers;
using Affluent.Server.Tests.Harness;
using Affluent.Server.Upstreams;
using Xunit;

namespace Affluent.Server.Tests.Providers;

/// <summary>Which banks of an upstream's list are banks of the catalogue. Pure.</summary>
public sealed class JoinedBanksTests
{
    private const string Bic = "NDLAFIHH";

    private static readonly UpstreamApplication Application = new(
        "cf589be3-3755-465b-a8df-a90a16a31403",
        UpstreamEnvironment.Production
    );

    [Fact]
    public void Who_alone_bears_a_bic_here_and_there_is_one_bank()
    {
        var banks = With([Own(1, bic: "NDLAFIHHXXX")], [Listed(1, "Nordlands", bic: Bic)]);

        var bank = Assert.Single(banks.All);
        Assert.Equal(["101", "900000000101"], bank.Channels.Select(channel => channel.Id.Value));
        Assert.Equal(JoinedBy.Bic, Assert.Single(banks.Joined).By);
        // The other goes on, and answers as itself; but it is not offered.
        Assert.Equal("Nordlands", banks.Provider(new ProviderId("9000000001"))!.Name);
        Assert.Null(banks.Offered(new ProviderId("9000000001")));
        Assert.Equal("1", banks.ToConnect(new ProviderId("9000000001"))!.Id.Value);
        // Its channel is the offered bank's now, with all that is set for it.
        var channel = banks.Channel(new ChannelDefinitionId("900000000101"))!;
        Assert.Equal(("1", UpstreamApplication.Upstream), (channel.Bank.Id.Value, channel.Definition.Upstream));
        Assert.Equal("Nordlands", channel.Definition.Settings["bank_name"]);
        Assert.Equal(["1", "9000000001"], banks.SameAs(new ProviderId("1")).Select(id => id.Value));
        Assert.Equal(["9000000001", "1"], banks.SameAs(new ProviderId("9000000001")).Select(id => id.Value));
        Assert.Equal(["7"], banks.SameAs(new ProviderId("7")).Select(id => id.Value));
    }

    [Fact]
    public void In_doubt_they_are_two()
    {
        ListedBank one = Listed(1, "A", bic: Bic);
        AssertApart([Own(1, Bic), Own(2, "NDLAFIHHXXX")], [one]);
        AssertApart([Own(1, Bic)], [one, Listed(2, "B", bic: "NDLAFIHH456")]);
        // One of a group's banks, and what may be all of them.
        AssertApart([Own(1, "NDLAFIHH123")], [one]);
        AssertApart([Own(1, Bic) with { CountryCode = "SWE" }], [one]);
        AssertApart([Own(1, bic: null)], [one, Listed(2, "B", bic: null)]);
        // A bank of businesses, and one of people.
        AssertApart([Own(1, Bic)], [one with { PsuType = PsuType.Business }]);
        AssertApart([Own(1, Bic) with { UpstreamBank = new(null, Business: false, UpstreamPlace.None) }], [one]);
        // What imitates a bank may bear its BIC.
        AssertApart([Own(1, Bic) with { Test = true }], [one]);
    }

    [Fact]
    public void An_entry_says_which_one_it_is_and_when_it_is_used()
    {
        var named = Own(1, Bic) with { UpstreamBank = new("B", Business: false, UpstreamPlace.Preferred) };

        var banks = With(
            [named],
            [
                Listed(1, "A", bic: Bic),
                Listed(2, "B", bic: null),
                Listed(3, "B", null) with
                {
                    PsuType = PsuType.Business,
                },
            ]
        );

        Assert.Equal(
            ["900000000201", "101"],
            banks.Provider(new ProviderId("1"))!.Channels.Select(channel => channel.Id.Value)
        );
        Assert.Equal(
            (JoinedBy.Entry, "9000000002"),
            banks.Joined.Select(join => (join.By, join.Listed.Value)).Single()
        );
        Assert.Equal(["1", "9000000001", "9000000003"], banks.All.Select(bank => bank.Id.Value));
        // A name that the list does not have joins nothing, the BIC neither.
        AssertApart([named], [Listed(1, "A", bic: Bic)]);
        AssertApart([named], [Listed(1, "B", bic: null)], country: "SWE");
        AssertApart([named with { Test = true }], [Listed(1, "B", bic: null)]);
        AssertApart([named, Own(2, null) with { UpstreamBank = named.UpstreamBank }], [Listed(1, "B", bic: null)]);
        var business = named with { UpstreamBank = new("B", Business: true, UpstreamPlace.FallBack) };
        Assert.Equal(
            ["101", "900000000301"],
            With([business], [Listed(2, "B", null), Listed(3, "B", null) with { PsuType = PsuType.Business }])
                .Provider(new ProviderId("1"))!
                .Channels.Select(channel => channel.Id.Value)
        );
    }

    [Fact]
    public void A_way_by_the_list_comes_after_the_others_of_its_mode_and_before_scraping()
    {
        var own = Own(1, Bic);
        var bank = own with
        {
            Channels =
            [
                .. own.Channels,
                own.Channels[0] with
                {
                    Id = new ChannelDefinitionId("100"),
                    Mode = ChannelMode.Embedded,
                },
            ],
        };

        Assert.Equal(
            ["101", "900000000101", "100"],
            Assert.Single(With([bank], [Listed(1, "A", Bic)]).All).Channels.Select(channel => channel.Id.Value)
        );
    }

    [Fact]
    public void A_list_that_comes_anew_takes_the_place_of_the_one_before()
    {
        var banks = With([Own(1, Bic)], [Listed(1, "A", Bic)]);

        Import(banks, [Listed(1, "A", Bic), Listed(2, "B", Bic)], "FIN");

        Assert.Equal(["1", "9000000001", "9000000002"], banks.All.Select(bank => bank.Id.Value));
        Assert.Single(banks.Provider(new ProviderId("1"))!.Channels);
        Assert.Empty(banks.Joined);
    }

    private static void AssertApart(Provider[] own, ListedBank[] listed, string country = "FIN")
    {
        var banks = new Banks(own, _ => new FakeChannel(ChannelMode.Redirect));
        Import(banks, listed, country);
        Assert.Equal(own.Length + listed.Length, banks.All.Count);
        Assert.All(banks.All, bank => Assert.Single(bank.Channels));
    }

    private static Banks With(Provider[] own, ListedBank[] listed)
    {
        var banks = new Banks(own, _ => new FakeChannel(ChannelMode.Redirect));
        Import(banks, listed, "FIN");
        return banks;
    }

    private static void Import(Banks banks, ListedBank[] listed, string country)
    {
        var (offered, former) = ListedProviders.Of(Application, listed, now: 0);
        banks.Import([.. offered.Select(bank => bank with { CountryCode = country })], former);
    }

    private static Provider Own(int id, string? bic) =>
        new FakeBank().Provider is var fake
            ? fake with
            {
                Id = new ProviderId($"{id}"),
                CountryCode = "FIN",
                Bic = bic,
                Channels = [fake.Channels[0] with { Id = new ChannelDefinitionId($"{id}01") }],
            }
            : fake;

    private static ListedBank Listed(int number, string name, string? bic) =>
        new()
        {
            Id = ListedBank.IdsAbove + number,
            Country = "FI",
            Name = name,
            ConsentDays = 180,
            Bic = bic,
        };
}
