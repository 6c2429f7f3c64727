using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>Whole steps of a connector at a bank whose answers are the input.</summary>
internal static class ConnectorSteps
{
    /// <summary>Stands in every secret of a step, and in the names of its accounts: no result may tell it the operator.</summary>
    public const string Secret = "S3CRET";

    public static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private const int MostPages = 8;

    /// <summary>Takes a step, and goes on as long as there are pages.</summary>
    /// <param name="seal">With which requests are signed; null: there is none.</param>
    public static IReadOnlyList<StepResult> Take(
        IConnector connector,
        ChannelDefinition channel,
        ScriptedBank bank,
        StepInput input,
        string session,
        Seal? seal = null
    )
    {
        using var http = new HttpClient(new BoundedExchange(bank, TimeProvider.System));
        List<StepResult> results = [];
        var next = input;
        while (next is not null)
        {
            var context = new StepContext
            {
                Channel = channel,
                Http = http,
                Session = session,
                Keep = _ => Task.CompletedTask,
                Credentials = new Dictionary<string, string> { ["1"] = $"{Secret}-name", ["2"] = $"{Secret}-password" },
                Now = Now,
                User = new PresentUser("203.0.113.7", "Mozilla/5.0", "fr-FR"),
                Callback = new BankCallback(new Uri("https://our.example/back"), $"{Secret}-state"),
                Seal = seal,
            };
            var result = Promise.Of(connector.Take(context, next, CancellationToken.None));
            Judge(result);
            session = result.Session;
            results.Add(result);
            next =
                result is StepResult.Page { Next: { } place } && results.Count < MostPages
                    ? new StepInput.Continue(place)
                    : null;
        }
        return results;
    }

    /// <summary>The kinds of results.</summary>
    public static string Shape(IEnumerable<StepResult> results) =>
        string.Join(
            ' ',
            results.Select(result =>
                result switch
                {
                    StepResult.Page page =>
                        $"page {Promise.Few(page.Accounts.Count)} {Promise.Few(page.Transactions.Count)}",
                    StepResult.Refused refused => $"{refused.Reason} {Digits(refused.Detail)}",
                    StepResult.AskUser ask => ask.Question.GetType().Name,
                    StepResult.Later later => $"{later.Reason}",
                    _ => result.GetType().Name,
                }
            )
        );

    private static void Judge(StepResult result)
    {
        switch (result)
        {
            case StepResult.Refused refused:
                Promise.Holds(
                    !refused.Detail.Contains(Secret, StringComparison.OrdinalIgnoreCase),
                    "what the operator is told holds no secret and no name"
                );
                break;
            case StepResult.Later later:
                Promise.Holds(
                    later.NotBefore >= Now && later.NotBefore <= Now.AddDays(2),
                    "a bank is asked again soon"
                );
                break;
            case StepResult.Page page:
                Promise.Holds(
                    page.Accounts.All(a => a.Reference != "" && a.Currency != ""),
                    "an account has a reference and a currency"
                );
                Promise.Holds(
                    page.Transactions.All(t =>
                        (t.BookingDay ?? t.ValueDay ?? t.TransactionDay) is not null && t.Currency != ""
                    ),
                    "a transaction has a day and a currency"
                );
                Promise.Holds(
                    page.Transactions.All(t => t.Remittance.All(line => line.Trim() != "")),
                    "no line of a transaction is empty"
                );
                break;
        }
    }

    private static string Digits(string detail) => string.Concat(detail.Select(c => char.IsAsciiDigit(c) ? '0' : c));
}
