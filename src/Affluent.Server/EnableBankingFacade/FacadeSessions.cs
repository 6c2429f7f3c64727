using Affluent.Connectors.EnableBanking;
using Affluent.Server.Accounts;
using Affluent.Server.Authorization;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Security;
using Affluent.Server.Storage;
using Affluent.Server.Widget;

namespace Affluent.Server.EnableBankingFacade;

/// <summary>Begins and ends what users give applications.</summary>
internal sealed class FacadeSessions(
    Database database,
    Ids ids,
    Banks banks,
    Settings settings,
    SecurityLog security,
    TimeProvider time
)
{
    /// <summary>Begins a user's way, and returns the secret that opens its page.</summary>
    public async Task<(FacadeAuthorization Authorization, Secret Page)> Ask(
        FacadeApplication application,
        FacadeAuthRequest request,
        CancellationToken cancellation
    )
    {
        var page = Secret.Generate();
        var authorization = new FacadeAuthorization
        {
            Id = ids.Next<FacadeAuthorizationId>(),
            ApplicationId = application.Id,
            ClientId = application.ClientId,
            ProviderId = request.Bank.Id,
            PsuType = request.PsuType,
            State = request.State,
            RedirectUrl = request.RedirectUrl,
            ValidUntil = request.ValidUntil,
            PageHash = page.Hash(),
            ExpiresAt = time.Seconds() + FacadeAuthorization.Lifetime,
            PsuIdHash = FacadeMapping.HashOf(application.Id, request.PsuId ?? Secret.Generate().Value),
        };
        await database.Write(db => FacadeStore.Insert(db, authorization), cancellation);
        return (authorization, page);
    }

    /// <summary>Turns a code into a session, once; or what is answered.</summary>
    public async Task<(FacadeReach? Reach, FacadeError? Error)> Begin(
        FacadeApplication application,
        Secret code,
        CancellationToken cancellation
    )
    {
        var now = time.Seconds();
        // Anybody may try: who has no code keeps no writer waiting.
        var found = await database.Read(db => FacadeStore.FindByCode(db, application.Id, code), cancellation);
        if (Fault(found, now) is { } fault)
        {
            return (null, fault);
        }
        return await database.Write<(FacadeReach?, FacadeError?)>(
            async db =>
            {
                var session = await Describe(db, found!, now);
                if (session is null)
                {
                    return (
                        null,
                        new FacadeError(
                            422,
                            FacadeErrorCode.ExpiredAuthorizationCode,
                            "The user has taken the bank off since, or the bank's consent is over."
                        )
                    );
                }
                // Of two at once, one changes the row.
                if (!await FacadeStore.Spend(db, found!, session.Id))
                {
                    return (null, AlreadySpent);
                }
                var shared = await AccountsStore.List(
                    db,
                    session.UserId,
                    new AccountFilter { ConnectionId = session.ConnectionId }
                );
                await FacadeStore.Insert(
                    db,
                    session,
                    [
                        .. shared
                            .Where(FacadeMapping.IsShared)
                            .Select(account => new FacadeAccount
                            {
                                UserId = session.UserId,
                                SessionId = session.Id,
                                AccountId = account.Id,
                            }),
                    ]
                );
                db.AfterCommit(() =>
                    security.FacadeSessionBegun(
                        new(session.ClientId, session.UserId, session.ConnectionId),
                        application.Id,
                        session.Id
                    )
                );
                return (await FacadeGate.Reach(db, session, now), null);
            },
            cancellation
        );
    }

    /// <summary>What a user has given applications and can take back, oldest first.</summary>
    public async Task<IReadOnlyList<FacadeSession>> OfUser(DbWork db, UserId userId)
    {
        var sessions = await FacadeStore.OfUser(db, userId, time.Seconds());
        ConnectionKey[] keys = [.. sessions.Select(given => new ConnectionKey(userId, given.ConnectionId)).Distinct()];
        // Those of banks that the user has taken off are over.
        var linked = (await ConnectionsStore.Find(db, keys)).Select(connection => connection.Id).ToHashSet();
        return [.. sessions.Where(session => linked.Contains(session.ConnectionId))];
    }

    /// <summary>What users see of it beside what other applications were given.</summary>
    public ApplicationKind AsApplications() =>
        new(
            async (db, userId) => [.. (await OfUser(db, userId)).Select(Shown)],
            (db, user, id) =>
                Ids.TryRead<FacadeSessionId>(id, out var key) ? Revoke(db, user, key) : Task.FromResult(false)
        );

    private static ReadingApplication Shown(FacadeSession session) =>
        new(session.Id.ToString(), session.ApplicationName, session.CreatedAt)
        {
            CreatedAt = session.CreatedAt,
            Bank = session.AspspName,
            Until = session.ValidUntil,
            UsedAt = session.UsedAt,
        };

    /// <summary>A client's applications, oldest first.</summary>
    public static Task<IReadOnlyList<FacadeApplication>> Applications(DbWork db, ClientId clientId) =>
        FacadeStore.List(db, clientId);

    /// <summary>One of a client's applications; null: it has no such.</summary>
    public Task<FacadeApplication?> Find(ClientId clientId, FacadeApplicationId id, CancellationToken cancellation) =>
        database.Read(db => FacadeStore.Find(db, clientId, id), cancellation);

    /// <summary>The user ends a session; false: there is none, or it was ended before.</summary>
    public async Task<bool> Revoke(DbWork db, ActingUser user, FacadeSessionId id)
    {
        if (!await FacadeStore.Revoke(db, user.UserId, id, time.Seconds()))
        {
            return false;
        }
        db.AfterCommit(() => security.FacadeSessionRevoked(new(user.ClientId, user.UserId), id));
        return true;
    }

    /// <summary>The application ends a session; false: it was ended before.</summary>
    public Task<bool> End(FacadeSession session, CancellationToken cancellation) =>
        database.Write(
            async db =>
            {
                if (!await FacadeStore.Close(db, session, time.Seconds()))
                {
                    return false;
                }
                db.AfterCommit(() =>
                    security.FacadeSessionEnded(
                        new(session.ClientId, session.UserId, session.ConnectionId),
                        session.ApplicationId,
                        session.Id
                    )
                );
                return true;
            },
            cancellation
        );

    /// <summary>Registers an application; null: the client has as many as a client may have.</summary>
    public async Task<FacadeApplication?> Register(FacadeApplication asked, CancellationToken cancellation)
    {
        var application = asked with { Id = ids.Next<FacadeApplicationId>(), CreatedAt = time.Seconds() };
        return await database.Write(
            async db =>
            {
                if (!await FacadeStore.Insert(db, application))
                {
                    return null;
                }
                db.AfterCommit(() => security.FacadeApplicationMade(new(application.ClientId), application.Id));
                return application;
            },
            cancellation
        );
    }

    /// <summary>Ends an application of the client; false: the client has no such.</summary>
    public Task<bool> Delete(ClientId clientId, FacadeApplicationId id, CancellationToken cancellation) =>
        database.Write(
            async db =>
            {
                if (!await FacadeStore.Delete(db, clientId, id))
                {
                    return false;
                }
                db.AfterCommit(() => security.FacadeApplicationDeleted(new(clientId), id));
                return true;
            },
            cancellation
        );

    /// <summary>What the application is told of itself.</summary>
    public FacadeApplicationStanding Standing(FacadeApplication application) =>
        new()
        {
            Name = application.Name,
            Kid = FacadeUuid.Of(application.Id),
            Environment = (
                settings.Environment == InstallationKind.Production
                    ? UpstreamEnvironment.Production
                    : UpstreamEnvironment.Sandbox
            ).Word(),
            RedirectUrls = application.Redirects,
            Active = true,
            Countries = [.. Aspsps.Of(banks.All).All.Select(bank => bank.Country).Distinct()],
            Services = ["AIS"],
        };

    private static FacadeError AlreadySpent { get; } =
        new(422, FacadeErrorCode.AlreadyAuthorized, "This code has become a session before. Let the user agree anew.");

    private static FacadeError? Fault(FacadeAuthorization? found, long now) =>
        found is not { UserId: not null, ConnectionId: not null }
            ? new(422, FacadeErrorCode.WrongAuthorizationCode, "This is no code that this application was given.")
        : found.SessionId is not null ? AlreadySpent
        : found.CodeExpiresAt <= now
            ? new(422, FacadeErrorCode.ExpiredAuthorizationCode, "This code is too old. Let the user agree anew.")
        : null;

    /// <summary>The session that an authorization comes to; null: there is nothing to be had.</summary>
    private async Task<FacadeSession?> Describe(DbWork db, FacadeAuthorization authorization, long now)
    {
        var (userId, connectionId) = (authorization.UserId!.Value, authorization.ConnectionId!.Value);
        if (
            await ConnectionsStore.Find(db, userId, connectionId) is not { } connection
            || banks.Provider(connection.ProviderId) is not { } bank
        )
        {
            return null;
        }
        var channels = await ChannelStore.List(db, [new ConnectionKey(userId, connectionId)]);
        var ends = FacadeMapping.BankEnd(channels) is { } bankEnd
            ? Math.Min(bankEnd, authorization.ValidUntil)
            : authorization.ValidUntil;
        var listed = Aspsps.Of(banks.All).Find(bank.Id);
        return ends <= now
            ? null
            : new FacadeSession
            {
                Id = ids.Next<FacadeSessionId>(),
                UserId = userId,
                ApplicationId = authorization.ApplicationId,
                ClientId = authorization.ClientId,
                ConnectionId = connectionId,
                AspspName = listed?.Name ?? bank.Name,
                AspspCountry = listed?.Country ?? bank.CountryCode,
                PsuType = authorization.PsuType,
                ValidUntil = ends,
                CreatedAt = now,
                PsuIdHash = authorization.PsuIdHash,
            };
    }
}
