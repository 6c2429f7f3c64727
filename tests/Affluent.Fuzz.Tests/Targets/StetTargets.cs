using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.OAuth;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Stet;
using Affluent.Connectors.Testing;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>The family STET: what banks answer, and what the connector keeps for itself.</summary>
internal static class StetTargets
{
    private static readonly ChannelDefinition Channel = new()
    {
        Id = new ChannelDefinitionId("101"),
        Mode = ChannelMode.Redirect,
        Connector = "stet",
        AccountTypes = [BankAccountType.Checkings],
        Settings = new Dictionary<string, string>
        {
            ["authorize_url"] = "https://login.bank.example/authorize?brand=7",
            ["token_url"] = "https://api.bank.example/token",
            ["api_url"] = "https://api.bank.example/psd2/v1.4.2",
            ["client_id"] = "affluent&co",
            ["client_secret"] = $"{ConnectorSteps.Secret}-client",
            ["link_hosts"] = "data.bank.example",
            ["history_days"] = "730",
        },
    };

    private static readonly StetSettings Settings = StetSettings.Of(Channel);
    private static readonly Uri Page = new("https://api.bank.example/psd2/v1.4.2/accounts?page=1");
    private static readonly DateOnly Today = new(2026, 11, 22);

    private static readonly string Allowed = new StetSession
    {
        AccessToken = $"{ConnectorSteps.Secret}-access",
        RefreshToken = $"{ConnectorSteps.Secret}-refresh",
        RenewAccessAt = ConnectorSteps.Now.AddMinutes(10),
    }.Write();

    private static readonly string Away = new StetSession
    {
        Request = new OAuthRequest($"{ConnectorSteps.Secret}-state", "verifier", "https://our.example/back"),
    }.Write();

    private static readonly BankAccount Account = new()
    {
        Reference = "A 1",
        Iban = "FR7630001",
        Currency = "EUR",
    };

    public static IEnumerable<FuzzTarget> All =>
        [
            FuzzTarget.OfBytes(
                "stet-list-accounts",
                ListAccounts,
                StetSeeds.Accounts,
                StetSeeds.TwoPagesOfAccounts,
                StetSeeds.Renewal
            ) with
            {
                SharedFolder = "recordings/stet",
            },
            FuzzTarget.OfBytes(
                "stet-list-transactions",
                ListTransactions,
                StetSeeds.Transactions,
                StetSeeds.TwoPagesOfTransactions,
                StetSeeds.ShortHistory
            ) with
            {
                SharedFolder = "recordings/stet",
            },
            FuzzTarget.OfBytes("stet-share-accounts", ShareAccounts, StetSeeds.Accounts + "\n=====\n201\n\n"),
            FuzzTarget.OfBytes("stet-token-answer", TakeCode, StetSeeds.Tokens, StetSeeds.NoTokens),
            FuzzTarget.OfText(
                "stet-return-address",
                Return,
                $"?code=abc&state={ConnectorSteps.Secret}-state",
                $"?state={ConnectorSteps.Secret}-state&error=access_denied&error_description=no",
                "?code=a%20b+c&state=other#x"
            ),
            FuzzTarget.OfText("stet-links", Link, StetSeeds.Links),
            FuzzTarget.OfText("stet-session", Session, Allowed, Away, StetSeeds.Session),
            FuzzTarget.OfText(
                "stet-place",
                Place,
                StetSeeds.PlaceOfTransactions,
                StetSeeds.PlaceOfAccounts,
                """{"trail":{"address":"http://api.bank.example/"},"list":"Accounts"}"""
            ),
        ];

    private static object? ListAccounts(ReadOnlyMemory<byte> script)
    {
        using var bank = new ScriptedBank(script);
        var results = ConnectorSteps.Take(new StetConnector(), Channel, bank, new StepInput.ListAccounts(), Allowed);
        JudgeSessions(results);
        if (
            results is [StepResult.Page { Next: null } only]
            && script.Span.StartsWith("200\n"u8)
            && bank.Given.FirstOrDefault() is { } body
        )
        {
            // Where nothing was renewed, the first answer is the list.
            Promise.Holds(
                Rows(body, "accounts") is not { } rows || rows == only.Accounts.Count,
                "every account of the list is handed over"
            );
        }
        return ConnectorSteps.Shape(results);
    }

    private static object? ListTransactions(ReadOnlyMemory<byte> script)
    {
        using var bank = new ScriptedBank(script);
        var input = new StepInput.ListTransactions(Account, new DateOnly(2026, 1, 1));
        var results = ConnectorSteps.Take(new StetConnector(), Channel, bank, input, Allowed);
        JudgeSessions(results);
        if (results is [StepResult.Page { Next: null } only] && bank.Asked == 1)
        {
            Promise.Holds(
                Rows(bank.Given.First(), "transactions") is not { } rows
                    || rows == only.Transactions.Count + only.Unreadable.Count,
                "every transaction of the list is handed over, or told as unreadable"
            );
        }
        return ConnectorSteps.Shape(results);
    }

    private static object? ShareAccounts(ReadOnlyMemory<byte> script)
    {
        using var bank = new ScriptedBank(script);
        var connector = new StetConnector();
        var listed = ConnectorSteps.Take(connector, Channel, bank, new StepInput.ListAccounts(), Allowed);
        var accounts = listed.OfType<StepResult.Page>().SelectMany(page => page.Accounts).ToArray();
        var shared = ConnectorSteps.Take(connector, Channel, bank, new StepInput.Consent(accounts), listed[^1].Session);
        JudgeSessions(shared);
        return ConnectorSteps.Shape([.. listed, .. shared]);
    }

    private static object? TakeCode(ReadOnlyMemory<byte> script)
    {
        using var bank = new ScriptedBank(script);
        var returned = new StepInput.Returned(
            new Uri($"https://our.example/back?code={ConnectorSteps.Secret}-code&state={ConnectorSteps.Secret}-state")
        );
        var results = ConnectorSteps.Take(new StetConnector(), Channel, bank, returned, Away);
        JudgeSessions(results);
        if (results is not [StepResult.Done])
        {
            return ConnectorSteps.Shape(results);
        }
        // Whatever the tokens are, they must be fit to be sent.
        var listed = ConnectorSteps.Take(
            new StetConnector(),
            Channel,
            bank,
            new StepInput.ListAccounts(),
            results[0].Session
        );
        return ConnectorSteps.Shape([.. results, .. listed]);
    }

    private static object? Return(string query)
    {
        if (!Uri.TryCreate($"https://our.example/back{query}", UriKind.Absolute, out var address))
        {
            return null;
        }
        var request = StetSession.Read(Away).Request;
        var answer = OAuthFlow.Read(address, Settings.Client, request);
        Promise.Holds(
            answer is OAuthReturn.Invalid
                || query.Contains("state", StringComparison.Ordinal)
                || query.Contains('%', StringComparison.Ordinal),
            "an answer without the state is none"
        );
        _ = OAuthFlow.Read(address, Settings.Client, null);
        Promise.Holds(
            answer is not OAuthReturn.Denied { Error: var error }
                || error.All(c => char.IsAsciiLetterLower(c) || c == '_'),
            "an error is one of the registered codes, or blank"
        );
        return answer.GetType();
    }

    private static object? Link(string href)
    {
        // The connector asks only for links that say something.
        if (href.Trim() == "" || BankLinks.Resolve(href, Page, Settings.Interface) is not { } address)
        {
            return null;
        }
        Promise.Holds(
            address.Scheme == "https"
                && address.UserInfo == ""
                && address.Authority is "api.bank.example" or "data.bank.example",
            "a link leads to the bank"
        );
        Promise.Holds(
            BankLinks.Kept(address.AbsoluteUri, Settings.Interface)?.Authority == address.Authority,
            "a whole address leads to itself"
        );
        return (address.Authority, address.Query == "");
    }

    private static object? Session(string text)
    {
        var session = StetSession.Read(text);
        var written = session.Write();
        Promise.Holds(StetSession.Read(written).Write() == written, "a session survives being written and read");
        // A session of another connector, or of another version, must not stop a step.
        using var bank = new ScriptedBank(InputText.Encode("401\n\n").AsMemory());
        var shapes = new StepInput[]
        {
            new StepInput.ListAccounts(),
            new StepInput.ListTransactions(Account, null),
            new StepInput.Returned(new Uri("https://our.example/back?code=1&state=2")),
            new StepInput.Consent([Account]),
        }.Select(input => ConnectorSteps.Shape(ConnectorSteps.Take(new StetConnector(), Channel, bank, input, text)));
        return string.Join(',', shapes);
    }

    private static object? Place(string text)
    {
        if (StetPlace.Read(text) is { } place)
        {
            var written = place.Write();
            Promise.Holds(StetPlace.Read(written)?.Write() == written, "a place survives being written and read");
        }
        using var bank = new ScriptedBank(InputText.Encode("403\n\n{}").AsMemory());
        return ConnectorSteps.Shape(
            ConnectorSteps.Take(new StetConnector(), Channel, bank, new StepInput.Continue(text), Allowed)
        );
    }

    private static void JudgeSessions(IEnumerable<StepResult> results)
    {
        foreach (var result in results)
        {
            Promise.Holds(
                StetSession.Read(result.Session).Write() == result.Session,
                "a session survives being written and read"
            );
            if (result is StepResult.Page { Next: { } next })
            {
                Promise.Holds(StetPlace.Read(next)?.Write() == next, "a place survives being written and read");
            }
        }
    }

    /// <summary>How many rows a body lists; null when it is no document with one list of that name.</summary>
    private static int? Rows(byte[] body, string list)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var lists =
                document.RootElement.ValueKind == JsonValueKind.Object
                    ? document
                        .RootElement.EnumerateObject()
                        .Where(m => m.Name.Equals(list, StringComparison.OrdinalIgnoreCase))
                        .ToArray()
                    : [];
            return lists is [{ Value.ValueKind: JsonValueKind.Array } one] ? one.Value.GetArrayLength() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
