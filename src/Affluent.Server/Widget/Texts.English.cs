namespace Affluent.Server.Widget;

public sealed partial record Texts
{
    /// <summary>English.</summary>
    public static Texts English { get; } =
        new()
        {
            Language = "en",
            Culture = "en-GB",
            WidgetTitle = "Link your bank",
            Continue = "Continue",
            Back = "Back",
            Cancel = "Cancel",
            TryAgain = "Try again",
            ChooseAnotherBank = "Choose another bank",
            GoOnWithout = "Go on without these accounts",
            Leave = "Leave without linking",
            Error = "Error:",
            ErrorSummary = "There is a problem",
            Optional = "optional",
            SafeNote = "Encrypted connection, read-only access",

            BankListTitle = "Choose your bank",
            BankListIntro = "Find the bank whose accounts you want to link.",
            ProfessionalTitle = "Link your professional accounts",
            ProfessionalIntro =
                "Choose the bank that holds your business accounts. Sign in with your business access when it asks.",
            SearchLabel = "Search for a bank",
            SearchButton = "Search",
            NoBank = "No bank has this name. Check the spelling, or try a shorter word.",
            BankCount = count => count == 1 ? "1 bank" : $"{count} banks",
            TestBank = "Test bank, invented money",
            OutOfService = "Out of service for now",

            ConsentTitle = bank => $"Link {bank}",
            RenewTitle = bank => $"Renew {bank}",
            ConsentIntro = "With your agreement we read, from this bank:",
            ConsentPoints =
            [
                "your accounts: name, number, kind, holder and balance",
                "their transactions: past ones and, until you stop it, new ones",
            ],
            TermsTitle = "Terms",
            TermsBody =
            [
                "We only read. Nobody can move money or change anything at your bank through this link.",
                "The data goes to the service that sent you here, for the purpose it told you about, and to nobody else.",
                "Your agreement lasts up to 180 days at most banks; you will be asked again afterwards. You can take it back at any time, here or at your bank; what was read is then erased on request.",
            ],
            Agree = "I agree, continue",

            ChannelTitle = "Which accounts do you have there?",
            ChannelIntro = "The way in depends on the kind of account.",
            ChannelRedirect = "A current account or a card",
            ChannelRedirectHint = bank =>
                $"You sign in on {bank}'s own site. You can add savings and loans afterwards.",
            ChannelEmbedded = "Savings, loans and everything else",
            ChannelEmbeddedHint = "You sign in here with your bank access.",

            HandoffTitle = bank => $"Continue at {bank}",
            HandoffIntro = bank =>
                $"You sign in on {bank}'s own site, which then brings you back here. We never see your password.",
            HandoffButton = bank => $"Go to {bank}",
            HandoffNewTab = "Your bank opens in a new tab. This page goes on as soon as you have finished there.",

            CredentialsTitle = bank => $"Sign in to {bank}",
            CredentialsIntro = bank => $"Use the name and password that you use on {bank}'s site.",
            ShowPassword = "Show the password",
            FieldMissing = label => $"{label}: please fill this in.",
            FieldMalformed = label => $"{label}: this does not look right. Check it for typing errors.",

            CodeTitle = "Enter the code from your bank",
            CodeIntro = "Your bank wants to be sure that it is you.",
            CodeSentTo = destination => $"It sent you a code: {destination}.",
            CodeLabel = "Code",
            CodeLength = length => $"{length} characters",
            CodeDigits = "digits only",
            CodeWrong = "Code: your bank did not accept it. Check the code and type it again.",
            CodeMissing = "Code: please type the code that your bank sent you.",

            ApprovalTitle = "Approve in your bank's app",
            ApprovalIntro = bank =>
                $"Open the app of {bank} on your phone and approve the request, then come back here.",
            ApprovalWaiting = "Waiting for your approval…",
            SiteTitle = "Your bank needs something from you",
            SiteIntro = bank => $"Settle it on {bank}'s site, then come back here.",
            SiteLink = bank => $"Open {bank}'s site",
            SiteDone = "It is done, continue",

            AccountsTitle = "Choose your accounts",
            AccountsIntro = "Which accounts do you want to link?",
            AccountsConsentIntro = "You agree for each account. Accounts that you leave out are not read.",
            AccountsNone = "Your bank shows no account for this access.",
            AccountsMissing = "Choose at least one account.",
            AccountsButton = "Link these accounts",
            ManageTitle = "Your linked accounts",
            ManageIntro = "Tick the accounts that may be read. Accounts that you leave out are no longer updated.",
            ManageNone = "No account is linked yet.",
            ManageButton = "Save my choice",
            Checkings = "Current account",
            Savings = "Savings",
            Loan = "Loan",
            CreditCard = "Card",
            Account = "Account",

            OtherTitle = "Add your other accounts?",
            OtherIntro = bank =>
                $"Savings and loans at {bank} are not part of what you have just linked. Sign in here to add them.",
            OtherYes = "Add savings and loans",
            OtherNo = "No, thank you",
            OtherCountdown = seconds => $"Without an answer we go on by ourselves in {seconds} seconds.",

            ProgressTitle = "One moment…",
            ProgressConnecting = bank => $"We are getting in touch with {bank}.",
            ProgressReading = "We are reading your transactions.",
            ProgressHint = "This takes a few seconds, rarely more than a minute.",
            Refresh = "Look again",

            SuccessTitle = "All done",
            SuccessAdded = bank => $"{bank} is linked.",
            SuccessUpdated = bank => $"{bank} is up to date.",
            SuccessPartial = "A part of your accounts could not be read yet. We try again by ourselves.",
            SuccessAccepted = "Thank you. Your agreement is noted.",
            SuccessSaved = "Your choice is saved.",
            SuccessClose = "You can close this page.",
            SuccessLeave = "We take you back.",
            AddAnother = "Link another bank",
            CancelledTitle = "Stopped",
            CancelledBody = "Nothing more is read. You can start again whenever you like.",
            FailedTitle = "This did not work",
            FailedBody = "Your bank was not linked. You can start again whenever you like.",

            ReturnedTitle = "Thank you",
            ReturnedBody =
                "Your bank has answered. Go back to the page that you came from: it goes on there. You can close this one.",
            LinkUsedTitle = "This return link is no longer valid",
            LinkUsedBody =
                "It was used already, or too much time has gone by. Go back to the service that you came from; if your bank is not linked yet, start again there.",
            ExpiredTitle = "This page has expired",
            ExpiredBody =
                "For your safety a session ends after some time. Go back to the service that you came from and start again there.",
            BadLinkTitle = "This page was opened with a wrong address",
            BadLinkBody = parameter =>
                $"The service that sent you here has to correct its parameter '{parameter}'. You have done nothing wrong.",
            UnknownConnectionTitle = "We do not know this bank link",
            UnknownConnectionBody = "It may have been removed. Go back to the service that you came from.",
            NothingToAnswerTitle = "Nothing to do",
            NothingToAnswerBody = "Your bank is not asking for anything right now.",

            Trouble = (trouble, bank) =>
                trouble switch
                {
                    Widget.Trouble.WrongCredentials => (
                        "Your bank did not accept this sign-in",
                        $"The name or the password is not right. Check them on {bank}'s site before you try again: banks lock an access after a few wrong attempts."
                    ),
                    Widget.Trouble.ChallengeFailed => (
                        "The code was not accepted",
                        "It was wrong too often, or came too late. Try again: your bank sends you a new one."
                    ),
                    Widget.Trouble.PasswordChange => (
                        "Your bank wants a new password",
                        $"Change your password on {bank}'s site, then try again here with the new one."
                    ),
                    Widget.Trouble.Locked => (
                        "Your access is locked",
                        $"{bank} has locked this access. Unlock it on its site or by its customer service, then try again."
                    ),
                    Widget.Trouble.SiteAction => (
                        "Your bank needs something from you",
                        $"Sign in on {bank}'s site, settle what it asks (often new terms to accept), then try again here."
                    ),
                    Widget.Trouble.ConsentRefused => (
                        "No authorization from your bank",
                        $"The authorization was refused or has ended, so nothing was read. If you want to link {bank}, try again and accept there."
                    ),
                    Widget.Trouble.TooLate => (
                        "The time is up",
                        "Your bank waited for an answer and closed the request. Try again: it starts a new one."
                    ),
                    Widget.Trouble.BankDown => (
                        "Your bank does not answer",
                        $"{bank} is out of reach or in maintenance. Nothing is wrong with your access. Try again in a few minutes."
                    ),
                    Widget.Trouble.Internal => (
                        "Something went wrong on our side",
                        "This is not your fault and your access is safe. We were told about it. Try again later."
                    ),
                    _ => throw new ArgumentOutOfRangeException(nameof(trouble)),
                },
        };
}
