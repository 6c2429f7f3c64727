using Affluent.Connectors.Contract;
using Affluent.Server.Events;
using Affluent.Server.Platform;

namespace Affluent.Server.Synchronization;

/// <summary>How the last run over a channel ended; the values of the published API, RUNNING and FAILED added.</summary>
internal enum ChannelStatus
{
    /// <summary>EMPTY: not used.</summary>
    Empty,

    /// <summary>RUNNING: begun, no result yet.</summary>
    Running,

    /// <summary>SUCCESS.</summary>
    Success,

    /// <summary>FAILED: not the user's fault; tried again by itself.</summary>
    Failed,

    /// <summary>AUTH_FAILED: the user must give credentials.</summary>
    AuthFailed,

    /// <summary>TOKEN_EXPIRED: the user must authorize again at the bank.</summary>
    TokenExpired,

    /// <summary>PASSWORD_CHANGE_REQUIRED.</summary>
    PasswordChangeRequired,

    /// <summary>CHALLENGE_REQUIRED: the bank asks for a code or an approval.</summary>
    ChallengeRequired,

    /// <summary>USER_ACTION_REQUIRED: something to settle on the bank's site.</summary>
    UserActionRequired,
}

/// <summary>What came of one channel in one run.</summary>
/// <param name="Reason">Stable code in snake_case; null on success.</param>
/// <param name="AccountsRead">Accounts whose data is now up to date.</param>
/// <param name="AccountsFailed">Accounts that the bank refused.</param>
internal sealed record ChannelResult(
    ChannelStatus Status,
    string? Reason = null,
    int AccountsRead = 0,
    int AccountsFailed = 0
)
{
    public bool IsSuccess => Status == ChannelStatus.Success;

    /// <summary>Nothing will get better until the user acts: the schedule leaves the channel alone.</summary>
    public bool NeedsUser => Outcome.NeedsUser(Status);
}

/// <summary>What a run leaves behind on its connection.</summary>
/// <param name="Job">idle or stopped.</param>
/// <param name="DueAt">When the next run is due; null: when somebody asks.</param>
internal sealed record RunEnd(string Status, string Job, DateTimeOffset? DueAt);

/// <summary>Decides what results mean. Pure.</summary>
internal static class Outcome
{
    /// <summary>Refusals of a bank and how each is shown.</summary>
    public static ChannelResult Of(Refusal refusal) =>
        refusal switch
        {
            Refusal.WrongCredentials => new(ChannelStatus.AuthFailed, WrongCredentials),
            Refusal.ChallengeFailed => new(ChannelStatus.ChallengeRequired, "challenge_failed"),
            Refusal.PasswordChangeRequired => new(ChannelStatus.PasswordChangeRequired, PasswordChange),
            Refusal.AccessLocked => new(ChannelStatus.UserActionRequired, "access_locked"),
            Refusal.SiteActionRequired => new(ChannelStatus.UserActionRequired, "site_action_required"),
            Refusal.ConsentExpired => new(ChannelStatus.TokenExpired, ConsentExpired),
            Refusal.ConsentDenied => new(ChannelStatus.TokenExpired, ConsentDenied),
            Refusal.AccountRefused => new(ChannelStatus.Failed, "accounts_refused"),
            Refusal.OperatorFault => new(ChannelStatus.Failed, "operator_fault"),
            Refusal.NotUnderstood => new(ChannelStatus.Failed, "bank_not_understood"),
            _ => throw new ArgumentOutOfRangeException(nameof(refusal)),
        };

    /// <summary>A bank that stayed unreachable to the end of the run.</summary>
    public static ChannelResult Of(LaterReason reason) =>
        new(
            ChannelStatus.Failed,
            reason switch
            {
                LaterReason.BankUnavailable => "bank_unavailable",
                LaterReason.RateLimited => "rate_limited",
                LaterReason.Working => "bank_still_working",
                _ => throw new ArgumentOutOfRangeException(nameof(reason)),
            }
        );

    /// <summary>A question that nobody answered: nobody was there, or they came too late.</summary>
    public static ChannelResult Unanswered(Question question) =>
        question switch
        {
            Question.Credentials => new(ChannelStatus.AuthFailed, "credentials_required"),
            Question.OneTimePassword => new(ChannelStatus.ChallengeRequired, "code_required"),
            Question.AppApproval => new(ChannelStatus.ChallengeRequired, "approval_required"),
            Question.Redirect => new(ChannelStatus.TokenExpired, "authorization_required"),
            Question.SiteAction => new(ChannelStatus.UserActionRequired, "site_action_required"),
            _ => throw new ArgumentException(question.GetType().Name, nameof(question)),
        };

    /// <summary>A channel whose accounts were read one by one.</summary>
    public static ChannelResult OfAccounts(int read, int failed) =>
        failed > 0 && read == 0
            ? new(ChannelStatus.Failed, "accounts_refused", read, failed)
            : new(ChannelStatus.Success, null, read, failed);

    public static bool NeedsUser(ChannelStatus status) =>
        status switch
        {
            ChannelStatus.AuthFailed
            or ChannelStatus.TokenExpired
            or ChannelStatus.PasswordChangeRequired
            or ChannelStatus.ChallengeRequired
            or ChannelStatus.UserActionRequired => true,
            ChannelStatus.Empty or ChannelStatus.Running or ChannelStatus.Success or ChannelStatus.Failed => false,
            _ => throw new ArgumentOutOfRangeException(nameof(status)),
        };

    /// <summary>
    /// Whether a run may try the channel. Credentials that the bank called wrong are never sent again, not even for a user who
    /// asks: three failures lock people out. New ones reset the status.
    /// </summary>
    public static bool MayTry(ChannelStatus status, string? reason, bool attended) =>
        status != ChannelStatus.Empty
        && (attended ? reason is not (WrongCredentials or PasswordChange) : !NeedsUser(status));

    /// <summary>When to try again in the same run; null: give up until the next run.</summary>
    /// <param name="attempt">Retries of this run so far.</param>
    public static DateTimeOffset? Retry(
        DateTimeOffset notBefore,
        bool attended,
        int attempt,
        long seed,
        DateTimeOffset now
    )
    {
        // Somebody waits in front of a screen: they get an answer within a minute or so.
        var (most, first, longest) = attended
            ? (6, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1))
            : (3, TimeSpan.FromMinutes(5), TimeSpan.FromHours(6));
        if (attempt >= most || notBefore - now > longest)
        {
            return null;
        }
        var backoff = now + Schedule.Backoff(attempt + 1, first, seed);
        return notBefore > backoff ? notBefore : backoff;
    }

    /// <summary>The end of a run over these channels.</summary>
    public static RunEnd End(IReadOnlyList<ChannelResult> channels, bool autoSync, Func<DateTimeOffset> nextSlot)
    {
        var status =
            channels.All(c => c.IsSuccess && c.AccountsFailed == 0) && channels.Count > 0 ? "SUCCESS"
            : channels.Any(c => c.IsSuccess) ? "PARTIAL_SUCCESS"
            : "FAILED";
        if (channels.Count > 0 && channels.All(c => c.NeedsUser))
        {
            return new RunEnd(status, "stopped", null);
        }
        return new RunEnd(status, "idle", autoSync ? nextSlot() : null);
    }

    /// <summary>The events of a channel's end.</summary>
    public static IReadOnlyList<NewEvent> Events(long connectionId, string definitionId, ChannelResult result)
    {
        EventName[] names = result.Status switch
        {
            ChannelStatus.Success => [EventName.ChannelSucceeded],
            ChannelStatus.Failed => [EventName.ChannelFailed],
            ChannelStatus.AuthFailed => [EventName.AuthFailed],
            ChannelStatus.TokenExpired when result.Reason == ConsentDenied =>
            [
                EventName.ConsentDenied,
                EventName.TokenExpired,
            ],
            ChannelStatus.TokenExpired when result.Reason == ConsentExpired =>
            [
                EventName.ConsentExpired,
                EventName.TokenExpired,
            ],
            ChannelStatus.TokenExpired => [EventName.TokenExpired],
            ChannelStatus.PasswordChangeRequired => [EventName.PasswordChangeRequired],
            ChannelStatus.ChallengeRequired => [EventName.ChallengeRequired],
            ChannelStatus.UserActionRequired => [EventName.UserActionRequired],
            ChannelStatus.Empty or ChannelStatus.Running => throw new ArgumentException("No result.", nameof(result)),
        };
        return
        [
            .. names.Select(name =>
                NewEvent.OfConnection(name, connectionId, definitionId) with
                {
                    Status = Text(result.Status),
                    Reason = result.Reason,
                }
            ),
        ];
    }

    /// <summary>As stored and shown.</summary>
    public static string Text(ChannelStatus status) =>
        status switch
        {
            ChannelStatus.Empty => "EMPTY",
            ChannelStatus.Running => "RUNNING",
            ChannelStatus.Success => "SUCCESS",
            ChannelStatus.Failed => "FAILED",
            ChannelStatus.AuthFailed => "AUTH_FAILED",
            ChannelStatus.TokenExpired => "TOKEN_EXPIRED",
            ChannelStatus.PasswordChangeRequired => "PASSWORD_CHANGE_REQUIRED",
            ChannelStatus.ChallengeRequired => "CHALLENGE_REQUIRED",
            ChannelStatus.UserActionRequired => "USER_ACTION_REQUIRED",
            _ => throw new ArgumentOutOfRangeException(nameof(status)),
        };

    /// <summary>Reads what <see cref="Text"/> wrote.</summary>
    public static ChannelStatus Status(string text) => Enum.GetValues<ChannelStatus>().Single(s => Text(s) == text);

    public const string WrongCredentials = "wrong_credentials";
    public const string PasswordChange = "password_change_required";
    public const string ConsentExpired = "consent_expired";
    public const string ConsentDenied = "consent_denied";
}
