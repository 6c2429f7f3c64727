using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>The bank is at work.</summary>
internal sealed class WorkingPage(SessionContext session, WorkPhase phase) : WidgetPage(session)
{
    public static WorkingPage? For(SessionContext session) =>
        session.Work is BankWork.Running running ? new(session, running.Phase) : null;

    public override bool IsLive => true;

    public override PageStep Step => PageStep.Working;

    public override IResult Render(PageRequest request)
    {
        var texts = new WorkingTexts(request.Language);
        return PageMarkup.Of<Waiting, WaitingView>(
            request.Frame,
            new WaitingView(texts.Title, texts.Hint, Progress(request.Language))
        );
    }

    public override string Progress(Language language) => new WorkingTexts(language).Phase(phase, BankName(language));
}

internal sealed class WorkingTexts(Language language) : Texts(language)
{
    public string Title => Say(en: "One moment…", fr: "Un instant…");

    public string Hint =>
        Say(
            en: "This takes a few seconds, rarely more than a minute.",
            fr: "Cela prend quelques secondes, rarement plus d’une minute."
        );

    public string Phase(WorkPhase phase, string bank) =>
        phase switch
        {
            WorkPhase.Connecting => Say(
                en: $"We are getting in touch with {bank}.",
                fr: $"Nous prenons contact avec {bank}."
            ),
            WorkPhase.Reading => Say(en: "We are reading your transactions.", fr: "Nous lisons vos opérations."),
        };
}
