using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Providers;

namespace Affluent.Server.Accounts;

/// <summary>Words of the published API, as the database keeps them.</summary>
internal static class AccountWords
{
    public const string Types = "CHECKINGS,SAVINGS,LOAN,CREDIT_CARD";
    public const string Statuses = "MANUAL,ACTIVE,ERROR,NOT_FOUND,CLOSED,SUSPENDED,PENDING_CONSENT";
    public const string Usages = "PERSONAL,PROFESSIONAL";
}

/// <summary>An account as stored.</summary>
internal sealed record AccountRow
{
    public long Id { get; init; }
    public long ConnectionId { get; init; }
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

    /// <summary>
    /// JSON of the contract's <see cref="BankLoan"/>, <see cref="BankSavings"/> or <see cref="BankCreditCard"/>, by the type of the
    /// account; see <see cref="AccountDetails"/>.
    /// </summary>
    public string? Details { get; init; }
    public long CreatedAt { get; init; }
    public string LastDefinitionId { get; init; } = "";
}

/// <summary>Which accounts a caller asks for, and in which order.</summary>
internal sealed record AccountFilter
{
    public long? ConnectionId { get; init; }
    public string? Type { get; init; }
    public string? Status { get; init; }
    public string? Usage { get; init; }
    public string? Text { get; init; }
    public string? Sort { get; init; }

    /// <summary>What <see cref="Sort"/> can be; a minus sign in front turns the order round.</summary>
    public static IReadOnlyList<string> Sorts { get; } =
    ["creation_date", "-creation_date", "name", "-name", "type", "-type", "balance", "-balance"];

    /// <summary>
    /// The page of those accounts that the text matches, in order. Done here and not in the database: a user has tens of accounts, and
    /// the two databases do not agree on upper case and accents.
    /// </summary>
    public IEnumerable<AccountRow> Take(IEnumerable<AccountRow> rows, Page page)
    {
        var matching = Text is { } text ? rows.Where(r => Matches(r, text)) : rows;
        return Ordered(matching).Skip((int)Math.Min(page.Skip, int.MaxValue)).Take(page.Limit);
    }

    private IEnumerable<AccountRow> Ordered(IEnumerable<AccountRow> rows)
    {
        var ascending = Sort?.TrimStart('-') switch
        {
            "name" => rows.OrderBy(r => r.Name ?? r.AccountNumber, StringComparer.InvariantCultureIgnoreCase)
                .ThenBy(r => r.Id),
            "type" => rows.OrderBy(r => r.Type, StringComparer.Ordinal).ThenBy(r => r.Id),
            "balance" => rows.OrderBy(AccountView.Balance).ThenBy(r => r.Id),
            // Ids grow with time.
            _ => rows.OrderBy(r => r.Id),
        };
        return Sort is ['-', ..] ? ascending.Reverse() : ascending;
    }

    private static bool Matches(AccountRow row, string text) =>
        SearchText.Contains(row.Name, text)
        || SearchText.Contains(row.AccountNumber, text)
        || SearchText.Contains(row.Iban, text.Replace(" ", "", StringComparison.Ordinal));
}

/// <summary>What a bank tells of one kind of account only, as <c>accounts.details</c> holds it.</summary>
internal static class AccountDetails
{
    /// <summary>The JSON to store; null when the account has no such details.</summary>
    public static string? Write(BankAccount account) =>
        account switch
        {
            { Type: BankAccountType.Loan, Loan: { } loan } => Text(loan),
            { Type: BankAccountType.Savings, Savings: { } savings } => Text(savings),
            { Type: BankAccountType.CreditCard, CreditCard: { } card } => Text(card),
            _ => null,
        };

    public static BankLoan? Loan(AccountRow row) =>
        row is { Type: "LOAN", Details: { } json }
            ? JsonSerializer.Deserialize(json, AccountDetailsJson.Default.BankLoan)
            : null;

    public static BankSavings? Savings(AccountRow row) =>
        row is { Type: "SAVINGS", Details: { } json }
            ? JsonSerializer.Deserialize(json, AccountDetailsJson.Default.BankSavings)
            : null;

    public static BankCreditCard? CreditCard(AccountRow row) =>
        row is { Type: "CREDIT_CARD", Details: { } json }
            ? JsonSerializer.Deserialize(json, AccountDetailsJson.Default.BankCreditCard)
            : null;

    private static string Text<T>(T details) =>
        JsonSerializer.Serialize(details, typeof(T), AccountDetailsJson.Default);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(BankLoan))]
[JsonSerializable(typeof(BankSavings))]
[JsonSerializable(typeof(BankCreditCard))]
internal sealed partial class AccountDetailsJson : JsonSerializerContext;

/// <summary>How an account is shown.</summary>
internal static class AccountView
{
    /// <param name="payers">The user's accounts by IBAN or number, to name the one that pays a card.</param>
    public static AccountMessage Show(AccountRow row, IReadOnlyDictionary<string, long> payers)
    {
        var message = new AccountMessage
        {
            Id = Ids.Text(row.Id),
            ConnectionId = Ids.Text(row.ConnectionId),
            Name = row.Name,
            AccountNumber = row.AccountNumber,
            Iban = row.Iban,
            Currency = row.Currency,
            Balance = Balance(row),
            BalanceDate = row.BalanceAt,
            BalanceGap = row.BalanceGapMinor is { } gap and not 0 ? Money.ToDecimal(gap, row.Currency) : null,
            Type = row.Type,
            Status = row.Status,
            Usage = row.Usage,
            Classification = row.Usage,
            CreationDate = row.CreatedAt,
            LastChannelDefinitionId = row.LastDefinitionId,
            Owner = row.OwnerName is { } name ? new OwnerMessage { Name = name } : null,
            Loan = AccountDetails.Loan(row) is { } loan ? Show(loan) : null,
            Savings = AccountDetails.Savings(row) is { } savings ? Show(savings) : null,
            CreditCard = AccountDetails.CreditCard(row) is { } card ? Show(card, payers) : null,
        };
        // The user has not agreed to share it: the client learns that it is there, not what is on it.
        return row.Status == "PENDING_CONSENT"
            ? message with
            {
                Balance = null,
                BalanceDate = null,
                BalanceGap = null,
                Loan = null,
                Savings = null,
                CreditCard = null,
            }
            : message;
    }

    public static decimal? Balance(AccountRow row) =>
        row.BalanceMinor is { } minor ? Money.ToDecimal(minor, row.Currency) : null;

    private static LoanMessage Show(BankLoan loan) =>
        new()
        {
            InitialBalance = loan.InitialBalance,
            Interest = loan.Interest,
            StartDate = Seconds(loan.StartDay),
            EndDate = Seconds(loan.EndDay),
            NextPayment = NextPayment(loan.NextPayment, loan.NextPaymentDay),
        };

    private static SavingsMessage Show(BankSavings savings) =>
        new()
        {
            YieldRate = savings.YieldRate,
            EarnedYtd = savings.EarnedThisYear,
            EffectDate = Seconds(savings.OpenedDay),
        };

    private static CreditCardMessage Show(BankCreditCard card, IReadOnlyDictionary<string, long> payers) =>
        new()
        {
            PayableAccountId =
                card.PayableAccount is { } payer && payers.TryGetValue(payer, out var id) ? Ids.Text(id) : null,
            NextPayment = NextPayment(card.NextPayment, card.NextPaymentDay),
        };

    private static NextPaymentMessage? NextPayment(decimal? amount, DateOnly? day) =>
        (amount, day) is (null, null) ? null : new() { Amount = amount, DueDate = Seconds(day) };

    private static long? Seconds(DateOnly? day) => day is { } given ? ParisDay.Start(given) : null;
}
