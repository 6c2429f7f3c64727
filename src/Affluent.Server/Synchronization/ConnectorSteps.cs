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

    /// <summary>Takes all pages of the list of accounts; null: it is complete, else what came in between.</summary>
    public Task<StepResult?> ListAccounts(Action<StepResult.Page> take, CancellationToken stop) =>
        Pages((accounts, context, cancellation) => accounts.ListAccounts(context, cancellation), take, stop);

    /// <summary>Takes all pages of an account's transactions; null: they are complete, else what came in between.</summary>
    public Task<StepResult?> ListTransactions(
        BankAccount account,
        DateOnly? from,
        Action<StepResult.Page> take,
        CancellationToken stop
    ) =>
        Pages(
            (accounts, context, cancellation) => accounts.ListTransactions(context, account, from, cancellation),
            take,
            stop
        );

    /// <summary>Tells the bank which accounts the user shares.</summary>
    public Task<StepResult> ShareAccounts(IReadOnlyList<BankAccount> shared, CancellationToken stop) =>
        Take<IAccountConsent>(
            (consent, context, cancellation) => consent.ShareAccounts(context, shared, cancellation),
            answered: false,
            stop
        );

    /// <summary>Hands over what the user typed.</summary>
    public Task<StepResult> AcceptAnswer(IReadOnlyDictionary<string, string> values, CancellationToken stop) =>
        Take<IEmbeddedAuthentication>(
            (user, context, cancellation) => user.AcceptAnswer(context, values, cancellation),
            answered: true,
            stop
        );

    /// <summary>Hands over the address at which the user came back from the bank.</summary>
    public Task<StepResult> AcceptReturn(Uri address, CancellationToken stop) =>
        Take<IRedirectAuthentication>(
            (user, context, cancellation) => user.AcceptReturn(context, address, cancellation),
            answered: true,
            stop
        );

    /// <summary>Looks whether the user has acted elsewhere.</summary>
    /// <param name="answered">The user says so: a question that is asked now is another one.</param>
    public Task<StepResult> Poll(bool answered, CancellationToken stop) =>
        Take<IDecoupledAuthentication>(
            (user, context, cancellation) => user.Poll(context, cancellation),
            answered,
            stop
        );

    private async Task<StepResult?> Pages(
        Step<IAccountInformation> step,
        Action<StepResult.Page> take,
        CancellationToken stop
    )
    {
        string? place = null;
        for (var number = 0; number < MostPages; number++)
        {
            var result = await Take(step, answered: false, stop);
            if (result is not StepResult.Page page)
            {
                return result is StepResult.Done ? null : result;
            }
            take(page);
            if (page.Next is not { } next)
            {
                return null;
            }
            if (next == place)
            {
                return NotUnderstood("a page names itself as the next one");
            }
            place = next;
            step = (accounts, context, cancellation) => accounts.Continue(context, next, cancellation);
        }
        return NotUnderstood("the pages have no end");
    }

    /// <summary>One step of the connector; its session is stored at once when it changed.</summary>
    /// <param name="answered">The step hands over an answer: a question that is asked now is another one.</param>
    private async Task<StepResult> Take<T>(Step<T> step, bool answered, CancellationToken stop)
        where T : class, IConnector
    {
        await run.KeepLease(stop);
        var result = await WithLease(step, stop);
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

    private async Task<StepResult> WithLease<T>(Step<T> step, CancellationToken stop)
        where T : class, IConnector
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            return await run.KeepLeaseDuring(Try(step, lost.Token), stop);
        }
        catch (LeaseLostException)
        {
            await lost.CancelAsync();
            throw;
        }
    }

    private async Task<StepResult> Try<T>(Step<T> step, CancellationToken stop)
        where T : class, IConnector
    {
        if (bank.Connector is not T connector)
        {
            return NotUnderstood($"the connector lacks {typeof(T).Name}");
        }
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
            return await step(connector, context, either.Token);
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

    /// <summary>A step that needs a capability.</summary>
    private delegate Task<StepResult> Step<in T>(T connector, StepContext context, CancellationToken cancellation);

    [LoggerMessage(1, LogLevel.Warning, "Connection {Connection}, channel {Channel}: transport broken, {Error}")]
    private static partial void LogTransport(ILogger log, long connection, string channel, string error);

    [LoggerMessage(2, LogLevel.Error, "Connection {Connection}, channel {Channel}: connector failed, {Error} {Trace}")]
    private static partial void LogBug(ILogger log, long connection, string channel, string error, string? trace);
}
