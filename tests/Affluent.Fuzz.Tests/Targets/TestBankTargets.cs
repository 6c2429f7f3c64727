using System.Text;
using System.Text.Json;
using Affluent.TestBank;
using Affluent.TestBank.Authorization;
using Affluent.TestBank.Consents;
using Affluent.TestBank.People;
using Affluent.TestBank.Scenarios;
using Affluent.TestBank.Stet;
using Affluent.TestBank.Website;
using Microsoft.AspNetCore.Http;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>The test bank: scenario files, and what a third party sends.</summary>
internal static class TestBankTargets
{
    // Twenty thousand movements, as the bank allows them.
    private const long MostOfScenario = 256 << 20;

    internal static readonly DateOnly Today = new(2026, 11, 22);
    private static readonly TestBankOptions Options = new() { Urls = "http://127.0.0.1:0" };
    internal static readonly BankClock Clock = new(TimeProvider.System);
    private static readonly AccessTokens Tokens = new(Options, Clock);
    internal static readonly Customer Customer = Sample();

    public static IEnumerable<FuzzTarget> All =>
        [
            FuzzTarget.OfBytes("testbank-pipe-file", PipeScenario, Pipe, SmallPipe) with
            {
                SharedFolder = "testbank-files",
                Memory = MostOfScenario,
                TimeLimit = TimeSpan.FromSeconds(20),
            },
            FuzzTarget.OfBytes("testbank-json-file", JsonScenario, Json) with
            {
                Memory = MostOfScenario,
                TimeLimit = TimeSpan.FromSeconds(20),
            },
            FuzzTarget.OfText(
                "testbank-amounts",
                Amount,
                "12.50EUR",
                "-1 234,5EUR",
                "101.67000000000002EUR",
                "1500JPY",
                "1.250KWD"
            ),
            FuzzTarget.OfText("testbank-days", Day, "21/08/26", "21/08/2026", "2026-08-21", "1/1/00"),
            FuzzTarget.OfText("testbank-intervals", Every, "15 days", "2 weeks", "1 month", "monthly", "3", "1 year"),
            FuzzTarget.OfText(
                "testbank-authorization",
                Authorization,
                "response_type=code&client_id=affluent&redirect_uri=http%3A%2F%2F127.0.0.1%2Fback%3Fa%3Db&scope=aisp%20offline_access&state=x&code_challenge=abc&code_challenge_method=S256",
                "response_type=token&client_id=affluent&redirect_uri=http://localhost:3000/&scope=x"
            ),
            FuzzTarget.OfText(
                "testbank-transaction-query",
                Query,
                "dateFrom=2026-01-01&dateTo=2026-12-01T00:00:00.000+01:00&page=2&afterEntryReference=R1",
                "page=1"
            ),
            FuzzTarget.OfBytes(
                "testbank-consent",
                Consent,
                """{ "balances": [ { "iban": "FR7630099000120004127653080", "currency": "EUR" } ], "transactions": [ { "other": { "identification": "4970 XXXX", "schemeName": "CPAN" } } ], "trustedBeneficiaries": false, "psuIdentity": true }"""
            ),
            FuzzTarget.OfText("testbank-access-token", Token, Tokens.Issue("c", shown: null), "AAAA"),
        ];

    private static object? PipeScenario(ReadOnlyMemory<byte> file) =>
        Scenario(
            file,
            text =>
                text.Split('\n')
                    .Count(line => line.Split('|')[0].Trim().ToUpperInvariant() is "TRANSACTION" or "PENDING")
        );

    private static object? JsonScenario(ReadOnlyMemory<byte> file) => Scenario(file, MovementsOf);

    private static object? Scenario(ReadOnlyMemory<byte> file, Func<string, int> movements)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(file.Span);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
        switch (ScenarioFiles.Parse("file", text, Today))
        {
            case ScenarioFile.Refused refused:
                Promise.Holds(refused.Errors.Count > 0, "what is refused has a reason");
                Promise.Holds(
                    refused.Errors.All(e => e.Location.Line > 0 || e.Location.Path?.StartsWith('$') == true),
                    "an error has a place"
                );
                return Promise.Few(refused.Errors.Count);
            case ScenarioFile.Loaded { Scenario: var scenario }:
                Promise.Holds(
                    scenario.People.Sum(p => p.Accounts.Sum(a => a.Movements.Count)) == movements(text)
                        || text.TrimStart().StartsWith('{') != (movements == MovementsOf),
                    "every movement of the file is in the scenario"
                );
                return string.Join(' ', scenario.People.Select(person => Shown(person, scenario.Seed)).Distinct());
            case var other:
                return other.GetType();
        }
    }

    /// <summary>All that the bank shows of a person.</summary>
    private static string Shown(Person person, string seed)
    {
        var customer = new Customer(
            new Visitor(person.Credentials[0].Login, null),
            person,
            Statements.On(Today, person, seed)
        );
        foreach (var (place, method) in person.Methods.Index())
        {
            Promise.Holds(
                person.MethodNamed($"{place}") == method && person.MethodNamed($"{place}{int.MaxValue}") is null,
                "a method is named by its place"
            );
        }
        foreach (var statement in customer.Statements)
        {
            var entries = statement.Entries;
            Promise.Holds(
                entries.Select(e => e.Reference).Distinct(StringComparer.Ordinal).Count() == entries.Count,
                "references are unique within an account"
            );
            Promise.Holds(
                statement.Account.Balance.Living || entries.Count >= statement.Account.Movements.Count,
                "every movement of the file is shown"
            );
            _ = AccountFacts.Of(statement, customer, Texts.For(new DefaultHttpContext()), Today);
            _ = StetAccounts.Balances(statement);
            if (entries.Count > 0)
            {
                var query = new TransactionQuery(null, null, null, 1);
                var page = TransactionPage.Of(
                    statement,
                    query,
                    TransactionPage.Matching(statement, query)!,
                    true,
                    false
                );
                _ = JsonSerializer.Serialize(page, StetJson.Default.HalTransactions);
            }
        }
        return string.Join(',', person.Accounts.Select(a => (a.Kind, a.Balance.Living)).Distinct());
    }

    private static int MovementsOf(string text)
    {
        using var document = JsonDocument.Parse(
            text.TrimStart('\ufeff'),
            new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }
        );
        return Items(document.RootElement, "people")
            .SelectMany(person => Items(person, "accounts"))
            .Sum(account => Items(account, "movements").Count());

        static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
            element.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array
                ? list.EnumerateArray()
                : [];
    }

    private static object? Amount(string text)
    {
        var (number, currency) = text.Length < 3 ? (text, "EUR") : (text[..^3], text[^3..]);
        if (!Amounts.TryParse(number, currency, out var minor))
        {
            Promise.Holds(minor == 0, "what is no amount is nothing");
            return null;
        }
        Promise.Holds(
            Amounts.TryParse(Amounts.ToText(minor, currency), currency, out var again) && again == minor,
            "an amount survives being written and read"
        );
        _ = Format.Amount(minor, currency);
        return (Math.Sign(minor), Amounts.Decimals(currency));
    }

    private static object? Day(string text)
    {
        if (!Dates.TryParse(text, out var day))
        {
            return null;
        }
        Promise.Holds(
            Dates.TryParse(Format.Day(day), out var again) && again == day,
            "a day survives being written and read"
        );
        return day.Year < 2000;
    }

    private static object? Every(string text)
    {
        if (Interval.Parse(text) is not { } interval)
        {
            return null;
        }
        DateOnly? last = null;
        foreach (var returns in new[] { 0, 1, 2, 100, 20_000, int.MaxValue })
        {
            var day = interval.After(Today, returns);
            Promise.Holds(day is null || last is null || day > last, "a return comes after the one before");
            last = day ?? last;
        }
        return interval.Unit;
    }

    private static object? Authorization(string query)
    {
        var http = new DefaultHttpContext();
        http.Request.QueryString = new QueryString("?" + query);
        switch (RequestCheck.Of(StetPaths.Server, http.Request, http.Request.Query, Options, Clock.Now))
        {
            case RequestCheck.Good(var request):
                return Answered(request);
            case RequestCheck.Bad(var request, var error):
                return (error, Answered(request));
            default:
                return null;
        }
    }

    private static string Answered(AuthorizationRequest request)
    {
        var answer = new Uri(request.Granted("c/d"));
        var registered = new Uri(request.RedirectUri);
        Promise.Holds(
            answer.GetLeftPart(UriPartial.Path) == registered.GetLeftPart(UriPartial.Path) && answer.IsLoopback,
            "a customer is sent back to the address that was registered"
        );
        Promise.Holds(request.Granted("c").All(c => c is > ' ' and <= '~'), "an address can stand in a header");
        return answer.Scheme;
    }

    private static object? Query(string text)
    {
        var http = new DefaultHttpContext();
        http.Request.QueryString = new QueryString("?" + text);
        var (query, wrong) = TransactionQuery.Read(http.Request.Query);
        Promise.Holds(query is null != wrong is null, "a query is read, or something is wrong with it");
        if (query is null)
        {
            return wrong;
        }
        var statement = Customer.Statements[0];
        if (TransactionPage.Matching(statement, query) is not { } matching)
        {
            return false;
        }
        var page = TransactionPage.Of(statement, query, matching, withBalances: false, repeats: false);
        Promise.Holds(
            query.Page * (long)TransactionPage.Size <= matching.Count + TransactionPage.Size
                || page.Transactions.Count == 0,
            "a page past the end is empty"
        );
        foreach (var link in new[] { page.Links.Self, page.Links.Next, page.Links.Prev, page.Links.Last })
        {
            if (link is not null)
            {
                http.Request.QueryString = new QueryString(
                    link.Href[
                        link.Href.IndexOf('?', StringComparison.Ordinal) is >= 0 and var cut
                            ? cut..
                            : link.Href.Length..
                    ]
                );
                var (again, _) = TransactionQuery.Read(http.Request.Query);
                Promise.Holds(
                    again is not null
                        && again.DateFrom == query.DateFrom
                        && again.AfterEntryReference == query.AfterEntryReference,
                    "a link leads to the same question"
                );
            }
        }
        return Promise.Few(page.Transactions.Count);
    }

    private static object? Consent(ReadOnlyMemory<byte> body)
    {
        var (access, refusal) = Promise.OrThrows<JsonException, Access>(() =>
            JsonSerializer.Deserialize(body.Span, StetJson.Default.Access)!
        );
        if (access is not { Balances: { } balances, Transactions: { } transactions })
        {
            return refusal is null;
        }
        var named = StetAccounts.Named(Customer, balances);
        _ = StetAccounts.Named(Customer, transactions);
        Promise.Holds(
            named is null || named.All(id => Customer.Person.Accounts.Any(a => a.Id == id)),
            "a consent names accounts of the customer"
        );
        return named?.Count;
    }

    private static object? Token(string token)
    {
        var id = Tokens.Open(token, shown: null);
        Promise.Holds(id is null or "c", "only a token of the bank's own opens");
        return id;
    }

    private static Customer Sample()
    {
        var loaded = (ScenarioFile.Loaded)ScenarioFiles.Parse("sample", Pipe, Today);
        var person = loaded.Scenario.People[0];
        return new Customer(new Visitor("anna", null), person, Statements.On(Today, person, "s"));
    }

    private const string Pipe = """
        # a customer with all that there is
        CREDENTIALS|anna|pw1
        CREDENTIALS_OWNER|ANNA BRUN
        CHALLENGE|otp|246810|06 XX XX XX 01
        OPTION|consent|mixed
        FAULT|repeat_page

        ACCOUNT|uidA00000001|account 01|21/08/26|1457.16|Checkings||false|ANNA BRUN|Mon compte|||FR7630099000120004127653080|EUR
        TRANSACTION|-12.5|20/08/26|CB MARCHE
        TRANSACTION|100|9/8/2026|VIR SALAIRE|paie d'aout|REF-77
        PENDING|-3|20/11/26|CB CAFE|23/11/26|memo|P1|B1
        RECURRING|-45|2026-01-05|LOYER {date}|1 month|12|m|R|2
        SPENDING|-80|-5|CB EPICERIE {date}|3|2
        ACCOUNT|card-1|4970 XXXX 1234|01/01/2026|0|CreditCard
        LIVING
        DETAIL|card.linked_account|uidA00000001
        DETAIL|card.debit_day|5
        SPENDING|-20|-5|CB|2
        ACCOUNT|loan-1|n|2026-08-21|-100000|Loans
        DETAIL|loan.rate|1,70
        DETAIL|loan.start_date|01/02/2020
        CREDENTIALS|other|pw
        """;

    private const string SmallPipe =
        "ACCOUNT|u1|n1|01/02/26|-3|Savings\nTRANSACTION|-1|1/2/26|a\nNEW_URL|https://files.example/x|2027-01-01";

    private const string Json = """
        { "seed": "any", "people": [ { "login": "anna", "password": "secret", "owner": "ANNA BRUN", "methods": [ { "label": "SMS", "label_en": "Text", "code": "123456", "code_sent_to": "06" }, { "label": "App", "approval_seconds": 8, "image": true }, { "label": "TAN", "image": true } ],
            "faults": ["hang"], "short_history": true, "locked": false, "note": "n", "accounts": [
            { "id": "anna-1", "number": "0001", "name": "Compte", "type": "Checkings", "currency": "EUR", "iban": "FR7630099000120004127653080",
              "opening_balance": "1000.00", "opening_date": "2026-01-31",
              "movements": [ { "amount": "-12.50", "date": "2026-02-03", "label": "CB", "pending": true, "books_on": "2026-02-05", "reference": "P1", "booked_reference": "B1" } ],
              "recurring": [ { "amount": "1980.00", "start": "2026-02-01", "label": "VIR", "every": "1 month", "times": 3 } ],
              "spending": [ { "from": "-80.00", "to": "-5.00", "label": "CB {date}", "every_days": 3, "books_after_days": 2 } ] },
            { "id": "s", "number": "2", "name": "Livret", "type": "Savings", "balance": 5, "balance_date": "2026-08-21",
              "savings": { "rate": "3", "opened_on": "2020-01-01", "earned_this_year": "1" } } ] } ],
          "new_url": { "url": "https://files.example/x", "from": "2027-01-01" } }
        """;
}
