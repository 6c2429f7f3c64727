using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>An account as we hold it, as far as it tells which of a bank's list it is.</summary>
/// <param name="Identity">Its key (<see cref="AccountIdentity"/>).</param>
/// <param name="Reference">What the bank called it last; null when that is not known.</param>
public sealed record HeldAccount(string Identity, string? Reference, BankAccountType? Type, string? Name);

/// <summary>What a listed account is.</summary>
/// <param name="Identity">The key under which it is to be held, different from that of every other account.</param>
/// <param name="Held">Index of the held account that it is; null: a new one.</param>
public sealed record AccountMatch(string Identity, int? Held)
{
    /// <summary>Of a new one: indexes of held accounts that the list names no longer and that it may be, since nothing tells them apart.</summary>
    public IReadOnlyList<int> Candidates { get; init; } = [];
}

/// <summary>
/// Finds the accounts of a bank's list among those held. The key decides where one listed account and one held account have it. Where
/// several share a key (a card under the IBAN of the account that pays it, pockets of one name), the bank's reference tells them apart;
/// where it lasts for none of a type, type and name, else the type alone; where none does, the listed one is a new account: an id never
/// passes to another.
/// </summary>
public static class AccountMatching
{
    /// <summary>One match for each listed account, in the order of the list. Pure.</summary>
    public static IReadOnlyList<AccountMatch> Match(IReadOnlyList<BankAccount> listed, IReadOnlyList<HeldAccount> held)
    {
        var found = new int?[listed.Count];
        var free = Enumerable.Range(0, held.Count).ToHashSet();
        var keys = listed.Select(AccountIdentity.KeyOf).ToArray();
        var byKey = held.Select((account, index) => (Key: PlainKey(account.Identity), index))
            .ToLookup(pair => pair.Key, pair => pair.index);
        foreach (var same in Enumerable.Range(0, listed.Count).GroupBy(index => keys[index]))
        {
            Settle([.. same], [.. byKey[same.Key]]);
        }
        foreach (var (index, renamed) in Renamed())
        {
            Take(index, renamed);
        }
        return
        [
            .. Named(listed, held, keys, found).Select((match, index) => match with { Candidates = Candidates(index) }),
        ];

        void Settle(int[] ours, int[] theirs)
        {
            if (ours.Length == 1 && theirs.Length == 1)
            {
                if (!OtherKind(listed[ours[0]], held[theirs[0]]))
                {
                    Take(ours[0], theirs[0]);
                }
                return;
            }
            Agree(ours, theirs, (a, b) => a.Reference == b.Reference);
            // Where the reference of one lasted, another of its kind under another reference is another account: a pocket was closed, a new one opened.
            var lasting = ours.Where(index => found[index] is not null).Select(index => listed[index].Type).ToHashSet();
            int[] rest = [.. ours.Where(index => found[index] is null && !lasting.Contains(listed[index].Type))];
            Agree(rest, theirs, (a, b) => a.Type == b.Type && a.Name == b.Name);
            Agree(rest, theirs, (a, b) => a.Type == b.Type && a.Type is not null);
        }

        void Agree(int[] ours, int[] theirs, Func<BankAccount, HeldAccount, bool> agree)
        {
            foreach (var index in ours.Where(index => found[index] is null))
            {
                var candidates = theirs.Where(t => free.Contains(t) && agree(listed[index], held[t])).ToArray();
                // Only where it is one to one.
                if (
                    candidates.Length == 1
                    && ours.Count(o => found[o] is null && agree(listed[o], held[candidates[0]])) == 1
                    && !OtherKind(listed[index], held[candidates[0]])
                )
                {
                    Take(index, candidates[0]);
                }
            }
        }

        void Take(int index, int taken)
        {
            found[index] = taken;
            free.Remove(taken);
        }

        int[] Candidates(int index) =>
            found[index] is not null
                ? []
                :
                [
                    .. free.Order()
                        .Where(h =>
                            MayBeOne(keys[index], PlainKey(held[h].Identity))
                            && (
                                listed[index].Type is null || held[h].Type is null || listed[index].Type == held[h].Type
                            )
                        ),
                ];

        // An account without number is known by its name; under another name it is still the same while the bank's references last.
        List<(int Index, int Held)> Renamed()
        {
            var lasting = found
                .Select((taken, index) => taken is { } t ? held[t].Reference == listed[index].Reference : true)
                .All(same => same);
            return lasting
                ?
                [
                    .. from index in Enumerable.Range(0, listed.Count)
                    where found[index] is null && HasOnlyName(keys[index])
                    from taken in free
                    where
                        held[taken].Reference == listed[index].Reference
                        && HasOnlyName(held[taken].Identity)
                        && held[taken].Type == listed[index].Type
                        && CurrencyOf(held[taken].Identity) == CurrencyOf(keys[index])
                    select (index, taken),
                ]
                : [];
        }
    }

    private static AccountMatch[] Named(
        IReadOnlyList<BankAccount> listed,
        IReadOnlyList<HeldAccount> held,
        string[] keys,
        int?[] found
    )
    {
        var fresh = AccountIdentity.KeysOf(listed);
        var taken = held.Select(account => account.Identity).ToHashSet(StringComparer.Ordinal);
        var matches = new AccountMatch[listed.Count];
        for (var i = 0; i < matches.Length; i++)
        {
            // A renamed account goes on under its old key when the new one is another's.
            var identity =
                found[i] is not { } known ? Free(fresh[i], taken)
                : PlainKey(held[known].Identity) == keys[i] ? held[known].Identity
                : taken.Contains(fresh[i]) ? held[known].Identity
                : fresh[i];
            taken.Add(identity);
            matches[i] = new AccountMatch(identity, found[i]);
        }
        return matches;
    }

    private static string Free(string key, HashSet<string> taken)
    {
        var free = key;
        for (var place = 2; taken.Contains(free); place++)
        {
            free = $"{key}+{place}";
        }
        return free;
    }

    // Behind the key stands what parts accounts that share it.
    private static string PlainKey(string identity) =>
        identity.IndexOfAny(['~', '#', '+']) is >= 0 and var end ? identity[..end] : identity;

    // By number and IBAN accounts are told apart; by names, which people change, they are not.
    private static bool MayBeOne(string key, string other) =>
        key == other || (HasOnlyName(key) && HasOnlyName(other) && CurrencyOf(key) == CurrencyOf(other));

    private static bool HasOnlyName(string identity) => identity.StartsWith("hash:", StringComparison.Ordinal);

    private static string CurrencyOf(string identity) => PlainKey(identity)[^3..];

    // A card is not the account that pays it, though it be listed alone under its IBAN.
    private static bool OtherKind(BankAccount listed, HeldAccount held) =>
        listed.Type is { } now
        && held.Type is { } before
        && now != before
        && listed.Reference != held.Reference
        && (now == BankAccountType.CreditCard || before == BankAccountType.CreditCard);
}
