using System.Globalization;
using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.SimpleFin;
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

    private SimpleFinAccess? Access => Session.Accesses.FirstOrDefault(access => access.Id == State.AccessId);

    public override IResult Render(PageRequest request)
    {
        var texts = new RemovalTexts(request.Language);
        return Access is { } access
            ? NoticeView.Show(
                request.Frame,
                texts.Title(access.Name),
                texts.Body,
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
        if (Access is { } access)
        {
            await form.Actions.Remove(access.Id);
        }
        return new FormResult.To(
            State with
            {
                Step = WidgetStep.Start,
                Trail = [],
                AccessId = null,
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
/// <param name="Since">Since when it has access; for one that has not begun, until when it may.</param>
/// <param name="Used">When it read last.</param>
public sealed record ApplicationView(string Id, string Name, string Since, string Used)
{
    internal static ApplicationView Of(SimpleFinAccess access, Language language)
    {
        var texts = new RemovalTexts(language);
        return access.ClaimedAt is { } claimed
            ? new(
                access.Id.ToString(),
                access.Name,
                texts.Since(Day(claimed, language)),
                access.UsedAt is { } used ? texts.Used(Day(used, language)) : texts.NotUsed
            )
            : new(
                access.Id.ToString(),
                access.Name,
                texts.MadeOn(Day(access.CreatedAt, language)),
                texts.WaitsUntil(Day(access.CodeExpiresAt, language))
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
            en: "You gave them a setup token. They read the accounts ticked above, and can move no money.",
            fr: "Vous leur avez donné un jeton de configuration. Elles lisent les comptes cochés ci-dessus et ne peuvent pas faire de virement."
        );

    public string Since(string day) => Say(en: $"Has access since {day}", fr: $"A accès depuis le {day}");

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

    public string Confirm => Say(en: "Yes, remove it", fr: "Oui, le retirer");

    public string Keep => Say(en: "No, keep it", fr: "Non, le garder");

    public string GoneTitle => Say(en: "This access is removed already", fr: "Cet accès est déjà retiré");

    public string GoneBody => Say(en: "The application reads nothing any more.", fr: "L’application ne lit plus rien.");
}
