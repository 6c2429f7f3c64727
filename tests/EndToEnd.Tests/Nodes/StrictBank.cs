using System.Collections.Concurrent;
using System.Globalization;
using EndToEnd.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EndToEnd.Tests.Nodes;

/// <summary>
/// A STET bank whose refresh tokens count once: one that comes a second time ends the consent for good, with all tokens of it (RFC 9700, section 4.14.2).
/// Each node has addresses of its own, so that the bank knows whom it answers.
/// </summary>
internal sealed class StrictBank : IAsyncDisposable
{
    private const int AccountsEach = 2;
    private const int RowsAtFirst = 12;
    private const int MostRows = 60;
    private const int RowsOfPage = 10;

    // Long enough for nodes to die in the middle of one.
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromMilliseconds(200);

    private readonly WebApplication _app;
    private readonly BankBooks _books;
    private readonly TimeSpan _tokenLife;
    private readonly ConcurrentDictionary<int, Consent> _consents = new();
    private readonly ConcurrentDictionary<int, (TaskCompletionSource Waits, TaskCompletionSource Release)> _held =
        new();
    private int _lastConsent;

    private StrictBank(WebApplication app, BankBooks books, TimeSpan tokenLife)
    {
        (_app, _books, _tokenLife) = (app, books, tokenLife);
        app.Run(Answer);
    }

    /// <summary>The accounts of a consent, by its number.</summary>
    public IReadOnlyList<BankAccount> Accounts(int consent) => _consents[consent].Accounts;

    public static async Task<StrictBank> Start(BankBooks books, TimeSpan tokenLife)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls($"http://127.0.0.1:{ServerProcess.FreePort()}");
        builder.Logging.ClearProviders();
        var bank = new StrictBank(builder.Build(), books, tokenLife);
        await bank._app.StartAsync(TestContext.Current.CancellationToken);
        return bank;
    }

    /// <summary>This bank as an entry of a node's catalogue.</summary>
    public string EntryFor(int node) =>
        $$"""
            {
              "id": "4711", "name": "Strict bank", "country_code": "FRA", "base_url": "https://strict.example", "test": true, "concurrent_runs": 1000,
              "outage": { "failures": 1000 },
              "channels": [
                {
                  "id": "471101", "mode": "REDIRECT", "connector": "stet", "account_types": ["CHECKINGS"], "transaction_ids": "STABLE_ONCE_BOOKED",
                  "settings": {
                    "authorize_url": "{{Address}}/authorize", "token_url": "{{Address}}/token/{{node}}", "api_url": "{{Address}}/api/{{node}}",
                    "client_id": "affluent", "client_secret": "bank-secret"
                  }
                }
              ]
            }
            """;

    /// <summary>Something happens on an account.</summary>
    public void Change(Random random)
    {
        var consent = _consents[random.Next(_lastConsent) + 1];
        var account = consent.Accounts[random.Next(AccountsEach)];
        if (random.Next(3) == 0)
        {
            account.Book();
        }
        else
        {
            account.Add(Today, isBooked: random.Next(2) == 0);
        }
    }

    /// <summary>Answers a node with nothing of any account from when it asks for one until the action is called: then with what was there when it asked.</summary>
    public async Task<Action> HoldAnswersTo(int node)
    {
        var held = (
            Waits: new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously),
            Release: new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
        );
        _held[node] = held;
        await held.Waits.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        return () =>
        {
            _held.TryRemove(node, out _);
            held.Release.SetResult();
        };
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static DateOnly Today => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    private string Address => _app.Urls.First();

    private Task Answer(HttpContext context)
    {
        var path = context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return path switch
        {
            ["authorize"] => Authorize(context),
            ["token", var node] => Exchange(context, Number(node)),
            ["api", var node, "accounts"] => Show(context, Number(node), (consent, _) => AccountsOf(consent)),
            ["api", var node, "accounts", var account, "transactions"] => Show(
                context,
                Number(node),
                (consent, query) => PageOf(consent.Accounts.Single(a => a.Id == account), query["before"].ToString())
            ),
            _ => NotFound(context),
        };
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }

    /// <summary>The user agrees at once.</summary>
    private Task Authorize(HttpContext context)
    {
        var number = Interlocked.Increment(ref _lastConsent);
        _consents[number] = new Consent(number, [.. Enumerable.Range(0, AccountsEach).Select(i => Opened(number, i))]);
        var query = context.Request.Query;
        context.Response.Redirect(
            $"{query["redirect_uri"]}?code={number}&state={Uri.EscapeDataString(query["state"].ToString())}"
        );
        return Task.CompletedTask;
    }

    private static BankAccount Opened(int consent, int index)
    {
        var account = new BankAccount(string.Create(CultureInfo.InvariantCulture, $"{consent:0000}{index}"), MostRows);
        for (var i = 0; i < RowsAtFirst; i++)
        {
            account.Add(Today, isBooked: i % 4 != 3);
        }
        return account;
    }

    private async Task Exchange(HttpContext context, int node)
    {
        var asked = _books.Now;
        var form = await context.Request.ReadFormAsync();
        var (consent, serial) =
            form["grant_type"] == "authorization_code"
                ? (_consents[Number(form["code"].ToString())], 0)
                : Token(form["refresh_token"].ToString());
        var (exchange, loss) = consent.Renew(serial, node, asked, TimeProvider.System.GetUtcNow() + _tokenLife);
        if (loss is not null)
        {
            _books.Lost(loss);
        }
        if (exchange is null)
        {
            context.Response.StatusCode = 400;
            await Json(context, """{ "error": "invalid_grant" }""");
            return;
        }
        _books.Renewed();
        await Task.Delay(LongestAnswer * (asked.Milliseconds / 1000.0), CancellationToken.None);
        await Json(
            context,
            $$"""
            {
              "access_token": "{{consent.Number}}-{{serial + 1}}", "refresh_token": "{{consent.Number}}-{{serial + 1}}",
              "token_type": "Bearer", "expires_in": {{(int)_tokenLife.TotalSeconds}}
            }
            """
        );
        if (!context.RequestAborted.IsCancellationRequested)
        {
            exchange.Answered = _books.Now;
        }
    }

    private async Task Show(HttpContext context, int node, Func<Consent, IQueryCollection, string> content)
    {
        var (consent, serial) = Token(context.Request.Headers.Authorization.ToString()["Bearer ".Length..]);
        if (!consent.Accepts(serial, TimeProvider.System.GetUtcNow()))
        {
            context.Response.StatusCode = 401;
            return;
        }
        var answer = content(consent, context.Request.Query);
        if (_held.TryGetValue(node, out var held))
        {
            held.Waits.TrySetResult();
            await held.Release.Task;
        }
        await Json(context, answer);
    }

    private static string AccountsOf(Consent consent) =>
        $$"""{ "accounts": [ {{string.Join(", ", consent.Accounts.Select(AccountOf))}} ] }""";

    private static string AccountOf(BankAccount account) =>
        $$"""
            {
              "resourceId": "{{account.Id}}", "name": "Account {{account.Id}}", "cashAccountType": "CACC",
              "accountId": { "currency": "EUR", "other": { "identification": "{{account.Id}}", "schemeName": "CPAN" } },
              "balances": [ { "balanceType": "CLBD", "balanceAmount": { "amount": "1.00", "currency": "EUR" } } ]
            }
            """;

    /// <summary>The newest first. A page begins behind a row, so that what comes in front of it moves nothing.</summary>
    private static string PageOf(BankAccount account, string before)
    {
        var rows = account.Rows.Reverse().SkipWhile(row => before != "" && row.Number >= Number(before)).ToList();
        var page = rows.Take(RowsOfPage).ToList();
        var next =
            rows.Count > page.Count
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $$""", "next": { "href": "/accounts/{{account.Id}}/transactions?before={{page[^1].Number}}" }"""
                )
                : "";
        return $$"""
            {
              "transactions": [ {{string.Join(", ", page.Select(row => RowOf(account, row)))}} ],
              "_links": { "self": { "href": "/accounts/{{account.Id}}/transactions" }{{next}} }
            }
            """;
    }

    private static string RowOf(BankAccount account, BankRow row) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {
              "entryReference": "{{account.Id}}-{{(row.IsBooked ? "b" : "p")}}{{row.Number}}", "status": "{{(
                row.IsBooked ? "BOOK" : "PDNG"
            )}}",
              "transactionAmount": { "amount": "{{-row.Amount}}", "currency": "EUR" }, "creditDebitIndicator": "DBIT",
              "{{(row.IsBooked ? "bookingDate" : "transactionDate")}}": "{{row.Day:yyyy-MM-dd}}",
              "remittanceInformation": { "unstructured": ["CB COMMERCE {{row.Number}}"] }
            }
            """
        );

    private (Consent Consent, int Serial) Token(string text)
    {
        var parts = text.Split('-');
        return (_consents[Number(parts[0])], Number(parts[1]));
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static Task Json(HttpContext context, string body)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    }

    /// <summary>What a user agreed to. The code and each refresh token are exchanged for the next, once.</summary>
    private sealed class Consent(int number, IReadOnlyList<BankAccount> accounts)
    {
        private readonly Lock _lock = new();
        private readonly List<(Exchange Exchange, DateTimeOffset Ends)> _exchanges = [];
        private bool _isOver;

        public int Number => number;

        public IReadOnlyList<BankAccount> Accounts => accounts;

        public (Exchange? Exchange, Loss? Loss) Renew(int serial, int node, TimeSpan now, DateTimeOffset ends)
        {
            lock (_lock)
            {
                if (_isOver)
                {
                    return (null, null);
                }
                if (serial != _exchanges.Count)
                {
                    _isOver = true;
                    return (null, new Loss(number, _exchanges[serial].Exchange, node, now));
                }
                Use(serial);
                _exchanges.Add((new Exchange(node, now), ends));
                return (_exchanges[^1].Exchange, null);
            }
        }

        public bool Accepts(int serial, DateTimeOffset now)
        {
            lock (_lock)
            {
                Use(serial);
                return !_isOver && _exchanges[serial - 1].Ends > now;
            }
        }

        private void Use(int serial)
        {
            if (serial > 0)
            {
                _exchanges[serial - 1].Exchange.IsUsed = true;
            }
        }
    }
}
