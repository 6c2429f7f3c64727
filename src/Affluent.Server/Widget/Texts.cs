#pragma warning disable CS1591 // The name of a text, and what it says in two languages, need no third wording.

namespace Affluent.Server.Widget;

/// <summary>
/// Every word that the widget says, once per language. A language that misses a text does not compile. Functions take names
/// (a bank, a number); nothing here is markup.
/// </summary>
public sealed partial record Texts
{
    /// <summary>Tag of the language for the attribute <c>lang</c> (BCP 47).</summary>
    public required string Language { get; init; }

    /// <summary>Culture for amounts and dates.</summary>
    public required string Culture { get; init; }

    public required string WidgetTitle { get; init; }
    public required string Continue { get; init; }
    public required string Back { get; init; }
    public required string Cancel { get; init; }
    public required string TryAgain { get; init; }
    public required string ChooseAnotherBank { get; init; }
    public required string GoOnWithout { get; init; }
    public required string Leave { get; init; }
    public required string Error { get; init; }
    public required string ErrorSummary { get; init; }
    public required string Optional { get; init; }
    public required string SafeNote { get; init; }

    public required string BankListTitle { get; init; }
    public required string BankListIntro { get; init; }
    public required string ProfessionalTitle { get; init; }
    public required string ProfessionalIntro { get; init; }
    public required string SearchLabel { get; init; }
    public required string SearchButton { get; init; }
    public required string NoBank { get; init; }
    public required Func<int, string> BankCount { get; init; }
    public required string TestBank { get; init; }
    public required string OutOfService { get; init; }

    public required Func<string, string> ConsentTitle { get; init; }
    public required Func<string, string> RenewTitle { get; init; }
    public required string ConsentIntro { get; init; }
    public required IReadOnlyList<string> ConsentPoints { get; init; }
    public required string TermsTitle { get; init; }
    public required IReadOnlyList<string> TermsBody { get; init; }
    public required string Agree { get; init; }

    public required string ChannelTitle { get; init; }
    public required string ChannelIntro { get; init; }
    public required string ChannelRedirect { get; init; }
    public required Func<string, string> ChannelRedirectHint { get; init; }
    public required string ChannelEmbedded { get; init; }
    public required string ChannelEmbeddedHint { get; init; }

    public required Func<string, string> HandoffTitle { get; init; }
    public required Func<string, string> HandoffIntro { get; init; }
    public required Func<string, string> HandoffButton { get; init; }
    public required string HandoffNewTab { get; init; }

    public required Func<string, string> CredentialsTitle { get; init; }
    public required Func<string, string> CredentialsIntro { get; init; }
    public required string ShowPassword { get; init; }
    public required Func<string, string> FieldMissing { get; init; }
    public required Func<string, string> FieldMalformed { get; init; }

    public required string CodeTitle { get; init; }
    public required string CodeIntro { get; init; }
    public required Func<string, string> CodeSentTo { get; init; }
    public required string CodeLabel { get; init; }
    public required Func<int, string> CodeLength { get; init; }
    public required string CodeDigits { get; init; }
    public required string CodeWrong { get; init; }
    public required string CodeMissing { get; init; }

    public required string ApprovalTitle { get; init; }
    public required Func<string, string> ApprovalIntro { get; init; }
    public required string ApprovalWaiting { get; init; }
    public required string SiteTitle { get; init; }
    public required Func<string, string> SiteIntro { get; init; }
    public required Func<string, string> SiteLink { get; init; }
    public required string SiteDone { get; init; }

    public required string AccountsTitle { get; init; }
    public required string AccountsIntro { get; init; }
    public required string AccountsConsentIntro { get; init; }
    public required string AccountsNone { get; init; }
    public required string AccountsMissing { get; init; }
    public required string AccountsButton { get; init; }
    public required string ManageTitle { get; init; }
    public required string ManageIntro { get; init; }
    public required string ManageNone { get; init; }
    public required string ManageButton { get; init; }
    public required string Checkings { get; init; }
    public required string Savings { get; init; }
    public required string Loan { get; init; }
    public required string CreditCard { get; init; }
    public required string Account { get; init; }

    public required string OtherTitle { get; init; }
    public required Func<string, string> OtherIntro { get; init; }
    public required string OtherYes { get; init; }
    public required string OtherNo { get; init; }
    public required Func<int, string> OtherCountdown { get; init; }

    public required string ProgressTitle { get; init; }
    public required Func<string, string> ProgressConnecting { get; init; }
    public required string ProgressReading { get; init; }
    public required string ProgressHint { get; init; }
    public required string Refresh { get; init; }

    public required string SuccessTitle { get; init; }
    public required Func<string, string> SuccessAdded { get; init; }
    public required Func<string, string> SuccessUpdated { get; init; }
    public required string SuccessPartial { get; init; }
    public required string SuccessAccepted { get; init; }
    public required string SuccessSaved { get; init; }
    public required string SuccessClose { get; init; }
    public required string SuccessLeave { get; init; }
    public required string AddAnother { get; init; }
    public required string CancelledTitle { get; init; }
    public required string CancelledBody { get; init; }
    public required string FailedTitle { get; init; }
    public required string FailedBody { get; init; }

    public required string ReturnedTitle { get; init; }
    public required string ReturnedBody { get; init; }
    public required string LinkUsedTitle { get; init; }
    public required string LinkUsedBody { get; init; }
    public required string ExpiredTitle { get; init; }
    public required string ExpiredBody { get; init; }
    public required string BadLinkTitle { get; init; }
    public required Func<string, string> BadLinkBody { get; init; }
    public required string UnknownConnectionTitle { get; init; }
    public required string UnknownConnectionBody { get; init; }
    public required string NothingToAnswerTitle { get; init; }
    public required string NothingToAnswerBody { get; init; }

    /// <summary>A failure, in words: what happened and what to do next.</summary>
    public required Func<Trouble, string, (string Title, string Body)> Trouble { get; init; }

    /// <summary>The texts for a locale ("fr_FR", "en-GB", "fr"); English for every language that is not spoken here.</summary>
    public static Texts For(string? locale) =>
        locale is not null && locale.StartsWith("fr", StringComparison.OrdinalIgnoreCase) ? French : English;
}

/// <summary>Why linking a bank did not work, as far as it changes what the user can do about it.</summary>
public enum Trouble
{
    /// <summary>Name or password wrong.</summary>
    WrongCredentials,

    /// <summary>The code was wrong too often, or came too late.</summary>
    ChallengeFailed,

    /// <summary>The bank wants a new password first.</summary>
    PasswordChange,

    /// <summary>The bank has locked the access.</summary>
    Locked,

    /// <summary>Something is to be settled on the bank's site.</summary>
    SiteAction,

    /// <summary>The user said no at the bank, or the authorization ended.</summary>
    ConsentRefused,

    /// <summary>The user did not answer in time.</summary>
    TooLate,

    /// <summary>The bank does not answer, or not now.</summary>
    BankDown,

    /// <summary>Our own fault, or an answer that nobody understands.</summary>
    Internal,
}
