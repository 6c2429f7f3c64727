using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.Website;

/// <summary>The words of the pages in the visitor's language: English when <c>Accept-Language</c> prefers it, else French.</summary>
public sealed class Texts
{
    private readonly int column;

    private Texts(int column) => this.column = column;

    public string Lang => column == 0 ? "fr" : "en";

    public static Texts For(HttpContext http)
    {
        var best = http
            .Request.GetTypedHeaders()
            .AcceptLanguage.OrderByDescending(l => l.Quality ?? 1)
            .Select(l => l.Value.Value ?? "")
            .FirstOrDefault(l =>
                l.StartsWith("fr", StringComparison.Ordinal) || l.StartsWith("en", StringComparison.Ordinal)
            );
        return new Texts(best?.StartsWith("en", StringComparison.Ordinal) == true ? 1 : 0);
    }

    public string this[string key] => All[key][column];

    public string Label(Method method) => column == 0 ? method.Label : method.LabelInEnglish;

    public string Note(Person person) => column == 0 ? person.Note : person.NoteInEnglish;

    public string Type(Account account) =>
        account.Kind switch
        {
            AccountKind.Checkings => this["type_checkings"],
            AccountKind.Savings => this["type_savings"],
            AccountKind.Loans => this["type_loans"],
            AccountKind.CreditCard => this["type_card"],
            AccountKind.Other => account.Type,
        };

    private static readonly Dictionary<string, string[]> All = new(StringComparer.Ordinal)
    {
        ["bank"] = ["Banque d'essai", "Test bank"],
        ["home"] = ["Accueil", "Home"],
        ["home_intro"] =
        [
            "Une banque pour essayer : tout y est inventé. Voici ses clients et leurs codes.",
            "A bank to try things on: everything is made up. These are its customers and their codes.",
        ],
        ["enter"] = ["Accéder à mes comptes", "See my accounts"],
        ["scenario_default"] = ["Clients de la banque", "Customers of the bank"],
        ["scenario_named"] =
        [
            "Clients du scénario, à nommer comme fichier :",
            "Customers of the scenario, to name as the file:",
        ],
        ["for"] = ["Pour essayer", "What it is for"],
        ["login_title"] = ["Connexion", "Sign in"],
        ["login"] = ["Identifiant", "Login"],
        ["password"] = ["Mot de passe", "Password"],
        ["file_url"] = ["Adresse du fichier de comptes (facultatif)", "Address of the accounts file (optional)"],
        ["file_hint"] =
        [
            "Adresse http(s) d'un fichier, ou nom d'un scénario de la banque.",
            "http(s) address of a file, or the name of a scenario of the bank.",
        ],
        ["sign_in"] = ["Se connecter", "Sign in"],
        ["wrong-credentials"] = ["Identifiant ou mot de passe incorrect.", "Wrong login or password."],
        ["locked"] =
        [
            "Votre accès est bloqué. Contactez votre conseiller.",
            "Your account is locked. Contact your adviser.",
        ],
        ["expired"] = ["Votre session a expiré. Connectez-vous à nouveau.", "Your session has expired. Sign in again."],
        ["file-problem"] = ["Le fichier de comptes ne peut pas être lu.", "The accounts file cannot be read."],
        ["wrong-code"] = ["Code incorrect.", "Wrong code."],
        ["code-locked"] = ["Trois codes incorrects : connectez-vous à nouveau.", "Three wrong codes: sign in again."],
        ["otp_title"] = ["Code de sécurité", "Security code"],
        ["otp_sent"] = ["Nous avons envoyé un code à usage unique au", "We sent a one-time code to"],
        ["otp_asked"] = ["Saisissez votre code à usage unique.", "Type your one-time code."],
        ["otp_shown"] = ["Ceci est une banque d'essai, le code est :", "This is a test bank, the code is:"],
        ["otp_pictured"] =
        [
            "Lisez cette image avec votre appareil, puis saisissez le code qu'il affiche.",
            "Scan this image with your device, then type the code that it shows.",
        ],
        ["otp_in_picture"] =
        [
            "Ceci est une banque d'essai : l'image est un QR code qui dit le code en clair, l'appareil photo d'un téléphone le lit.",
            "This is a test bank: the image is a QR code that says the code in plain words, the camera of a phone reads it.",
        ],
        ["picture"] = ["QR code à lire", "QR code to scan"],
        ["otp"] = ["Code", "Code"],
        ["confirm"] = ["Valider", "Confirm"],
        ["method_title"] = ["Confirmez votre identité", "Confirm your identity"],
        ["method_text"] = ["Choisissez comment prouver que c'est bien vous.", "Choose how to prove that it is you."],
        ["go_on"] = ["Continuer", "Continue"],
        ["no-method"] = ["Choisissez l'un des moyens.", "Choose one of the ways."],
        ["approval_title"] = ["Validez dans votre application", "Approve in your app"],
        ["approval_text"] =
        [
            "Ouvrez l'application de la banque sur votre téléphone et validez la connexion.",
            "Open the bank's app on your phone and approve the login.",
        ],
        ["approval_pictured"] =
        [
            "Ouvrez l'application de la banque sur votre téléphone, lisez cette image avec elle et validez la connexion.",
            "Open the bank's app on your phone, scan this image with it and approve the login.",
        ],
        ["approval_by_itself"] =
        [
            "Ceci est une banque d'essai : dans quelques secondes, la demande est validée d'elle-même.",
            "This is a test bank: in a few seconds the request is approved by itself.",
        ],
        ["approval_done"] = ["J'ai validé", "I have approved"],
        ["password_title"] = ["Votre mot de passe a expiré", "Your password has expired"],
        ["password_text"] =
        [
            "Vous devez choisir un nouveau mot de passe sur ce site avant de voir vos comptes.",
            "You must choose a new password on this site before you see your accounts.",
        ],
        ["terms_title"] = ["Nouvelles conditions générales", "New terms and conditions"],
        ["terms_text"] =
        [
            "Nos conditions ont changé. Acceptez-les pour continuer.",
            "Our terms have changed. Accept them to go on.",
        ],
        ["accept"] = ["Accepter", "Accept"],
        ["refuse"] = ["Refuser", "Refuse"],
        ["welcome"] = ["Bonjour", "Welcome"],
        ["accounts"] = ["Mes comptes", "My accounts"],
        ["no_accounts"] = ["Vous n'avez aucun compte.", "You have no account."],
        ["name"] = ["Compte", "Account"],
        ["number"] = ["Numéro", "Number"],
        ["type"] = ["Type", "Type"],
        ["currency"] = ["Devise", "Currency"],
        ["balance"] = ["Solde", "Balance"],
        ["balance_date"] = ["Solde au", "Balance on"],
        ["owner"] = ["Titulaire", "Holder"],
        ["type_checkings"] = ["Compte courant", "Current account"],
        ["type_savings"] = ["Épargne", "Savings"],
        ["type_loans"] = ["Prêt", "Loan"],
        ["type_card"] = ["Carte", "Card"],
        ["details"] = ["Détails", "Details"],
        ["movements"] = ["Mouvements", "Movements"],
        ["no_movements"] = ["Aucun mouvement.", "No movement."],
        ["date"] = ["Date", "Date"],
        ["booking_date"] = ["Comptabilisé le", "Booked on"],
        ["value_date"] = ["Date de valeur", "Value date"],
        ["counterparty"] = ["Contrepartie", "Other party"],
        ["label"] = ["Libellé", "Label"],
        ["memo"] = ["Complément", "Memo"],
        ["reference"] = ["Référence", "Reference"],
        ["amount"] = ["Montant", "Amount"],
        ["pending"] = ["en attente", "pending"],
        ["page"] = ["Page", "Page"],
        ["next"] = ["Page suivante", "Next page"],
        ["previous"] = ["Page précédente", "Previous page"],
        ["logout"] = ["Déconnexion", "Sign out"],
        ["consents"] = ["Accès accordés", "Granted access"],
        ["consents_text"] =
        [
            "Les prestataires à qui vous avez donné accès à vos comptes.",
            "The providers that you let read your accounts.",
        ],
        ["no_consents"] = ["Aucun accès accordé.", "No access granted."],
        ["granted_on"] = ["Accordé le", "Granted on"],
        ["valid_until"] = ["Valable jusqu'au", "Valid until"],
        ["revoke"] = ["Retirer l'accès", "Revoke"],
        ["consent_title"] = ["Partager vos comptes", "Share your accounts"],
        ["consent_text"] =
        [
            "demande à lire les soldes et les mouvements de vos comptes pendant 180 jours.",
            "asks to read the balances and movements of your accounts for 180 days.",
        ],
        ["consent_mixed"] =
        [
            "Vous choisirez les comptes chez ce prestataire.",
            "You will choose the accounts at this provider.",
        ],
        ["consent_asked"] = ["Ce prestataire a dit lesquels.", "This provider has said which ones."],
        ["consent_choose"] =
        [
            "Comptes à partager (aucun coché : tous)",
            "Accounts to share (none ticked: all of them)",
        ],
        ["maintenance_title"] = ["Site en maintenance", "Site under maintenance"],
        ["maintenance_text"] = ["Revenez dans quelques minutes.", "Come back in a few minutes."],
        ["failure_title"] = ["Une erreur est survenue", "Something went wrong"],
        ["failure_text"] = ["Cette page ne peut pas être affichée.", "This page cannot be shown."],
        ["missing_title"] = ["Page introuvable", "Page not found"],
        ["missing_text"] = ["Il n'y a rien à cette adresse.", "There is nothing at this address."],
        ["request_title"] = ["Demande refusée", "Request refused"],
        ["return"] = ["Retourner chez le prestataire", "Return to the provider"],
        ["report"] = ["Contrôle d'un fichier de comptes", "Check of an accounts file"],
        ["report_check"] = ["Contrôler", "Check"],
        ["report_good"] = ["Le fichier est lu.", "The file is read."],
        ["report_refused"] = ["Le fichier est refusé.", "The file is refused."],
        ["report_people"] = ["clients", "customers"],
        ["report_accounts"] = ["comptes", "accounts"],
        ["errors"] = ["Erreurs", "Errors"],
        ["warnings"] = ["Avertissements", "Warnings"],
        ["file"] = ["Fichier", "File"],
        ["place"] = ["Ligne ou chemin", "Line or path"],
        ["reason"] = ["Raison", "Reason"],
        ["loan_type"] = ["Type de prêt", "Type of loan"],
        ["frequency"] = ["Périodicité", "Frequency"],
        ["initial_amount"] = ["Montant initial", "Initial amount"],
        ["rate"] = ["Taux annuel", "Yearly rate"],
        ["start_date"] = ["Début", "Start"],
        ["end_date"] = ["Fin", "End"],
        ["debited_account"] = ["Compte débité", "Debited account"],
        ["payment_amount"] = ["Prochaine échéance", "Next instalment"],
        ["payment_date"] = ["Date de la prochaine échéance", "Date of the next instalment"],
        ["savings_type"] = ["Type d'épargne", "Type of savings"],
        ["pivot_account"] = ["Compte pivot", "Pivot account"],
        ["opened_on"] = ["Ouvert le", "Opened on"],
        ["earned"] = ["Intérêts de l'année", "Interest of the year"],
        ["ceiling"] = ["Plafond", "Ceiling"],
        ["card_number"] = ["Numéro de carte", "Card number"],
        ["linked_account"] = ["Compte de prélèvement", "Paying account"],
        ["debit_date"] = ["Prochain débit", "Next debit"],
        ["debit_amount"] = ["Montant du prochain débit", "Amount of the next debit"],
    };
}
