using System.Text.Json;
using Affluent.Server.Platform;
using Affluent.Server.Widget.Pages;
using Microsoft.AspNetCore.WebUtilities;

namespace Affluent.Server.Widget;

/// <summary>The end of a session: tells the client's page, and takes the user back to the client.</summary>
internal static class EndingView
{
    private const int StandardDelay = 3;

    public static IResult Render(Visit visit, Frame frame, WidgetOutcome outcome, string bank)
    {
        var (state, texts) = (visit.State, frame.Texts);
        var success = outcome.Status == WidgetOutcome.Success;
        var connectionId = state.ConnectionId is { } id ? Ids.Text(id) : null;
        var queueId = state.QueueId is { } queue ? Ids.Text(queue) : null;
        var place =
            outcome.Status == WidgetOutcome.Cancelled
                ? state.Parameters.CancelUrl ?? state.Parameters.RedirectUrl
                : state.Parameters.RedirectUrl;
        var address = place is null
            ? null
            : QueryHelpers.AddQueryString(
                place.AbsoluteUri,
                new Dictionary<string, string?>
                {
                    ["status"] = outcome.Status,
                    ["result"] = outcome.Result,
                    ["connection_id"] = connectionId,
                    ["queue_id"] = queueId,
                }
                    .Where(pair => pair.Value is not null)
                    .ToDictionary()
            );
        var delay = success ? state.Parameters.CongratsBypassDelay ?? StandardDelay : 0;
        if (address is not null && delay == 0 && !state.Framed)
        {
            return WidgetAnswers.SeeOther(address);
        }
        var message = new OutcomeMessage
        {
            RedirectUrl = place?.AbsoluteUri ?? "/success",
            Status = outcome.Status,
            Result = outcome.Result,
            ConnectionId = connectionId,
            QueueId = queueId,
        };
        var (title, body) = outcome switch
        {
            { Status: WidgetOutcome.Cancelled } => (texts.CancelledTitle, texts.CancelledBody),
            { Status: WidgetOutcome.Error } => (texts.FailedTitle, texts.FailedBody),
            { Partial: true } => (texts.SuccessTitle, texts.SuccessPartial),
            { Result: "accepted" } => (texts.SuccessTitle, texts.SuccessAccepted),
            { Result: "nothing_to_answer" } => (texts.NothingToAnswerTitle, texts.NothingToAnswerBody),
            { Result: "created" } => (texts.SuccessTitle, texts.SuccessAdded(bank)),
            _ => (texts.SuccessTitle, visit.Provider is null ? texts.SuccessSaved : texts.SuccessUpdated(bank)),
        };
        return WidgetAnswers.Page<Ending>(
            (
                nameof(Ending.Frame),
                frame with
                {
                    MayCancel = false,
                    Leaving = address is null ? null : new Leaving(address, delay),
                    HasError = outcome.Status == WidgetOutcome.Error,
                }
            ),
            (nameof(Ending.Title), title),
            (nameof(Ending.Body), body),
            (nameof(Ending.Success), success),
            (nameof(Ending.Message), JsonSerializer.Serialize(message, WidgetJson.Default.OutcomeMessage)),
            (nameof(Ending.Origins), visit.Client.RedirectOrigins),
            (nameof(Ending.MayAddAnother), Screens.Adds(state) || !success)
        );
    }
}
