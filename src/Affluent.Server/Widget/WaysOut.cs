using Affluent.Server.Storage;

namespace Affluent.Server.Widget;

/// <summary>What users can do on every page.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum WayOut
{
    /// <summary>To the step before.</summary>
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

    private static async Task<FormResult> Back(PostedForm form)
    {
        var (session, state) = (form.Session, form.Session.State);
        switch (state.Step)
        {
            case WidgetStep.Done or WidgetStep.Accounts or WidgetStep.Other or WidgetStep.Reading:
                return new FormResult.To(state);
            case WidgetStep.Credentials when state.AddsBank && session.Connection is { } connection:
                // Of the second channel: go on without it. Of the first: back to what went wrong with it.
                return new FormResult.To(
                    connection.Accounts.Count > 0
                        ? state with
                        {
                            Step = WidgetStep.Reading,
                            DefinitionId = null,
                        }
                        : state with
                        {
                            Step = WidgetStep.Linking,
                        }
                );
            case WidgetStep.Linking when !state.AddsBank:
                await CancelQuestion(form);
                return new FormResult.To(state with { Step = state.FirstStep });
            default:
                await RemoveUnfinished(form);
                return new FormResult.To(state.Restart());
        }
    }

    private static Task CancelQuestion(PostedForm form) =>
        form.Session.Question is { Answered: false } open ? form.Actions.Cancel(open) : Task.CompletedTask;

    /// <summary>Removes the connection that this session made, when nothing came of it; false when it stays.</summary>
    private static async Task<bool> RemoveUnfinished(PostedForm form) =>
        form.Session is { State.Created: true, Connection: { Accounts.Count: 0, Id: var id } }
        && await form.Actions.DeleteUnfinished(id);
}
