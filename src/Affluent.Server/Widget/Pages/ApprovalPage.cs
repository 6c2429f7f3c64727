using Affluent.Connectors.Contract;
using Affluent.Server.Jobs;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>The user is to approve in the bank's app.</summary>
internal sealed class ApprovalPage(SessionContext session, OpenQuestion open, Question.AppApproval asked)
    : QuestionPage(session, open)
{
    public static ApprovalPage? For(SessionContext session) =>
        session.Work is BankWork.Asks { Open: { Question: Question.AppApproval asked } open }
            ? new(session, open, asked)
            : null;

    public override bool IsLive => true;

    public override PageStep Step => PageStep.Approval;

    public override IResult Render(PageRequest request)
    {
        var texts = new ApprovalTexts(request.Language);
        return PageMarkup.Of<Waiting, WaitingView>(
            request.Frame,
            new WaitingView(texts.Title, texts.Intro(BankName(request.Language)), texts.Waiting)
            {
                Message = asked.Message,
                QuestionId = QuestionId,
                Image = ImageView.Of(asked.Image, texts.Image),
            }
        );
    }
}

internal sealed class ApprovalTexts(Language language) : Texts(language)
{
    public string Title => Say(en: "Approve in your bank's app", fr: "Validez dans l’application de votre banque");

    public string Intro(string bank) =>
        Say(
            en: $"Open the app of {bank} on your phone and approve the request, then come back here.",
            fr: $"Ouvrez l’application de {bank} sur votre téléphone, validez la demande, puis revenez ici."
        );

    public string Image =>
        Say(
            en: "Image from your bank: scan it with the app",
            fr: "Image de votre banque : scannez-la avec l’application"
        );

    public string Waiting => Say(en: "Waiting for your approval…", fr: "En attente de votre validation…");
}
