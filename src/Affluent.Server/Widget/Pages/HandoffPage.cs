using Affluent.Connectors.Contract;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>The user is to go to the bank's own site.</summary>
internal sealed class HandoffPage(SessionContext session, Question.Redirect question) : WidgetPage(session)
{
    public static HandoffPage? For(SessionContext session) =>
        session.Work is BankWork.Asks { Open.Question: Question.Redirect question } ? new(session, question) : null;

    public override bool IsLive => true;

    public override PageStep Step => PageStep.BankSite;

    public override IResult Render(PageRequest request) =>
        PageMarkup.Of<Handoff, HandoffView>(
            request.Frame,
            new HandoffView(
                BankName(request.Language),
                $"leave?session_id={Uri.EscapeDataString(Session.Session.Id)}",
                Target,
                question.Account
            )
        );

    private string Target =>
        State switch
        {
            { Framed: false } => "_self",
            // Banks refuse to be framed: the whole window goes, and the client's page opens the widget again.
            { Parameters.AspspCallbackUri: not null } => "_top",
            _ => HandoffView.NewTab,
        };
}

/// <summary>The way to the bank.</summary>
/// <param name="Address">Ours, which leads on to the bank: what it does there proves on the way back which browser left.</param>
/// <param name="Target">_self on a page of its own; _top out of a frame; _blank out of a frame that cannot be opened again.</param>
/// <param name="Account">To which the user is to agree there, where the bank asks for each by itself.</param>
public sealed record HandoffView(string Bank, string Address, string Target, string? Account)
{
    internal const string NewTab = "_blank";
}

internal sealed class HandoffTexts(Language language) : Texts(language)
{
    public string Title(string bank) => Say(en: $"Continue at {bank}", fr: $"Continuez chez {bank}");

    public string Intro(string bank) =>
        Say(
            en: $"You sign in on {bank}'s own site, which then brings you back here. We never see your password.",
            fr: $"Vous vous identifiez sur le site de {bank} et revenez ici automatiquement ensuite. Nous ne voyons jamais votre mot de passe."
        );

    public string ForAccount(string account) =>
        Say(
            en: $"It asks for your agreement to each account by itself. This time it is about: {account}.",
            fr: $"Elle demande votre accord pour chaque compte séparément. Cette fois, il s’agit de : {account}."
        );

    public string Button(string bank) => Say(en: $"Go to {bank}", fr: $"Aller chez {bank}");

    public string NewTab =>
        Say(
            en: "Your bank opens in a new tab. This page goes on as soon as you have finished there.",
            fr: "Votre banque s’ouvre dans un nouvel onglet. Cette page continue dès que vous y avez terminé."
        );
}
