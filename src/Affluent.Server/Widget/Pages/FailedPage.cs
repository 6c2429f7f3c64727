using Affluent.Connectors.Contract;
using Affluent.Server.Storage;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Widget.Pages;

/// <summary>The channel in work brought nothing: what happened, and what to do next.</summary>
internal sealed class FailedPage(SessionContext session, LinkFailure failure) : WidgetPage(session)
{
    public static FailedPage? For(SessionContext session) =>
        session.Work is BankWork.Failed failed ? new(session, failed.Failure) : null;

    public override PageStep Step => PageStep.Failed;

    public override LinkFailure? Failure => failure;

    public override IResult Render(PageRequest request)
    {
        var channel = Session.Connection is { } connection ? BankWork.ChannelInWork(State, connection) : null;
        var (title, body) = Words(request.Language, channel?.SparedUntil - Session.Now);
        return NoticeView.Show(
            request.Frame with
            {
                HasError = true,
            },
            new NoticeView(title, body, [.. WaysOn(request.Language)]) { Message = channel?.Message }
        );
    }

    private (string Title, string Body) Words(Language language, long? waits)
    {
        var (texts, bank) = (new FailedTexts(language), BankName(language));
        return
            // At home nobody else is there to be told.
            Session.AtHome
            && failure == LinkFailure.InternalError
                ? texts.NotSetUp
            : failure == LinkFailure.RateLimited && waits > 0 ? texts.Limited(bank, (int)((waits.Value + 3599) / 3600))
            : texts.Of(failure, bank);
    }

    public override async Task<FormResult> Submit(PostedForm form) =>
        form.Action<FailedAction>() switch
        {
            FailedAction.Retry => new FormResult.To(await Retry(Session, failure, form.Actions)),
            FailedAction.Skip => Session.Connection is { Accounts.Count: > 0 } connection
                ? new FormResult.To(OtherAccountsPage.GoOnWithout(State, connection))
                : new FormResult.Ignored(),
            FailedAction.AnotherBank => await WaysOut.StartAgain(form),
            FailedAction.Leave => await WaysOut.End(form, new WidgetOutcome.Error(failure)),
            null => new FormResult.Ignored(),
        };

    /// <summary>Tries the channel in work again, by what may help: another authorization, other credentials, another run.</summary>
    public static async Task<WidgetState> Retry(SessionContext session, LinkFailure failure, SessionActions actions)
    {
        var (connection, state) = (session.Connection!, session.State with { Touched = true });
        var definitionId = state.DefinitionId ?? BankWork.ChannelInWork(state, connection)?.DefinitionId;
        var channel = session.Provider!.Channels.FirstOrDefault(c => c.Id == definitionId);
        if (
            channel is { Mode: ChannelMode.Redirect, Credentials.Count: > 0 }
            && failure == LinkFailure.WrongCredentials
        )
        {
            return state with { Step = WidgetStep.Credentials, DefinitionId = channel.Id };
        }
        if (
            channel is { Mode: ChannelMode.Redirect }
            && failure is LinkFailure.BankUnavailable or LinkFailure.RateLimited or LinkFailure.InternalError
            && await actions.AnotherWay(connection.Id, channel, session.Provider!) is { } other
        )
        {
            var led = state with { DefinitionId = other.Id };
            if (other.Credentials.Count > 0)
            {
                return led with { Step = WidgetStep.Credentials };
            }
            await actions.Reauthorize(connection.Id, other);
            return led with { Step = WidgetStep.Linking };
        }
        if (
            channel is { Mode: ChannelMode.Redirect }
            && failure is not (LinkFailure.BankUnavailable or LinkFailure.RateLimited)
        )
        {
            await actions.Reauthorize(connection.Id, channel);
            return state with { Step = WidgetStep.Linking };
        }
        if (
            channel is { Mode: ChannelMode.Embedded, Credentials.Count: > 0 }
            && failure
                is LinkFailure.WrongCredentials
                    or LinkFailure.FieldRefused
                    or LinkFailure.TooManyAttempts
                    or LinkFailure.PasswordChangeRequired
                    or LinkFailure.AccessLocked
                    or LinkFailure.NoAccounts
        )
        {
            return state with { Step = WidgetStep.Credentials, DefinitionId = channel.Id };
        }
        await actions.Synchronize(connection.Id);
        return state with { Step = WidgetStep.Linking };
    }

    private IEnumerable<Choice> WaysOn(Language language)
    {
        var (texts, common) = (new FailedTexts(language), new CommonTexts(language));
        yield return new Choice(FailedAction.Retry.Word(), common.TryAgain, Primary: true);
        if (State.AddsBank && Session.Connection is { Accounts.Count: > 0 } connection && OtherWorks(connection))
        {
            yield return new Choice(FailedAction.Skip.Word(), texts.GoOnWithout);
            yield break;
        }
        if (State.AddsBank && State.Parameters.ProviderId is null)
        {
            yield return new Choice(FailedAction.AnotherBank.Word(), texts.ChooseAnotherBank);
        }
        if (State.Framed || State.Parameters.RedirectUrl is not null)
        {
            yield return new Choice(FailedAction.Leave.Word(), texts.Leave);
        }
    }

    /// <summary>Whether the connection has a channel that works, beside the one in work.</summary>
    private bool OtherWorks(WidgetConnection connection) =>
        connection.Channels.Any(channel =>
            channel.IsUsed && channel.DefinitionId != State.DefinitionId && LinkFailures.Of(channel) is null
        );
}

[WordCase(WordCase.LowerSnake)]
internal enum FailedAction
{
    Retry,

    /// <summary>Go on with the accounts of the other channel.</summary>
    Skip,

    /// <summary>Begin again.</summary>
    AnotherBank,

    /// <summary>End the session.</summary>
    Leave,
}

internal sealed class FailedTexts(Language language) : Texts(language)
{
    public string GoOnWithout => Say(en: "Go on without these accounts", fr: "Continuer sans ces comptes");
    public string ChooseAnotherBank => Say(en: "Choose another bank", fr: "Choisir une autre banque");
    public string Leave => Say(en: "Leave without linking", fr: "Quitter sans connecter");

    public (string Title, string Body) NotSetUp =>
        Say(
            en: (
                "Something is missing in the set-up",
                "Your access is safe. At the machine, “affluent upstreams check” says what is missing, and the log why this attempt failed. With Enable Banking’s restricted mode, link your accounts in its control panel first: no others can be read."
            ),
            fr: (
                "Il manque quelque chose à la configuration",
                "Votre accès est en sécurité. Sur la machine, « affluent upstreams check » dit ce qui manque, et le journal pourquoi cet essai a échoué. En mode restreint d’Enable Banking, reliez d’abord vos comptes dans son panneau : aucun autre ne peut être lu."
            )
        );

    private const string LimitedEn = "Your bank wants to be left alone for now";
    private const string LimitedFr = "Votre banque ne veut plus être interrogée pour l’instant";

    /// <summary>The bank gives nothing more for so many hours.</summary>
    public (string Title, string Body) Limited(string bank, int hours) =>
        Say(
            en: (
                LimitedEn,
                $"{LimitedWhyEn(bank)} Try again in {(hours == 1 ? "an hour" : Invariant($"{hours} hours"))}."
            ),
            fr: (
                LimitedFr,
                $"{LimitedWhyFr(bank)} Réessayez dans {(hours == 1 ? "une heure" : Invariant($"{hours} heures"))}."
            )
        );

    private static string LimitedWhyEn(string bank) =>
        $"{bank} counts how often it is asked, and has had enough for now. Nothing is wrong with your access.";

    private static string LimitedWhyFr(string bank) =>
        $"{bank} compte les demandes et n’en accepte pas davantage pour l’instant. Votre accès n’est pas en cause.";

    private static string Invariant(FormattableString text) =>
        text.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What happened, and what to do next.</summary>
    public (string Title, string Body) Of(LinkFailure failure, string bank) =>
        failure switch
        {
            LinkFailure.WrongCredentials => Say(
                en: (
                    "Your bank did not accept this sign-in",
                    $"The name or the password is not right. Check them on {bank}'s site before you try again: banks lock an access after a few wrong attempts."
                ),
                fr: (
                    "Votre banque a refusé cette identification",
                    $"L’identifiant ou le mot de passe n’est pas correct. Vérifiez-les sur le site de {bank} avant de réessayer : les banques bloquent un accès après quelques erreurs."
                )
            ),
            LinkFailure.FieldRefused => Say(
                en: (
                    "Your bank cannot use what you entered",
                    $"Name and password are not the matter. {bank} says what is wrong: put it right, or leave that field empty, and try again."
                ),
                fr: (
                    "Votre banque ne peut pas utiliser ce que vous avez saisi",
                    $"L’identifiant et le mot de passe ne sont pas en cause. {bank} dit ce qui ne va pas : corrigez-le, ou laissez ce champ vide, puis réessayez."
                )
            ),
            LinkFailure.TooManyAttempts => Say(
                en: (
                    "Too many wrong attempts",
                    $"So that {bank} does not lock this access, we do not ask it for some time: a minute at first, longer after each further mistake. Check the name and the password on {bank}'s site, then try again."
                ),
                fr: (
                    "Trop de tentatives erronées",
                    $"Pour que {bank} ne bloque pas cet accès, nous ne l’interrogeons pas pendant un moment : une minute d’abord, plus longtemps après chaque nouvelle erreur. Vérifiez l’identifiant et le mot de passe sur le site de {bank}, puis réessayez."
                )
            ),
            LinkFailure.ChallengeFailed => Say(
                en: (
                    "The code was not accepted",
                    "It was wrong too often, or came too late. Try again: your bank sends you a new one."
                ),
                fr: (
                    "Le code n’a pas été accepté",
                    "Il était faux trop souvent, ou est arrivé trop tard. Réessayez : votre banque vous en envoie un nouveau."
                )
            ),
            LinkFailure.PasswordChangeRequired => Say(
                en: (
                    "Your bank wants a new password",
                    $"Change your password on {bank}'s site, then try again here with the new one."
                ),
                fr: (
                    "Votre banque veut un nouveau mot de passe",
                    $"Changez votre mot de passe sur le site de {bank}, puis réessayez ici avec le nouveau."
                )
            ),
            LinkFailure.AccessLocked => Say(
                en: (
                    "Your access is locked",
                    $"{bank} has locked this access. Unlock it on its site or by its customer service, then try again."
                ),
                fr: (
                    "Votre accès est bloqué",
                    $"{bank} a bloqué cet accès. Débloquez-le sur son site ou auprès de son service client, puis réessayez."
                )
            ),
            LinkFailure.UserActionRequired => Say(
                en: (
                    "Your bank needs something from you",
                    $"Sign in on {bank}'s site, settle what it asks (often new terms to accept), then try again here."
                ),
                fr: (
                    "Votre banque attend quelque chose de vous",
                    $"Identifiez-vous sur le site de {bank}, réglez ce qu’elle demande (souvent de nouvelles conditions), puis réessayez ici."
                )
            ),
            LinkFailure.ConsentRefused => Say(
                en: (
                    "No authorization from your bank",
                    $"The authorization was refused or has ended, so nothing was read. If you want to link {bank}, try again and accept there."
                ),
                fr: (
                    "Pas d’autorisation de votre banque",
                    $"L’autorisation a été refusée ou a pris fin, rien n’a donc été lu. Si vous voulez connecter {bank}, réessayez et acceptez sur son site."
                )
            ),
            LinkFailure.QuestionExpired => Say(
                en: (
                    "The time is up",
                    "Your bank waited for an answer and closed the request. Try again: it starts a new one."
                ),
                fr: (
                    "Le temps est écoulé",
                    "Votre banque attendait une réponse et a fermé la demande. Réessayez : elle en ouvre une nouvelle."
                )
            ),
            LinkFailure.BankUnavailable => Say(
                en: (
                    "Your bank does not answer",
                    $"{bank} is out of reach or in maintenance. Nothing is wrong with your access. Try again in a few minutes."
                ),
                fr: (
                    "Votre banque ne répond pas",
                    $"{bank} est injoignable ou en maintenance. Votre accès n’est pas en cause. Réessayez dans quelques minutes."
                )
            ),
            LinkFailure.RateLimited => Say(
                en: (LimitedEn, $"{LimitedWhyEn(bank)} Try again tomorrow."),
                fr: (LimitedFr, $"{LimitedWhyFr(bank)} Réessayez demain.")
            ),
            LinkFailure.NoAccounts => Say(
                en: (
                    "No account was found",
                    $"{bank} let you in, but shows no account that can be read here. If you agreed to some accounts only, try again and choose at least one; or use the access that your accounts belong to."
                ),
                fr: (
                    "Aucun compte n’a été trouvé",
                    $"{bank} vous a bien reconnu, mais ne montre aucun compte lisible ici. Si vous n’avez donné votre accord que pour certains comptes, réessayez et choisissez-en au moins un ; ou utilisez l’accès auquel vos comptes sont rattachés."
                )
            ),
            LinkFailure.InternalError => Say(
                en: (
                    "Something went wrong on our side",
                    "This is not your fault and your access is safe. We were told about it. Try again later."
                ),
                fr: (
                    "Un problème est survenu de notre côté",
                    "Vous n’y êtes pour rien et votre accès est en sécurité. Nous en sommes avertis. Réessayez plus tard."
                )
            ),
            LinkFailure.UnknownConnection => Say(
                en: (
                    "We do not know this bank link",
                    "It may have been removed. Go back to the service that you came from."
                ),
                fr: (
                    "Nous ne connaissons pas cette connexion bancaire",
                    "Elle a peut-être été supprimée. Revenez au service d’où vous venez."
                )
            ),
        };
}
