using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.Stet;

/// <summary>How a list goes on behind one of its pages. Pure.</summary>
internal static class StetPages
{
    /// <param name="list">Name of the member that holds the rows.</param>
    public static StetNext After(
        StetPlace place,
        StetAnswer.Found found,
        string list,
        ChannelDefinition channel,
        StetSettings settings
    )
    {
        var page = $"page {place.Trail.Number}";
        var rows = found.Json.Item(list) is { } listed ? JsonMarshal.GetRawUtf8Value(listed) : [];
        var again = found.Json.Items(list).Any() && place.Trail.Repeats(rows);
        if (again && !found.Json.Items(list).All(row => IsNamed(row, place.List, channel.TransactionIds)))
        {
            // Rows without ids may be alike and yet be others.
            return new StetNext.Fault($"{page} repeats one before it");
        }
        if (StetLinks.Href(found.Json, "next") is not { } href)
        {
            return StetLinks.IsUnclear(found.Json, "next")
                ? new StetNext.Fault($"{page} links on without an address")
                : new StetNext.End(again);
        }
        if (StetLinks.Resolve(href, found.Address, settings) is not { } address)
        {
            return new StetNext.Fault($"{page} links on to an address that is broken or not the bank's");
        }
        return place.Trail.To(address, rows) switch
        {
            TrailStep.On when again => new StetNext.Fault($"{page} repeats one before it, and goes on"),
            TrailStep.On on => new StetNext.Page(place with { Trail = on.Trail }),
            TrailStep.End => new StetNext.End(again),
            TrailStep.Cycle => new StetNext.Fault($"the bank's pages lead round in a circle or never end ({page})"),
            _ => throw new UnreachableException(),
        };
    }

    private static bool IsNamed(JsonElement row, StetList list, TransactionIds ids) =>
        list switch
        {
            StetList.Accounts => row.Text("resourceId") is not null,
            StetList.Transactions => ids != TransactionIds.Absent && StetReading.IdOf(row) is not null,
        };
}

/// <summary>What follows a page.</summary>
internal abstract record StetNext
{
    private StetNext() { }

    /// <summary>Another page.</summary>
    public sealed record Page(StetPlace Place) : StetNext;

    /// <summary>Nothing.</summary>
    /// <param name="Repeated">The page is one of those before once more: its rows have been taken.</param>
    public sealed record End(bool Repeated) : StetNext;

    /// <summary>The bank's link cannot be followed: in words for the operator.</summary>
    public sealed record Fault(string Detail) : StetNext;
}
