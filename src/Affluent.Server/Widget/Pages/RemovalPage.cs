using System.Globalization;
using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>An application's access to the user's accounts is to be removed: asked again, since only a new setup token brings it back.</summary>
internal sealed class RemovalPage(SessionContext session) : WidgetPage(session)
{
    public static RemovalPage? For(SessionContext session) =>
        session.State.Step == WidgetStep.Removal ? new(session) : null;

    // A part of the page of accounts.
    public override PageStep Step => PageStep.Accounts;

    private ReadingApplication? Application =>
        Session.Applications.FirstOrDefault(known => known.Id == State.ApplicationId);

    public override IResult Render(PageRequest request)
    {
        var texts = new RemovalTexts(request.Language);
        return Application is { } application
            ? NoticeView.Show(
                request.Frame,
                texts.Title(application.Name),
                ApplicationView.Of(application, request.Language).Removal,
                new Choice(RemovalAction.Confirm.Word(), texts.Confirm, Primary: true),
                new Choice(WayOut.Back.Word(), texts.Keep)
            )
            : NoticeView.Show(
                request.Frame,
                texts.GoneTitle,
                texts.GoneBody,
                new Choice(RemovalAction.Confirm.Word(), request.Frame.Texts.Continue, Primary: true)
            );
    }

    public override async Task<FormResult> Submit(PostedForm form) =>
        form.Action<RemovalAction>() switch
        {
            RemovalAction.Confirm => await Remove(form),
            null => new FormResult.Ignored(),
        };

    private async Task<FormResult> Remove(PostedForm form)
    {
        if (Application is { } application)
        {
            await form.Actions.Remove(application);
        }
        return new FormResult.To(
            State with
            {
                Step = WidgetStep.Start,
                Trail = [],
                ApplicationId = null,
                HasRemoved = true,
            }
        );
    }
}

[WordCase(WordCase.LowerSnake)]
internal enum RemovalAction
{
    Confirm,
}

/// <summary>An application that reads the user's accounts, or may begin to.</summary>
/// <param name="Since">Since when it has access, and to what; for one that has not begun, until when it may.</param>
/// <param name="Used">When it read last.</param>
/// <param name="Removal">What its removal means.</param>
public sealed record ApplicationView(string Id, string Name, string Since, string Used, string Removal)
{
    internal static ApplicationView Of(ReadingApplication application, Language language)
    {
        var texts = new RemovalTexts(language);
        var used = application.UsedAt is { } at ? texts.Used(Day(at, language)) : texts.NotUsed;
        var (since, more) = application switch
        {
            { Since: { } from, Bank: { } bank, Until: { } until } => (
                texts.Between(bank, Day(from, language), Day(until, language)),
                used
            ),
            { Since: { } from } => (texts.Since(Day(from, language)), used),
            { CreatedAt: var made, Until: var until } => (
                texts.MadeOn(Day(made, language)),
                texts.WaitsUntil(Day(until ?? made, language))
            ),
        };
        return new(
            application.Id,
            application.Name,
            since,
            more,
            application.Bank is { } only ? texts.BodyOf(only) : texts.Body
        );
    }

    private static string Day(long time, Language language)
    {
        var day = DayNumbers.Of(ParisDay.Of(time));
        var text = day.ToString("d MMMM yyyy", CultureInfo.GetCultureInfo(language.Culture()));
        return language == Language.Fr && day.Day == 1 ? $"1er{text[1..]}" : text;
    }
}

internal sealed class RemovalTexts(Language language) : Texts(language)
{
    public string ListTitle =>
        Say(en: "Applications that read your accounts", fr: "Applications qui lisent vos comptes");

    public string ListIntro =>
        Say(
            en: "You let them in. They read accounts ticked above, and can move no money.",
            fr: "Vous les avez autorisées. Elles lisent des comptes cochés ci-dessus et ne peuvent pas faire de virement."
        );

    public string Since(string day) => Say(en: $"Has access since {day}", fr: $"A accès depuis le {day}");

    public string Between(string bank, string from, string until) =>
        Say(en: $"Reads {bank} since {from}, until {until}", fr: $"Lit {bank} depuis le {from}, jusqu’au {until}");

    public string Used(string day) => Say(en: $"Last read on {day}", fr: $"Dernière lecture le {day}");

    public string NotUsed => Say(en: "Has not read anything yet", fr: "N’a encore rien lu");

    public string MadeOn(string day) => Say(en: $"Setup token made on {day}", fr: $"Jeton créé le {day}");

    public string WaitsUntil(string day) =>
        Say(en: $"Not used yet; it can be until {day}", fr: $"Pas encore utilisé ; il peut l’être jusqu’au {day}");

    public string Remove => Say(en: "Remove access", fr: "Retirer l’accès");

    public string RemoveOf(string name) => Say(en: $"Remove access: {name}", fr: $"Retirer l’accès : {name}");

    public string Removed =>
        Say(
            en: "The access is removed. The application reads nothing any more.",
            fr: "L’accès est retiré. L’application ne lit plus rien."
        );

    public string Title(string name) => Say(en: $"Remove the access of {name}?", fr: $"Retirer l’accès de {name} ?");

    public string Body =>
        Say(
            en: "The application reads nothing any more, from its next try on. It keeps what it has read. To link it again, you need a new setup token.",
            fr: "L’application ne lira plus rien dès son prochain essai. Elle garde ce qu’elle a déjà lu. Pour la relier à nouveau, il faudra un nouveau jeton de configuration."
        );

    /// <summary>Of one that reads a single bank.</summary>
    public string BodyOf(string bank) =>
        Say(
            en: $"The application reads nothing of {bank} any more, from its next try on. It keeps what it has read. To link it again, begin in the application.",
            fr: $"L’application ne lira plus rien de {bank} dès son prochain essai. Elle garde ce qu’elle a déjà lu. Pour la relier à nouveau, commencez dans l’application."
        );

    public string Confirm => Say(en: "Yes, remove it", fr: "Oui, le retirer");

    public string Keep => Say(en: "No, keep it", fr: "Non, le garder");

    public string GoneTitle => Say(en: "This access is removed already", fr: "Cet accès est déjà retiré");

    public string GoneBody => Say(en: "The application reads nothing any more.", fr: "L’application ne lit plus rien.");
}
