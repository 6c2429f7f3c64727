using Affluent.Server.Gates;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Jobs;

/// <summary>Every statement about jobs.</summary>
internal static class JobStore
{
    private const string Columns = """
        user_id, id, client_id, kind, subject_id, state, request, priority, due_at, lease_until, fence, attempt, rescues,
        run_id, run_request, progress, present_user, present_until, provider_id
        """;

    /// <summary>A new job, idle until it is asked for.</summary>
    public static Task Insert(DbWork db, Job job) =>
        db.Execute(
            """
            insert into jobs (user_id, id, client_id, kind, subject_id, state, request, priority, due_at, present_user,
                present_until, provider_id)
            values (@UserId, @Id, @ClientId, @Kind, @SubjectId, @State, @Request, @Priority, @DueAt, @PresentUser,
                @PresentUntil, @ProviderId)
            """,
            job
        );

    /// <summary>The job that is about something of the user's, to look at; null: there is none.</summary>
    public static Task<Job?> Find(DbWork db, UserId userId, JobKind kind, long subjectId) =>
        db.Find<Job>(
            $"select {Columns} from jobs where user_id = @UserId and kind = @Kind and subject_id = @SubjectId",
            new
            {
                UserId = userId,
                Kind = kind,
                SubjectId = subjectId,
            }
        );

    /// <summary>Locks the job that is about something of the user's; null: there is none.</summary>
    public static Task<Job?> Lock(DbWork db, UserId userId, JobKind kind, long subjectId) =>
        db.Find<Job>(
            $$"""
            select {{Columns}} from jobs where user_id = @UserId and kind = @Kind and subject_id = @SubjectId
            {for update}
            """,
            new
            {
                UserId = userId,
                Kind = kind,
                SubjectId = subjectId,
            }
        );

    /// <summary>Locks the user's jobs of a kind, oldest first.</summary>
    public static Task<IReadOnlyList<Job>> LockAll(DbWork db, UserId userId, JobKind kind) =>
        db.Query<Job>(
            $$"""
            select {{Columns}} from jobs where user_id = @UserId and kind = @Kind order by id {for update}
            """,
            new { UserId = userId, Kind = kind }
        );

    /// <summary>Keeps every run off the user's jobs until the transaction ends.</summary>
    public static Task LockOf(DbWork db, UserId userId) =>
        db.Query<JobId>(
            "select id from jobs where user_id = @UserId order by id {for update}",
            new { UserId = userId }
        );

    /// <summary>Locks a job that this node runs; null: another node has it, or it is gone.</summary>
    public static Task<Job?> LockRunning(DbWork db, Job job) =>
        db.Find<Job>(
            $$"""
            select {{Columns}} from jobs where user_id = @UserId and id = @Id and fence = @Fence and state = 'RUNNING'
            {for update}
            """,
            new
            {
                job.UserId,
                job.Id,
                job.Fence,
            }
        );

    /// <summary>The clients that have due jobs of a priority: one look into the index for each client that has any.</summary>
    public static Task<IReadOnlyList<ClientId>> ClientsWithDue(DbWork db, JobPriority priority, long now)
    {
        var ofPriority = $"priority = '{priority.Word()}' and due_at is not null";
        return db.Query<ClientId>(
            $"""
            with recursive clients_of_jobs (id) as (
                select * from (select client_id from jobs where {ofPriority} order by client_id limit 1) first
                union all
                select (select client_id from jobs where {ofPriority} and client_id > c.id order by client_id limit 1)
                from clients_of_jobs c where c.id is not null
            )
            select id from clients_of_jobs c where id is not null and exists (
                select 1 from jobs where priority = '{priority.Word()}' and client_id = c.id and due_at <= @Now
            )
            """,
            new { Now = now }
        );
    }

    /// <summary>Locks due jobs of a client that nobody else is just taking and that <paramref name="admission"/> may let begin, the longest due first.</summary>
    public static Task<IReadOnlyList<Job>> LockDue(
        DbWork db,
        JobPriority priority,
        ClientId client,
        Admission admission,
        int atMost,
        long now
    ) =>
        db.Query<Job>(
            $$"""
            select {{Columns}} from jobs
            where priority = '{{priority.Word()}}' and client_id = @ClientId and due_at <= @Now
                and not (coalesce(provider_id, '') {in @FullBanks}) and not (user_id {in @FullUsers})
            order by due_at limit @AtMost {skip locked}
            """,
            new
            {
                ClientId = client,
                Now = now,
                AtMost = atMost,
                FullBanks = db.Database.List(admission.FullBanks(priority).Select(bank => bank.Value)),
                FullUsers = db.Database.List(admission.FullUsers.Select(user => user.Value)),
            }
        );

    /// <summary>Locks due jobs of a client, whatever is under way.</summary>
    public static Task<IReadOnlyList<Job>> LockDueOf(
        DbWork db,
        JobPriority priority,
        ClientId client,
        int atMost,
        long now
    ) =>
        db.Query<Job>(
            $$"""
            select {{Columns}} from jobs
            where priority = '{{priority.Word()}}' and client_id = @ClientId and due_at <= @Now
            limit @AtMost {skip locked}
            """,
            new
            {
                ClientId = client,
                Now = now,
                AtMost = atMost,
            }
        );

    /// <summary>
    /// What <see cref="JobChange.PutOff"/> does, for the due jobs of a closed bank for which nobody waits and which have not begun: a bank may have a
    /// million. Spread over ten minutes, for they do not all come back at once.
    /// </summary>
    public static Task PutOff(DbWork db, ClosedBank bank, int atMost, long now) =>
        db.Execute(
            $$"""
            update jobs set due_at = @Until + id % 600
            where (user_id, id) in (
                select user_id, id from jobs
                where priority = '{{JobPriority.Background.Word()}}' and due_at <= @Now and provider_id = @Bank
                    and state = '{{JobState.Idle.Word()}}' and run_id is null and request is null
                limit @AtMost {skip locked}
            )
            """,
            new
            {
                Bank = bank.Id,
                bank.Until,
                Now = now,
                AtMost = atMost,
            }
        );

    /// <summary>When jobs of a kind are due, by their users and subjects.</summary>
    public static Task<IReadOnlyList<DueJob>> DueOf(
        DbWork db,
        JobKind kind,
        IReadOnlyCollection<(UserId UserId, long SubjectId)> jobs
    ) =>
        db.Query<DueJob>(
            """
            select subject_id, due_at
            from {pairs @users @subjects} join jobs on user_id = a and kind = @Kind and subject_id = b
            where due_at is not null
            """,
            new
            {
                Kind = kind,
                users = db.List(jobs.Select(job => job.UserId)),
                subjects = db.List(jobs.Select(job => job.SubjectId)),
            }
        );

    /// <summary>The runs under way on all nodes, counted.</summary>
    public static Task<IReadOnlyList<RunningJobs>> Running(DbWork db) =>
        db.Query<RunningJobs>(
            """
            select client_id, user_id, provider_id, count(*) as runs from jobs where state = 'RUNNING'
            group by client_id, user_id, provider_id
            """
        );

    /// <summary>Locks running jobs whose lease ends by a time.</summary>
    public static Task<IReadOnlyList<Job>> LockDead(DbWork db, long leaseUntil, int atMost) =>
        db.Query<Job>(
            $$"""
            select {{Columns}} from jobs where state = 'RUNNING' and lease_until <= @LeaseUntil
            order by lease_until limit @AtMost {skip locked}
            """,
            new { LeaseUntil = leaseUntil, AtMost = atMost }
        );

    /// <summary>Whether a claim would find anything, due or dead; takes no lock.</summary>
    public static Task<bool> AnyDue(DbWork db, long now) =>
        db.Scalar<bool>(
            """
            select exists (select 1 from jobs where due_at <= @Now and priority = 'ATTENDED')
                or exists (select 1 from jobs where due_at <= @Now and priority = 'BACKGROUND')
                or exists (select 1 from jobs where state = 'RUNNING' and lease_until <= @Now)
            """,
            new { Now = now }
        );

    /// <summary>Beyond this many jobs nobody counts on.</summary>
    public const int DeepestDepth = 100_000;

    /// <summary>How many jobs of each priority are due and run.</summary>
    public static Task<IReadOnlyList<JobDepth>> Depths(DbWork db, long now)
    {
        return db.Query<JobDepth>(
            $"{Of(JobPriority.Attended.Word())} union all {Of(JobPriority.Background.Word())}",
            new { Now = now, Most = DeepestDepth }
        );

        // The priority is quoted, so that the index of due jobs with this priority serves.
        static string Of(string priority) =>
            $"""
                select '{priority}' as priority,
                    (select count(*) from
                        (select 1 from jobs where due_at <= @Now and priority = '{priority}' limit @Most) due) as due,
                    (select min(due_at) from jobs where due_at is not null and priority = '{priority}') as oldest_due_at,
                    (select count(*) from
                        (select 1 from jobs where state = 'RUNNING' and priority = '{priority}' limit @Most) running) as running
                """;
    }

    /// <summary>What <see cref="JobChange.Claimed"/> makes of locked jobs, by one statement: a node takes hundreds while all others wait for their turn.</summary>
    public static async Task<IReadOnlyList<Job>> Claim(DbWork db, IReadOnlyList<Job> due, long leaseUntil)
    {
        if (due.Count == 0)
        {
            return [];
        }
        var change = new JobChange.Claimed(leaseUntil);
        Job[] claimed = [.. due.Select(job => After(job, change))];
        var written = await db.Execute(
            $$"""
            update jobs set state = '{{JobState.Running.Word()}}', due_at = null, lease_until = @LeaseUntil, fence = fence + 1
            from {pairs @Users @Ids} where user_id = pairs.a and id = pairs.b and due_at is not null
            """,
            new
            {
                LeaseUntil = leaseUntil,
                Users = db.List(due.Select(job => job.UserId)),
                Ids = db.List(due.Select(job => job.Id)),
            }
        );
        return written == due.Count ? claimed : throw new LeaseLostException();
    }

    /// <summary>
    /// Writes what changes, one after the other, make of a locked job: the one statement by which jobs change, but for those of claims and of closed banks.
    /// </summary>
    /// <exception cref="InvalidOperationException">A job in this state cannot undergo a change.</exception>
    /// <exception cref="LeaseLostException">The row is no longer the one that was locked.</exception>
    public static async Task<Job> Apply(DbWork db, Job job, params IEnumerable<JobChange> changes)
    {
        var next = changes.Aggregate(job, After);
        if (next == job)
        {
            return job;
        }
        var written = await db.Execute(
            """
            update jobs set state = @State, request = @Request, priority = @Priority, due_at = @DueAt,
                lease_until = @LeaseUntil, fence = @Fence, attempt = @Attempt, rescues = @Rescues, run_id = @RunId,
                run_request = @RunRequest, progress = @Progress, present_user = @PresentUser, present_until = @PresentUntil
            where user_id = @UserId and id = @Id and state = @WasState and fence = @WasFence
            """,
            new
            {
                next.UserId,
                next.Id,
                WasState = job.State,
                WasFence = job.Fence,
                next.State,
                next.Request,
                next.Priority,
                next.DueAt,
                next.LeaseUntil,
                next.Fence,
                next.Attempt,
                next.Rescues,
                next.RunId,
                next.RunRequest,
                next.Progress,
                next.PresentUser,
                next.PresentUntil,
            }
        );
        return written == 1 ? next : throw new LeaseLostException();
    }

    private static Job After(Job job, JobChange change) =>
        JobTransitions.Apply(job, change)
        ?? throw new InvalidOperationException($"A job that is {job.State} cannot undergo {change.GetType().Name}.");

    /// <summary>Deletes the job that is about something of the user's, with its question; false: there is none.</summary>
    public static async Task<bool> Delete(DbWork db, UserId userId, JobKind kind, long subjectId) =>
        await db.Execute(
            "delete from jobs where user_id = @UserId and kind = @Kind and subject_id = @SubjectId",
            new
            {
                UserId = userId,
                Kind = kind,
                SubjectId = subjectId,
            }
        ) == 1;
}

/// <summary>A job that begins, or goes on, by itself.</summary>
internal sealed record DueJob
{
    public long SubjectId { get; init; }
    public long DueAt { get; init; }
}

/// <summary>The job belongs to another node by now, or is gone. Not a fault: the other one goes on.</summary>
internal sealed class LeaseLostException() : Exception("The job was taken over, or is gone.");
