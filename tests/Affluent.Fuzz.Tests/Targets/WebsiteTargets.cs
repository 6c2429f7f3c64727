using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Scraping;
using Affluent.Connectors.Testing;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>The family of web sites: pages, forms, cookies, and what the connector keeps for itself.</summary>
internal static class WebsiteTargets
{
    private static readonly TimeZoneInfo Paris = TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris");
    private static readonly Uri Home = new("https://www.bank.example/login");

    private static readonly ChannelDefinition Channel = new()
    {
        Id = new ChannelDefinitionId("100"),
        Mode = ChannelMode.Embedded,
        Connector = "website",
        AccountTypes = [BankAccountType.Checkings],
        Settings = new Dictionary<string, string> { ["login_url"] = Home.AbsoluteUri },
        Credentials =
        [
            new("1", "customer", new Dictionary<string, string>(), CredentialType.Text),
            new("2", "secret", new Dictionary<string, string>(), CredentialType.Pwd),
        ],
    };

    private static readonly BankAccount Account = new() { Reference = "/a/7", Currency = "GBP" };

    public static IEnumerable<FuzzTarget> All =>
        [
            FuzzTarget.OfBytes("website-page", Page, [.. WebsiteSeeds.Pages]),
            FuzzTarget.OfBytes(
                "website-list-accounts",
                ListAccounts,
                WebsiteSeeds.Login,
                WebsiteSeeds.Inside,
                WebsiteSeeds.WithCode
            ),
            FuzzTarget.OfBytes(
                "website-list-transactions",
                ListTransactions,
                WebsiteSeeds.Transactions,
                WebsiteSeeds.Login
            ),
            FuzzTarget.OfBytes("website-answer", Answer, WebsiteSeeds.WithCode, WebsiteSeeds.WithChoice),
            FuzzTarget.OfText(
                "website-cookies",
                Cookies,
                "visit=a1; Path=/; HttpOnly\ninside=b; Max-Age=600\nold=c; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure",
                "a=\"b=c\"; path=/desk; expires=Wed, 21-Oct-2027 07:28:00 GMT; domain=.bank.example"
            ),
            FuzzTarget.OfText("website-session", Session, WebsiteSeeds.Session, "{}"),
            FuzzTarget.OfText("website-place", Place, WebsiteSeeds.Place),
        ];

    private static object? Page(ReadOnlyMemory<byte> html)
    {
        using var page = new HtmlParser().ParseDocument(html, Encoding.UTF8);
        var kind = PageKind.Of(page);
        foreach (var form in page.Forms)
        {
            var read = WebForm.Of(form, Home);
            var named = read.With("a", "b");
            Promise.Holds(named.Fields[^1] is { Name: "a", Value: "b" }, "a field that was filled in is sent");
        }
        foreach (var row in kind is PageKind.Transactions { Table: { } table } ? table.Rows : [])
        {
            Judge(row);
        }
        foreach (var row in kind is PageKind.Accounts { Table: { } accounts } ? accounts.Rows : [])
        {
            if (AccountPages.Account(row, row.Link(Column.Name), Paris) is { } account)
            {
                Details(account, page);
            }
        }
        _ = TransactionPages.Next(page);
        _ = TransactionPages.Link(page);
        return kind.GetType();
    }

    private static void Judge(PageRow row)
    {
        if (TransactionPages.Transaction(row, "EUR", Paris) is { } transaction)
        {
            Promise.Holds(
                row.Text(Column.Label) is null || transaction.Remittance.Count > 0,
                "the text of a transaction is kept"
            );
            _ = TransactionPages.IsWanted(transaction, new DateOnly(2026, 1, 1));
        }
    }

    private static void Details(BankAccount account, IHtmlDocument page)
    {
        foreach (var type in Enum.GetValues<BankAccountType>())
        {
            var detailed = AccountPages.WithDetails(account with { Type = type }, page, Paris);
            Promise.Holds(
                NamedAccounts.Resolve([account, detailed]).Count == 2,
                "no account is lost on the way to its payer"
            );
        }
    }

    private static object? ListAccounts(ReadOnlyMemory<byte> script)
    {
        using var bank = new ScriptedBank(script);
        var results = ConnectorSteps.Take(new WebsiteConnector(), Channel, bank, new StepInput.ListAccounts(), "");
        JudgeSessions(results);
        return ConnectorSteps.Shape(results);
    }

    private static object? ListTransactions(ReadOnlyMemory<byte> script)
    {
        using var bank = new ScriptedBank(script);
        var input = new StepInput.ListTransactions(Account, null);
        var results = ConnectorSteps.Take(new WebsiteConnector(), Channel, bank, input, WebsiteSeeds.Session);
        JudgeSessions(results);
        if (results is [StepResult.Page { Next: null } only] && bank.Asked == 1)
        {
            Promise.Holds(
                Rows(bank.Given.First()) <= only.Transactions.Count + only.Unreadable.Count,
                "every row of the table is handed over, or told as unreadable"
            );
        }
        return ConnectorSteps.Shape(results);
    }

    private static object? Answer(ReadOnlyMemory<byte> script)
    {
        using var bank = new ScriptedBank(script);
        var connector = new WebsiteConnector();
        var asked = ConnectorSteps.Take(connector, Channel, bank, new StepInput.ListAccounts(), "");
        var question = (asked[^1] as StepResult.AskUser)?.Question;
        Promise.Holds(question?.CanBeShown != false, "a question can be put to a user");
        var (field, value) = question is Question.Choice choice
            ? (Question.Choice.Field, choice.Options[^1].Id)
            : (Question.OneTimePassword.Field, $"{ConnectorSteps.Secret}-code");
        var answer = new StepInput.Answer(new Dictionary<string, string> { [field] = value });
        var answered = ConnectorSteps.Take(connector, Channel, bank, answer, asked[^1].Session);
        var polled = ConnectorSteps.Take(connector, Channel, bank, new StepInput.Poll(), answered[^1].Session);
        JudgeSessions([.. asked, .. answered, .. polled]);
        return ConnectorSteps.Shape([.. asked, .. answered, .. polled]);
    }

    private static object? Cookies(string headers)
    {
        var given = headers.Split('\n');
        var address = new Uri("https://www.bank.example/desk/page?x=1");
        IReadOnlyList<WebCookie> jar = [];
        foreach (var header in given)
        {
            jar = CookieJar.With(jar, [header], address, ConnectorSteps.Now);
        }
        Promise.Holds(jar.Count <= 60, "a jar holds sixty cookies at the most");
        Promise.Holds(jar.DistinctBy(c => (c.Name, c.Path)).Count() == jar.Count, "no cookie is there twice");
        Promise.Holds(jar.All(c => c.Name != "" && c.Path.StartsWith('/')), "a cookie has a name and a path");
        Promise.Holds(jar.All(c => c.Ends is null || c.Ends > ConnectorSteps.Now), "a cookie in the jar has not ended");
        var sent = CookieJar.For(jar, address, ConnectorSteps.Now);
        Promise.Holds(sent?.Any(char.IsControl) != true, "a header holds no control characters");
        return (Promise.Few(jar.Count), sent is null);
    }

    private static object? Session(string text)
    {
        var written = WebSession.Read(text).Write();
        Promise.Holds(WebSession.Read(written).Write() == written, "a session survives being written and read");
        using var bank = new ScriptedBank(InputText.Encode(WebsiteSeeds.Inside).AsMemory());
        var answer = new StepInput.Answer(
            new Dictionary<string, string> { [Question.OneTimePassword.Field] = "1", [Question.Choice.Field] = "app" }
        );
        var listed = ConnectorSteps.Take(new WebsiteConnector(), Channel, bank, new StepInput.ListAccounts(), text);
        var answered = ConnectorSteps.Take(new WebsiteConnector(), Channel, bank, answer, text);
        var polled = ConnectorSteps.Take(new WebsiteConnector(), Channel, bank, new StepInput.Poll(), text);
        return ConnectorSteps.Shape([.. listed, .. answered, .. polled]);
    }

    private static object? Place(string text)
    {
        if (WebPlace.Read(text) is { } place)
        {
            var written = place.Write();
            Promise.Holds(WebPlace.Read(written)?.Write() == written, "a place survives being written and read");
        }
        using var bank = new ScriptedBank(InputText.Encode(WebsiteSeeds.Transactions).AsMemory());
        return ConnectorSteps.Shape(
            ConnectorSteps.Take(
                new WebsiteConnector(),
                Channel,
                bank,
                new StepInput.Continue(text),
                WebsiteSeeds.Session
            )
        );
    }

    private static void JudgeSessions(IEnumerable<StepResult> results)
    {
        foreach (var result in results)
        {
            Promise.Holds(
                WebSession.Read(result.Session).Write() == result.Session,
                "a session survives being written and read"
            );
            Promise.Holds(
                result is not StepResult.Page { Next: { } next } || WebPlace.Read(next)?.Write() == next,
                "a place survives being written and read"
            );
        }
    }

    /// <summary>How many rows of data the one table of transactions has; none where there are several tables.</summary>
    private static int Rows(byte[] body)
    {
        using var page = new HtmlParser().ParseDocument(body.AsMemory(), Encoding.UTF8);
        var tables = page.QuerySelectorAll("table");
        return tables is [IHtmlTableElement table]
            ? table.Rows.Count(r => r.Cells.Any(c => c.LocalName == "td") && !r.Cells.Any(c => c.LocalName == "th"))
            : 0;
    }
}
