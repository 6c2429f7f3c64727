using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Testing.Conformance;

/// <summary>
/// Drives a connector as the engine does, from an empty session to the last page of the last account, or to the first result that
/// ends a run. Between two steps nothing lives on but the strings that the connector returned.
/// </summary>
internal sealed class Walk(ConnectorUnderTest tested, HttpMessageHandler bank, PresentUser? user, TimeSpan patience)
{
    private const int MostSteps = 400;
    private readonly List<(StepInput Input, StepResult Result)> _steps = [];
    private readonly List<BankAccount> _accounts = [];

    /// <summary>Each step with its result, in their order.</summary>
    public IReadOnlyList<(StepInput Input, StepResult Result)> Steps => _steps;

    /// <summary>The accounts of the last complete list.</summary>
    public IReadOnlyList<BankAccount> Accounts => _accounts;

    /// <summary>Asked at the end of each step: whether its result is lost, as when the node is killed there.</summary>
    public Func<bool> IsLost { get; init; } = () => false;

    /// <summary>What the last step returned, or handed over in its middle.</summary>
    public string Session { get; set; } = "";

    /// <summary>What the step was to do that was broken off; null: none was.</summary>
    public StepInput? BrokenOff { get; private set; }

    /// <summary>Number of transactions of all accounts.</summary>
    public int Transactions { get; private set; }

    /// <summary>The whole run.</summary>
    public async Task Run(CancellationToken cancellation)
    {
        if (!await ListAccounts(cancellation))
        {
            return;
        }
        if (_accounts.Exists(a => a.ConsentMissing))
        {
            var consented = await Take(new StepInput.Consent([.. _accounts]), cancellation);
            if (consented is not StepResult.Done || !await ListAccounts(cancellation))
            {
                return;
            }
        }
        // The bank need not show anything of those that it has closed.
        foreach (var account in _accounts.Where(account => !account.Closed))
        {
            var result = await Ask(new StepInput.ListTransactions(account, null), cancellation);
            while (result is StepResult.Page page && _steps.Count < MostSteps)
            {
                Transactions += page.Transactions.Count;
                if (page.Next is null)
                {
                    break;
                }
                result = await Take(new StepInput.Continue(page.Next), cancellation);
            }
            if (
                result
                is not (
                    StepResult.Page
                    or StepResult.Refused { Reason: Refusal.AccountRefused or Refusal.AccountUnauthorized }
                )
            )
            {
                return;
            }
        }
    }

    /// <summary>What a step is handed as its way out.</summary>
    public static HttpClient Client(HttpMessageHandler bank, TimeSpan patience) =>
        new(new BoundedExchange(bank, TimeProvider.System), disposeHandler: false) { Timeout = patience };

    /// <summary>One step; the session of its result is the one of the next.</summary>
    public async Task<StepResult> Take(StepInput input, CancellationToken cancellation)
    {
        using var http = Client(bank, patience);
        var context = new StepContext
        {
            Channel = tested.Channel,
            Http = http,
            Session = Session,
            Keep = Keep,
            Credentials = tested.Credentials,
            Now = tested.Now,
            User = user,
            Callback = tested.Callback,
            Seal = tested.Seal,
        };
        BrokenOff = input;
        var result = await tested.Connector().Take(context, input, cancellation);
        if (IsLost())
        {
            throw new OperationCanceledException();
        }
        BrokenOff = null;
        Session = result.Session;
        _steps.Add((input, result));
        return result;
    }

    private Task Keep(string session)
    {
        Session = session;
        return Task.CompletedTask;
    }

    private async Task<bool> ListAccounts(CancellationToken cancellation)
    {
        _accounts.Clear();
        var result = await Ask(new StepInput.ListAccounts(), cancellation);
        while (result is StepResult.Page page && _steps.Count < MostSteps)
        {
            _accounts.AddRange(page.Accounts);
            if (page.Next is null)
            {
                return true;
            }
            result = await Take(new StepInput.Continue(page.Next), cancellation);
        }
        return false;
    }

    /// <summary>Asks, lets the user answer what the bank wants to know, and asks again.</summary>
    private async Task<StepResult> Ask(StepInput wanted, CancellationToken cancellation)
    {
        var result = await Take(wanted, cancellation);
        for (var questions = 0; questions < 5 && result is StepResult.AskUser ask; questions++)
        {
            if (tested.User(ask.Question) is not { } answer)
            {
                break;
            }
            result = await Take(answer, cancellation);
            if (result is StepResult.Done)
            {
                result = await Take(wanted, cancellation);
            }
        }
        return result;
    }
}
