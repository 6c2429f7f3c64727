using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Platform;

namespace Affluent.Server.Synchronization;

/// <summary>What is known when a channel's list is looked at.</summary>
internal sealed record ListingContext
{
    public required UserId UserId { get; init; }
    public required ConnectionId ConnectionId { get; init; }
    public required ChannelDefinitionId DefinitionId { get; init; }

    /// <summary>New accounts are taken in: the channel's first run, or the list was asked for.</summary>
    public required bool AddsAccounts { get; init; }

    /// <summary>Deleted ones are taken in with them; not where a channel only goes on in the place of another.</summary>
    public bool AddsDeleted { get; init; } = true;

    /// <summary>The list may leave accounts out, as a file does: those are not missing.</summary>
    public bool IsPartial { get; init; }

    /// <summary>New accounts wait for the user's consent or choice.</summary>
    public required bool AwaitsConsent { get; init; }

    /// <summary>Healthy channels of higher rank, whose accounts this one leaves alone.</summary>
    public IReadOnlyList<ChannelDefinitionId> RanksAbove { get; init; } = [];

    /// <summary>What the user's other connections to this bank hold, by identity: the same bank may be linked twice.</summary>
    public IReadOnlyDictionary<string, TwinAccount> Twins { get; init; } = new Dictionary<string, TwinAccount>();
    public required Func<AccountId> NewId { get; init; }
    public required long Now { get; init; }
}

/// <summary>An account of another connection to the same bank.</summary>
/// <param name="IsAbandoned">The channel that reads it waits for the user, who has linked the bank anew instead: it moves here.</param>
internal sealed record TwinAccount(AccountRow Row, bool IsAbandoned);

/// <summary>A listed account that this connection has, as it is to be stored.</summary>
/// <param name="Outranked">The other channel reads it.</param>
internal sealed record ListedAccount(BankAccount Bank, AccountRow Row, bool Outranked)
{
    /// <summary>Its transactions are asked for: the user shares it, and it was not closed before.</summary>
    public bool IsToRead => Row is { Selected: true, Status: not AccountStatus.Closed } && !Outranked;
}

/// <summary>What a channel's list changes.</summary>
/// <param name="Found">Those of the changed ones that were not found, closed or deleted before.</param>
internal sealed record AccountListing(
    IReadOnlyList<AccountRow> Added,
    IReadOnlyList<AccountRow> Changed,
    IReadOnlyList<AccountRow> NotFound,
    IReadOnlyList<AccountRow> Found,
    IReadOnlyList<ListedAccount> Listed
)
{
    /// <summary>
    /// The list is another person's: it names accounts by IBAN, those held are named so too, and none is in both. Pure.
    /// </summary>
    public static bool IsOfAnother(IReadOnlyList<BankAccount> bank, IReadOnlyList<AccountRow> held)
    {
        var known = held.Where(a => a.DeletedAt is null).Select(a => a.Identity).ToArray();
        return bank.Count > 0
            && known.Length > 0
            && known.All(identity => identity.StartsWith("iban:", StringComparison.Ordinal))
            && AccountMatching
                .Match(bank, [.. held.Select(a => new HeldAccount(a.Identity, a.Reference, a.Type, a.Name))])
                .All(match => match.Held is null && match.Identity.StartsWith("iban:", StringComparison.Ordinal));
    }

    /// <summary>Compares the bank's list with the accounts held of the connection, deleted ones included. Pure.</summary>
    public static AccountListing Of(
        IReadOnlyList<BankAccount> bank,
        IReadOnlyList<AccountRow> held,
        ListingContext context
    )
    {
        List<AccountRow> added = [];
        List<AccountRow> changed = [];
        List<ListedAccount> listed = [];
        var matches = AccountMatching.Match(
            bank,
            [.. held.Select(a => new HeldAccount(a.Identity, a.Reference, a.Type, a.Name))]
        );
        var seen = matches
            .Where(match => match.Held is not null)
            .Select(match => held[match.Held!.Value].Id)
            .ToHashSet();
        foreach (var (account, match) in bank.Zip(matches))
        {
            var identity = match.Identity;
            var old = match.Held is { } index ? held[index] : null;
            if (old is null or { DeletedAt: not null })
            {
                if (!context.AddsAccounts || account.Closed || (old is not null && !context.AddsDeleted))
                {
                    continue;
                }
                if (context.Twins.TryGetValue(identity, out var twin))
                {
                    if (twin.IsAbandoned && old is null)
                    {
                        var moved = Renewed(twin.Row, account, identity, context) with
                        {
                            ConnectionId = context.ConnectionId,
                        };
                        changed.Add(moved);
                        listed.Add(new ListedAccount(account, moved, Outranked: false));
                    }
                    // Read there: one account is held once.
                    continue;
                }
            }
            if (
                old is { DeletedAt: null }
                && context.RanksAbove.Contains(old.LastDefinitionId)
                && old.Status != AccountStatus.NotFound
            )
            {
                var completed = new AccountDescription(old, context.DefinitionId, outranked: true).Take(account);
                if (completed != old)
                {
                    changed.Add(completed);
                }
                listed.Add(new ListedAccount(account, completed, Outranked: true));
                continue;
            }
            var row = old is { DeletedAt: null }
                ? Renewed(old, account, identity, context)
                : New(account, identity, old?.Id ?? context.NewId(), context);
            if (old is null)
            {
                added.Add(row);
            }
            else if (row != old)
            {
                changed.Add(row);
            }
            listed.Add(new ListedAccount(account, row, Outranked: false));
        }
        var notFound = held.Where(a =>
                !context.IsPartial
                && a.DeletedAt is null
                && a.LastDefinitionId == context.DefinitionId
                // Banks drop what they have closed, sooner or later.
                && a.Status is not (AccountStatus.NotFound or AccountStatus.Closed)
                && !seen.Contains(a.Id)
            )
            .Select(a => a with { Status = AccountStatus.NotFound })
            .ToArray();
        var away = held.Where(a => a.DeletedAt is not null || IsAway(a)).Select(a => a.Id).ToHashSet();
        return new AccountListing(
            [.. added.Select(row => InDoubt(row, notFound))],
            Settled(held, changed, seen),
            notFound,
            [.. changed.Where(row => away.Contains(row.Id) && !IsAway(row))],
            listed
        );

        // It came as others went, at this very list.
        AccountRow InDoubt(AccountRow row, IReadOnlyCollection<AccountRow> gone) =>
            row with
            {
                Candidates = AccountCandidates.Write(
                    matches
                        .Single(match => match.Identity == row.Identity)
                        .Candidates.Select(h => held[h].Id)
                        .Intersect(gone.Select(a => a.Id))
                ),
            };
    }

    private static bool IsAway(AccountRow row) => row.Status is AccountStatus.NotFound or AccountStatus.Closed;

    // Who is listed again, or was deleted, is not the one that came in its place.
    private static AccountRow[] Settled(
        IReadOnlyList<AccountRow> held,
        List<AccountRow> changed,
        HashSet<AccountId> seen
    )
    {
        var byId = changed.ToDictionary(row => row.Id);
        var known = held.Where(row => row.DeletedAt is null && !seen.Contains(row.Id))
            .Select(row => row.Id)
            .ToHashSet();
        foreach (var row in held.Where(row => row.Candidates is not null && seen.Contains(row.Id)))
        {
            var current = byId.GetValueOrDefault(row.Id, row);
            var candidates = AccountCandidates.Write(AccountCandidates.Read(row.Candidates!).Where(known.Contains));
            if (candidates != current.Candidates)
            {
                byId[row.Id] = current with { Candidates = candidates };
            }
        }
        return [.. byId.Values];
    }

    private static AccountRow Renewed(AccountRow old, BankAccount bank, string identity, ListingContext context) =>
        Described(old, bank, context) with
        {
            Identity = identity,
            LastDefinitionId = context.DefinitionId,
            // That it was closed is written with its last reading.
            Status =
                !old.Selected ? AccountStatus.PendingConsent
                : IsAway(old) && !bank.Closed ? AccountStatus.Active
                : old.Status,
        };

    private static AccountRow New(BankAccount bank, string identity, AccountId id, ListingContext context) =>
        Described(
            new AccountRow
            {
                UserId = context.UserId,
                Id = id,
                ConnectionId = context.ConnectionId,
                Identity = identity,
                Currency = bank.Currency.Trim().ToUpperInvariant(),
                CreatedAt = context.Now,
                LastDefinitionId = context.DefinitionId,
                Selected = !context.AwaitsConsent,
                Status = context.AwaitsConsent ? AccountStatus.PendingConsent : AccountStatus.Active,
            },
            bank,
            context
        );

    private static AccountRow Described(AccountRow row, BankAccount bank, ListingContext context) =>
        new AccountDescription(row, context.DefinitionId, outranked: false).Take(bank) with
        {
            Reference = BankText.Clean(bank.Reference),
        };
}
