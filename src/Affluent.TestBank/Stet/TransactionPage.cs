using System.Globalization;
using Affluent.TestBank.Consents;
using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.TestBank.Stet;

/// <summary>Filters of <c>GET /accounts/{id}/transactions</c>: from inclusive, to exclusive, both imputation days.</summary>
internal sealed record TransactionQuery(DateOnly? DateFrom, DateOnly? DateTo, string? AfterEntryReference, int Page)
{
    /// <summary>Reads the query, or says which parameter is wrong.</summary>
    public static (TransactionQuery? Query, string? Wrong) Read(IQueryCollection query)
    {
        if (!TryDay(query["dateFrom"], out var from))
        {
            return (null, "dateFrom is not a date");
        }

        if (!TryDay(query["dateTo"], out var to))
        {
            return (null, "dateTo is not a date");
        }

        if (from > to)
        {
            return (null, "dateFrom is after dateTo");
        }

        var page = 1;
        if (
            query["page"].ToString() is { Length: > 0 } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out page) || page < 1)
        )
        {
            return (null, "page is not a page number");
        }

        var after = query["afterEntryReference"].ToString();
        return (new TransactionQuery(from, to, after.Length > 0 ? after : null, page), null);
    }

    /// <summary>The link to another page of the same question.</summary>
    public GenericLink Link(Account account, int page)
    {
        var parameters = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (DateFrom is { } from)
        {
            parameters["dateFrom"] = Text(from);
        }

        if (DateTo is { } to)
        {
            parameters["dateTo"] = Text(to);
        }

        if (AfterEntryReference is { } after)
        {
            parameters["afterEntryReference"] = after;
        }

        if (page > 1)
        {
            parameters["page"] = page.ToString(CultureInfo.InvariantCulture);
        }

        return new GenericLink(
            QueryHelpers.AddQueryString(StetAccounts.Link(account, "/transactions").Href, parameters)
        );
    }

    // As the standard writes it.
    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd'T00:00:00Z'", CultureInfo.InvariantCulture);

    // The standard says date-time, most banks take a day: the day as it is written counts, whatever the offset. An unescaped plus arrives as a blank.
    private static bool TryDay(string? text, out DateOnly? day)
    {
        day = null;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        if (
            DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var plain)
        )
        {
            day = plain;
            return true;
        }

        if (
            text.Length > 10
            && text[10] == 'T'
            && DateTimeOffset.TryParse(
                text.Replace(' ', '+'),
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var moment
            )
        )
        {
            day = DateOnly.FromDateTime(moment.DateTime);
            return true;
        }

        return false;
    }
}

/// <summary>The entries that answer a query, newest first, and the page of them that was asked for.</summary>
internal static class TransactionPage
{
    public const int Size = 100;

    /// <summary>How far back the bank goes without a fresh authentication (EU 2018/389 article 10).</summary>
    private const int ShortHistoryDays = 90;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(60);

    /// <summary>Whether this person's bank answers only for the last 90 days now.</summary>
    public static bool IsShort(Customer customer, Consent consent, DateTimeOffset now) =>
        customer.Person.ShortHistory
        && !consent.HasScope("extended_transaction_history")
        && now - consent.GrantedAt > Fresh;

    public static DateOnly Oldest(DateOnly today) => today.AddDays(-ShortHistoryDays);

    /// <summary>Null when the entry reference of the query is unknown.</summary>
    public static IReadOnlyList<StatementEntry>? Matching(Statement statement, TransactionQuery query)
    {
        IEnumerable<StatementEntry> entries = statement.Entries;
        if (query.AfterEntryReference is { } after)
        {
            if (!statement.Entries.Any(e => string.Equals(e.Reference, after, StringComparison.Ordinal)))
            {
                return null;
            }

            entries = entries.TakeWhile(e => !string.Equals(e.Reference, after, StringComparison.Ordinal));
        }

        return
        [
            .. entries.Where(e =>
                !(StetAccounts.ImputationDate(e) < query.DateFrom) && !(StetAccounts.ImputationDate(e) >= query.DateTo)
            ),
        ];
    }

    public static HalTransactions Of(
        Statement statement,
        TransactionQuery query,
        IReadOnlyList<StatementEntry> matching,
        bool withBalances,
        bool repeats
    )
    {
        var account = statement.Account;
        var last = Math.Max(1, (matching.Count + Size - 1) / Size);
        var skip = repeats ? 0 : (int)Math.Min(matching.Count, (query.Page - 1L) * Size);
        var hasNext = repeats || query.Page < last;
        return new HalTransactions(
            [.. matching.Skip(skip).Take(Size).Select(e => StetAccounts.Transaction(e, account))],
            new TransactionsLinks(
                query.Link(account, query.Page),
                new GenericLink(StetPaths.Accounts),
                withBalances ? StetAccounts.Link(account, "/balances") : null,
                query.Link(account, 1),
                query.Link(account, last),
                hasNext ? query.Link(account, query.Page + 1) : null,
                query.Page > 1 ? query.Link(account, Math.Min(query.Page - 1, last)) : null
            )
        );
    }
}
