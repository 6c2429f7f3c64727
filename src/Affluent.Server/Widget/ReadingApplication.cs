using System.Diagnostics;
using Affluent.Server.Authorization;
using Affluent.Server.EnableBankingFacade;
using Affluent.Server.Platform;
using Affluent.Server.SimpleFin;
using Affluent.Server.Storage;

namespace Affluent.Server.Widget;

/// <summary>An application that reads the user's accounts, or may begin to.</summary>
/// <param name="Id">Of the access, or of the session.</param>
internal abstract record ReadingApplication(string Id, string Name)
{
    /// <summary>It reads all shared accounts over SimpleFIN.</summary>
    public sealed record OverSimpleFin(SimpleFinAccess Access) : ReadingApplication(Access.Id.ToString(), Access.Name);

    /// <summary>It reads the accounts of one bank as it would at Enable Banking.</summary>
    public sealed record AsEnableBanking(FacadeSession Session)
        : ReadingApplication(Session.Id.ToString(), Session.ApplicationName);
}

/// <summary>The applications that read a user's accounts: shows them, and ends what they were given.</summary>
internal sealed class ReadingApplications(SimpleFinGate simpleFin, FacadeSessions enableBanking)
{
    /// <summary>Those of a user; of each kind oldest first.</summary>
    public async Task<IReadOnlyList<ReadingApplication>> List(DbWork db, UserId userId) =>
        [
            .. (await SimpleFinStore.List(db, userId)).Select(access => new ReadingApplication.OverSimpleFin(access)),
            .. (await enableBanking.OfUser(db, userId)).Select(session => new ReadingApplication.AsEnableBanking(
                session
            )),
        ];

    /// <summary>Ends what an application was given; nothing happens where it is over already.</summary>
    public Task Remove(DbWork db, ActingUser user, ReadingApplication application) =>
        application switch
        {
            ReadingApplication.OverSimpleFin { Access: var access } => simpleFin.Revoke(db, user, access.Id),
            ReadingApplication.AsEnableBanking { Session: var session } => enableBanking.Revoke(db, user, session.Id),
            _ => throw new UnreachableException(),
        };
}
