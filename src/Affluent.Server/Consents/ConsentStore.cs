using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Consents;

/// <summary>The records of consents, which are only added to, and the texts that they name.</summary>
internal static class ConsentStore
{
    private const long Hour = 3_600;
    private const long Day = 24 * Hour;

    /// <summary>Keeps a consent, and its text once for all who agreed to the same.</summary>
    public static async Task Insert(DbWork db, ConsentRecord consent, ConsentText text)
    {
        var use = new
        {
            text.Hash,
            text.Body,
            Now = consent.AgreedAt,
            Stale = consent.AgreedAt - Hour,
        };
        // First, so that a text which is about to be pruned is held, or made anew by the insert.
        await db.Execute(
            "update consent_texts set last_used_at = @Now where hash = @Hash and last_used_at < @Stale",
            use
        );
        await db.Execute(
            """
            insert into consent_texts (hash, body, last_used_at) values (@Hash, @Body, @Now)
            on conflict (hash) do nothing
            """,
            use
        );
        await db.Execute(
            """
            insert into consents (user_id, id, client_id, kind, agreed_at, address, language, version, client_terms,
                text_hash, provider_id, connection_id, account_ids)
            values (@UserId, @Id, @ClientId, @Kind, @AgreedAt, @Address, @Language, @Version, @ClientTerms,
                @TextHash, @ProviderId, @ConnectionId, @AccountIds)
            """,
            consent
        );
    }

    /// <summary>Names the connection that was made on a consent: the last, where an earlier one came to nothing and was removed.</summary>
    public static Task NameConnection(DbWork db, UserId userId, ConsentId id, ConnectionId connectionId) =>
        db.Execute(
            """
            update consents set connection_id = @ConnectionId
            where user_id = @UserId and id = @Id
            """,
            new
            {
                UserId = userId,
                Id = id,
                ConnectionId = connectionId,
            }
        );

    /// <summary>Names until when the bank lets itself be read on what the user agreed to last for a connection.</summary>
    public static Task NameEnd(DbWork db, UserId userId, ConnectionId connectionId, long endsAt) =>
        db.Execute(
            $"""
            update consents set ends_at = @EndsAt
            where user_id = @UserId and id = (
                select max(id) from consents
                where user_id = @UserId and connection_id = @ConnectionId and kind = '{ConsentKind.Bank.Word()}'
            )
            """,
            new
            {
                UserId = userId,
                ConnectionId = connectionId,
                EndsAt = endsAt,
            }
        );

    /// <summary>All that a user agreed to, in the order of time.</summary>
    public static Task<IReadOnlyList<ConsentRecord>> List(DbWork db, UserId userId) =>
        db.Query<ConsentRecord>(
            """
            select id, user_id, client_id, kind, agreed_at, address, language, version, client_terms, text_hash,
                provider_id, connection_id, account_ids, ends_at
            from consents where user_id = @UserId order by agreed_at, id
            """,
            new { UserId = userId }
        );

    /// <summary>The text of that hash; null when nobody's consent names it.</summary>
    public static Task<string?> Text(DbWork db, string hash) =>
        db.Scalar<string?>("select body from consent_texts where hash = @Hash", new { Hash = hash });

    /// <summary>Removes at most so many texts that no consent names any more, and says how many: a client may have written a user's name in one.</summary>
    public static Task<int> PruneTexts(DbWork db, long now, int atMost) =>
        db.Execute(
            """
            delete from consent_texts where last_used_at < @Before and hash in (
                select hash from consent_texts t where last_used_at < @Before
                    and not exists (select 1 from consents c where c.text_hash = t.hash)
                limit @AtMost
            )
            """,
            new { Before = now - Day, AtMost = atMost }
        );
}
