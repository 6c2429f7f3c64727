using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Accounts;

/// <summary>Reading accounts. Deleting one reaches up to its connection and stands there.</summary>
internal static class AccountsEndpoints
{
    private static readonly Paging Pages = new(Standard: 100, Maximum: 500);
    private static readonly Parameter<ConnectionId?> ConnectionId = Parameter.Id<ConnectionId>(
        "connection_id",
        "Only those of this connection."
    );
    private static readonly Parameter<BankAccountType?> Type = Parameter.OneOf<BankAccountType>(
        "type",
        "Only those of this kind."
    );
    private static readonly Parameter<AccountStatus?> Status = Parameter.OneOf<AccountStatus>(
        "status",
        "Only those in this status."
    );
    private static readonly Parameter<BankAccountUsage?> Usage = Parameter.OneOf<BankAccountUsage>(
        "usage",
        "Only private or only professional ones."
    );
    private static readonly Parameter<string?> Text = Parameter.Text(
        "q",
        "Only those whose name, number or IBAN contains this text; neither case nor accents count."
    );
    private static readonly Parameter<string?> Sort = Parameter.OneOf(
        "sort",
        "The order, `creation_date` when absent. A minus sign in front turns it round.",
        AccountOrder.Words
    );

    public static void MapAccounts(this IEndpointRouteBuilder app)
    {
        var accounts = app.MapGroup("/api/v2.1/accounts").WithTags("Accounts");
        accounts
            .MapGet("", List)
            .WithMetadata(ShowsBankData.Marked)
            .Needs(Scope.AccountsRead, Scope.AccountsManage)
            .Takes([ConnectionId, Type, Status, Usage, Text, Sort, .. Pages.Parameters])
            .Describe("listAccounts", "List accounts", "The user's accounts over all connections, oldest first.")
            .Answers<IReadOnlyList<AccountMessage>>(400);
        accounts
            .MapGet("/{id}", Show)
            .WithMetadata(ShowsBankData.Marked)
            .Needs(Scope.AccountsRead, Scope.AccountsManage)
            .OwnedBy<AccountId>("id", AccountsStore.OwnerOf)
            .Describe("getAccount", "Read an account", "One account with its balance.")
            .Answers<AccountMessage>(404);
        var v3 = app.MapGroup("/api/v3/accounts").WithTags("Accounts").NamesUser();
        v3.MapGet("", List)
            .WithMetadata(ShowsBankData.Marked)
            .Needs(Scope.AccountsRead, Scope.AccountsManage)
            .Takes([ConnectionId, Type, Status, Usage, Text, Sort, .. Pages.Parameters])
            .Describe("listAccountsV3", "List accounts (v3)", "A user's accounts over all connections, oldest first.")
            .ShownAs<IReadOnlyList<AccountMessage>, AccountsV3Message>(
                AccountsV3Message.Of,
                () => AccountsV3Json.Default.AccountsV3Message,
                400,
                404
            );
        v3.MapGet("/{id}", Show)
            .WithMetadata(ShowsBankData.Marked)
            .Needs(Scope.AccountsRead, Scope.AccountsManage)
            .OwnedBy<AccountId>("id", AccountsStore.OwnerOf)
            .Describe("getAccountV3", "Read an account (v3)", "One account with its balance.")
            .ShownAs<AccountMessage, AccountV3Message>(
                AccountV3Message.Of,
                () => AccountsV3Json.Default.AccountV3Message,
                404
            );
    }

    private static async Task<IResult> List(
        HttpRequest request,
        ActingUser user,
        Database database,
        CancellationToken cancellation
    )
    {
        var parameters = new ParameterSource(request);
        var page = parameters.Page(Pages);
        var filter = new AccountFilter
        {
            ConnectionId = parameters.Read(ConnectionId),
            Type = parameters.Read(Type),
            Status = parameters.Read(Status),
            Usage = parameters.Read(Usage),
            Text = parameters.Read(Text),
            Order = AccountOrder.Read(parameters.Read(Sort)),
        };
        if (parameters.Problem is { } problem)
        {
            return problem;
        }
        var messages = await database.Read(
            async db =>
            {
                AccountRow[] rows = [.. filter.Take(await AccountsStore.List(db, user.UserId, filter), page)];
                var named = await Named(db, user.UserId, rows);
                return (IReadOnlyList<AccountMessage>)[.. rows.Select(row => AccountView.Show(row, named))];
            },
            cancellation
        );
        return TypedResults.Json(messages, AccountsJson.Default.IReadOnlyListAccountMessage);
    }

    private static async Task<IResult> Show(
        string id,
        ActingUser user,
        Database database,
        CancellationToken cancellation
    )
    {
        if (!Ids.TryRead<AccountId>(id, out var key))
        {
            return Problem.NotFound("account");
        }
        var message = await database.Read(
            async db =>
                await AccountsStore.Find(db, user.UserId, key) is { } row
                    ? AccountView.Show(row, await Named(db, user.UserId, [row]))
                    : null,
            cancellation
        );
        return message is null
            ? Problem.NotFound("account")
            : TypedResults.Json(message, AccountsJson.Default.AccountMessage);
    }

    // Most accounts name no other one: then there is nothing to look up.
    private static async Task<IReadOnlyDictionary<string, AccountId>> Named(
        DbWork db,
        UserId userId,
        IReadOnlyList<AccountRow> rows
    ) =>
        rows.Any(AccountDetails.NamesAnother)
            ? await AccountsStore.ByNumber(db, userId)
            : new Dictionary<string, AccountId>(StringComparer.Ordinal);
}
