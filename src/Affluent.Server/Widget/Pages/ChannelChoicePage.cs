using Affluent.Connectors.Contract;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>One of two channels is to be chosen.</summary>
internal sealed class ChannelChoicePage(SessionContext session, Provider provider) : WidgetPage(session)
{
    public const string ChannelField = "definition_id";

    public static ChannelChoicePage? For(SessionContext session) =>
        session is { State.Step: WidgetStep.Channel, Provider: { } provider } ? new(session, provider) : null;

    public override PageStep Step => PageStep.Channel;

    public override IResult Render(PageRequest request)
    {
        var channels = BankWays.ToLink(provider, Session.Down);
        return PageMarkup.Of<ChannelChoice, ChannelChoiceView>(
            request.Frame,
            new ChannelChoiceView(provider.Name, channels[0].Id.Value, channels[^1].Id.Value)
        );
    }

    public override async Task<FormResult> Submit(PostedForm form) =>
        form.Action<ChannelChoiceAction>() switch
        {
            ChannelChoiceAction.Channel => await Choose(form),
            null => new FormResult.Ignored(),
        };

    private async Task<FormResult> Choose(PostedForm form)
    {
        // Another way of the mode may have taken its place since the page was shown.
        var shown = provider.Channels.FirstOrDefault(c => c.Id.Value == form[ChannelField]);
        var chosen = BankWays.ToLink(provider, Session.Down).FirstOrDefault(c => c.Mode == shown?.Mode);
        return chosen is null
            ? new FormResult.Ignored()
            : new FormResult.To(await ChannelLinking.Begin(Session, chosen, form.Actions));
    }
}

[WordCase(WordCase.LowerSnake)]
internal enum ChannelChoiceAction
{
    Channel,
}

/// <summary>A bank's two channels.</summary>
/// <param name="RedirectId">Definition id of the channel REDIRECT.</param>
/// <param name="EmbeddedId">Definition id of the channel EMBEDDED.</param>
public sealed record ChannelChoiceView(string Bank, string RedirectId, string EmbeddedId);

internal sealed class ChannelChoiceTexts(Language language) : Texts(language)
{
    public string Title => Say(en: "Which accounts do you have there?", fr: "Quels comptes y avez-vous ?");

    public string Intro =>
        Say(en: "The way in depends on the kind of account.", fr: "Le chemin dépend du type de compte.");

    public string Redirect => Say(en: "A current account or a card", fr: "Un compte courant ou une carte");

    public string RedirectHint(string bank) =>
        Say(
            en: $"You sign in on {bank}'s own site. You can add savings and loans afterwards.",
            fr: $"Vous vous identifiez sur le site de {bank}. Vous pourrez ajouter épargne et crédits ensuite."
        );

    public string Embedded => Say(en: "Savings, loans and everything else", fr: "Épargne, crédits et tout le reste");

    public string EmbeddedHint =>
        Say(en: "You sign in here with your bank access.", fr: "Vous vous identifiez ici avec votre accès bancaire.");
}
