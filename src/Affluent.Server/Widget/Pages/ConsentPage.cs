using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>Consent and terms; the terms alone, where the session is about these.</summary>
internal sealed class ConsentPage(SessionContext session) : WidgetPage(session)
{
    public static ConsentPage? For(SessionContext session) =>
        session.State.Step == WidgetStep.Consent
        && !UnknownConnectionPage.Concerns(session)
        && !AlreadyLinkedPage.Concerns(session)
            ? new(session)
            : null;

    public override IResult Render(PageRequest request)
    {
        var texts = new ConsentTexts(request.Language);
        var bank = State.Purpose == WidgetPurpose.Terms ? null : Session.Provider?.Name;
        return PageMarkup.Of<Consent, ConsentView>(
            request.Frame,
            new ConsentView
            {
                Title =
                    bank is null ? texts.TermsTitle
                    : State.Purpose == WidgetPurpose.EditCredentials || State.UpdatesBank ? texts.RenewTitle(bank)
                    : texts.Title(bank),
                Client = Session.Client.Name,
                Points = bank is null ? [] : texts.Points,
                TermsHeader = State.Parameters.TermsHeader ?? texts.TermsTitle,
                TermsBody = State.Parameters.TermsBody is { } own ? Paragraphs(own) : texts.TermsBody,
                MayGoBack = State.Trail.Count > 0 || State.UpdatesBank || State.AddsAnother,
            }
        );
    }

    public override async Task<FormResult> Submit(PostedForm form) =>
        form.Action<ConsentAction>() switch
        {
            ConsentAction.Agree => new FormResult.To(await Agree(Session, form.Actions)),
            null => new FormResult.Ignored(),
        };

    /// <summary>Where the session goes once the user, or the client on the user's behalf, agreed.</summary>
    public static async Task<WidgetState> Agree(SessionContext session, SessionActions actions)
    {
        var state = session.State;
        if (state.Purpose == WidgetPurpose.Terms)
        {
            return state with { Step = WidgetStep.Done, Outcome = new WidgetOutcome.Success(SuccessResult.Accepted) };
        }
        if (session.Provider is not { } provider)
        {
            // Of a connection or a bank that is no more: the next page says so.
            return state with { Step = WidgetStep.Linking };
        }
        if (state.Purpose == WidgetPurpose.EditCredentials)
        {
            var channel = ChannelOffer.ToRenew(state.Parameters, provider, session.Connection!);
            return await ChannelLinking.Begin(session, channel, actions);
        }
        if (ChannelOffer.InService(provider) is [])
        {
            return state.Restart() with { Step = WidgetStep.Start, ProviderId = null };
        }
        return ChannelOffer.ToLink(state, provider, session.Connection) is { } begins
            ? await ChannelLinking.Begin(session, begins, actions)
            : state.On(WidgetStep.Channel);
    }

    private static List<string> Paragraphs(string text) =>
        [.. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
}

[WordCase(WordCase.LowerSnake)]
internal enum ConsentAction
{
    Agree,
}

/// <summary>What the user agrees to.</summary>
public sealed record ConsentView
{
    /// <summary>Heading.</summary>
    public required string Title { get; init; }

    /// <summary>Name of the client that reads.</summary>
    public required string Client { get; init; }

    /// <summary>What is read from the bank; empty on the page of the terms alone.</summary>
    public required IReadOnlyList<string> Points { get; init; }

    /// <summary>Heading of the terms.</summary>
    public required string TermsHeader { get; init; }

    /// <summary>Paragraphs of the terms.</summary>
    public required IReadOnlyList<string> TermsBody { get; init; }

    /// <summary>Whether another bank can be chosen.</summary>
    public required bool MayGoBack { get; init; }
}

internal sealed class ConsentTexts(Language language) : Texts(language)
{
    public string Title(string bank) => Say(en: $"Link {bank}", fr: $"Connecter {bank}");

    public string RenewTitle(string bank) => Say(en: $"Renew {bank}", fr: $"Renouveler {bank}");

    public string Intro(string client) =>
        Say(
            en: $"With your agreement we read for {client}, from this bank:",
            fr: $"Avec votre accord, nous lisons pour {client} dans cette banque :"
        );

    public IReadOnlyList<string> Points =>
        Say(
            en:
            [
                "your accounts: name, number, kind, holder and balance",
                "their transactions: past ones and, until you stop it, new ones",
            ],
            fr:
            [
                "vos comptes : nom, numéro, type, titulaire et solde",
                "leurs opérations : passées et, tant que vous ne l’arrêtez pas, nouvelles",
            ]
        );

    public string TermsTitle => Say(en: "Terms", fr: "Conditions");

    public IReadOnlyList<string> TermsBody =>
        Say(
            en:
            [
                "We only read. Nobody can move money or change anything at your bank through this link.",
                "The data goes to the service that sent you here, for the purpose it told you about, and to nobody else.",
                "Your agreement lasts up to 180 days at most banks; you will be asked again afterwards. You can take it back at any time, here or at your bank; what was read is then erased on request.",
            ],
            fr:
            [
                "Nous ne faisons que lire. Personne ne peut déplacer d’argent ni modifier quoi que ce soit dans votre banque par cet accès.",
                "Les données vont au service qui vous a envoyé ici, pour l’usage qu’il vous a annoncé, et à personne d’autre.",
                "Votre accord vaut jusqu’à 180 jours dans la plupart des banques ; il vous sera redemandé ensuite. Vous pouvez le retirer à tout moment, ici ou dans votre banque ; ce qui a été lu est alors effacé sur demande.",
            ]
        );

    public string Agree => Say(en: "I agree, continue", fr: "J’accepte et je continue");
}
