namespace Affluent.Server.Widget;

public sealed partial record Texts
{
    /// <summary>French.</summary>
    public static Texts French { get; } =
        new()
        {
            Language = "fr",
            Culture = "fr-FR",
            WidgetTitle = "Connecter votre banque",
            Continue = "Continuer",
            Back = "Retour",
            Cancel = "Annuler",
            TryAgain = "Réessayer",
            ChooseAnotherBank = "Choisir une autre banque",
            GoOnWithout = "Continuer sans ces comptes",
            Leave = "Quitter sans connecter",
            Error = "Erreur :",
            ErrorSummary = "Un point est à corriger",
            Optional = "facultatif",
            SafeNote = "Connexion chiffrée, accès en lecture seule",

            BankListTitle = "Choisissez votre banque",
            BankListIntro = "Trouvez la banque dont vous voulez connecter les comptes.",
            ProfessionalTitle = "Connectez vos comptes professionnels",
            ProfessionalIntro =
                "Choisissez la banque qui tient vos comptes professionnels. Identifiez-vous avec votre accès professionnel lorsqu’elle le demande.",
            SearchLabel = "Rechercher une banque",
            SearchButton = "Rechercher",
            NoBank = "Aucune banque ne porte ce nom. Vérifiez l’orthographe ou essayez un mot plus court.",
            BankCount = count => count <= 1 ? $"{count} banque" : $"{count} banques",
            TestBank = "Banque de test, argent fictif",
            OutOfService = "Momentanément indisponible",

            ConsentTitle = bank => $"Connecter {bank}",
            RenewTitle = bank => $"Renouveler {bank}",
            ConsentIntro = "Avec votre accord, nous lisons dans cette banque :",
            ConsentPoints =
            [
                "vos comptes : nom, numéro, type, titulaire et solde",
                "leurs opérations : passées et, tant que vous ne l’arrêtez pas, nouvelles",
            ],
            TermsTitle = "Conditions",
            TermsBody =
            [
                "Nous ne faisons que lire. Personne ne peut déplacer d’argent ni modifier quoi que ce soit dans votre banque par cet accès.",
                "Les données vont au service qui vous a envoyé ici, pour l’usage qu’il vous a annoncé, et à personne d’autre.",
                "Votre accord vaut jusqu’à 180 jours dans la plupart des banques ; il vous sera redemandé ensuite. Vous pouvez le retirer à tout moment, ici ou dans votre banque ; ce qui a été lu est alors effacé sur demande.",
            ],
            Agree = "J’accepte et je continue",

            ChannelTitle = "Quels comptes y avez-vous ?",
            ChannelIntro = "Le chemin dépend du type de compte.",
            ChannelRedirect = "Un compte courant ou une carte",
            ChannelRedirectHint = bank =>
                $"Vous vous identifiez sur le site de {bank}. Vous pourrez ajouter épargne et crédits ensuite.",
            ChannelEmbedded = "Épargne, crédits et tout le reste",
            ChannelEmbeddedHint = "Vous vous identifiez ici avec votre accès bancaire.",

            HandoffTitle = bank => $"Continuez chez {bank}",
            HandoffIntro = bank =>
                $"Vous vous identifiez sur le site de {bank} et revenez ici automatiquement ensuite. Nous ne voyons jamais votre mot de passe.",
            HandoffButton = bank => $"Aller chez {bank}",
            HandoffNewTab =
                "Votre banque s’ouvre dans un nouvel onglet. Cette page continue dès que vous y avez terminé.",

            CredentialsTitle = bank => $"Identifiez-vous chez {bank}",
            CredentialsIntro = bank =>
                $"Utilisez l’identifiant et le mot de passe que vous utilisez sur le site de {bank}.",
            ShowPassword = "Afficher le mot de passe",
            FieldMissing = label => $"{label} : merci de remplir ce champ.",
            FieldMalformed = label => $"{label} : la saisie ne semble pas correcte. Vérifiez les fautes de frappe.",

            CodeTitle = "Saisissez le code de votre banque",
            CodeIntro = "Votre banque veut s’assurer qu’il s’agit bien de vous.",
            CodeSentTo = destination => $"Elle vous a envoyé un code : {destination}.",
            CodeLabel = "Code",
            CodeLength = length => $"{length} caractères",
            CodeDigits = "chiffres uniquement",
            CodeWrong = "Code : votre banque ne l’a pas accepté. Vérifiez-le et saisissez-le à nouveau.",
            CodeMissing = "Code : merci de saisir le code envoyé par votre banque.",

            ApprovalTitle = "Validez dans l’application de votre banque",
            ApprovalIntro = bank =>
                $"Ouvrez l’application de {bank} sur votre téléphone, validez la demande, puis revenez ici.",
            ApprovalWaiting = "En attente de votre validation…",
            SiteTitle = "Votre banque attend quelque chose de vous",
            SiteIntro = bank => $"Réglez ce point sur le site de {bank}, puis revenez ici.",
            SiteLink = bank => $"Ouvrir le site de {bank}",
            SiteDone = "C’est fait, continuer",

            AccountsTitle = "Choisissez vos comptes",
            AccountsIntro = "Quels comptes voulez-vous connecter ?",
            AccountsConsentIntro = "Vous donnez votre accord compte par compte. Les comptes écartés ne sont pas lus.",
            AccountsNone = "Votre banque ne montre aucun compte pour cet accès.",
            AccountsMissing = "Choisissez au moins un compte.",
            AccountsButton = "Connecter ces comptes",
            ManageTitle = "Vos comptes connectés",
            ManageIntro = "Cochez les comptes qui peuvent être lus. Les comptes écartés ne sont plus mis à jour.",
            ManageNone = "Aucun compte n’est encore connecté.",
            ManageButton = "Enregistrer mon choix",
            Checkings = "Compte courant",
            Savings = "Épargne",
            Loan = "Crédit",
            CreditCard = "Carte",
            Account = "Compte",

            OtherTitle = "Ajouter vos autres comptes ?",
            OtherIntro = bank =>
                $"L’épargne et les crédits chez {bank} ne font pas partie de ce que vous venez de connecter. Identifiez-vous ici pour les ajouter.",
            OtherYes = "Ajouter épargne et crédits",
            OtherNo = "Non merci",
            OtherCountdown = seconds => $"Sans réponse, nous continuons automatiquement dans {seconds} secondes.",

            ProgressTitle = "Un instant…",
            ProgressConnecting = bank => $"Nous prenons contact avec {bank}.",
            ProgressReading = "Nous lisons vos opérations.",
            ProgressHint = "Cela prend quelques secondes, rarement plus d’une minute.",
            Refresh = "Regarder à nouveau",

            SuccessTitle = "C’est fait",
            SuccessAdded = bank => $"{bank} est connectée.",
            SuccessUpdated = bank => $"{bank} est à jour.",
            SuccessPartial = "Une partie de vos comptes n’a pas encore pu être lue. Nous réessayons automatiquement.",
            SuccessAccepted = "Merci. Votre accord est enregistré.",
            SuccessSaved = "Votre choix est enregistré.",
            SuccessClose = "Vous pouvez fermer cette page.",
            SuccessLeave = "Nous vous ramenons au service.",
            AddAnother = "Connecter une autre banque",
            CancelledTitle = "Arrêté",
            CancelledBody = "Plus rien n’est lu. Vous pouvez recommencer quand vous voulez.",
            FailedTitle = "Cela n’a pas fonctionné",
            FailedBody = "Votre banque n’est pas connectée. Vous pouvez recommencer quand vous voulez.",

            ReturnedTitle = "Merci",
            ReturnedBody =
                "Votre banque a répondu. Revenez à la page d’où vous venez : la suite s’y passe. Vous pouvez fermer celle-ci.",
            LinkUsedTitle = "Ce lien de retour n’est plus valable",
            LinkUsedBody =
                "Il a déjà servi, ou trop de temps a passé. Revenez au service d’où vous venez ; si votre banque n’est pas encore connectée, recommencez-y.",
            ExpiredTitle = "Cette page a expiré",
            ExpiredBody =
                "Pour votre sécurité, une session se termine après un certain temps. Revenez au service d’où vous venez et recommencez-y.",
            BadLinkTitle = "Cette page a été ouverte avec une mauvaise adresse",
            BadLinkBody = parameter =>
                $"Le service qui vous a envoyé ici doit corriger son paramètre « {parameter} ». Vous n’y êtes pour rien.",
            UnknownConnectionTitle = "Nous ne connaissons pas cette connexion bancaire",
            UnknownConnectionBody = "Elle a peut-être été supprimée. Revenez au service d’où vous venez.",
            NothingToAnswerTitle = "Rien à faire",
            NothingToAnswerBody = "Votre banque ne demande rien pour le moment.",

            Trouble = (trouble, bank) =>
                trouble switch
                {
                    Widget.Trouble.WrongCredentials => (
                        "Votre banque a refusé cette identification",
                        $"L’identifiant ou le mot de passe n’est pas correct. Vérifiez-les sur le site de {bank} avant de réessayer : les banques bloquent un accès après quelques erreurs."
                    ),
                    Widget.Trouble.ChallengeFailed => (
                        "Le code n’a pas été accepté",
                        "Il était faux trop souvent, ou est arrivé trop tard. Réessayez : votre banque vous en envoie un nouveau."
                    ),
                    Widget.Trouble.PasswordChange => (
                        "Votre banque veut un nouveau mot de passe",
                        $"Changez votre mot de passe sur le site de {bank}, puis réessayez ici avec le nouveau."
                    ),
                    Widget.Trouble.Locked => (
                        "Votre accès est bloqué",
                        $"{bank} a bloqué cet accès. Débloquez-le sur son site ou auprès de son service client, puis réessayez."
                    ),
                    Widget.Trouble.SiteAction => (
                        "Votre banque attend quelque chose de vous",
                        $"Identifiez-vous sur le site de {bank}, réglez ce qu’elle demande (souvent de nouvelles conditions), puis réessayez ici."
                    ),
                    Widget.Trouble.ConsentRefused => (
                        "Pas d’autorisation de votre banque",
                        $"L’autorisation a été refusée ou a pris fin, rien n’a donc été lu. Si vous voulez connecter {bank}, réessayez et acceptez sur son site."
                    ),
                    Widget.Trouble.TooLate => (
                        "Le temps est écoulé",
                        "Votre banque attendait une réponse et a fermé la demande. Réessayez : elle en ouvre une nouvelle."
                    ),
                    Widget.Trouble.BankDown => (
                        "Votre banque ne répond pas",
                        $"{bank} est injoignable ou en maintenance. Votre accès n’est pas en cause. Réessayez dans quelques minutes."
                    ),
                    Widget.Trouble.Internal => (
                        "Un problème est survenu de notre côté",
                        "Vous n’y êtes pour rien et votre accès est en sécurité. Nous en sommes avertis. Réessayez plus tard."
                    ),
                    _ => throw new ArgumentOutOfRangeException(nameof(trouble)),
                },
        };
}
