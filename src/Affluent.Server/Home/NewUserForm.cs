using Affluent.Server.Platform;
using Affluent.Server.SignInPages;
using Affluent.Server.Users;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages.Shared;

namespace Affluent.Server.Home;

/// <summary>A person as typed into a form, and what is wrong with it.</summary>
internal sealed record NewUserForm(string Email, Secret Password, IReadOnlyList<(string Field, string Text)> Faults)
{
    public static NewUserForm Of(IFormCollection form, Language language)
    {
        var (texts, common) = (new NewUserTexts(language), new CommonTexts(language));
        var email = form[SignInFields.UserName].ToString().Trim();
        var password = NewPasswordForm.Of(form, language);
        return new NewUserForm(
            email,
            password.Password,
            [
                .. email.Length == 0 ? [(SignInFields.UserName, common.FieldMissing(texts.Email))]
                : !Users.Email.IsPlausible(email) ? [(SignInFields.UserName, common.FieldMalformed(texts.Email))]
                : Array.Empty<(string, string)>(),
                .. password.Faults,
            ]
        );
    }
}

/// <summary>A new password as typed twice into a form, and what is wrong with it.</summary>
internal sealed record NewPasswordForm(Secret Password, IReadOnlyList<(string Field, string Text)> Faults)
{
    public const string AgainField = "password_again";

    public static NewPasswordForm Of(IFormCollection form, Language language)
    {
        var (texts, common) = (new NewUserTexts(language), new CommonTexts(language));
        var (password, again) = (form[SignInFields.Password].ToString(), form[AgainField].ToString());
        return new NewPasswordForm(
            new Secret(password),
            password.Length == 0 ? [(SignInFields.Password, common.FieldMissing(texts.Password))]
                : Passwords.Weakness(password) is not null ? [(SignInFields.Password, texts.Weak)]
                : password != again ? [(AgainField, texts.NotTheSame)]
                : []
        );
    }
}

internal sealed class NewUserTexts(Language language) : Texts(language)
{
    public string Email => Say(en: "E-mail", fr: "Adresse e-mail");

    public string EmailHint =>
        Say(
            en: "The name for signing in. No mail is sent.",
            fr: "Le nom pour s’identifier. Aucun message n’est envoyé."
        );

    public string Password => Say(en: "Password", fr: "Mot de passe");

    public string PasswordHint =>
        Say(
            en: "At least 6 characters, with a letter and a digit. A longer one is better.",
            fr: "Au moins 6 caractères, dont une lettre et un chiffre. Plus il est long, mieux c’est."
        );

    public string Again => Say(en: "Password once more", fr: "Mot de passe, encore une fois");

    public string Weak =>
        Say(
            en: "Password: it needs 6 to 128 characters with a letter and a digit, and must not be one that everybody tries.",
            fr: "Mot de passe : il faut de 6 à 128 caractères, dont une lettre et un chiffre, et pas l’un de ceux que tout le monde essaie."
        );

    public string NotTheSame =>
        Say(
            en: "Password once more: the two are not the same.",
            fr: "Mot de passe, encore une fois : les deux ne sont pas identiques."
        );
}
