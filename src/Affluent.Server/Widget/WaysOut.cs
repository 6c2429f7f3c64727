using Affluent.Connectors.Contract;
using Affluent.Server.Storage;

namespace Affluent.Server.Widget;

/// <summary>What users can do on every page.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum WayOut
{
    /// <summary>To the step before, and no further.</summary>
    Back,

    /// <summary>Out of the widget.</summary>
    Cancel,
}

/// <summary>The ways out of what is shown, and out of the session. They leave nothing half-done behind.</summary>
internal static class WaysOut
{
    public static Task<FormResult> Take(WayOut way, PostedForm form) =>
        way switch
        {
            WayOut.Back => Back(form),
            WayOut.Cancel => form.Session.State.Step == WidgetStep.Done
                ? Task.FromResult<FormResult>(new FormResult.Ignored())
                : End(form, new WidgetOutcome.Cancelled()),
        };

    /// <summary>Ends the session without a bank linked.</summary>
    public static async Task<FormResult> End(PostedForm form, WidgetOutcome outcome)
    {
        var state = form.Session.State;
        await CancelQuestion(form);
        var removed = await RemoveUnfinished(form);
        return new FormResult.To(
            state with
            {
                Step = WidgetStep.Done,
                Outcome = outcome,
                ConnectionId = removed ? null : state.ConnectionId,
            }
        );
    }

    /// <summary>Begins again, with another bank.</summary>
    public static async Task<FormResult> StartAgain(PostedForm form)
    {
        await CancelQuestion(form);
        await RemoveUnfinished(form);
        return new FormResult.To(form.Session.State.Restart());
    }

    /// <summary>Exactly one step.</summary>
    private static async Task<FormResult> Back(PostedForm form)
    {
        var (session, state) = (form.Session, form.Session.State);
        if (state.Step is WidgetStep.Done or WidgetStep.Accounts or WidgetStep.Other or WidgetStep.Reading)
        {
            return new FormResult.To(state);
        }
        if (state.Step == WidgetStep.Consent && (state.UpdatesBank || state.AddsAnother))
        {
            return new FormResult.To(Undecided(state));
        }
        if (state.Trail.Count == 0)
        {
            await CancelQuestion(form);
            return new FormResult.To(state with { Step = state.FirstStep });
        }
        var last = state.Trail[state.Trail.Count - 1];
        var back = state with { Step = last, Trail = [.. state.Trail.SkipLast(1)] };
        if (last == WidgetStep.Other)
        {
            await CancelQuestion(form);
            var offer = back with { DefinitionId = FirstChannel(session) };
            // What was tried is no longer on offer: the way back leads to what went wrong with it.
            var isOpen = ChannelOffer.Second(offer, session.Provider!, session.Connection!) is not null;
            return new FormResult.To(isOpen ? offer : state with { Step = WidgetStep.Linking });
        }
        if (session is { State.Created: true, Connection.Accounts.Count: > 0 })
        {
            // The bank is linked: there is no way back before that.
            return new FormResult.To(state);
        }
        await CancelQuestion(form);
        if (await RemoveUnfinished(form))
        {
            back = back with { ConnectionId = null, Created = false };
        }
        return new FormResult.To(
            last switch
            {
                WidgetStep.Start => back with { ProviderId = null, DefinitionId = null, ApplicationId = null },
                WidgetStep.Channel => back with { DefinitionId = null },
                // The client shows terms of its own, so that there is no page of ours.
                WidgetStep.Consent => form.Session.Terms is { AreShownElsewhere: true } ? Undecided(back) : back,
                WidgetStep.Credentials
                or WidgetStep.Linking
                or WidgetStep.Accounts
                or WidgetStep.Other
                or WidgetStep.Reading
                or WidgetStep.Removal
                or WidgetStep.Done => back,
            }
        );
    }

    /// <summary>The user has not yet said what to do with what is linked of the bank.</summary>
    private static WidgetState Undecided(WidgetState state) =>
        state.AddsBank ? state with { ConnectionId = null, AddsAnother = false } : state;

    private static ChannelDefinitionId? FirstChannel(SessionContext session) =>
        session
            .Provider!.Channels.Where(channel => channel.Mode == ChannelMode.Redirect)
            .OrderByDescending(channel =>
                session.Connection!.Channels.Any(used => used.DefinitionId == channel.Id && used.IsUsed)
            )
            .FirstOrDefault()
            ?.Id;

    private static Task CancelQuestion(PostedForm form) =>
        form.Session.Question is { Answered: false } open ? form.Actions.Cancel(open) : Task.CompletedTask;

    /// <summary>Removes the connection that this session made, when nothing came of it; false when it stays.</summary>
    private static async Task<bool> RemoveUnfinished(PostedForm form) =>
        form.Session is { State.Created: true, Connection: { Accounts.Count: 0, Id: var id } }
        && await form.Actions.DeleteUnfinished(id);
}
