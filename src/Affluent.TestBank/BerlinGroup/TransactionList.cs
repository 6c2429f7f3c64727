using System.Globalization;
using Affluent.TestBank.Scenarios;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.TestBank.BerlinGroup;

/// <summary>What is asked of a list of transactions (NextGenPSD2 1.3, section 6.6.4). Both days count.</summary>
internal sealed record TransactionList(
    bool Booked,
    bool Pending,
    DateOnly? From,
    DateOnly? To,
    string? AfterReference,
    bool WithBalance,
    int Page
)
{
    public const int Size = 100;
    private const int MostPages = 1_000_000;

    /// <summary>Reads the query, or says which parameter is wrong.</summary>
    public static (TransactionList? List, string? Wrong, string? Path) Read(IQueryCollection query)
    {
        var status = query["bookingStatus"].ToString();
        if (status is not ("booked" or "pending" or "both" or "all"))
        {
            return (null, "is booked, pending, both or all", "bookingStatus");
        }

        var after = query["entryReferenceFrom"].ToString();
        if (!TryDay(query["dateFrom"], out var from) || (from is null && after.Length == 0))
        {
            return (null, "is a day, and due unless entryReferenceFrom is there", "dateFrom");
        }

        if (!TryDay(query["dateTo"], out var to))
        {
            return (null, "is a day", "dateTo");
        }

        var balance = query["withBalance"].ToString();
        if (balance is not ("" or "true" or "false"))
        {
            return (null, "is true or false", "withBalance");
        }

        var page = 1;
        return
            query["page"].ToString() is { Length: > 0 } text
            && (
                !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out page)
                || page is < 1 or > MostPages
            )
            ? (null, "is a number", "page")
            : (
                new TransactionList(
                    status is not "pending",
                    status is not "booked",
                    from,
                    to,
                    after.Length > 0 ? after : null,
                    balance == "true",
                    page
                ),
                null,
                null
            );
    }

    /// <summary>The entries that answer it, newest first; null when its entry reference is unknown.</summary>
    public IReadOnlyList<StatementEntry>? Matching(Statement statement)
    {
        IEnumerable<StatementEntry> entries = statement.Entries;
        if (AfterReference is { } after)
        {
            bool IsThat(StatementEntry entry) => string.Equals(entry.Reference, after, StringComparison.Ordinal);
            if (!statement.Entries.Any(IsThat))
            {
                return null;
            }

            entries = entries.TakeWhile(entry => !IsThat(entry));
        }

        return [.. entries.Where(e => (e.Pending ? Pending : Booked) && !(DayOf(e) < From) && !(DayOf(e) > To))];
    }

    /// <summary>Links of the page to its neighbours.</summary>
    /// <param name="path">Where the account is.</param>
    /// <param name="repeats">Whether there is always another page.</param>
    public Dictionary<string, Link> Links(string path, int count, bool repeats)
    {
        var last = Math.Max(1, (count + Size - 1) / Size);
        var links = new Dictionary<string, Link>(StringComparer.Ordinal)
        {
            ["account"] = new(path),
            ["first"] = LinkTo(path, 1),
            ["last"] = LinkTo(path, last),
        };
        if (repeats || Page < last)
        {
            links["next"] = LinkTo(path, Page + 1);
        }

        if (Page > 1)
        {
            links["previous"] = LinkTo(path, Math.Min(Page - 1, last));
        }

        return links;
    }

    private Link LinkTo(string path, int page)
    {
        var parameters = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["bookingStatus"] =
                Booked && Pending ? "both"
                : Booked ? "booked"
                : "pending",
            ["dateFrom"] = Text(From),
            ["dateTo"] = Text(To),
            ["entryReferenceFrom"] = AfterReference,
            ["withBalance"] = WithBalance ? "true" : null,
            ["page"] = page.ToString(CultureInfo.InvariantCulture),
        };
        return new Link(
            QueryHelpers.AddQueryString(path + "/transactions", parameters.Where(p => p.Value is not null))
        );
    }

    // Booked entries by booking, pending ones by what happened.
    private static DateOnly DayOf(StatementEntry entry) => entry.Pending ? entry.Date : entry.BookingDate;

    private static string? Text(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static bool TryDay(string? text, out DateOnly? day)
    {
        var isDay = DateOnly.TryParseExact(
            text,
            "yyyy-MM-dd",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var read
        );
        day = isDay ? read : null;
        return isDay || string.IsNullOrEmpty(text);
    }
}
