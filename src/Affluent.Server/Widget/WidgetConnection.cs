using System.Diagnostics;
using Affluent.Connectors.Contract;
using Affluent.Server.Accounts;
using Affluent.Server.Authorization;
using Affluent.Server.Connections;
using Affluent.Server.Consents;
using Affluent.Server.Gates;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;

namespace Affluent.Server.Widget;

// What the widget reads of connections and their accounts, and what it does to them.

/// <summary>A connection as far as the widget looks at it.</summary>
/// <param name="Running">A synchronization is under way.</param>
/// <param name="Complete">The last one read everything.</param>
/// <param name="Channels">REDIRECT first.</param>
internal sealed record WidgetConnection(
    ConnectionId Id,
    ProviderId ProviderId,
    bool Running,
    bool Complete,
    IReadOnlyList<WidgetChannel> Channels,
    IReadOnlyList<WidgetAccount> Accounts
)
{
    /// <summary>Whether what there is can be read on without the user: accounts are shared, and no channel waits for anybody.</summary>
    public bool GoesOn(long now) =>
        Accounts.Any(account => account.Selected)
        && Channels.Any(channel => channel.IsUsed)
        && Channels.All(channel => channel.GoesOn(now));

    /// <summary>The connection with its channels and accounts; null when the user has no such connection.</summary>
    public static async Task<WidgetConnection?> Find(DbWork db, UserId userId, ConnectionId id)
    {
        return await ConnectionsStore.Find(db, userId, id) is { } row ? await Of(db, row) : null;
    }

    /// <summary>The connections to a bank, under whichever of its ids, that have brought accounts, oldest first.</summary>
    public static async Task<IReadOnlyList<WidgetConnection>> OfBank(
        DbWork db,
        UserId userId,
        IEnumerable<ProviderId> same
    )
    {
        List<WidgetConnection> found = [];
        foreach (var row in await ConnectionsStore.OfProvider(db, userId, same))
        {
            found.Add(await Of(db, row));
        }
        return [.. found.Where(connection => connection.Accounts.Count > 0)];
    }

    private static async Task<WidgetConnection> Of(DbWork db, ConnectionRow row)
    {
        var channels = await ChannelStore.List(db, [new(row.UserId, row.Id)]);
        var accounts = await AccountsStore.List(db, row.UserId, new AccountFilter { ConnectionId = row.Id });
        return new WidgetConnection(
            row.Id,
            row.ProviderId,
            row.Status == ConnectionStatus.Running,
            row.Status == ConnectionStatus.Success,
            [.. channels.OrderBy(channel => channel.Mode).Select(WidgetChannel.Of)],
            [.. accounts.Select(WidgetAccount.Of)]
        );
    }
}

/// <summary>A channel of a connection.</summary>
/// <param name="Reason">Why it stands so; null when all is well.</param>
/// <param name="Message">What the bank itself says about it.</param>
/// <param name="ExpiresAt">When the bank's consent ends, in UTC seconds; null: nobody says that it does.</param>
/// <param name="SparedUntil">Until when the bank wants to be left alone, in UTC seconds; null: it does not.</param>
internal sealed record WidgetChannel(
    ChannelDefinitionId DefinitionId,
    ChannelMode Mode,
    ChannelStatus Status,
    ChannelReason? Reason,
    string? Message = null,
    long? ExpiresAt = null,
    long? SparedUntil = null
)
{
    /// <summary>Whether anything was ever asked over it.</summary>
    public bool IsUsed => Status != ChannelStatus.Empty;

    /// <summary>Whether it needs nobody.</summary>
    public bool GoesOn(long now) =>
        !(ExpiresAt <= now)
        && Status switch
        {
            ChannelStatus.Empty or ChannelStatus.Running or ChannelStatus.Success or ChannelStatus.Failed => true,
            ChannelStatus.AuthFailed
            or ChannelStatus.TokenExpired
            or ChannelStatus.PasswordChangeRequired
            or ChannelStatus.ChallengeRequired
            or ChannelStatus.UserActionRequired => false,
        };

    public static WidgetChannel Of(ChannelRow row) =>
        new(row.DefinitionId, row.Mode, row.Status, row.Reason, row.Message, row.ExpiresAt, row.SparedUntil);
}

/// <summary>An account, shared or not.</summary>
/// <param name="Number">Its IBAN, or the bank's own number.</param>
/// <param name="LastDefinitionId">The channel that listed it last.</param>
internal sealed record WidgetAccount(
    AccountId Id,
    ConnectionId ConnectionId,
    string? Name,
    string? Number,
    BankAccountType? Type,
    string Currency,
    decimal? Balance,
    ChannelDefinitionId LastDefinitionId,
    bool Selected
)
{
    /// <summary>All accounts of a user, by connection.</summary>
    public static async Task<IReadOnlyList<WidgetAccount>> All(DbWork db, UserId userId)
    {
        var rows = await AccountsStore.List(db, userId, new AccountFilter());
        return [.. rows.Select(Of).OrderBy(a => a.ConnectionId.Value).ThenBy(a => a.Id.Value)];
    }

    public static WidgetAccount Of(AccountRow row) =>
        new(
            row.Id,
            row.ConnectionId,
            row.Name,
            row.Iban ?? row.AccountNumber,
            row.Type,
            row.Currency,
            AccountView.Balance(row),
            row.LastDefinitionId,
            row.Selected
        );
}

/// <summary>What is wrong with an input of a form.</summary>
internal enum InputFault
{
    Missing,
    Malformed,
}

/// <summary>What a credentials form holds: the values by field id, or what is wrong with its inputs, by their names.</summary>
internal abstract record CredentialsInput
{
    private CredentialsInput() { }

    public sealed record Good(IReadOnlyDictionary<string, string> Values) : CredentialsInput;

    public sealed record Faulty(IReadOnlyDictionary<string, InputFault> Faults) : CredentialsInput;

    /// <param name="given">By the names of the inputs.</param>
    public static CredentialsInput Of(ChannelDefinition channel, IReadOnlyDictionary<string, string> given)
    {
        var faults = channel
            .Credentials.Select(field => (field.Name, Fault: FaultOf(channel, field, given[field.Name])))
            .Where(input => input.Fault is not null)
            .ToDictionary(input => input.Name, input => input.Fault!.Value, StringComparer.Ordinal);
        return faults.Count == 0 && CredentialsForm.Read(channel, given) is FormReading.Good good
            ? new Good(good.Values)
            : new Faulty(faults);
    }

    // Each field by itself: the form shows every fault at once.
    private static InputFault? FaultOf(ChannelDefinition channel, CredentialField field, string value)
    {
        var alone = new Dictionary<string, string>(StringComparer.Ordinal) { [field.Name] = value };
        return CredentialsForm.Read(channel with { Credentials = [field] }, alone) switch
        {
            FormReading.Faulty { Fault.Kind: FieldFaultKind.Missing } => InputFault.Missing,
            FormReading.Faulty => InputFault.Malformed,
            FormReading.Good => null,
            _ => throw new UnreachableException(),
        };
    }
}

/// <summary>What a form can do to the connections of the session's user, in the form's own transaction.</summary>
internal sealed class SessionActions(
    UserWork work,
    Banks banks,
    ConsentKeeper consents,
    BankRevocations revocations,
    ReadingApplications applications,
    WidgetParameters parameters,
    FormSender sender
)
{
    private readonly PresentUser _user = sender.User;

    /// <summary>Keeps what the user agreed to, as evidence.</summary>
    public Task<ConsentId> Record(ConsentKind kind, ConsentText text, ConsentSubject subject) =>
        consents.Record(work, kind, text, subject, sender.Address);

    /// <summary>Whether the user has linked this bank before.</summary>
    public async Task<bool> IsLinked(ProviderId bank) =>
        await WidgetConnection.OfBank(work.Db, work.UserId, banks.SameAs(bank)) is not [];

    /// <summary>Which of the ways to a bank do not answer now.</summary>
    public Task<IReadOnlySet<ChannelDefinitionId>> Down(Provider bank) => WaysDown.Of(work.Db, bank, work.Now);

    /// <summary>Makes a connection, which begins with this channel.</summary>
    /// <param name="credentials">By field id; empty on REDIRECT.</param>
    /// <param name="consentId">What the user agreed to before; null where the client has an agreement of its own.</param>
    public async Task<ConnectionId> Create(
        Provider provider,
        ChannelDefinition channel,
        IReadOnlyDictionary<string, string> credentials,
        ConsentId? consentId
    )
    {
        var id = await ConnectionEdits.Create(
            work,
            new ConnectionDraft
            {
                Provider = provider,
                Channel = channel,
                Credentials = credentials,
                AutoSync = parameters.AutoSync,
                ConsentPerAccount = parameters.ConsentPerAccount,
                SelectAccounts = parameters.SelectAccounts,
                User = _user,
            }
        );
        if (consentId is { } agreed)
        {
            await ConsentStore.NameConnection(work.Db, work.UserId, agreed, id);
        }
        return id;
    }

    /// <summary>Sends the user to the bank again, to authorize this REDIRECT channel.</summary>
    public Task Reauthorize(ConnectionId id, ChannelDefinition channel) =>
        ConnectionEdits.Reauthorize(work, id, channel, _user, new Ways(banks, revocations));

    /// <summary>
    /// The way that is tried after one that did not come as far as an authorization; null: it has one, by which it can be read, or it is the only way.
    /// </summary>
    public async Task<ChannelDefinition?> AnotherWay(ConnectionId id, ChannelDefinition channel, Provider bank) =>
        (await ChannelStore.InUse(work.Db, work.UserId, id)).Any(used =>
            used.DefinitionId == channel.Id && used.Session is not null
        )
            ? null
            : BankWays.After(channel.Id, bank, await Down(bank));

    /// <summary>New credentials for an EMBEDDED channel.</summary>
    public Task SetCredentials(
        ConnectionId id,
        ChannelDefinition channel,
        IReadOnlyDictionary<string, string> credentials
    ) => ConnectionEdits.SetCredentials(work, id, channel, credentials, _user, new Ways(banks, revocations));

    /// <summary>Asks for a run at once.</summary>
    public Task Synchronize(ConnectionId id) => Synchronizations.Request(work, id, JobRequest.All, _user);

    /// <summary>Shares exactly these accounts of a connection.</summary>
    public Task Share(ConnectionId id, IEnumerable<AccountId> accounts) =>
        AccountSelection.Set(work, id, [.. accounts], _user);

    /// <summary>Ends an application's access.</summary>
    public Task Remove(ReadingApplication application) =>
        applications.Remove(work.Db, new ActingUser(work.ClientId, work.UserId), application.Id);

    /// <summary>Answers the bank's question; false when the answer does not have the form asked for.</summary>
    public async Task<bool> Answer(OpenQuestion open, IReadOnlyDictionary<string, string> values) =>
        await Questions.Answer(work, open.ConnectionId, id => banks.Channel(id)?.Definition, values, _user)
            is not AnswerOutcome.WrongField;

    /// <summary>Answers the bank's question by a file; what is wrong with it, null when nothing is.</summary>
    public async Task<StatementAnswer.Refused?> Answer(OpenQuestion open, StatementAnswer file) =>
        await Questions.AnswerByFile(work, open, file, _user) is AnswerOutcome.WrongFile wrong ? wrong.Refused : null;

    /// <summary>The user will not answer.</summary>
    public Task Cancel(OpenQuestion open) => Questions.Cancel(work, open.ConnectionId);

    /// <summary>Removes a connection that never brought an account; false when it did, or is gone.</summary>
    public Task<bool> DeleteUnfinished(ConnectionId id) => ConnectionEdits.DeleteUnused(work, revocations, id);
}
