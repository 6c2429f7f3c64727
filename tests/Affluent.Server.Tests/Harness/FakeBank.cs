using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Providers;

namespace Affluent.Server.Tests.Harness;

/// <summary>
/// A bank that does what the test says: accounts and movements per channel, and steps that come out otherwise. Both channels of
/// provider 1: 101 (REDIRECT) and 100 (EMBEDDED).
/// </summary>
internal sealed class FakeBank
{
    public const string ProviderId = "1";
    public const string Redirect = "101";
    public const string Embedded = "100";

    public FakeBank()
    {
        RedirectChannel = new(ChannelMode.Redirect);
        EmbeddedChannel = new(ChannelMode.Embedded);
        Provider = new Provider
        {
            Id = new ProviderId(ProviderId),
            Name = "Fake Bank",
            CountryCode = "FRA",
            BaseUrl = new Uri("https://fake.example"),
            Channels =
            [
                Definition(Redirect, ChannelMode.Redirect, "fake-redirect", []),
                Definition(
                    Embedded,
                    ChannelMode.Embedded,
                    "fake-embedded",
                    [
                        new("300", "login", new Dictionary<string, string> { ["en"] = "Login" }, CredentialType.Text),
                        new(
                            "301",
                            "password",
                            new Dictionary<string, string> { ["en"] = "Password" },
                            CredentialType.Pwd,
                            Encrypt: true
                        ),
                    ]
                ),
            ],
        };
    }

    public Provider Provider { get; set; }

    public FakeChannel RedirectChannel { get; }

    public FakeChannel EmbeddedChannel { get; }

    public Banks Banks() => new([Provider], family => family == "fake-redirect" ? RedirectChannel : EmbeddedChannel);

    private static ChannelDefinition Definition(
        string id,
        ChannelMode mode,
        string family,
        IReadOnlyList<CredentialField> credentials
    ) =>
        new()
        {
            Id = new ChannelDefinitionId(id),
            Mode = mode,
            Connector = family,
            AccountTypes = [BankAccountType.Checkings, BankAccountType.Savings],
            Capabilities = StepConnector.Capabilities,
            Credentials = credentials,
            TransactionIds = TransactionIds.StableOnceBooked,
        };
}

/// <summary>One channel of the fake bank.</summary>
internal sealed class FakeChannel(ChannelMode mode) : StepConnector
{
    public override ConnectorManifest Manifest { get; } =
        new(mode == ChannelMode.Redirect ? "fake-redirect" : "fake-embedded", mode, Capabilities, []);

    /// <summary>The accounts that it lists now.</summary>
    public List<BankAccount> Accounts { get; } = [];

    /// <summary>What it lists of each account, by reference.</summary>
    public Dictionary<string, List<BankTransaction>> Movements { get; } = new(StringComparer.Ordinal);

    /// <summary>How many movements a page holds.</summary>
    public int PageSize { get; set; } = 50;

    /// <summary>Comes before the ordinary answer: null lets it through.</summary>
    public Func<StepContext, StepInput, StepResult?>? Instead { get; set; }

    /// <summary>What happens elsewhere while the bank is asked.</summary>
    public Func<StepInput, Task>? Meanwhile { get; set; }

    /// <summary>What the connector does before its answer: asks, waits, hands over a session.</summary>
    public Func<StepContext, StepInput, CancellationToken, Task>? Does { get; set; }

    /// <summary>Whether the bank offers a way to end an authorization.</summary>
    public bool IsRevocable { get; set; } = true;

    public override RevocableConsent? Revocable(ChannelDefinition channel, string session) =>
        IsRevocable ? base.Revocable(channel, session) : null;

    /// <summary>All steps taken, in order.</summary>
    public List<(StepContext Context, StepInput Input)> Steps { get; } = [];

    public FakeChannel With(BankAccount account, params BankTransaction[] movements)
    {
        Accounts.RemoveAll(a => a.Reference == account.Reference);
        Accounts.Add(account);
        Movements[account.Reference] = [.. movements];
        return this;
    }

    protected override async Task<StepResult> Step(StepContext context, StepInput input, CancellationToken cancellation)
    {
        lock (Steps)
        {
            Steps.Add((context, input));
        }
        cancellation.ThrowIfCancellationRequested();
        await (Meanwhile?.Invoke(input) ?? Task.CompletedTask);
        var kept = context.Session;
        var hands = context with
        {
            Keep = session =>
            {
                kept = session;
                return context.Keep(session);
            },
        };
        await (Does?.Invoke(hands, input, cancellation) ?? Task.CompletedTask);
        var after = context with { Session = kept };
        return Instead?.Invoke(after, input) ?? Ordinary(after, input);
    }

    private StepResult Ordinary(StepContext context, StepInput input) =>
        input switch
        {
            StepInput.ListAccounts => new StepResult.Page { Session = context.Session, Accounts = [.. Accounts] },
            StepInput.ListTransactions list => PageOf(context, list.Account.Reference, list.From, 0),
            StepInput.Continue next => Place(context, next.Place),
            _ => new StepResult.Done { Session = context.Session },
        };

    private StepResult.Page Place(StepContext context, string place)
    {
        var parts = place.Split('|');
        return PageOf(
            context,
            parts[0],
            parts[1] == "" ? null : DateOnly.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture),
            int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture)
        );
    }

    private StepResult.Page PageOf(StepContext context, string reference, DateOnly? from, int skip)
    {
        var all = Movements[reference].Where(t => from is null || (t.BookingDay ?? t.TransactionDay) >= from).ToArray();
        var next = skip + PageSize;
        return new StepResult.Page
        {
            Session = context.Session,
            Transactions = [.. all.Skip(skip).Take(PageSize)],
            Next = next < all.Length ? $"{reference}|{from:yyyy-MM-dd}|{next}" : null,
        };
    }
}

/// <summary>Bank records as tests write them.</summary>
internal static class Bank
{
    public static BankAccount Account(
        string number,
        decimal? balance = 100,
        BankAccountType type = BankAccountType.Checkings
    ) =>
        new()
        {
            Reference = number,
            Number = number,
            Name = $"Account {number}",
            Type = type,
            Currency = "EUR",
            Balances = balance is { } amount ? [Balance(BankBalanceKind.ClosingBooked, amount)] : [],
        };

    /// <summary>In EUR; of the time of reading unless a day is said.</summary>
    public static BankBalance Balance(BankBalanceKind kind, decimal amount, string? day = null) =>
        new()
        {
            Kind = kind,
            Amount = amount,
            Currency = "EUR",
            Day = day is null ? null : Day(day),
        };

    public static BankTransaction Booked(string? id, decimal amount, string day, string text) =>
        new()
        {
            Id = id,
            Amount = amount,
            Currency = "EUR",
            BookingDay = Day(day),
            Status = BankTransactionStatus.Booked,
            Remittance = [text],
        };

    public static BankTransaction Pending(decimal amount, string day, string text) =>
        new()
        {
            Amount = amount,
            Currency = "EUR",
            TransactionDay = Day(day),
            Status = BankTransactionStatus.Pending,
            Remittance = [text],
        };

    public static StepResult Refused(Refusal reason) =>
        new StepResult.Refused(reason, "as the test says") { Session = "" };

    private static DateOnly Day(string text) =>
        DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
