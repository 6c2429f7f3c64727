using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Requests;

namespace Affluent.Connectors.Reading;

/// <summary>How a list goes on behind one of its pages. Pure.</summary>
internal static class ListPages
{
    /// <param name="trail">Leads to the page of transactions.</param>
    /// <inheritdoc cref="After(Trail, JsonElement, Uri, ReadOnlySpan{byte}, int?, Func{bool}, BankInterface)"/>
    public static NextPage After(
        Trail trail,
        JsonElement links,
        Uri address,
        RowList rows,
        int? pages,
        TransactionIds ids,
        BankInterface bank
    ) =>
        After(
            trail,
            links,
            address,
            rows.Written.Span,
            pages,
            () => ids != TransactionIds.Absent && rows.AreNamed,
            bank
        );

    /// <param name="trail">Leads to the page.</param>
    /// <param name="links">The object of the page that links on.</param>
    /// <param name="address">Of the page.</param>
    /// <param name="rows">The list that holds the rows, as it is written; empty: there are none.</param>
    /// <param name="pages">How many there are; null: the bank does not say.</param>
    /// <param name="named">Whether every row bears an id that can be trusted.</param>
    public static NextPage After(
        Trail trail,
        JsonElement links,
        Uri address,
        ReadOnlySpan<byte> rows,
        int? pages,
        Func<bool> named,
        BankInterface bank
    )
    {
        var page = $"page {trail.Number}";
        var again = trail.Repeats(rows);
        if (again && !named())
        {
            // Rows without ids may be alike and yet be others.
            return new NextPage.Fault($"{page} repeats one before it");
        }
        if (BankLinks.Href(links, "next") is not { } href)
        {
            if (
                bank.PageParameter is not null
                && !again
                && (pages is { } count ? trail.Number < count : rows.Length > 0)
            )
            {
                return On(trail, bank.Page(new Uri(trail.Address), trail.Number + 1), rows, again);
            }
            return BankLinks.IsUnclear(links, "next")
                ? new NextPage.Fault($"{page} links on without an address")
                : new NextPage.End(again);
        }
        if (BankLinks.Resolve(href, address, bank) is not { } next)
        {
            return new NextPage.Fault($"{page} links on to an address that is broken or not the bank's");
        }
        return On(trail, next, rows, again);
    }

    /// <summary>
    /// Where the page names the next one by a key. Such rows may be written otherwise each time they are given, so what they say is compared; and a page that
    /// comes again and names a key has not shown what is behind it.
    /// </summary>
    /// <param name="next">Its address; null: there is none.</param>
    /// <inheritdoc cref="After(Trail, JsonElement, Uri, RowList, int?, TransactionIds, BankInterface)"/>
    public static NextPage After(Trail trail, Uri? next, RowList rows, TransactionIds ids)
    {
        var said = rows.Said();
        var again = trail.Repeats(said);
        return again && (ids == TransactionIds.Absent || !rows.AreNamed)
                ? new NextPage.Fault($"page {trail.Number} repeats one before it")
            : next is null ? new NextPage.End(again)
            : again ? new NextPage.Fault($"page {trail.Number} repeats one before it, and goes on")
            : To(trail.Along(next, said), trail);
    }

    private static NextPage On(Trail trail, Uri next, ReadOnlySpan<byte> rows, bool again) =>
        trail.To(next, rows) switch
        {
            TrailStep.On when again => new NextPage.Fault($"page {trail.Number} repeats one before it, and goes on"),
            TrailStep.End => new NextPage.End(again),
            var step => To(step, trail),
        };

    private static NextPage To(TrailStep step, Trail trail) =>
        step switch
        {
            TrailStep.On on => new NextPage.Page(on.Trail),
            TrailStep.End => new NextPage.End(Repeated: false),
            TrailStep.Cycle => new NextPage.Fault(
                $"the bank's pages lead round in a circle or never end (page {trail.Number})"
            ),
            _ => throw new UnreachableException(),
        };

    /// <summary>A list as it is written; empty when it has no rows.</summary>
    public static ReadOnlySpan<byte> Written(JsonElement? list) =>
        list is { } listed && (listed.ValueKind != JsonValueKind.Array || listed.GetArrayLength() > 0)
            ? JsonMarshal.GetRawUtf8Value(listed)
            : [];
}

/// <summary>What follows a page.</summary>
internal abstract record NextPage
{
    private NextPage() { }

    /// <summary>Another page.</summary>
    public sealed record Page(Trail Trail) : NextPage;

    /// <summary>Nothing.</summary>
    /// <param name="Repeated">The page is one of those before once more: its rows have been taken.</param>
    public sealed record End(bool Repeated) : NextPage;

    /// <summary>The bank's link cannot be followed: in words for the operator.</summary>
    public sealed record Fault(string Detail) : NextPage;
}
