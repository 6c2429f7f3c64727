using Affluent.Server.Widget;

namespace Affluent.Server.Home;

internal sealed class ConnectAppTexts(Language language) : Texts(language)
{
    public string Title => Say(en: "Connect an app", fr: "Relier une application");

    public string Intro =>
        Say(
            en: "An app reads the accounts that you share, and can move no money. It gets a token or settings from here, once.",
            fr: "Une application lit les comptes que vous partagez et ne peut pas faire de virement. Elle reçoit d’ici, une fois, un jeton ou des réglages."
        );

    public string Which => Say(en: "Which app is it?", fr: "De quelle application s’agit-il ?");

    // Names are the same everywhere.
    internal string Of(ConnectedApp app) =>
        app switch
        {
            ConnectedApp.Actual => "Actual",
            ConnectedApp.Sure => "Sure",
            ConnectedApp.FireflyIii => "Firefly III",
            ConnectedApp.Securo => "Securo",
            ConnectedApp.OtherApp => Other,
        };

    public string Other => Say(en: "Another one", fr: "Une autre");
    public string Name => Say(en: "Name of the other app", fr: "Nom de l’autre application");
    public string NameWrong =>
        Say(
            en: "Name of the other app: 1 to 100 characters on one line.",
            fr: "Nom de l’autre application : de 1 à 100 caractères sur une ligne."
        );

    public string TooMany =>
        Say(
            en: "You have as many accesses as there may be. Remove those that are no longer used.",
            fr: "Vous avez autant d’accès que possible. Retirez ceux qui ne servent plus."
        );

    public string Make => Say(en: "Continue", fr: "Continuer");
    public string ListTitle => Say(en: "Apps that read your accounts", fr: "Applications qui lisent vos comptes");
    public string TokenTitle => Say(en: "Your setup token", fr: "Votre jeton de configuration");

    public string TokenIntro(string app) =>
        Say(
            en: $"For {app}. It is good for one use within 24 hours, and is shown this once.",
            fr: $"Pour {app}. Il sert une seule fois, dans les 24 heures, et n’est affiché que cette fois."
        );

    public string Token => Say(en: "Setup token", fr: "Jeton de configuration");
    public string Copy => Say(en: "Copy", fr: "Copier");
    public string Copied => Say(en: "Copied.", fr: "Copié.");
    public string WhatToDo => Say(en: "What to do with it", fr: "Que faire avec ce jeton");

    public string Reach(string server) =>
        Say(
            en: $"The app must be able to reach {server}. If it cannot, set home_url to an address that it can reach, and make a new token.",
            fr: $"L’application doit pouvoir joindre {server}. Sinon, donnez à home_url une adresse qu’elle peut joindre et créez un nouveau jeton."
        );

    public IReadOnlyList<string> StepsOf(ConnectedApp app) =>
        app switch
        {
            ConnectedApp.Actual => Say(
                en:
                [
                    "In Actual choose “Add account”, “Link bank account”, “Set up SimpleFIN”, and paste the token.",
                    "“Link bank account with SimpleFIN” lists your accounts: link each to an account of your budget.",
                    "From then on “Bank sync” brings what is new.",
                ],
                fr:
                [
                    "Dans Actual, choisissez « Add account », « Link bank account », « Set up SimpleFIN », et collez le jeton.",
                    "« Link bank account with SimpleFIN » montre vos comptes : reliez chacun à un compte de votre budget.",
                    "Ensuite, « Bank sync » apporte les nouveautés.",
                ]
            ),
            ConnectedApp.Sure => Say(
                en:
                [
                    "In Sure open “Settings”, “Providers”, “SimpleFIN”, and paste the token.",
                    "Choose for each account what it is in Sure, and wait for the first synchronization.",
                ],
                fr:
                [
                    "Dans Sure, ouvrez « Settings », « Providers », « SimpleFIN », et collez le jeton.",
                    "Choisissez pour chaque compte ce qu’il est dans Sure, puis attendez la première synchronisation.",
                ]
            ),
            ConnectedApp.FireflyIii => Say(
                en:
                [
                    "Open the data importer of Firefly III, choose “SimpleFIN”, and paste the token.",
                    "Map each account, choose the period, and import. Save the configuration file: with it the import runs again.",
                    "The importer takes addresses with a public host name only, and refuses those of a home network.",
                ],
                fr:
                [
                    "Ouvrez le « data importer » de Firefly III, choisissez « SimpleFIN », et collez le jeton.",
                    "Associez chaque compte, choisissez la période et importez. Gardez le fichier de configuration : il relance l’import.",
                    "L’outil n’accepte que des adresses à nom d’hôte public et refuse celles d’un réseau domestique.",
                ]
            ),
            ConnectedApp.Securo => Say(
                en: ["Set SIMPLEFIN_ENABLED=true for Securo, connect a bank there by SimpleFIN, and paste the token."],
                fr:
                [
                    "Mettez SIMPLEFIN_ENABLED=true pour Securo, connectez-y une banque par SimpleFIN, et collez le jeton.",
                ]
            ),
            ConnectedApp.OtherApp => Say(
                en: ["Paste the token where the app asks for a SimpleFIN token."],
                fr: ["Collez le jeton là où l’application demande un jeton SimpleFIN."]
            ),
        };
}
