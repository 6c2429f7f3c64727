using Affluent.Connectors.Contract;

namespace Affluent.Server.Providers;

/// <summary>
/// Which of a bank's ways are used: of several of one mode the first that can be, in the order of the bank's entry. Users choose between the modes, and never
/// between two ways of one. Pure.
/// </summary>
internal static class BankWays
{
    /// <summary>No way is known not to work.</summary>
    public static readonly IReadOnlySet<ChannelDefinitionId> NoneDown = new HashSet<ChannelDefinitionId>();

    /// <summary>Whether there is a choice that is made here.</summary>
    public static bool HasSeveral(Provider bank) =>
        bank.Channels.CountBy(channel => channel.Mode).Any(count => count.Value > 1);

    /// <summary>What linking may begin with: of each mode one that is in service; REDIRECT first.</summary>
    /// <param name="down">Channels that do not answer now; they are passed over where another of the mode answers.</param>
    public static IReadOnlyList<ChannelDefinition> ToLink(Provider bank, IReadOnlySet<ChannelDefinitionId> down) =>
        [
            .. bank
                .Channels.Where(channel =>
                    !channel.Unavailable && channel.Capabilities.Contains(Capability.AccountInformation)
                )
                .GroupBy(channel => channel.Mode)
                .OrderBy(ways => ways.Key)
                .Select(ways => ways.FirstOrDefault(way => !down.Contains(way.Id)) ?? ways.First()),
        ];

    /// <summary>
    /// What a user who is there tries after a way that brought nothing: the next of its mode in the order of the entry and, after the last, the first again. Null: there
    /// is none that answers.
    /// </summary>
    public static ChannelDefinition? After(
        ChannelDefinitionId way,
        Provider bank,
        IReadOnlySet<ChannelDefinitionId> down
    )
    {
        if (bank.Channels.FirstOrDefault(channel => channel.Id == way) is not { Mode: var mode })
        {
            return null;
        }
        ChannelDefinition[] ways = [.. bank.Channels.Where(channel => channel.Mode == mode)];
        var at = Array.FindIndex(ways, channel => channel.Id == way);
        return ways[(at + 1)..]
            .Concat(ways[..at])
            .FirstOrDefault(other =>
                !other.Unavailable
                && other.Capabilities.Contains(Capability.AccountInformation)
                && !down.Contains(other.Id)
            );
    }

    /// <summary>What stands in the place of a way that cannot be used now; null: it can, or nothing does.</summary>
    /// <param name="mode">Of the way.</param>
    public static ChannelDefinition? InPlaceOf(
        ChannelDefinitionId way,
        ChannelMode mode,
        Provider bank,
        IReadOnlySet<ChannelDefinitionId> down
    )
    {
        var isUsable = bank.Channels.Any(channel => channel.Id == way && !channel.Unavailable) && !down.Contains(way);
        return isUsable
            ? null
            : ToLink(bank, down)
                .FirstOrDefault(other => other.Mode == mode && other.Id != way && !down.Contains(other.Id));
    }
}
