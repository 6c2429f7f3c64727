using System.Diagnostics;
using Affluent.Ledger;
using Affluent.Server.Authorization;
using Affluent.Server.Categories;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Transactions;

/// <summary>What users and clients make of transactions: another label or category, a note, the settlement of a doubt; and what one was before.</summary>
internal static class TransactionEdits
{
    private const int LongestLabel = 200;
    private const int LongestNote = 2000;

    public static void MapEdits(this RouteGroupBuilder transactions)
    {
        var one = transactions.MapGroup("/{id}").OwnedBy<TransactionId>("id", TransactionsStore.OwnerOf);
        one.MapPatch("", Edit)
            .Needs(Scope.AccountsManage)
            .Describe(
                "editTransaction",
                "Change a transaction",
                """
                Another category or label, or a note. They last: no later synchronization takes them back. What the body does not name stays; an
                empty text takes a change back. A category is learned: the user's other transactions with the same merchant or person get it at
                once, and those that come (`category_why` is `LEARNED`), unless something was said of them themselves.
                """
            )
            .Accepts<EditTransactionMessage>("application/json")
            .Answers<TransactionMessage>(400, 404, 415);
        one.MapPost("/settle", Settle)
            .Needs(Scope.AccountsManage)
            .Describe(
                "settleTransaction",
                "Settle a doubt",
                """
                Says of a transaction and another one, which need not be named when there is only one candidate, whether they are one movement (`SAME`)
                or two (`DIFFERENT`; without a name: from all candidates). It is remembered. Of two that are the same the older id stays; the other
                leads to it from then on. Answers the transaction that stands.
                """
            )
            .Accepts<SettleMessage>("application/json")
            .Answers<TransactionMessage>(400, 404, 409, 415);
        one.MapGet("/history", History)
            .Needs(Scope.TransactionsRead)
            .Describe(
                "getTransactionHistory",
                "Read what a transaction was before",
                $"What the bank told of it before it changed, the latest first; at most {TransactionVersions.Most}."
            )
            .Answers<IReadOnlyList<TransactionVersionMessage>>(404);
    }

    private static async Task<IResult> Edit(
        string id,
        HttpRequest request,
        ActingUser user,
        UserDatabase users,
        CancellationToken cancellation
    )
    {
        var (message, problem) = await Body.Read(request, TransactionsJson.Default.EditTransactionMessage);
        if ((problem ?? Check(message!)) is { } wrong)
        {
            return wrong;
        }
        var row = Ids.TryRead<TransactionId>(id, out var key)
            ? await users.Write(user.UserId, user.ClientId, work => Apply(work, key, message!), cancellation)
            : null;
        return row is null
            ? Problem.NotFound("transaction")
            : TypedResults.Json(TransactionMessage.OfOne(row), TransactionsJson.Default.TransactionMessage);
    }

    private static async Task<TransactionRow?> Apply(UserWork work, TransactionId id, EditTransactionMessage message)
    {
        if (await TransactionsStore.Find(work.Db, work.UserId, id) is not { } before)
        {
            return null;
        }
        var after = before with
        {
            OwnCategoryId = Changed(message.CategoryId, before.OwnCategoryId),
            OwnLabel = Changed(message.Label, before.OwnLabel),
            OwnNote = Changed(message.Note, before.OwnNote),
        };
        if (after == before)
        {
            return before;
        }
        var set = work.Ids.Next<ChangeSetId>();
        if (after.OwnCategoryId == before.OwnCategoryId)
        {
            await TransactionsStore.SaveEdits(work.Db, work.UserId, after, set, work.Now);
            await ChangeLog.Append(work, set, after.AccountId);
            return after with { UpdatedAt = work.Now };
        }
        await CorrectionsStore.Lock(work.Db, work.UserId, after);
        await TransactionsStore.SaveEdits(work.Db, work.UserId, after, set, work.Now);
        foreach (var (account, its) in await Corrections.Learn(work, after, set))
        {
            await ChangeLog.Append(work, its, account);
        }
        return await TransactionsStore.Find(work.Db, work.UserId, id);
    }

    private static Problem? Check(EditTransactionMessage message) =>
        message.CategoryId?.Trim() is { Length: > 0 } category
        && CategoryRuleCheck.UnknownCategory(category) is { } unknown
            ? unknown
        : message.Label?.Length > LongestLabel
            ? Problem.BadBody($"'label' must have at most {LongestLabel} characters", "label")
        : message.Note?.Length > LongestNote
            ? Problem.BadBody($"'note' must have at most {LongestNote} characters", "note")
        : null;

    private static string? Changed(string? asked, string? before) =>
        asked is null ? before
        : string.IsNullOrWhiteSpace(asked) ? null
        : asked.Trim();

    private static async Task<IResult> Settle(
        string id,
        HttpRequest request,
        ActingUser user,
        UserDatabase users,
        Database database,
        CancellationToken cancellation
    )
    {
        var (message, problem) = await Body.Read(request, TransactionsJson.Default.SettleMessage);
        if (problem is not null)
        {
            return problem;
        }
        if (message!.Verdict is not { } verdict)
        {
            return Problem.BadBody("'verdict' must be SAME or DIFFERENT", "verdict");
        }
        if (!Ids.TryRead<TransactionId>(id, out var key))
        {
            return Problem.NotFound("transaction");
        }
        var result = await users.Write(
            user.UserId,
            user.ClientId,
            work => Settlement.Settle(work, key, verdict, message.TransactionId),
            cancellation
        );
        switch (result)
        {
            case SettlementResult.Done done:
                var row = await database.Read(db => TransactionsStore.Find(db, user.UserId, done.Id), cancellation);
                return row is null
                    ? Problem.NotFound("transaction")
                    : TypedResults.Json(TransactionMessage.OfOne(row), TransactionsJson.Default.TransactionMessage);
            case SettlementResult.Unknown:
                return Problem.NotFound("transaction");
            case SettlementResult.NothingToSettle:
                return Problem.Conflict(
                    "nothing_to_settle",
                    "Say by 'transaction_id' which other transaction is meant: there is none, or more than one, that this one may be."
                );
            case SettlementResult.Impossible impossible:
                return Problem.Conflict("not_one_movement", $"These two cannot be settled so: {impossible.Why}.");
            default:
                throw new UnreachableException();
        }
    }

    private static async Task<IResult> History(
        string id,
        ActingUser user,
        Database database,
        CancellationToken cancellation
    )
    {
        if (!Ids.TryRead<TransactionId>(id, out var key))
        {
            return Problem.NotFound("transaction");
        }
        var versions = await database.Read(
            async db =>
                await TransactionsStore.Find(db, user.UserId, key) is { } row
                    ? await TransactionVersions.Of(db, user.UserId, row.Id)
                    : null,
            cancellation
        );
        return versions is null
            ? Problem.NotFound("transaction")
            : TypedResults.Json(
                [.. versions.Select(TransactionVersionMessage.Of)],
                TransactionsJson.Default.IReadOnlyListTransactionVersionMessage
            );
    }
}

/// <summary>Changes of a transaction.</summary>
internal sealed record EditTransactionMessage
{
    /// <summary>Code of a category; empty: ours again.</summary>
    public string? CategoryId { get; init; }

    /// <summary>At most 200 characters; empty: ours again.</summary>
    public string? Label { get; init; }

    /// <summary>At most 2000 characters; empty: none.</summary>
    public string? Note { get; init; }
}

/// <summary>What somebody says of a doubt.</summary>
internal sealed record SettleMessage
{
    /// <summary>SAME or DIFFERENT.</summary>
    public Verdict? Verdict { get; init; }

    /// <summary>The other transaction; may be left out where there is only one candidate, and for DIFFERENT.</summary>
    public TransactionId? TransactionId { get; init; }
}

/// <summary>What the bank told of a transaction before it changed.</summary>
internal sealed record TransactionVersionMessage
{
    /// <summary>Until when it was like this; an exact time in UTC seconds.</summary>
    public required long Until { get; init; }

    /// <summary>Where it stood.</summary>
    public required TransactionStatus Status { get; init; }

    /// <summary>Signed, in units of the currency, exact.</summary>
    public required decimal Amount { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>The bank's text, made readable.</summary>
    public required string Label { get; init; }

    /// <summary>The bank's lines.</summary>
    public required IReadOnlyList<string> RemittanceInformation { get; init; }

    /// <summary>The other side, when the bank named it.</summary>
    public TransactionSourceMessage? Source { get; init; }

    /// <summary>The day under which it was listed.</summary>
    public required long Date { get; init; }

    /// <summary>Day on which the bank booked it, or expected to.</summary>
    public long? BookingDate { get; init; }

    /// <summary>Day from which it counts for interest.</summary>
    public long? ValueDate { get; init; }

    public static TransactionVersionMessage Of(TransactionVersion version) =>
        new()
        {
            Until = version.Until,
            Status = version.Status,
            Amount = Money.ToDecimal(Money.Join(version.AmountMinor, version.AmountRest), version.Currency),
            Currency = version.Currency,
            Label = version.Label,
            RemittanceInformation = version.Remittance.Length == 0 ? [] : version.Remittance.Split('\n'),
            Source = version.Counterparty is { } label ? new TransactionSourceMessage { Label = label } : null,
            Date = ParisDay.Start(version.Day),
            BookingDate = version.BookingDay is { } booked ? ParisDay.Start(booked) : null,
            ValueDate = version.ValueDay is { } value ? ParisDay.Start(value) : null,
        };
}
