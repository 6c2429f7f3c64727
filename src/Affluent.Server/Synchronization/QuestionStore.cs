using Affluent.Server.Storage;

namespace Affluent.Server.Synchronization;

/// <summary>A row of questions.</summary>
internal sealed record QuestionRow
{
    public long Id { get; init; }
    public string DefinitionId { get; init; } = "";
    public string Kind { get; init; } = "";
    public long AskedAt { get; init; }
    public long ExpiresAt { get; init; }
    public byte[] Content { get; init; } = [];
    public byte[]? Answer { get; init; }
    public long? AnsweredAt { get; init; }
}

/// <summary>Whose question a state belongs to.</summary>
internal sealed record StateRow
{
    public long Id { get; init; }
    public long UserId { get; init; }
    public long ConnectionId { get; init; }
    public long ClientId { get; init; }
    public string? RedirectUrl { get; init; }
}

/// <summary>Every statement about questions.</summary>
internal static class QuestionStore
{
    public static Task<QuestionRow?> Find(DbWork db, long userId, long connectionId) =>
        db.Find<QuestionRow>(
            """
            select id, definition_id, kind, asked_at, expires_at, content, answer, answered_at
            from questions where user_id = @UserId and connection_id = @ConnectionId
            """,
            new { UserId = userId, ConnectionId = connectionId }
        );

    public static Task<StateRow?> FindByState(DbWork db, string stateHash) =>
        db.Find<StateRow>(
            """
            select q.id, q.user_id, q.connection_id, c.client_id, c.redirect_url
            from questions q join connections c on c.user_id = q.user_id and c.id = q.connection_id
            where q.state_hash = @StateHash
            """,
            new { StateHash = stateHash }
        );

    /// <summary>Puts the question in place of an earlier one.</summary>
    public static Task Ask(DbWork db, long userId, long connectionId, QuestionRow question, string? stateHash) =>
        db.Execute(
            """
            insert into questions (user_id, connection_id, id, definition_id, kind, asked_at, expires_at, state_hash, content)
            values (@UserId, @ConnectionId, @Id, @DefinitionId, @Kind, @AskedAt, @ExpiresAt, @StateHash, @Content)
            on conflict (user_id, connection_id) do update set id = @Id, definition_id = @DefinitionId, kind = @Kind,
                asked_at = @AskedAt, expires_at = @ExpiresAt, state_hash = @StateHash, content = @Content,
                answer = null, answered_at = null
            """,
            new
            {
                UserId = userId,
                ConnectionId = connectionId,
                question.Id,
                question.DefinitionId,
                question.Kind,
                question.AskedAt,
                question.ExpiresAt,
                StateHash = stateHash,
                question.Content,
            }
        );

    /// <summary>Writes the answer and makes the run due.</summary>
    public static async Task Answer(
        DbWork db,
        long userId,
        long connectionId,
        byte[] answer,
        byte[]? presentUser,
        long now
    )
    {
        var parameters = new
        {
            UserId = userId,
            ConnectionId = connectionId,
            Answer = answer,
            PresentUser = presentUser,
            PresentUntil = now + (long)Synchronizations.Presence.TotalSeconds,
            Now = now,
        };
        await db.Execute(
            "update questions set answer = @Answer, answered_at = @Now where user_id = @UserId and connection_id = @ConnectionId",
            parameters
        );
        await db.Execute(
            """
            update connections set due_at = @Now, attended = true, present_user = @PresentUser,
                present_until = @PresentUntil
            where user_id = @UserId and id = @ConnectionId and job = 'waiting_user'
            """,
            parameters
        );
    }

    /// <summary>Lets an open question expire at once.</summary>
    public static async Task<bool> Expire(DbWork db, long userId, long connectionId, long questionId, long now)
    {
        var parameters = new
        {
            UserId = userId,
            ConnectionId = connectionId,
            QuestionId = questionId,
            Now = now,
        };
        var expired = await db.Execute(
            """
            update questions set expires_at = @Now
            where user_id = @UserId and connection_id = @ConnectionId and id = @QuestionId and answered_at is null
                and expires_at > @Now
            """,
            parameters
        );
        return expired == 1
            && await db.Execute(
                "update connections set due_at = @Now where user_id = @UserId and id = @ConnectionId and job = 'waiting_user'",
                parameters
            ) == 1;
    }

    public static Task Delete(DbWork db, long userId, long connectionId) =>
        db.Execute(
            "delete from questions where user_id = @UserId and connection_id = @ConnectionId",
            new { UserId = userId, ConnectionId = connectionId }
        );
}
