namespace Affluent.Connectors.Contract;

/// <summary>What a connector is handed at each step.</summary>
public sealed record StepContext
{
    /// <summary>The bank and its settings, from the catalogue.</summary>
    public required ChannelDefinition Channel { get; init; }

    /// <summary>The only way out: no cookies, no automatic redirects, bounded in time and size (<see cref="BoundedExchange"/>), recorded in tests.</summary>
    public required HttpClient Http { get; init; }

    /// <summary>What the connector returned last, or empty at the very first step. Stored encrypted; may hold tokens and cookies.</summary>
    public string Session { get; init; } = "";

    /// <summary>
    /// Stores the session in the middle of a step, and returns when that is done; neither a stop nor an outage of the database loses it. To be
    /// awaited before anything else is sent, whenever the bank has just said what it says only once (a renewed token, the cookies of a login), and
    /// before it is sent what it takes only once (a code): a step that is taken again begins with what was handed over here.
    /// </summary>
    public required Func<string, Task> Keep { get; init; }

    /// <summary>Stored credentials by <see cref="CredentialField.Id"/>; empty when none were given yet or the channel needs none.</summary>
    public IReadOnlyDictionary<string, string> Credentials { get; init; } = new Dictionary<string, string>();

    /// <summary>The time of this step.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>The user, when present and waiting; null in a run of the schedule, where nobody can answer a question.</summary>
    public PresentUser? User { get; init; }

    /// <summary>With which requests are signed; null: the operator has none.</summary>
    public Seal? Seal { get; init; }

    /// <summary>Where the bank is to send the user back, on the channel REDIRECT; null elsewhere.</summary>
    public BankCallback? Callback { get; init; }
}

/// <summary>
/// The user's own request, forwarded to banks as PSU headers. Their presence tells the bank that the user is there (RTS 2018/389
/// art. 36(5)), so it must be a fact.
/// </summary>
public sealed record PresentUser(string IpAddress, string? UserAgent, string? AcceptLanguage);

/// <summary>The address registered at the bank, and the single-use value that ties the answer to this connection (RFC 6749 §10.12).</summary>
public sealed record BankCallback(Uri RedirectUri, string State);

/// <summary>Everything a step can come to.</summary>
public abstract record StepResult
{
    private StepResult() { }

    /// <summary>
    /// The session to hand back next time. The engine stores it encrypted before it asks the bank again; what must not wait for the end of the step goes
    /// to <see cref="StepContext.Keep"/>.
    /// </summary>
    public required string Session { get; init; }

    /// <summary>A page of the list asked for. <see cref="Next"/> null: it was the last one.</summary>
    public sealed record Page : StepResult
    {
        /// <summary>Filled by <see cref="IAccountInformation.ListAccounts"/>.</summary>
        public IReadOnlyList<BankAccount> Accounts { get; init; } = [];

        /// <summary>How many accounts of the list cannot be read, and are left out: the operator is told, and the others are read.</summary>
        public int AccountsLeftOut { get; init; }

        /// <summary>Filled by <see cref="IAccountInformation.ListTransactions"/>.</summary>
        public IReadOnlyList<BankTransaction> Transactions { get; init; } = [];

        /// <summary>
        /// Rows of the list of transactions that cannot be read, by what is wrong with each: they are counted and told, and nothing is called
        /// missing because of them. A page of which nothing can be read is <see cref="Refusal.NotUnderstood"/> instead.
        /// </summary>
        public IReadOnlyList<UnreadableField> Unreadable { get; init; } = [];

        /// <summary>
        /// The earliest day from which the bank gave everything, when it is later than the day asked for (a bank that keeps
        /// 90 days); null: all that was asked. What is stored and older is out of sight, not gone.
        /// </summary>
        public DateOnly? CompleteFrom { get; init; }

        /// <summary>The last day to which it gave everything; null: to this day.</summary>
        public DateOnly? CompleteUntil { get; init; }

        /// <summary>
        /// Who signed in, as the bank writes it, on a page of <see cref="IAccountInformation.ListAccounts"/>; null when it does not say.
        /// </summary>
        public string? Holder { get; init; }

        /// <summary>Where the next step goes on; null at the end of the list.</summary>
        public string? Next { get; init; }
    }

    /// <summary>
    /// Only the user can open the way. After an accepted answer the connector says <see cref="Done"/> and the engine asks
    /// again for what it wanted.
    /// </summary>
    public sealed record AskUser(Question Question) : StepResult;

    /// <summary>Not now: ask again from this time on.</summary>
    public sealed record Later(DateTimeOffset NotBefore, LaterReason Reason) : StepResult
    {
        /// <summary>Whether the bank itself named the time (<c>Retry-After</c>, RFC 9110 section 10.2.3).</summary>
        public bool IsNamed { get; init; }
    }

    /// <summary>
    /// No, and asking again the same way would not help. <paramref name="Detail"/> is for the operator: it holds no secret,
    /// no amount, no name.
    /// </summary>
    public sealed record Refused(Refusal Reason, string Detail) : StepResult
    {
        /// <summary>What the bank itself says about it, for the user and the client alone: never logged; null when it says nothing useful.</summary>
        public string? Message { get; init; }
    }

    /// <summary>What was asked is done and there is nothing (more) to hand over.</summary>
    public sealed record Done : StepResult;
}

/// <summary>Why a row cannot be read.</summary>
public enum UnreadableField
{
    /// <summary>It has no amount, no direction, or none that can be read.</summary>
    Amount,

    /// <summary>It has no day, or none that can be read.</summary>
    Day,
}

/// <summary>Why a bank is to be asked later.</summary>
public enum LaterReason
{
    /// <summary>Down, in maintenance, or answering nonsense.</summary>
    BankUnavailable,

    /// <summary>Too many requests.</summary>
    RateLimited,

    /// <summary>The bank is still preparing the data.</summary>
    Working,
}

/// <summary>Why a bank says no.</summary>
public enum Refusal
{
    /// <summary>Name or password wrong. Never tried again without new credentials: three failures lock people out.</summary>
    WrongCredentials,

    /// <summary>The code was wrong too often, or expired.</summary>
    ChallengeFailed,

    /// <summary>The bank wants a new password first.</summary>
    PasswordChangeRequired,

    /// <summary>The bank has locked the customer's access.</summary>
    AccessLocked,

    /// <summary>The user must settle something on the bank's site.</summary>
    SiteActionRequired,

    /// <summary>The authorization ended or was withdrawn at the bank.</summary>
    ConsentExpired,

    /// <summary>The user said no at the bank.</summary>
    ConsentDenied,

    /// <summary>Only the account asked for is refused; the others may be fine.</summary>
    AccountRefused,

    /// <summary>Our own fault: certificate, registration, signature, configuration. For the operator, never blamed on the user.</summary>
    OperatorFault,

    /// <summary>The bank answers something that this connector does not understand.</summary>
    NotUnderstood,

    /// <summary>
    /// A field of the credentials that may be left empty holds what the bank cannot use; name and password are not called wrong. What is wrong stands
    /// in <see cref="StepResult.Refused.Message"/>.
    /// </summary>
    FieldRefused,

    /// <summary>
    /// The authorization is refused for the account asked for, although the bank has just confirmed it (a renewed token, the list of accounts). Of one account
    /// it means what <see cref="AccountRefused"/> means; of all of them, that the user must agree anew.
    /// </summary>
    AccountUnauthorized,
}
