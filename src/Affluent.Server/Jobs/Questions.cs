using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
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

    /// <summary>Nothing of the file can be taken.</summary>
    public sealed record WrongFile(StatementAnswer.Refused Refused) : AnswerOutcome;
}

/// <summary>A browser that comes from a bank.</summary>
/// <param name="Place">Whose address it is.</param>
/// <param name="PlaceOf">Which a channel's bank was told; null: there is no such channel, or no longer.</param>
/// <param name="State">What the bank was to give back.</param>
/// <param name="Address">Where it arrives, query included.</param>
/// <param name="Kept">What the browser keeps of its <see cref="Departure"/> for a question; null: nothing.</param>
internal sealed record BankReturn(
    ReturnPlace Place,
    Func<ChannelDefinitionId, ReturnPlace?> PlaceOf,
    string State,
    Uri Address,
    Func<QuestionId, string?> Kept
);

/// <summary>What a return from a bank comes to.</summary>
internal abstract record ReturnOutcome
{
    private ReturnOutcome() { }

    /// <summary>The user is back.</summary>
    /// <param name="First">False when the same address was opened before: nothing was done, but the browser can go on.</param>
    public sealed record Back(
        UserId UserId,
        ClientId ClientId,
        ConnectionId ConnectionId,
        Departure Departure,
        bool First
    ) : ReturnOutcome;

    /// <summary>Nobody is awaited with this state at this address, or no longer.</summary>
    public sealed record NotAwaited : ReturnOutcome;

    /// <summary>The client was closed meanwhile, and nothing is read for it. Nothing was done.</summary>
    public sealed record ClientClosed : ReturnOutcome;

    /// <summary>Another browser than the one that left. Nothing was done: the right one may still come.</summary>
    public sealed record OtherBrowser(ConnectionId ConnectionId, ChannelDefinitionId DefinitionId) : ReturnOutcome;
}

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
    public static Task<AnswerOutcome> Answer(
        UserWork work,
        ConnectionId connectionId,
        Func<ChannelDefinitionId, ChannelDefinition?> channel,
        IReadOnlyDictionary<string, string> values,
        PresentUser user
    ) => Answer(work, connectionId, open => AnswerForm.Read(open.Question, channel(open.DefinitionId), values), user);

    /// <summary>Answers the question by a file.</summary>
    /// <param name="packed">What the file was packed to for a question, outside of this transaction.</param>
    public static async Task<AnswerOutcome> AnswerByFile(
        UserWork work,
        OpenQuestion asked,
        StatementAnswer packed,
        PresentUser user
    )
    {
        switch (packed)
        {
            case StatementAnswer.Refused refused:
                return new AnswerOutcome.WrongFile(refused);
            case StatementAnswer.Packed file:
                var outcome = await Answer(
                    work,
                    asked.ConnectionId,
                    open =>
                        open.Id == asked.Id
                            ? new FormReading.Good(file.Values)
                            : new FormReading.Faulty(new FieldFault(FieldFaultKind.NotAsked, "")),
                    user
                );
                // What is asked by now is another question.
                return outcome is AnswerOutcome.WrongField ? new AnswerOutcome.NoQuestion() : outcome;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static async Task<AnswerOutcome> Answer(
        UserWork work,
        ConnectionId connectionId,
        Func<OpenQuestion, FormReading> read,
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
        switch (read(open))
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
    /// A browser came back from a bank. The state is good for one return, until the question expires, at the address of the bank that was
    /// asked (RFC 9700, section 4.4), and for the browser that left only (section 4.7).
    /// </summary>
    /// <param name="closeLink">Closes the link that led to the bank. It comes before the event, which keeps waiting whoever changes something of this user.</param>
    public static async Task<ReturnOutcome> Return(
        DbWork db,
        UserDatabase users,
        BankReturn arrival,
        PresentUser user,
        Func<UserWork, ConnectionId, Task> closeLink
    )
    {
        if (
            await QuestionStore.FindByState(db, new Secret(arrival.State).Hash()) is not { } found
            || arrival.PlaceOf(found.DefinitionId) != arrival.Place
        )
        {
            return new ReturnOutcome.NotAwaited();
        }
        var work = users.For(db, found.UserId, found.ClientId);
        var connectionId = new ConnectionId(found.SubjectId);
        if (Departure.Open(await work.Key(), found.Id, arrival.Kept(found.Id)) is not { } departure)
        {
            return new ReturnOutcome.OtherBrowser(connectionId, found.DefinitionId);
        }
        if (await ClientStore.Find(db, found.ClientId) is not { Disabled: false })
        {
            return new ReturnOutcome.ClientClosed();
        }
        // Read again under the lock: a double click brings the same state twice.
        if (
            await ConnectionJobs.Lock(work, connectionId) is not { } job
            || await QuestionStore.Find(db, found.UserId, job.Id) is not { } row
            || row.Id != found.Id
        )
        {
            return new ReturnOutcome.NotAwaited();
        }
        var first = row.AnsweredAt is null;
        if (first && row.ExpiresAt <= work.Now)
        {
            return new ReturnOutcome.NotAwaited();
        }
        await closeLink(work, connectionId);
        if (first)
        {
            await Take(work, job, row, new QuestionAnswer(new Dictionary<string, string>(), arrival.Address), user);
        }
        return new ReturnOutcome.Back(found.UserId, found.ClientId, connectionId, departure, first);
    }

    /// <summary>
    /// Lets a browser leave for the bank by a link. A link that was followed is good for the browser that followed it alone; false:
    /// this is another one.
    /// </summary>
    /// <param name="kept">What the browser keeps of an earlier departure for this question.</param>
    public static async Task<bool> LeaveByLink(UserWork work, OpenQuestion open, string? kept) =>
        await QuestionStore.MarkLeft(work.Db, work.UserId, open.Id, work.Now)
        || Departure.Open(await work.Key(), open.Id, kept) is not null;

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
        await QuestionStore.Cancel(work.Db, row);
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
