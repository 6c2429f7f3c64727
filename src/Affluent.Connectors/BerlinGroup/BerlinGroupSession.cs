using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.BerlinGroup;

/// <summary>All that this family keeps between two steps: where the user's authorization stands, too.</summary>
internal sealed record BerlinGroupSession : OAuthSession<BerlinGroupSession>
{
    /// <summary>Ties the bank's answer to a consent to this connection, when the user was sent away for that.</summary>
    public string? ConsentState { get; init; }

    /// <summary>When the user came back from there.</summary>
    public DateTimeOffset? ReturnedAt { get; init; }

    /// <summary>The bank's id of the consent; null: none was asked for.</summary>
    public string? ConsentId { get; init; }

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    /// <summary>Whether the bank has said that the consent is valid.</summary>
    public bool IsValid { get; init; }

    /// <summary>The account that the consent under way is for; null: it is for all, or for the list of them.</summary>
    public string? ConsentFor { get; init; }

    /// <summary>That account by its name or number, as users know it.</summary>
    [JsonIgnore]
    public string? AccountAskedFor =>
        Listed.FirstOrDefault(account => account.Reference == ConsentFor) is { } asked
            ? asked.Name ?? asked.Iban ?? asked.Number
            : null;

    /// <summary>The consent under which accounts were listed, once each of them is asked for by itself.</summary>
    public string? ListConsentId { get; init; }

    /// <summary>Consents of accounts by reference, where each wants one of its own.</summary>
    public IReadOnlyDictionary<string, string> AccountConsents
    {
        get => field ?? new Dictionary<string, string>();
        init;
    }

    /// <summary>Accounts for which the user did not agree.</summary>
    public IReadOnlyList<string> Withheld
    {
        get => field ?? [];
        init;
    }

    /// <summary>The accounts that were listed, where the consent for the list is good for once.</summary>
    public IReadOnlyList<BankAccount> Listed
    {
        get => field ?? [];
        init;
    }

    /// <summary>Whether that list is whole.</summary>
    public bool HasListed { get; init; }

    /// <summary>The question of the bank's authentication that the user has to answer; null: none.</summary>
    public BerlinGroupScaPlace? Sca { get; init; }

    /// <summary>Links to the transactions of the accounts last listed, by reference.</summary>
    public IReadOnlyDictionary<string, string> Transactions
    {
        // The JSON reader gives null for a member that is not there.
        get => field ?? new Dictionary<string, string>();
        init;
    }

    /// <inheritdoc />
    public override BerlinGroupSession WithoutAccess() =>
        new()
        {
            ClientToken = ClientToken,
            RenewClientTokenAt = RenewClientTokenAt,
            Transactions = Transactions,
        };

    /// <summary>The session without the consent: another can be asked for with the same tokens.</summary>
    public BerlinGroupSession WithoutConsent() =>
        this with
        {
            ConsentId = null,
            ConsentState = null,
            ReturnedAt = null,
            AskedAt = null,
            IsValid = false,
            ConsentFor = null,
            Sca = null,
        };

    /// <summary>The session once the bank has said that the consent is valid.</summary>
    public BerlinGroupSession Agreed() =>
        this is { ConsentFor: { } account, ConsentId: { } id }
            ? WithoutConsent() with
            {
                AccountConsents = new Dictionary<string, string>(AccountConsents) { [account] = id },
            }
            : this with
            {
                IsValid = true,
                ConsentState = null,
                ReturnedAt = null,
                Sca = null,
            };

    /// <summary>The session without the consent of an account, which is over.</summary>
    public BerlinGroupSession Without(string account) =>
        this with
        {
            AccountConsents = AccountConsents.Where(c => c.Key != account).ToDictionary(),
        };

    /// <summary>The consent under which an account is read.</summary>
    public string? ConsentOf(string account) => AccountConsents.GetValueOrDefault(account) ?? ConsentId;

    /// <summary>Whether the user has yet to be asked for the account.</summary>
    public bool IsUnasked(string account) => !AccountConsents.ContainsKey(account) && !Withheld.Contains(account);

    /// <summary>A string that is none of ours is an empty session.</summary>
    public static BerlinGroupSession Read(string session) =>
        Json.Own(session, BerlinGroupJson.Default.BerlinGroupSession)
            is { IsWhole: true, Sca: null or { Address: not null } } read
        && read.AccountConsents.Values.Append(read.ConsentId).Append(read.ListConsentId).All(IsSendable)
        && read.Listed.All(account => account is { Reference: not null, Currency: not null })
            ? read
            : new BerlinGroupSession();

    /// <inheritdoc />
    public override string Write() => JsonSerializer.Serialize(this, BerlinGroupJson.Default.BerlinGroupSession);
}

/// <summary>Where the user's answer to a question of the bank's authentication goes.</summary>
/// <param name="IsStart">Whether the authorisation begins with it.</param>
internal sealed record BerlinGroupScaPlace(string Address, bool IsStart)
{
    /// <summary>Whether a code is awaited; else it is the choice of a method.</summary>
    public bool IsCode { get; init; }

    /// <summary>How often a wrong code was given.</summary>
    public int Codes { get; init; }

    /// <inheritdoc cref="Contract.Question.OneTimePassword"/>
    public string? SentTo { get; init; }

    /// <inheritdoc cref="Contract.Question.OneTimePassword"/>
    public bool Digits { get; init; }
}

/// <summary>Lists that may have pages.</summary>
internal enum BerlinGroupList
{
    /// <summary>The transactions of an account.</summary>
    Transactions,

    /// <summary>The accounts.</summary>
    Accounts,

    /// <summary>The cards that have accounts of their own.</summary>
    CardAccounts,
}

/// <summary>Where a list goes on.</summary>
/// <param name="Trail">The next page.</param>
/// <param name="Account">Reference of the account; empty in lists of accounts.</param>
/// <param name="Currency">Of that account, for transactions that name none.</param>
/// <param name="CompleteFrom">See <see cref="Contract.StepResult.Page.CompleteFrom"/>.</param>
internal sealed record BerlinGroupPlace(Trail Trail, string Account, string? Currency, DateOnly? CompleteFrom)
{
    /// <summary>What is listed there.</summary>
    public BerlinGroupList List { get; init; }

    /// <summary>Null when the text is no place of ours.</summary>
    public static BerlinGroupPlace? Read(string place) =>
        Json.Own(place, BerlinGroupJson.Default.BerlinGroupPlace) is { Trail.IsWhole: true, Account: not null } read
            ? read
            : null;

    public string Write() => JsonSerializer.Serialize(this, BerlinGroupJson.Default.BerlinGroupPlace);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault
)]
[JsonSerializable(typeof(BerlinGroupSession))]
[JsonSerializable(typeof(BerlinGroupPlace))]
internal sealed partial class BerlinGroupJson : JsonSerializerContext;
