using System.Globalization;
using Affluent.Server.Widget;

namespace Affluent.Server.Home;

/// <summary>What the start page says.</summary>
internal sealed class StartTexts(Language language) : Texts(language)
{
    private readonly CultureInfo _culture = CultureInfo.GetCultureInfo(language.Culture());

    public string Title => Say(en: "Your banks", fr: "Vos banques");

    public string None =>
        Say(
            en: "No bank is linked yet. Link one: you choose it, sign in there, and come back here.",
            fr: "Aucune banque n’est encore connectée. Connectez-en une : vous la choisissez, vous vous identifiez chez elle, et vous revenez ici."
        );

    public string NoneOffered =>
        Say(
            en: "No bank can be linked yet: Affluent must first be told how it reaches banks.",
            fr: "Aucune banque ne peut encore être connectée : Affluent doit d’abord savoir comment joindre les banques."
        );

    public string HowToOffer => Say(en: "Name your banks: three settings", fr: "Nommer vos banques : trois réglages");

    public string NotYetRead =>
        Say(
            en: "If you did that already: “affluent upstreams check” says what is missing.",
            fr: "Si c’est déjà fait : « affluent upstreams check » dit ce qui manque."
        );

    public string Remove => Say(en: "Remove", fr: "Retirer");

    public string RemoveOf(string bank) => Say(en: $"Remove {bank}", fr: $"Retirer {bank}");

    public string Link => Say(en: "Link a bank", fr: "Connecter une banque");
    public string Manage => Say(en: "Manage accounts", fr: "Gérer les comptes");
    public string Connect => Say(en: "Connect an app", fr: "Relier une application");
    public string People => Say(en: "People of the household", fr: "Personnes du foyer");
    public string Password => Say(en: "Change my password", fr: "Changer mon mot de passe");

    public string Of(BankWay way) =>
        way switch
        {
            BankWay.Read => Say(en: "Read now", fr: "Lire maintenant"),
            BankWay.Answer => Say(en: "Answer", fr: "Répondre"),
            BankWay.Renew => Say(en: "Renew access", fr: "Renouveler l’accès"),
            BankWay.GoOn => Say(en: "Go on", fr: "Continuer"),
        };

    /// <summary>The same, for who does not see beside which bank it stands.</summary>
    public string OfBank(BankWay way, string bank) => Say(en: $"{Of(way)}: {bank}", fr: $"{Of(way)} : {bank}");

    public string LastRead(DateTimeOffset at) =>
        Say(en: $"Last read on {Moment(at)}", fr: $"Dernière lecture le {Moment(at)}");

    public string NeverRead => Say(en: "Nothing was read so far", fr: "Rien n’a encore été lu");

    public string ClosedUntil(DateTimeOffset at) =>
        Say(
            en: $"The bank does not answer, or is closed: it can be read again from {Moment(at)}",
            fr: $"La banque ne répond pas, ou est fermée : elle pourra être lue à nouveau à partir du {Moment(at)}"
        );

    public string TriedAgain(DateTimeOffset at) =>
        Say(en: $"Tried again by itself on {Moment(at)}", fr: $"Nouvel essai automatique le {Moment(at)}");

    public string Of(HouseholdBankState state) =>
        state switch
        {
            HouseholdBankState.NotReadYet => Say(
                en: "Waits for its first reading",
                fr: "En attente d’une première lecture"
            ),
            HouseholdBankState.BeingRead => Say(
                en: "Is being read: this takes a few seconds, rarely more than a minute",
                fr: "Lecture en cours : cela prend quelques secondes, rarement plus d’une minute"
            ),
            HouseholdBankState.UpToDate => Say(en: "Up to date", fr: "À jour"),
            HouseholdBankState.ReadInPart => Say(en: "A part could not be read", fr: "Une partie n’a pas pu être lue"),
            HouseholdBankState.NotReachable => Say(en: "Could not be read", fr: "N’a pas pu être lue"),
            HouseholdBankState.WantsFewer => Say(
                en: "Could not be read: the bank was asked too often, and wants a pause",
                fr: "N’a pas pu être lue : la banque a été interrogée trop souvent et veut une pause"
            ),
            HouseholdBankState.PutOff => Say(en: "Could not be read just now", fr: "N’a pas pu être lue à l’instant"),
            HouseholdBankState.Asks => Say(
                en: "Needs you: the bank asks you something",
                fr: "A besoin de vous : la banque vous demande quelque chose"
            ),
            HouseholdBankState.NeedsUser => Say(
                en: "Needs you: the bank wants you to sign in again",
                fr: "A besoin de vous : la banque veut que vous vous identifiiez à nouveau"
            ),
            HouseholdBankState.Unfinished => Say(
                en: "Was not linked to the end: go on, or remove it",
                fr: "La connexion n’a pas été terminée : continuez, ou retirez-la"
            ),
            HouseholdBankState.NotSetUp => Say(
                en: "Could not be read: something is missing in the set-up. “affluent upstreams check” says what",
                fr: "N’a pas pu être lue : il manque quelque chose à la configuration. « affluent upstreams check » dit quoi"
            ),
            HouseholdBankState.Ended => Say(en: "Is read no more", fr: "N’est plus lue"),
        };

    private string Moment(DateTimeOffset at) => at.ToString("d MMMM yyyy, HH:mm", _culture);
}
