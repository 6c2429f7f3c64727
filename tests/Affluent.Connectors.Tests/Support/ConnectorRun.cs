using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;

namespace Affluent.Connectors.Tests.Support;

/// <summary>A connection as the engine keeps it: a channel, credentials, and the session string of the last result.</summary>
internal sealed class ConnectorRun(IConnector connector, ChannelDefinition channel, HttpMessageHandler bank)
    : IDisposable
{
    public const string CallbackAddress = "http://127.0.0.1:9/return";

    private readonly HttpClient _http = new(new BoundedExchange(bank, TimeProvider.System))
    {
        Timeout = TimeSpan.FromSeconds(20),
    };

    public string Session { get; set; } = "";

    public DateTimeOffset Now { get; set; } = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    public IReadOnlyDictionary<string, string> Credentials { get; set; } = new Dictionary<string, string>();

    public PresentUser? User { get; set; } = new("203.0.113.7", "Mozilla/5.0", "fr-FR");

    public BankCallback? Callback { get; set; } = new(new Uri(CallbackAddress), "state-of-this-connection");

    public Seal? Seal { get; set; }

    /// <summary>The handler of a real network: no cookies, no redirects.</summary>
    public static SocketsHttpHandler Network() =>
        new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        };

    public void Dispose() => _http.Dispose();

    public async Task<StepResult> Take(StepInput input, CancellationToken? stop = null)
    {
        var result = await connector.Take(Context(), input, stop ?? TestContext.Current.CancellationToken);
        Session = result.Session;
        return result;
    }

    /// <summary>What a step would be taken with.</summary>
    public StepContext Context() =>
        new()
        {
            Channel = channel,
            Http = _http,
            Session = Session,
            Keep = Keep,
            Credentials = Credentials,
            Now = Now,
            User = User,
            Callback = Callback,
            Seal = Seal,
        };

    private Task Keep(string session)
    {
        Session = session;
        return Task.CompletedTask;
    }

    /// <summary>A step that must come to a result of this kind.</summary>
    public async Task<T> Take<T>(StepInput input)
        where T : StepResult => Assert.IsType<T>(await Take(input));

    /// <summary>A step that must be refused for this reason; returns what is told the operator.</summary>
    public async Task<string> TakeRefused(StepInput input, Refusal reason)
    {
        var refused = await Take<StepResult.Refused>(input);
        Assert.Equal(reason, refused.Reason);
        return refused.Detail;
    }

    /// <summary>A step that must lead to a question of this kind.</summary>
    public async Task<T> TakeAsked<T>(StepInput input)
        where T : Question => Assert.IsType<T>((await Take<StepResult.AskUser>(input)).Question);

    /// <summary>All pages of the list of accounts.</summary>
    public async Task<IReadOnlyList<BankAccount>> Accounts()
    {
        List<BankAccount> accounts = [];
        var page = await Take<StepResult.Page>(new StepInput.ListAccounts());
        accounts.AddRange(page.Accounts);
        while (page.Next is { } next)
        {
            page = await Take<StepResult.Page>(new StepInput.Continue(next));
            accounts.AddRange(page.Accounts);
        }
        return accounts;
    }

    /// <summary>How many movements of an account there are, or why they cannot be read.</summary>
    public async Task<string> Movements(BankAccount account, DateOnly? from = null)
    {
        var movements = 0;
        StepInput next = new StepInput.ListTransactions(account, from);
        while (true)
        {
            switch (await Take(next))
            {
                case StepResult.Page page:
                    movements += page.Transactions.Count;
                    if (page.Next is null)
                    {
                        return $"{movements}";
                    }
                    next = new StepInput.Continue(page.Next);
                    break;
                case StepResult.Refused refused:
                    return $"{refused.Reason}";
                case var other:
                    return other.GetType().Name;
            }
        }
    }

    /// <summary>All pages of the movements of an account.</summary>
    public async Task<IReadOnlyList<BankTransaction>> Transactions(BankAccount account, DateOnly? from = null)
    {
        List<BankTransaction> transactions = [];
        var page = await Take<StepResult.Page>(new StepInput.ListTransactions(account, from));
        transactions.AddRange(page.Transactions);
        while (page.Next is { } next)
        {
            page = await Take<StepResult.Page>(new StepInput.Continue(next));
            transactions.AddRange(page.Transactions);
        }
        return transactions;
    }
}
