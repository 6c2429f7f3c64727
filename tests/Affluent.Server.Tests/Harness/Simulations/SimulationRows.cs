using Affluent.Connectors.Contract;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Tests.Harness.Simulations;

/// <summary>How a connection stands in the tables, and what its events tell.</summary>
internal sealed record ConnectionTally
{
    public long Fence { get; init; }
    public long UnderWay { get; init; }
    public long Started { get; init; }
    public long Ended { get; init; }
    public long Runs { get; init; }
    public long AccountsAdded { get; init; }
    public long Accounts { get; init; }
    public long AccountsTold { get; init; }
    public long AccountsRead { get; init; }
}

/// <summary>The job that waits longest at a bank.</summary>
internal sealed record Waiting
{
    public ProviderId ProviderId { get; init; }
    public long DueAt { get; init; }
}

/// <summary>What a simulation looks up in the tables itself.</summary>
internal static class SimulationRows
{
    /// <summary>When a worker finds something next; null: nothing waits.</summary>
    public static async Task<DateTimeOffset?> NextDue(DbWork db) =>
        await db.Scalar<long?>(
            "select min(at) from (select min(due_at) as at from jobs union all select min(lease_until) from jobs) times"
        )
            is { } at
            ? DateTimeOffset.FromUnixTimeSeconds(at)
            : null;

    /// <summary>Which of these sessions wait for a lock of another; PostgreSQL's.</summary>
    public static Task<IReadOnlyList<int>> LockedUp(DbWork db, IEnumerable<long> sessions) =>
        db.Query<int>(
            "select pid from unnest(cast(@Sessions as int[])) as pids (pid) where cardinality(pg_blocking_pids(pid)) > 0",
            new { Sessions = db.List(sessions) }
        );

    /// <summary>A user of a client, which is made with its first.</summary>
    public static Task AddUser(DbWork db, UserId id, ClientId client) =>
        db.Execute(
            """
            insert into clients (id, client_id, secret_hash, name, grants, scopes, redirect_urls, redirect_origins, client_mode,
                own_terms, created_at, version)
            values (@Client, cast(@Client as text), '', '', '', '', '', '', true, true, 0, '')
            on conflict (id) do nothing;
            insert into users (id, client_id, email, email_key, password_hash, created_at)
            values (@Id, @Client, @Email, @Email, '', 0)
            """,
            new
            {
                Id = id,
                Client = client,
                Email = $"user{id}@example.org",
            }
        );

    /// <summary>The jobs that wait longest, of each bank; one whose node is silent waits since its lease is over.</summary>
    public static Task<IReadOnlyList<Waiting>> Longest(DbWork db) =>
        db.Query<Waiting>(
            """
            select provider_id, min(coalesce(due_at, lease_until)) as due_at from jobs
            where due_at is not null or lease_until is not null group by provider_id
            """
        );

    /// <summary>The connections that nobody reads before their users come again.</summary>
    public static Task<IReadOnlyList<ConnectionId>> Stopped(DbWork db) =>
        db.Query<ConnectionId>("select subject_id from jobs where state = 'STOPPED'");

    /// <summary>The connection of a job.</summary>
    public static async Task<ConnectionTally> Tally(DbWork db, Job job) =>
        (
            await db.Find<ConnectionTally>(
                """
                select j.fence, case when j.run_id is null then 0 else 1 end as under_way,
                    (select count(*) from events where user_id = j.user_id and connection_id = j.subject_id
                        and name = 'SYNCHRONIZATION_STARTED') as started,
                    (select count(*) from events where user_id = j.user_id and connection_id = j.subject_id
                        and name = 'SYNCHRONIZATION_ENDED') as ended,
                    (select count(*) from runs where user_id = j.user_id and connection_id = j.subject_id) as runs,
                    (select count(*) from events where user_id = j.user_id and connection_id = j.subject_id
                        and name = 'ACCOUNT_ADDED') as accounts_added,
                    (select count(*) from accounts where user_id = j.user_id and connection_id = j.subject_id) as accounts,
                    (select count(*) from events where user_id = j.user_id and connection_id = j.subject_id
                        and name in ('ACCOUNT_SYNCHRONIZED', 'ACCOUNT_FAILED') and j.run_id is not null
                        and id > (select max(id) from events where user_id = j.user_id and connection_id = j.subject_id
                            and name = 'SYNCHRONIZATION_STARTED')) as accounts_told,
                    (select count(*) from accounts where user_id = j.user_id and connection_id = j.subject_id
                        and synced_run = j.run_id) as accounts_read
                from jobs j where j.user_id = @UserId and j.id = @Id
                """,
                new { job.UserId, job.Id }
            )
        )!;

    /// <summary>The numbers of the accounts that the job's run has read; one that it has given up is done, and not read.</summary>
    public static Task<IReadOnlyList<string>> AccountsRead(DbWork db, Job job) =>
        db.Query<string>(
            """
            select a.account_number from accounts a join jobs j on j.user_id = a.user_id and j.subject_id = a.connection_id
            where j.user_id = @UserId and j.id = @Id and a.synced_run = j.run_id and a.status = 'ACTIVE'
            """,
            new { job.UserId, job.Id }
        );

    /// <summary>How a connection stands, in words.</summary>
    public static async Task<string> Describe(DbWork db, UserId user, ConnectionId connection) =>
        string.Join(
            "; ",
            await db.Query<string>(
                """
                select 'connection ' || c.status || ', channel ' || ch.status || ' ' || coalesce(ch.reason, '') || ' last success '
                    || coalesce(cast(ch.last_success_at as text), '-') || ', job ' || j.state || ' due '
                    || coalesce(cast(j.due_at as text), '-') || ' attempt ' || cast(j.attempt as text)
                    || ' readings ' || coalesce(ch.unattended_readings, '-') || ' spared until ' || coalesce(cast(ch.spared_until as text), '-')
                    || ' failing since ' || coalesce(cast(c.failing_since as text), '-')
                from connections c join channels ch on ch.user_id = c.user_id and ch.connection_id = c.id
                join jobs j on j.user_id = c.user_id and j.subject_id = c.id
                where c.user_id = @UserId and c.id = @ConnectionId
                """,
                new { UserId = user, ConnectionId = connection }
            )
        );

    /// <summary>All that is stored of a connection's transactions.</summary>
    public static Task<IReadOnlyList<string>> Movements(DbWork db, UserId user, ConnectionId connection) =>
        db.Query<string>(
            """
            select a.account_number || ' ' || coalesce(t.bank_id, '-') || ' ' || cast(t.amount_minor as text)
            from transactions t join accounts a on a.user_id = t.user_id and a.id = t.account_id
            where a.user_id = @UserId and a.connection_id = @ConnectionId and t.missing_since is null
            """,
            new { UserId = user, ConnectionId = connection }
        );
}
