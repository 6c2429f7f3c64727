using System.Text.Json;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>Balances as STET and the Berlin Group write them alike. Pure.</summary>
internal static class BalanceRows
{
    /// <summary>Null when it has no amount.</summary>
    public static BankBalance? Read(JsonElement row, string accountCurrency, TimeZoneInfo zone) =>
        row.Item("balanceAmount")?.Decimal("amount") is { } amount
            ? new BankBalance
            {
                Kind = BalanceKinds.Read(row.Text("balanceType")),
                Amount = amount,
                Currency = row.Item("balanceAmount")?.Text("currency") ?? accountCurrency,
                Day = Dates.Read(row.Text("referenceDate"), zone),
                ChangedAt = Dates.ReadMoment(row.Text("lastChangeDateTime"), zone),
                LastCommittedTransaction = row.Text("lastCommittedTransaction"),
                CreditLimitIncluded = row.Item("creditLimitIncluded")?.ValueKind switch
                {
                    JsonValueKind.True => true,
                    JsonValueKind.False => false,
                    _ => null,
                },
            }
            : null;
}
