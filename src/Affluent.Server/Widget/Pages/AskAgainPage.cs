using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>The bank had a question while nobody was there: it asks again as soon as the user goes on.</summary>
internal sealed class AskAgainPage(SessionContext session, LinkFailure failure) : WidgetPage(session)
{
    public static AskAgainPage? For(SessionContext session) =>
        session.Work is BankWork.WaitsForUser waits ? new(session, waits.Failure) : null;

    public override PageStep Step => PageStep.Failed;

    public override LinkFailure? Failure => failure;

    public override IResult Render(PageRequest request) =>
        NoticeView.Show(
            request.Frame,
            new SiteActionTexts(request.Language).Title,
            new CodeTexts(request.Language).Intro,
            new Choice(AskAgainAction.Retry.Word(), request.Frame.Texts.Continue, Primary: true)
        );

    public override async Task<FormResult> Submit(PostedForm form) =>
        form.Action<AskAgainAction>() switch
        {
            AskAgainAction.Retry => new FormResult.To(await FailedPage.Retry(Session, failure, form.Actions)),
            null => new FormResult.Ignored(),
        };
}

[WordCase(WordCase.LowerSnake)]
internal enum AskAgainAction
{
    Retry,
}
