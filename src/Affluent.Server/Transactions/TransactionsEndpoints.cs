using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Microsoft.AspNetCore.Http.Extensions;

namespace Affluent.Server.Transactions;

/// <summary>Reading transactions.</summary>
internal static class TransactionsEndpoints
{
    private static readonly Paging Pages = new(Standard: 100, Maximum: 500);
    private static readonly Parameter<string?> After = Parameter.Text(
        "after",
        "Instead of `page`: the value from the `Link` header of the page before. Costs the same however deep the page is."
    );
    private static readonly Parameter<AccountId?> AccountId = Parameter.Id<AccountId>(
        "account_id",
        "Only those of this account."
    );
    private static readonly Parameter<ConnectionId?> ConnectionId = Parameter.Id<ConnectionId>(
        "connection_id",
        "Only those of the accounts of this connection."
    );
    private static readonly Parameter<BankAccountType?> AccountType = Parameter.OneOf<BankAccountType>(
        "account_type",
        "Only those of accounts of this kind."
    );
    private static readonly Parameter<TransactionOrigin?> Origin = Parameter.OneOf<TransactionOrigin>(
        "origin",
        "Only those of this origin. All that banks tell has the origin TRANSACTION."
    );
    private static readonly Parameter<IReadOnlyList<TransactionStatus>?> IncludedStatuses =
        Parameter.SomeOf<TransactionStatus>(
            "included_statuses",
            "Only those in one of these statuses, separated by commas."
        );
    private static readonly Parameter<IReadOnlyList<TransactionStatus>?> ExcludedStatuses =
        Parameter.SomeOf<TransactionStatus>(
            "excluded_statuses",
            "None of those in one of these statuses, separated by commas."
        );
    private static readonly Parameter<decimal?> MinAmount = Parameter.Amount(
        "min_amount",
        "Only those of this signed amount or more, in units of their currency."
    );
    private static readonly Parameter<decimal?> MaxAmount = Parameter.Amount(
        "max_amount",
        "Only those of this signed amount or less, in units of their currency."
    );
    private static readonly Parameter<decimal?> Amount = Parameter.Amount(
        "amount",
        "Only those of exactly this signed amount."
    );
    private static readonly Parameter<long?> StartDate = Parameter.Seconds(
        "start_date",
        "Only those of the day in Europe/Paris that holds this time, or later. UTC seconds."
    );
    private static readonly Parameter<long?> EndDate = Parameter.Seconds(
        "end_date",
        "Only those of the day in Europe/Paris that holds this time, or earlier. UTC seconds."
    );
    private static readonly Parameter<string?> CategoryId = Parameter.OneOf(
        "category_id",
        "Only those of this category; of a parent category, those of its children too.",
        [.. Ledger.Categories.All.Select(c => c.Id)]
    );
    private static readonly Parameter<long?> StartImportDate = Parameter.Seconds(
        "start_import_date",
        "Only those first seen at this time or later. UTC seconds."
    );

    public static void MapTransactions(this IEndpointRouteBuilder app)
    {
        var transactions = app.MapGroup("/api/v2.1/transactions").WithTags("Transactions");
        transactions
            .MapGet("", List)
            .Needs(Scope.TransactionsRead)
            .Takes([
                AccountId,
                ConnectionId,
                AccountType,
                Origin,
                IncludedStatuses,
                ExcludedStatuses,
                MinAmount,
                MaxAmount,
                Amount,
                StartDate,
                EndDate,
                CategoryId,
                StartImportDate,
                .. Pages.Parameters,
                After,
            ])
            .Describe(
                "listTransactions",
                "List transactions",
                """
                The user's transactions, newest first. When there are more than fit the page, the `Link` header (RFC 8288) holds the
                address of the next one.
                """
            )
            .Answers<IReadOnlyList<TransactionMessage>>(400);
        transactions
            .MapGet("/{id}", Show)
            .Needs(Scope.TransactionsRead)
            .OwnedBy<TransactionId>("id", TransactionsStore.OwnerOf)
            .Describe("getTransaction", "Read a transaction", "One transaction.")
            .Answers<TransactionMessage>(404);
    }

    private static async Task<IResult> List(
        HttpContext context,
        ActingUser user,
        Database database,
        Addresses addresses,
        CancellationToken cancellation
    )
    {
        var parameters = new ParameterSource(context.Request);
        var page = parameters.Page(Pages);
        var after = ReadCursor(parameters, page);
        var filter = ReadFilter(parameters);
        if (parameters.Problem is { } problem)
        {
            return problem;
        }
        var rows = await database.Read(
            db => TransactionsStore.List(db, user.UserId, filter, page, after),
            cancellation
        );
        var shown = new TransactionMessage[Math.Min(rows.Count, page.Limit)];
        for (var i = 0; i < shown.Length; i++)
        {
            shown[i] = TransactionMessage.Of(rows[i]);
        }
        if (rows.Count > page.Limit)
        {
            var last = rows[page.Limit - 1];
            context.Response.Headers.Link = NextLink(context.Request, addresses, new(last.Day, last.Id));
        }
        return TypedResults.Json(shown, TransactionsJson.Default.IReadOnlyListTransactionMessage);
    }

    private static async Task<IResult> Show(
        string id,
        ActingUser user,
        Database database,
        CancellationToken cancellation
    ) =>
        Ids.TryRead<TransactionId>(id, out var key)
        && await database.Read(db => TransactionsStore.Find(db, user.UserId, key), cancellation) is { } row
            ? TypedResults.Json(TransactionMessage.Of(row), TransactionsJson.Default.TransactionMessage)
            : Problem.NotFound("transaction");

    private static TransactionFilter ReadFilter(ParameterSource parameters)
    {
        var (start, end) = (parameters.Read(StartDate), parameters.Read(EndDate));
        if (start > end)
        {
            parameters.Refuse(Problem.BadParameter(StartDate.Name, $"must not be later than '{EndDate.Name}'"));
        }
        var (least, most) = (parameters.Read(MinAmount), parameters.Read(MaxAmount));
        if (least > most)
        {
            parameters.Refuse(Problem.BadParameter(MinAmount.Name, $"must not be more than '{MaxAmount.Name}'"));
        }
        return new TransactionFilter
        {
            AccountId = parameters.Read(AccountId),
            ConnectionId = parameters.Read(ConnectionId),
            AccountType = parameters.Read(AccountType),
            Origin = parameters.Read(Origin),
            IncludedStatuses = parameters.Read(IncludedStatuses),
            ExcludedStatuses = parameters.Read(ExcludedStatuses),
            MinAmount = least,
            MaxAmount = most,
            Amount = parameters.Read(Amount),
            FirstDay = start is { } first ? ParisDay.Of(first) : null,
            LastDay = end is { } last ? ParisDay.Of(last) : null,
            CategoryId = parameters.Read(CategoryId),
            ImportedFrom = parameters.Read(StartImportDate),
        };
    }

    private static TransactionCursor? ReadCursor(ParameterSource parameters, Page page)
    {
        if (parameters.Read(After) is not { } text)
        {
            return null;
        }
        if (page.Number != 1)
        {
            parameters.Refuse(Problem.BadParameter(After.Name, "cannot be combined with 'page'"));
        }
        var cursor = TransactionCursor.Read(text);
        if (cursor is null)
        {
            parameters.Refuse(Problem.BadParameter(After.Name, "must come from the Link header of a page"));
        }
        return cursor;
    }

    private static string NextLink(HttpRequest request, Addresses addresses, TransactionCursor last)
    {
        var query = new QueryBuilder(
            request
                .Query.Where(q => q.Key is not ("page" or "after"))
                .SelectMany(q => q.Value.Select(value => KeyValuePair.Create(q.Key, value ?? "")))
        )
        {
            { After.Name, last.Text() },
        };
        return $"<{addresses.Api}/v2.1/transactions{query.ToQueryString()}>; rel=\"next\"";
    }
}
