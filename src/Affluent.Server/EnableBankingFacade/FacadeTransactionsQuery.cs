using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Transactions;

namespace Affluent.Server.EnableBankingFacade;

/// <summary>Which transactions of an account are asked for. Pure.</summary>
/// <param name="FirstDay">Included; null: the oldest there is.</param>
/// <param name="LastDay">Included; null: the newest.</param>
/// <param name="Statuses">Of ours; empty: none can be meant.</param>
/// <param name="After">Where the page before ended; null: this is the first.</param>
internal sealed record FacadeTransactionsQuery(
    int? FirstDay,
    int? LastDay,
    IReadOnlyList<TransactionStatus> Statuses,
    TransactionCursor? After
)
{
    /// <summary>How many transactions a page holds. Some applications read no more than fifty pages.</summary>
    public const int PageSize = 1000;

    private const int LongestKey = 200;

    private static readonly string[] Names =
    [
        "date_from",
        "date_to",
        "strategy",
        "transaction_status",
        "continuation_key",
    ];

    /// <summary>The query, or what is wrong with it.</summary>
    /// <param name="parameters">The parameters of the address.</param>
    /// <param name="today">In UTC, counted from 1970-01-01.</param>
    public static (FacadeTransactionsQuery? Query, FacadeError? Error) Read(
        IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> parameters,
        AccountId account,
        int today
    )
    {
        var given = parameters
            .Where(parameter => Names.Contains(parameter.Key, StringComparer.Ordinal))
            .ToDictionary(parameter => parameter.Key, parameter => parameter.Value, StringComparer.Ordinal);
        if (given.FirstOrDefault(parameter => parameter.Value.Count > 1) is { Key: { } twice })
        {
            return Wrong($"'{twice}' is given more than once.");
        }
        string? Text(string name) => given.TryGetValue(name, out var value) ? value[0] ?? "" : null;

        var (from, to) = (Day(Text("date_from")), Day(Text("date_to")));
        if ((Text("date_from") is not null && from is null) || (Text("date_to") is not null && to is null))
        {
            return Wrong("'date_from' and 'date_to' must be days such as 2026-03-01.");
        }
        if (Text("strategy") is not (null or "default" or "longest") and var other)
        {
            return Wrong($"'strategy' must be default or longest, not the {other!.Length} characters that were given.");
        }
        var longest = Text("strategy") == "longest";
        if (StatusesOf(Text("transaction_status")) is not { } statuses)
        {
            return Wrong("'transaction_status' must be one of BOOK, PDNG, HOLD, SCHD, CNCL, RJCT and OTHR.");
        }
        if (to is not null && from is null)
        {
            return Error(FacadeErrorCode.DateToWithoutDateFrom, "'date_to' is given without 'date_from'.");
        }
        if (from > today)
        {
            return Error(FacadeErrorCode.DateFromInFuture, "'date_from' lies in the future, by the clock of UTC.");
        }
        if (from > to)
        {
            return Error(FacadeErrorCode.WrongDateInterval, "'date_from' lies behind 'date_to'.");
        }
        // The longest time there is takes no heed of the end (API reference 1.0.0, "TransactionsFetchStrategy").
        var query = new FacadeTransactionsQuery(from, longest ? null : to, statuses, After: null);
        if (Text("continuation_key") is not { } key)
        {
            return (query, null);
        }
        return query.Place(account, key) is { } place
            ? (query with { After = place }, null)
            : Error(
                FacadeErrorCode.WrongContinuationKey,
                "'continuation_key' is none of this account and query: repeat the query that gave it, with nothing changed."
            );
    }

    /// <summary>What leads on to the page after this place, for the same account and query alone.</summary>
    public string Key(AccountId account, TransactionCursor place) => $"{place.Text()}.{Mark(account, place)}";

    public TransactionFilter Filter(AccountId account) =>
        new()
        {
            AccountId = account,
            FirstDay = FirstDay,
            LastDay = LastDay,
            IncludedStatuses = Statuses,
            Missing = false,
        };

    private TransactionCursor? Place(AccountId account, string key) =>
        key.Length <= LongestKey
        && key.Split('.') is [var cursor, var mark]
        && TransactionCursor.Read(cursor) is { } place
        && mark == Mark(account, place)
            ? place
            : null;

    // Nothing is gained by making one up: whatever it leads to is the session's own.
    private string Mark(AccountId account, TransactionCursor place) =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{account} {FirstDay} {LastDay} {string.Join(',', Statuses.Select(status => status.Word()))} {place.Day} {place.Id}"
                    )
                )
            )
        )[..16];

    private static int? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? DapperMapping.ToDays(day)
            : null;

    /// <summary>Ours behind a word of theirs. Without one: what moves money, or is about to. Null: there is no such word.</summary>
    private static IReadOnlyList<TransactionStatus>? StatusesOf(string? word) =>
        word is null ? [TransactionStatus.Booked, TransactionStatus.Pending]
        : Vocabulary<FacadeTransactionStatus>.TryRead(word, out var status) ? StatusesOf(status)
        : null;

    private static IReadOnlyList<TransactionStatus> StatusesOf(FacadeTransactionStatus status) =>
        status switch
        {
            FacadeTransactionStatus.Book => [TransactionStatus.Booked],
            FacadeTransactionStatus.Pdng => [TransactionStatus.Pending],
            FacadeTransactionStatus.Cncl => [TransactionStatus.Cancelled],
            FacadeTransactionStatus.Rjct => [TransactionStatus.Rejected],
            FacadeTransactionStatus.Othr =>
            [
                TransactionStatus.Other,
                TransactionStatus.Expired,
                TransactionStatus.Refunded,
            ],
            FacadeTransactionStatus.Hold or FacadeTransactionStatus.Schd => [],
        };

    private static (FacadeTransactionsQuery?, FacadeError?) Wrong(string why) => (null, FacadeError.Wrong(why));

    private static (FacadeTransactionsQuery?, FacadeError?) Error(FacadeErrorCode code, string why) =>
        (null, new FacadeError(422, code, why));
}
