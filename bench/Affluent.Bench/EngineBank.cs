using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;

namespace Affluent.Bench;

/// <summary>A bank that answers at once, or when it is told to: one account of 50 movements in the window, and more when it is said.</summary>
internal sealed class EngineBank : StepConnector
{
    /// <summary>As many runs as a bench wants at once.</summary>
    public const int MostRuns = 2_000;

    private const int Movements = 50;

    private int _asked;

    public static Provider Provider { get; } =
        new()
        {
            Id = new ProviderId("1"),
            Name = "Engine Bank",
            CountryCode = "FRA",
            BaseUrl = new Uri("https://bank.example"),
            ConcurrentRuns = MostRuns,
            Channels =
            [
                new ChannelDefinition
                {
                    Id = new ChannelDefinitionId("100"),
                    Mode = ChannelMode.Embedded,
                    Connector = "engine",
                    AccountTypes = [BankAccountType.Checkings],
                    Capabilities = Capabilities,
                    TransactionIds = TransactionIds.StableOnceBooked,
                },
            ],
        };

    public override ConnectorManifest Manifest { get; } = new("engine", ChannelMode.Embedded, Capabilities, []);

    /// <summary>Rows that came since the first reading.</summary>
    public int New { get; set; }

    /// <summary>What each question waits for; null: nothing.</summary>
    public Task? Waits { get; set; }

    /// <summary>How many questions it was asked.</summary>
    public int Asked => Volatile.Read(ref _asked);

    protected override async Task<StepResult> Step(StepContext context, StepInput input, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _asked);
        if (Waits is { } waits)
        {
            await waits.WaitAsync(cancellation);
        }
        var today = DateOnly.FromDateTime(context.Now.UtcDateTime);
        return input is StepInput.ListAccounts
            ? new StepResult.Page { Session = "s", Accounts = [Account] }
            : new StepResult.Page
            {
                Session = "s",
                Transactions = [.. Enumerable.Range(0, Movements + New).Select(i => Movement(i, today))],
            };
    }

    private static readonly BankAccount Account = new()
    {
        Reference = "1",
        Number = "1",
        Name = "Compte courant",
        Type = BankAccountType.Checkings,
        Currency = "EUR",
    };

    private static BankTransaction Movement(int i, DateOnly today) =>
        new()
        {
            Id = i.ToString(CultureInfo.InvariantCulture),
            Amount = -(i + 1),
            Currency = "EUR",
            BookingDay = today.AddDays(-(i % 7)),
            Status = BankTransactionStatus.Booked,
            Remittance = [$"CARTE COMMERCE {i}"],
        };
}
