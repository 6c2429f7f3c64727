using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Microsoft.AspNetCore.Http.Extensions;

namespace Affluent.Server.Transactions;

/// <summary>Reading transactions.</summary>
internal static class TransactionsEndpoints
{
    private const string Order = """
        The user's transactions, newest first. When there are more than fit the page, the `Link` header (RFC 8288) holds the
        address of the next one.
        """;

    public static void MapTransactions(this IEndpointRouteBuilder app)
    {
        var transactions = app.MapGroup("/api/v2.1/transactions").WithTags("Transactions");
        transactions
            .MapGet("", List)
            .WithMetadata(ShowsBankData.Marked)
            .Needs(Scope.TransactionsRead)
            .Takes(TransactionParameters.V21.All)
            .Describe("listTransactions", "List transactions", Order)
            .Gives(200, AnswerHeader.Link)
            .Answers<IReadOnlyList<TransactionMessage>>(400);
        transactions
            .MapGet("/{id}", Show)
            .WithMetadata(ShowsBankData.Marked)
            .Needs(Scope.TransactionsRead)
            .OwnedBy<TransactionId>("id", TransactionsStore.OwnerOf)
            .Describe("getTransaction", "Read a transaction", "One transaction.")
            .Answers<TransactionMessage>(404);
        transactions.MapEdits();
        transactions.MapChanges();
        var v3 = app.MapGroup("/api/v3/transactions").WithTags("Transactions").NamesUser();
        v3.MapGet("", List)
            .WithMetadata(ShowsBankData.Marked)
            .Needs(Scope.TransactionsRead)
            .Takes(TransactionParameters.V3.All)
            .Describe("listTransactionsV3", "List transactions (v3)", Order)
            .Gives(200, AnswerHeader.Link)
            .ShownAs<IReadOnlyList<TransactionMessage>, TransactionsV3Message>(
                TransactionsV3Message.Of,
                () => TransactionsV3Json.Default.TransactionsV3Message,
                400,
                404
            );
        v3.MapGet("/{id}", Show)
            .WithMetadata(ShowsBankData.Marked)
            .Needs(Scope.TransactionsRead)
            .OwnedBy<TransactionId>("id", TransactionsStore.OwnerOf)
            .Describe("getTransactionV3", "Read a transaction (v3)", "One transaction.")
            .ShownAs<TransactionMessage, TransactionV3Message>(
                TransactionV3Message.Of,
                () => TransactionsV3Json.Default.TransactionV3Message,
                404
            );
    }

    private static async Task<IResult> List(
        HttpContext context,
        ActingUser user,
        Database database,
        Addresses addresses,
        ApiVersion version,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var parameters = new ParameterSource(context.Request);
        var page = parameters.Page(TransactionParameters.Pages);
        var after = TransactionParameters.ReadCursor(parameters, page);
        var filter = TransactionParameters.Of(version).ReadFilter(parameters);
        if (parameters.Problem is { } problem)
        {
            return problem;
        }
        var rows = await database.Read(
            db => RecurringTransactions.List(db, user.UserId, filter, page, after, ParisDay.Of(time.Seconds())),
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
            context.Response.Headers.Link = NextLink(
                context.Request,
                addresses.ApiOf(version),
                new TransactionCursor(last.Day, last.Id)
            );
        }
        return TypedResults.Json(shown, TransactionsJson.Default.IReadOnlyListTransactionMessage);
    }

    private static async Task<IResult> Show(
        string id,
        ActingUser user,
        Database database,
        TimeProvider time,
        CancellationToken cancellation
    ) =>
        Ids.TryRead<TransactionId>(id, out var key)
        && await database.Read(
            db => RecurringTransactions.Find(db, user.UserId, key, ParisDay.Of(time.Seconds())),
            cancellation
        )
            is { } row
            ? TypedResults.Json(TransactionMessage.OfOne(row), TransactionsJson.Default.TransactionMessage)
            : Problem.NotFound("transaction");

    private static string NextLink(HttpRequest request, string api, TransactionCursor last)
    {
        var query = new QueryBuilder(
            request
                .Query.Where(q => q.Key is not ("page" or "after"))
                .SelectMany(q => q.Value.Select(value => KeyValuePair.Create(q.Key, value ?? "")))
        )
        {
            { TransactionParameters.After.Name, last.Text() },
        };
        return $"<{api}/transactions{query.ToQueryString()}>; rel=\"next\"";
    }
}
