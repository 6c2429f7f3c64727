using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Platform;
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

    /// <summary>The day that the account's balance speaks of; null: it is of a time, or of none that is known.</summary>
    /// <param name="zone">In which the bank means its days: one that it names is held as its beginning there.</param>
    public static int? DayOf(AccountRow row, TimeZoneInfo zone) =>
        row.BalanceAt is { } at && BankDay.Of(at, zone) is var day && BankDay.Start(day, zone) == at ? day : null;

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
