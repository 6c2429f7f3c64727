using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Connections;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Affluent.Server.Tests.Harness;

/// <summary>A connection as a synchronization would have left it.</summary>
internal sealed record TestConnection
{
    public required ConnectionId Id { get; init; }
    public required UserId UserId { get; init; }
    public required ClientId ClientId { get; init; }
    public ProviderId ProviderId { get; init; } = new("501");
    public string Name { get; init; } = "Banque Étoile";
    public ConnectionStatus Status { get; init; } = ConnectionStatus.Success;
    public long CreatedAt { get; init; } = 1_772_000_000;
}

/// <summary>A channel of a connection.</summary>
internal sealed record TestChannel
{
    public required UserId UserId { get; init; }
    public required ConnectionId ConnectionId { get; init; }
    public ChannelDefinitionId DefinitionId { get; init; } = new("50100");
    public ChannelMode Mode { get; init; } = ChannelMode.Embedded;
    public ChannelStatus Status { get; init; } = ChannelStatus.Success;
    public long? ExpiresAt { get; init; }
    public long? LastSuccessAt { get; init; } = 1_772_400_000;
    public byte[]? Credentials { get; init; }
}

/// <summary>An account.</summary>
internal sealed record TestAccount
{
    public required AccountId Id { get; init; }
    public required UserId UserId { get; init; }
    public required ConnectionId ConnectionId { get; init; }
    public string? Name { get; init; } = "Compte courant";
    public string? AccountNumber { get; init; } = "00012345678";
    public string? Iban { get; init; }
    public BankAccountType? Type { get; init; } = BankAccountType.Checkings;
    public AccountStatus Status { get; init; } = AccountStatus.Active;
    public BankAccountUsage? Usage { get; init; } = BankAccountUsage.Personal;
    public string Currency { get; init; } = "EUR";
    public long? BalanceMinor { get; init; } = 123_456;
    public string? Balances { get; init; }
    public string? BalanceCheck { get; init; }
    public DateOnly? SyncedUntil { get; init; }
    public string? OwnerName { get; init; } = "Ada Lovelace";
    public string? Details { get; init; }
    public ChannelDefinitionId LastDefinitionId { get; init; } = new("50100");
}

/// <summary>A transaction.</summary>
internal sealed record TestTransaction
{
    public required TransactionId Id { get; init; }
    public required UserId UserId { get; init; }
    public required AccountId AccountId { get; init; }
    public required DateOnly Day { get; init; }
    public long AmountMinor { get; init; } = -1_250;
    public string Currency { get; init; } = "EUR";
    public string Label { get; init; } = "Boulangerie";
    public string Remittance { get; init; } = "CARTE 01/03 BOULANGERIE\nPARIS";
    public string? Counterparty { get; init; }
    public TransactionType Type { get; init; } = TransactionType.PointOfSale;
    public TransactionStatus Status { get; init; } = TransactionStatus.Booked;
    public string CategoryId { get; init; } = "SUPERMARKET";
    public int? Confidence { get; init; }
    public bool Ambiguous { get; init; }
    public string? CheckNumber { get; init; }
    public long ImportedAt { get; init; } = 1_772_400_000;
}

/// <summary>Rows put straight into the tables, many at once, for what is read and deleted over the API.</summary>
internal sealed partial class TestApp
{
    private static readonly BulkTable<TestConnection> Connections = new(
        "connections",
        [
            new("user_id", BulkType.Long, r => r.UserId.Value),
            new("id", BulkType.Long, r => r.Id.Value),
            new("client_id", BulkType.Long, r => r.ClientId.Value),
            new("provider_id", BulkType.Text, r => r.ProviderId.Value),
            new("name", BulkType.Text, r => r.Name),
            new("status", BulkType.Text, r => r.Status.Word()),
            new("created_at", BulkType.Long, r => r.CreatedAt),
            new("auto_sync", BulkType.Bool, _ => true),
            new("consent_per_account", BulkType.Bool, _ => false),
        ]
    );

    // Each connection has its job; here under the same number.
    private static readonly BulkTable<TestConnection> Jobs = new(
        "jobs",
        [
            new("user_id", BulkType.Long, r => r.UserId.Value),
            new("id", BulkType.Long, r => r.Id.Value),
            new("client_id", BulkType.Long, r => r.ClientId.Value),
            new("kind", BulkType.Text, _ => JobKind.Synchronization.Word()),
            new("subject_id", BulkType.Long, r => r.Id.Value),
            new("state", BulkType.Text, _ => Server.Jobs.JobState.Idle.Word()),
            new("priority", BulkType.Text, _ => JobPriority.Background.Word()),
        ]
    );

    private static readonly BulkTable<TestChannel> Channels = new(
        "channels",
        [
            new("user_id", BulkType.Long, r => r.UserId.Value),
            new("connection_id", BulkType.Long, r => r.ConnectionId.Value),
            new("definition_id", BulkType.Text, r => r.DefinitionId.Value),
            new("mode", BulkType.Text, r => r.Mode.Word()),
            new("status", BulkType.Text, r => r.Status.Word()),
            new("expires_at", BulkType.Long, r => r.ExpiresAt),
            new("last_success_at", BulkType.Long, r => r.LastSuccessAt),
            new("last_end_at", BulkType.Long, r => r.LastSuccessAt),
            new("credentials", BulkType.Bytes, r => r.Credentials),
        ]
    );

    private static readonly BulkTable<TestAccount> Accounts = new(
        "accounts",
        [
            new("user_id", BulkType.Long, r => r.UserId.Value),
            new("id", BulkType.Long, r => r.Id.Value),
            new("connection_id", BulkType.Long, r => r.ConnectionId.Value),
            new("identity", BulkType.Text, r => r.Id.ToString()),
            new("name", BulkType.Text, r => r.Name),
            new("account_number", BulkType.Text, r => r.AccountNumber),
            new("iban", BulkType.Text, r => r.Iban),
            new("type", BulkType.Text, r => r.Type?.Word()),
            new("status", BulkType.Text, r => r.Status.Word()),
            new("usage", BulkType.Text, r => r.Usage?.Word()),
            new("currency", BulkType.Text, r => r.Currency),
            new("balance_minor", BulkType.Long, r => r.BalanceMinor),
            new("balance_at", BulkType.Long, r => r.BalanceMinor is null ? default(long?) : 1_772_400_000L),
            new("balances", BulkType.Text, r => r.Balances),
            new("balance_check", BulkType.Text, r => r.BalanceCheck),
            new("synced_until", BulkType.Int, r => r.SyncedUntil),
            new("owner_name", BulkType.Text, r => r.OwnerName),
            new("details", BulkType.Text, r => r.Details),
            new("created_at", BulkType.Long, _ => 1_772_000_000L),
            new("last_definition_id", BulkType.Text, r => r.LastDefinitionId.Value),
        ]
    );

    private static readonly BulkTable<TestTransaction> Transactions = new(
        "transactions",
        [
            new("user_id", BulkType.Long, r => r.UserId.Value),
            new("id", BulkType.Long, r => r.Id.Value),
            new("account_id", BulkType.Long, r => r.AccountId.Value),
            new("amount_minor", BulkType.Long, r => r.AmountMinor),
            new("currency", BulkType.Text, r => r.Currency),
            new("label", BulkType.Text, r => r.Label),
            new("remittance", BulkType.Text, r => r.Remittance),
            new("counterparty", BulkType.Text, r => r.Counterparty),
            new("type", BulkType.Text, r => r.Type.Word()),
            new("status", BulkType.Text, r => r.Status.Word()),
            new("category_id", BulkType.Text, r => r.CategoryId),
            new("day", BulkType.Int, r => r.Day),
            new("booking_day", BulkType.Int, r => r.Status == TransactionStatus.Booked ? r.Day : default(long?)),
            new("check_number", BulkType.Text, r => r.CheckNumber),
            new("confidence", BulkType.Int, r => r.Confidence),
            new("ambiguous", BulkType.Bool, r => r.Ambiguous),
            new("imported_at", BulkType.Long, r => r.ImportedAt),
            new("updated_at", BulkType.Long, r => r.ImportedAt),
        ]
    );

    /// <summary>Two banks that no connector reads: 501 with both channels, 502 with REDIRECT only.</summary>
    public static Task<TestApp> StartWithBanks(DatabaseKind kind, Action<WebApplicationBuilder>? configure = null) =>
        Start(
            kind,
            configure: builder =>
            {
                builder.Services.AddSingleton(new Banks(ExampleBanks, _ => null));
                configure?.Invoke(builder);
            }
        );

    /// <summary>A connection over the EMBEDDED channel of bank 501.</summary>
    public async Task<TestConnection> StoreConnection(TestUser user, string providerId = "501")
    {
        var connection = new TestConnection
        {
            Id = NextId<ConnectionId>(),
            UserId = user.Id,
            ClientId = user.Client.Id,
            ProviderId = new(providerId),
        };
        await Store(Connections, [connection]);
        await Store(Jobs, [connection]);
        await StoreChannel(
            new TestChannel
            {
                UserId = user.Id,
                ConnectionId = connection.Id,
                Credentials = [1, 2, 3],
            }
        );
        return connection;
    }

    public Task StoreChannel(TestChannel channel) => Store(Channels, [channel]);

    /// <summary>A connection without any channel.</summary>
    public async Task StoreBareConnection(TestConnection connection)
    {
        await Store(Connections, [connection]);
        await Store(Jobs, [connection]);
    }

    /// <summary>An account of the connection, changed from the usual one as the test wants.</summary>
    public async Task<TestAccount> StoreAccount(
        TestConnection connection,
        Func<TestAccount, TestAccount>? change = null
    )
    {
        var account = new TestAccount
        {
            Id = NextId<AccountId>(),
            UserId = connection.UserId,
            ConnectionId = connection.Id,
        };
        account = change?.Invoke(account) ?? account;
        await Store(Accounts, [account]);
        return account;
    }

    /// <summary>Transactions of the account, in the order of their ids; each changed from the usual one by its number from 0.</summary>
    public async Task<IReadOnlyList<TestTransaction>> StoreTransactions(
        TestAccount account,
        int count,
        Func<TestTransaction, int, TestTransaction>? change = null
    )
    {
        var first = new DateOnly(2026, 1, 1);
        var rows = Enumerable
            .Range(0, count)
            .Select(i =>
            {
                var row = new TestTransaction
                {
                    Id = NextId<TransactionId>(),
                    UserId = account.UserId,
                    AccountId = account.Id,
                    Day = first.AddDays(i % 60),
                };
                return change?.Invoke(row, i) ?? row;
            })
            .ToList();
        await Store(Transactions, rows);
        return rows;
    }

    /// <summary>Everything that the platform routes to.</summary>
    public IReadOnlyList<Microsoft.AspNetCore.Http.Endpoint> Endpoints =>
        [
            .. ((Microsoft.AspNetCore.Routing.IEndpointRouteBuilder)_app).DataSources.SelectMany(source =>
                source.Endpoints
            ),
        ];

    public T NextId<T>()
        where T : struct, IId<T> => Service<Ids>().Next<T>();

    private Task Store<T>(BulkTable<T> table, IReadOnlyCollection<T> rows) =>
        Database.Write(db => db.Insert(table, rows), Stop);

    private static Provider[] ExampleBanks { get; } =
    [
        new()
        {
            Id = new ProviderId("501"),
            Name = "Banque Étoile",
            CountryCode = "FRA",
            BaseUrl = new Uri("https://etoile.example/"),
            Channels =
            [
                new()
                {
                    Id = new ChannelDefinitionId("50101"),
                    Mode = ChannelMode.Redirect,
                    Connector = "none",
                    Capabilities = [Capability.AccountInformation],
                    AccountTypes = [BankAccountType.Checkings, BankAccountType.CreditCard],
                    Interactive = true,
                },
                new()
                {
                    Id = new ChannelDefinitionId("50100"),
                    Mode = ChannelMode.Embedded,
                    Connector = "none",
                    Capabilities = [Capability.AccountInformation],
                    AccountTypes =
                    [
                        BankAccountType.Checkings,
                        BankAccountType.Savings,
                        BankAccountType.Loan,
                        BankAccountType.CreditCard,
                    ],
                    Credentials =
                    [
                        new("300", "login", English("User ID"), CredentialType.Text, Regexp: "[0-9]{8}"),
                        new("301", "password", English("Password"), CredentialType.Pwd, Encrypt: true),
                    ],
                },
            ],
        },
        new()
        {
            Id = new ProviderId("502"),
            Name = "Crédit du Port",
            CountryCode = "BEL",
            BaseUrl = new Uri("https://port.example/"),
            Channels =
            [
                new()
                {
                    Id = new ChannelDefinitionId("50201"),
                    Mode = ChannelMode.Redirect,
                    Connector = "none",
                    Capabilities = [Capability.AccountInformation],
                    AccountTypes = [BankAccountType.Checkings],
                    Unavailable = true,
                },
            ],
        },
    ];

    private static Dictionary<string, string> English(string text) => new() { ["en"] = text };
}
