using System.Net.Http.Headers;
using Affluent.Server.Accounts;
using Affluent.Server.Authorization;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Security;
using Affluent.Server.SimpleFin;
using Affluent.Server.Storage;

namespace Affluent.Server.EnableBankingFacade;

/// <summary>A session as it stands now, with the accounts that are still shared.</summary>
/// <param name="Given">What it began with.</param>
/// <param name="Accounts">Those of them that the user still shares.</param>
internal sealed record FacadeReach(
    FacadeSession Session,
    FacadeSessionStatus Status,
    IReadOnlyList<AccountId> Given,
    IReadOnlyList<AccountRow> Accounts,
    ConnectionRow? Connection
);

/// <summary>Lets applications in: knows their tokens, finds what users gave them, and counts their requests.</summary>
internal sealed class FacadeGate(Database database, Settings settings, SecurityLog security, TimeProvider time)
{
    private readonly FacadeUses _uses = new();

    /// <summary>What the widget does for users, and what applications read (see <see cref="Widget.WidgetSessions"/>).</summary>
    private static readonly Scope[] ToLink =
    [
        Scope.ConnectionsManage,
        Scope.ConnectionsSync,
        Scope.AccountsManage,
        Scope.Profile,
    ];

    /// <summary>Whether users of a client may be sent to the widget.</summary>
    public static bool MayLink(IEnumerable<Scope> scopes) => !ToLink.Except(scopes).Any();

    /// <summary>Whose application sends a request, or what it is answered.</summary>
    public async Task<(FacadeApplication? Application, FacadeError? Error)> Enter(
        HttpRequest request,
        CancellationToken cancellation
    )
    {
        if (
            !AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
            || !header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
            || header.Parameter is not { Length: > 0 } text
        )
        {
            return (null, FacadeError.NoToken);
        }
        var (token, fault) = FacadeToken.Read(text);
        if (token is null)
        {
            return (null, Refuse(null, fault!.Value));
        }
        if (!token.HoldsAt(time.Seconds()))
        {
            return (null, Refuse(null, FacadeFault.WrongClaims));
        }
        var (application, client) = await database.Read<(FacadeApplication?, Client?)>(
            async db =>
                await FacadeStore.FindByName(db, token.ApplicationId) is { } found
                    ? (found, await ClientStore.Find(db, found.ClientId))
                    : (null, null),
            cancellation
        );
        if (application is null)
        {
            return (null, Refuse(null, FacadeFault.UnknownApplication));
        }
        if (!FacadeKey.Verifies(application.PublicKey, token.Signed, token.Signature))
        {
            return (null, Refuse(application, FacadeFault.WrongSignature));
        }
        if (client is not { Disabled: false } || !SimpleFinGate.MayRead(client.Scopes) || !MayLink(client.Scopes))
        {
            Refuse(application, FacadeFault.ClientRefused);
            return (null, FacadeError.Denied);
        }
        return (application, null);
    }

    /// <summary>Counts a request that names no session; null: it may go on.</summary>
    public async Task<FacadeError?> Count(FacadeApplication application, CancellationToken cancellation)
    {
        var now = time.Seconds();
        var known = new FacadeUse(application.UsedAt, application.RequestsDay, application.Requests);
        if (_uses.Count(application.Id.Value, known, settings.EnableBankingFacadeRequests, now) is not { } requests)
        {
            return TooMany(application, null, now);
        }
        if (requests > 0)
        {
            await database.Write(db => FacadeStore.Count(db, application.Id, requests, now), cancellation);
        }
        return null;
    }

    /// <summary>A session of the application, whose request is counted; or what is answered.</summary>
    public async Task<(FacadeReach? Reach, FacadeError? Error)> Session(
        FacadeApplication application,
        FacadeSessionId id,
        CancellationToken cancellation
    )
    {
        var now = time.Seconds();
        var reach = await database.Read(
            async db =>
                await FacadeStore.FindSession(db, application.Id, id) is { } session
                    ? await Reach(db, session, now)
                    : null,
            cancellation
        );
        if (reach is null)
        {
            return (null, await Count(application, cancellation) ?? FacadeError.NoSession);
        }
        var found = reach.Session;
        var known = new FacadeUse(found.UsedAt, found.RequestsDay, found.Requests);
        if (_uses.Count(found.Id.Value, known, settings.EnableBankingFacadeRequests, now) is not { } requests)
        {
            return (null, TooMany(application, found.UserId, now));
        }
        if (requests > 0)
        {
            await database.Write(db => FacadeStore.Count(db, found, requests, now), cancellation);
        }
        return (reach, null);
    }

    /// <summary>An account of a session of the application, if it can be read now; or what is answered.</summary>
    public async Task<(FacadeReach? Reach, AccountRow? Account, FacadeError? Error)> Account(
        FacadeApplication application,
        AccountId id,
        CancellationToken cancellation
    )
    {
        var now = time.Seconds();
        if (
            await database.Read(db => FacadeStore.SessionOf(db, application.Id, id, now), cancellation)
            is not { } session
        )
        {
            // Of what is another's nothing is told, not even that it is there.
            return (null, null, await Count(application, cancellation) ?? FacadeError.NoAccount);
        }
        var (reach, error) = await Session(application, session, cancellation);
        if (reach is null)
        {
            return (null, null, error!.Code == FacadeErrorCode.SessionDoesNotExist ? FacadeError.NoAccount : error);
        }
        if (FacadeError.Over(reach.Status) is { } over)
        {
            return (null, null, over);
        }
        var account = reach.Accounts.FirstOrDefault(shared => shared.Id == id);
        return account is null || !FacadeMapping.IsOpen(account)
            ? (null, null, FacadeError.NotShared)
            : (reach, account, null);
    }

    /// <summary>How a session stands.</summary>
    public static async Task<FacadeReach> Reach(DbWork db, FacadeSession session, long now)
    {
        var connection = await ConnectionsStore.Find(db, session.UserId, session.ConnectionId);
        var channels = await ChannelStore.List(db, [new ConnectionKey(session.UserId, session.ConnectionId)]);
        AccountId[] given = [.. (await FacadeStore.Accounts(db, session)).Select(account => account.AccountId)];
        var accounts = await AccountsStore.List(
            db,
            session.UserId,
            new AccountFilter { ConnectionId = session.ConnectionId }
        );
        return new FacadeReach(
            session,
            FacadeMapping.StatusOf(session, connection, channels, now),
            given,
            [.. accounts.Where(account => given.Contains(account.Id) && FacadeMapping.IsShared(account))],
            connection
        );
    }

    private FacadeError TooMany(FacadeApplication application, UserId? userId, long now)
    {
        security.FacadeRefused(new(application.ClientId, userId), FacadeFault.TooManyRequests.Word());
        return FacadeError.TooMany(FacadeUses.SecondsOfDay - (now % FacadeUses.SecondsOfDay));
    }

    private FacadeError Refuse(FacadeApplication? application, FacadeFault fault)
    {
        security.FacadeRefused(new(application?.ClientId), fault.Word());
        return FacadeError.BadToken;
    }
}
