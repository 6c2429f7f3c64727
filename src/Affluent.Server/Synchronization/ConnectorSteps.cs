using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;

namespace Affluent.Server.Synchronization;

/// <summary>Takes a channel's connector through its steps: hands it what it needs, and stores its session as soon as it changes.</summary>
internal sealed partial class ConnectorSteps(RunTools tools, RunState run, BankChannel bank, ChannelRow row)
{
    private const int MostPages = 100_000;
    private static readonly TimeSpan StepLimit = TimeSpan.FromMinutes(3);

    private readonly ClaimedConnection _claim = run.Claim;
    private readonly string _id = row.DefinitionId;

    /// <summary>What the connector returned last.</summary>
    public string Session { get; private set; } =
        run.Key.Open(row.Session, Sealed.Session(run.Claim.Id, row.DefinitionId)) ?? "";

    /// <summary>The user's credentials by field id.</summary>
    public IReadOnlyDictionary<string, string> Credentials { get; set; } = Open(run, row);

    /// <summary>The value by which a bank's answer to the last step will be recognised; null: it cannot send the user anywhere.</summary>
    public Secret? State { get; private set; }

    /// <summary>Takes all pages of a list; null: it is complete, else what came in between.</summary>
    public async Task<StepResult?> Pages(StepInput input, Action<StepResult.Page> take, CancellationToken stop)
    {
        for (var number = 0; number < MostPages; number++)
        {
            var result = await Take(input, answered: false, stop);
            if (result is StepResult.Page page)
            {
                take(page);
                if (page.Next is not { } next)
                {
                    return null;
                }
                if (input is StepInput.Continue before && before.Place == next)
                {
                    return NotUnderstood("a page names itself as the next one");
                }
                input = new StepInput.Continue(next);
                continue;
            }
            return result is StepResult.Done ? null : result;
        }
        return NotUnderstood("the pages have no end");
    }

    /// <summary>One step of the connector; its session is stored at once when it changed.</summary>
    /// <param name="answered">The step hands over an answer: a question that is asked now is another one.</param>
    public async Task<StepResult> Take(StepInput input, bool answered, CancellationToken stop)
    {
        await run.KeepLease(stop);
        var result = await WithLease(input, stop);
        if (result is not StepResult.AskUser && result.Session != Session)
        {
            await run.Write(db => SaveSession(db, result.Session), stop);
        }
        if (answered && result is StepResult.Refused)
        {
            await run.Write(db => QuestionStore.Delete(db, _claim.UserId, _claim.Id), stop);
        }
        return result;
    }

    private async Task<StepResult> WithLease(StepInput input, CancellationToken stop)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            return await run.KeepLeaseDuring(Try(input, lost.Token), stop);
        }
        catch (LeaseLostException)
        {
            await lost.CancelAsync();
            throw;
        }
    }

    private async Task<StepResult> Try(StepInput input, CancellationToken stop)
    {
        var redirect = run.Attended && bank.Definition.Mode == ChannelMode.Redirect;
        State = redirect ? Secret.Generate() : null;
        var context = new StepContext
        {
            Channel = bank.Definition,
            Http = tools.Http.Client,
            Session = Session,
            Credentials = Credentials,
            Now = tools.Now,
            User = run.User,
            Callback = State is { } state ? new BankCallback(tools.CallbackAddress, state.Value) : null,
        };
        using var limit = new CancellationTokenSource(StepLimit, tools.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            return await bank.Connector.Step(context, input, either.Token);
        }
        catch (Exception error)
            when (error is HttpRequestException or IOException or OperationCanceledException or TimeoutException
                && !stop.IsCancellationRequested
            )
        {
            LogTransport(tools.Log, _claim.Id, _id, error.GetType().Name);
            return new StepResult.Later(tools.Now.AddMinutes(15), LaterReason.BankUnavailable) { Session = Session };
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            // The message could quote what the bank sent: where it happened is enough to find the bug.
            LogBug(tools.Log, _claim.Id, _id, error.GetType().Name, error.StackTrace);
            return NotUnderstood("the connector failed");
        }
    }

    public async Task SaveSession(DbWork db, string session)
    {
        await RunStore.SaveSession(db, _claim, row, run.Key.Seal(session, Sealed.Session(_claim.Id, _id)));
        Session = session;
    }

    private StepResult.Refused NotUnderstood(string detail) => new(Refusal.NotUnderstood, detail) { Session = Session };

    private static Dictionary<string, string> Open(RunState run, ChannelRow row) =>
        run.Key.Open(row.Credentials, Sealed.Credentials(run.Claim.Id, row.DefinitionId)) is { } text
            ? JsonSerializer.Deserialize(text, SealedJson.Default.DictionaryStringString)!
            : [];

    [LoggerMessage(1, LogLevel.Warning, "Connection {Connection}, channel {Channel}: transport broken, {Error}")]
    private static partial void LogTransport(ILogger log, long connection, string channel, string error);

    [LoggerMessage(2, LogLevel.Error, "Connection {Connection}, channel {Channel}: connector failed, {Error} {Trace}")]
    private static partial void LogBug(ILogger log, long connection, string channel, string error, string? trace);
}
