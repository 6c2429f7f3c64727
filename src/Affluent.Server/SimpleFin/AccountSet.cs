using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Transactions;

namespace Affluent.Server.SimpleFin;

/// <summary>What an application asks <c>/accounts</c> for.</summary>
/// <param name="Accounts">Only these, which need not be the user's; null: all.</param>
/// <param name="FirstDay">The first day, included; null: the oldest there is.</param>
/// <param name="LastDay">The last day, included; null: the newest.</param>
internal sealed record AccountSetRequest(
    IReadOnlyCollection<AccountId>? Accounts,
    int? FirstDay,
    int? LastDay,
    bool Pending,
    bool BalancesOnly
)
{
    /// <summary>What was given for accounts and is no id of any.</summary>
    public IReadOnlyList<string> NoIds { get; init; } = [];

    /// <summary>Which transactions of these accounts: none that the bank took back, and none of a state that the protocol cannot say.</summary>
    public TransactionFilter Filter(IReadOnlyList<AccountId> accounts) =>
        new()
        {
            AccountIds = accounts,
            FirstDay = FirstDay,
            LastDay = LastDay,
            IncludedStatuses = Pending
                ? [TransactionStatus.Booked, TransactionStatus.Pending]
                : [TransactionStatus.Booked],
            Missing = false,
        };
}

/// <summary>What is held of what was asked for.</summary>
/// <param name="Transactions">Newest first.</param>
/// <param name="IsCut">Whether there are older ones that did not fit.</param>
internal sealed record HeldAccountSet(
    IReadOnlyList<AccountRow> Accounts,
    IReadOnlyList<ConnectionRow> Connections,
    ILookup<ConnectionId, ChannelRow> Channels,
    IReadOnlyList<TransactionRow> Transactions,
    bool IsCut
);

/// <summary>A user's shared accounts in the words of SimpleFIN. Pure.</summary>
/// <param name="root">Address of the SimpleFIN server.</param>
/// <param name="zoneOf">In which a bank means its days.</param>
internal sealed class AccountSet(
    string root,
    Func<ProviderId, Provider?> providerOf,
    Func<ProviderId, TimeZoneInfo> zoneOf
)
{
    /// <summary>How many transactions an answer holds.</summary>
    public const int MostTransactions = 20_000;

    /// <summary>Exact, with the two decimals that applications expect of every currency, and more only where the amount has them.</summary>
    private const string AmountForm = "0.00##########################";

    public SimpleFinAccountSetMessage Show(AccountSetRequest request, HeldAccountSet held)
    {
        var connections = held.Connections.ToDictionary(connection => connection.Id);
        // The protocol says no currency of a transaction: one in another than the account's would be booked as if it were in that.
        var currencies = held.Accounts.ToDictionary(account => account.Id, account => account.Currency);
        var transactions = held.Transactions.ToLookup(row =>
            (row.AccountId, IsTold: row.Currency == currencies[row.AccountId])
        );
        var names = held
            .Accounts.GroupBy(PlainName, StringComparer.Ordinal)
            .Where(same => same.Count() > 1)
            .Select(same => same.Key)
            .ToHashSet(StringComparer.Ordinal);
        var shown = held.Accounts.Select(account => account.ConnectionId).ToHashSet();
        SimpleFinErrorMessage[] errors =
        [
            .. held
                .Connections.Where(connection => shown.Contains(connection.Id))
                .Select(connection => SimpleFinErrors.Of(connection, held.Channels[connection.Id]))
                .OfType<SimpleFinErrorMessage>(),
            .. held.Accounts.SelectMany(account => SimpleFinErrors.Of(account, PlainName(account))),
            .. held
                .Accounts.Select(account =>
                    SimpleFinErrors.InOthers(
                        account,
                        PlainName(account),
                        [.. transactions[(account.Id, false)].Select(row => row.Currency)]
                    )
                )
                .OfType<SimpleFinErrorMessage>(),
            .. request.Accounts?.Except(held.Accounts.Select(account => account.Id)).Select(SimpleFinErrors.NotShared)
                ?? [],
            .. SimpleFinErrors.NoIds(request.NoIds),
            .. held.IsCut ? [SimpleFinErrors.Cut(MostTransactions)] : Array.Empty<SimpleFinErrorMessage>(),
        ];
        return new SimpleFinAccountSetMessage
        {
            Errors = [.. errors.Select(error => error.Msg)],
            Errlist = errors,
            Connections = [.. held.Connections.Where(connection => shown.Contains(connection.Id)).Select(Show)],
            Accounts =
            [
                .. held.Accounts.Select(account =>
                    Show(
                        account,
                        connections[account.ConnectionId],
                        names.Contains(PlainName(account)) ? UniqueName(account) : PlainName(account),
                        transactions[(account.Id, true)]
                    )
                ),
            ],
        };
    }

    /// <summary>An amount in minor units, as the protocol writes it.</summary>
    public static string Amount(decimal minor, string currency) =>
        Money.ToDecimal(minor, currency).ToString(AmountForm, CultureInfo.InvariantCulture);

    private SimpleFinConnectionMessage Show(ConnectionRow connection) =>
        new()
        {
            ConnId = connection.Id,
            Name = connection.Name,
            OrgId = connection.ProviderId.Value,
            OrgUrl = providerOf(connection.ProviderId)?.BaseUrl.AbsoluteUri,
            SfinUrl = root,
        };

    private SimpleFinAccountMessage Show(
        AccountRow account,
        ConnectionRow connection,
        string name,
        IEnumerable<TransactionRow> transactions
    )
    {
        var url = providerOf(connection.ProviderId)?.BaseUrl;
        return new SimpleFinAccountMessage
        {
            Org = new SimpleFinOrgMessage
            {
                // Some applications want one; a bank that the catalogue has no longer is told apart by its id.
                Domain = url?.Host ?? connection.ProviderId.Value,
                Name = connection.Name,
                Id = connection.ProviderId.Value,
                Url = url?.AbsoluteUri,
                SfinUrl = root,
            },
            ConnId = connection.Id,
            Id = account.Id,
            Name = name,
            Currency = Money.Currencies.ContainsKey(account.Currency)
                ? account.Currency
                : $"{root}/currencies/{account.Currency}",
            Balance = Amount(account.Balance ?? 0, account.Currency),
            AvailableBalance = Available(account) is { } available ? Amount(available, account.Currency) : null,
            BalanceDate = AccountBalances.DayOf(account, zoneOf(connection.ProviderId)) is { } day
                ? SimpleFinDay.Of(day)
                : account.BalanceAt ?? 0,
            // In the order of `posted`, which is 0 of those that are pending.
            Transactions = [.. transactions.Reverse().Select(Show).OrderBy(transaction => transaction.Posted)],
            Extra = new(account.Type?.Word(), account.Status == AccountStatus.Closed),
        };
    }

    private static SimpleFinTransactionMessage Show(TransactionRow row)
    {
        var isPending = row.Status == TransactionStatus.Pending;
        var label = row.OwnLabel ?? row.Label;
        var category = row.OwnCategoryId ?? row.CategoryId;
        var extra = new SimpleFinTransactionExtraMessage(
            category == Ledger.Categories.Uncategorized
                ? null
                : Ledger.Categories.ById.GetValueOrDefault(category)?.English,
            row.CheckNumber,
            row.OwnNote
        );
        return new SimpleFinTransactionMessage
        {
            Id = row.Id,
            Posted = isPending ? 0 : SimpleFinDay.Of(row.Day),
            Amount = Amount(row.Amount, row.Currency),
            Description = label,
            Payee = row.Counterparty ?? label,
            Memo = row.Remittance.Length == 0 ? null : row.Remittance.Replace('\n', ' '),
            TransactedAt = SimpleFinDay.Of(row.TransactionDay ?? row.Day),
            Pending = isPending,
            Mcc = row.MerchantCategory,
            Extra = extra is (null, null, null) ? null : extra,
        };
    }

    /// <summary>What can be spent without credit, if the bank says it.</summary>
    private static decimal? Available(AccountRow account) =>
        AccountBalances
            .Of(account)
            .Where(balance => balance.Currency == account.Currency && balance.CreditLimitIncluded != true)
            .Where(balance => balance.Kind is BankBalanceKind.InterimAvailable or BankBalanceKind.ClosingAvailable)
            .OrderBy(balance => balance.Kind == BankBalanceKind.InterimAvailable ? 0 : 1)
            .Select(balance => (decimal?)balance.Amount)
            .FirstOrDefault();

    private static string PlainName(AccountRow account) =>
        account.Name ?? account.AccountNumber ?? account.Iban ?? account.Id.ToString();

    private static string UniqueName(AccountRow account) =>
        $"{PlainName(account)} ({((account.AccountNumber ?? account.Iban) is { Length: > 4 } number ? $"…{number[^4..]}" : account.Id.ToString())})";
}
