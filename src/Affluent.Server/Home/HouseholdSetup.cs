using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Security;
using Affluent.Server.Storage;
using Affluent.Server.Users;

namespace Affluent.Server.Home;

/// <summary>The way to the first user, told on the machine itself.</summary>
/// <param name="Address">The page, with the code in it.</param>
/// <param name="ExpiresAt">UTC seconds.</param>
internal sealed record SetupInvitation(string Address, Secret Code, long ExpiresAt);

/// <summary>What a person enters who makes the first user.</summary>
internal sealed record FirstUser(Secret Code, string Email, Secret Password);

/// <summary>How making the first user ends.</summary>
internal abstract record SetupOutcome
{
    private SetupOutcome() { }

    public sealed record Done(UserId UserId, ClientId ClientId) : SetupOutcome;

    /// <summary>There is a user: nobody makes a first one any more.</summary>
    public sealed record AlreadySetUp : SetupOutcome;

    public sealed record Refused(SetupFault Fault) : SetupOutcome;

    /// <summary>More people want their passwords hashed than this machine can: come again in a moment.</summary>
    public sealed record Excess : SetupOutcome;
}

/// <summary>Makes the household and, for who knows the code of this start, its first user.</summary>
internal sealed class HouseholdSetup(
    MasterKey masterKey,
    Database database,
    NewUsers newUsers,
    Passwords passwords,
    Ids ids,
    Addresses addresses,
    SecurityLog security,
    TimeProvider time
)
{
    private readonly byte[] _key = masterKey.Derive("household setup codes");

    /// <summary>Makes the household at the first start and, as long as it has no user, a new code; null: it has one.</summary>
    public Task<SetupInvitation?> Open(CancellationToken cancellation)
    {
        var code = SetupCode.Generate();
        var expiresAt = time.Seconds() + SetupCode.Lifetime;
        return database.Write(
            async db =>
            {
                var household = await HouseholdStore.Find(db) ?? await Found(db);
                var isNew = await UserStore.CountOf(db, household.ClientId) == 0;
                await HouseholdStore.SetCode(db, isNew ? SetupCode.Hash(_key, code) : null, isNew ? expiresAt : null);
                return isNew
                    ? new SetupInvitation($"{addresses.Household}/setup?code={code.Value}", code, expiresAt)
                    : null;
            },
            cancellation
        );
    }

    /// <summary>Whether the first user is still to be made.</summary>
    public Task<bool> IsOpen(CancellationToken cancellation) =>
        database.Read(
            async db =>
                await HouseholdStore.Find(db) is not { } household
                || await UserStore.CountOf(db, household.ClientId) == 0,
            cancellation
        );

    /// <summary>Makes the first user.</summary>
    /// <param name="first">Its e-mail and password have been checked.</param>
    public async Task<SetupOutcome> Complete(FirstUser first, CancellationToken cancellation)
    {
        var hash = SetupCode.Hash(_key, first.Code);
        var (household, isOpen) = await database.Read(Look, cancellation);
        if (household is null || !isOpen)
        {
            return household is null ? Refuse(null, SetupFault.NotOpen) : new SetupOutcome.AlreadySetUp();
        }
        if (household.FaultOf(hash, time.Seconds()) is { } fault)
        {
            if (fault == SetupFault.WrongCode)
            {
                await database.Write(HouseholdStore.CountGuess, cancellation);
            }
            return Refuse(household.ClientId, fault);
        }
        using var turn = await passwords.Turn(household.ClientId, cancellation);
        if (turn is null)
        {
            return new SetupOutcome.Excess();
        }
        var passwordHash = await turn.Hash(first.Password, cancellation);
        var made = await database.Write(
            async db =>
            {
                // The code is told once, and whoever used it takes it for used.
                db.MustLast();
                return
                    await HouseholdStore.TakeCode(db, hash, time.Seconds())
                    && await UserStore.CountOf(db, household.ClientId) == 0
                    ? await newUsers.Insert(db, household.ClientId, first.Email, passwordHash)
                    : null;
            },
            cancellation
        );
        if (made is not { } userId)
        {
            var (after, isStillOpen) = await database.Read(Look, cancellation);
            return isStillOpen
                ? Refuse(after?.ClientId, after?.FaultOf(hash, time.Seconds()) ?? SetupFault.NotOpen)
                : new SetupOutcome.AlreadySetUp();
        }
        security.HouseholdSetUp(new(household.ClientId, userId));
        return new SetupOutcome.Done(userId, household.ClientId);
    }

    private static async Task<(Household? Household, bool IsOpen)> Look(DbWork db) =>
        await HouseholdStore.Find(db) is { } household
            ? (household, await UserStore.CountOf(db, household.ClientId) == 0)
            : (null, true);

    private async Task<Household> Found(DbWork db)
    {
        var (client, _) = await ClientStore.Create(db, Household.NewClient, ids, time);
        await HouseholdStore.Insert(db, client.Id);
        db.AfterCommit(() => security.ClientCreated(new(client.Id)));
        return new Household { ClientId = client.Id };
    }

    private SetupOutcome.Refused Refuse(ClientId? clientId, SetupFault fault)
    {
        security.SetupRefused(new(clientId), fault.Word());
        return new(fault);
    }
}
