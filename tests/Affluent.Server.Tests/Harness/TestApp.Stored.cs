using System.Globalization;
using System.Net;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Server.Jobs;
using Affluent.Server.Platform;
using Affluent.Server.Providers;
using Affluent.Server.Storage;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Harness;

/// <summary>A connection as a synchronization would have left it.</summary>
internal sealed record StoredConnection
{
    public long Id { get; init; }
    public required long UserId { get; init; }
    public required long ClientId { get; init; }
    public string ProviderId { get; init; } = "501";
    public string Name { get; init; } = "Banque Étoile";
    public string Status { get; init; } = "SUCCESS";
    public long CreatedAt { get; init; } = 1_772_000_000;
}

/// <summary>A channel of a connection.</summary>
internal sealed record StoredChannel
{
    public required long UserId { get; init; }
    public required long ConnectionId { get; init; }
    public string DefinitionId { get; init; } = "50100";
    public string Mode { get; init; } = "EMBEDDED";
    public string Status { get; init; } = "SUCCESS";
    public long? ExpiresAt { get; init; }
    public long? LastSuccessAt { get; init; } = 1_772_400_000;
    public byte[]? Credentials { get; init; }
}

/// <summary>An account.</summary>
internal sealed record StoredAccount
{
    public long Id { get; init; }
    public required long UserId { get; init; }
    public required long ConnectionId { get; init; }
    public string? Name { get; init; } = "Compte courant";
    public string? AccountNumber { get; init; } = "00012345678";
    public string? Iban { get; init; }
    public string? Type { get; init; } = "CHECKINGS";
    public string Status { get; init; } = "ACTIVE";
    public string? Usage { get; init; } = "PERSONAL";
    public string Currency { get; init; } = "EUR";
    public long? BalanceMinor { get; init; } = 123_456;
    public long? BalanceGapMinor { get; init; }
    public string? OwnerName { get; init; } = "Ada Lovelace";
    public string? Details { get; init; }
    public string LastDefinitionId { get; init; } = "50100";
}

/// <summary>A transaction.</summary>
internal sealed record StoredTransaction
{
    public long Id { get; init; }
    public required long UserId { get; init; }
    public required long AccountId { get; init; }
    public required DateOnly Day { get; init; }
    public long AmountMinor { get; init; } = -1_250;
    public string Currency { get; init; } = "EUR";
    public string Label { get; init; } = "Boulangerie";
    public string Remittance { get; init; } = "CARTE 01/03 BOULANGERIE\nPARIS";
    public string? Counterparty { get; init; }
    public string Type { get; init; } = "POINT_OF_SALE";
    public string Status { get; init; } = "BOOKED";
    public string CategoryId { get; init; } = "SUPERMARKET";
    public int? Confidence { get; init; }
    public bool Ambiguous { get; init; }
    public string? CheckNumber { get; init; }
    public long ImportedAt { get; init; } = 1_772_400_000;
}

/// <summary>Rows put straight into the tables, many at once, for what is read and deleted over the API.</summary>
internal sealed partial class TestApp
{
    private static readonly BulkTable<StoredConnection> Connections = new(
        "connections",
        [
            new("user_id", BulkType.Long, r => r.UserId),
            new("id", BulkType.Long, r => r.Id),
            new("client_id", BulkType.Long, r => r.ClientId),
            new("provider_id", BulkType.Text, r => r.ProviderId),
            new("name", BulkType.Text, r => r.Name),
            new("status", BulkType.Text, r => r.Status),
            new("created_at", BulkType.Long, r => r.CreatedAt),
            new("auto_sync", BulkType.Bool, _ => true),
            new("consent_per_account", BulkType.Bool, _ => false),
        ]
    );

    // Each connection has its job; here under the same number.
    private static readonly BulkTable<StoredConnection> Jobs = new(
        "jobs",
        [
            new("user_id", BulkType.Long, r => r.UserId),
            new("id", BulkType.Long, r => r.Id),
            new("client_id", BulkType.Long, r => r.ClientId),
            new("kind", BulkType.Text, _ => JobKind.Synchronization),
            new("subject_id", BulkType.Long, r => r.Id),
            new("state", BulkType.Text, _ => Server.Jobs.JobState.Idle),
            new("priority", BulkType.Text, _ => JobPriority.Background),
        ]
    );

    private static readonly BulkTable<StoredChannel> Channels = new(
        "channels",
        [
            new("user_id", BulkType.Long, r => r.UserId),
            new("connection_id", BulkType.Long, r => r.ConnectionId),
            new("definition_id", BulkType.Text, r => r.DefinitionId),
            new("mode", BulkType.Text, r => r.Mode),
            new("status", BulkType.Text, r => r.Status),
            new("expires_at", BulkType.Long, r => r.ExpiresAt),
            new("last_success_at", BulkType.Long, r => r.LastSuccessAt),
            new("last_end_at", BulkType.Long, r => r.LastSuccessAt),
            new("credentials", BulkType.Bytes, r => r.Credentials),
        ]
    );

    private static readonly BulkTable<StoredAccount> Accounts = new(
        "accounts",
        [
            new("user_id", BulkType.Long, r => r.UserId),
            new("id", BulkType.Long, r => r.Id),
            new("connection_id", BulkType.Long, r => r.ConnectionId),
            new("identity", BulkType.Text, r => Ids.Text(r.Id)),
            new("name", BulkType.Text, r => r.Name),
            new("account_number", BulkType.Text, r => r.AccountNumber),
            new("iban", BulkType.Text, r => r.Iban),
            new("type", BulkType.Text, r => r.Type),
            new("status", BulkType.Text, r => r.Status),
            new("usage", BulkType.Text, r => r.Usage),
            new("currency", BulkType.Text, r => r.Currency),
            new("balance_minor", BulkType.Long, r => r.BalanceMinor),
            new("balance_at", BulkType.Long, r => r.BalanceMinor is null ? null : 1_772_400_000L),
            new("balance_gap_minor", BulkType.Long, r => r.BalanceGapMinor),
            new("owner_name", BulkType.Text, r => r.OwnerName),
            new("details", BulkType.Text, r => r.Details),
            new("created_at", BulkType.Long, _ => 1_772_000_000L),
            new("last_definition_id", BulkType.Text, r => r.LastDefinitionId),
        ]
    );

    private static readonly BulkTable<StoredTransaction> Transactions = new(
        "transactions",
        [
            new("user_id", BulkType.Long, r => r.UserId),
            new("id", BulkType.Long, r => r.Id),
            new("account_id", BulkType.Long, r => r.AccountId),
            new("amount_minor", BulkType.Long, r => r.AmountMinor),
            new("currency", BulkType.Text, r => r.Currency),
            new("label", BulkType.Text, r => r.Label),
            new("remittance", BulkType.Text, r => r.Remittance),
            new("counterparty", BulkType.Text, r => r.Counterparty),
            new("type", BulkType.Text, r => r.Type),
            new("status", BulkType.Text, r => r.Status),
            new("category_id", BulkType.Text, r => r.CategoryId),
            new("day", BulkType.Day, r => r.Day),
            new("booking_day", BulkType.Day, r => r.Status == "BOOKED" ? r.Day : null),
            new("check_number", BulkType.Text, r => r.CheckNumber),
            new("confidence", BulkType.Int, r => r.Confidence),
            new("ambiguous", BulkType.Bool, r => r.Ambiguous),
            new("imported_at", BulkType.Long, r => r.ImportedAt),
            new("updated_at", BulkType.Long, r => r.ImportedAt),
        ]
    );

    /// <summary>Two banks that no connector reads: 501 with both channels, 502 with REDIRECT only.</summary>
    public static Task<TestApp> StartWithBanks(DatabaseKind kind) =>
        Start(kind, configure: builder => builder.Services.AddSingleton(new Banks(ExampleBanks, _ => null)));

    /// <summary>A connection over the EMBEDDED channel of bank 501.</summary>
    public async Task<StoredConnection> StoreConnection(TestUser user, string providerId = "501")
    {
        var connection = new StoredConnection
        {
            Id = NextId(),
            UserId = user.Id,
            ClientId = user.Client.Id,
            ProviderId = providerId,
        };
        await Store(Connections, [connection]);
        await Store(Jobs, [connection]);
        await StoreChannel(
            new StoredChannel
            {
                UserId = user.Id,
                ConnectionId = connection.Id,
                Credentials = [1, 2, 3],
            }
        );
        return connection;
    }

    public Task StoreChannel(StoredChannel channel) => Store(Channels, [channel]);

    /// <summary>An account of the connection, changed from the usual one as the test wants.</summary>
    public async Task<StoredAccount> StoreAccount(
        StoredConnection connection,
        Func<StoredAccount, StoredAccount>? change = null
    )
    {
        var account = new StoredAccount
        {
            Id = NextId(),
            UserId = connection.UserId,
            ConnectionId = connection.Id,
        };
        account = change?.Invoke(account) ?? account;
        await Store(Accounts, [account]);
        return account;
    }

    /// <summary>Transactions of the account, in the order of their ids; each changed from the usual one by its number from 0.</summary>
    public async Task<IReadOnlyList<StoredTransaction>> StoreTransactions(
        StoredAccount account,
        int count,
        Func<StoredTransaction, int, StoredTransaction>? change = null
    )
    {
        var first = new DateOnly(2026, 1, 1);
        var rows = Enumerable
            .Range(0, count)
            .Select(i =>
            {
                var row = new StoredTransaction
                {
                    Id = NextId(),
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

    private long NextId() => _app.Services.GetRequiredService<Ids>().Next();

    private Task Store<T>(BulkTable<T> table, IReadOnlyCollection<T> rows) =>
        Database.Write(db => db.Insert(table, rows), Stop);

    private static Provider[] ExampleBanks { get; } =
    [
        new()
        {
            Id = "501",
            Name = "Banque Étoile",
            CountryCode = "FRA",
            BaseUrl = new Uri("https://etoile.example/"),
            Channels =
            [
                new()
                {
                    Id = "50101",
                    Mode = ChannelMode.Redirect,
                    Connector = "none",
                    Capabilities = [Capability.AccountInformation],
                    AccountTypes = [BankAccountType.Checkings, BankAccountType.CreditCard],
                    Interactive = true,
                },
                new()
                {
                    Id = "50100",
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
                        new("301", "password", English("Password"), CredentialType.Password, Encrypt: true),
                    ],
                },
            ],
        },
        new()
        {
            Id = "502",
            Name = "Crédit du Port",
            CountryCode = "BEL",
            BaseUrl = new Uri("https://port.example/"),
            Channels =
            [
                new()
                {
                    Id = "50201",
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

/// <summary>Reading answers of the API.</summary>
internal static class Answers
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>The body of a 200.</summary>
    public static async Task<JsonElement> Read(this HttpClient http, string path)
    {
        using var answer = await http.GetAsync(path, Stop);
        var body = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path}: {(int)answer.StatusCode} {body}");
        return JsonSerializer.Deserialize<JsonElement>(body);
    }

    /// <summary>The ids of a list, in its order.</summary>
    public static async Task<long[]> ReadIds(this HttpClient http, string path) =>
        [
            .. (await http.Read(path))
                .EnumerateArray()
                .Select(e => long.Parse(e.GetProperty("id").GetString()!, CultureInfo.InvariantCulture)),
        ];

    /// <summary>The problem that a GET answers.</summary>
    public static async Task<JsonElement> ReadProblem(this HttpClient http, string path)
    {
        using var answer = await http.GetAsync(path, Stop);
        return await answer.Problem();
    }

    /// <summary>The problem of an answer, checked to be one of the published form.</summary>
    public static async Task<JsonElement> Problem(this HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.Content.Headers.ContentType?.MediaType == "application/problem+json", body);
        var problem = JsonSerializer.Deserialize<JsonElement>(body);
        Assert.Equal((int)answer.StatusCode, problem.GetProperty("status").GetInt32());
        Assert.Equal(problem.GetProperty("code").GetString(), problem.GetProperty("error").GetString());
        Assert.NotEqual("", problem.GetProperty("error_description").GetString());
        Assert.NotEqual("", problem.GetProperty("trace_id").GetString());
        return problem;
    }

    public static string? Text(this JsonElement element, string member) =>
        element.TryGetProperty(member, out var value) ? value.ToString() : null;
}
