using System.Globalization;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Accounts;

/// <summary>Accounts in v3.</summary>
/// <param name="Accounts">The page of the list.</param>
internal sealed record AccountsV3Message(IReadOnlyList<AccountV3Message> Accounts)
{
    public static AccountsV3Message Of(IReadOnlyList<AccountMessage> accounts) =>
        new([.. accounts.Select(AccountV3Message.Of)]);
}

/// <summary>An account in v3. What the bank does not tell is absent.</summary>
internal sealed record AccountV3Message
{
    /// <summary>Id of the account; the same for as long as the bank has it.</summary>
    public required AccountId Id { get; init; }

    /// <summary>The connection that brings it.</summary>
    public required ConnectionId ConnectionId { get; init; }

    /// <summary>As the bank titles it.</summary>
    public string? Name { get; init; }

    /// <summary>The bank's own number, or a masked card number.</summary>
    public string? AccountNumber { get; init; }

    /// <summary>ISO 13616, without blanks.</summary>
    public string? Iban { get; init; }

    /// <summary>Where it stands: ACTIVE when the last synchronization read it.</summary>
    public required AccountStatus Status { get; init; }

    /// <summary>Kind of account; absent when the bank names one that is none of these.</summary>
    public BankAccountType? Type { get; init; }

    /// <summary>What is on it.</summary>
    public BalanceV3Message? Balance { get; init; }

    public static AccountV3Message Of(AccountMessage account) =>
        new()
        {
            Id = account.Id,
            ConnectionId = account.ConnectionId,
            Name = account.Name,
            AccountNumber = account.AccountNumber,
            Iban = account.Iban,
            Status = account.Status,
            Type = account.Type,
            Balance = account.Balance is { } balance ? new(AmountV3Message.Of(balance, account.Currency)) : null,
        };
}

/// <summary>A balance in v3.</summary>
/// <param name="Amount">Signed.</param>
internal sealed record BalanceV3Message(AmountV3Message Amount);

/// <summary>An amount in v3.</summary>
/// <param name="Amount">A decimal number as text, exact, with all decimals of the currency; negative with a minus sign.</param>
/// <param name="Currency">ISO 4217.</param>
internal sealed record AmountV3Message(string Amount, string Currency)
{
    public static AmountV3Message Of(decimal amount, string currency) =>
        new(amount.ToString(CultureInfo.InvariantCulture), currency);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(WordConverter<BankAccountType>)]
)]
[JsonSerializable(typeof(AccountsV3Message))]
internal sealed partial class AccountsV3Json : JsonSerializerContext;
