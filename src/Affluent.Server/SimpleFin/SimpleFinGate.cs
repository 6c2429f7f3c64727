using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Security;
using Affluent.Server.Storage;

namespace Affluent.Server.SimpleFin;

/// <summary>How an application's request is taken.</summary>
internal abstract record SimpleFinEntry
{
    private SimpleFinEntry() { }

    public sealed record Welcome(ActingUser User) : SimpleFinEntry;

    public sealed record Refused : SimpleFinEntry;

    /// <param name="RetryAfter">Seconds.</param>
    public sealed record TooMany(long RetryAfter) : SimpleFinEntry;
}

/// <summary>An access that was just claimed, with the password that is told this once.</summary>
internal sealed record ClaimedAccess(SimpleFinAccessId Id, Secret Password);

/// <summary>Lets applications in: makes setup tokens, turns them into credentials, and knows those again.</summary>
internal sealed class SimpleFinGate(Database database, Settings settings, SecurityLog security, TimeProvider time)
{
    private readonly SimpleFinUses _uses = new();

    /// <summary>Makes an access that waits for its claim, and its code; null: the user has as many as a user may have.</summary>
    public async Task<(SimpleFinAccess Access, Secret Code)?> Offer(UserWork work, string name)
    {
        var code = SimpleFinSecrets.Generate();
        var access = new SimpleFinAccess
        {
            Id = work.Ids.Next<SimpleFinAccessId>(),
            UserId = work.UserId,
            ClientId = work.ClientId,
            Name = name,
            CodeHash = code.Hash(),
            CodeExpiresAt = work.Now + SimpleFinAccess.CodeLifetime,
            CreatedAt = work.Now,
        };
        if (!await SimpleFinStore.Insert(work.Db, access))
        {
            return null;
        }
        work.Db.AfterCommit(() => security.SimpleFinOffered(new(access.ClientId, access.UserId), access.Id));
        return (access, code);
    }

    /// <summary>Turns a code into credentials, once; null: there is nothing to be had for it.</summary>
    public async Task<ClaimedAccess?> Claim(Secret code, CancellationToken cancellation)
    {
        var now = time.Seconds();
        // Anybody may try: who has no code keeps no writer waiting.
        var (access, fault) = await database.Read<(SimpleFinAccess? Access, SimpleFinFault? Fault)>(
            async db =>
                await SimpleFinStore.FindByCode(db, code.Hash()) is { } found
                    ? (found, found.ClaimFault(now) ?? await ClientFault(db, found.ClientId))
                    : (null, SimpleFinFault.UnknownCode),
            cancellation
        );
        if (access is null || fault is not null)
        {
            Refuse(access, fault ?? SimpleFinFault.UnknownCode);
            return null;
        }
        var password = SimpleFinSecrets.Generate();
        // Of two at once, one changes the row.
        if (
            !await database.Write(
                db => SimpleFinStore.Claim(db, access.UserId, access.Id, password.Hash(), now),
                cancellation
            )
        )
        {
            Refuse(access, SimpleFinFault.CodeUsed);
            return null;
        }
        security.SimpleFinClaimed(new(access.ClientId, access.UserId), access.Id);
        return new(access.Id, password);
    }

    /// <summary>Whose accounts are shown for these credentials; counts the request.</summary>
    public async Task<SimpleFinEntry> Enter(
        (SimpleFinAccessId Id, Secret Password)? given,
        CancellationToken cancellation
    )
    {
        var (access, fault) = await database.Read<(SimpleFinAccess? Access, SimpleFinFault? Fault)>(
            async db =>
            {
                var found = given is { Id: var id } ? await SimpleFinStore.FindByName(db, id) : null;
                return found?.Knows(given!.Value.Password) == true
                    ? (found, await ClientFault(db, found.ClientId))
                    : (found, SimpleFinFault.WrongCredentials);
            },
            cancellation
        );
        if (access is null || fault is not null)
        {
            Refuse(access, fault ?? SimpleFinFault.WrongCredentials);
            return new SimpleFinEntry.Refused();
        }
        var now = time.Seconds();
        if (_uses.Count(access, settings.SimpleFinRequests, now) is not { } requests)
        {
            Refuse(access, SimpleFinFault.TooManyRequests);
            return new SimpleFinEntry.TooMany(SimpleFinDay.Left(now));
        }
        if (requests > 0)
        {
            await database.Write(db => SimpleFinStore.Count(db, access.UserId, access.Id, requests, now), cancellation);
        }
        return new SimpleFinEntry.Welcome(new ActingUser(access.ClientId, access.UserId));
    }

    /// <summary>Ends one of the user's accesses; false: the user has no such.</summary>
    public Task<bool> Revoke(ActingUser user, SimpleFinAccessId id, CancellationToken cancellation) =>
        database.Write(db => Revoke(db, user, id), cancellation);

    /// <inheritdoc cref="Revoke(ActingUser, SimpleFinAccessId, CancellationToken)"/>
    public async Task<bool> Revoke(DbWork db, ActingUser user, SimpleFinAccessId id)
    {
        if (!await SimpleFinStore.Delete(db, user.UserId, id))
        {
            return false;
        }
        db.AfterCommit(() => security.SimpleFinRevoked(new(user.ClientId, user.UserId), id));
        return true;
    }

    /// <summary>Whether a client may have accounts and transactions read.</summary>
    public static bool MayRead(IEnumerable<Scope> scopes)
    {
        var held = scopes.ToHashSet();
        return held.Contains(Scope.TransactionsRead)
            && (held.Contains(Scope.AccountsRead) || held.Contains(Scope.AccountsManage));
    }

    private static async Task<SimpleFinFault?> ClientFault(DbWork db, ClientId id) =>
        await ClientStore.Find(db, id) is { Disabled: false } client && MayRead(client.Scopes)
            ? null
            : SimpleFinFault.ClientRefused;

    private void Refuse(SimpleFinAccess? access, SimpleFinFault fault) =>
        security.SimpleFinRefused(new(access?.ClientId, access?.UserId), fault.Word());
}
