namespace Affluent.Server.Widget;

/// <summary>What a channel's status means for the user.</summary>
internal static class Troubles
{
    /// <summary>The trouble behind a channel status and its reason; null when the channel works.</summary>
    public static Trouble? Of(string status, string? reason) =>
        (status, reason) switch
        {
            ("EMPTY" or "RUNNING" or "SUCCESS", _) => null,
            (_, "access_locked") => Trouble.Locked,
            (_, "consent_denied" or "consent_expired") => Trouble.ConsentRefused,
            (_, "credentials_required") => Trouble.TooLate,
            (_, "challenge_failed") => Trouble.ChallengeFailed,
            ("AUTH_FAILED", _) => Trouble.WrongCredentials,
            ("TOKEN_EXPIRED", _) => Trouble.ConsentRefused,
            ("PASSWORD_CHANGE_REQUIRED", _) => Trouble.PasswordChange,
            ("CHALLENGE_REQUIRED", _) => Trouble.TooLate,
            ("USER_ACTION_REQUIRED", _) => Trouble.SiteAction,
            (_, "operator_fault" or "bank_not_understood") => Trouble.Internal,
            _ => Trouble.BankDown,
        };

    /// <summary>As the client reads it, in the field <c>result</c>.</summary>
    public static string Code(Trouble trouble) =>
        trouble switch
        {
            Trouble.WrongCredentials => "wrong_credentials",
            Trouble.ChallengeFailed => "challenge_failed",
            Trouble.PasswordChange => "password_change_required",
            Trouble.Locked => "access_locked",
            Trouble.SiteAction => "user_action_required",
            Trouble.ConsentRefused => "consent_refused",
            Trouble.TooLate => "question_expired",
            Trouble.BankDown => "bank_unavailable",
            Trouble.Internal => "internal_error",
            _ => throw new ArgumentOutOfRangeException(nameof(trouble)),
        };
}
