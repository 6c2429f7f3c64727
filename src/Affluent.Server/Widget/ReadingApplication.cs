using Affluent.Server.Authorization;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Widget;

/// <summary>An application that reads the user's accounts, or may begin to. Times are UTC seconds.</summary>
/// <param name="Id">Of the access, or of the session; no two have the same.</param>
/// <param name="Since">Since when it reads; null: it has not begun.</param>
internal sealed record ReadingApplication(string Id, string Name, long? Since)
{
    /// <summary>When the access was made.</summary>
    public long CreatedAt { get; init; }

    /// <summary>The bank that it reads; null: all accounts that are shared.</summary>
    public string? Bank { get; init; }

    /// <summary>Until when it may read or, where it has not begun, begin; null: no end is set.</summary>
    public long? Until { get; init; }

    /// <summary>When it read last; null: never.</summary>
    public long? UsedAt { get; init; }
}

/// <summary>One kind of application, by the protocol that it speaks: what users have given it, and how that is ended.</summary>
/// <param name="List">Oldest first.</param>
/// <param name="Remove">By the id of what is listed; false: there is none such.</param>
internal sealed record ApplicationKind(
    Func<DbWork, UserId, Task<IReadOnlyList<ReadingApplication>>> List,
    Func<DbWork, ActingUser, string, Task<bool>> Remove
);

/// <summary>The applications that read a user's accounts, of all kinds.</summary>
internal sealed class ReadingApplications(IEnumerable<ApplicationKind> kinds)
{
    /// <summary>Those of a user; of each kind oldest first.</summary>
    public async Task<IReadOnlyList<ReadingApplication>> List(DbWork db, UserId userId)
    {
        List<ReadingApplication> all = [];
        foreach (var kind in kinds)
        {
            all.AddRange(await kind.List(db, userId));
        }
        return all;
    }

    /// <summary>Ends what an application was given; nothing happens where the user gave nothing of the kind.</summary>
    public async Task Remove(DbWork db, ActingUser user, string id)
    {
        foreach (var kind in kinds)
        {
            if (await kind.Remove(db, user, id))
            {
                return;
            }
        }
    }
}
