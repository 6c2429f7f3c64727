using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;

namespace Affluent.Server.Accounts;

/// <summary>Where an account stands.</summary>
[JsonConverter(typeof(WordConverter<AccountStatus>))]
internal enum AccountStatus
{
    /// <summary>Kept by hand: no bank tells of it.</summary>
    Manual,

    /// <summary>The last synchronization read it.</summary>
    Active,

    /// <summary>The last synchronization could not read it.</summary>
    Error,

    /// <summary>The bank no longer lists it.</summary>
    NotFound,

    /// <summary>Closed, as the bank says: it is read no more, whether the bank goes on listing it or not.</summary>
    Closed,

    /// <summary>Not refreshed for the time being.</summary>
    Suspended,

    /// <summary>The user has not agreed to share it.</summary>
    PendingConsent,
}

/// <summary>An account as stored. Times are UTC seconds, amounts minor units of its currency.</summary>
internal sealed record AccountRow
{
    public UserId UserId { get; init; }
    public AccountId Id { get; init; }
    public ConnectionId ConnectionId { get; init; }

    /// <summary>Names it within the connection whatever the bank's session calls it (<see cref="AccountIdentity"/>).</summary>
    public string Identity { get; init; } = "";

    /// <summary>What the bank called it last: tells it from others of the same key.</summary>
    public string? Reference { get; init; }
    public string? Name { get; init; }
    public string? AccountNumber { get; init; }
    public string? Iban { get; init; }
    public BankAccountType? Type { get; init; }
    public AccountStatus Status { get; init; }
    public BankAccountUsage? Usage { get; init; }
    public string Currency { get; init; } = "";
    public long? BalanceMinor { get; init; }

    /// <summary>What the balance has beyond minor units; see <see cref="Money.Split"/>.</summary>
    public long? BalanceRest { get; init; }

    /// <summary>In minor units, exact; no column.</summary>
    public decimal? Balance => BalanceMinor is { } minor ? Money.Join(minor, BalanceRest) : null;
    public long? BalanceAt { get; init; }

    /// <summary>JSON of every balance that the bank gave last, of all kinds; see <see cref="AccountBalances"/>.</summary>
    public string? Balances { get; init; }

    /// <summary>JSON of what the check of the balance came to; see <see cref="AccountBalances"/>.</summary>
    public string? BalanceCheck { get; init; }

    /// <summary>Booked since the balance up to which everything is explained.</summary>
    public long BookedSinceBalance { get; init; }

    /// <inheritdoc cref="BookedSinceBalance"/>
    public long? BookedSinceRest { get; init; }

    /// <summary>Both together; no column.</summary>
    public decimal BookedSince => Money.Join(BookedSinceBalance, BookedSinceRest);

    /// <summary>How many rows of the last reading could not be kept to the cent.</summary>
    public int RowsLeftOut { get; init; }

    /// <summary>Why, in words of <see cref="RowFault"/> separated by blanks; null: all were kept.</summary>
    public string? RowsLeftOutReasons { get; init; }

    /// <summary>What speaks against the bank's transaction ids here: they are no longer believed. Null: nothing.</summary>
    public IdFault? IdsFault { get; init; }
    public string? OwnerName { get; init; }

    /// <summary>
    /// JSON of the contract's <see cref="BankLoan"/>, <see cref="BankSavings"/> or <see cref="BankCreditCard"/>, by the type of the
    /// account; see <see cref="AccountDetails"/>.
    /// </summary>
    public string? Details { get; init; }
    public long CreatedAt { get; init; }

    /// <summary>The channel that refreshed it last.</summary>
    public ChannelDefinitionId LastDefinitionId { get; init; }

    /// <summary>Ids, separated by commas, of accounts that this one may be: see <see cref="AccountMatch.Candidates"/>.</summary>
    public string? Candidates { get; init; }

    /// <summary>See <see cref="AccountSources"/>.</summary>
    public string? Sources { get; init; }

    /// <summary>The day up to which transactions were read; null: never.</summary>
    public DateOnly? SyncedUntil { get; init; }

    /// <summary>The last run that read it to its end.</summary>
    public RunId? SyncedRun { get; init; }

    /// <summary>The user shares it.</summary>
    public bool Selected { get; init; }
    public long? DeletedAt { get; init; }

    /// <summary>How often something was said of its transactions (same, different).</summary>
    public long Settlements { get; init; }
}

/// <summary>By what accounts can be ordered.</summary>
[WordCase(WordCase.LowerSnake)]
internal enum AccountSort
{
    CreationDate,
    Name,
    Type,
    Balance,
}

/// <summary>An order of accounts; as a parameter a minus sign in front turns it round.</summary>
internal readonly record struct AccountOrder(AccountSort By, bool Descending)
{
    /// <summary>What the parameter can be.</summary>
    public static IReadOnlyList<string> Words { get; } =
    [.. Vocabulary<AccountSort>.Words.SelectMany(word => (string[])[word, $"-{word}"])];

    /// <summary>Reads one of <see cref="Words"/>; the oldest first when absent.</summary>
    public static AccountOrder Read(string? word) =>
        Vocabulary<AccountSort>.TryRead(word?.TrimStart('-'), out var by) ? new(by, word is ['-', ..]) : default;
}

/// <summary>Which accounts a caller asks for, and in which order. Null means no restriction.</summary>
internal sealed record AccountFilter
{
    public ConnectionId? ConnectionId { get; init; }
    public BankAccountType? Type { get; init; }
    public AccountStatus? Status { get; init; }
    public BankAccountUsage? Usage { get; init; }
    public string? Text { get; init; }
    public AccountOrder Order { get; init; }

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
        // Ids grow with time.
        var oldestFirst = rows.OrderBy(r => r.Id.Value);
        IEnumerable<AccountRow> ascending = Order.By switch
        {
            AccountSort.CreationDate => oldestFirst,
            AccountSort.Name => oldestFirst.OrderBy(
                r => r.Name ?? r.AccountNumber,
                StringComparer.InvariantCultureIgnoreCase
            ),
            AccountSort.Type => oldestFirst.OrderBy(r => r.Type?.Word(), StringComparer.Ordinal),
            AccountSort.Balance => oldestFirst.OrderBy(AccountView.Balance),
        };
        return Order.Descending ? ascending.Reverse() : ascending;
    }

    private static bool Matches(AccountRow row, string text) =>
        SearchText.Contains(row.Name, text)
        || SearchText.Contains(row.AccountNumber, text)
        || SearchText.Contains(row.Iban, text.Replace(" ", "", StringComparison.Ordinal));
}

/// <summary>What a bank tells of one kind of account only, as <c>accounts.details</c> holds it.</summary>
internal static class AccountDetails
{
    /// <summary>The JSON to store; null when the bank tells no such details.</summary>
    public static string? Of(BankAccount account) =>
        account switch
        {
            { Type: BankAccountType.Loan, Loan: { } loan } => JsonSerializer.Serialize(
                loan,
                AccountDetailsJson.Default.BankLoan
            ),
            { Type: BankAccountType.Savings, Savings: { } savings } => JsonSerializer.Serialize(
                savings,
                AccountDetailsJson.Default.BankSavings
            ),
            { Type: BankAccountType.CreditCard, CreditCard: { } card } => JsonSerializer.Serialize(
                card,
                AccountDetailsJson.Default.BankCreditCard
            ),
            _ => null,
        };

    /// <summary>Whether the account names another one of the user.</summary>
    public static bool NamesAnother(AccountRow row) =>
        (CreditCard(row)?.PayableAccount ?? Loan(row)?.DebitedAccount ?? Savings(row)?.PivotAccount) is not null;

    public static BankLoan? Loan(AccountRow row) =>
        row is { Type: BankAccountType.Loan, Details: { } json }
            ? JsonSerializer.Deserialize(json, AccountDetailsJson.Default.BankLoan)
            : null;

    public static BankSavings? Savings(AccountRow row) =>
        row is { Type: BankAccountType.Savings, Details: { } json }
            ? JsonSerializer.Deserialize(json, AccountDetailsJson.Default.BankSavings)
            : null;

    public static BankCreditCard? CreditCard(AccountRow row) =>
        row is { Type: BankAccountType.CreditCard, Details: { } json }
            ? JsonSerializer.Deserialize(json, AccountDetailsJson.Default.BankCreditCard)
            : null;
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
    /// <param name="named">The user's accounts by IBAN or number, for those that another one names (<see cref="AccountDetails.NamesAnother"/>).</param>
    public static AccountMessage Show(AccountRow row, IReadOnlyDictionary<string, AccountId> named)
    {
        var check = AccountBalances.Check(row);
        // Its status alone does not tell: it says NOT_FOUND once the bank lists the account no more.
        var isShared = row is { Selected: true, Status: not AccountStatus.PendingConsent };
        var message = new AccountMessage
        {
            Id = row.Id,
            ConnectionId = row.ConnectionId,
            Name = row.Name,
            AccountNumber = row.AccountNumber,
            Iban = row.Iban,
            Currency = row.Currency,
            Balance = Balance(row),
            BalanceDate = row.BalanceAt,
            Balances = AccountBalances.Of(row) is { Count: > 0 } balances ? [.. balances.Select(Show)] : null,
            BalanceGap = check?.Gap is { } gap ? Money.ToDecimal(gap, row.Currency) : null,
            BalanceCheck = check is null ? null : Show(check, row.Currency),
            RowsLeftOut = row.RowsLeftOut > 0 ? row.RowsLeftOut : null,
            RowsLeftOutReasons = row.RowsLeftOutReasons is { } reasons
                ? [.. Vocabulary<RowFault>.Among(reasons.Split(' '))]
                : null,
            TransactionIdsFault = row.IdsFault,
            Type = row.Type,
            Status = row.Status,
            Usage = row.Usage,
            Classification = row.Usage,
            CreationDate = row.CreatedAt,
            LastChannelDefinitionId = row.LastDefinitionId,
            Sources = AccountSourceMessage.Of(row, isShared),
            Match = row.Candidates is null ? null : AccountMatchMessage.Of(row.Candidates),
            Owner = row.OwnerName is { } name ? new OwnerMessage { Name = name } : null,
            Loan = AccountDetails.Loan(row) is { } loan ? Show(loan, named) : null,
            Savings = AccountDetails.Savings(row) is { } savings ? Show(savings, named) : null,
            CreditCard = AccountDetails.CreditCard(row) is { } card ? Show(card, named) : null,
        };
        // Of what the user does not share, the client learns that it is there, not what is on it, or was.
        return !isShared
            ? message with
            {
                Balance = null,
                BalanceDate = null,
                Balances = null,
                BalanceGap = null,
                BalanceCheck = null,
                RowsLeftOut = null,
                RowsLeftOutReasons = null,
                TransactionIdsFault = null,
                Loan = null,
                Savings = null,
                CreditCard = null,
            }
            : message;
    }

    public static decimal? Balance(AccountRow row) =>
        row.Balance is { } minor ? Money.ToDecimal(minor, row.Currency) : null;

    private static BalanceMessage Show(AccountBalance balance) =>
        new()
        {
            Kind = balance.Kind,
            Amount = Money.ToDecimal(balance.Amount, balance.Currency),
            Currency = balance.Currency,
            Date = balance.Day is { } day ? ParisDay.Start(day) : null,
            ChangeDate = balance.ChangedAt,
            LastCommittedTransaction = balance.LastCommittedTransaction,
            CreditLimitIncluded = balance.CreditLimitIncluded,
        };

    private static BalanceCheckMessage Show(BalanceState check, string currency) =>
        new()
        {
            Status = check.Status,
            Gap = check.Gap is { } gap ? Money.ToDecimal(gap, currency) : null,
            Since = check.Since is { } day ? ParisDay.Start(day) : null,
            Reason = check.Reason,
        };

    private static LoanMessage Show(BankLoan loan, IReadOnlyDictionary<string, AccountId> named) =>
        new()
        {
            Type = loan.Kind,
            LoanType = loan.Kind,
            Frequency = loan.Frequency,
            DebitedAccountId = IdOf(loan.DebitedAccount, named),
            InitialBalance = loan.InitialBalance,
            Interest = loan.Interest,
            StartDate = Seconds(loan.StartDay),
            EndDate = Seconds(loan.EndDay),
            NextPayment = NextPayment(loan.NextPayment, loan.NextPaymentDay),
        };

    private static SavingsMessage Show(BankSavings savings, IReadOnlyDictionary<string, AccountId> named) =>
        new()
        {
            Type = savings.Kind,
            SavingsType = savings.Kind,
            EndDate = Seconds(savings.EndDay),
            PivotAccountId = IdOf(savings.PivotAccount, named),
            YieldRate = savings.YieldRate,
            EarnedYtd = savings.EarnedThisYear,
            EffectDate = Seconds(savings.OpenedDay),
        };

    private static CreditCardMessage Show(BankCreditCard card, IReadOnlyDictionary<string, AccountId> named) =>
        new()
        {
            PayableAccountId = IdOf(card.PayableAccount, named),
            NextPayment = NextPayment(card.NextPayment, card.NextPaymentDay),
        };

    private static AccountId? IdOf(string? text, IReadOnlyDictionary<string, AccountId> named) =>
        text is not null && named.TryGetValue(text, out var id) ? id : null;

    private static NextPaymentMessage? NextPayment(decimal? amount, DateOnly? day) =>
        (amount, day) is (null, null) ? null : new() { Amount = amount, DueDate = Seconds(day) };

    private static long? Seconds(DateOnly? day) => day is { } given ? ParisDay.Start(given) : null;
}
