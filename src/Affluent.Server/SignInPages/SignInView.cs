using Affluent.Server.Authorization;
using Affluent.Server.Storage;
using Affluent.Server.Widget;

namespace Affluent.Server.SignInPages;

/// <summary>What the sign-in page shows.</summary>
public sealed record SignInView
{
    /// <summary>Name of the application that asks.</summary>
    public required string Client { get; init; }

    /// <summary>What it will be able to do, in words.</summary>
    public required IReadOnlyList<string> Rights { get; init; }

    /// <summary>The request of the application, sent again with the form.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Request { get; init; }

    /// <summary>What was typed before; never a password.</summary>
    public string UserName { get; init; } = "";

    /// <summary>Id of the input and what is wrong with it.</summary>
    public IReadOnlyList<(string Field, string Text)> Errors { get; init; } = [];

    /// <summary>Name and password do not belong together.</summary>
    public bool Refused { get; init; }
}

/// <summary>Fields of the form beside the request's own.</summary>
internal static class SignInFields
{
    public const string UserName = "username";
    public const string Password = "password";
    public const string Token = "form_token";
}

/// <summary>What the form is to do.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum SignInAction
{
    SignIn,

    /// <summary>Back to the application, without access.</summary>
    Cancel,
}

internal sealed class SignInTexts(Language language) : Texts(language)
{
    /// <summary>Of what is said about the application's rights: another one whenever it changes.</summary>
    public const string Version = "1";

    public string Site => Say(en: "Sign-in", fr: "Identification");
    public string Title => Say(en: "Sign in", fr: "Identifiez-vous");

    public string Intro(string client) =>
        Say(en: $"When you sign in, you allow {client} to:", fr: $"En vous identifiant, vous autorisez {client} à :");

    public string UserName => Say(en: "E-mail", fr: "Adresse e-mail");
    public string Password => Say(en: "Password", fr: "Mot de passe");
    public string ShowPassword => Say(en: "Show the password", fr: "Afficher le mot de passe");
    public string SignIn => Say(en: "Sign in and allow", fr: "M’identifier et autoriser");

    public string Note =>
        Say(
            en: "Your password stays here: the application does not see it",
            fr: "Votre mot de passe reste ici : l’application ne le voit pas"
        );

    public string Wrong =>
        Say(
            en: "The e-mail or the password is not right.",
            fr: "L’adresse e-mail ou le mot de passe n’est pas correct."
        );

    public string WrongTooOften(long seconds) =>
        Say(
            en: $"The e-mail or the password is not right. Wait {Wait(seconds)} before you try again.",
            fr: $"L’adresse e-mail ou le mot de passe n’est pas correct. Attendez {Wait(seconds)} avant de réessayer."
        );

    public string TooMany(long seconds) =>
        Say(
            en: $"There are too many sign-ins just now. Wait {Wait(seconds)}, then try again.",
            fr: $"Il y a trop d’identifications en ce moment. Attendez {Wait(seconds)}, puis réessayez."
        );

    public string StartAgain =>
        Say(
            en: "This page was open for too long, or your browser keeps no cookies. Sign in once more.",
            fr: "Cette page est restée ouverte trop longtemps, ou votre navigateur n’accepte pas les cookies. Identifiez-vous à nouveau."
        );

    public (string Title, string Body) BadRequest(string detail) =>
        Say(
            en: (
                "This sign-in cannot begin",
                $"The application that sent you here has made a mistake; you have not. For its developer: {detail}"
            ),
            fr: (
                "Cette identification ne peut pas commencer",
                $"L’application qui vous a envoyé ici a fait une erreur ; vous n’y êtes pour rien. Pour son développeur : {detail}"
            )
        );

    public (string Title, string Body) Broken =>
        Say(
            en: (
                "Something went wrong on our side",
                "This is not your fault. Go back to the application and try again later."
            ),
            fr: (
                "Un problème est survenu de notre côté",
                "Vous n’y êtes pour rien. Revenez à l’application et réessayez plus tard."
            )
        );

    /// <summary>All that signing in agrees to, in the order of the page.</summary>
    public IEnumerable<string> Agreed(string client, IReadOnlyCollection<Scope> scopes) =>
        [Title, Intro(client), .. Rights(scopes), SignIn];

    /// <summary>What scopes mean to the user; what another one includes is not said twice.</summary>
    public IReadOnlyList<string> Rights(IReadOnlyCollection<Scope> scopes) =>
        [.. scopes.Order().Where(scope => !IsIncluded(scope, scopes)).Select(Right).OfType<string>()];

    private static bool IsIncluded(Scope scope, IReadOnlyCollection<Scope> scopes) =>
        (scope == Scope.Profile && scopes.Contains(Scope.ProfileEdit))
        || (scope == Scope.AccountsRead && scopes.Contains(Scope.AccountsManage))
        || (scope == Scope.ConnectionsSync && scopes.Contains(Scope.ConnectionsManage));

    private string? Right(Scope scope) =>
        scope switch
        {
            Scope.Profile => Say(en: "see your name and e-mail", fr: "voir votre nom et votre adresse e-mail"),
            Scope.ProfileEdit => Say(
                en: "see, change and delete your profile",
                fr: "voir, modifier et supprimer votre profil"
            ),
            Scope.AccountsRead => Say(en: "see your bank accounts", fr: "voir vos comptes bancaires"),
            Scope.AccountsManage => Say(
                en: "see your bank accounts, and take them off",
                fr: "voir vos comptes bancaires et les retirer"
            ),
            Scope.ConnectionsManage => Say(
                en: "link your banks and keep them up to date",
                fr: "connecter vos banques et les tenir à jour"
            ),
            Scope.ConnectionsSync => Say(en: "keep your banks up to date", fr: "tenir vos banques à jour"),
            Scope.TransactionsRead => Say(en: "see your transactions", fr: "voir vos opérations"),
            Scope.UsersCreate or Scope.Openid => null,
        };

    public string Wait(long seconds) =>
        seconds < 60
            ? Say(en: $"{seconds} seconds", fr: $"{seconds} secondes")
            : Say(en: $"{(seconds + 59) / 60} minutes", fr: $"{(seconds + 59) / 60} minutes");
}
