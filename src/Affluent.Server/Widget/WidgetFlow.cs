using Affluent.Connectors.Contract;
using Affluent.Server.Authorization;
using Affluent.Server.Connections;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Affluent.Server.Synchronization;

namespace Affluent.Server.Widget;

/// <summary>A session and all that decides what it shows, read together.</summary>
internal sealed record Visit(
    WidgetSession Session,
    Client Client,
    Provider? Provider,
    Link? Link,
    OpenQuestion? Question,
    IReadOnlyList<LinkAccount> Accounts
)
{
    public WidgetState State => Session.State;

    public Screen Screen(long now) => Screens.Decide(State, Provider, Link, Question, now);
}

/// <summary>What a form came to.</summary>
internal abstract record Taken
{
    private Taken() { }

    /// <summary>Done, or not for this step: show where the session stands now.</summary>
    public sealed record Shown : Taken;

    /// <summary>The session is no more.</summary>
    public sealed record Expired : Taken;

    /// <summary>The form is to be corrected; by input, what is wrong with it.</summary>
    public sealed record Wrong(Visit Visit, IReadOnlyDictionary<string, FieldFault> Faults) : Taken;
}

/// <summary>What is wrong with an input.</summary>
internal enum FieldFault
{
    Missing,
    Malformed,
}

/// <summary>
/// Leads a session through its steps. Each form is taken in one transaction, under the lock of the session's row: what it does
/// happens once, however often it is sent.
/// </summary>
internal sealed class WidgetFlow(
    Database database,
    Vault vault,
    Ids ids,
    Banks banks,
    ConnectionEdits connections,
    AccountSelection selection,
    Questions questions,
    Synchronizations synchronizations,
    TimeProvider time
)
{
    /// <summary>Where a session stands; null when it is no more.</summary>
    public Task<Visit?> Find(string sessionId, CancellationToken cancellation) =>
        database.Read(db => Load(db, sessionId, forUpdate: false), cancellation);

    /// <summary>
    /// Opens a page: a new subject (another page, bank or connection) starts from the beginning, anything else goes on where the
    /// session was. Then takes the steps that need nobody.
    /// </summary>
    /// <param name="parameters">Those of the address; null when it brings none.</param>
    /// <param name="framed">Whether the browser says that it is a frame; null when it does not say.</param>
    public Task<Visit?> Open(
        string sessionId,
        WidgetPage page,
        WidgetParameters? parameters,
        bool? framed,
        CancellationToken cancellation
    ) =>
        database.Write(
            async db =>
            {
                if (await Load(db, sessionId, forUpdate: true) is not { } visit)
                {
                    return null;
                }
                var wanted = Opened(visit.State, page, parameters ?? visit.State.Parameters, framed);
                if (wanted != visit.State && !SameText(wanted, visit.State))
                {
                    visit = await Go(db, visit, wanted);
                }
                // A session takes at most a handful of steps by itself.
                for (var i = 0; i < 5 && visit.Screen(time.Seconds()) is Screen.Move move; i++)
                {
                    visit = await Go(db, visit, move.State);
                }
                return visit;
            },
            cancellation
        );

    /// <summary>Takes a form.</summary>
    public Task<Taken> Take(string sessionId, IFormCollection form, PresentUser user, CancellationToken cancellation) =>
        database.Write<Taken>(
            async db =>
            {
                if (await Load(db, sessionId, forUpdate: true) is not { } visit)
                {
                    return new Taken.Expired();
                }
                if (!visit.Session.Owns(form["token"]))
                {
                    return new Taken.Shown();
                }
                var (next, faults) = await Apply(db, visit, form, user);
                if (faults.Count > 0)
                {
                    return new Taken.Wrong(visit, faults);
                }
                if (next is not null)
                {
                    await WidgetStore.Advance(db, visit.Session, next);
                }
                return new Taken.Shown();
            },
            cancellation
        );

    /// <summary>The user is back from the bank: who it is, and the session that waits; null when the state is not good.</summary>
    public Task<(ReturnedUser User, Visit? Visit)?> Return(
        string state,
        Uri address,
        PresentUser user,
        CancellationToken cancellation
    ) =>
        database.Write<(ReturnedUser, Visit?)?>(
            async db =>
            {
                var now = time.Seconds();
                if (await questions.Return(db, state, address, user, now) is not { } returned)
                {
                    return null;
                }
                var session = await WidgetStore.FindByConnection(
                    db,
                    vault,
                    returned.UserId,
                    returned.ConnectionId,
                    now
                );
                return (returned, session is null ? null : await Load(db, session.Id, forUpdate: false));
            },
            cancellation
        );

    private static WidgetState Opened(WidgetState state, WidgetPage page, WidgetParameters parameters, bool? framed)
    {
        var inFrame = framed ?? (parameters.AspspCallbackUri is not null);
        var sameSubject =
            state.Opened
            && page == state.Page
            && parameters.ConnectionId == state.Parameters.ConnectionId
            && parameters.ProviderId == state.Parameters.ProviderId;
        if (sameSubject)
        {
            return state with { Parameters = parameters, Framed = inFrame };
        }
        return new WidgetState
        {
            Opened = true,
            Page = page,
            Step = Screens.First(page, parameters),
            Parameters = parameters,
            ProviderId = parameters.ProviderId,
            ConnectionId = Ids.TryRead(parameters.ConnectionId, out var id) ? id : null,
            QueueId = state.QueueId,
            Framed = inFrame,
        };
    }

    private async Task<(WidgetState? Next, IReadOnlyDictionary<string, FieldFault> Faults)> Apply(
        DbWork db,
        Visit visit,
        IFormCollection form,
        PresentUser user
    )
    {
        var state = visit.State;
        IReadOnlyDictionary<string, FieldFault> none = new Dictionary<string, FieldFault>();
        switch ((string?)form["do"])
        {
            case "bank" when state.Step == WidgetStep.Start:
                return banks.Provider(form["provider_id"].ToString()) is { } bank && Screens.InService(bank).Count > 0
                    ? (state with { Step = WidgetStep.Consent, ProviderId = bank.Id }, none)
                    : (null, none);
            case "agree" when state.Step == WidgetStep.Consent:
                return (await Agreed(db, visit, user), none);
            case "channel" when state.Step == WidgetStep.Channel:
                var chosen = visit.Provider!.Channels.FirstOrDefault(c => c.Id == form["definition_id"]);
                return chosen is { Unavailable: false }
                    ? (await Begin(db, visit, chosen, user), none)
                    : (null, new Dictionary<string, FieldFault> { ["channel-redirect"] = FieldFault.Missing });
            case "credentials":
                return await Credentials(db, visit, form, user);
            case "answer" when visit.Question is { } open && Ids.Text(open.Id) == form["question_id"]:
                return await Answer(db, visit, open, form, user);
            case "accounts" when visit.Screen(time.Seconds()) is Screen.Accounts:
                return await Select(db, visit, form, user);
            case "other" when state.Step == WidgetStep.Other:
                var other = Screens.OtherChannel(state, visit.Provider!, visit.Link!);
                return other is null
                    ? (null, none)
                    : (state with { Step = WidgetStep.Credentials, DefinitionId = other.Id }, none);
            case "no_other" when state.Step == WidgetStep.Other:
                return (state with { Step = WidgetStep.Reading }, none);
            case "stop" when visit.Question is not null:
                await questions.Cancel(db, visit.Session.UserId, visit.Question.ConnectionId, time.Seconds());
                return (state, none);
            case "retry" when visit.Screen(time.Seconds()) is Screen.Failed failed:
                return (await Retry(db, visit, failed.Trouble, user), none);
            case "back":
                return (await Back(db, visit), none);
            case "restart":
                return (
                    state with
                    {
                        Step = Screens.First(state.Page, state.Parameters),
                        ProviderId = state.Parameters.ProviderId,
                        DefinitionId = null,
                        ConnectionId = Ids.TryRead(state.Parameters.ConnectionId, out var named) ? named : null,
                        Created = false,
                        Touched = false,
                        Outcome = null,
                    },
                    none
                );
            case "leave" when visit.Screen(time.Seconds()) is Screen.Failed or Screen.UnknownConnection:
                return (await Stop(db, visit, new WidgetOutcome(WidgetOutcome.Error, Reason(visit))), none);
            case "finish" when visit.Screen(time.Seconds()) is Screen.NothingToAnswer:
                return (
                    state with
                    {
                        Step = WidgetStep.Done,
                        Outcome = new WidgetOutcome(WidgetOutcome.Success, "nothing_to_answer"),
                    },
                    none
                );
            case "cancel" when state.Step != WidgetStep.Done:
                return (await Stop(db, visit, new WidgetOutcome(WidgetOutcome.Cancelled, "cancelled")), none);
            default:
                // A form of another step: whatever stands now is shown.
                return (null, none);
        }
    }

    private async Task<WidgetState> Agreed(DbWork db, Visit visit, PresentUser user)
    {
        var state = visit.State;
        if (state.Page == WidgetPage.Terms)
        {
            return state with
            {
                Step = WidgetStep.Done,
                Outcome = new WidgetOutcome(WidgetOutcome.Success, "accepted"),
            };
        }
        if (visit.Provider is not { } provider)
        {
            return state with { Step = WidgetStep.Linking };
        }
        if (state.Page == WidgetPage.EditCredentials)
        {
            var channel = Screens.ToRenew(provider, state.Parameters.ExpectedAccountTypes);
            return await Begin(db, visit, channel, user);
        }
        var channels = Screens.InService(provider);
        return channels.Count == 1
            ? await Begin(db, visit, channels[0], user)
            : state with
            {
                Step = channels.Count == 0 ? WidgetStep.Start : WidgetStep.Channel,
            };
    }

    /// <summary>EMBEDDED: on to the form. REDIRECT: the connection is made, or its authorization renewed, and asks for the bank's page.</summary>
    private async Task<WidgetState> Begin(DbWork db, Visit visit, ChannelDefinition channel, PresentUser user)
    {
        var state = visit.State with { DefinitionId = channel.Id };
        if (channel.Mode == ChannelMode.Embedded)
        {
            return state with { Step = WidgetStep.Credentials };
        }
        return visit.Link is { } link
            ? await Renew(db, visit, link, channel, user, state)
            : await Create(db, visit, channel, new Dictionary<string, string>(), user, state);
    }

    private async Task<WidgetState> Renew(
        DbWork db,
        Visit visit,
        Link link,
        ChannelDefinition channel,
        PresentUser user,
        WidgetState state
    )
    {
        await connections.Reauthorize(db, visit.Session.UserId, link.Id, channel, user, time.Seconds());
        return state with { Step = WidgetStep.Linking };
    }

    private async Task<WidgetState> Create(
        DbWork db,
        Visit visit,
        ChannelDefinition channel,
        IReadOnlyDictionary<string, string> credentials,
        PresentUser user,
        WidgetState state
    )
    {
        var made = await connections.Create(
            db,
            new ConnectionWish
            {
                ClientId = visit.Session.ClientId,
                UserId = visit.Session.UserId,
                Provider = visit.Provider!,
                Channel = channel,
                Credentials = credentials,
                AutoSync = state.Parameters.AutoSync,
                ConsentPerAccount = state.Parameters.ConsentPerAccount,
                SelectAccounts = state.Parameters.SelectAccounts,
                User = user,
            },
            time.Seconds()
        );
        return state with { Step = WidgetStep.Linking, ConnectionId = made.Id, Created = true };
    }

    private async Task<(WidgetState?, IReadOnlyDictionary<string, FieldFault>)> Credentials(
        DbWork db,
        Visit visit,
        IFormCollection form,
        PresentUser user
    )
    {
        if (visit.Screen(time.Seconds()) is not Screen.Credentials { Channel: var channel, QuestionId: var asked })
        {
            return (null, new Dictionary<string, FieldFault>());
        }
        var given = channel.Credentials.ToDictionary(f => f.Name, f => form[f.Name].ToString(), StringComparer.Ordinal);
        var faults = channel
            .Credentials.Select(f => (f.Name, Fault: FaultOf(channel, f, given[f.Name])))
            .Where(f => f.Fault is not null)
            .ToDictionary(f => f.Name, f => f.Fault!.Value, StringComparer.Ordinal);
        if (faults.Count > 0)
        {
            return (null, faults);
        }
        var (values, _) = CredentialsForm.Check(channel, given);
        var state = visit.State with { Step = WidgetStep.Linking, Touched = true };
        var (userId, now) = (visit.Session.UserId, time.Seconds());
        if (asked is not null)
        {
            await questions.Answer(db, userId, visit.Link!.Id, id => banks.Channel(id)?.Definition, given, user, now);
            return (state, faults);
        }
        if (visit.Link is not { } link)
        {
            return (await Create(db, visit, channel, values, user, state), faults);
        }
        await connections.SetCredentials(db, userId, link.Id, channel, values, user, now);
        return (state, faults);
    }

    private static FieldFault? FaultOf(ChannelDefinition channel, CredentialField field, string value)
    {
        var alone = new Dictionary<string, string>(StringComparer.Ordinal) { [field.Name] = value };
        var (_, problem) = CredentialsForm.Check(channel with { Credentials = [field] }, alone);
        return problem is null ? null
            : value.Length == 0 ? FieldFault.Missing
            : FieldFault.Malformed;
    }

    private async Task<(WidgetState?, IReadOnlyDictionary<string, FieldFault>)> Answer(
        DbWork db,
        Visit visit,
        OpenQuestion open,
        IFormCollection form,
        PresentUser user
    )
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (open.Question is Question.OneTimePassword)
        {
            values[Question.OneTimePassword.Field] = form["otp"].ToString().Replace(" ", "", StringComparison.Ordinal);
        }
        var (outcome, _) = await questions.Answer(
            db,
            visit.Session.UserId,
            open.ConnectionId,
            id => banks.Channel(id)?.Definition,
            values,
            user,
            time.Seconds()
        );
        return outcome == AnswerOutcome.WrongField
            ? (
                null,
                new Dictionary<string, FieldFault>
                {
                    ["otp"] = form["otp"].ToString().Trim().Length == 0 ? FieldFault.Missing : FieldFault.Malformed,
                }
            )
            : (visit.State with { Touched = true }, new Dictionary<string, FieldFault>());
    }

    private async Task<(WidgetState?, IReadOnlyDictionary<string, FieldFault>)> Select(
        DbWork db,
        Visit visit,
        IFormCollection form,
        PresentUser user
    )
    {
        var chosen = form["account"]
            .Select(text => Ids.TryRead(text, out var id) ? id : 0)
            .Where(id => visit.Accounts.Any(a => a.Id == id))
            .ToHashSet();
        var managing = visit.State.Page == WidgetPage.ManageAccounts;
        if (chosen.Count == 0 && !managing)
        {
            return (null, new Dictionary<string, FieldFault> { ["account-0"] = FieldFault.Missing });
        }
        foreach (var group in visit.Accounts.GroupBy(account => account.ConnectionId))
        {
            await selection.Set(
                db,
                visit.Session.UserId,
                group.Key,
                [.. group.Select(a => a.Id).Where(chosen.Contains)],
                user,
                time.Seconds()
            );
        }
        var next = managing
            ? visit.State with
            {
                Step = WidgetStep.Done,
                Outcome = new WidgetOutcome(WidgetOutcome.Success, "updated"),
            }
            : Screens.AfterAccounts(visit.State, visit.Provider!, visit.Link!);
        return (next, new Dictionary<string, FieldFault>());
    }

    private async Task<WidgetState> Retry(DbWork db, Visit visit, Trouble trouble, PresentUser user)
    {
        var channel = visit.Provider!.Channels.FirstOrDefault(c => c.Id == visit.State.DefinitionId);
        if (channel is { Mode: ChannelMode.Redirect })
        {
            return await Renew(db, visit, visit.Link!, channel, user, visit.State);
        }
        if (
            channel is not null
            && trouble is Trouble.WrongCredentials or Trouble.PasswordChange or Trouble.Locked or Trouble.SiteAction
        )
        {
            return visit.State with { Step = WidgetStep.Credentials };
        }
        var (userId, now) = (visit.Session.UserId, time.Seconds());
        await synchronizations.Request(db, userId, visit.Link!.Id, SyncType.All, user, now);
        return visit.State with { Step = WidgetStep.Linking, Touched = true };
    }

    private async Task<WidgetState> Back(DbWork db, Visit visit)
    {
        var state = visit.State;
        switch (state.Step)
        {
            case WidgetStep.Consent or WidgetStep.Channel when state.Parameters.ProviderId is null:
                return state with { Step = Screens.First(state.Page, state.Parameters), ProviderId = null };
            case WidgetStep.Credentials when visit.Link is { } link && Adds(state):
                // Of the second channel: without it.
                return state with { Step = link.Running ? WidgetStep.Reading : WidgetStep.Linking };
            case WidgetStep.Linking when Adds(state):
                await Forget(db, visit);
                return state with
                {
                    Step = Screens.First(state.Page, state.Parameters),
                    ProviderId = state.Parameters.ProviderId,
                    DefinitionId = null,
                    ConnectionId = null,
                    Created = false,
                };
            case WidgetStep.Linking when visit.Question is { } open:
                await questions.Cancel(db, visit.Session.UserId, open.ConnectionId, time.Seconds());
                return state with { Step = WidgetStep.Consent };
            default:
                return state with { Step = Screens.First(state.Page, state.Parameters) };
        }
    }

    private async Task<WidgetState> Stop(DbWork db, Visit visit, WidgetOutcome outcome)
    {
        if (visit.Question is { Answered: false } open)
        {
            await questions.Cancel(db, visit.Session.UserId, open.ConnectionId, time.Seconds());
        }
        var gone = await Forget(db, visit);
        return visit.State with
        {
            Step = WidgetStep.Done,
            Outcome = outcome,
            ConnectionId = gone ? null : visit.State.ConnectionId,
        };
    }

    /// <summary>Removes the connection that this session made, when nothing came of it: nothing half-done is left.</summary>
    private async Task<bool> Forget(DbWork db, Visit visit)
    {
        var session = visit.Session;
        if (
            !visit.State.Created
            || visit.Link is not { Accounts.Count: 0 } link
            || !await WidgetStore.DeleteUnfinished(db, session.UserId, link.Id)
        )
        {
            return false;
        }
        var told = new NewEvent(EventNames.ConnectionDeleted, EventType.Global)
        {
            ConnectionId = link.Id,
            Resource = Links.Connection(link.Id),
        };
        await EventLog.Append(db, ids, session.UserId, session.ClientId, [told], time.Seconds());
        return true;
    }

    private string Reason(Visit visit) =>
        visit.Screen(time.Seconds()) is Screen.Failed failed ? Troubles.Code(failed.Trouble) : "unknown_connection";

    private static bool Adds(WidgetState state) =>
        state.Page is WidgetPage.AddConnection or WidgetPage.ProfessionalAccount;

    private static bool SameText(WidgetState a, WidgetState b) => WidgetStore.Write(a) == WidgetStore.Write(b);

    private async Task<Visit> Go(DbWork db, Visit visit, WidgetState next)
    {
        await WidgetStore.Advance(db, visit.Session, next);
        return (await Load(db, visit.Session.Id, forUpdate: false))!;
    }

    private async Task<Visit?> Load(DbWork db, string sessionId, bool forUpdate)
    {
        var now = time.Seconds();
        var session = forUpdate
            ? await WidgetStore.FindForUpdate(db, sessionId, now)
            : await WidgetStore.Find(db, sessionId, now);
        if (session is null || await ClientStore.Find(db, session.ClientId) is not { Disabled: false } client)
        {
            return null;
        }
        var state = session.State;
        var link = state.ConnectionId is { } id ? await WidgetStore.FindLink(db, session.UserId, id) : null;
        return new Visit(
            session,
            client,
            banks.Provider(link?.ProviderId ?? state.ProviderId ?? ""),
            link,
            link is null ? null : await questions.Find(db, session.UserId, link.Id),
            link?.Accounts
                ?? (state.Page == WidgetPage.ManageAccounts ? await WidgetStore.Accounts(db, session.UserId) : [])
        );
    }
}
