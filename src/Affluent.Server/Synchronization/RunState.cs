using Affluent.Connectors.Contract;
using Affluent.Server.Accounts;
using Affluent.Server.Connections;
using Affluent.Server.Events;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Security;
using Affluent.Server.Storage;

namespace Affluent.Server.Synchronization;

/// <summary>
/// One run over one connection, as far as this node knows it. What it learns of its channels goes with its next transaction, which
/// comes before the bank is asked anything further.
/// </summary>
internal sealed class RunState
{
    private readonly RunTools _tools;
    private readonly UserKey _key;
    private readonly Dictionary<ChannelDefinitionId, (ChannelKey Channel, ChannelChange Change)> _learned = [];
    private readonly StoredSessions _sessions;
    private readonly List<NewEvent> _untold = [];
    private Progress? _unsavedProgress;
    private bool _counts;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    // A step hands over what it learns while its lease is renewed: one of them writes at a time.
    private SemaphoreSlim Turn { get; } = new(1);

    // When the job was last known to be this run's.
    private long _seenAt;

    public RunState(
        RunTools tools,
        Job job,
        ConnectionRow connection,
        UserKey key,
        IReadOnlyList<ChannelAccess> channels,
        QuestionRow? question
    )
    {
        (_tools, _key, Job, Connection, Channels) = (tools, key, job, connection, channels);
        _sessions = new(job.UserId, connection.Id, channels, tools.Revocations, key);
        // What an earlier run asked is void.
        (Question, HasVoidQuestion) = job.RunId is null ? (null, question is not null) : (question, false);
        _seenAt = tools.Seconds;
        Progress = Progress.Read(job.Progress);
        Attended = job.IsAttended(tools.Seconds);
        User = ConnectionJobs.Attending(job, key, tools.Seconds);
        Zone = tools.Banks.ZoneOf(connection.ProviderId);
    }

    /// <summary>The job as this node held it last.</summary>
    public Job Job { get; private set; }

    public ConnectionRow Connection { get; }

    public ConnectionId Id => Connection.Id;

    /// <summary>Whom events of security in this run are about.</summary>
    public SecuritySubject Subject => new(Job.ClientId, Job.UserId, Id);

    public UserKey Key => _key;

    public IReadOnlyList<ChannelAccess> Channels { get; }

    /// <summary>Whether there is a question of an earlier run, which nobody needs any more.</summary>
    public bool HasVoidQuestion { get; }

    /// <summary>What the run asked the user before it came to this node; null: nothing.</summary>
    public QuestionRow? Question { get; private set; }

    /// <summary>The steps that this node has taken.</summary>
    public RunSteps Steps { get; } = new();

    public bool ListsAccounts => Job.RunRequest == JobRequest.ListAccounts;

    public Progress Progress { get; private set; }

    /// <summary>The user waits, so questions may be asked.</summary>
    public bool Attended { get; }

    /// <summary>The user, when present.</summary>
    public PresentUser? User { get; }

    /// <summary>Whether the bank takes what is read for a reading without the user: nobody is there, or it is not told of them.</summary>
    public bool IsUnattendedAt(ChannelAccess channel) =>
        !Attended
        || (
            User is { } user
            && _tools.Banks.Channel(channel.DefinitionId) is { Connector.Manifest.TellsOfUser: { } tells } bank
            && !tells(bank.Definition, user)
        );

    /// <summary>The zone in which the bank's days are meant.</summary>
    public TimeZoneInfo Zone { get; }

    /// <summary>Whether the run has read anything yet: what is asked for after that could have been missed.</summary>
    public async Task<bool> HasRead(CancellationToken cancellation) =>
        Progress.Done.Count > 0
        || (await _tools.Database.Read(db => AccountImports.Of(db, Job.UserId, Id), cancellation)).Any(account =>
            account.SyncedRun == Job.RunId
        );

    /// <summary>What is to take the place of a channel, and is tried before it; null: nothing.</summary>
    public ChannelAccess? Successor(ChannelAccess channel) =>
        Channels.FirstOrDefault(c => c.Replaces == channel.DefinitionId);

    /// <summary>Goes with the next transaction: something learned of a channel.</summary>
    public void Learn(ChannelAccess channel, ChannelChange change)
    {
        var before = _learned.TryGetValue(channel.DefinitionId, out var known) ? known.Change : new ChannelChange();
        var key = new ChannelKey(Job.UserId, Id, channel.DefinitionId, channel.Epoch);
        _learned[channel.DefinitionId] = (key, before.Then(change));
    }

    /// <summary>Goes with the next transaction: a channel's result.</summary>
    public void Finish(ChannelAccess channel, ChannelResult result, IReadOnlyList<NewEvent> events)
    {
        Progress = Progress.With(channel.DefinitionId, result);
        _unsavedProgress = Progress;
        Learn(
            channel,
            new ChannelChange
            {
                Status = result.Status,
                Reason = result.Reason,
                Message = result.Message,
                EndedAt = _tools.Seconds,
            }
        );
        _untold.AddRange(events);
    }

    /// <summary>Within a transaction of the run: so many transactions were written in it.</summary>
    public void Count(AccountChanges changes) => (Progress, _counts) = (Progress.With(changes), true);

    /// <summary>
    /// Before a step: nothing learned is left unsaved, the lease lasts, and the connection is still there.
    /// </summary>
    /// <exception cref="LeaseLostException">The connection was deleted, or another node has the job.</exception>
    public async Task BeforeStep(CancellationToken cancellation)
    {
        if (_learned.Count > 0 || _untold.Count > 0 || Claim.NeedsRenewal(Job, _tools.Seconds))
        {
            await Write(cancellation);
        }
        else
        {
            await BeforeRequest(cancellation);
        }
    }

    /// <summary>
    /// Before each request of a step: the connection is still there, the job this run's, and its lease lasts. A node that stood still in the middle of a
    /// step would otherwise spend a token that another one is about to send. It is looked up once a second.
    /// </summary>
    /// <inheritdoc cref="BeforeStep" path="/exception"/>
    public async Task BeforeRequest(CancellationToken cancellation)
    {
        var now = _tools.Seconds;
        if (now <= _seenAt)
        {
            return;
        }
        var job = await _tools.Database.Read(
            db => JobStore.Find(db, Job.UserId, Job.Kind, Job.SubjectId),
            cancellation
        );
        if (job?.Fence != Job.Fence)
        {
            throw new LeaseLostException();
        }
        if (Claim.NeedsRenewal(job, now))
        {
            await Write(cancellation);
        }
        _seenAt = now;
    }

    /// <summary>
    /// Writes at once a session that a bank handed over, which it does only once. Nothing cancels it, and a database that refuses it is asked again for as
    /// long as a lease lasts: meanwhile it is kept here. When the job is another node's by then, see
    /// <see cref="StoredSessions.KeepLate"/>.
    /// </summary>
    /// <exception cref="LeaseLostException">The connection was deleted, or another node has the job.</exception>
    public async Task LearnAtOnce(ChannelAccess channel, byte[] session)
    {
        await Turn.WaitAsync();
        try
        {
            Learn(channel, new ChannelChange { Session = session, IsHandedOver = true });
        }
        finally
        {
            Turn.Release();
        }
        var begun = _tools.Time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await WriteOrKeepLate(channel, session);
                return;
            }
            catch (Exception error) when (DatabaseOutage.Is(error) && _tools.Time.GetElapsedTime(begun) < Claim.Lease)
            {
                await Task.Delay(Schedule.Backoff(attempt, FirstPause, Id.Value, LongestPause), _tools.Time);
            }
        }
    }

    private async Task WriteOrKeepLate(ChannelAccess channel, byte[] session)
    {
        try
        {
            await Write(CancellationToken.None);
        }
        catch (LeaseLostException)
        {
            await _tools.Database.Write(db => _sessions.KeepLate(Work(db), channel, session), CancellationToken.None);
            throw;
        }
    }

    /// <inheritdoc cref="StoredSessions.TakeNewer"/>
    public Task<byte[]?> TakeNewerSession(ChannelAccess channel, CancellationToken cancellation) =>
        _tools.Database.Read(db => _sessions.TakeNewer(db, channel), cancellation);

    /// <summary>Waits for a step and keeps the lease meanwhile: a bank may take longer than it lasts.</summary>
    /// <exception cref="LeaseLostException">The step is not waited for any more.</exception>
    public async Task<StepResult> KeepLeaseDuring(Task<StepResult> step)
    {
        while (true)
        {
            await ((Task)step)
                .WaitAsync(Claim.Lease / 3, _tools.Time)
                .ConfigureAwait(
                    ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext
                );
            if (step.IsCompleted)
            {
                return await step;
            }
            try
            {
                await Write(CancellationToken.None);
            }
            catch (Exception error) when (DatabaseOutage.Is(error))
            {
                // What the bank is about to say is not given up for that: whether the lease was lost meanwhile, the next write tells.
            }
        }
    }

    /// <summary>A transaction that writes what was learned, and nothing else.</summary>
    public Task Write(CancellationToken cancellation) => Write(change: null, data: null, cancellation);

    /// <summary>One transaction of the run: nothing of it is written when the lease is lost.</summary>
    /// <param name="change">What becomes of the job, which is locked.</param>
    /// <param name="data">Writes the rest and says what to tell; it comes after the change.</param>
    public async Task Write(
        Func<Job, JobChange?>? change,
        Func<UserWork, Task<IReadOnlyList<NewEvent>>>? data,
        CancellationToken cancellation
    )
    {
        await Turn.WaitAsync(cancellation);
        var (before, now) = (Progress, _tools.Seconds);
        try
        {
            Job = await _tools.Database.Write(
                async db =>
                {
                    (Progress, _counts) = (before, false);
                    var job = await Claim.Hold(db, Job, _tools.Seconds);
                    job = await SaveLearned(db, job, change?.Invoke(job));
                    var work = Work(db);
                    var news = data is null ? [] : await data(work);
                    if (_counts)
                    {
                        job = await JobStore.Apply(db, job, new JobChange.Progressed(Progress.Write()));
                    }
                    await EventLog.Append(work, [.. _untold, .. news]);
                    return job;
                },
                cancellation
            );
            _seenAt = now;
            Saved();
        }
        catch
        {
            Progress = before;
            throw;
        }
        finally
        {
            Turn.Release();
        }
    }

    /// <summary>Gives the job back as it is; nothing when another node has it.</summary>
    public async Task Release(long dueAt, int attempt, CancellationToken cancellation)
    {
        await Turn.WaitAsync(cancellation);
        try
        {
            await _tools.Database.Write(
                async db =>
                {
                    if (await JobStore.LockRunning(db, Job) is { } job)
                    {
                        await SaveLearned(db, job, new JobChange.Released(dueAt, attempt));
                        await EventLog.Append(Work(db), _untold);
                    }
                },
                cancellation
            );
            Saved();
        }
        finally
        {
            Turn.Release();
        }
    }

    /// <summary>The question is answered, or void: it is no longer this run's.</summary>
    public Task DropQuestion(params NewEvent[] events) => DropQuestion(_ => Task.CompletedTask, events);

    /// <inheritdoc cref="DropQuestion(NewEvent[])"/>
    /// <param name="data">Writes what else comes of the answer.</param>
    public async Task DropQuestion(Func<UserWork, Task> data, params NewEvent[] events)
    {
        await Write(
            change: null,
            async work =>
            {
                await DeleteQuestion(work.Db);
                await data(work);
                return events;
            },
            // What the bank has answered is not undone by a stop.
            CancellationToken.None
        );
        Question = null;
    }

    /// <summary>An event about an account of the connection.</summary>
    public NewEvent EventOf(EventName name, AccountRow account, ChannelDefinitionId channel) =>
        NewEvent.OfAccount(name, Id, account.Id, channel) with
        {
            Status = account.Status.Word(),
        };

    /// <summary>Deletes the run's question, in a transaction that is its last.</summary>
    public Task DeleteQuestion(DbWork db) => Question is null ? Task.CompletedTask : QuestionStore.Delete(db, Job);

    private async Task<Job> SaveLearned(DbWork db, Job job, JobChange? last)
    {
        foreach (var (channel, change) in _learned.Values)
        {
            var saved = change with { SessionBefore = _sessions.Known(channel.DefinitionId) };
            var isKept = await ChannelStore.Save(db, channel, saved);
            if (!isKept && change is { IsHandedOver: true, Session: { } session })
            {
                await _sessions.KeepApart(db, channel.DefinitionId, session);
            }
            if (isKept && change.Unused is { } unused)
            {
                await _sessions.End(db, channel.DefinitionId, unused);
            }
            if (isKept && change.Former is { } former)
            {
                await FormerWay.End(Work(db), _tools.Revocations, Id, former);
            }
        }
        JobChange? progressed = _unsavedProgress is null ? null : new JobChange.Progressed(_unsavedProgress.Write());
        return await JobStore.Apply(db, job, new[] { progressed, last }.OfType<JobChange>());
    }

    private void Saved()
    {
        foreach (var (channel, change) in _learned.Values)
        {
            if (change.Session is { } session)
            {
                _sessions.Wrote(channel.DefinitionId, session);
            }
        }
        _learned.Clear();
        _untold.Clear();
        _unsavedProgress = null;
    }

    private UserWork Work(DbWork db) =>
        new(db, Job.UserId, Job.ClientId, _tools.Vault, _tools.Ids, _tools.Seconds, _key);
}
