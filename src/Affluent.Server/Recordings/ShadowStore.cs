using Affluent.Connectors.Contract;
using Affluent.Server.Storage;

namespace Affluent.Server.Recordings;

/// <summary>Where rules that are tried beside those in force would have decided otherwise.</summary>
internal static class ShadowStore
{
    private const long KeptSeconds = 14 * 24 * 3_600;

    /// <summary>Keeps a reading in which they differ.</summary>
    public static Task Add(DbWork db, ShadowReading reading) =>
        db.Execute(
            """
            insert into shadow_readings (user_id, connection_id, run_id, account_id, provider_id, compared_at, differences,
                transaction_ids)
            values (@UserId, @ConnectionId, @RunId, @AccountId, @ProviderId, @ComparedAt, @Differences, @TransactionIds)
            on conflict (user_id, run_id, account_id) do nothing
            """,
            reading
        );

    /// <summary>The latest, of one bank or of all.</summary>
    public static Task<IReadOnlyList<ShadowReading>> List(DbWork db, ProviderId? providerId, int limit) =>
        providerId is { } id
            ? db.Query<ShadowReading>(
                $"{All} where provider_id = @ProviderId order by compared_at desc, user_id, account_id limit @Limit",
                new { ProviderId = id, Limit = limit }
            )
            : db.Query<ShadowReading>(
                $"{All} order by compared_at desc, user_id, account_id limit @Limit",
                new { Limit = limit }
            );

    private const string All = """
        select user_id, connection_id, run_id, account_id, provider_id, compared_at, differences, transaction_ids
        from shadow_readings
        """;

    /// <summary>Deletes at most so many that are older than two weeks, and says how many.</summary>
    public static Task<int> Prune(DbWork db, long now, int atMost) =>
        db.Execute(
            """
            delete from shadow_readings where (user_id, run_id, account_id) in
                (select user_id, run_id, account_id from shadow_readings
                    where compared_at < @Before order by compared_at limit @AtMost)
            """,
            new { Before = now - KeptSeconds, AtMost = atMost }
        );
}
