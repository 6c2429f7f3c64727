using Affluent.Server.Connections;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Home;

/// <summary>A linked bank, as far as a person wants to know. Times are UTC seconds.</summary>
/// <param name="LastRead">When something was read last; null: never.</param>
/// <param name="ClosedUntil">It is asked nothing before, whoever wants it; null: it can be asked.</param>
/// <param name="NextTry">When it is tried again by itself; null: it is not, or the last reading went well.</param>
internal sealed record HouseholdBank(
    ConnectionId Id,
    string Name,
    HouseholdBankState State,
    long? LastRead,
    long? ClosedUntil,
    long? NextTry
)
{
    /// <summary>A run that is put off for longer waits for its bank; shorter, it is as good as under way.</summary>
    private const long PutOff = 120;

    private static readonly Page All = new(1, 1000);

    /// <summary>Whether it makes sense to have it read now.</summary>
    public bool CanBeRead =>
        ClosedUntil is null
        && State switch
        {
            HouseholdBankState.NotReadYet
            or HouseholdBankState.UpToDate
            or HouseholdBankState.ReadInPart
            or HouseholdBankState.NotReachable
            or HouseholdBankState.WantsFewer
            or HouseholdBankState.NotSetUp
            or HouseholdBankState.PutOff => true,
            HouseholdBankState.BeingRead
            or HouseholdBankState.Asks
            or HouseholdBankState.NeedsUser
            or HouseholdBankState.Unfinished
            or HouseholdBankState.Ended => false,
        };

    /// <summary>The banks of a member, oldest first.</summary>
    public static async Task<IReadOnlyList<HouseholdBank>> List(
        DbWork db,
        HouseholdMember member,
        ConnectionView view,
        long now
    )
    {
        var connections = await view.List(db, member.UserId, All, ApiVersion.V21);
        (UserId, long)[] jobs = [.. connections.Select(connection => (member.UserId, connection.Id.Value))];
        var asking = (await QuestionStore.Open(db, JobKind.Synchronization, jobs)).Select(open => open.SubjectId);
        var putOff = (await JobStore.DueOf(db, JobKind.Synchronization, jobs)).Where(job => job.DueAt > now + PutOff);
        var (asks, due) = (asking.ToHashSet(), putOff.ToDictionary(job => job.SubjectId, job => job.DueAt));
        return
        [
            .. connections.Select(connection =>
                Of(
                    connection,
                    asks.Contains(connection.Id.Value),
                    due.TryGetValue(connection.Id.Value, out var at) ? at : null,
                    now
                )
            ),
        ];
    }

    /// <summary>What is shown of banks; another text when something else is to be seen.</summary>
    public static string Showing(IEnumerable<HouseholdBank> banks) =>
        string.Join(' ', banks.Select(bank => $"{bank.Id}-{bank.State}"));

    /// <summary>How a bank stands.</summary>
    /// <param name="asks">Whether a run waits for an answer of the user.</param>
    /// <param name="putOff">Whether its run waits for the bank.</param>
    internal static HouseholdBankState StateOf(
        ConnectionStatus status,
        IReadOnlyList<ChannelMessage> channels,
        bool asks,
        bool putOff
    ) =>
        status == ConnectionStatus.Closed ? HouseholdBankState.Ended
        : asks ? HouseholdBankState.Asks
        : channels.Select(channel => OfUser(channel.Status)).FirstOrDefault(state => state is not null) is { } waits
            ? waits
        : status switch
        {
            ConnectionStatus.Running => putOff ? HouseholdBankState.PutOff : HouseholdBankState.BeingRead,
            ConnectionStatus.Success => HouseholdBankState.UpToDate,
            ConnectionStatus.PartialSuccess => HouseholdBankState.ReadInPart,
            ConnectionStatus.Failed => channels.Any(channel => channel.Reason == ChannelReason.RateLimited)
                ? HouseholdBankState.WantsFewer
            : channels.Any(channel => channel.Reason == ChannelReason.OperatorFault) ? HouseholdBankState.NotSetUp
            : HouseholdBankState.NotReachable,
            ConnectionStatus.None => HouseholdBankState.NotReadYet,
            ConnectionStatus.Closed => HouseholdBankState.Ended,
        };

    private static HouseholdBank Of(ConnectionMessage connection, bool asks, long? putOffTo, long now)
    {
        var read = connection.Channels.Max(channel => channel.LastSuccessDate);
        var state = StateOf(connection.Status, connection.Channels, asks, putOffTo is not null);
        // Who began to link a bank and went away.
        state =
            read is null && state is HouseholdBankState.Asks or HouseholdBankState.NeedsUser
                ? HouseholdBankState.Unfinished
                : state;
        var closedUntil = connection.Constraints.BankDownUntil;
        return new HouseholdBank(
            connection.Id,
            connection.Name,
            state,
            read,
            closedUntil > now ? closedUntil : null,
            state switch
            {
                HouseholdBankState.PutOff => putOffTo,
                HouseholdBankState.ReadInPart
                or HouseholdBankState.NotReachable
                or HouseholdBankState.NotSetUp
                or HouseholdBankState.WantsFewer => connection.Constraints.NextRun,
                HouseholdBankState.NotReadYet
                or HouseholdBankState.BeingRead
                or HouseholdBankState.UpToDate
                or HouseholdBankState.Asks
                or HouseholdBankState.NeedsUser
                or HouseholdBankState.Unfinished
                or HouseholdBankState.Ended => null,
            }
        );
    }

    /// <summary>What a channel wants of its user; null: nothing.</summary>
    private static HouseholdBankState? OfUser(ChannelStatus status) =>
        status switch
        {
            ChannelStatus.AuthFailed or ChannelStatus.TokenExpired or ChannelStatus.PasswordChangeRequired =>
                HouseholdBankState.NeedsUser,
            ChannelStatus.ChallengeRequired or ChannelStatus.UserActionRequired => HouseholdBankState.Asks,
            ChannelStatus.Empty or ChannelStatus.Running or ChannelStatus.Success or ChannelStatus.Failed => null,
        };
}

/// <summary>How a linked bank stands, as far as a person wants to know.</summary>
internal enum HouseholdBankState
{
    NotReadYet,
    BeingRead,
    UpToDate,

    /// <summary>Some of it could not be read.</summary>
    ReadInPart,

    /// <summary>Nothing could be read, for a reason that may go by itself.</summary>
    NotReachable,

    /// <summary>Nothing could be read: the bank was asked too often.</summary>
    WantsFewer,

    /// <summary>Nothing could be read: something of the installation's own is missing or wrong.</summary>
    NotSetUp,

    /// <summary>Its run waits for the bank.</summary>
    PutOff,

    /// <summary>It asks something that its user can answer.</summary>
    Asks,

    /// <summary>Its user is to sign in there anew.</summary>
    NeedsUser,

    /// <summary>It was never linked to the end.</summary>
    Unfinished,
    Ended,
}
