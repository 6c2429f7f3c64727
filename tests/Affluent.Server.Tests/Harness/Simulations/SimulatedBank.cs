using System.Diagnostics;
using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;

namespace Affluent.Server.Tests.Harness.Simulations;

/// <summary>What a bank does for a while.</summary>
internal enum BankTrouble
{
    None,
    Unavailable,
    Broken,
    Hangs,
    RefusesAccounts,
    DrivesMad,
}

/// <summary>
/// A bank whose accounts grow, with troubles by the script, which renews its session at each list of accounts and takes each only once. It remembers
/// what it was asked, and holds that against the platform.
/// </summary>
internal sealed class SimulatedBank(Scheduler scheduler, string id, int concurrentRuns, int unattendedReadings)
    : StepConnector
{
    // A reading counts when it begins; a process that stands still asks the bank later.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    // Longer than a step is waited for.
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);
    private const int PageSize = 3;

    private readonly Dictionary<string, Login> _logins = [];
    private readonly List<(DateTimeOffset From, DateTimeOffset To, BankTrouble Trouble)> _script = [];

    public override ConnectorManifest Manifest { get; } = new("simulated", ChannelMode.Embedded, Capabilities, []);

    public ProviderId Id => new(id);

    public Provider Provider { get; } =
        new()
        {
            Id = new ProviderId(id),
            Name = "Bank",
            CountryCode = "FRA",
            BaseUrl = new Uri("https://bank.example"),
            ConcurrentRuns = concurrentRuns,
            Channels =
            [
                new ChannelDefinition
                {
                    Id = new ChannelDefinitionId($"{id}00"),
                    Mode = ChannelMode.Embedded,
                    Connector = id,
                    AccountTypes = [BankAccountType.Checkings],
                    Capabilities = Capabilities,
                    Credentials =
                    [
                        new("300", "login", new Dictionary<string, string> { ["en"] = "Login" }, CredentialType.Text),
                    ],
                    TransactionIds = TransactionIds.StableOnceBooked,
                    UnattendedReadings = unattendedReadings,
                },
            ],
        };

    public IEnumerable<string> Logins => _logins.Keys;

    /// <summary>Sessions that were lost, each with a process that was killed or stood still with it.</summary>
    public int SessionsLost { get; private set; }

    public void AddLogin(string login, int accounts) =>
        _logins.Add(
            login,
            new Login([.. Enumerable.Range(1, accounts).Select(n => new Account($"{login}-{n}"))], scheduler.Clock.Now)
        );

    public void During(DateTimeOffset from, DateTimeOffset to, BankTrouble trouble) => _script.Add((from, to, trouble));

    /// <summary>Something is booked.</summary>
    public void Book(string login, int place, decimal amount)
    {
        var account = _logins[login].Accounts[place % _logins[login].Accounts.Count];
        var day = DateOnly.FromDateTime(scheduler.Clock.Now.UtcDateTime);
        account.Movements.Add(
            Bank.Booked(
                $"{account.Number}/{account.Movements.Count}",
                amount,
                day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                $"CARTE {account.Movements.Count}"
            )
        );
    }

    /// <summary>All that stands on the accounts of a login, as <see cref="SimulationRows.Movements"/> writes it.</summary>
    public IEnumerable<string> Movements(string login) =>
        from account in _logins[login].Accounts
        from movement in account.Movements
        select Line(account, movement);

    private static string Line(Account account, BankTransaction movement) =>
        $"{account.Number} {movement.Id} {(long)(movement.Amount * 100)}";

    /// <summary>What a fiber was shown of an account, once it has seen all pages; null: it has not.</summary>
    public IReadOnlyList<string>? Shown(string login, string number, Fiber to) =>
        _logins[login].Accounts.Single(a => a.Number == number).Shown.GetValueOrDefault(to);

    /// <summary>When each login was last asked for its accounts.</summary>
    public DateTimeOffset LastAsked(string login) => _logins[login].Asked;

    protected override async Task<StepResult> Step(StepContext context, StepInput input, CancellationToken cancellation)
    {
        var login = _logins[context.Credentials["300"]];
        var trouble = _script.FindLast(t => t.From <= scheduler.Clock.Now && scheduler.Clock.Now < t.To).Trouble;
        var asks = $"bank {id} {context.Credentials["300"]} {input.GetType().Name} {trouble}";
        await scheduler.Reach(asks, cancellation: cancellation);
        if (input is StepInput.ListAccounts)
        {
            Count(login, context);
        }
        switch (trouble)
        {
            case BankTrouble.Hangs:
                await scheduler.Reach("answer", scheduler.Clock.Now + Long, cancellation: cancellation);
                return Unavailable(context);
            case BankTrouble.Unavailable:
                return Unavailable(context);
            case BankTrouble.Broken:
                throw new HttpRequestException("broken");
            case BankTrouble.DrivesMad:
                throw new InvalidOperationException("a bug");
            case BankTrouble.RefusesAccounts when input is not StepInput.ListAccounts:
                return new StepResult.Refused(Refusal.AccountRefused, "not now") { Session = context.Session };
            case BankTrouble.None or BankTrouble.RefusesAccounts:
                return await Answer(login, context, input, cancellation);
            default:
                throw new UnreachableException();
        }
    }

    private StepResult.Later Unavailable(StepContext context) =>
        new(scheduler.Clock.Now, LaterReason.BankUnavailable) { Session = context.Session };

    private async Task<StepResult> Answer(
        Login login,
        StepContext context,
        StepInput input,
        CancellationToken cancellation
    )
    {
        var renewed = input is StepInput.ListAccounts ? Renew(login, context) : null;
        // What the bank says only once is waited for, also by a node that stops (StepStop).
        await scheduler.Reach(
            "answer",
            scheduler.Clock.Now + Short,
            cancellation: renewed is null ? cancellation : CancellationToken.None
        );
        if (renewed is not null)
        {
            await context.Keep(renewed);
            // Written: from now on nobody may come with an older one.
            login.HandedTo = login.HandedTo == Fiber.Current ? null : login.HandedTo;
        }
        switch (input)
        {
            case StepInput.ListAccounts:
                return new StepResult.Page
                {
                    Session = renewed!,
                    Accounts = [.. login.Accounts.Select(a => Bank.Account(a.Number, a.Movements.Sum(m => m.Amount)))],
                };
            case StepInput.ListTransactions list:
                return Page(context, login, list.Account.Reference, list.From, 0);
            case StepInput.Continue next:
                var place = next.Place.Split('|');
                return Page(
                    context,
                    login,
                    place[0],
                    place[1].Length == 0 ? null : DateOnly.Parse(place[1], CultureInfo.InvariantCulture),
                    int.Parse(place[2], CultureInfo.InvariantCulture)
                );
            default:
                throw new InvalidOperationException($"The bank was not meant to be asked for {input}.");
        }
    }

    // Who stands still just before it asks, asks again when others have: nothing but the bank could tell, and a strict one takes the session away.
    private string Renew(Login login, StepContext context)
    {
        var asking = Fiber.Current!;
        if (context.Session.Length > 0 && context.Session != login.Session)
        {
            if (!asking.HasStoodStill && login.HandedTo is not ({ HasStoodStill: true } or { Process.IsDead: true }))
            {
                throw scheduler.Break(
                    $"A session came a second time, and nobody had died with the new one ({context.Session}, {login.Session})."
                );
            }
            SessionsLost++;
        }
        login.Session = (++login.Sessions).ToString(CultureInfo.InvariantCulture);
        login.HandedTo = asking;
        return login.Session;
    }

    private static StepResult.Page Page(StepContext context, Login login, string reference, DateOnly? from, int skip)
    {
        var account = login.Accounts.Single(a => a.Number == reference);
        var all = account.Movements.Where(m => from is null || m.BookingDay >= from).ToArray();
        var next = skip + PageSize;
        if (next >= all.Length)
        {
            account.Shown[Fiber.Current!] = [.. all.Select(movement => Line(account, movement))];
        }
        return new StepResult.Page
        {
            Session = context.Session,
            Transactions = [.. all.Skip(skip).Take(PageSize)],
            Next =
                next < all.Length
                    ? string.Create(CultureInfo.InvariantCulture, $"{reference}|{from:yyyy-MM-dd}|{next}")
                    : null,
        };
    }

    private void Count(Login login, StepContext context)
    {
        var now = scheduler.Clock.Now;
        login.Asked = now;
        if (context.User is not null)
        {
            return;
        }
        login.Unattended.RemoveAll(at => at <= now - TimeSpan.FromHours(24) + Tolerance);
        login.Unattended.Add(now);
        if (login.Unattended.Count > unattendedReadings)
        {
            throw scheduler.Break(
                $"Read {login.Unattended.Count} times in 24 hours without the user, where {unattendedReadings} are allowed."
            );
        }
    }

    private sealed class Login(IReadOnlyList<Account> accounts, DateTimeOffset since)
    {
        public IReadOnlyList<Account> Accounts => accounts;
        public string Session { get; set; } = "";
        public int Sessions { get; set; }

        /// <summary>Who has the newest session and has not written it yet.</summary>
        public Fiber? HandedTo { get; set; }
        public List<DateTimeOffset> Unattended { get; } = [];
        public DateTimeOffset Asked { get; set; } = since;
    }

    private sealed class Account(string number)
    {
        public string Number => number;
        public List<BankTransaction> Movements { get; } = [];
        public Dictionary<Fiber, IReadOnlyList<string>> Shown { get; } = [];
    }
}
