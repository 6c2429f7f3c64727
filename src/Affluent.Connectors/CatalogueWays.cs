using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;

namespace Affluent.Connectors;

/// <summary>Reads what an entry says of several ways to its bank.</summary>
internal static class CatalogueWays
{
    /// <summary>Which bank of an upstream's list the bank is.</summary>
    public static UpstreamWay Read(CatalogueEntry entry)
    {
        var way = new UpstreamWay(
            entry.Has("name") ? entry.Text("name", required: true) : null,
            entry.Has("psu_type") && entry.Choice<PsuType>("psu_type") == PsuType.Business,
            entry.Has("place") ? entry.Choice<UpstreamPlace>("place") : UpstreamPlace.FallBack
        );
        entry.NoMore(CatalogueObject.UpstreamBank);
        if (way is { Business: true, Name: null })
        {
            entry.Fault("psu_type", "is of a bank by its name: a BIC leads to the entry for people");
        }
        return way;
    }

    /// <summary>Notes what is wrong with the ways that stand in one entry.</summary>
    public static void Check(CatalogueEntry entry, Provider provider)
    {
        if (provider.Channels.Count(channel => channel.Mode == ChannelMode.Embedded) > 1)
        {
            entry.Fault("channels", $"the channel {ChannelMode.Embedded} stands more than once");
        }
        // The order may change, and an id never goes to another way.
        if (
            provider.Channels.Count(channel => channel.Mode == ChannelMode.Redirect) > 1
            && entry.List("channels").Count(channel => channel.Says("id")) < provider.Channels.Count
        )
        {
            entry.Fault("channels", "has several channels REDIRECT: each channel says its id");
        }
        foreach (var twice in provider.Channels.GroupBy(channel => channel.Id).Where(group => group.Count() > 1))
        {
            entry.Fault("channels", $"the channel {twice.Key} stands more than once");
        }
    }

    /// <summary>What is wrong with a channel's id; null: nothing.</summary>
    public static string? FaultOfId(ChannelDefinition channel, string providerId)
    {
        var id = channel.Id.Value;
        var ending = id.StartsWith(providerId, StringComparison.Ordinal) ? id[providerId.Length..] : "";
        var fits = channel.Mode switch
        {
            ChannelMode.Embedded => ending == "00",
            ChannelMode.Redirect => ending.Length == 2 && ending != "00" && ending.All(char.IsAsciiDigit),
        };
        return fits
            ? null
            : $"must be {providerId} followed by {(channel.Mode == ChannelMode.Embedded ? "00 (EMBEDDED)" : "01 to 99 (REDIRECT)")}";
    }
}
