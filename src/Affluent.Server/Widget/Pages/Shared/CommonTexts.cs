namespace Affluent.Server.Widget.Pages.Shared;

/// <summary>What several pages say.</summary>
internal sealed class CommonTexts(Language language) : Texts(language)
{
    public string WidgetTitle => Say(en: "Link your bank", fr: "Connecter votre banque");
    public string Continue => Say(en: "Continue", fr: "Continuer");
    public string Back => Say(en: "Back", fr: "Retour");
    public string Cancel => Say(en: "Cancel", fr: "Annuler");
    public string TryAgain => Say(en: "Try again", fr: "Réessayer");
    public string LookAgain => Say(en: "Look again", fr: "Regarder à nouveau");
    public string ClosePage => Say(en: "You can close this page.", fr: "Vous pouvez fermer cette page.");
    public string Done => Say(en: "All done", fr: "C’est fait");
    public string Error => Say(en: "Error:", fr: "Erreur :");
    public string ErrorSummary => Say(en: "There is a problem", fr: "Un point est à corriger");

    /// <summary>Where the connection is not encrypted: on a machine itself, or inside a house.</summary>
    public string ReadOnlyNote => Say(en: "Read-only access", fr: "Accès en lecture seule");

    public string SafeNote =>
        Say(en: "Encrypted connection, read-only access", fr: "Connexion chiffrée, accès en lecture seule");

    /// <summary>An account, and in place of a bank's name where there is none.</summary>
    public string Account => Say(en: "Account", fr: "Compte");

    public string FieldMissing(string label) =>
        Say(en: $"{label}: please fill this in.", fr: $"{label} : merci de remplir ce champ.");

    public string FieldMalformed(string label) =>
        Say(
            en: $"{label}: this does not look right. Check it for typing errors.",
            fr: $"{label} : la saisie ne semble pas correcte. Vérifiez les fautes de frappe."
        );
}
