using Affluent.Server.Widget;

namespace Affluent.Server.Home;

internal sealed class AppSetupTexts(Language language) : Texts(language)
{
    /// <summary>Where an application is mostly opened that runs on the same machine.</summary>
    public static string Usual(ConnectedApp app) =>
        app switch
        {
            ConnectedApp.FireflyIii => "http://localhost:8081",
            ConnectedApp.Securo => "http://localhost:5173",
            ConnectedApp.Actual or ConnectedApp.Sure or ConnectedApp.OtherApp => "",
        };

    public string Title(string app) => Say(en: $"Set up {app}", fr: $"Configurer {app}");

    public string Intro(string app) =>
        Say(
            en: $"{app} reads banks through Enable Banking, and can be pointed here in its place. It gets a few settings, and sends you here to sign in and agree.",
            fr: $"{app} lit les banques par Enable Banking et peut être dirigé ici à sa place. Il reçoit quelques réglages et vous envoie ici pour vous identifier et donner votre accord."
        );

    public string Address(ConnectedApp app, string name) =>
        app == ConnectedApp.FireflyIii
            ? Say(
                en: "Address at which you open the data importer",
                fr: "Adresse à laquelle vous ouvrez le « data importer »"
            )
            : Say(en: $"Address at which you open {name}", fr: $"Adresse à laquelle vous ouvrez {name}");

    public string AddressHint =>
        Say(
            en: "As it stands in your browser, such as http://192.168.1.5:8081. You are sent back there.",
            fr: "Telle qu’elle est dans votre navigateur, par exemple http://192.168.1.5:8081. Vous y serez renvoyé."
        );

    public string AddressWrong =>
        Say(
            en: "Address: begin with https://, or inside your house with http://, and write it as your browser shows it.",
            fr: "Adresse : commencez par https://, ou chez vous par http://, comme l’affiche votre navigateur."
        );

    public string TooMany =>
        Say(
            en: "As many apps are set up as there may be. Remove those that are no longer used.",
            fr: "Autant d’applications que possible sont configurées. Retirez celles qui ne servent plus."
        );

    public string Back => Say(en: "Back to the apps", fr: "Retour aux applications");
    public string Make => Say(en: "Make the settings", fr: "Créer les réglages");

    public string SettingsTitle(string app) => Say(en: $"Settings for {app}", fr: $"Réglages pour {app}");

    public string SettingsIntro =>
        Say(
            en: "They are shown this once, and one of them is a key: keep it to yourself. With them the app can ask people of your household; it reads what they agree to.",
            fr: "Ils ne sont affichés que cette fois, et l’un d’eux est une clé : gardez-la pour vous. L’application peut ainsi demander aux personnes du foyer ; elle lit ce qu’elles acceptent."
        );

    public string Lines => Say(en: "Settings", fr: "Réglages");

    public string Reach(string server) =>
        Say(
            en: $"The app and your browser must be able to reach {server}. If they cannot, set home_url to an address that they can reach, and make new settings.",
            fr: $"L’application et votre navigateur doivent pouvoir joindre {server}. Sinon, donnez à home_url une adresse qu’ils peuvent joindre et créez de nouveaux réglages."
        );

    public string ListTitle =>
        Say(en: "Apps that can ask for accounts", fr: "Applications qui peuvent demander des comptes");

    public string RemoveBody =>
        Say(
            en: "The app can ask nobody any more, and what people of the household gave it ends. It keeps what it has read.",
            fr: "L’application ne pourra plus rien demander, et ce que les personnes du foyer lui ont donné prend fin. Elle garde ce qu’elle a déjà lu."
        );

    public IReadOnlyList<string> StepsOf(ConnectedApp app) =>
        app == ConnectedApp.Securo
            ? Say(
                en:
                [
                    "Put these lines into Securo’s .env, and start it anew.",
                    "Connect a bank there, by Enable Banking. You are led here: sign in, and take the bank that is linked, or link it.",
                    "On the date that you agree to, Securo asks you again.",
                ],
                fr:
                [
                    "Mettez ces lignes dans le fichier .env de Securo et redémarrez-le.",
                    "Connectez-y une banque par Enable Banking. Vous arrivez ici : identifiez-vous, prenez la banque déjà connectée, ou connectez-la.",
                    "À la date que vous acceptez, Securo vous redemandera.",
                ]
            )
            : Say(
                en:
                [
                    "Put these lines into the environment of the data importer (.importer.env), and start it anew.",
                    "Choose “Enable Banking” there, the country and the bank. You are led here: sign in, and take the bank that is linked, or link it.",
                    "Map the accounts, choose the period, and import. The saved configuration imports again, until the date that you agree to.",
                ],
                fr:
                [
                    "Mettez ces lignes dans l’environnement du « data importer » (.importer.env) et redémarrez-le.",
                    "Choisissez-y « Enable Banking », le pays et la banque. Vous arrivez ici : identifiez-vous, prenez la banque déjà connectée, ou connectez-la.",
                    "Associez les comptes, choisissez la période et importez. La configuration enregistrée relance l’import, jusqu’à la date que vous acceptez.",
                ]
            );
}
