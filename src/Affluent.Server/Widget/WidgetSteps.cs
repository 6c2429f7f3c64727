using Affluent.Connectors.Contract;
using Affluent.Server.Connections;
using Affluent.Server.Events;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Affluent.Server.Synchronization;

namespace Affluent.Server.Widget;

/// <summary>
/// The steps that a user can take, each with what it does to the connection. All run in the caller's transaction, under the lock
/// of the session's row.
/// </summary>
internal sealed class WidgetSteps(
    Ids ids,
    Banks banks,
    ConnectionEdits connections,
    AccountSelection selection,
    Questions questions,
    Synchronizations synchronizations,
    TimeProvider time
)
{
    private static readonly StepTaken Nothing = new StepTaken.Nothing();

    /// <summary>Takes the step that the form's field <c>do</c> names, when it fits what is shown.</summary>
    public async Task<StepTaken> Take(DbWork db, Visit visit, IFormCollection form, PresentUser user)
    {
        var state = visit.State;
        var screen = visit.Screen(time.Seconds());
        return (form["do"].ToString(), screen) switch
        {
            ("bank", Screen.Banks) => await ChooseBank(db, visit, form["provider_id"].ToString(), user),
            ("agree", Screen.Consent) => new StepTaken.To(await Agree(db, visit, user)),
            ("channel", Screen.Channels) => await ChooseChannel(db, visit, form["definition_id"].ToString(), user),
            ("credentials", Screen.Credentials credentials) => await Credentials(db, visit, credentials, form, user),
            ("answer", _) when visit.Question is { } open && Ids.Text(open.Id) == form["question_id"] => await Answer(
                db,
                visit,
                open,
                form,
                user
            ),
            ("accounts", Screen.Accounts) => await ChooseAccounts(db, visit, form, user),
            ("other", Screen.Other) => AddOther(visit),
            ("no_other", Screen.Other) or ("skip", Screen.Failed) when visit.Connection is { Accounts.Count: > 0 } =>
                new StepTaken.To(state with { Step = WidgetStep.Reading, DefinitionId = null }),
            ("no_other", Screen.Other) => new StepTaken.To(state with { Step = WidgetStep.Reading }),
            ("stop", _) when visit.Question is { } open => await CancelQuestion(db, visit, open),
            ("retry", Screen.Failed failed) => new StepTaken.To(await Retry(db, visit, failed.Trouble, user)),
            ("back", _) => new StepTaken.To(await Back(db, visit)),
            ("restart", Screen.Ended) => new StepTaken.To(Restart(state)),
            ("leave", Screen.Failed failed) => await End(db, visit, WidgetOutcome.Error, Troubles.Code(failed.Trouble)),
            ("leave", Screen.UnknownConnection) => await End(db, visit, WidgetOutcome.Error, "unknown_connection"),
            ("finish", Screen.NothingToAnswer) => new StepTaken.To(
                state with
                {
                    Step = WidgetStep.Done,
                    Outcome = new WidgetOutcome(WidgetOutcome.Success, "nothing_to_answer"),
                }
            ),
            ("cancel", not Screen.Ended) => await End(db, visit, WidgetOutcome.Cancelled, "cancelled"),
            _ => Nothing,
        };
    }

    private async Task<StepTaken> ChooseBank(DbWork db, Visit visit, string providerId, PresentUser user)
    {
        if (banks.Provider(providerId) is not { } bank || Screens.InService(bank).Count == 0)
        {
            return Nothing;
        }
        var next = visit.State with { Step = WidgetStep.Consent, ProviderId = bank.Id };
        if (next.Parameters.TermsBody is not "")
        {
            return new StepTaken.To(next);
        }
        // The client has shown its own terms.
        var chosen = visit with
        {
            Provider = bank,
            Session = visit.Session with { State = next },
        };
        return new StepTaken.To(await Agree(db, chosen, user));
    }

    private async Task<WidgetState> Agree(DbWork db, Visit visit, PresentUser user)
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
            // Of a connection or a bank that is no more: the next screen says so.
            return state with { Step = WidgetStep.Linking };
        }
        if (state.Page == WidgetPage.EditCredentials)
        {
            var channel = Screens.ToRenew(provider, state.Parameters.ExpectedAccountTypes);
            return await Begin(db, visit, channel, user);
        }
        var channels = Screens.InService(provider);
        return channels.Count switch
        {
            0 => state with { Step = WidgetStep.Start, ProviderId = null },
            1 => await Begin(db, visit, channels[0], user),
            _ => state with { Step = WidgetStep.Channel },
        };
    }

    private async Task<StepTaken> ChooseChannel(DbWork db, Visit visit, string definitionId, PresentUser user) =>
        Screens.InService(visit.Provider!).FirstOrDefault(c => c.Id == definitionId) is { } chosen
            ? new StepTaken.To(await Begin(db, visit, chosen, user))
            : Nothing;

    /// <summary>EMBEDDED: on to the form. REDIRECT: the connection is made, or its authorization renewed, and asks for the bank's page.</summary>
    private async Task<WidgetState> Begin(DbWork db, Visit visit, ChannelDefinition channel, PresentUser user)
    {
        var state = visit.State with { DefinitionId = channel.Id };
        if (channel.Mode == ChannelMode.Embedded)
        {
            return state with { Step = WidgetStep.Credentials };
        }
        if (visit.Connection is not { } connection)
        {
            return await Create(db, visit, channel, new Dictionary<string, string>(), user);
        }
        await connections.Reauthorize(db, visit.Session.UserId, connection.Id, channel, user, time.Seconds());
        return state with { Step = WidgetStep.Linking };
    }

    private async Task<WidgetState> Create(
        DbWork db,
        Visit visit,
        ChannelDefinition channel,
        IReadOnlyDictionary<string, string> credentials,
        PresentUser user
    )
    {
        var parameters = visit.State.Parameters;
        var made = await connections.Create(
            db,
            new ConnectionWish
            {
                ClientId = visit.Session.ClientId,
                UserId = visit.Session.UserId,
                Provider = visit.Provider!,
                Channel = channel,
                Credentials = credentials,
                AutoSync = parameters.AutoSync,
                ConsentPerAccount = parameters.ConsentPerAccount,
                SelectAccounts = parameters.SelectAccounts,
                User = user,
            },
            time.Seconds()
        );
        return visit.State with
        {
            Step = WidgetStep.Linking,
            DefinitionId = channel.Id,
            ConnectionId = made.Id,
            Created = true,
        };
    }

    private async Task<StepTaken> Credentials(
        DbWork db,
        Visit visit,
        Screen.Credentials shown,
        IFormCollection form,
        PresentUser user
    )
    {
        var channel = shown.Channel;
        var given = channel.Credentials.ToDictionary(f => f.Name, f => form[f.Name].ToString(), StringComparer.Ordinal);
        var faults = channel
            .Credentials.Select(f => (f.Name, Fault: FaultOf(channel, f, given[f.Name])))
            .Where(f => f.Fault is not null)
            .ToDictionary(f => f.Name, f => f.Fault!.Value, StringComparer.Ordinal);
        if (faults.Count > 0)
        {
            return new StepTaken.Wrong(faults);
        }
        var (userId, now) = (visit.Session.UserId, time.Seconds());
        if (visit.Connection is not { } connection)
        {
            var (values, _) = CredentialsForm.Check(channel, given);
            return new StepTaken.To(await Create(db, visit, channel, values, user));
        }
        if (shown.QuestionId is not null)
        {
            await questions.Answer(db, userId, connection.Id, Definition, given, user, now);
        }
        else
        {
            var (values, _) = CredentialsForm.Check(channel, given);
            await connections.SetCredentials(db, userId, connection.Id, channel, values, user, now);
        }
        return new StepTaken.To(visit.State with { Step = WidgetStep.Linking, Touched = true });
    }

    private static FieldFault? FaultOf(ChannelDefinition channel, CredentialField field, string value)
    {
        var alone = new Dictionary<string, string>(StringComparer.Ordinal) { [field.Name] = value };
        var (_, problem) = CredentialsForm.Check(channel with { Credentials = [field] }, alone);
        return problem is null ? null
            : value.Length == 0 ? FieldFault.Missing
            : FieldFault.Malformed;
    }

    private async Task<StepTaken> Answer(
        DbWork db,
        Visit visit,
        OpenQuestion open,
        IFormCollection form,
        PresentUser user
    )
    {
        var code = form["otp"].ToString().Replace(" ", "", StringComparison.Ordinal);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (open.Question is Question.OneTimePassword)
        {
            values[Question.OneTimePassword.Field] = code;
        }
        var (outcome, _) = await questions.Answer(
            db,
            visit.Session.UserId,
            open.ConnectionId,
            Definition,
            values,
            user,
            time.Seconds()
        );
        return outcome == AnswerOutcome.WrongField
            ? new StepTaken.Wrong("otp", code.Length == 0 ? FieldFault.Missing : FieldFault.Malformed)
            : new StepTaken.To(visit.State with { Touched = true });
    }

    private async Task<StepTaken> ChooseAccounts(DbWork db, Visit visit, IFormCollection form, PresentUser user)
    {
        var chosen = form["account"]
            .Select(text => Ids.TryRead(text, out var id) ? id : 0)
            .Where(id => visit.Accounts.Any(a => a.Id == id))
            .ToHashSet();
        var managing = visit.State.Page == WidgetPage.ManageAccounts;
        if (chosen.Count == 0 && !managing)
        {
            return new StepTaken.Wrong("account-0", FieldFault.Missing);
        }
        foreach (var accounts in visit.Accounts.GroupBy(account => account.ConnectionId))
        {
            AccountId[] shared = [.. accounts.Select(a => a.Id).Where(chosen.Contains)];
            await selection.Set(db, visit.Session.UserId, accounts.Key, shared, user, time.Seconds());
        }
        return new StepTaken.To(
            managing
                ? visit.State with
                {
                    Step = WidgetStep.Done,
                    Outcome = new WidgetOutcome(WidgetOutcome.Success, "updated"),
                }
                : Screens.AfterAccounts(visit.State, visit.Provider!, visit.Connection!)
        );
    }

    private static StepTaken AddOther(Visit visit) =>
        Screens.OtherChannel(visit.State, visit.Provider!, visit.Connection!) is { } other
            ? new StepTaken.To(visit.State with { Step = WidgetStep.Credentials, DefinitionId = other.Id })
            : Nothing;

    private async Task<StepTaken> CancelQuestion(DbWork db, Visit visit, OpenQuestion open)
    {
        await questions.Cancel(db, visit.Session.UserId, open.ConnectionId, time.Seconds());
        return new StepTaken.To(visit.State with { Touched = true });
    }

    private async Task<WidgetState> Retry(DbWork db, Visit visit, Trouble trouble, PresentUser user)
    {
        var (connection, state) = (visit.Connection!, visit.State with { Touched = true });
        var definitionId = state.DefinitionId ?? Screens.Faulty(state, connection)?.DefinitionId;
        var channel = visit.Provider!.Channels.FirstOrDefault(c => c.Id.Value == definitionId);
        var (userId, now) = (visit.Session.UserId, time.Seconds());
        if (channel is { Mode: ChannelMode.Redirect } && trouble != Trouble.BankDown)
        {
            await connections.Reauthorize(db, userId, connection.Id, channel, user, now);
            return state with { Step = WidgetStep.Linking };
        }
        if (
            channel is { Mode: ChannelMode.Embedded }
            && trouble is Trouble.WrongCredentials or Trouble.PasswordChange or Trouble.Locked
        )
        {
            return state with { Step = WidgetStep.Credentials, DefinitionId = channel!.Id };
        }
        await synchronizations.Request(db, userId, connection.Id, SyncType.All, user, now);
        return state with { Step = WidgetStep.Linking };
    }

    private async Task<WidgetState> Back(DbWork db, Visit visit)
    {
        var state = visit.State;
        switch (state.Step)
        {
            case WidgetStep.Done or WidgetStep.Accounts or WidgetStep.Other or WidgetStep.Reading:
                return state;
            case WidgetStep.Credentials when visit.Connection is { } connection && Screens.Adds(state):
                // Of the second channel: go on without it. Of the first: back to what went wrong with it.
                return connection.Accounts.Count > 0
                    ? state with
                    {
                        Step = WidgetStep.Reading,
                        DefinitionId = null,
                    }
                    : state with
                    {
                        Step = WidgetStep.Linking,
                    };
            case WidgetStep.Linking when !Screens.Adds(state):
                if (visit.Question is { Answered: false } open)
                {
                    await questions.Cancel(db, visit.Session.UserId, open.ConnectionId, time.Seconds());
                }
                return state with { Step = Screens.First(state.Page, state.Parameters) };
            default:
                await Forget(db, visit);
                return Restart(state);
        }
    }

    private async Task<StepTaken> End(DbWork db, Visit visit, string status, string result)
    {
        if (visit.Question is { Answered: false } open)
        {
            await questions.Cancel(db, visit.Session.UserId, open.ConnectionId, time.Seconds());
        }
        var gone = await Forget(db, visit);
        return new StepTaken.To(
            visit.State with
            {
                Step = WidgetStep.Done,
                Outcome = new WidgetOutcome(status, result),
                ConnectionId = gone ? null : visit.State.ConnectionId,
            }
        );
    }

    private static WidgetState Restart(WidgetState state) =>
        state with
        {
            Step = Screens.First(state.Page, state.Parameters),
            ProviderId = state.Parameters.ProviderId,
            DefinitionId = null,
            ConnectionId = Ids.TryRead(state.Parameters.ConnectionId, out var named) ? named : null,
            Created = false,
            Touched = false,
            Outcome = null,
        };

    /// <summary>Removes the connection that this session made, when nothing came of it: nothing half-done is left.</summary>
    private async Task<bool> Forget(DbWork db, Visit visit)
    {
        var session = visit.Session;
        if (
            !visit.State.Created
            || visit.Connection is not { Accounts.Count: 0 } connection
            || !await WidgetStore.DeleteUnfinished(db, session.UserId, connection.Id)
        )
        {
            return false;
        }
        var deleted = NewEvent.OfConnection(EventName.ConnectionDeleted, connection.Id);
        await EventLog.Append(db, ids, session.UserId, session.ClientId, [deleted], time.Seconds());
        return true;
    }

    private ChannelDefinition? Definition(string id) => banks.Channel(id)?.Definition;
}
