using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Server.Storage;

namespace Affluent.Server.EnableBankingFacade;

/// <summary>An error (API reference 1.0.0, "ErrorResponse"). The code comes first: importers show, and look into, the first 120 characters.</summary>
internal sealed record FacadeErrorMessage(FacadeErrorCode Error, int Code, string Message);

/// <summary>What is known of the application ("GetApplicationResponse").</summary>
internal sealed record FacadeApplicationStanding
{
    public required string Name { get; init; }
    public required string Kid { get; init; }
    public required string Environment { get; init; }
    public required IReadOnlyList<string> RedirectUrls { get; init; }
    public required bool Active { get; init; }
    public required IReadOnlyList<string> Countries { get; init; }
    public required IReadOnlyList<string> Services { get; init; }
}

/// <summary>The banks ("GetAspspsResponse").</summary>
internal sealed record AspspsMessage(IReadOnlyList<AspspMessage> Aspsps);

internal sealed record AspspMessage
{
    public required string Name { get; init; }
    public required string Country { get; init; }
    public required string Logo { get; init; }
    public required IReadOnlyList<string> PsuTypes { get; init; }
    public required IReadOnlyList<AuthMethodMessage> AuthMethods { get; init; }

    /// <summary>Seconds.</summary>
    public required long MaximumConsentValidity { get; init; }
    public required bool Beta { get; init; }
    public string? Bic { get; init; }
}

internal sealed record AuthMethodMessage(string Name, string PsuType, string Approach, bool HiddenMethod);

/// <summary>What an application wants of a user ("StartAuthorizationRequest").</summary>
internal sealed record FacadeAuthMessage
{
    public FacadeAccessMessage? Access { get; init; }
    public AspspNameMessage? Aspsp { get; init; }
    public string? State { get; init; }
    public string? RedirectUrl { get; init; }
    public string? PsuType { get; init; }
    public string? Language { get; init; }
    public string? PsuId { get; init; }
    public JsonElement? Credentials { get; init; }
    public string? AuthMethod { get; init; }
}

/// <summary>For how long.</summary>
internal sealed record FacadeAccessMessage
{
    public string? ValidUntil { get; init; }
}

internal sealed record AspspNameMessage
{
    public string? Name { get; init; }
    public string? Country { get; init; }
}

/// <summary>Where the user goes ("StartAuthorizationResponse").</summary>
internal sealed record FacadeAuthStartedMessage(string Url, string AuthorizationId, string PsuIdHash);

internal sealed record FacadeCodeMessage
{
    public string? Code { get; init; }
}

/// <summary>A session that has just begun ("AuthorizeSessionResponse").</summary>
internal sealed record FacadeSessionBegunMessage
{
    public required string SessionId { get; init; }
    public required IReadOnlyList<FacadeAccountMessage> Accounts { get; init; }
    public required AspspNameMessage Aspsp { get; init; }
    public required string PsuType { get; init; }
    public required FacadeAccessMessage Access { get; init; }
}

/// <summary>How a session stands ("GetSessionResponse").</summary>
internal sealed record FacadeSessionMessage
{
    public required string Status { get; init; }

    /// <summary>The uids alone; of a session that is over those that it began with, so that who reads on is told why it cannot.</summary>
    public required IReadOnlyList<string> Accounts { get; init; }
    public required IReadOnlyList<FacadeAccountDataMessage> AccountsData { get; init; }
    public required AspspNameMessage Aspsp { get; init; }
    public required string PsuType { get; init; }
    public required string PsuIdHash { get; init; }
    public required FacadeAccessMessage Access { get; init; }
    public required string Created { get; init; }
    public required string Authorized { get; init; }
    public string? Closed { get; init; }
}

internal sealed record FacadeAccountDataMessage(
    string Uid,
    string IdentificationHash,
    IReadOnlyList<string> IdentificationHashes
);

/// <summary>An account ("AccountResource").</summary>
internal sealed record FacadeAccountMessage
{
    /// <summary>Null: it cannot be read.</summary>
    public string? Uid { get; init; }
    public FacadeNumberMessage? AccountId { get; init; }
    public required IReadOnlyList<FacadeIdentificationMessage> AllAccountIds { get; init; }
    public FacadeServicerMessage? AccountServicer { get; init; }

    /// <summary>Of the holder.</summary>
    public string? Name { get; init; }

    /// <summary>As the account is called. Not of the interface: importers look for it before <see cref="Name"/>, and would else call all accounts by their holder.</summary>
    public string? DisplayName { get; init; }

    /// <summary>As the account is called.</summary>
    public string? Details { get; init; }
    public string? Usage { get; init; }
    public required FacadeAccountKind CashAccountType { get; init; }
    public required string Currency { get; init; }
    public required string IdentificationHash { get; init; }
    public required IReadOnlyList<string> IdentificationHashes { get; init; }
}

internal sealed record FacadeNumberMessage(string? Iban, FacadeIdentificationMessage? Other);

internal sealed record FacadeIdentificationMessage(string Identification, string SchemeName);

internal sealed record FacadeServicerMessage(string? BicFi, string Name);

/// <summary>The balances ("HalBalances").</summary>
internal sealed record FacadeBalancesMessage(IReadOnlyList<FacadeBalanceMessage> Balances);

internal sealed record FacadeBalanceMessage
{
    public required string Name { get; init; }
    public required FacadeAmountMessage BalanceAmount { get; init; }
    public required FacadeBalanceKind BalanceType { get; init; }
    public string? ReferenceDate { get; init; }
    public string? LastChangeDateTime { get; init; }
}

internal sealed record FacadeAmountMessage(string Currency, string Amount);

/// <summary>A page of transactions ("HalTransactions").</summary>
internal sealed record FacadeTransactionsMessage(
    IReadOnlyList<FacadeTransactionMessage> Transactions,
    // Applications look for it on each page, on the last one too.
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? ContinuationKey
);

internal sealed record FacadeTransactionMessage
{
    public required string EntryReference { get; init; }
    public required FacadeAmountMessage TransactionAmount { get; init; }
    public required string CreditDebitIndicator { get; init; }
    public required FacadeTransactionStatus Status { get; init; }
    public string? BookingDate { get; init; }
    public string? ValueDate { get; init; }
    public string? TransactionDate { get; init; }
    public required IReadOnlyList<string> RemittanceInformation { get; init; }
    public FacadePartyMessage? Creditor { get; init; }
    public FacadePartyMessage? Debtor { get; init; }
    public string? MerchantCategoryCode { get; init; }
    public string? Note { get; init; }

    /// <summary>By which it can be read alone.</summary>
    public required string TransactionId { get; init; }
}

internal sealed record FacadePartyMessage(string Name);

/// <summary>That a session was ended ("SuccessResponse").</summary>
internal sealed record FacadeDoneMessage(FacadeReceipt Message);

/// <summary>That something was done, as the interface says it.</summary>
[JsonConverter(typeof(WordConverter<FacadeReceipt>))]
internal enum FacadeReceipt
{
    Ok,
}

/// <summary>The kinds of balance (API reference 1.0.0, "BalanceStatus"): codes of ISO 20022.</summary>
[JsonConverter(typeof(WordConverter<FacadeBalanceKind>))]
internal enum FacadeBalanceKind
{
    Clav,
    Clbd,
    Fwav,
    Info,
    Itav,
    Itbd,
    Opav,
    Opbd,
    Othr,
    Prcd,
    Valu,
    Xpcd,
}

/// <summary>How a transaction stands (API reference 1.0.0, "TransactionStatus").</summary>
[JsonConverter(typeof(WordConverter<FacadeTransactionStatus>))]
internal enum FacadeTransactionStatus
{
    Book,
    Cncl,
    Hold,
    Othr,
    Pdng,
    Rjct,
    Schd,
}

/// <summary>The kinds of account (API reference 1.0.0, "CashAccountType"): codes of ISO 20022.</summary>
[JsonConverter(typeof(WordConverter<FacadeAccountKind>))]
internal enum FacadeAccountKind
{
    /// <summary>Current.</summary>
    Cacc,

    /// <summary>Savings.</summary>
    Svgs,

    Loan,

    Card,

    /// <summary>Another, or not known.</summary>
    Othr,
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(FacadeErrorMessage))]
[JsonSerializable(typeof(FacadeApplicationStanding))]
[JsonSerializable(typeof(AspspsMessage))]
[JsonSerializable(typeof(FacadeAuthMessage))]
[JsonSerializable(typeof(FacadeAuthStartedMessage))]
[JsonSerializable(typeof(FacadeCodeMessage))]
[JsonSerializable(typeof(FacadeSessionBegunMessage))]
[JsonSerializable(typeof(FacadeSessionMessage))]
[JsonSerializable(typeof(FacadeAccountMessage))]
[JsonSerializable(typeof(FacadeBalancesMessage))]
[JsonSerializable(typeof(FacadeTransactionsMessage))]
[JsonSerializable(typeof(FacadeTransactionMessage))]
[JsonSerializable(typeof(FacadeDoneMessage))]
internal sealed partial class FacadeJson : JsonSerializerContext
{
    /// <summary>Quotes stay quotes: the answer is JSON and is never put into a page as it is.</summary>
    public static FacadeJson Readable { get; } =
        new(
            new JsonSerializerOptions
            {
                PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
                DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
}
