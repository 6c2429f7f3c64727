using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>The session is about a connection that the user does not have, or of a bank that is no longer here.</summary>
internal sealed class UnknownConnectionPage(SessionContext session) : WidgetPage(session)
{
    public static UnknownConnectionPage? For(SessionContext session) => Concerns(session) ? new(session) : null;

    public static bool Concerns(SessionContext session) =>
        session.State.Step switch
        {
            // Nobody consents to renew what does not exist.
            WidgetStep.Consent => session.State.Purpose == WidgetPurpose.EditCredentials && session.Connection is null,
            WidgetStep.Linking or WidgetStep.Accounts or WidgetStep.Other or WidgetStep.Reading => session.Connection
                is null
                || session.Provider is null,
            WidgetStep.Start or WidgetStep.Channel or WidgetStep.Credentials or WidgetStep.Removal or WidgetStep.Done =>
                false,
        };

    public override PageStep Step => PageStep.Failed;

    public override LinkFailure? Failure => LinkFailure.UnknownConnection;

    public override IResult Render(PageRequest request)
    {
        var (title, body) = new FailedTexts(request.Language).Of(LinkFailure.UnknownConnection, bank: "");
        return NoticeView.Show(
            request.Frame with
            {
                HasError = true,
            },
            title,
            body,
            new Choice(UnknownConnectionAction.Leave.Word(), request.Frame.Texts.Continue, Primary: true)
        );
    }

    public override async Task<FormResult> Submit(PostedForm form) =>
        form.Action<UnknownConnectionAction>() switch
        {
            UnknownConnectionAction.Leave => await WaysOut.End(
                form,
                new WidgetOutcome.Error(LinkFailure.UnknownConnection)
            ),
            null => new FormResult.Ignored(),
        };
}

[WordCase(WordCase.LowerSnake)]
internal enum UnknownConnectionAction
{
    Leave,
}
