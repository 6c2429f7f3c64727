namespace Affluent.Connectors.Contract;

/// <summary>
/// Speaks to one family of banks (one standard, or one kind of web site). What it can do is told by the capability interfaces that it
/// implements, and by its manifest. A connector is a function of what it is handed: it owns no database, no clock, no network but
/// <see cref="StepContext.Http"/>, and keeps nothing between two steps. All it needs to go on stands in the session string and the
/// place string that it returned, so that any node may take the next step.
/// </summary>
/// <remarks>
/// Each method of a capability is one step: a handful of HTTP exchanges at the most. It throws only for bugs and for broken transport
/// (<see cref="HttpRequestException"/>, a time-out): every answer of a bank, a wrong one too, is a <see cref="StepResult"/>. Any step may
/// come to any result: the list of accounts may need the user first.
/// </remarks>
public interface IConnector
{
    /// <summary>What this family is, what it can do, and which settings a bank of it must bring.</summary>
    ConnectorManifest Manifest { get; }
}

/// <summary>What a connector may be able to do. A capability without an interface is one that the platform cannot use yet.</summary>
public enum Capability
{
    /// <summary>Accounts with their balances, and their transactions: <see cref="IAccountInformation"/>.</summary>
    AccountInformation,

    /// <summary>Telling the bank which accounts the user shares: <see cref="IAccountConsent"/>.</summary>
    AccountConsent,

    /// <summary>The user proves who they are on the bank's own pages: <see cref="IRedirectAuthentication"/>.</summary>
    RedirectAuthentication,

    /// <summary>The user gives us what the bank asks for: <see cref="IEmbeddedAuthentication"/>.</summary>
    EmbeddedAuthentication,

    /// <summary>The user acts elsewhere, and the bank is asked whether they have: <see cref="IDecoupledAuthentication"/>.</summary>
    DecoupledAuthentication,

    /// <summary>Ending at the bank what the user authorized there: <see cref="IConsentRevocation"/>.</summary>
    ConsentRevocation,

    /// <summary>Who holds the accounts.</summary>
    AccountHolder,

    /// <summary>Initiating payments.</summary>
    Payments,

    /// <summary>Account statements as documents.</summary>
    Statements,

    /// <summary>Reading files that the user brings, in the place of a bank: <see cref="IStatementFiles"/>.</summary>
    StatementFiles,
}

/// <summary>Reads accounts and their transactions. A connector without access answers <see cref="StepResult.AskUser"/>.</summary>
public interface IAccountInformation : IConnector
{
    /// <summary>Reads the list of accounts with their balances.</summary>
    Task<StepResult> ListAccounts(StepContext context, CancellationToken cancellation);

    /// <summary>Reads the transactions of one listed account.</summary>
    /// <param name="from">The first day wanted; null = as far back as the bank goes.</param>
    Task<StepResult> ListTransactions(
        StepContext context,
        BankAccount account,
        DateOnly? from,
        CancellationToken cancellation
    );

    /// <summary>Goes on with the same list.</summary>
    /// <param name="place">What the last page named as <see cref="StepResult.Page.Next"/>.</param>
    Task<StepResult> Continue(StepContext context, string place, CancellationToken cancellation);
}

/// <summary>Speaks to banks that show nothing of an account before they are told that the user shares it.</summary>
public interface IAccountConsent : IConnector
{
    /// <summary>Tells the bank which accounts the user agreed to share; replaces what was told before.</summary>
    Task<StepResult> ShareAccounts(
        StepContext context,
        IReadOnlyList<BankAccount> accounts,
        CancellationToken cancellation
    );
}

/// <summary>Sends the user to the bank's own pages (<see cref="Question.Redirect"/>).</summary>
public interface IRedirectAuthentication : IConnector
{
    /// <summary>The user came back from the bank.</summary>
    /// <param name="address">The full address, query included, at which the browser arrived.</param>
    Task<StepResult> AcceptReturn(StepContext context, Uri address, CancellationToken cancellation);
}

/// <summary>Hands the user's answer to the bank (<see cref="Question.OneTimePassword"/>, <see cref="Question.Choice"/>).</summary>
public interface IEmbeddedAuthentication : IConnector
{
    /// <summary>Takes the answer to the open question.</summary>
    /// <param name="values">By field id; <see cref="Question.OneTimePassword.Field"/> for a code, <see cref="Question.Choice.Field"/> for an option.</param>
    Task<StepResult> AcceptAnswer(
        StepContext context,
        IReadOnlyDictionary<string, string> values,
        CancellationToken cancellation
    );
}

/// <summary>
/// Reads files that the user brings (<see cref="Question.StatementFile"/>) in the place of a bank. Nothing is read without one, so nothing by itself; a file
/// names only some of the accounts, and what a session holds ends with the run.
/// </summary>
public interface IStatementFiles : IConnector
{
    /// <summary>
    /// Packs a file as the answer that <see cref="IEmbeddedAuthentication.AcceptAnswer"/> takes, or says why nothing of it could be read. Asks nobody.
    /// </summary>
    /// <param name="channel">The channel that asks.</param>
    /// <param name="content">The file.</param>
    /// <param name="hints">What its sender says of it, by <see cref="StatementHint"/>; those that are left out are not there.</param>
    /// <param name="now">The time.</param>
    StatementAnswer Pack(
        ChannelDefinition channel,
        ReadOnlySpan<byte> content,
        IReadOnlyDictionary<StatementHint, string> hints,
        DateTimeOffset now
    );
}

/// <summary>Waits for what the user does elsewhere (<see cref="Question.AppApproval"/>, <see cref="Question.SiteAction"/>).</summary>
public interface IDecoupledAuthentication : IConnector
{
    /// <summary>Looks whether the user has meanwhile approved in the app, or acted on the bank's site.</summary>
    Task<StepResult> Poll(StepContext context, CancellationToken cancellation);
}

/// <summary>
/// Ends the user's authorization at the bank when we need it no longer: the connection was deleted. By then nothing of the connection is left but
/// <see cref="RevocableConsent.Session"/>, and nobody can be asked.
/// </summary>
public interface IConsentRevocation : IConnector
{
    /// <summary>
    /// What is to be kept of a session to end the authorization behind it; null when there is none, or when this bank offers no way to end it. Asks
    /// nobody.
    /// </summary>
    RevocableConsent? Revocable(ChannelDefinition channel, string session);

    /// <summary>
    /// Ends the authorization: <see cref="StepResult.Done"/> when the bank has ended it, <see cref="Refusal.ConsentExpired"/> when it is over already,
    /// <see cref="StepResult.Later"/> when the bank cannot be asked now. Any other refusal is tried again, less and less often. Taken twice it does no harm.
    /// </summary>
    Task<StepResult> Revoke(StepContext context, CancellationToken cancellation);
}

/// <summary>What outlives a connection until its authorization at the bank is ended.</summary>
/// <param name="Session">
/// The least with which <see cref="IConsentRevocation.Revoke"/> works: tokens, and the bank's id of the consent. Nothing of the user, nothing of accounts.
/// </param>
/// <param name="Consent">
/// Tells the authorization from others at the same bank. One that another connection uses, too, is not ended. Compared once, and kept nowhere.
/// </param>
public sealed record RevocableConsent(string Session, string Consent)
{
    /// <inheritdoc />
    public override string ToString() => "***";
}
