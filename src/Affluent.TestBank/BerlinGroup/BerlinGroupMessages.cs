using System.Text.Json.Serialization;

namespace Affluent.TestBank.BerlinGroup;

// NextGenPSD2 1.3.11, the definitions of the same names. Links are absolute paths.

internal sealed record Link(string Href);

internal sealed record AccountReference(string? Iban, string? MaskedPan, string? Currency)
{
    public string? Bban { get; init; }
    public string? Pan { get; init; }

    /// <summary>What names the account; null: nothing.</summary>
    [JsonIgnore]
    public string? Name => Iban ?? MaskedPan ?? Bban ?? Pan;
}

internal sealed record AdditionalInformation(IReadOnlyList<AccountReference>? OwnerName);

internal sealed record AccountAccess
{
    public IReadOnlyList<AccountReference>? Accounts { get; init; }
    public IReadOnlyList<AccountReference>? Balances { get; init; }
    public IReadOnlyList<AccountReference>? Transactions { get; init; }
    public AdditionalInformation? AdditionalInformation { get; init; }
    public string? AvailableAccounts { get; init; }
    public string? AvailableAccountsWithBalance { get; init; }
    public string? AllPsd2 { get; init; }
}

internal sealed record ConsentBody(
    AccountAccess? Access,
    bool? RecurringIndicator,
    DateOnly? ValidUntil,
    int? FrequencyPerDay,
    bool? CombinedServiceIndicator
);

internal sealed record ConsentCreated(
    string ConsentStatus,
    string ConsentId,
    string? PsuMessage,
    [property: JsonPropertyName("_links")] IReadOnlyDictionary<string, Link> Links
);

internal sealed record ConsentInformation(
    AccountAccess Access,
    bool RecurringIndicator,
    DateOnly ValidUntil,
    int FrequencyPerDay,
    DateOnly LastActionDate,
    string ConsentStatus
);

internal sealed record ConsentStatusAnswer(string ConsentStatus);

/// <summary>What goes on with an authorisation: one member of the body says what the customer did.</summary>
internal sealed record ScaBody(PsuData? PsuData, string? AuthenticationMethodId, string? ScaAuthenticationData);

internal sealed record PsuData(string? Password);

internal sealed record ScaAnswer(string ScaStatus, string AuthorisationId)
{
    public IReadOnlyList<AuthenticationObject>? ScaMethods { get; init; }
    public AuthenticationObject? ChosenScaMethod { get; init; }
    public ChallengeData? ChallengeData { get; init; }
    public string? PsuMessage { get; init; }

    [JsonPropertyName("_links")]
    public required IReadOnlyDictionary<string, Link> Links { get; init; }
}

internal sealed record AuthenticationObject(string AuthenticationType, string AuthenticationMethodId, string Name);

/// <summary>The image is a PNG.</summary>
internal sealed record ChallengeData(
    byte[]? Image,
    int? OtpMaxLength,
    string? OtpFormat,
    string? AdditionalInformation
);

internal sealed record ScaStatusAnswer(string ScaStatus);

internal sealed record AuthorisationList(IReadOnlyList<string> AuthorisationIds);

internal sealed record AccountList(IReadOnlyList<AccountDetails> Accounts);

internal sealed record AccountAnswer(AccountDetails Account);

internal sealed record CardAccountList(IReadOnlyList<AccountDetails> CardAccounts);

internal sealed record CardAccountAnswer(AccountDetails CardAccount);

/// <summary>An account, or a card.</summary>
internal sealed record AccountDetails
{
    public required string ResourceId { get; init; }
    public string? Iban { get; init; }
    public string? Bban { get; init; }
    public string? MaskedPan { get; init; }
    public required string Currency { get; init; }
    public string? OwnerName { get; init; }
    public required string Name { get; init; }
    public string? Product { get; init; }
    public string? CashAccountType { get; init; }
    public required string Status { get; init; }
    public string? Bic { get; init; }
    public string? LinkedAccounts { get; init; }
    public string Usage { get; init; } = "PRIV";
    public IReadOnlyList<Balance>? Balances { get; init; }

    [JsonPropertyName("_links")]
    public required IReadOnlyDictionary<string, Link> Links { get; init; }
}

/// <summary>A decimal number as text, with a dot and a sign.</summary>
internal sealed record Amount(string Currency, [property: JsonPropertyName("amount")] string Value);

internal sealed record Balance(
    Amount BalanceAmount,
    string BalanceType,
    DateOnly ReferenceDate,
    string? LastCommittedTransaction
);

internal sealed record BalanceAnswer(
    AccountReference? Account,
    AccountReference? CardAccount,
    IReadOnlyList<Balance> Balances
);

internal sealed record TransactionsAnswer(
    AccountReference Account,
    Report<Transaction> Transactions,
    IReadOnlyList<Balance>? Balances
);

internal sealed record CardTransactionsAnswer(
    AccountReference CardAccount,
    Report<CardTransaction> CardTransactions,
    IReadOnlyList<Balance>? Balances
);

internal sealed record TransactionDetailsAnswer(Transaction TransactionsDetails);

internal sealed record Report<T>(
    IReadOnlyList<T>? Booked,
    IReadOnlyList<T>? Pending,
    [property: JsonPropertyName("_links")] IReadOnlyDictionary<string, Link> Links
);

internal sealed record Transaction
{
    public required string TransactionId { get; init; }
    public string? EntryReference { get; init; }
    public DateOnly? BookingDate { get; init; }
    public required DateOnly ValueDate { get; init; }
    public required Amount TransactionAmount { get; init; }
    public string? CreditorName { get; init; }
    public string? DebtorName { get; init; }
    public required string RemittanceInformationUnstructured { get; init; }
    public IReadOnlyList<string>? RemittanceInformationUnstructuredArray { get; init; }

    [JsonPropertyName("_links")]
    public required IReadOnlyDictionary<string, Link> Links { get; init; }
}

internal sealed record CardTransaction(
    string? CardTransactionId,
    DateOnly TransactionDate,
    DateOnly? BookingDate,
    Amount TransactionAmount,
    string? MaskedPAN,
    string TransactionDetails,
    bool Invoiced
);

internal sealed record TppMessages(
    [property: JsonPropertyName("tppMessages")] IReadOnlyList<TppMessage> Messages,
    [property: JsonPropertyName("_links")] IReadOnlyDictionary<string, Link>? Links
);

internal sealed record TppMessage(string Category, string Code, string? Path, string Text);

/// <summary>RFC 8414, section 2.</summary>
internal sealed record ServerMetadata(
    string Issuer,
    string AuthorizationEndpoint,
    string TokenEndpoint,
    string RevocationEndpoint,
    IReadOnlyList<string> ResponseTypesSupported,
    IReadOnlyList<string> GrantTypesSupported,
    IReadOnlyList<string> CodeChallengeMethodsSupported,
    IReadOnlyList<string> TokenEndpointAuthMethodsSupported
);

[JsonSerializable(typeof(ConsentBody))]
[JsonSerializable(typeof(ConsentCreated))]
[JsonSerializable(typeof(ConsentInformation))]
[JsonSerializable(typeof(ConsentStatusAnswer))]
[JsonSerializable(typeof(ScaBody))]
[JsonSerializable(typeof(ScaAnswer))]
[JsonSerializable(typeof(ScaStatusAnswer))]
[JsonSerializable(typeof(AuthorisationList))]
[JsonSerializable(typeof(AccountList))]
[JsonSerializable(typeof(AccountAnswer))]
[JsonSerializable(typeof(CardAccountList))]
[JsonSerializable(typeof(CardAccountAnswer))]
[JsonSerializable(typeof(BalanceAnswer))]
[JsonSerializable(typeof(TransactionsAnswer))]
[JsonSerializable(typeof(CardTransactionsAnswer))]
[JsonSerializable(typeof(TransactionDetailsAnswer))]
[JsonSerializable(typeof(TppMessages))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
internal sealed partial class BerlinGroupJson : JsonSerializerContext;

[JsonSerializable(typeof(ServerMetadata))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class MetadataJson : JsonSerializerContext;
