using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Testing.Conformance;

/// <summary>What <see cref="IConsentRevocation"/> states in words, as checks. Kept by whoever does not offer it, or has nothing to end.</summary>
internal static class RevocationRules
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(30);
    private static readonly PresentUser Somebody = new("203.0.113.7", "Mozilla/5.0", "fr-FR");

    public static async Task<IReadOnlyList<string>> Check(ConnectorUnderTest tested, CancellationToken cancellation)
    {
        if (tested.Connector() is not IConsentRevocation connector)
        {
            return [];
        }
        List<string> found = [];
        foreach (var nonsense in (string[])["", "{}", "null", "[]", "x", "\0"])
        {
            if (connector.Revocable(tested.Channel, nonsense) is not null)
            {
                found.Add("a session that is none of its own is taken for an authorization to end");
            }
        }
        using var bank = tested.Bank();
        var run = new Walk(tested, bank, Somebody, LongEnough);
        await run.Run(cancellation);
        if (connector.Revocable(tested.Channel, run.Session) is not { } kept)
        {
            return found;
        }
        found.AddRange(Names(run, kept.Session).Select(what => $"{what} is kept to end an authorization"));
        found.AddRange(await Ends(tested, bank, kept.Session, cancellation));
        foreach (var (name, answer) in Nonsense.Answers)
        {
            using var tap = new Tap(tested.Bank(), 0, answer);
            var walk = Alone(tested, tap, kept.Session);
            try
            {
                var result = await walk.Take(new StepInput.Revoke(), cancellation);
                found.AddRange(
                    walk.Steps.SelectMany(s => ConnectorContract.Faults(tested, s)).Select(f => $"{name}: {f}")
                );
                if (result is StepResult.Done && !name.StartsWith('2'))
                {
                    found.Add($"{name}: is taken for the end of the authorization");
                }
            }
            catch (Exception e) when (e is HttpRequestException || ConnectorContract.IsTimeout(e))
            {
                // Broken transport may be thrown, as in every step.
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                found.Add($"{name}: {e.GetType().Name}: {e.Message}");
            }
        }
        return found;
    }

    private static async Task<IReadOnlyList<string>> Ends(
        ConnectorUnderTest tested,
        HttpMessageHandler bank,
        string session,
        CancellationToken cancellation
    )
    {
        List<string> found = [];
        using var tap = new Tap(bank, 0, null);
        var walk = Alone(tested, tap, session);
        if (await walk.Take(new StepInput.Revoke(), cancellation) is not StepResult.Done)
        {
            found.Add($"a healthy bank does not end the authorization: {ConnectorContract.Show(walk.Steps[^1])}");
        }
        // As when the node dies before it can write that it is done.
        walk.Session = session;
        if (
            await walk.Take(new StepInput.Revoke(), cancellation)
            is not (StepResult.Done or StepResult.Refused { Reason: Refusal.ConsentExpired })
        )
        {
            found.Add($"a second time is not taken for done: {ConnectorContract.Show(walk.Steps[^1])}");
        }
        found.AddRange(walk.Steps.SelectMany(s => ConnectorContract.Faults(tested, s)));
        found.AddRange(
            tap.Requests.SelectMany(r => r.Headers.NonValidated.Select(h => h.Key))
                .Where(name => name.StartsWith("PSU-", StringComparison.OrdinalIgnoreCase))
                .Distinct(StringComparer.Ordinal)
                .Select(name => $"{name} was sent although nobody was there")
        );
        return found;
    }

    // Nobody is there, and no credentials are left.
    private static Walk Alone(ConnectorUnderTest tested, HttpMessageHandler bank, string session) =>
        new(
            tested with
            {
                Credentials = new Dictionary<string, string>(),
                Callback = null,
            },
            bank,
            user: null,
            LongEnough
        )
        {
            Session = session,
        };

    private static IEnumerable<string> Names(Walk run, string kept) =>
        run
            .Accounts.SelectMany(a =>
                new (string What, string? Text)[]
                {
                    ("an account's IBAN", a.Iban),
                    ("an account's number", a.Number),
                    ("an account's name", a.Name),
                    ("the holder's name", a.OwnerName),
                }
            )
            .Where(fact => fact.Text is { Length: > 3 } text && kept.Contains(text, StringComparison.Ordinal))
            .Select(fact => fact.What)
            .Distinct(StringComparer.Ordinal);
}
