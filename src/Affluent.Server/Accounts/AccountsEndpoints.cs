using Affluent.Server.Authorization;
using Affluent.Server.Connections;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Accounts;

/// <summary>Reading and deleting accounts.</summary>
internal static class AccountsEndpoints
{
    private static readonly Paging Pages = new(Standard: 100, Maximum: 500);
    private static readonly Parameter<long?> ConnectionId = Parameter.Id(
        "connection_id",
        "Only those of this connection."
    );
    private static readonly Parameter<string?> Type = Parameter.OneOf(
        "type",
        "Only those of this kind.",
        OneOfAttribute.Split(AccountWords.Types)
    );
    private static readonly Parameter<string?> Status = Parameter.OneOf(
        "status",
        "Only those in this status.",
        OneOfAttribute.Split(AccountWords.Statuses)
    );
    private static readonly Parameter<string?> Usage = Parameter.OneOf(
        "usage",
        "Only private or only professional ones.",
        OneOfAttribute.Split(AccountWords.Usages)
    );
    private static readonly Parameter<string?> Text = Parameter.Text(
        "q",
        "Only those whose name, number or IBAN contains this text; neither case nor accents count."
    );
    private static readonly Parameter<string?> Sort = Parameter.OneOf(
        "sort",
        "The order, `creation_date` when absent. A minus sign in front turns it round.",
        AccountFilter.Sorts
    );

    public static void MapAccounts(this IEndpointRouteBuilder app)
    {
        var accounts = app.MapGroup("/api/v2.1/accounts").WithTags("Accounts");
        accounts
            .MapGet("", List)
            .Needs(Scopes.AccountsRead, Scopes.AccountsManage)
            .Takes([ConnectionId, Type, Status, Usage, Text, Sort, .. Pages.Parameters])
            .Describe("listAccounts", "List accounts", "The user's accounts over all connections, oldest first.")
            .Answers<IReadOnlyList<AccountMessage>>(400);
        accounts
            .MapGet("/{id}", Show)
            .Needs(Scopes.AccountsRead, Scopes.AccountsManage)
            .OwnedBy("id", AccountsStore.OwnerOf)
            .Describe("getAccount", "Read an account", "One account with its balance.")
            .Answers<AccountMessage>(404);
        accounts
            .MapDelete("/{id}", Delete)
            .Needs(Scopes.AccountsManage)
            .OwnedBy("id", AccountsStore.OwnerOf)
            .Describe(
                "deleteAccount",
                "Delete an account",
                """
                The account is no longer shown nor refreshed, and its transactions are erased. The last account of a channel takes the
                channel and its stored credentials with it; the last channel takes the connection. A synchronization of the type
                LIST_ACCOUNTS brings a deleted account back, under the same id.
                """
            )
            .Answers(204, 404);
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
            Sort = parameters.Read(Sort),
        };
        if (parameters.Problem is { } problem)
        {
            return problem;
        }
        var messages = await database.Read(
            async db =>
            {
                AccountRow[] rows = [.. filter.Take(await AccountsStore.List(db, user.UserId, filter), page)];
                var payers = await Payers(db, user.UserId, rows);
                return (IReadOnlyList<AccountMessage>)[.. rows.Select(row => AccountView.Show(row, payers))];
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
        if (!Ids.TryRead(id, out var key))
        {
            return Problem.NotFound("account");
        }
        var message = await database.Read(
            async db =>
                await AccountsStore.Find(db, user.UserId, key) is { } row
                    ? AccountView.Show(row, await Payers(db, user.UserId, [row]))
                    : null,
            cancellation
        );
        return message is null
            ? Problem.NotFound("account")
            : TypedResults.Json(message, AccountsJson.Default.AccountMessage);
    }

    private static async Task<IResult> Delete(
        string id,
        ActingUser user,
        Database database,
        Ids ids,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        if (!Ids.TryRead(id, out var key))
        {
            return Problem.NotFound("account");
        }
        var deletion = await database.Write(
            async db =>
            {
                var deletion = await AccountsStore.Delete(db, user.UserId, key, time.Seconds());
                if (deletion is not null)
                {
                    await EventLog.Append(
                        db,
                        ids,
                        user.UserId,
                        user.ClientId,
                        AccountEvents.Deleted(key, deletion),
                        time.Seconds()
                    );
                }
                return deletion;
            },
            cancellation
        );
        return deletion is null ? Problem.NotFound("account") : TypedResults.NoContent();
    }

    // Only a card names another account; without one there is nothing to look up.
    private static async Task<IReadOnlyDictionary<string, long>> Payers(
        DbWork db,
        long userId,
        IReadOnlyList<AccountRow> rows
    ) =>
        rows.Any(row => AccountDetails.CreditCard(row)?.PayableAccount is not null)
            ? await AccountsStore.ByNumber(db, userId)
            : new Dictionary<string, long>(StringComparer.Ordinal);
}

/// <summary>What this feature tells the log.</summary>
internal static class AccountEvents
{
    public static IReadOnlyList<NewEvent> Deleted(long accountId, AccountDeletion deletion)
    {
        var deleted = NewEvent.OfAccount(
            EventName.AccountDeleted,
            deletion.ConnectionId,
            accountId,
            deletion.DefinitionId
        );
        return deletion.ConnectionGone ? [deleted, ConnectionEvents.Deleted(deletion.ConnectionId)] : [deleted];
    }
}
