using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Transactions;

/// <summary>
/// How far a reader has followed the changes: the change set, and the last transaction of it that was seen. Over the wire it is opaque.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ChangeCursor(long Number, TransactionId Id)
{
    /// <summary>Behind it lies all that there is.</summary>
    public static ChangeCursor Start => default;

    public string Text() =>
        Base64Url.EncodeToString(
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"c{Number}.{Id.Value}"))
        );

    public static ChangeCursor? Read(string text)
    {
        Span<byte> bytes = stackalloc byte[64];
        if (text.Length > 64 || !Base64Url.IsValid(text))
        {
            return null;
        }
        var parts = Encoding.ASCII.GetString(bytes[..Base64Url.DecodeFromChars(text, bytes)]).Split('.');
        return
            parts is [['c', .. var number], var id]
            && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var place)
            && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var transaction)
            ? new ChangeCursor(place, new TransactionId(transaction))
            : null;
    }
}

/// <summary>A change set.</summary>
internal sealed record ChangeSet
{
    public long Number { get; init; }
    public ChangeSetId Id { get; init; }
    public UserId UserId { get; init; }
    public AccountId AccountId { get; init; }

    /// <summary>All transactions of the account are gone.</summary>
    public bool Erased { get; init; }
}

/// <summary>A page of the changes.</summary>
/// <param name="Rows">Transactions as they are now, those that changed first in front.</param>
/// <param name="Added">Those of them that came behind the reader's place.</param>
/// <param name="Erased">Accounts of which all transactions are gone.</param>
/// <param name="Next">The reader's next place.</param>
internal sealed record ChangePage(
    IReadOnlyList<TransactionRow> Rows,
    IReadOnlySet<TransactionId> Added,
    IReadOnlyList<ChangeSet> Erased,
    ChangeCursor Next,
    bool HasMore
);

/// <summary>
/// The numbered changes of transactions. A transaction stands in the set that changed it last, so that each is read once, as it is now;
/// what changes while somebody reads moves behind the reader's place, and is never missed.
/// </summary>
internal static class ChangeLog
{
    /// <summary>
    /// Numbers a change set whose rows were written in this transaction. Called late in it, and before events: the client's head stays
    /// locked until the commit.
    /// </summary>
    public static Task Append(UserWork work, ChangeSetId id, AccountId accountId) =>
        Append(work, id, accountId, erased: false);

    /// <summary>Tells that all transactions of an account are gone.</summary>
    public static Task AppendErased(UserWork work, AccountId accountId) =>
        Append(work, work.Ids.Next<ChangeSetId>(), accountId, erased: true);

    private static async Task Append(UserWork work, ChangeSetId id, AccountId accountId, bool erased)
    {
        var number = await work.Db.Scalar<long>(
            """
            insert into change_heads (client_id, last_number) values (@ClientId, 1)
            on conflict (client_id) do update set last_number = change_heads.last_number + 1
            returning last_number
            """,
            new { work.ClientId }
        );
        await work.Db.Execute(
            """
            insert into change_sets (client_id, number, id, user_id, account_id, erased)
            values (@ClientId, @Number, @Id, @UserId, @AccountId, @Erased)
            """,
            new
            {
                work.ClientId,
                Number = number,
                Id = id,
                work.UserId,
                AccountId = accountId,
                Erased = erased,
            }
        );
    }

    /// <summary>The changes after a place: of a user, or of all users of the client.</summary>
    public static async Task<ChangePage> Read(
        DbWork db,
        ClientId clientId,
        UserId? userId,
        ChangeCursor after,
        int limit
    )
    {
        const string Head = "select coalesce(max(last_number), 0) from change_heads where client_id = @ClientId";
        // First, so that what commits before the rows are read is behind it, should there be none.
        var headBefore = await db.Scalar<long>(Head, new { ClientId = clientId });
        var ofUser = userId is null ? "" : "and s.user_id = @UserId";
        var place = new
        {
            ClientId = clientId,
            UserId = userId,
            after.Number,
            after.Id,
            Limit = limit + 1,
        };
        // With the head of the same moment: a row that is changed between two statements would leave the sets that the reader's place passes over, and
        // come as one that the reader knows.
        var rows = await db.Query<TransactionRow>(
            $"""
            select t.user_id, t.added_in, t.changed_in, ({Head}) as change_head, {Shown}
            from change_sets s join transactions t on t.user_id = s.user_id and t.changed_in = s.id
            where s.client_id = @ClientId {ofUser} and s.number >= @Number and (s.number > @Number or t.id > @Id)
            order by s.number, t.id limit @Limit
            """,
            place
        );
        var head = rows.Count > 0 ? rows[0].ChangeHead : headBefore;
        var hasMore = rows.Count > limit;
        var page = hasMore ? rows.Take(limit).ToArray() : rows;
        var sets = (
            await db.Query<ChangeSet>(
                $$"""
                select number, id, user_id, account_id, erased from change_sets s where id {in @ids}
                union
                select number, id, user_id, account_id, erased from change_sets s
                where s.client_id = @ClientId {{ofUser}} and s.number > @Number and s.number <= @Head and erased
                """,
                new
                {
                    ids = db.List(page.SelectMany(row => new[] { row.AddedIn, row.ChangedIn }).Distinct()),
                    place.ClientId,
                    place.UserId,
                    place.Number,
                    Head = head,
                }
            )
        ).ToDictionary(set => set.Id);
        var next = hasMore
            ? new ChangeCursor(sets[page[^1].ChangedIn].Number, page[^1].Id)
            : new ChangeCursor(Math.Max(head, after.Number), new TransactionId(long.MaxValue));
        return new ChangePage(
            page,
            page.Where(row => sets.TryGetValue(row.AddedIn, out var set) && IsBehind(set.Number, row.Id))
                .Select(row => row.Id)
                .ToHashSet(),
            [
                .. sets
                    .Values.Where(set => set.Erased && set.Number > after.Number && set.Number <= next.Number)
                    .OrderBy(set => set.Number),
            ],
            next,
            hasMore
        );

        bool IsBehind(long number, TransactionId id) =>
            number > after.Number || (number == after.Number && id.Value > after.Id.Value);
    }

    private static readonly string Shown = string.Join(
        ", ",
        TransactionsStore.Shown.Split(',', StringSplitOptions.TrimEntries).Select(column => $"t.{column}")
    );
}
