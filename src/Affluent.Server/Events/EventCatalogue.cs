namespace Affluent.Server.Events;

/// <summary>What each event tells, as the reference says it.</summary>
internal static class EventCatalogue
{
    /// <summary>When an event of this name comes; Markdown.</summary>
    public static string Meaning(this EventName name) =>
        name switch
        {
            EventName.ConnectionCreated => "a connection was made",
            EventName.ConnectionUpdated => "a second channel was added to it, or the bank names another holder",
            EventName.ConnectionDeleted => "it was erased",
            EventName.CredentialsUpdated =>
                "new credentials were given; what stopped is tried again at once, without a `SYNCHRONIZATION_REQUESTED`",
            EventName.SynchronizationRequested => "a run was asked for; of the type LOGIN: with a new authorization",
            EventName.SynchronizationStarted => "it began; `reason` says `all` or `list_accounts`",
            EventName.SynchronizationEnded =>
                "it is over; `status` as on the connection, `FAILED` where new credentials or a new authorization end a run that waits for an answer (the next follows at once); `changes` says what it has written",
            EventName.ListAccounts =>
                "the list of a channel is complete: in a run of that type and in a channel's first run",
            EventName.ChannelSucceeded =>
                "a channel ended well; `changes` says what the run has written of its accounts",
            EventName.ChannelFailed => "a channel ended, and is tried again by itself",
            EventName.AuthFailed => "a channel ended: the bank refuses the credentials",
            EventName.TokenExpired => "a channel ended: the user must authorize at the bank again",
            EventName.PasswordChangeRequired => "a channel ended: the bank wants a new password first",
            EventName.ChallengeRequired => "a channel ended: the bank asks, and the user was not there",
            EventName.UserActionRequired => "a channel ended: the user has something to settle on the bank's site",
            EventName.UserInputRequired => "the bank asks; `status` is the kind of question",
            EventName.UserInputAnswered => "the question was answered",
            EventName.UserInputCancelled => "the user gave up",
            EventName.UserInputExpired => "nobody answered in time",
            EventName.ConsentGiven => "the user authorized at the bank",
            EventName.ConsentRenewed => "beside `CONSENT_GIVEN`: it was not the first time for this channel",
            EventName.ConsentDenied => "the user did not authorize",
            EventName.ConsentExpiring =>
                "the authorization ends soon; `reason` says `within_14_days`, `within_7_days` or `within_1_day`",
            EventName.ConsentExpired => "it has ended",
            EventName.ConsentRevoked =>
                "it has ended before its time: the user withdrew it at the bank, or the bank did",
            EventName.AccountSelected => "the user shares an account",
            EventName.AccountDeselected => "the user shares it no longer",
            EventName.AccountAdded => "a new account",
            EventName.AccountSynchronized =>
                "its balance and transactions are up to date; `changes` says what was written",
            EventName.AccountFailed => "the bank refused it; the others go on",
            EventName.AccountNotFound => "the bank no longer lists it",
            EventName.AccountFound =>
                "the bank lists it again, or as open again, or it was deleted and is listed anew by request",
            EventName.AccountClosed =>
                "the bank lists it as closed; what is held of it stays, and is refreshed no more",
            EventName.AccountDeleted => "it was deleted by request",
            EventName.BalanceGap =>
                "its balances and transactions do not add up any more; see `balance_check` of the account",
            EventName.BalanceExplained => "they do again, or the bank has corrected a balance",
            EventName.UserCreated => "a user was made",
            EventName.UserDeleted =>
                "a user was erased with all that was theirs, their other events too; only the feed still tells it",
            EventName.WebhookFailing => "nothing has arrived at a [webhook](webhooks.md) for an hour",
            EventName.WebhookDisabled => "it is disabled; `reason` says `failing` or `gone`",
            EventName.WebhookTest => "sent to try a webhook; not in the log",
        };
}
