using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Synchronization;

/// <summary>The question that a connection waits with.</summary>
/// <param name="ExpiresAt">UTC seconds; nobody waits longer.</param>
/// <param name="Answered">The answer is given and the run goes on (or is about to).</param>
internal sealed record OpenQuestion(
    long Id,
    long ConnectionId,
    string DefinitionId,
    Question Question,
    long AskedAt,
    long ExpiresAt,
    bool Answered
);

/// <summary>What an answer comes to.</summary>
internal enum AnswerOutcome
{
    /// <summary>Taken; the run goes on at once.</summary>
    Taken,

    /// <summary>There is no open question (any more): nothing was asked, it is answered, or it was cancelled.</summary>
    NoQuestion,

    /// <summary>Too late.</summary>
    Expired,

    /// <summary>A field is missing, unknown, or not of the form asked for.</summary>
    WrongField,
}

/// <summary>A user who came back from the bank.</summary>
/// <param name="First">False when the same address was opened before: nothing was done, but the browser can go on.</param>
/// <param name="RedirectUrl">Where to go on, for connections made by the API; null for the widget's own.</param>
internal sealed record ReturnedUser(long UserId, long ClientId, long ConnectionId, bool First, Uri? RedirectUrl);

/// <summary>The user's side of a run: what the bank asks, and the answers.</summary>
internal sealed class Questions(Ids ids, Vault vault, Synchronizations synchronizations)
{
    /// <summary>The connection's question; null when there is none.</summary>
    public async Task<OpenQuestion?> Find(DbWork db, long userId, long connectionId)
    {
        if (await QuestionStore.Find(db, userId, connectionId) is not { } row)
        {
            return null;
        }
        var key = await vault.OpenKey(db, userId);
        var content = JsonSerializer.Deserialize(
            key!.Open(row.Content, Sealed.Question(row.Id))!,
            SealedJson.Default.QuestionContent
        )!;
        return new OpenQuestion(
            row.Id,
            connectionId,
            row.DefinitionId,
            content.ToQuestion(),
            row.AskedAt,
            row.ExpiresAt,
            row.AnsweredAt is not null
        );
    }

    /// <summary>
    /// Answers the question: credentials by field id, a code under <see cref="Question.OneTimePassword.Field"/>, nothing for an
    /// approval or an action that the user says is done.
    /// </summary>
    /// <param name="channel">The channel that asked, from the bank's entry.</param>
    /// <returns>The outcome and, when a field is wrong, which and why.</returns>
    public async Task<(AnswerOutcome Outcome, Problem? Problem)> Answer(
        DbWork db,
        long userId,
        long connectionId,
        Func<string, ChannelDefinition?> channel,
        IReadOnlyDictionary<string, string> values,
        PresentUser user,
        long now
    )
    {
        // The row lock first: two answers at once must not both be taken.
        await RequestStore.LockClient(db, userId, connectionId);
        if (await Find(db, userId, connectionId) is not { Answered: false } open)
        {
            return (AnswerOutcome.NoQuestion, null);
        }
        if (open.ExpiresAt <= now)
        {
            return (AnswerOutcome.Expired, null);
        }
        var (checkedValues, problem) = AnswerForm.Check(open.Question, channel(open.DefinitionId), values);
        if (problem is not null)
        {
            return (AnswerOutcome.WrongField, problem);
        }
        await Take(
            db,
            userId,
            connectionId,
            open.Id,
            open.DefinitionId,
            new QuestionAnswer(checkedValues, null),
            user,
            now
        );
        return (AnswerOutcome.Taken, null);
    }

    /// <summary>
    /// The user's browser came back from the bank at <paramref name="address"/>, query included. The state is good for one
    /// return and until the question expires; null: it is unknown or too late.
    /// </summary>
    public async Task<ReturnedUser?> Return(DbWork db, string state, Uri address, PresentUser user, long now)
    {
        if (await QuestionStore.FindByState(db, new Secret(state).Hash()) is not { } row)
        {
            return null;
        }
        await RequestStore.LockClient(db, row.UserId, row.ConnectionId);
        // Read again under the lock: a double click brings the same state twice.
        if (await QuestionStore.Find(db, row.UserId, row.ConnectionId) is not { } open || open.Id != row.Id)
        {
            return null;
        }
        var first = open.AnsweredAt is null;
        if (first && open.ExpiresAt <= now)
        {
            return null;
        }
        if (first)
        {
            var answer = new QuestionAnswer(new Dictionary<string, string>(), address);
            await Take(db, row.UserId, row.ConnectionId, open.Id, open.DefinitionId, answer, user, now);
        }
        return new ReturnedUser(
            row.UserId,
            row.ClientId,
            row.ConnectionId,
            first,
            row.RedirectUrl is null ? null : new Uri(row.RedirectUrl)
        );
    }

    /// <summary>The user gives up: the channel keeps asking for them, the run goes on with the others. False: nothing to cancel.</summary>
    public async Task<bool> Cancel(DbWork db, long userId, long connectionId, long now)
    {
        var clientId = await RequestStore.LockClient(db, userId, connectionId);
        if (
            await QuestionStore.Find(db, userId, connectionId) is not { AnsweredAt: null } row
            || !await QuestionStore.Expire(db, userId, connectionId, row.Id, now)
        )
        {
            return false;
        }
        db.AfterCommit(() => db.Database.Signals.Raise(Synchronizations.Work));
        await Tell(db, clientId, userId, connectionId, row.DefinitionId, EventName.UserInputCancelled, now);
        return true;
    }

    private async Task Take(
        DbWork db,
        long userId,
        long connectionId,
        long questionId,
        string definitionId,
        QuestionAnswer answer,
        PresentUser user,
        long now
    )
    {
        var key = await vault.OpenKey(db, userId) ?? throw new InvalidOperationException("The user has no key.");
        var sealedAnswer = key.Seal(
            JsonSerializer.Serialize(answer, AnswerJson.Default.QuestionAnswer),
            Sealed.Answer(questionId)
        );
        await QuestionStore.Answer(
            db,
            userId,
            connectionId,
            sealedAnswer,
            await synchronizations.SealUser(db, userId, connectionId, user),
            now
        );
        db.AfterCommit(() => db.Database.Signals.Raise(Synchronizations.Work));
        var clientId = await RequestStore.LockClient(db, userId, connectionId);
        await Tell(db, clientId, userId, connectionId, definitionId, EventName.UserInputAnswered, now);
    }

    private Task Tell(
        DbWork db,
        long clientId,
        long userId,
        long connectionId,
        string definitionId,
        EventName name,
        long now
    ) => EventLog.Append(db, ids, userId, clientId, [NewEvent.OfUserInput(name, connectionId, definitionId)], now);
}
