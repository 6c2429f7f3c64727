using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Storage;

namespace Affluent.Server.Accounts;

/// <summary>An account's balances and what their check came to, as <c>accounts.balances</c> and <c>accounts.balance_check</c> hold them.</summary>
internal static class AccountBalances
{
    /// <summary>Every balance that the bank gave last.</summary>
    public static IReadOnlyList<AccountBalance> Of(AccountRow row) =>
        row.Balances is { } json
            ? JsonSerializer.Deserialize(json, AccountBalancesJson.Default.IReadOnlyListAccountBalance) ?? []
            : [];

    /// <summary>What the last check came to; null: there was none.</summary>
    public static BalanceState? Check(AccountRow row) =>
        row.BalanceCheck is { } json
            ? JsonSerializer.Deserialize(json, AccountBalancesJson.Default.BalanceState)! with
            {
                BookedSince = row.BookedSince,
            }
            : null;

    /// <summary>The account with these balances and this check of them.</summary>
    public static AccountRow With(AccountRow row, IReadOnlyList<AccountBalance> balances, BalanceState state)
    {
        var (bookedSince, rest) = Money.Split(state.BookedSince);
        return row with
        {
            Balances = balances.Count == 0 ? row.Balances : Json(balances),
            BalanceCheck = JsonSerializer.Serialize(
                state with
                {
                    BookedSince = 0,
                },
                AccountBalancesJson.Default.BalanceState
            ),
            BookedSinceBalance = bookedSince,
            BookedSinceRest = rest,
        };
    }

    public static string Json(IReadOnlyList<AccountBalance> balances) =>
        JsonSerializer.Serialize(balances, AccountBalancesJson.Default.IReadOnlyListAccountBalance);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [
        typeof(WordConverter<BankBalanceKind>),
        typeof(WordConverter<BalanceCheckStatus>),
        typeof(WordConverter<BalanceCheckReason>),
        typeof(WordConverter<BalanceBasis>),
    ]
)]
[JsonSerializable(typeof(IReadOnlyList<AccountBalance>))]
[JsonSerializable(typeof(BalanceState))]
internal sealed partial class AccountBalancesJson : JsonSerializerContext;
