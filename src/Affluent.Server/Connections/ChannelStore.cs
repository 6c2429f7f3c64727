using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Connections;

/// <summary>Every statement about the channels of connections.</summary>
internal static class ChannelStore
{
    private const long SecondsPerDay = 86_400;

    private static readonly BulkTable<NewChannel> New = new(
        "channels",
        [
            new("user_id", BulkType.Long, c => c.UserId.Value),
            new("connection_id", BulkType.Long, c => c.ConnectionId.Value),
            new("definition_id", BulkType.Text, c => c.DefinitionId.Value),
            new("mode", BulkType.Text, c => c.Mode.Word()),
            new("status", BulkType.Text, c => (c.Used ? ChannelStatus.Running : ChannelStatus.Empty).Word()),
            // Nobody has looked into the others: they are known to be worth a try.
            new("eligible_accounts", BulkType.Bool, c => (bool?)(c.Used ? null : true)),
            new("credentials", BulkType.Bytes, c => c.Credentials),
        ]
    );

    /// <summary>The channels of a new connection, the one that it begins with and the others.</summary>
    public static Task Insert(DbWork db, IReadOnlyCollection<NewChannel> channels) => db.Insert(New, channels);

    /// <summary>The channels that these connections have.</summary>
    public static Task<IReadOnlyList<ChannelRow>> List(DbWork db, IReadOnlyCollection<ConnectionKey> connections) =>
        db.Query<ChannelRow>(
            """
            select connection_id, definition_id, mode, status, reason, message, expires_at, last_success_at, last_end_at,
                eligible_accounts, credentials is not null as has_credentials, unattended_readings, spared_until
            from {pairs @users @ids} join channels on user_id = a and connection_id = b order by definition_id
            """,
            new { users = db.List(connections.Select(c => c.UserId)), ids = db.List(connections.Select(c => c.Id)) }
        );

    /// <summary>The channels in use of the user's other connections to a bank.</summary>
    public static Task<IReadOnlyList<TwinChannel>> OfTwins(
        DbWork db,
        UserId userId,
        IEnumerable<ProviderId> same,
        ConnectionId except
    ) =>
        db.Query<TwinChannel>(
            """
            select ch.connection_id, ch.definition_id, ch.status
            from connections c join channels ch on ch.user_id = c.user_id and ch.connection_id = c.id
            where c.user_id = @UserId and c.provider_id {in @Same} and c.id <> @Except and ch.status <> 'EMPTY'
            """,
            new
            {
                UserId = userId,
                Same = db.List(same.Select(id => id.Value)),
                Except = except,
            }
        );

    /// <summary>The channels in use, REDIRECT first, and one that is to take the place of another before that.</summary>
    public static Task<IReadOnlyList<ChannelAccess>> InUse(DbWork db, UserId userId, ConnectionId connectionId) =>
        db.Query<ChannelAccess>(
            """
            select definition_id, mode, status, reason, expires_at, last_success_at, epoch, session, credentials,
                unattended_readings, spared_until, replaced_session, replaced_expires_at, replaces
            from channels where user_id = @UserId and connection_id = @ConnectionId and status <> 'EMPTY'
            order by mode desc, replaces is null, definition_id
            """,
            new { UserId = userId, ConnectionId = connectionId }
        );

    /// <summary>Every stored session of the user's; of a channel that is being renewed the one before, too, and last.</summary>
    public static Task<IReadOnlyList<StoredSession>> Sessions(DbWork db, UserId userId) =>
        db.Query<StoredSession>(
            """
            select connection_id, definition_id, session, expires_at from (
                select connection_id, definition_id, session, expires_at, 0 as is_replaced from channels
                where user_id = @UserId and session is not null
                union all
                select connection_id, definition_id, replaced_session, replaced_expires_at, 1 from channels
                where user_id = @UserId and replaced_session is not null
            ) s order by connection_id, definition_id, is_replaced
            """,
            new { UserId = userId }
        );

    /// <summary>
    /// Puts session and fault aside; the epoch keeps a run under way from writing its old session back. An authorization that holds is kept until another one
    /// has come about.
    /// </summary>
    public static async Task<bool> Reset(
        DbWork db,
        UserId userId,
        ConnectionId connectionId,
        ChannelDefinitionId definitionId,
        byte[]? sealedCredentials,
        ChannelDefinitionId? replaces,
        long now
    )
    {
        var holds = $"""
            mode = '{ChannelMode.Redirect.Word()}' and session is not null and expires_at > @Now
                and status in ('{ChannelStatus.Success.Word()}', '{ChannelStatus.Running.Word()}', '{ChannelStatus.Failed.Word()}')
            """;
        return await db.Execute(
                $"""
                update channels set replaced_expires_at = case when {holds} then expires_at else replaced_expires_at end,
                    replaced_session = case when {holds} then session else replaced_session end, status = 'RUNNING', reason = null, message = null, session = null, credentials = @Credentials,
                    expires_at = null, eligible_accounts = null, replaces = @Replaces, epoch = epoch + 1
                where user_id = @UserId and connection_id = @ConnectionId and definition_id = @DefinitionId
                """,
                new
                {
                    UserId = userId,
                    ConnectionId = connectionId,
                    DefinitionId = definitionId,
                    Credentials = sealedCredentials,
                    Replaces = replaces,
                    Now = now,
                }
            ) == 1;
    }

    /// <summary>
    /// Keeps a session that a bank handed over for the authorization that is being renewed; false: that is not the one from which it goes on.
    /// </summary>
    public static async Task<bool> KeepReplaced(DbWork db, UserId userId, StoredSession late, byte[] before)
    {
        db.MustLast();
        return await db.Execute(
                """
                update channels set replaced_session = @Session
                where user_id = @UserId and connection_id = @ConnectionId and definition_id = @DefinitionId
                    and replaced_session = @Before
                """,
                new
                {
                    UserId = userId,
                    late.ConnectionId,
                    late.DefinitionId,
                    late.Session,
                    Before = before,
                }
            ) == 1;
    }

    /// <summary>
    /// The channels whose authorization ends within 14, 7 or 1 days and whose users have not been warned of that, marked as warned.
    /// </summary>
    public static Task<IReadOnlyList<ExpiringChannel>> TakeExpiring(DbWork db, long now, int atMost)
    {
        const string Days = "case when ch.expires_at <= @In1 then 1 when ch.expires_at <= @In7 then 7 else 14 end";
        return db.Query<ExpiringChannel>(
            $$"""
            update channels set warned_of = expires_at, warned_days = {{Days.Replace(
                "ch.",
                "",
                StringComparison.Ordinal
            )}}
            where (user_id, connection_id, definition_id) in (
                select ch.user_id, ch.connection_id, ch.definition_id from channels ch
                where ch.expires_at > @Now and ch.expires_at <= @In14
                    and ch.status in ('{{ChannelStatus.Success.Word()}}', '{{ChannelStatus.Running.Word()}}', '{{ChannelStatus.Failed.Word()}}')
                    and (coalesce(ch.warned_of, 0) <> ch.expires_at or ch.warned_days > {{Days}})
                order by ch.expires_at limit @AtMost {skip locked}
            )
            returning user_id, connection_id, definition_id, warned_days,
                (select c.client_id from connections c where c.user_id = channels.user_id and c.id = channels.connection_id)
                    as client_id
            """,
            new
            {
                Now = now,
                In1 = now + SecondsPerDay,
                In7 = now + (7 * SecondsPerDay),
                In14 = now + (14 * SecondsPerDay),
                AtMost = atMost,
            }
        );
    }

    /// <summary>
    /// Keeps what a run learned; nothing on a channel that the user has started over meanwhile, or has taken off. A session replaces the one that it goes
    /// on from, or any when a bank has just handed it over. False: there is no such channel any more.
    /// </summary>
    public static async Task<bool> Save(DbWork db, ChannelKey key, ChannelChange change)
    {
        if (change.Session is not null || change.Credentials is not null)
        {
            // The bank gives a token once.
            db.MustLast();
        }
        return await db.Execute(
                """
                update channels set
                    session = case when @IsHandedOver or session is not distinct from @SessionBefore
                        then coalesce(@Session, session) else session end,
                    credentials = coalesce(@Credentials, credentials),
                    unattended_readings = coalesce(@UnattendedReadings, unattended_readings),
                    spared_until = coalesce(@SparedUntil, spared_until),
                    expires_at = case when @Restores then replaced_expires_at else coalesce(@ExpiresAt, expires_at) end,
                    replaced_session = case when @EndsRenewal then null else replaced_session end,
                    replaced_expires_at = case when @EndsRenewal then null else replaced_expires_at end,
                    replaces = case when @Succeeded then null else replaces end, status = coalesce(@Status, status),
                    reason = case when @Ended then @Reason else reason end,
                    message = case when @Ended then @Message else message end,
                    last_end_at = coalesce(@EndedAt, last_end_at),
                    last_success_at = case when @Succeeded then @EndedAt else last_success_at end
                where user_id = @UserId and connection_id = @ConnectionId and definition_id = @DefinitionId and epoch = @Epoch
                    and status <> 'EMPTY'
                """,
                new
                {
                    key.UserId,
                    key.ConnectionId,
                    key.DefinitionId,
                    key.Epoch,
                    change.Session,
                    change.SessionBefore,
                    change.IsHandedOver,
                    change.Credentials,
                    change.ExpiresAt,
                    change.UnattendedReadings,
                    change.SparedUntil,
                    change.Status,
                    change.Reason,
                    change.Message,
                    change.EndedAt,
                    Restores = change.Renewal == RenewalEnd.Restored,
                    EndsRenewal = change.Renewal is not null,
                    Ended = change.Status is not null,
                    Succeeded = change.Status == ChannelStatus.Success,
                }
            ) == 1;
    }

    /// <summary>Puts a channel back to what it is before anything was asked over it, without session and credentials.</summary>
    public static Task Empty(DbWork db, UserId userId, ConnectionId connectionId, ChannelDefinitionId definitionId)
    {
        db.Erases();
        return db.Execute(
            """
            update channels set status = 'EMPTY', reason = null, message = null, session = null, credentials = null, expires_at = null,
                replaced_session = null, replaced_expires_at = null, replaces = null, last_success_at = null, last_end_at = null,
                eligible_accounts = true, epoch = epoch + 1
            where user_id = @UserId and connection_id = @ConnectionId and definition_id = @DefinitionId
            """,
            new
            {
                UserId = userId,
                ConnectionId = connectionId,
                DefinitionId = definitionId,
            }
        );
    }

    /// <summary>
    /// Takes a channel off a connection, with its stored credentials and session; true when that was the last one in use: access
    /// that nothing uses is not to be kept.
    /// </summary>
    public static async Task<bool> Delete(
        DbWork db,
        UserId userId,
        ConnectionId connectionId,
        ChannelDefinitionId definitionId
    )
    {
        db.Erases();
        await db.Execute(
            """
            delete from channels
            where user_id = @UserId and connection_id = @ConnectionId and definition_id = @DefinitionId
            """,
            new
            {
                UserId = userId,
                ConnectionId = connectionId,
                DefinitionId = definitionId,
            }
        );
        return await db.Scalar<long>(
                """
                select count(*) from channels
                where user_id = @UserId and connection_id = @ConnectionId and status <> 'EMPTY'
                """,
                new { UserId = userId, ConnectionId = connectionId }
            ) == 0;
    }
}

/// <summary>A channel of a run, until the user starts it over.</summary>
internal sealed record ChannelKey(
    UserId UserId,
    ConnectionId ConnectionId,
    ChannelDefinitionId DefinitionId,
    int Epoch
);

/// <summary>What a connector keeps of its bank, sealed with the user's key.</summary>
internal sealed record StoredSession
{
    public ConnectionId ConnectionId { get; init; }
    public ChannelDefinitionId DefinitionId { get; init; }
    public byte[] Session { get; init; } = [];

    /// <summary>When the user's authorization at the bank ends, in UTC seconds; null: nobody knows.</summary>
    public long? ExpiresAt { get; init; }
}

/// <summary>A channel of a connection that is just being made.</summary>
/// <param name="Used">The connection begins with it.</param>
internal sealed record NewChannel(
    UserId UserId,
    ConnectionId ConnectionId,
    ChannelDefinitionId DefinitionId,
    ChannelMode Mode,
    bool Used,
    byte[]? Credentials
);

/// <summary>How a renewal of the user's authorization at a bank ends.</summary>
internal enum RenewalEnd
{
    /// <summary>The new one works: the one before is not needed any more.</summary>
    Replaced,

    /// <summary>There is no new one: the one before holds on.</summary>
    Restored,
}

/// <summary>What a run learned of a channel; null keeps what was known.</summary>
internal sealed record ChannelChange
{
    /// <summary>This change and then a later one.</summary>
    public ChannelChange Then(ChannelChange later) =>
        new()
        {
            Session = later.Session ?? Session,
            IsHandedOver = later.IsHandedOver || IsHandedOver,
            Unused = later.Unused ?? Unused,
            Former = later.Former ?? Former,
            Credentials = later.Credentials ?? Credentials,
            ExpiresAt = later.ExpiresAt ?? ExpiresAt,
            UnattendedReadings = later.UnattendedReadings ?? UnattendedReadings,
            SparedUntil = later.SparedUntil ?? SparedUntil,
            Renewal = later.Renewal ?? Renewal,
            Status = later.Status ?? Status,
            Reason = later.Status is null ? Reason : later.Reason,
            Message = later.Status is null ? Message : later.Message,
            EndedAt = later.EndedAt ?? EndedAt,
        };

    /// <summary>What the connector returned, sealed.</summary>
    public byte[]? Session { get; init; }

    /// <summary>The stored session that <see cref="Session"/> goes on from, sealed; null: none.</summary>
    public byte[]? SessionBefore { get; init; }

    /// <summary>A bank handed <see cref="Session"/> over just now: whatever is stored is older.</summary>
    public bool IsHandedOver { get; init; }

    /// <summary>A session that the channel uses no longer, sealed: its authorization is to be ended at the bank.</summary>
    public byte[]? Unused { get; init; }

    /// <summary>The way whose place this channel has taken: it is used no longer.</summary>
    public ChannelDefinitionId? Former { get; init; }

    /// <summary>Credentials that the user gave during the run, sealed.</summary>
    public byte[]? Credentials { get; init; }

    /// <summary>When the user's authorization at the bank ends, in UTC seconds.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary><see cref="AccessBudget.Write"/>.</summary>
    public string? UnattendedReadings { get; init; }

    /// <summary>Until when the bank wants no reading without the user, in UTC seconds.</summary>
    public long? SparedUntil { get; init; }

    /// <summary>How it ended with the renewal of the user's authorization; null: there was none, or it goes on.</summary>
    public RenewalEnd? Renewal { get; init; }

    /// <summary>How the run left the channel; with it go <see cref="Reason"/>, <see cref="Message"/> and <see cref="EndedAt"/>.</summary>
    public ChannelStatus? Status { get; init; }
    public ChannelReason? Reason { get; init; }

    /// <summary>What the bank itself says about it.</summary>
    public string? Message { get; init; }

    /// <summary>UTC seconds; null: when it ended last stays.</summary>
    public long? EndedAt { get; init; }
}
