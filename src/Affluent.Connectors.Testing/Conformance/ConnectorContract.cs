using System.Diagnostics;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Testing.Conformance;

/// <summary>One thing that every connector keeps to.</summary>
/// <param name="Name">A sentence, as a test would be named.</param>
/// <param name="Check">Returns what was found against it; empty = kept.</param>
public sealed record ContractRule(
    string Name,
    Func<ConnectorUnderTest, CancellationToken, Task<IReadOnlyList<string>>> Check
);

/// <summary>The rules that <see cref="IConnector"/> states in words, as checks. A family's tests run each of them.</summary>
public static class ConnectorContract
{
    private static readonly PresentUser Somebody = new("203.0.113.7", "Mozilla/5.0", "fr-FR");
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(30);

    /// <summary>All rules.</summary>
    public static IReadOnlyList<ContractRule> Rules { get; } =
    [
        new("The manifest lists exactly the capabilities that the connector implements", DeclaresItsCapabilities),
        new("A run from an empty session ends with accounts and transactions", RunsToItsEnd),
        new("Nonsense from the bank is a result, never an exception, and no detail holds a secret", EndsWell),
        new("A run without the user sends no PSU header", SendsNoPsuHeaders),
        new("Requests stay on the bank's hosts and carry no secret in their address", StaysOnHosts),
        new("A cancelled step stops", StopsWhenCancelled),
        new("What the bank gives or takes only once is kept before the step goes on", KeepsWhatComesOnce),
        new("A session that is none of its own is taken for an empty one", ForgivesSessions),
        new("An input out of turn is answered, not thrown at", AnswersOutOfTurn),
        new("What is kept to end an authorization ends it, and tells of nobody", RevocationRules.Check),
    ];

    /// <summary>The rule of that name.</summary>
    public static ContractRule Rule(string name) => Rules.Single(r => r.Name == name);

    private static Task<IReadOnlyList<string>> DeclaresItsCapabilities(ConnectorUnderTest tested, CancellationToken _)
    {
        var connector = tested.Connector();
        var listed = connector.Manifest.Capabilities;
        IReadOnlyList<string> found =
        [
            .. Enum.GetValues<Capability>()
                .Where(c => Implements(connector, c) != listed.Contains(c))
                .Select(c =>
                    listed.Contains(c) ? $"{c} is listed, but not implemented" : $"{c} is implemented, but not listed"
                ),
            .. listed.CountBy(c => c).Where(c => c.Value > 1).Select(c => $"{c.Key} is listed {c.Value} times"),
        ];
        return Task.FromResult(found);
    }

    private static bool Implements(IConnector connector, Capability capability) =>
        capability switch
        {
            Capability.AccountInformation => connector is IAccountInformation,
            Capability.AccountConsent => connector is IAccountConsent,
            Capability.RedirectAuthentication => connector is IRedirectAuthentication,
            Capability.EmbeddedAuthentication => connector is IEmbeddedAuthentication,
            Capability.DecoupledAuthentication => connector is IDecoupledAuthentication,
            Capability.ConsentRevocation => connector is IConsentRevocation,
            Capability.StatementFiles => connector is IStatementFiles,
            Capability.AccountHolder or Capability.Payments or Capability.Statements => false,
        };

    private static async Task<IReadOnlyList<string>> RunsToItsEnd(
        ConnectorUnderTest tested,
        CancellationToken cancellation
    )
    {
        using var bank = tested.Bank();
        var walk = new Walk(tested, bank, Somebody, LongEnough);
        await walk.Run(cancellation);
        List<string> found = [];
        if (
            walk.Steps[^1].Result
            is not (
                StepResult.Page
                or StepResult.Refused { Reason: Refusal.AccountRefused or Refusal.AccountUnauthorized }
            )
        )
        {
            found.Add($"the run ends with {Show(walk.Steps[^1])}");
        }
        if (walk.Accounts.Count == 0 || walk.Transactions == 0)
        {
            found.Add(
                $"{walk.Accounts.Count} accounts and {walk.Transactions} transactions were read from a healthy bank"
            );
        }
        found.AddRange(
            walk.Accounts.GroupBy(a => a.Reference, StringComparer.Ordinal)
                .Where(g => g.Count() > 1)
                .Select(g => $"{g.Count()} accounts bear the same reference")
        );
        var days = walk.Steps.Select(s => s.Result).OfType<StepResult.Page>().SelectMany(p => p.Transactions);
        if (days.Any(t => t is { BookingDay: null, ValueDay: null, TransactionDay: null }))
        {
            found.Add("a transaction has no day");
        }
        return found;
    }

    private static async Task<IReadOnlyList<string>> EndsWell(ConnectorUnderTest tested, CancellationToken cancellation)
    {
        List<string> found = [];
        var exchanges = await Count(tested, cancellation);
        foreach (var (name, answer) in Nonsense.Answers)
        {
            for (var from = 0; from < exchanges; from++)
            {
                using var bank = tested.Bank();
                using var tap = new Tap(bank, from, answer);
                var walk = new Walk(tested, tap, Somebody, LongEnough);
                try
                {
                    await walk.Run(cancellation);
                }
                catch (Exception e) when (e is HttpRequestException || IsTimeout(e))
                {
                    continue;
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    found.Add($"{name} from exchange {from + 1} on: {e.GetType().Name}: {e.Message}");
                }
                found.AddRange(walk.Steps.SelectMany(s => Faults(tested, s)).Select(f => $"{name}: {f}"));
                if (tap.Requests.Any(r => r.RequestUri!.Host == Nonsense.Elsewhere))
                {
                    found.Add($"{name}: a request went to a host that is not the bank's");
                }
            }
        }
        return [.. found.Distinct(StringComparer.Ordinal)];
    }

    private static async Task<IReadOnlyList<string>> SendsNoPsuHeaders(
        ConnectorUnderTest tested,
        CancellationToken cancellation
    )
    {
        var tap = await Tapped(tested, user: null, cancellation);
        return
        [
            .. tap.SelectMany(r => r.Headers.NonValidated.Select(h => h.Key))
                .Where(name => name.StartsWith("PSU-", StringComparison.OrdinalIgnoreCase))
                .Distinct(StringComparer.Ordinal)
                .Select(name => $"{name} was sent although nobody was there"),
        ];
    }

    private static async Task<IReadOnlyList<string>> StaysOnHosts(
        ConnectorUnderTest tested,
        CancellationToken cancellation
    )
    {
        var own = tested
            .Channel.Settings.Values.Select(v => Uri.TryCreate(v, UriKind.Absolute, out var a) ? a.Authority : "")
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        List<string> found = [];
        foreach (var address in (await Tapped(tested, Somebody, cancellation)).Select(r => r.RequestUri!))
        {
            if (!own.Contains(address.Authority))
            {
                found.Add($"a request went to {address.Authority}, which no setting names");
            }
            if (
                tested.Secrets.Any(s => address.AbsoluteUri.Contains(Uri.EscapeDataString(s), StringComparison.Ordinal))
            )
            {
                found.Add($"the address of a request to {address.AbsolutePath} holds a secret");
            }
        }
        return [.. found.Distinct(StringComparer.Ordinal)];
    }

    private static async Task<IReadOnlyList<string>> StopsWhenCancelled(
        ConnectorUnderTest tested,
        CancellationToken cancellation
    )
    {
        using var bank = tested.Bank();
        using var tap = new Tap(bank, 0, null);
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var walk = new Walk(tested, tap, Somebody, LongEnough);
        await cancelled.CancelAsync();
        try
        {
            // A step that needs no exchange may end before it looks.
            await walk.Run(cancelled.Token);
            return tap.Requests.Count == 0 ? [] : ["the run went on after it was cancelled"];
        }
        catch (OperationCanceledException)
        {
            return [];
        }
    }

    /// <summary>Breaks a run off at each exchange, once before and once after its answer, and takes it up from what was kept.</summary>
    private static async Task<IReadOnlyList<string>> KeepsWhatComesOnce(
        ConnectorUnderTest tested,
        CancellationToken cancellation
    )
    {
        List<string> found = [];
        var exchanges = await Count(tested, cancellation);
        for (var at = 0; at < exchanges; at++)
        {
            foreach (var answered in new[] { true, false })
            {
                using var bank = tested.Bank();
                using var cut = new Cut(bank, at, answered);
                var walk = new Walk(tested, cut, Somebody, LongEnough) { IsLost = () => cut.IsDue };
                try
                {
                    await walk.Run(cut.Stopped);
                    continue;
                }
                catch (OperationCanceledException)
                {
                    // As it should.
                }
                var before = cut.TakeUp();
                // What the user has brought, the platform hands over again. Behind a new question they may send the same once more.
                var brought = walk.BrokenOff is StepInput.Returned or StepInput.Answer ? walk.BrokenOff : null;
                var rest = new Walk(tested with { User = _ => null }, cut, Somebody, LongEnough)
                {
                    Session = walk.Session,
                };
                if (brought is not null)
                {
                    await rest.Take(brought, cancellation);
                }
                await rest.Run(cancellation);
                var spent = answered || brought is not null ? before : before.SkipLast(1);
                found.AddRange(
                    spent
                        .Where(message => IsSpent(tested, message))
                        .Intersect(cut.Messages)
                        .Select(message => $"a form for {message.Address.AbsolutePath} is sent again after a stop")
                );
            }
        }
        return [.. found.Distinct(StringComparer.Ordinal)];
    }

    // Who has the password may log in anew.
    private static bool IsSpent(ConnectorUnderTest tested, Message message) =>
        message.Method == HttpMethod.Post
        && !tested.Credentials.Values.Any(value =>
            message.Body.Contains(Uri.EscapeDataString(value), StringComparison.Ordinal)
        );

    private static async Task<IReadOnlyList<string>> ForgivesSessions(
        ConnectorUnderTest tested,
        CancellationToken cancellation
    )
    {
        List<string> found = [];
        string[] sessions = ["x", "{}", "[]", "null", "\0", "{\"accounts\":7}", "{\"cookies\":\"x\"}"];
        foreach (var session in sessions)
        {
            using var bank = tested.Bank();
            using var http = Walk.Client(bank, LongEnough);
            try
            {
                var context = new StepContext
                {
                    Channel = tested.Channel,
                    Http = http,
                    Session = session,
                    Keep = _ => Task.CompletedTask,
                    Credentials = tested.Credentials,
                    Now = tested.Now,
                    Callback = tested.Callback,
                    Seal = tested.Seal,
                };
                await tested.Connector().Take(context, new StepInput.ListAccounts(), cancellation);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                found.Add($"session '{session}': {e.GetType().Name}: {e.Message}");
            }
        }
        return found;
    }

    private static async Task<IReadOnlyList<string>> AnswersOutOfTurn(
        ConnectorUnderTest tested,
        CancellationToken cancellation
    )
    {
        List<string> found = [];
        StepInput[] inputs =
        [
            new StepInput.Answer(new Dictionary<string, string>()),
            new StepInput.Answer(new Dictionary<string, string> { [Question.OneTimePassword.Field] = "000000" }),
            new StepInput.Answer(new Dictionary<string, string> { [Question.Choice.Field] = "none" }),
            new StepInput.Poll(),
            new StepInput.Revoke(),
            new StepInput.Continue("x"),
            new StepInput.Continue("{}"),
            new StepInput.Returned(new Uri("https://example.invalid/back?code=x&state=y")),
            new StepInput.Consent([]),
            new StepInput.ListTransactions(new BankAccount { Reference = "/none", Currency = "EUR" }, null),
        ];
        foreach (var input in inputs.Where(tested.Connector().CanTake))
        {
            using var bank = tested.Bank();
            var walk = new Walk(tested, bank, Somebody, LongEnough);
            try
            {
                await new Walk(tested, bank, Somebody, LongEnough).Take(input, cancellation);
                await walk.Run(cancellation);
                await walk.Take(input, cancellation);
                found.AddRange(walk.Steps.SelectMany(s => Faults(tested, s)));
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                found.Add($"{input.GetType().Name}: {e.GetType().Name}: {e.Message}");
            }
        }
        return found;
    }

    internal static IEnumerable<string> Faults(ConnectorUnderTest tested, (StepInput Input, StepResult Result) step)
    {
        if (step.Result.Session is null)
        {
            yield return $"{Show(step)} holds no session";
        }
        if (
            step.Result is StepResult.Refused { Detail: var detail }
            && tested.Secrets.Any(s => detail.Contains(s, StringComparison.Ordinal))
        )
        {
            yield return $"the detail of {Show(step)} holds a secret";
        }
        if (step.Result is StepResult.Later later && later.NotBefore < tested.Now)
        {
            yield return $"{Show(step)} names a time that is over";
        }
        if (step.Result is StepResult.AskUser ask && !TakesAnswer(tested.Connector(), ask.Question))
        {
            yield return $"{Show(step)} is a question whose answer no capability takes";
        }
        if (step.Result is StepResult.AskUser { Question.CanBeShown: false })
        {
            yield return $"{Show(step)} is a question that cannot be shown: its image, or its options";
        }
    }

    private static bool TakesAnswer(IConnector connector, Question question) =>
        question switch
        {
            // The platform keeps them, and hands them over with the next step.
            Question.Credentials => true,
            Question.OneTimePassword or Question.Choice => connector is IEmbeddedAuthentication,
            Question.AppApproval or Question.SiteAction => connector is IDecoupledAuthentication,
            Question.Redirect => connector is IRedirectAuthentication,
            Question.StatementFile => connector is IStatementFiles and IEmbeddedAuthentication,
            _ => throw new UnreachableException(),
        };

    internal static bool IsTimeout(Exception e) => e is TaskCanceledException { InnerException: TimeoutException };

    private static async Task<int> Count(ConnectorUnderTest tested, CancellationToken cancellation) =>
        (await Tapped(tested, Somebody, cancellation)).Count;

    private static async Task<IReadOnlyList<HttpRequestMessage>> Tapped(
        ConnectorUnderTest tested,
        PresentUser? user,
        CancellationToken cancellation
    )
    {
        using var bank = tested.Bank();
        using var tap = new Tap(bank, 0, null);
        await new Walk(tested, tap, user, LongEnough).Run(cancellation);
        return tap.Requests;
    }

    internal static string Show((StepInput Input, StepResult Result) step) =>
        $"{step.Input.GetType().Name} → "
        + step.Result switch
        {
            StepResult.Refused refused => $"Refused {refused.Reason} ({refused.Detail})",
            StepResult.Later later => $"Later {later.Reason}",
            StepResult.AskUser ask => $"AskUser {ask.Question.GetType().Name}",
            _ => step.Result.GetType().Name,
        };
}
