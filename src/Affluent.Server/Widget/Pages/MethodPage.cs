using Affluent.Connectors.Contract;
using Affluent.Server.Jobs;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>The bank offers several ways to go on.</summary>
internal sealed class MethodPage(SessionContext session, OpenQuestion open, Question.Choice asked)
    : QuestionPage(session, open)
{
    public const string MethodField = Question.Choice.Field;

    public static MethodPage? For(SessionContext session) =>
        session.Work is BankWork.Asks { Open: { Question: Question.Choice asked } open }
            ? new(session, open, asked)
            : null;

    public override PageStep Step => PageStep.Method;

    public override IResult Render(PageRequest request)
    {
        var error = request.Fault(MethodField) is null ? null : new MethodTexts(request.Language).Missing;
        return PageMarkup.Of<Method, MethodView>(
            request.Frame with
            {
                HasError = error is not null,
            },
            new MethodView(
                QuestionId,
                BankName(request.Language),
                asked.Message,
                [.. asked.Options.Select(option => (option.Id, option.Label))],
                error
            )
        );
    }

    protected override async Task<FormResult> Answer(PostedForm form)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal) { [MethodField] = form[MethodField] };
        return await form.Actions.Answer(Open, values)
            ? Touched
            : new FormResult.Rejected(MethodField, InputFault.Missing);
    }
}

/// <summary>What the bank offers.</summary>
/// <param name="Message">What it says about it.</param>
/// <param name="Options">Id and wording.</param>
/// <param name="Error">What is wrong with the last answer; null when nothing is.</param>
public sealed record MethodView(
    string QuestionId,
    string Bank,
    string? Message,
    IReadOnlyList<(string Id, string Label)> Options,
    string? Error
);

internal sealed class MethodTexts(Language language) : Texts(language)
{
    public string Title => Say(en: "Choose how to confirm", fr: "Choisissez comment confirmer");

    public string Intro(string bank) =>
        Say(
            en: $"{bank} wants to be sure that it is you, and offers several ways.",
            fr: $"{bank} veut s’assurer qu’il s’agit bien de vous et propose plusieurs moyens."
        );

    public string Missing => Say(en: "Please choose one of them.", fr: "Merci d’en choisir un.");
}
