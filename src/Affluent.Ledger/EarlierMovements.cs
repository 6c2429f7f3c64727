using System.Runtime.InteropServices;

namespace Affluent.Ledger;

/// <summary>A movement with its id, where it may be what another one gives back.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct EarlierMovement(long Id, Movement Movement);

/// <summary>
/// Finds what movements give back among those of their account. Only one that says of itself that it gives back is looked at, only an exact
/// amount counts, and nothing is given back twice. Where more than one could be meant, none is.
/// </summary>
/// <remarks>They are found by reference or name: an account may hold a hundred thousand of one amount.</remarks>
public sealed class EarlierMovements
{
    /// <summary>Those that share a trait, by day.</summary>
    private readonly Dictionary<Trait, List<EarlierMovement>> _byTrait = [];

    private readonly Dictionary<(decimal Amount, string Currency), List<EarlierMovement>> _byAmount = [];

    // To read a name takes time, and few amounts come back.
    private readonly HashSet<(decimal Amount, string Currency)> _named = [];
    private readonly HashSet<long> _taken;

    /// <param name="earlier">In any order.</param>
    /// <param name="taken">Ids of those that others give back already.</param>
    public EarlierMovements(IEnumerable<EarlierMovement> earlier, IEnumerable<long> taken)
    {
        _taken = [.. taken];
        foreach (var movement in earlier.OrderBy(e => e.Movement.Day))
        {
            if (_taken.Contains(movement.Id) || !Originals.MayBeGivenBack(movement.Movement))
            {
                continue;
            }
            Add(_byAmount, (movement.Movement.Amount, movement.Movement.Currency), movement);
            foreach (var trait in References(movement.Movement, movement.Movement.Amount))
            {
                Add(_byTrait, trait, movement);
            }
        }
    }

    private enum Kind
    {
        EndToEnd,
        Check,
        Mandate,
        OtherSide,
    }

    /// <summary>What a movement gives back, which is taken with that; null: nothing that could be told.</summary>
    public long? Take(Movement movement)
    {
        if (movement.Amount == 0 || !Originals.IsReturn(movement))
        {
            return null;
        }
        foreach (var trait in References(movement, -movement.Amount))
        {
            if (Only(trait, movement.Day) is { } referred)
            {
                return Taken(referred);
            }
        }
        return
            ReadNames((-movement.Amount, movement.Currency), movement.Day)
            && Name(movement, -movement.Amount) is { } name
            && Only(name, movement.Day) is { } named
            ? Taken(named)
            : null;
    }

    // The likeliest first.
    private static IEnumerable<Trait> References(Movement movement, decimal amount)
    {
        if (movement.EndToEndId is { Length: > 0 } endToEnd)
        {
            yield return Trait.Of(Kind.EndToEnd, endToEnd, movement, amount);
        }
        if (movement.CheckNumber?.TrimStart('0') is { Length: > 0 } check)
        {
            yield return Trait.Of(Kind.Check, check, movement, amount);
        }
        if (movement.Mandate is { Length: > 0 } mandate)
        {
            yield return Trait.Of(Kind.Mandate, mandate, movement, amount);
        }
    }

    private static Trait? Name(Movement movement, decimal amount) =>
        Originals.NameOf(movement) is { Length: > 0 } name ? Trait.Of(Kind.OtherSide, name, movement, amount) : null;

    /// <summary>Whether there is any of that amount whose name would be believed.</summary>
    private bool ReadNames((decimal Amount, string Currency) amount, int day)
    {
        if (!_byAmount.TryGetValue(amount, out var some) || InDays(some, day, Originals.DaysByName).Count == 0)
        {
            return false;
        }
        if (_named.Add(amount))
        {
            foreach (var movement in some.Where(e => !_taken.Contains(e.Id)))
            {
                if (Name(movement.Movement, amount.Amount) is { } name)
                {
                    Add(_byTrait, name, movement);
                }
            }
        }
        return true;
    }

    private static void Add<TKey>(Dictionary<TKey, List<EarlierMovement>> some, TKey key, EarlierMovement movement)
        where TKey : notnull
    {
        if (!some.TryGetValue(key, out var alike))
        {
            some.Add(key, alike = []);
        }
        alike.Add(movement);
    }

    /// <summary>The only one of those that share a trait, in the days in which that is believed.</summary>
    private EarlierMovement? Only(Trait trait, int day) =>
        _byTrait.TryGetValue(trait, out var alike) && InDays(alike, day, trait.Days) is (var first, 1)
            ? alike[first]
            : null;

    private long Taken(EarlierMovement original)
    {
        var movement = original.Movement;
        _taken.Add(original.Id);
        var traits = References(movement, movement.Amount);
        if (_named.Contains((movement.Amount, movement.Currency)) && Name(movement, movement.Amount) is { } name)
        {
            traits = traits.Append(name);
        }
        foreach (var alike in traits.Select(trait => _byTrait[trait]))
        {
            alike.RemoveAt(alike.FindIndex(Place(alike, movement.Day), e => e.Id == original.Id));
        }
        return original.Id;
    }

    private static (int First, int Count) InDays(List<EarlierMovement> byDay, int day, int days)
    {
        var first = Place(byDay, day - days);
        return (first, Place(byDay, day + 1) - first);
    }

    /// <summary>The place of the first of that day or later.</summary>
    private static int Place(List<EarlierMovement> byDay, int day)
    {
        var (low, high) = (0, byDay.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = byDay[middle].Movement.Day < day ? (middle + 1, high) : (low, middle);
        }
        return low;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Trait(Kind Kind, string Text, decimal Amount, string Currency)
    {
        /// <summary>How far back it is believed.</summary>
        public int Days =>
            Kind switch
            {
                Kind.EndToEnd or Kind.Check => Originals.DaysByReference,
                Kind.Mandate or Kind.OtherSide => Originals.DaysByName,
            };

        public static Trait Of(Kind kind, string text, Movement movement, decimal amount) =>
            new(kind, text.ToUpperInvariant(), amount, movement.Currency);
    }
}
