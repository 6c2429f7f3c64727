using Affluent.Connectors.Contract;
using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>The bank's second channel is offered, for the accounts that the first one does not bring.</summary>
internal sealed class OtherAccountsPage(SessionContext session, Provider provider, WidgetConnection connection)
    : WidgetPage(session)
{
    public static OtherAccountsPage? For(SessionContext session) =>
        session is { State.Step: WidgetStep.Other, Provider: { } provider, Connection: { } connection }
            ? new(session, provider, connection)
            : null;

    public override PageStep Step => PageStep.OtherAccounts;

    public override IResult Render(PageRequest request) =>
        PageMarkup.Of<OtherAccounts, OtherAccountsView>(
            request.Frame,
            new OtherAccountsView(provider.Name, connection.Accounts.Count == 0)
        );

    public override Task<FormResult> Submit(PostedForm form) =>
        Task.FromResult<FormResult>(
            form.Action<OtherAccountsAction>() switch
            {
                OtherAccountsAction.Other => ChannelOffer.Second(State, provider, connection) is { } other
                    ? new FormResult.To(State.On(WidgetStep.Credentials) with { DefinitionId = other.Id })
                    : new FormResult.Ignored(),
                OtherAccountsAction.NoOther => new FormResult.To(GoOnWithout(State, connection)),
                null => new FormResult.Ignored(),
            }
        );

    /// <summary>Where the session goes when the user leaves out the channel in work.</summary>
    public static WidgetState GoOnWithout(WidgetState state, WidgetConnection connection) =>
        state with
        {
            Step = WidgetStep.Reading,
            // Where the other channel brought accounts, how this one stands no longer counts.
            DefinitionId = connection.Accounts.Count > 0 ? null : state.DefinitionId,
        };
}

[WordCase(WordCase.LowerSnake)]
internal enum OtherAccountsAction
{
    Other,
    NoOther,
}

/// <summary>The bank that has more accounts.</summary>
/// <param name="FoundNone">Whether the first channel brought none.</param>
public sealed record OtherAccountsView(string Bank, bool FoundNone)
{
    /// <summary>After how many seconds without an answer the session goes on, as published.</summary>
    internal const int Seconds = 8;
}

internal sealed class OtherAccountsTexts(Language language) : Texts(language)
{
    public string Title => Say(en: "Add your other accounts?", fr: "Ajouter vos autres comptes ?");

    public string Intro(string bank) =>
        Say(
            en: $"Savings and loans at {bank} are not part of what you have just linked. Sign in here to add them.",
            fr: $"L’épargne et les crédits chez {bank} ne font pas partie de ce que vous venez de connecter. Identifiez-vous ici pour les ajouter."
        );

    public string NoneTitle => Say(en: "No current account found", fr: "Aucun compte courant trouvé");

    public string NoneIntro(string bank) =>
        Say(
            en: $"{bank} shows neither a current account nor a card of yours. If you have savings or loans there, sign in here to add them.",
            fr: $"{bank} ne montre ni compte courant ni carte à votre nom. Si vous y avez de l’épargne ou des crédits, identifiez-vous ici pour les ajouter."
        );

    public string Yes => Say(en: "Add savings and loans", fr: "Ajouter épargne et crédits");
    public string No => Say(en: "No, thank you", fr: "Non merci");

    public string Stop => Say(en: "Wait for me", fr: "Attendez-moi");

    public string Stopped =>
        Say(
            en: "The page waits for you now. Take your time.",
            fr: "La page vous attend maintenant. Prenez votre temps."
        );

    public string Countdown(int seconds) =>
        Say(
            en: $"Without an answer we go on by ourselves in {seconds} seconds.",
            fr: $"Sans réponse, nous continuons automatiquement dans {seconds} secondes."
        );
}
