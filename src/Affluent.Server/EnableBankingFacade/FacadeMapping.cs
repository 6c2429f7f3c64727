using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Connections;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Transactions;

namespace Affluent.Server.EnableBankingFacade;

/// <summary>A user's accounts, balances and transactions in the words of the interface (API reference 1.0.0). Pure.</summary>
internal static class FacadeMapping
{
    /// <summary>Exact, with two decimals at least.</summary>
    private const string AmountForm = "0.00##########################";

    /// <summary>Whether an application may see an account.</summary>
    public static bool IsShared(AccountRow account) =>
        account is { Selected: true, Status: not AccountStatus.PendingConsent };

    /// <summary>Whether it can be read, and has a uid.</summary>
    public static bool IsOpen(AccountRow account) => IsShared(account) && account.Status != AccountStatus.Closed;

    /// <summary>How a session stands at a time.</summary>
    /// <param name="connection">Its connection; null: it is gone.</param>
    /// <param name="channels">Those of the connection.</param>
    public static FacadeSessionStatus StatusOf(
        FacadeSession session,
        ConnectionRow? connection,
        IEnumerable<ChannelRow> channels,
        long now
    ) =>
        session.ClosedAt is not null ? FacadeSessionStatus.Closed
        : session.RevokedAt is not null || connection is null ? FacadeSessionStatus.Revoked
        : session.ValidUntil <= now || BankEnd(channels) <= now ? FacadeSessionStatus.Expired
        : FacadeSessionStatus.Authorized;

    /// <summary>Until when the bank lets itself be read, in UTC seconds; null: nobody says that it ends.</summary>
    public static long? BankEnd(IEnumerable<ChannelRow> channels)
    {
        long?[] ends =
        [
            .. channels
                .Where(channel => channel.Status != ChannelStatus.Empty)
                .Select(channel => channel.Status == ChannelStatus.TokenExpired ? 0 : channel.ExpiresAt),
        ];
        return ends.Length == 0 || ends.Any(end => end is null) ? null : ends.Max();
    }

    /// <summary>The same for an account in every session: of its number and currency or, without one, of what it is here.</summary>
    public static string HashOf(AccountRow account, ClientId client) =>
        Convert.ToBase64String(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    account.Iban is { } iban ? $"{client} {iban} {account.Currency}" : $"{client} #{account.Id}"
                )
            )
        );

    /// <summary>What is told of an account in the state of a session.</summary>
    public static FacadeAccountDataMessage Name(AccountRow account, ClientId client)
    {
        var hash = HashOf(account, client);
        return new(FacadeUuid.Of(account.Id), hash, [hash]);
    }

    /// <summary>By which an application tells its users apart: of itself and of what it calls the user.</summary>
    public static string HashOf(FacadeApplicationId application, string psuId) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes($"{application} {psuId}")));

    /// <param name="provider">Null: the bank is not known any more.</param>
    public static FacadeAccountMessage Show(AccountRow account, ClientId client, Provider? provider)
    {
        var hash = HashOf(account, client);
        var number = account.AccountNumber is { } text
            ? new FacadeIdentificationMessage(text, account.Type == BankAccountType.CreditCard ? "CPAN" : "BBAN")
            : null;
        return new FacadeAccountMessage
        {
            Uid = IsOpen(account) ? FacadeUuid.Of(account.Id) : null,
            AccountId = (account.Iban, number) is (null, null) ? null : new FacadeNumberMessage(account.Iban, number),
            AllAccountIds =
            [
                .. account.Iban is { } iban
                    ? [new FacadeIdentificationMessage(iban, "IBAN")]
                    : Array.Empty<FacadeIdentificationMessage>(),
                .. number is null ? [] : new[] { number },
            ],
            AccountServicer = provider is null ? null : new FacadeServicerMessage(provider.Bic, provider.Name),
            Name = account.OwnerName,
            DisplayName = account.Name,
            Details = account.Name,
            Usage = account.Usage switch
            {
                BankAccountUsage.Personal => "PRIV",
                BankAccountUsage.Professional => "ORGA",
                null => null,
            },
            CashAccountType = account.Type switch
            {
                BankAccountType.Checkings => FacadeAccountKind.Cacc,
                BankAccountType.Savings => FacadeAccountKind.Svgs,
                BankAccountType.Loan => FacadeAccountKind.Loan,
                BankAccountType.CreditCard => FacadeAccountKind.Card,
                null => FacadeAccountKind.Othr,
            },
            Currency = account.Currency,
            IdentificationHash = hash,
            IdentificationHashes = [hash],
        };
    }

    /// <summary>The balances that the bank gave last; or the one that is the account's.</summary>
    /// <param name="zone">In which the bank means its days.</param>
    public static FacadeBalancesMessage Balances(AccountRow account, TimeZoneInfo zone) =>
        new(
            AccountBalances.Of(account) is { Count: > 0 } known ? [.. known.Select(Show)]
            : account.Balance is { } balance
                ?
                [
                    new FacadeBalanceMessage
                    {
                        Name = "Balance",
                        BalanceAmount = new(account.Currency, Amount(balance, account.Currency)),
                        BalanceType = FacadeBalanceKind.Itbd,
                        ReferenceDate = account.BalanceAt is { } at ? Day(BankDay.Of(at, zone)) : null,
                    },
                ]
            : []
        );

    private static FacadeBalanceMessage Show(AccountBalance balance) =>
        new()
        {
            Name = balance.Kind.Word(),
            BalanceAmount = new(balance.Currency, Amount(balance.Amount, balance.Currency)),
            BalanceType = balance.Kind switch
            {
                BankBalanceKind.ClosingBooked => FacadeBalanceKind.Clbd,
                BankBalanceKind.InterimBooked => FacadeBalanceKind.Itbd,
                BankBalanceKind.OpeningBooked => FacadeBalanceKind.Opbd,
                BankBalanceKind.PreviouslyClosedBooked => FacadeBalanceKind.Prcd,
                BankBalanceKind.Expected => FacadeBalanceKind.Xpcd,
                BankBalanceKind.ValueDate => FacadeBalanceKind.Valu,
                BankBalanceKind.ClosingAvailable => FacadeBalanceKind.Clav,
                BankBalanceKind.InterimAvailable => FacadeBalanceKind.Itav,
                BankBalanceKind.OpeningAvailable => FacadeBalanceKind.Opav,
                BankBalanceKind.ForwardAvailable => FacadeBalanceKind.Fwav,
                BankBalanceKind.Information => FacadeBalanceKind.Info,
                BankBalanceKind.Authorised or BankBalanceKind.NonInvoiced or BankBalanceKind.Other =>
                    FacadeBalanceKind.Othr,
            },
            ReferenceDate = balance.Day is { } day ? Day(day) : null,
            LastChangeDateTime = balance.ChangedAt is { } at ? FacadeAuthRequest.Moment(at) : null,
        };

    public static FacadeTransactionMessage Show(TransactionRow row)
    {
        var isIn = row.Amount >= 0;
        var isBooked = row.Status == TransactionStatus.Booked;
        var party = row.Counterparty is { } name ? new FacadePartyMessage(name) : null;
        return new FacadeTransactionMessage
        {
            // Ours: it stays when a pending one is booked, and in every session.
            EntryReference = row.Id.ToString(),
            TransactionAmount = new(row.Currency, Amount(Math.Abs(row.Amount), row.Currency)),
            CreditDebitIndicator = isIn ? "CRDT" : "DBIT",
            Status = row.Status switch
            {
                TransactionStatus.Booked => FacadeTransactionStatus.Book,
                TransactionStatus.Pending => FacadeTransactionStatus.Pdng,
                TransactionStatus.Cancelled => FacadeTransactionStatus.Cncl,
                TransactionStatus.Rejected => FacadeTransactionStatus.Rjct,
                TransactionStatus.Other or TransactionStatus.Expired or TransactionStatus.Refunded =>
                    FacadeTransactionStatus.Othr,
            },
            BookingDate = (row.BookingDay ?? (isBooked ? row.Day : null)) is { } booked ? Day(booked) : null,
            ValueDate = row.ValueDay is { } value ? Day(value) : null,
            TransactionDate = (row.TransactionDay ?? (isBooked ? null : row.Day)) is { } made ? Day(made) : null,
            RemittanceInformation = row.Remittance.Length > 0 ? row.Remittance.Split('\n') : [row.Label],
            Creditor = isIn ? null : party,
            Debtor = isIn ? party : null,
            MerchantCategoryCode = row.MerchantCategory,
            Note = row.OwnNote,
            TransactionId = row.Id.ToString(),
        };
    }

    /// <summary>An amount in minor units, as the interface writes it.</summary>
    public static string Amount(decimal minor, string currency) =>
        Money.ToDecimal(minor, currency).ToString(AmountForm, CultureInfo.InvariantCulture);

    private static string Day(int day) =>
        DateTimeOffset.UnixEpoch.AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
