using System.Diagnostics;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Connections;
using Affluent.Server.Events;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Synchronization;

/// <summary>What came of one channel in one run.</summary>
/// <param name="Reason">Null on success.</param>
/// <param name="AccountsRead">Accounts whose data is now up to date.</param>
/// <param name="AccountsFailed">Accounts that the bank refused.</param>
/// <param name="AccountsIncomplete">Of those read, how many lack rows that could not be kept.</param>
internal sealed record ChannelResult(
    ChannelStatus Status,
    ChannelReason? Reason = null,
    int AccountsRead = 0,
    int AccountsFailed = 0,
    int AccountsIncomplete = 0
)
{
    /// <summary>What the bank itself says about it: for the user, so it stands on the channel and nowhere else.</summary>
    [JsonIgnore]
    public string? Message { get; init; }

    /// <summary>The bank was not asked, since it has been asked as often as it may be: that tells nothing of it.</summary>
    public bool IsSpared { get; init; }

    public bool IsSuccess => Status == ChannelStatus.Success;

    /// <summary>Nothing will get better until the user acts: the schedule leaves the channel alone.</summary>
    public bool NeedsUser => Outcome.NeedsUser(Status);
}

/// <summary>What a run leaves behind.</summary>
/// <param name="FailingSince">Since when every run has failed, in UTC seconds; null: this one brought something.</param>
/// <param name="Change">What becomes of its job, unless another run follows at once.</param>
internal sealed record RunEnd(ConnectionStatus Status, long? FailingSince, JobChange Change);

/// <summary>Decides what results mean. Pure.</summary>
internal static class Outcome
{
    /// <summary>How often a run is tried again after a fault of ours: what goes wrong each time does so for a reason that no trial mends.</summary>
    public const int MostRetriesOfFault = 4;

    /// <summary>Refusals of a bank and how each is shown.</summary>
    public static ChannelResult Of(Refusal refusal) =>
        refusal switch
        {
            Refusal.WrongCredentials => new(ChannelStatus.AuthFailed, ChannelReason.WrongCredentials),
            Refusal.ChallengeFailed => new(ChannelStatus.ChallengeRequired, ChannelReason.ChallengeFailed),
            Refusal.PasswordChangeRequired => new(
                ChannelStatus.PasswordChangeRequired,
                ChannelReason.PasswordChangeRequired
            ),
            Refusal.AccessLocked => new(ChannelStatus.UserActionRequired, ChannelReason.AccessLocked),
            Refusal.SiteActionRequired => new(ChannelStatus.UserActionRequired, ChannelReason.SiteActionRequired),
            Refusal.ConsentExpired => new(ChannelStatus.TokenExpired, ChannelReason.ConsentExpired),
            Refusal.ConsentDenied => new(ChannelStatus.TokenExpired, ChannelReason.ConsentDenied),
            Refusal.AccountRefused => new(ChannelStatus.Failed, ChannelReason.AccountsRefused),
            Refusal.OperatorFault => new(ChannelStatus.Failed, ChannelReason.OperatorFault),
            Refusal.NotUnderstood => new(ChannelStatus.Failed, ChannelReason.BankNotUnderstood),
            Refusal.FieldRefused => new(ChannelStatus.AuthFailed, ChannelReason.FieldRefused),
            Refusal.AccountUnauthorized => new(ChannelStatus.TokenExpired, ChannelReason.ConsentExpired),
        };

    /// <summary>A bank that stayed unreachable to the end of the run.</summary>
    public static ChannelResult Of(LaterReason reason) =>
        new(
            ChannelStatus.Failed,
            reason switch
            {
                LaterReason.BankUnavailable => ChannelReason.BankUnavailable,
                LaterReason.RateLimited => ChannelReason.RateLimited,
                LaterReason.Working => ChannelReason.BankStillWorking,
            }
        );

    /// <summary>A question that nobody answered: nobody was there, or they came too late.</summary>
    public static ChannelResult Unanswered(Question question) =>
        question switch
        {
            Question.Credentials => new(ChannelStatus.AuthFailed, ChannelReason.CredentialsRequired),
            Question.OneTimePassword or Question.Choice => new(
                ChannelStatus.ChallengeRequired,
                ChannelReason.CodeRequired
            ),
            Question.AppApproval => new(ChannelStatus.ChallengeRequired, ChannelReason.ApprovalRequired),
            Question.Redirect => new(ChannelStatus.TokenExpired, ChannelReason.AuthorizationRequired),
            Question.SiteAction => new(ChannelStatus.UserActionRequired, ChannelReason.SiteActionRequired),
            Question.StatementFile => new(ChannelStatus.UserActionRequired, ChannelReason.FileRequired),
            _ => throw new UnreachableException(),
        };

    /// <summary>A channel whose accounts were read one by one.</summary>
    /// <param name="failures">Why accounts were not read, for each of them.</param>
    /// <param name="hasWorked">The user's authorization has opened accounts before: where it opens none any more, another one may.</param>
    public static ChannelResult OfAccounts(
        int read,
        IReadOnlyCollection<ChannelReason> failures,
        int incomplete,
        bool hasWorked
    )
    {
        if (failures.Count == 0 || read > 0)
        {
            return new(ChannelStatus.Success, null, read, failures.Count, incomplete);
        }
        var reason = failures.Distinct().ToArray() is [var only] ? only : ChannelReason.AccountsRefused;
        return reason != ChannelReason.ConsentExpired ? new(ChannelStatus.Failed, reason, read, failures.Count)
            : hasWorked ? new(ChannelStatus.TokenExpired, reason, read, failures.Count)
            // The user has agreed anew, and that was of no use: nobody is sent to the bank again and again.
            : new(ChannelStatus.Failed, ChannelReason.AccountsRefused, read, failures.Count);
    }

    /// <summary>A fault of ours, which was there to the last time that it was tried.</summary>
    public static ChannelResult OfFault { get; } = new(ChannelStatus.Failed, ChannelReason.InternalError);

    /// <summary>A channel that could not be ended by the end of the run.</summary>
    public static ChannelResult OfUnfinished(ChannelEnd end) =>
        end switch
        {
            ChannelEnd.Later later => Of(later.Reason),
            ChannelEnd.Faulty => OfFault,
            ChannelEnd.Finished finished => finished.Result,
            ChannelEnd.Waiting => throw new ArgumentException("It waits for its user.", nameof(end)),
            _ => throw new UnreachableException(),
        };

    /// <summary>What becomes of the renewal of an authorization when its channel ends so; null: that is not known yet.</summary>
    public static RenewalEnd? EndOfRenewal(ChannelResult result) =>
        result.IsSuccess ? RenewalEnd.Replaced
        : result.NeedsUser ? RenewalEnd.Restored
        : null;

    /// <summary>How a channel that was being renewed ends: where there is no new authorization, it is read on with the one before.</summary>
    public static ChannelResult OfRenewal(ChannelResult result) =>
        result.NeedsUser ? result with { Status = ChannelStatus.Failed } : result;

    public static bool NeedsUser(ChannelStatus status) =>
        status switch
        {
            ChannelStatus.AuthFailed
            or ChannelStatus.TokenExpired
            or ChannelStatus.PasswordChangeRequired
            or ChannelStatus.ChallengeRequired
            or ChannelStatus.UserActionRequired => true,
            ChannelStatus.Empty or ChannelStatus.Running or ChannelStatus.Success or ChannelStatus.Failed => false,
        };

    /// <summary>
    /// Whether a run may try the channel. Credentials that the bank called wrong are never sent again, not even for a user who
    /// asks: three failures lock people out. New ones reset the status.
    /// </summary>
    public static bool MayTry(ChannelStatus status, ChannelReason? reason, bool attended) =>
        status != ChannelStatus.Empty
        && (
            attended
                ? reason is not (ChannelReason.WrongCredentials or ChannelReason.PasswordChangeRequired)
                : !NeedsUser(status)
        );

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
            ? (5, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1))
            : (3, TimeSpan.FromMinutes(5), TimeSpan.FromHours(6));
        if (attempt >= most || notBefore - now > longest)
        {
            return null;
        }
        var backoff = now + Schedule.Backoff(attempt + 1, first, seed);
        return notBefore > backoff ? notBefore : backoff;
    }

    /// <summary>When to try again in the same run after a fault of ours; null: it is given up.</summary>
    /// <param name="attempt">Retries of this run so far.</param>
    public static DateTimeOffset? RetryFault(bool attended, int attempt, long seed, DateTimeOffset now)
    {
        var first = attended ? TimeSpan.FromSeconds(2) : TimeSpan.FromSeconds(30);
        return attempt < MostRetriesOfFault ? now + Schedule.Backoff(attempt + 1, first, seed) : null;
    }

    /// <summary>The end of a run over these channels.</summary>
    /// <param name="nextSlot">The slot of a connection that has failed since a time; null: that does not.</param>
    /// <param name="failingSince">Since when every run before has failed.</param>
    public static RunEnd End(
        IReadOnlyList<ChannelResult> channels,
        bool autoSync,
        Func<long?, DateTimeOffset> nextSlot,
        long? failingSince,
        long now
    )
    {
        var status =
            channels.All(c => c is { IsSuccess: true, AccountsFailed: 0, AccountsIncomplete: 0 }) && channels.Count > 0
                ? ConnectionStatus.Success
            : channels.Any(c => c.IsSuccess) ? ConnectionStatus.PartialSuccess
            : ConnectionStatus.Failed;
        var wasAsked = channels.Any(c => !c.IsSpared && !c.NeedsUser) || !channels.Any(c => c.IsSpared);
        long? failing =
            status != ConnectionStatus.Failed ? null
            : wasAsked ? failingSince ?? now
            : failingSince;
        if (channels.Count > 0 && channels.All(c => c.NeedsUser))
        {
            return new RunEnd(status, failing, new JobChange.EndedStopped());
        }
        return new RunEnd(
            status,
            failing,
            new JobChange.Ended(autoSync ? nextSlot(failing).ToUnixTimeSeconds() : null)
        );
    }

    /// <summary>
    /// What is to follow a run at once: what was asked for meanwhile, once for all who asked; after a list, the reading of what it listed.
    /// Null: nothing.
    /// </summary>
    /// <param name="job">The job as it stands at the end.</param>
    public static JobRequest? Following(Job job, IReadOnlyList<ChannelResult> channels) =>
        job.Request
        ?? (job.RunRequest == JobRequest.ListAccounts && channels.Any(c => c.IsSuccess) ? JobRequest.All : null);

    /// <summary>What is to be told of a balance that was checked again: that it does not add up any more, or does again.</summary>
    public static IReadOnlyList<EventName> OfBalance(BalanceState? before, BalanceState? after) =>
        (before?.Gap, after?.Gap) switch
        {
            (null, not null) => [EventName.BalanceGap],
            (not null, null) => [EventName.BalanceExplained],
            _ => [],
        };

    /// <summary>The events of a channel's end.</summary>
    /// <param name="isEarly">Whether the authorization was to last longer.</param>
    public static IReadOnlyList<NewEvent> Events(
        ConnectionId connectionId,
        ChannelDefinitionId definitionId,
        ChannelResult result,
        bool isEarly = false
    )
    {
        EventName[] names = result.Status switch
        {
            ChannelStatus.Success => [EventName.ChannelSucceeded],
            ChannelStatus.Failed when result.Reason == ChannelReason.ConsentDenied =>
            [
                EventName.ConsentDenied,
                EventName.ChannelFailed,
            ],
            ChannelStatus.Failed => [EventName.ChannelFailed],
            ChannelStatus.AuthFailed => [EventName.AuthFailed],
            ChannelStatus.TokenExpired when result.Reason == ChannelReason.ConsentDenied =>
            [
                EventName.ConsentDenied,
                EventName.TokenExpired,
            ],
            ChannelStatus.TokenExpired when result.Reason == ChannelReason.ConsentExpired =>
            [
                isEarly ? EventName.ConsentRevoked : EventName.ConsentExpired,
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
                    Status = result.Status.Word(),
                    Reason = result.Reason?.Word(),
                }
            ),
        ];
    }
}
