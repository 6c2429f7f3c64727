using Affluent.Connectors.Contract;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Jobs;

/// <summary>The question that a connection waits with.</summary>
/// <param name="ExpiresAt">UTC seconds; nobody waits longer.</param>
/// <param name="Answered">The answer is given and the run goes on (or is about to).</param>
internal sealed record OpenQuestion(
    QuestionId Id,
    ConnectionId ConnectionId,
    ChannelDefinitionId DefinitionId,
    Question Question,
    long AskedAt,
    long ExpiresAt,
    bool Answered
);

/// <summary>What an answer comes to.</summary>
internal abstract record AnswerOutcome
{
    private AnswerOutcome() { }

    /// <summary>Taken; the run goes on at once.</summary>
    public sealed record Taken : AnswerOutcome;

    /// <summary>The user has no such connection.</summary>
    public sealed record NoConnection : AnswerOutcome;

    /// <summary>There is no open question (any more): nothing was asked, it is answered, or it was cancelled.</summary>
    public sealed record NoQuestion : AnswerOutcome;

    /// <summary>Too late.</summary>
    public sealed record Expired : AnswerOutcome;

    /// <summary>A field is missing, unknown, or not of the form asked for.</summary>
    public sealed record WrongField(FieldFault Fault) : AnswerOutcome;
}

/// <summary>A user who came back from the bank.</summary>
/// <param name="First">False when the same address was opened before: nothing was done, but the browser can go on.</param>
internal sealed record ReturnedUser(UserId UserId, ClientId ClientId, ConnectionId ConnectionId, bool First);

/// <summary>The user's side of a job: what the bank asks, and the answers.</summary>
internal static class Questions
{
    /// <summary>The connection's question; null when there is none.</summary>
    public static async Task<OpenQuestion?> Find(UserWork work, ConnectionId connectionId) =>
        await QuestionStore.FindAbout(work.Db, work.UserId, JobKind.Synchronization, connectionId.Value) is { } row
            ? Opened(row, await work.Key())
            : null;

    /// <summary>
    /// Answers the question: credentials by field id, a code under <see cref="Question.OneTimePassword.Field"/>, nothing for an
    /// approval or an action that the user says is done.
    /// </summary>
    /// <param name="channel">The channel that asked, from the bank's entry.</param>
    public static async Task<AnswerOutcome> Answer(
        UserWork work,
        ConnectionId connectionId,
        Func<ChannelDefinitionId, ChannelDefinition?> channel,
        IReadOnlyDictionary<string, string> values,
        PresentUser user
    )
    {
        // The row lock first: two answers at once must not both be taken.
        if (await ConnectionJobs.Lock(work, connectionId) is not { } job)
        {
            return new AnswerOutcome.NoConnection();
        }
        if (await QuestionStore.Find(work.Db, work.UserId, job.Id) is not { AnsweredAt: null } row)
        {
            return new AnswerOutcome.NoQuestion();
        }
        if (row.ExpiresAt <= work.Now)
        {
            return new AnswerOutcome.Expired();
        }
        var open = Opened(row, await work.Key());
        switch (AnswerForm.Read(open.Question, channel(open.DefinitionId), values))
        {
            case FormReading.Faulty faulty:
                return new AnswerOutcome.WrongField(faulty.Fault);
            case FormReading.Good good:
                await Take(work, job, row, new QuestionAnswer(good.Values, Returned: null), user);
                return new AnswerOutcome.Taken();
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>
    /// The user's browser came back from the bank at <paramref name="address"/>, query included. The state is good for one
    /// return and until the question expires; null: it is unknown or too late.
    /// </summary>
    public static async Task<ReturnedUser?> Return(
        DbWork db,
        UserDatabase users,
        string state,
        Uri address,
        PresentUser user
    )
    {
        if (await QuestionStore.FindByState(db, new Secret(state).Hash()) is not { } found)
        {
            return null;
        }
        var work = users.For(db, found.UserId, found.ClientId);
        var connectionId = new ConnectionId(found.SubjectId);
        // Read again under the lock: a double click brings the same state twice.
        if (
            await ConnectionJobs.Lock(work, connectionId) is not { } job
            || await QuestionStore.Find(db, found.UserId, job.Id) is not { } row
            || row.Id != found.Id
        )
        {
            return null;
        }
        var first = row.AnsweredAt is null;
        if (first && row.ExpiresAt <= work.Now)
        {
            return null;
        }
        if (first)
        {
            await Take(work, job, row, new QuestionAnswer(new Dictionary<string, string>(), address), user);
        }
        return new ReturnedUser(found.UserId, found.ClientId, connectionId, first);
    }

    /// <summary>The user gives up: the channel keeps asking for them, the run goes on with the others. False: nothing to cancel.</summary>
    public static async Task<bool> Cancel(UserWork work, ConnectionId connectionId)
    {
        if (
            await ConnectionJobs.Lock(work, connectionId) is not { State: JobState.WaitingUser } job
            || await QuestionStore.Find(work.Db, work.UserId, job.Id) is not { AnsweredAt: null } row
            || row.ExpiresAt <= work.Now
        )
        {
            return false;
        }
        await QuestionStore.Expire(work.Db, row, work.Now);
        await JobStore.Apply(work.Db, job, new JobChange.QuestionCancelled(work.Now));
        ConnectionJobs.WakeWorker(work.Db);
        await EventLog.Append(work, Event(EventName.UserInputCancelled, row));
        return true;
    }

    private static async Task Take(
        UserWork work,
        Job job,
        QuestionRow question,
        QuestionAnswer answer,
        PresentUser user
    )
    {
        var key = await work.Key();
        await QuestionStore.Answer(work.Db, question, key.Seal(answer.Write(), Sealed.Answer(question.Id)), work.Now);
        await JobStore.Apply(
            work.Db,
            job,
            new JobChange.Answered(ConnectionJobs.Seal(key, job.SubjectId, user, work.Now), work.Now)
        );
        ConnectionJobs.WakeWorker(work.Db);
        await EventLog.Append(work, Event(EventName.UserInputAnswered, question));
    }

    private static OpenQuestion Opened(QuestionRow row, UserKey key) =>
        new(
            row.Id,
            new ConnectionId(row.SubjectId),
            row.DefinitionId,
            QuestionContent.Read(key.Open(row.Content, Sealed.Question(row.Id))!).ToQuestion(),
            row.AskedAt,
            row.ExpiresAt,
            row.AnsweredAt is not null
        );

    private static NewEvent Event(EventName name, QuestionRow question) =>
        NewEvent.OfUserInput(name, new ConnectionId(question.SubjectId), question.DefinitionId);
}
