using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Affluent.Server.Transactions;

/// <summary>Following what changes: instead of reading everything again.</summary>
internal static class ChangesEndpoint
{
    private static readonly Parameter<string?> After = Parameter.Text(
        "after",
        "The value of `next` from the answer before; absent: from the beginning, all that there is."
    );
    private static readonly Parameter<long?> Limit = Parameter.Count(
        "limit",
        "How many transactions at most.",
        standard: 100,
        maximum: 500
    );

    public static void MapChanges(this RouteGroupBuilder transactions) =>
        transactions
            .MapGet("/changes", Read)
            .Needs(Scope.TransactionsRead)
            .ForAllUsersToo()
            .Takes(After, Limit)
            .Describe(
                "listTransactionChanges",
                "Follow what changes",
                """
                What was added, changed and removed behind `after`, of the user or, with a client's own token and without `user_id`, of all users of
                the client. Each transaction is given once, as it is now. Apply `removed_accounts` and `removed` first, then store `added` and
                `modified` by their ids, keep `next`, and go on while `has_more` is true. Nothing is missed, whatever changes meanwhile.
                """
            )
            .Answers<ChangesMessage>(400);

    private static async Task<Results<JsonHttpResult<ChangesMessage>, Problem>> Read(
        HttpContext context,
        Caller caller,
        Database database,
        CancellationToken cancellation
    )
    {
        var parameters = new ParameterSource(context.Request);
        var text = parameters.Read(After);
        var limit = (int)(parameters.Read(Limit) ?? 100);
        if (parameters.Problem is { } problem)
        {
            return problem;
        }
        if ((text is null ? ChangeCursor.Start : ChangeCursor.Read(text)) is not { } after)
        {
            return Problem.BadParameter(After.Name, "is not a value that an answer gave as 'next'");
        }
        var user = ActingUser.Find(context);
        var page = await database.Read(
            db => ChangeLog.Read(db, caller.ClientId, user?.UserId, after, limit),
            cancellation
        );
        return TypedResults.Json(
            ChangesMessage.Of(page, namesUsers: user is null),
            TransactionsJson.Default.ChangesMessage
        );
    }
}

/// <summary>What changed.</summary>
internal sealed record ChangesMessage
{
    /// <summary>Transactions that are new to who reads from <c>after</c>.</summary>
    public required IReadOnlyList<TransactionMessage> Added { get; init; }

    /// <summary>Transactions that changed: booked, worded anew, missing, back again, edited, settled.</summary>
    public required IReadOnlyList<TransactionMessage> Modified { get; init; }

    /// <summary>Transactions that are no longer shown, because another one was found to be the same.</summary>
    public required IReadOnlyList<RemovedTransactionMessage> Removed { get; init; }

    /// <summary>Accounts that were deleted with all their transactions, alone or with their connection.</summary>
    public required IReadOnlyList<RemovedAccountMessage> RemovedAccounts { get; init; }

    /// <summary>To be sent as <c>after</c> next time. Also an empty answer moves it on.</summary>
    public required string Next { get; init; }

    /// <summary>There is more: ask again at once.</summary>
    public required bool HasMore { get; init; }

    public static ChangesMessage Of(ChangePage page, bool namesUsers)
    {
        var shown = page.Rows.Where(row => row.MergedInto is null).ToLookup(row => page.Added.Contains(row.Id), Show);
        return new ChangesMessage
        {
            Added = [.. shown[true]],
            Modified = [.. shown[false]],
            Removed =
            [
                .. page
                    .Rows.Where(row => row.MergedInto is not null)
                    .Select(row => new RemovedTransactionMessage
                    {
                        Id = row.Id,
                        AccountId = row.AccountId,
                        MergedInto = row.MergedInto!.Value,
                        UserId = namesUsers ? row.UserId : null,
                    }),
            ],
            RemovedAccounts =
            [
                .. page.Erased.Select(set => new RemovedAccountMessage
                {
                    Id = set.AccountId,
                    UserId = namesUsers ? set.UserId : null,
                }),
            ],
            Next = page.Next.Text(),
            HasMore = page.HasMore,
        };

        TransactionMessage Show(TransactionRow row) =>
            namesUsers ? TransactionMessage.Of(row) with { UserId = row.UserId } : TransactionMessage.Of(row);
    }
}

/// <summary>A transaction that is no longer shown.</summary>
internal sealed record RemovedTransactionMessage
{
    /// <summary>Its id; reading it gives the one that stands for it.</summary>
    public required TransactionId Id { get; init; }

    /// <summary>The account.</summary>
    public required AccountId AccountId { get; init; }

    /// <summary>The transaction that stands for it.</summary>
    public required TransactionId MergedInto { get; init; }

    /// <summary>The user; only where a client reads the changes of all its users.</summary>
    public UserId? UserId { get; init; }
}

/// <summary>An account of which all transactions are gone.</summary>
internal sealed record RemovedAccountMessage
{
    /// <summary>The account.</summary>
    public required AccountId Id { get; init; }

    /// <summary>The user; only where a client reads the changes of all its users.</summary>
    public UserId? UserId { get; init; }
}
