using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Jobs;

/// <summary>What a question asks for.</summary>
internal enum QuestionKind
{
    /// <summary>The channel's credentials form.</summary>
    Credentials,

    /// <summary>A code that the bank sent.</summary>
    Otp,

    /// <summary>An approval in the bank's app.</summary>
    AppApproval,

    /// <summary>One of several ways to go on.</summary>
    Choice,

    /// <summary>A way to the bank's own page and back.</summary>
    Redirect,

    /// <summary>Something to be done on the bank's site.</summary>
    SiteAction,

    /// <summary>A file with statements.</summary>
    StatementFile,
}

/// <summary>The question of a job, as stored. Times are UTC seconds.</summary>
internal sealed record QuestionRow
{
    public UserId UserId { get; init; }
    public JobId JobId { get; init; }

    /// <summary>What the job is about.</summary>
    public long SubjectId { get; init; }
    public ClientId ClientId { get; init; }
    public QuestionId Id { get; init; }
    public ChannelDefinitionId DefinitionId { get; init; }
    public QuestionKind Kind { get; init; }
    public long AskedAt { get; init; }
    public long ExpiresAt { get; init; }
    public byte[] Content { get; init; } = [];
    public byte[]? Answer { get; init; }
    public long? AnsweredAt { get; init; }

    /// <summary>The user gave up: nobody has had time to answer.</summary>
    public bool IsCancelled => ExpiresAt <= AskedAt;
}

/// <summary>An unanswered question, for those who show what a channel waits for.</summary>
internal sealed record OpenQuestionRow
{
    public long SubjectId { get; init; }
    public ChannelDefinitionId DefinitionId { get; init; }
    public QuestionKind Kind { get; init; }
}

/// <summary>Every statement about questions.</summary>
internal static class QuestionStore
{
    private const string Select = """
        select q.user_id, q.job_id, j.subject_id, j.client_id, q.id, q.definition_id, q.kind, q.asked_at, q.expires_at,
            q.content, q.answer, q.answered_at
        from questions q join jobs j on j.user_id = q.user_id and j.id = q.job_id
        """;

    /// <summary>The question of a job; null: it asks nothing.</summary>
    public static Task<QuestionRow?> Find(DbWork db, UserId userId, JobId jobId) =>
        db.Find<QuestionRow>(
            $"{Select} where q.user_id = @UserId and q.job_id = @JobId",
            new { UserId = userId, JobId = jobId }
        );

    /// <summary>The question of the job that is about something.</summary>
    public static Task<QuestionRow?> FindAbout(DbWork db, UserId userId, JobKind kind, long subjectId) =>
        db.Find<QuestionRow>(
            $"{Select} where j.user_id = @UserId and j.kind = @Kind and j.subject_id = @SubjectId",
            new
            {
                UserId = userId,
                Kind = kind,
                SubjectId = subjectId,
            }
        );

    /// <summary>The question that sent a user to the bank with this state.</summary>
    public static Task<QuestionRow?> FindByState(DbWork db, string stateHash) =>
        db.Find<QuestionRow>($"{Select} where q.state_hash = @StateHash", new { StateHash = stateHash });

    /// <summary>What jobs of a kind wait for, by their users and subjects.</summary>
    public static Task<IReadOnlyList<OpenQuestionRow>> Open(
        DbWork db,
        JobKind kind,
        IReadOnlyCollection<(UserId UserId, long SubjectId)> jobs
    ) =>
        db.Query<OpenQuestionRow>(
            """
            select j.subject_id, q.definition_id, q.kind
            from {pairs @users @subjects}
                join jobs j on j.user_id = a and j.kind = @Kind and j.subject_id = b
                join questions q on q.user_id = j.user_id and q.job_id = j.id
            where q.answered_at is null
            """,
            new
            {
                Kind = kind,
                users = db.List(jobs.Select(job => job.UserId)),
                subjects = db.List(jobs.Select(job => job.SubjectId)),
            }
        );

    /// <summary>Puts the question in place of an earlier one.</summary>
    public static Task Ask(DbWork db, QuestionRow question, string? stateHash) =>
        db.Execute(
            """
            insert into questions (user_id, job_id, id, definition_id, kind, asked_at, expires_at, state_hash, content)
            values (@UserId, @JobId, @Id, @DefinitionId, @Kind, @AskedAt, @ExpiresAt, @StateHash, @Content)
            on conflict (user_id, job_id) do update set id = @Id, definition_id = @DefinitionId, kind = @Kind,
                asked_at = @AskedAt, expires_at = @ExpiresAt, state_hash = @StateHash, content = @Content,
                left_at = null, answer = null, answered_at = null
            """,
            new
            {
                question.UserId,
                question.JobId,
                question.Id,
                question.DefinitionId,
                question.Kind,
                question.AskedAt,
                question.ExpiresAt,
                StateHash = stateHash,
                question.Content,
            }
        );

    /// <summary>Writes the answer.</summary>
    public static Task Answer(DbWork db, QuestionRow question, byte[] answer, long now) =>
        db.Execute(
            "update questions set answer = @Answer, answered_at = @Now where user_id = @UserId and job_id = @JobId",
            new
            {
                question.UserId,
                question.JobId,
                Answer = answer,
                Now = now,
            }
        );

    /// <summary>Notes that a browser leaves for the bank by the link; false: one has left before.</summary>
    public static async Task<bool> MarkLeft(DbWork db, UserId userId, QuestionId id, long now) =>
        await db.Execute(
            "update questions set left_at = @Now where user_id = @UserId and id = @Id and left_at is null",
            new
            {
                UserId = userId,
                Id = id,
                Now = now,
            }
        ) == 1;

    /// <summary>The user gives up an open question.</summary>
    public static Task Cancel(DbWork db, QuestionRow question) =>
        db.Execute(
            "update questions set expires_at = asked_at where user_id = @UserId and job_id = @JobId",
            new { question.UserId, question.JobId }
        );

    /// <summary>The job asks nothing any more.</summary>
    public static Task Delete(DbWork db, Job job) =>
        db.Execute(
            "delete from questions where user_id = @UserId and job_id = @JobId",
            new { job.UserId, JobId = job.Id }
        );
}
