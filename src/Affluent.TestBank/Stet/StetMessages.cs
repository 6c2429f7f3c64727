using System.Text.Json.Serialization;

namespace Affluent.TestBank.Stet;

// STET PSD2 API 1.4, the definitions of the same names.

internal sealed record GenericLink(string Href);

internal sealed record HalAccounts(
    string? ConnectedPsu,
    IReadOnlyList<AccountResource> Accounts,
    [property: JsonPropertyName("_links")] AccountsLinks Links
);

internal sealed record AccountsLinks(GenericLink Self, GenericLink? Consents, GenericLink? EndUserIdentity);

internal sealed record AccountResource
{
    /// <summary>Absent in the mixed consent model until the account is consented to.</summary>
    public string? ResourceId { get; init; }
    public required string BicFi { get; init; }
    public required AccountIdentification AccountId { get; init; }
    public required string Name { get; init; }
    public string? LinkedAccount { get; init; }
    public required string Usage { get; init; }

    /// <summary><c>CACC</c> or <c>CARD</c>.</summary>
    public required string CashAccountType { get; init; }
    public string? Product { get; init; }
    public required string Currency { get; init; }
    public required string PsuStatus { get; init; }

    [JsonPropertyName("_links")]
    public required AccountLinks Links { get; init; }
}

internal sealed record AccountLinks(GenericLink? Balances, GenericLink? Transactions);

internal sealed record AccountIdentification(string? Iban, GenericIdentification? Other, string? Currency);

internal sealed record GenericIdentification(string Identification, string SchemeName, string? Issuer);

/// <summary>A decimal number as text, with a dot.</summary>
internal sealed record AmountType(string Amount, string Currency);

internal sealed record HalBalances(
    IReadOnlyList<BalanceResource> Balances,
    [property: JsonPropertyName("_links")] BalancesLinks Links
);

internal sealed record BalancesLinks(
    GenericLink Self,
    [property: JsonPropertyName("parent-list")] GenericLink ParentList,
    GenericLink? Transactions
);

/// <summary><c>balanceType</c>: CLBD booked, XPCD with what is pending, OTHR what a card has spent. The amount is signed.</summary>
internal sealed record BalanceResource(
    string Name,
    AmountType BalanceAmount,
    string BalanceType,
    DateOnly ReferenceDate,
    string? LastCommittedTransaction
);

internal sealed record HalTransactions(
    IReadOnlyList<TransactionResource> Transactions,
    [property: JsonPropertyName("_links")] TransactionsLinks Links
);

internal sealed record TransactionsLinks(
    GenericLink Self,
    [property: JsonPropertyName("parent-list")] GenericLink ParentList,
    GenericLink? Balances,
    GenericLink? First,
    GenericLink? Last,
    GenericLink? Next,
    GenericLink? Prev
);

/// <summary>The amount is unsigned; <c>creditDebitIndicator</c> is CRDT or DBIT, <c>status</c> BOOK or PDNG.</summary>
internal sealed record TransactionResource(
    string EntryReference,
    AmountType TransactionAmount,
    string CreditDebitIndicator,
    string Status,
    DateOnly BookingDate,
    DateOnly? ValueDate,
    DateOnly TransactionDate,
    IReadOnlyList<string> RemittanceInformation,
    RelatedParties? RelatedParties
);

/// <summary>The other side: who pays (<c>debtor</c>) or is paid (<c>creditor</c>).</summary>
internal sealed record RelatedParties(PartyIdentification? Debtor, PartyIdentification? Creditor);

internal sealed record PartyIdentification(string Name);

internal sealed record HalIdentity(string ConnectedPsu, [property: JsonPropertyName("_links")] IdentityLinks Links);

internal sealed record IdentityLinks(
    GenericLink Self,
    [property: JsonPropertyName("parent-list")] GenericLink ParentList
);

/// <summary>Body of <c>PUT /consents</c>; it replaces what was allowed before.</summary>
internal sealed record Access(
    IReadOnlyList<AccountIdentification>? Balances,
    IReadOnlyList<AccountIdentification>? Transactions,
    bool? TrustedBeneficiaries,
    bool? PsuIdentity
);

internal sealed record ErrorModel(DateTimeOffset Timestamp, int Status, string Error, string Message, string Path);

[JsonSerializable(typeof(HalAccounts))]
[JsonSerializable(typeof(HalBalances))]
[JsonSerializable(typeof(HalTransactions))]
[JsonSerializable(typeof(HalIdentity))]
[JsonSerializable(typeof(Access))]
[JsonSerializable(typeof(ErrorModel))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
internal sealed partial class StetJson : JsonSerializerContext;
