using System.Text.Json;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Widget;

/// <summary>The rows of widget sessions.</summary>
internal static class WidgetStore
{
    private const string Columns = "user_id, client_id, token_id, authorization_id, state, version, expires_at";

    public static Task Insert(DbWork db, WidgetSession session, long now) =>
        db.Execute(
            """
            insert into widget_sessions (id_hash, user_id, client_id, token_id, authorization_id, state, version,
                created_at, expires_at)
            values (@IdHash, @UserId, @ClientId, @TokenId, @AuthorizationId, @State, @Version, @Now, @ExpiresAt)
            """,
            new
            {
                IdHash = new Secret(session.Id).Hash(),
                session.UserId,
                session.ClientId,
                session.TokenId,
                session.AuthorizationId,
                State = Write(session.State),
                session.Version,
                Now = now,
                session.ExpiresAt,
            }
        );

    /// <summary>The session of that id; null when there is none, or no longer.</summary>
    public static async Task<WidgetSession?> Find(DbWork db, string id, long now)
    {
        var row = await db.Find<Row>(
            $"select {Columns} from widget_sessions where id_hash = @IdHash and expires_at > @Now",
            new { IdHash = new Secret(id).Hash(), Now = now }
        );
        return row?.Session(id);
    }

    /// <summary>As <see cref="Find"/>, and nobody else takes a step of it until the transaction ends.</summary>
    public static async Task<WidgetSession?> FindForUpdate(DbWork db, string id, long now)
    {
        var row = await db.Find<Row>(
            $$"""
            select {{Columns}} from widget_sessions where id_hash = @IdHash and expires_at > @Now {for update}
            """,
            new { IdHash = new Secret(id).Hash(), Now = now }
        );
        return row?.Session(id);
    }

    /// <summary>Takes the session, found for update, to its next state.</summary>
    public static async Task<WidgetSession> Advance(DbWork db, WidgetSession session, WidgetState next)
    {
        await db.Execute(
            """
            update widget_sessions set state = @State, version = version + 1
            where id_hash = @IdHash and version = @Version
            """,
            new
            {
                State = Write(next),
                IdHash = new Secret(session.Id).Hash(),
                session.Version,
            }
        );
        return session with { State = next, Version = session.Version + 1 };
    }

    /// <summary>Has a session of that user and client live on, and stand on another access token; null when there is none, or no longer.</summary>
    public static async Task<WidgetState?> Prolong(DbWork db, WidgetSession prolonged, long now)
    {
        var state = await db.Find<string>(
            """
            update widget_sessions set token_id = @TokenId, authorization_id = @AuthorizationId, expires_at = @ExpiresAt
            where id_hash = @IdHash and user_id = @UserId and client_id = @ClientId and expires_at > @Now
            returning state
            """,
            new
            {
                IdHash = new Secret(prolonged.Id).Hash(),
                prolonged.UserId,
                prolonged.ClientId,
                prolonged.TokenId,
                prolonged.AuthorizationId,
                prolonged.ExpiresAt,
                Now = now,
            }
        );
        return state is null ? null : Read(state);
    }

    /// <summary>Keeps every step off the user's sessions until the transaction ends.</summary>
    public static Task LockOf(DbWork db, UserId userId) =>
        db.Query<long>(
            "select 1 from widget_sessions where user_id = @UserId order by id_hash {for update}",
            new { UserId = userId }
        );

    /// <summary>Removes at most so many sessions that have expired, and says how many.</summary>
    public static Task<int> Prune(DbWork db, long now, int atMost) =>
        db.Execute(
            """
            delete from widget_sessions where id_hash in
                (select id_hash from widget_sessions where expires_at <= @Now order by expires_at limit @AtMost)
            """,
            new { Now = now, AtMost = atMost }
        );

    private static WidgetState Read(string state) =>
        JsonSerializer.Deserialize(state, WidgetStateJson.Default.WidgetState)!;

    /// <summary>A state as stored.</summary>
    public static string Write(WidgetState state) =>
        JsonSerializer.Serialize(state, WidgetStateJson.Default.WidgetState);

    private sealed record Row
    {
        public UserId UserId { get; init; }
        public ClientId ClientId { get; init; }
        public TokenId TokenId { get; init; }
        public AuthorizationId? AuthorizationId { get; init; }
        public string State { get; init; } = "";
        public long Version { get; init; }
        public long ExpiresAt { get; init; }

        public WidgetSession Session(string id) =>
            new()
            {
                Id = id,
                UserId = UserId,
                ClientId = ClientId,
                TokenId = TokenId,
                AuthorizationId = AuthorizationId,
                Version = Version,
                ExpiresAt = ExpiresAt,
                State = Read(State),
            };
    }
}
