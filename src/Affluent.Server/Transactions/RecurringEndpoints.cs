using Affluent.Ledger;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Transactions;

/// <summary>Reading what recurs.</summary>
internal static class RecurringEndpoints
{
    private const string Meaning = """
        Subscriptions, salaries, rents, loans and other transactions that come again and again, found among the user's booked ones; those of
        which the next is due soonest first, ended ones last.
        """;

    private static readonly Paging Pages = new(Standard: 100, Maximum: 500);
    private static readonly Parameter<RecurringKind?> Kind = Parameter.OneOf<RecurringKind>(
        "kind",
        "Only those of this kind."
    );
    private static readonly Parameter<RecurringStatus?> Status = Parameter.OneOf<RecurringStatus>(
        "status",
        "Only those that go on, or only those that have ended."
    );

    public static void MapRecurring(this IEndpointRouteBuilder app)
    {
        Parameter[] all = [.. TransactionParameters.OfAccounts, Kind, Status, .. Pages.Parameters];
        app.MapGroup("/api/v2.1/transactions")
            .WithTags("Transactions")
            .MapGet("/recurring", List)
            .Needs(Scope.TransactionsRead)
            .Takes(all)
            .Describe("listRecurring", "List what recurs", Meaning)
            .Answers<IReadOnlyList<RecurringMessage>>(400);
        app.MapGroup("/api/v3/transactions")
            .WithTags("Transactions")
            .NamesUser()
            .MapGet("/recurring", List)
            .Needs(Scope.TransactionsRead)
            .Takes(all)
            .Describe("listRecurringV3", "List what recurs (v3)", Meaning)
            .ShownAs<IReadOnlyList<RecurringMessage>, RecurringV3Message>(
                RecurringV3Message.Of,
                () => RecurringJson.Default.RecurringV3Message,
                400,
                404
            );
    }

    private static async Task<IResult> List(
        HttpRequest request,
        ActingUser user,
        Database database,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var parameters = new ParameterSource(request);
        var page = parameters.Page(Pages);
        var accounts = TransactionParameters.ReadAccounts(parameters);
        var (kind, status) = (parameters.Read(Kind), parameters.Read(Status));
        if (parameters.Problem is { } problem)
        {
            return problem;
        }
        var found = await database.Read(
            db => RecurringTransactions.Find(db, user.UserId, accounts, ParisDay.Of(time.Seconds())),
            cancellation
        );
        return TypedResults.Json(
            [
                .. found
                    .Where(one => kind is null || one.Series.Kind == kind)
                    .Where(one => status is null || one.Series.Status == status)
                    .Skip((int)Math.Min(page.Skip, int.MaxValue))
                    .Take(page.Limit)
                    .Select(RecurringMessage.Of),
            ],
            RecurringJson.Default.IReadOnlyListRecurringMessage
        );
    }
}
