using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Ledger;

namespace Affluent.Server.Synchronization;

/// <summary>An account as a run needs it.</summary>
internal sealed record AccountRow
{
    public long Id { get; init; }
    public string Identity { get; init; } = "";
    public string? Name { get; init; }
    public string? AccountNumber { get; init; }
    public string? Iban { get; init; }
    public string? Type { get; init; }
    public string Status { get; init; } = "";
    public string? Usage { get; init; }
    public string Currency { get; init; } = "";
    public long? BalanceMinor { get; init; }
    public long? BalanceAt { get; init; }
    public long? BalanceGapMinor { get; init; }
    public string? OwnerName { get; init; }
    public string? Details { get; init; }
    public long CreatedAt { get; init; }
    public string LastDefinitionId { get; init; } = "";

    /// <summary>The day up to which transactions were read; null: never.</summary>
    public DateOnly? SyncedUntil { get; init; }

    /// <summary>The last run that read it to its end.</summary>
    public long? SyncedRun { get; init; }

    /// <summary>The user shares it.</summary>
    public bool Selected { get; init; }
    public long? DeletedAt { get; init; }
}

/// <summary>What is known when a channel's list is looked at.</summary>
internal sealed record ListingContext
{
    public required string DefinitionId { get; init; }

    /// <summary>New and deleted accounts are taken in: the channel's first run, or the list was asked for.</summary>
    public required bool AddsAccounts { get; init; }

    /// <summary>New accounts wait for the user's consent or choice.</summary>
    public required bool AwaitsConsent { get; init; }

    /// <summary>A healthy channel of higher rank, whose accounts this one leaves alone; null: none.</summary>
    public string? RanksAbove { get; init; }
    public required Func<long> NewId { get; init; }
    public required long Now { get; init; }
}

/// <summary>A listed account that this connection has, as it is to be stored.</summary>
/// <param name="Outranked">The other channel reads it.</param>
internal sealed record ListedAccount(BankAccount Bank, AccountRow Row, bool Outranked);

/// <summary>What a channel's list changes.</summary>
internal sealed record AccountListing(
    IReadOnlyList<AccountRow> Added,
    IReadOnlyList<AccountRow> Changed,
    IReadOnlyList<AccountRow> NotFound,
    IReadOnlyList<ListedAccount> Listed
)
{
    /// <summary>Compares the bank's list with the accounts held of the connection, deleted ones included. Pure.</summary>
    public static AccountListing Of(
        IReadOnlyList<BankAccount> bank,
        IReadOnlyList<AccountRow> held,
        ListingContext context
    )
    {
        List<AccountRow> added = [];
        List<AccountRow> changed = [];
        List<ListedAccount> listed = [];
        var byIdentity = held.ToDictionary(a => a.Identity, StringComparer.Ordinal);
        var keys = AccountIdentity.KeysOf(bank);
        var seen = keys.ToHashSet(StringComparer.Ordinal);
        foreach (var (account, identity) in bank.Zip(keys))
        {
            var old = byIdentity.GetValueOrDefault(identity);
            if (old is null or { DeletedAt: not null } && !context.AddsAccounts)
            {
                continue;
            }
            if (old is { DeletedAt: null } && old.LastDefinitionId == context.RanksAbove && old.Status != "NOT_FOUND")
            {
                listed.Add(new ListedAccount(account, old, Outranked: true));
                continue;
            }
            var row = old is { DeletedAt: null }
                ? Renewed(old, account, context)
                : New(account, identity, old?.Id ?? context.NewId(), context);
            if (old is null)
            {
                added.Add(row);
            }
            else if (row != old)
            {
                changed.Add(row);
            }
            listed.Add(new ListedAccount(account, row, Outranked: false));
        }
        var notFound = held.Where(a =>
                a.DeletedAt is null
                && a.LastDefinitionId == context.DefinitionId
                && a.Status != "NOT_FOUND"
                && !seen.Contains(a.Identity)
            )
            .Select(a => a with { Status = "NOT_FOUND" });
        return new AccountListing(added, changed, [.. notFound], listed);
    }

    private static AccountRow Renewed(AccountRow old, BankAccount bank, ListingContext context) =>
        Described(old, bank) with
        {
            LastDefinitionId = context.DefinitionId,
            Status =
                !old.Selected ? "PENDING_CONSENT"
                : old.Status == "NOT_FOUND" ? "ACTIVE"
                : old.Status,
        };

    private static AccountRow New(BankAccount bank, string identity, long id, ListingContext context) =>
        Described(
            new AccountRow
            {
                Id = id,
                Identity = identity,
                Currency = bank.Currency.Trim().ToUpperInvariant(),
                CreatedAt = context.Now,
                LastDefinitionId = context.DefinitionId,
                Selected = !context.AwaitsConsent,
                Status = context.AwaitsConsent ? "PENDING_CONSENT" : "ACTIVE",
            },
            bank
        );

    // What a bank no longer tells keeps its value.
    private static AccountRow Described(AccountRow row, BankAccount bank) =>
        row with
        {
            Name = bank.Name ?? row.Name,
            AccountNumber = bank.Number ?? row.AccountNumber,
            Iban = AccountIdentity.NormalizeIban(bank.Iban) ?? row.Iban,
            Type = TypeOf(bank.Type) ?? row.Type,
            Usage = UsageOf(bank.Usage) ?? row.Usage,
            OwnerName = bank.OwnerName ?? row.OwnerName,
            Details = DetailsOf(bank) ?? row.Details,
        };

    private static string? TypeOf(BankAccountType? type) =>
        type switch
        {
            null => null,
            BankAccountType.Checkings => "CHECKINGS",
            BankAccountType.Savings => "SAVINGS",
            BankAccountType.Loan => "LOAN",
            BankAccountType.CreditCard => "CREDIT_CARD",
            _ => throw new ArgumentOutOfRangeException(nameof(type)),
        };

    private static string? UsageOf(BankAccountUsage? usage) =>
        usage switch
        {
            null => null,
            BankAccountUsage.Personal => "PERSONAL",
            BankAccountUsage.Professional => "PROFESSIONAL",
            _ => throw new ArgumentOutOfRangeException(nameof(usage)),
        };

    private static string? DetailsOf(BankAccount bank) =>
        bank switch
        {
            { Type: BankAccountType.Loan, Loan: { } loan } => JsonSerializer.Serialize(
                loan,
                SealedJson.Default.BankLoan
            ),
            { Type: BankAccountType.Savings, Savings: { } savings } => JsonSerializer.Serialize(
                savings,
                SealedJson.Default.BankSavings
            ),
            { Type: BankAccountType.CreditCard, CreditCard: { } card } => JsonSerializer.Serialize(
                card,
                SealedJson.Default.BankCreditCard
            ),
            _ => null,
        };
}
