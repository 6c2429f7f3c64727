using Affluent.Connectors.Contract;
using Affluent.Server.Providers;
using Affluent.Server.Storage;

namespace Affluent.Server.Gates;

/// <summary>Which ways to a bank do not answer now, as far as that decides anything.</summary>
internal static class WaysDown
{
    /// <summary>Empty where the bank has but one way of each mode: nothing is looked up for it.</summary>
    /// <param name="now">UTC seconds.</param>
    public static async Task<IReadOnlySet<ChannelDefinitionId>> Of(DbWork db, Provider? bank, long now) =>
        bank is not null && BankWays.HasSeveral(bank)
            ? (await BankOutageStore.List(db))
                .Where(outage => outage.DownUntil > now)
                .Select(outage => outage.DefinitionId)
                .ToHashSet()
            : BankWays.NoneDown;
}
