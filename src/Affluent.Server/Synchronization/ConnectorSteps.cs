using System.Data.Common;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Connections;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;

namespace Affluent.Server.Synchronization;

/// <summary>Takes a channel's connector through its steps: hands it what it needs, and keeps its session.</summary>
internal sealed partial class ConnectorSteps(RunTools tools, RunState run, BankChannel bank, ChannelAccess channel)
{
    private readonly ChannelDefinitionId _id = channel.DefinitionId;
    private static readonly TimeSpan PauseWhenSilent = TimeSpan.FromMinutes(15);

    // No bank's access token is good for less.
    private static readonly TimeSpan LongForAToken = TimeSpan.FromSeconds(5);

    private readonly ReadingBounds _bounds = new();
    private bool _areNew;

    /// <summary>What the connector returned last.</summary>
    public string Session { get; private set; } =
        run.Key.Open(channel.Session, Sealed.Session(run.Id, channel.DefinitionId)) ?? "";

    /// <summary>The user's credentials by field id.</summary>
    public IReadOnlyDictionary<string, string> Credentials { get; private set; } =
        StoredCredentials.Read(run.Key.Open(channel.Credentials, Sealed.Credentials(run.Id, channel.DefinitionId)));

    /// <summary>The bank sent or took more than is read of a bank: the channel ends.</summary>
    public bool HasOverrun => _bounds.Overrun is not null;

    /// <summary>Who signed in, as the list of accounts says; null: it does not, or was not read.</summary>
    public string? Holder { get; private set; }

    /// <summary>
    /// The login whose credentials may be a guess; null: there are none, or the bank has accepted them, in the last run or in the
    /// session that goes on.
    /// </summary>
    public BankLogin? LoginToProve =>
        !_areNew && (channel.Status == ChannelStatus.Success || Session.Length > 0)
            ? null
            : BankLogin.Of(run.Connection.ProviderId, bank.Definition, Credentials);

    /// <summary>The value by which a bank's answer to the last step will be recognised; null: it cannot send the user anywhere.</summary>
    public Secret? State { get; private set; }

    /// <summary>Goes on with credentials that the user has just typed.</summary>
    public void TryCredentials(IReadOnlyDictionary<string, string> values) => (Credentials, _areNew) = (values, true);

    /// <summary>Takes all pages of the list of accounts; null: it is complete, else what came in between.</summary>
    public Task<StepResult?> ListAccounts(Action<StepResult.Page> take, CancellationToken cancellation) =>
        Pages(
            ConnectorStep.ListAccounts,
            (accounts, context, cancellation) => accounts.ListAccounts(context, cancellation),
            take,
            cancellation
        );

    /// <summary>Takes all pages of an account's transactions; null: they are complete, else what came in between.</summary>
    public Task<StepResult?> ListTransactions(
        BankAccount account,
        DateOnly? from,
        Action<StepResult.Page> take,
        CancellationToken cancellation
    ) =>
        Pages(
            ConnectorStep.ListTransactions,
            (accounts, context, cancellation) => accounts.ListTransactions(context, account, from, cancellation),
            take,
            cancellation
        );

    /// <summary>Tells the bank which accounts the user shares.</summary>
    public Task<StepResult> ShareAccounts(IReadOnlyList<BankAccount> shared, CancellationToken cancellation) =>
        Take<IAccountConsent>(
            ConnectorStep.ShareAccounts,
            (consent, context, cancellation) => consent.ShareAccounts(context, shared, cancellation),
            answered: false,
            cancellation
        );

    /// <summary>Hands over what the user typed.</summary>
    public Task<StepResult> AcceptAnswer(IReadOnlyDictionary<string, string> values, CancellationToken cancellation) =>
        Take<IEmbeddedAuthentication>(
            ConnectorStep.AcceptAnswer,
            (user, context, cancellation) => user.AcceptAnswer(context, values, cancellation),
            answered: true,
            cancellation
        );

    /// <summary>Hands over the address at which the user came back from the bank.</summary>
    public Task<StepResult> AcceptReturn(Uri address, CancellationToken cancellation) =>
        Take<IRedirectAuthentication>(
            ConnectorStep.AcceptReturn,
            (user, context, cancellation) => user.AcceptReturn(context, address, cancellation),
            answered: true,
            cancellation
        );

    /// <summary>Looks whether the user has acted elsewhere.</summary>
    /// <param name="answered">The user says so: a question that is asked now is another one.</param>
    public Task<StepResult> Poll(bool answered, CancellationToken cancellation) =>
        Take<IDecoupledAuthentication>(
            ConnectorStep.Poll,
            (user, context, cancellation) => user.Poll(context, cancellation),
            answered,
            cancellation
        );

    private async Task<StepResult?> Pages(
        ConnectorStep name,
        Step<IAccountInformation> step,
        Action<StepResult.Page> take,
        CancellationToken cancellation
    )
    {
        string? place = null;
        _bounds.BeginList();
        while (true)
        {
            var result = await Take(name, step, answered: false, cancellation);
            if (result is not StepResult.Page page)
            {
                return result is StepResult.Done ? null : result;
            }
            _bounds.Add(page);
            if (_bounds.Overrun is { } overrun)
            {
                return NotUnderstood(overrun);
            }
            Holder = BankText.Clean(page.Holder) ?? Holder;
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
    }

    /// <summary>One step of the connector; its session is kept when it changed.</summary>
    /// <param name="answered">The step hands over an answer: a question that is asked now is another one.</param>
    private async Task<StepResult> Take<T>(
        ConnectorStep name,
        Step<T> step,
        bool answered,
        CancellationToken cancellation
    )
        where T : class, IConnector
    {
        var (before, begun) = (Session, tools.Now);
        var result = await Measured(name, step, cancellation);
        if (!answered && result is StepResult.Refused { Reason: Refusal.ConsentExpired })
        {
            if (await run.TakeNewerSession(channel, cancellation) is { } newer)
            {
                // What ended is a token that another node has renewed.
                Session = run.Key.Open(newer, Sealed.Session(run.Id, _id)) ?? "";
                result = await Measured(name, step, cancellation);
            }
            else if (Session != before && tools.Now - begun >= LongForAToken)
            {
                // What ended may be a token that came in this step, and ran out while it stood still.
                result = await Measured(name, step, cancellation);
            }
        }
        if (_bounds.Overrun is { } overrun)
        {
            result = new StepResult.Refused(Refusal.NotUnderstood, overrun) { Session = result.Session };
        }
        if (result.Session.Length > BankLimits.LongestSession)
        {
            return NotUnderstood("the session is too long");
        }
        if (result is not StepResult.AskUser)
        {
            KeepSession(result.Session);
        }
        if (answered && result is StepResult.Refused)
        {
            await run.DropQuestion();
        }
        return result;
    }

    private async Task<StepResult> Measured<T>(ConnectorStep name, Step<T> step, CancellationToken cancellation)
        where T : class, IConnector
    {
        await run.BeforeStep(cancellation);
        var begun = tools.Time.GetTimestamp();
        var result = await SynchronizationMetrics.Step(
            name,
            run.Connection.ProviderId,
            channel.Mode,
            () => WithLease(step, cancellation)
        );
        run.Steps.Add(name, tools.Time.GetElapsedTime(begun));
        return result;
    }

    /// <summary>Keeps the connector's session, before the bank is asked again.</summary>
    public void KeepSession(string session)
    {
        if (session != Session)
        {
            run.Learn(channel, new ChannelChange { Session = SealedOf(session) });
            Session = session;
        }
    }

    /// <summary>Keeps nothing of the session, and has the authorization behind it ended at the bank.</summary>
    public void DropSession()
    {
        var dropped = SealedOf(Session);
        KeepSession("");
        run.Learn(channel, new ChannelChange { Unused = dropped });
    }

    /// <summary>What a connector hands over in the middle of a step: written before the step goes on, whatever else happens.</summary>
    private async Task KeepAtOnce(string session)
    {
        if (session != Session && session.Length <= BankLimits.LongestSession)
        {
            Session = session;
            await run.LearnAtOnce(channel, SealedOf(session));
        }
    }

    private byte[] SealedOf(string session) => run.Key.Seal(session, Sealed.Session(run.Id, _id));

    private async Task<StepResult> WithLease<T>(Step<T> step, CancellationToken cancellation)
        where T : class, IConnector
    {
        using var stop = new StepStop(tools.Time, cancellation);
        var taken = Try(step, stop);
        try
        {
            return await run.KeepLeaseDuring(taken);
        }
        catch (LeaseLostException)
        {
            // What the bank is saying just now is said once: it is heard, and kept.
            stop.Stop();
            await ((Task)taken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private async Task<StepResult> Try<T>(Step<T> step, StepStop stop)
        where T : class, IConnector
    {
        if (bank.Connector is not T connector)
        {
            return NotUnderstood($"the connector lacks {typeof(T).Name}");
        }
        if (tools.Http.LacksClientFor(bank.Definition))
        {
            return OperatorFault("the bank wants to see our certificate, and there is none");
        }
        var redirect = run.Attended && bank.Definition.Mode == ChannelMode.Redirect;
        State = redirect ? Secret.Generate() : null;
        string? fault = null;
        var turn = tools.Rates.Of(tools.Banks.Provider(run.Connection.ProviderId));
        using var http = tools.Http.Client(
            _bounds,
            stop,
            bank.Definition,
            async cancellation =>
            {
                await (turn?.Invoke(cancellation) ?? Task.CompletedTask);
                await run.BeforeRequest(cancellation);
            },
            error => fault ??= TlsFault.Of(error, bank.Definition.ClientCertificate)
        );
        var context = new StepContext
        {
            Channel = bank.Definition,
            Http = http,
            Session = Session,
            Keep = KeepAtOnce,
            Credentials = Credentials,
            Now = tools.Now,
            User = run.User,
            Seal = tools.Http.SealFor(bank.Definition),
            Callback = State is { } state ? new BankCallback(tools.CallbackOf(bank.Definition), state.Value) : null,
        };
        var begun = tools.Time.GetTimestamp();
        try
        {
            var result = await step(connector, context, stop.Token);
            // Connectors take a connection that came to nothing for a bank that does not answer.
            return fault is not null && result is StepResult.Later { Reason: LaterReason.BankUnavailable }
                ? new StepResult.Refused(Refusal.OperatorFault, fault) { Session = result.Session }
                : result;
        }
        catch (Exception error)
            when (error is HttpRequestException or IOException or OperationCanceledException or TimeoutException
                && !stop.HasStopped
            )
        {
            LogTransport(tools.Log, _id, error.GetType().Name);
            if ((fault ?? TlsFault.Of(error, bank.Definition.ClientCertificate)) is { } ours)
            {
                return OperatorFault(ours);
            }
            // One that lets us wait in vain has been waited for long enough; when to ask another again is the run's business.
            var isSilent = error is OperationCanceledException or TimeoutException;
            return new StepResult.Later(
                tools.Now + (isSilent ? PauseWhenSilent : TimeSpan.Zero),
                LaterReason.BankUnavailable
            )
            {
                Session = Session,
            };
        }
        // A connector has no database: it is ours that fails what it hands over.
        catch (Exception error) when (error is not (OperationCanceledException or LeaseLostException or DbException))
        {
            // The message could quote what the bank sent: where it happened is enough to find the bug.
            LogBug(tools.Log, _id, error.GetType().Name, error.StackTrace);
            throw new ConnectorFailedException(error.GetType().Name);
        }
        finally
        {
            _bounds.Add(tools.Time.GetElapsedTime(begun));
        }
    }

    private StepResult.Refused OperatorFault(string detail) => new(Refusal.OperatorFault, detail) { Session = Session };

    private StepResult.Refused NotUnderstood(string detail) => new(Refusal.NotUnderstood, detail) { Session = Session };

    /// <summary>A step that needs a capability.</summary>
    private delegate Task<StepResult> Step<in T>(T connector, StepContext context, CancellationToken cancellation);

    [LoggerMessage(5201, LogLevel.Warning, "Channel {Channel}: transport broken, {Error}")]
    private static partial void LogTransport(ILogger log, ChannelDefinitionId channel, string error);

    [LoggerMessage(5202, LogLevel.Error, "Channel {Channel}: connector failed, {Error} {Trace}")]
    private static partial void LogBug(ILogger log, ChannelDefinitionId channel, string error, string? trace);
}
