using System.Globalization;

namespace Affluent.Server.Connections;

/// <summary>What a channel's reason means, to operators and to engineers of clients: what happened, and whose move it is.</summary>
internal static class ChannelAdvice
{
    /// <param name="reason">Why it failed.</param>
    /// <param name="sparedUntil">Until when the bank wants to be left alone, in UTC seconds; null: it has not said.</param>
    public static string WithTime(ChannelReason reason, long? sparedUntil) =>
        reason == ChannelReason.RateLimited && sparedUntil is { } until
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The bank wants fewer requests, and none without the user before {DateTimeOffset.FromUnixTimeSeconds(until):yyyy-MM-ddTHH:mm:ssZ}. It is tried again by itself, later."
            )
            : Of(reason);

    public static string Of(ChannelReason reason) =>
        reason switch
        {
            ChannelReason.WrongCredentials =>
                "The bank calls name or password wrong. The user enters them anew (edit in the widget).",
            ChannelReason.TooManyAttempts =>
                "Wrong passwords of this bank login were tried too often; the bank is spared for a while. The user tries again later with the right one.",
            ChannelReason.ChallengeFailed =>
                "A code was wrong, or an approval was refused. The user synchronizes again and answers.",
            ChannelReason.PasswordChangeRequired =>
                "The bank wants a new password first. The user changes it on the bank's site, then enters it in the widget.",
            ChannelReason.AccessLocked => "The bank has locked the user out. The user asks the bank.",
            ChannelReason.OtherLogin =>
                "The login leads to none of the accounts of this connection: it is another person's. The user renews with the own login, or links the bank a second time with the other.",
            ChannelReason.SiteActionRequired =>
                "The bank wants something done on its site. The user does it there, then synchronizes.",
            ChannelReason.FileRequired =>
                "The channel reads files, and none was brought. The user synchronizes and sends one.",
            ChannelReason.ConsentExpired => "The authorization at the bank is over. The user renews it in the widget.",
            ChannelReason.ConsentDenied => "The user did not authorize, at the bank. The user goes there again.",
            ChannelReason.AccountsRefused =>
                "The bank refuses every account of this authorization. It is tried again by itself; if it stays so, the user authorizes anew.",
            ChannelReason.OperatorFault =>
                "The operator's move: a certificate, a registration or a variable of this bank's catalogue entry is missing, expired or wrong. The log has the bank's answer.",
            ChannelReason.BankNotUnderstood =>
                "The bank's answers could not be read: it may have changed its interface. It is tried again by itself; the log says where reading stopped.",
            ChannelReason.BankUnavailable => "The bank did not answer, or was closed. It is tried again by itself.",
            ChannelReason.RateLimited => "The bank wants fewer requests. It is tried again by itself, later.",
            ChannelReason.BankStillWorking => "The bank had not finished in time. It is tried again by itself.",
            ChannelReason.FieldRefused =>
                "The bank cannot use what stands in a field that may be left empty. The user corrects it (edit in the widget).",
            ChannelReason.CredentialsRequired =>
                "The bank wants the credentials and nobody was there. The user synchronizes and enters them.",
            ChannelReason.CodeRequired =>
                "The bank sent a code and nobody was there. The user synchronizes and answers.",
            ChannelReason.ApprovalRequired =>
                "The bank wants an approval in its app and nobody was there. The user synchronizes and approves.",
            ChannelReason.AuthorizationRequired =>
                "The bank wants an authorization on its page and nobody was there. The user authorizes in the widget.",
            ChannelReason.InternalError =>
                "A fault of Affluent: the run failed again and again. The log has it by this connection's id; please report it.",
            ChannelReason.ChannelUnknown =>
                "The operator's move: the catalogue of this installation has the channel no longer. Put its entry back, or let the user link the bank anew.",
            ChannelReason.ChannelUnavailable =>
                "The channel is marked out of service in the catalogue, for everybody. It goes on when it is back.",
        };
}
