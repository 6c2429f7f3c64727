using Affluent.Server.Widget;

namespace Affluent.Server.Home;

/// <summary>What several pages of the household say.</summary>
internal sealed class HouseholdTexts(Language language) : Texts(language)
{
    public string Site => Say(en: "Your household", fr: "Votre foyer");

    public string Note =>
        Say(en: "Your accounts are kept on your own machine", fr: "Vos comptes restent sur votre propre machine");

    public string Home => Say(en: "Back to your banks", fr: "Retour à vos banques");
    public string SignOut => Say(en: "Sign out", fr: "Me déconnecter");

    public string Of(HouseholdNews news) =>
        news switch
        {
            HouseholdNews.BankRemoved => Say(
                en: "The bank is removed, with all that was read there.",
                fr: "La banque est retirée, avec tout ce qui y a été lu."
            ),
            HouseholdNews.PasswordChanged => Say(
                en: "Your password is changed. Everywhere else you are signed out.",
                fr: "Votre mot de passe est changé. Partout ailleurs, vous êtes déconnecté."
            ),
            HouseholdNews.PersonRemoved => Say(
                en: "The person is removed, with all that was theirs.",
                fr: "La personne est retirée, avec tout ce qui était à elle."
            ),
            HouseholdNews.AccountDeleted => Say(
                en: "Your account is deleted, with all that was yours.",
                fr: "Votre compte est supprimé, avec tout ce qui était à vous."
            ),
        };

    public string StartAgain =>
        Say(
            en: "This page was open for too long, or your browser keeps no cookies. Send it once more.",
            fr: "Cette page est restée ouverte trop longtemps, ou votre navigateur n’accepte pas les cookies. Envoyez-la à nouveau."
        );

    public (string Title, string Body) Outdated =>
        Say(
            en: (
                "This page was open for too long",
                "Nothing was done. Go back to the page before, load it anew and try again."
            ),
            fr: (
                "Cette page est restée ouverte trop longtemps",
                "Rien n’a été fait. Revenez à la page précédente, rechargez-la et réessayez."
            )
        );

    public (string Title, string Body) TooMany =>
        Say(
            en: ("One moment, please", "This was asked for very often just now. Wait a minute, then try again."),
            fr: ("Un instant", "Cela a été demandé très souvent à l’instant. Attendez une minute, puis réessayez.")
        );

    public (string Title, string Body) Elsewhere(string own) =>
        Say(
            en: (
                "Affluent has another address",
                $"Open it at {own}: banks send you back there, and applications read there. If you did, a proxy stands between that the setting “proxies” does not name."
            ),
            fr: (
                "Affluent a une autre adresse",
                $"Ouvrez-le à l’adresse {own} : les banques vous y renvoient et les applications y lisent. Si c’est ce que vous avez fait, un proxy intermédiaire n’est pas nommé dans le réglage « proxies »."
            )
        );

    public (string Title, string Body) NoAddress(string asked) =>
        Say(
            en: (
                "Affluent is set up for its own machine only",
                $"To use it from here, start it with home_url = {asked}. Set it before you link a bank or an application: both keep the address."
            ),
            fr: (
                "Affluent n’est configuré que pour sa propre machine",
                $"Pour l’utiliser d’ici, démarrez-le avec home_url = {asked}. Faites-le avant de connecter une banque ou une application : toutes deux gardent l’adresse."
            )
        );

    public (string Title, string Body) Broken =>
        Say(
            en: ("Something went wrong on our side", "This is not your fault. The log of Affluent says more."),
            fr: ("Un problème est survenu de notre côté", "Vous n’y êtes pour rien. Le journal d’Affluent en dit plus.")
        );
}
