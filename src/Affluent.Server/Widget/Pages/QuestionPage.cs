using Affluent.Server.Jobs;
using Affluent.Server.Storage;

namespace Affluent.Server.Widget.Pages;

/// <summary>A page that shows a question of the bank, and takes the answer or none.</summary>
internal abstract class QuestionPage(SessionContext session, OpenQuestion open) : WidgetPage(session)
{
    public const string IdField = "question_id";

    private static readonly Dictionary<string, string> NoValues = [];

    /// <summary>Another question of the same kind is something else to show.</summary>
    public override string Key => base.Key + QuestionId;

    protected OpenQuestion Open => open;

    protected string QuestionId => open.Id.ToString();

    public override async Task<FormResult> Submit(PostedForm form)
    {
        switch (form.Action<QuestionAction>())
        {
            case QuestionAction.Answer when form[IdField] == QuestionId:
                return await Answer(form);
            case QuestionAction.Stop:
                await form.Actions.Cancel(open);
                return Touched;
            default:
                return new FormResult.Ignored();
        }
    }

    /// <summary>The user says that it is done.</summary>
    protected virtual async Task<FormResult> Answer(PostedForm form)
    {
        await form.Actions.Answer(open, NoValues);
        return Touched;
    }

    protected FormResult Touched => new FormResult.To(State with { Touched = true });
}

[WordCase(WordCase.LowerSnake)]
internal enum QuestionAction
{
    Answer,

    /// <summary>The user will not answer.</summary>
    Stop,
}
