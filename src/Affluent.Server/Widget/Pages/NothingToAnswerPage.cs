using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>The user came to answer, and the bank asks nothing.</summary>
internal sealed class NothingToAnswerPage(SessionContext session) : WidgetPage(session)
{
    public static NothingToAnswerPage? For(SessionContext session) =>
        session.Work is BankWork.AsksNothing ? new(session) : null;

    public override PageStep Step => PageStep.NothingToAnswer;

    public override IResult Render(PageRequest request)
    {
        var texts = new NothingToAnswerTexts(request.Language);
        return NoticeView.Show(
            request.Frame,
            texts.Title,
            texts.Body,
            new Choice(NothingToAnswerAction.Finish.Word(), request.Frame.Texts.Continue, Primary: true)
        );
    }

    public override Task<FormResult> Submit(PostedForm form) =>
        Task.FromResult<FormResult>(
            form.Action<NothingToAnswerAction>() switch
            {
                NothingToAnswerAction.Finish => new FormResult.To(
                    State with
                    {
                        Step = WidgetStep.Done,
                        Outcome = new WidgetOutcome.Success(SuccessResult.NothingToAnswer),
                    }
                ),
                null => new FormResult.Ignored(),
            }
        );
}

[WordCase(WordCase.LowerSnake)]
internal enum NothingToAnswerAction
{
    Finish,
}

internal sealed class NothingToAnswerTexts(Language language) : Texts(language)
{
    public string Title => Say(en: "Nothing to do", fr: "Rien à faire");

    public string Body =>
        Say(en: "Your bank is not asking for anything right now.", fr: "Votre banque ne demande rien pour le moment.");
}
