using Affluent.Server.Accounts;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Transactions;

/// <summary>The balance of an account on each day. Its transactions make it, so it stands here.</summary>
internal static class DayBalancesEndpoints
{
    private const string Meaning = """
        The balance at the end of each day, the latest day first: as the bank gave it, or counted from there by what is booked between the
        two days. Days of which nobody can tell it are not there: before the oldest transaction, before rows that could not be read, and
        between two balances that the transactions do not explain.
        """;

    private static readonly Paging Pages = new(Standard: 100, Maximum: 500);
    private static readonly DayBalanceParameters V21 = new(Parameter.Seconds, "UTC seconds.");
    private static readonly DayBalanceParameters V3 = new(Parameter.Time, "ISO 8601 with its offset.");

    public static void MapDayBalances(this IEndpointRouteBuilder app)
    {
        app.MapGroup("/api/v2.1/accounts")
            .WithTags("Accounts")
            .MapGet("/{id}/balances", List)
            .Needs(Scope.AccountsRead, Scope.AccountsManage)
            .OwnedBy<AccountId>("id", AccountsStore.OwnerOf)
            .Takes([V21.Start, V21.End, .. Pages.Parameters])
            .Describe("listDayBalances", "List daily balances", Meaning)
            .Answers<IReadOnlyList<DayBalanceMessage>>(400, 404);
        app.MapGroup("/api/v3/accounts")
            .WithTags("Accounts")
            .NamesUser()
            .MapGet("/{id}/balances", List)
            .Needs(Scope.AccountsRead, Scope.AccountsManage)
            .OwnedBy<AccountId>("id", AccountsStore.OwnerOf)
            .Takes([V3.Start, V3.End, .. Pages.Parameters])
            .Describe("listDayBalancesV3", "List daily balances (v3)", Meaning)
            .ShownAs<IReadOnlyList<DayBalanceMessage>, DayBalancesV3Message>(
                DayBalancesV3Message.Of,
                () => DayBalancesJson.Default.DayBalancesV3Message,
                400,
                404
            );
    }

    private static async Task<IResult> List(
        string id,
        HttpRequest request,
        ActingUser user,
        Database database,
        ApiVersion version,
        CancellationToken cancellation
    )
    {
        var parameters = new ParameterSource(request);
        var page = parameters.Page(Pages);
        var (start, end) = (version == ApiVersion.V3 ? V3 : V21).Read(parameters);
        if (parameters.Problem is { } problem)
        {
            return problem;
        }
        if (!Ids.TryRead<AccountId>(id, out var key))
        {
            return Problem.NotFound("account");
        }
        var (account, totals) = await database.Read(
            async db =>
                await AccountsStore.Find(db, user.UserId, key) is { } row
                    ? (row, await TransactionsStore.BookedByDay(db, user.UserId, key, row.Currency))
                    : (null, []),
            cancellation
        );
        return account is null
            ? Problem.NotFound("account")
            : TypedResults.Json(
                DayBalanceMessage.List(account, totals, day => day >= start && day <= end, page),
                DayBalancesJson.Default.IReadOnlyListDayBalanceMessage
            );
    }
}

/// <summary>What a caller can ask of daily balances. The versions of the API differ in how they write times.</summary>
internal sealed record DayBalanceParameters(Func<string, string, Parameter<long?>> Time, string Form)
{
    public Parameter<long?> Start { get; } =
        Time("start_date", $"Only from the day in Europe/Paris that holds this time. {Form}");

    public Parameter<long?> End { get; } =
        Time("end_date", $"Only until the day in Europe/Paris that holds this time. {Form}");

    /// <summary>The first and the last day, both included.</summary>
    public (int Start, int End) Read(ParameterSource parameters)
    {
        var (start, end) = (parameters.Read(Start), parameters.Read(End));
        if (start > end)
        {
            parameters.Refuse(Problem.BadParameter(Start.Name, $"must not be later than '{End.Name}'"));
        }
        return (
            start is { } first ? ParisDay.Of(first) : int.MinValue,
            end is { } last ? ParisDay.Of(last) : int.MaxValue
        );
    }
}
