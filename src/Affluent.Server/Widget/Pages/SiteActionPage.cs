using Affluent.Connectors.Contract;
using Affluent.Server.Jobs;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>The user is to settle something on the bank's site.</summary>
internal sealed class SiteActionPage(SessionContext session, OpenQuestion open, Question.SiteAction asked)
    : QuestionPage(session, open)
{
    public static SiteActionPage? For(SessionContext session) =>
        session.Work is BankWork.Asks { Open: { Question: Question.SiteAction asked } open }
            ? new(session, open, asked)
            : null;

    public override bool IsLive => true;

    public override PageStep Step => PageStep.SiteAction;

    public override IResult Render(PageRequest request)
    {
        var texts = new SiteActionTexts(request.Language);
        var bank = BankName(request.Language);
        return PageMarkup.Of<Waiting, WaitingView>(
            request.Frame,
            new WaitingView(texts.Title, texts.Intro(bank), Status: "")
            {
                Message = asked.Message,
                QuestionId = QuestionId,
                Link = asked.Address is { } address ? (address.AbsoluteUri, texts.Link(bank)) : null,
                Confirm = texts.Done,
            }
        );
    }
}

internal sealed class SiteActionTexts(Language language) : Texts(language)
{
    public string Title =>
        Say(en: "Your bank needs something from you", fr: "Votre banque attend quelque chose de vous");

    public string Intro(string bank) =>
        Say(
            en: $"Settle it on {bank}'s site, then come back here.",
            fr: $"Réglez ce point sur le site de {bank}, puis revenez ici."
        );

    public string Link(string bank) => Say(en: $"Open {bank}'s site", fr: $"Ouvrir le site de {bank}");

    public string Done => Say(en: "It is done, continue", fr: "C’est fait, continuer");
}
