using System.Collections.Concurrent;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Authorization;

/// <summary>What ends access tokens before their time.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum RevocationKind
{
    /// <summary>One token.</summary>
    Token,

    /// <summary>All tokens that came from one sign-in.</summary>
    Authorization,

    /// <summary>All tokens of a user.</summary>
    User,

    /// <summary>All tokens of a client and its users.</summary>
    Client,
}

/// <summary>
/// The list of what ended access tokens before their time. It lives in the database; each node holds in memory the part that can
/// still matter, and reads what is new every second: a revocation holds at once on the node that made it, and within two seconds
/// on all others. Ids grow with time, so a revocation ends the tokens whose id is smaller than its own, and no later ones.
/// </summary>
internal sealed class Revocations(Database database, Ids ids, TimeProvider time, DatabaseOutage outage)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // A transaction that is slow to commit, or another node's clock behind ours, must not hide a row from the reader.
    private const int Overlap = 60;

    /// <summary>What stands on an access token (a widget session) lives at most so long, and longer than the token itself.</summary>
    public static readonly TimeSpan LongestDelegation = TimeSpan.FromHours(4);

    /// <summary>Seconds after which a revocation has nothing left to end: all that stood on a token of its time has expired.</summary>
    private static long KeptFor { get; } =
        (long)(AuthorizationServer.AccessTokenLifetime + LongestDelegation).TotalSeconds + Overlap;

    private readonly ConcurrentDictionary<(RevocationKind, long), Entry> _entries = new();
    private long _readUntil;

    /// <summary>Whether something ended the token.</summary>
    public bool Covers(AccessToken token) =>
        Covers(token.Id, token.AuthorizationId, token.Caller.UserId, token.Caller.ClientId);

    /// <summary>Whether something ended the token of this id, and so all that stands on it.</summary>
    public bool Covers(TokenId token, AuthorizationId? authorization, UserId? userId, ClientId clientId) =>
        !_entries.IsEmpty
        && (
            _entries.ContainsKey((RevocationKind.Token, token.Value))
            || (authorization is { } family && _entries.ContainsKey((RevocationKind.Authorization, family.Value)))
            || (userId is { } user && EndsUntilThen(RevocationKind.User, user.Value, token))
            || EndsUntilThen(RevocationKind.Client, clientId.Value, token)
        );

    /// <summary>Ends a token, in the caller's transaction.</summary>
    public Task Add(DbWork db, TokenId token) => Add(db, RevocationKind.Token, token.Value);

    /// <summary>Ends all tokens of a sign-in, in the caller's transaction.</summary>
    public Task Add(DbWork db, AuthorizationId family) => Add(db, RevocationKind.Authorization, family.Value);

    /// <summary>Ends all tokens of a user that there are, in the caller's transaction.</summary>
    public Task Add(DbWork db, UserId user) => Add(db, RevocationKind.User, user.Value);

    /// <summary>Ends all tokens of a client and its users that there are, in the caller's transaction.</summary>
    public Task Add(DbWork db, ClientId client) => Add(db, RevocationKind.Client, client.Value);

    private async Task Add(DbWork db, RevocationKind kind, long subjectId)
    {
        var row = new Row
        {
            Id = ids.Next(),
            Kind = kind,
            SubjectId = subjectId,
            RevokedAt = time.Seconds(),
        };
        await db.Execute(
            "insert into revocations (id, kind, subject_id, revoked_at) values (@Id, @Kind, @SubjectId, @RevokedAt)",
            row
        );
        db.AfterCommit(() => Remember(row));
    }

    /// <summary>Reads the rows that are new.</summary>
    public async Task Refresh(CancellationToken cancellation)
    {
        var now = time.Seconds();
        var oldest = now - KeptFor;
        var rows = await database.Read(
            db =>
                db.Query<Row>(
                    "select id, kind, subject_id, revoked_at from revocations where revoked_at >= @Since",
                    new { Since = Math.Max(oldest, _readUntil - Overlap) }
                ),
            cancellation
        );
        foreach (var row in rows)
        {
            Remember(row);
        }
        _readUntil = now;
        foreach (var (key, entry) in _entries)
        {
            if (entry.RevokedAt < oldest)
            {
                _entries.TryRemove(key, out _);
            }
        }
    }

    /// <summary>Takes away at most so many rows that have nothing left to end, and says how many.</summary>
    public static Task<int> Prune(DbWork db, long now, int atMost) =>
        db.Execute(
            "delete from revocations where id in (select id from revocations where revoked_at < @Before limit @AtMost)",
            new { Before = now - KeptFor, AtMost = atMost }
        );

    /// <summary>Nothing is served before the list is known.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await Refresh(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Interval, time, stoppingToken);
                await Refresh(stoppingToken);
                await outage.Answered(database, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (DatabaseOutage.Is(error))
            {
                // Without its database the node answers nothing anyway; the next second reads all that was missed.
                outage.Noticed(error);
            }
        }
    }

    private void Remember(Row row) =>
        _entries.AddOrUpdate(
            (row.Kind, row.SubjectId),
            new Entry(row.Id, row.RevokedAt),
            (_, known) => known.Id > row.Id ? known : new Entry(row.Id, row.RevokedAt)
        );

    private bool EndsUntilThen(RevocationKind kind, long subject, TokenId token) =>
        _entries.TryGetValue((kind, subject), out var entry) && token.Value < entry.Id;

    private sealed record Row
    {
        public long Id { get; init; }
        public RevocationKind Kind { get; init; }
        public long SubjectId { get; init; }
        public long RevokedAt { get; init; }
    }

    private sealed record Entry(long Id, long RevokedAt);
}
