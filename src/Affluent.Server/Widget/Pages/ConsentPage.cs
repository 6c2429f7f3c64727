using Affluent.Server.Consents;
using Affluent.Server.Providers;
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

    private bool IsOfTerms => State.Purpose == WidgetPurpose.Terms;

    public override PageStep Step => PageStep.Consent;

    public override IResult Render(PageRequest request) =>
        PageMarkup.Of<Consent, ConsentView>(request.Frame, View(request.Language));

    public override async Task<FormResult> Submit(PostedForm form) =>
        form.Action<ConsentAction>() switch
        {
            ConsentAction.Agree => await Agree(form),
            null => new FormResult.Ignored(),
        };

    private async Task<FormResult> Agree(PostedForm form)
    {
        var text = Text(View(form.Language), form.Language);
        if (!form.AgreesTo(text))
        {
            return new FormResult.Ignored();
        }
        var subject = IsOfTerms
            ? new ConsentSubject()
            : new ConsentSubject(
                Session.Provider?.Id,
                Session.Connection?.Id,
                [.. Session.Accounts.Select(account => account.Id)]
            );
        var kind = IsOfTerms ? ConsentKind.Terms : ConsentKind.Bank;
        var agreed = State with { ConsentId = await form.Actions.Record(kind, text, subject) };
        var next = Session with { Session = Session.Session with { State = agreed } };
        return new FormResult.To(await GoOn(next, form.Actions));
    }

    /// <summary>Where the session goes once the user, or the client on the user's behalf, agreed.</summary>
    public static async Task<WidgetState> GoOn(SessionContext session, SessionActions actions)
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
            var channel = ChannelOffer.ToRenew(state.Parameters, provider, session.Connection!, session.Down);
            return await ChannelLinking.Begin(session, channel, actions);
        }
        if (BankWays.ToLink(provider, session.Down) is [])
        {
            return state.Restart() with { Step = WidgetStep.Start, ProviderId = null };
        }
        return ChannelOffer.ToLink(state, provider, session.Connection, session.Down) is { } begins
            ? await ChannelLinking.Begin(session, begins, actions)
            : state.On(WidgetStep.Channel);
    }

    /// <summary>Who reads the bank for us, on the way that comes next or that can be chosen; null: nobody.</summary>
    private string? Upstream =>
        Session.Provider is not { } provider ? null
        : State.Purpose == WidgetPurpose.EditCredentials
            ? Session.Connection is { } renewed
                    ? UpstreamNames.Of(ChannelOffer.ToRenew(State.Parameters, provider, renewed, Session.Down))
                : null
        : ChannelOffer.ToLink(State, provider, Session.Connection, Session.Down) is { } begins
            ? UpstreamNames.Of(begins)
        : BankWays.ToLink(provider, Session.Down).Select(UpstreamNames.Of).FirstOrDefault(name => name is not null);

    private ConsentView View(Language language)
    {
        var texts = new ConsentTexts(language);
        var bank = IsOfTerms ? null : Session.Provider?.Name;
        var view = new ConsentView
        {
            Title =
                bank is null ? texts.TermsTitle
                : State.Purpose == WidgetPurpose.EditCredentials || State.UpdatesBank ? texts.RenewTitle(bank)
                : texts.Title(bank),
            Intro =
                bank is null ? null
                : Session.AtHome ? texts.IntroAtHome
                : texts.Intro(Session.Client.Name),
            Points = bank is null ? [] : texts.Points,
            Through = bank is null || Upstream is not { } upstream ? null : texts.Through(upstream),
            TermsOrigin = Session.Terms is null ? null : texts.TermsOf(Session.Client.Name),
            TermsHeader = Session.Terms?.Header ?? texts.TermsTitle,
            TermsBody = Session.Terms?.Paragraphs ?? (Session.AtHome ? texts.TermsBodyAtHome : texts.TermsBody),
            Button = texts.Agree,
            MayGoBack = State.Trail.Count > 0 || State.UpdatesBank || State.AddsAnother,
        };
        return view with { TextHash = Text(view, language).Hash };
    }

    private static ConsentText Text(ConsentView view, Language language) =>
        ConsentText.Of(view.Lines, language.Word(), ConsentTexts.Version, view.TermsOrigin is not null);
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

    /// <summary>What the points are about; null on the page of the terms alone.</summary>
    public required string? Intro { get; init; }

    /// <summary>What is read from the bank; empty on the page of the terms alone.</summary>
    public required IReadOnlyList<string> Points { get; init; }

    /// <summary>Who stands between the bank and us; null: nobody.</summary>
    public required string? Through { get; init; }

    /// <summary>Says whose words the terms are; null: ours.</summary>
    public required string? TermsOrigin { get; init; }

    /// <summary>Heading of the terms.</summary>
    public required string TermsHeader { get; init; }

    /// <summary>Paragraphs of the terms.</summary>
    public required IReadOnlyList<string> TermsBody { get; init; }

    /// <summary>Label of the button.</summary>
    public required string Button { get; init; }

    /// <summary>Whether another bank can be chosen.</summary>
    public required bool MayGoBack { get; init; }

    /// <summary>Names all the words, for the record of who agrees to them.</summary>
    public string TextHash { get; init; } = "";

    /// <summary>All that the user reads before agreeing, in the order of the page.</summary>
    internal IEnumerable<string> Lines =>
        [
            Title,
            .. Intro is null ? [] : new[] { Intro },
            .. Points,
            .. Through is null ? [] : new[] { Through },
            .. TermsBody.Count == 0 ? [] : TermsLines,
            Button,
        ];

    private IEnumerable<string> TermsLines =>
        [.. TermsOrigin is null ? [] : new[] { TermsOrigin }, TermsHeader, .. TermsBody];
}

internal sealed class ConsentTexts(Language language) : Texts(language)
{
    /// <summary>Of the words below: another one whenever they change.</summary>
    public const string Version = "2";

    public string Title(string bank) => Say(en: $"Link {bank}", fr: $"Connecter {bank}");

    public string RenewTitle(string bank) => Say(en: $"Renew {bank}", fr: $"Renouveler {bank}");

    public string Intro(string client) =>
        Say(
            en: $"With your agreement we read for {client}, from this bank:",
            fr: $"Avec votre accord, nous lisons pour {client} dans cette banque :"
        );

    /// <summary>Where the household that links the bank runs the installation.</summary>
    public string IntroAtHome =>
        Say(
            en: "With your agreement Affluent reads for you, from this bank:",
            fr: "Avec votre accord, Affluent lit pour vous dans cette banque :"
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

    public string Through(string upstream) =>
        Say(
            en: $"Where you sign in on your bank’s own site, {upstream} reads it for us: it holds the licence, and your bank will name it.",
            fr: $"Si vous vous identifiez sur le site de votre banque, {upstream} la lit pour nous : il détient l’agrément, et votre banque le nommera."
        );

    public string TermsOf(string client) =>
        Say(
            en: $"The following are the words of {client}, not ours:",
            fr: $"Le texte suivant est de {client}, pas de nous :"
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

    /// <inheritdoc cref="IntroAtHome"/>
    public IReadOnlyList<string> TermsBodyAtHome =>
        Say(
            en:
            [
                "Affluent only reads. Nobody can move money or change anything at your bank through this link.",
                "The data stays on this machine. It goes to the applications that you connect yourself, and to nobody else.",
                "Your agreement lasts up to 180 days at most banks; you will be asked again afterwards. You can take it back at any time, here or at your bank: remove the bank, and what was read goes with it.",
            ],
            fr:
            [
                "Affluent ne fait que lire. Personne ne peut déplacer d’argent ni modifier quoi que ce soit dans votre banque par cet accès.",
                "Les données restent sur cette machine. Elles vont aux applications que vous reliez vous-même, et à personne d’autre.",
                "Votre accord vaut jusqu’à 180 jours dans la plupart des banques ; il vous sera redemandé ensuite. Vous pouvez le retirer à tout moment, ici ou dans votre banque : retirez la banque, et ce qui a été lu disparaît avec elle.",
            ]
        );

    public string Agree => Say(en: "I agree, continue", fr: "J’accepte et je continue");
}
