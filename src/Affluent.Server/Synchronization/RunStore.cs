using Affluent.Server.Storage;

namespace Affluent.Server.Synchronization;

/// <summary>A channel as a run needs it.</summary>
internal sealed record ChannelRow
{
    public string DefinitionId { get; init; } = "";
    public string Mode { get; init; } = "";
    public string Status { get; init; } = "";
    public string? Reason { get; init; }
    public long? ExpiresAt { get; init; }
    public long? LastSuccessAt { get; init; }

    /// <summary>Grows when the user starts over; a run that began before must not write its session back.</summary>
    public int Epoch { get; init; }
    public byte[]? Session { get; init; }
    public byte[]? Credentials { get; init; }
}

/// <summary>The statements of a run about its connection and channels. Each transaction begins with <see cref="Claim.Hold"/>.</summary>
internal static class RunStore
{
    /// <summary>The channels in use, REDIRECT first.</summary>
    public static Task<IReadOnlyList<ChannelRow>> Channels(DbWork db, ClaimedConnection claim) =>
        db.Query<ChannelRow>(
            """
            select definition_id, mode, status, reason, expires_at, last_success_at, epoch, session, credentials
            from channels where user_id = @UserId and connection_id = @Id and status <> 'EMPTY'
            order by mode desc, definition_id
            """,
            new { claim.UserId, claim.Id }
        );

    public static Task Begin(DbWork db, ClaimedConnection claim, long runId, string runType) =>
        db.Execute(
            """
            update connections set run_id = @RunId, run_type = @RunType, request = null, progress = null, attempt = 0
            where user_id = @UserId and id = @Id
            """,
            new
            {
                claim.UserId,
                claim.Id,
                RunId = runId,
                RunType = runType,
            }
        );

    /// <summary>What was asked for while the run went on, and by whom.</summary>
    public static Task<ClaimedConnection?> Asked(DbWork db, ClaimedConnection claim) =>
        db.Find<ClaimedConnection>(
            """
            select request, attended, present_user, present_until, auto_sync from connections
            where user_id = @UserId and id = @Id
            """,
            new { claim.UserId, claim.Id }
        );

    public static Task SaveSession(DbWork db, ClaimedConnection claim, ChannelRow channel, byte[]? session) =>
        db.Execute(
            """
            update channels set session = @Session
            where user_id = @UserId and connection_id = @Id and definition_id = @DefinitionId and epoch = @Epoch
                and status <> 'EMPTY'
            """,
            new
            {
                claim.UserId,
                claim.Id,
                channel.DefinitionId,
                channel.Epoch,
                Session = session,
            }
        );

    public static Task SaveCredentials(DbWork db, ClaimedConnection claim, ChannelRow channel, byte[] credentials) =>
        db.Execute(
            """
            update channels set credentials = @Credentials
            where user_id = @UserId and connection_id = @Id and definition_id = @DefinitionId and epoch = @Epoch
                and status <> 'EMPTY'
            """,
            new
            {
                claim.UserId,
                claim.Id,
                channel.DefinitionId,
                channel.Epoch,
                Credentials = credentials,
            }
        );

    public static Task SaveConsent(DbWork db, ClaimedConnection claim, ChannelRow channel, long expiresAt) =>
        db.Execute(
            """
            update channels set expires_at = @ExpiresAt
            where user_id = @UserId and connection_id = @Id and definition_id = @DefinitionId and epoch = @Epoch
            """,
            new
            {
                claim.UserId,
                claim.Id,
                channel.DefinitionId,
                channel.Epoch,
                ExpiresAt = expiresAt,
            }
        );

    /// <summary>Writes how a channel ended; nothing when the user has started it over meanwhile.</summary>
    public static Task SaveResult(
        DbWork db,
        ClaimedConnection claim,
        ChannelRow channel,
        ChannelResult result,
        long now
    ) =>
        db.Execute(
            """
            update channels set status = @Status, reason = @Reason, last_end_at = @Now,
                last_success_at = case when @Success then @Now else last_success_at end
            where user_id = @UserId and connection_id = @Id and definition_id = @DefinitionId and epoch = @Epoch
                and status <> 'EMPTY'
            """,
            new
            {
                claim.UserId,
                claim.Id,
                channel.DefinitionId,
                channel.Epoch,
                Status = Outcome.Text(result.Status),
                result.Reason,
                Success = result.IsSuccess,
                Now = now,
            }
        );

    public static Task SaveProgress(DbWork db, ClaimedConnection claim, Progress progress) =>
        db.Execute(
            "update connections set progress = @Progress where user_id = @UserId and id = @Id",
            new
            {
                claim.UserId,
                claim.Id,
                Progress = progress.Write(),
            }
        );

    /// <summary>Lets the connection wait for its user; due again at <paramref name="dueAt"/> at the latest.</summary>
    public static Task Wait(DbWork db, ClaimedConnection claim, long dueAt) =>
        db.Execute(
            """
            update connections set job = 'waiting_user', due_at = @DueAt, lease_until = null, rescues = 0
            where user_id = @UserId and id = @Id
            """,
            new
            {
                claim.UserId,
                claim.Id,
                DueAt = dueAt,
            }
        );

    /// <summary>Ends the run. With a <paramref name="request"/> another one follows at once and the user stays present.</summary>
    public static Task End(
        DbWork db,
        ClaimedConnection claim,
        string status,
        string job,
        long? dueAt,
        string? request
    ) =>
        db.Execute(
            """
            update connections set status = @Status, job = @Job, due_at = @DueAt, request = @Request, run_id = null,
                run_type = null, progress = null, attempt = 0, rescues = 0, lease_until = null,
                attended = case when @Follows then attended else false end,
                present_user = case when @Follows then present_user else null end,
                present_until = case when @Follows then present_until else null end
            where user_id = @UserId and id = @Id
            """,
            new
            {
                claim.UserId,
                claim.Id,
                Status = status,
                Job = job,
                DueAt = dueAt,
                Request = request,
                Follows = request is not null,
            }
        );
}
