using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;
using Affluent.Server.Accounts;
using Affluent.Server.Authorization;
using Affluent.Server.Jobs;
using Affluent.Server.Synchronization;
using Affluent.Server.Widget;
using Affluent.Server.Widget.Pages;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>The widget's addresses, and what the server keeps as text in its rows.</summary>
internal static partial class WidgetTargets
{
    private static readonly Client Client = new() { RedirectOrigins = "https://app.example http://localhost:3000" };

    private static readonly Provider[] Banks =
    [
        .. new[] { ("Crédit du Lac", "FRA"), ("Banque Ünïon", "BEL"), ("ŁódźBank", "POL"), ("İş", "TUR") }.Select(
            (bank, i) =>
                new Provider
                {
                    Id = new ProviderId($"{i}"),
                    Name = bank.Item1,
                    CountryCode = bank.Item2,
                    BaseUrl = new Uri("https://bank.example"),
                    Channels = [],
                }
        ),
    ];

    public static IEnumerable<FuzzTarget> All =>
        [
            FuzzTarget.OfText(
                "widget-parameters",
                Parameters,
                "redirect_url=https%3A%2F%2Fapp.example%2Fback&aspsp_callback_uri=https://app.example/cb?x=1&cancel_url=http://localhost:3000/&consent_per_account=true&select_accounts=1&auto_sync=0&wait_sync_end=false&locale=fr_FR&font=Arial,%20%22Open%20Sans%22&font_color=%23102030&elements_color=rgb(1,2,3)&expected_account_types=ALL&channel=REDIRECT&account_types=SAVINGS,LOAN&connection_id=12&provider_id=87&countries=FRA,BE&countries=DE&congrats_bypass_delay=5&terms_header=H&terms_body=",
                "redirect_uri=https://app.example&captive_mode=1&lng=en"
            ),
            FuzzTarget.OfText(
                "widget-theme",
                Look,
                "Arial, \"Open Sans\"|#102030|rgb( 1 , 2 , 3 )",
                "serif|fff|rebeccapurple",
                "x;}|rgba(1 2 3 / 50%)|hsl( -30deg, 10%, .5% )",
                "|#1234|#12345678",
                "||"
            ),
            FuzzTarget.OfText("widget-search", Search, "crédit|FRA", "union LAC|BE", "i|"),
            FuzzTarget.OfText(
                "stored-widget-state",
                State,
                """{"opened":true,"purpose":"add_connection","step":"CONSENT","parameters":{"redirect_url":"https://app.example","language":"fr","theme":{"fonts":["Arial"],"font_color":"102030"},"expected_account_types":"ALL","connection_id":"12","provider_id":"87","countries":["FRA"]},"provider_id":"87","definition_id":"8701","queue_id":"5","outcome":{"$type":"Error","failure":"bank_unavailable"}}"""
            ),
            FuzzTarget.OfText(
                "stored-question",
                Stored,
                """{"kind":"OTP","message":"SMS to 06","length":6,"digits":true,"retry":true,"expires_at":1767225600}""",
                """{"kind":"REDIRECT","address":"https://bank.example/authorize?x=1"}""",
                """{"kind":"APP_APPROVAL","poll_seconds":5}"""
            ),
            FuzzTarget.OfText(
                "stored-progress",
                Progressed,
                """{"done":{"8701":{"status":"SUCCESS","reason":null,"accounts_read":2,"accounts_failed":0}}}""",
                """{"done":{"8700":{"status":"FAILED","reason":"bank_unavailable"}}}"""
            ),
            FuzzTarget.OfText(
                "stored-account-details",
                Details,
                """{"initial_balance":100000,"interest":1.7,"start_day":"2020-02-01","next_payment":500.5}""",
                """{"payable_account":"FR76"}""",
                """{"yield_rate":3,"opened_day":"2020-01-01"}"""
            ),
        ];

    private static object? Parameters(string query)
    {
        var values = Request.Of(query).Request.Query;
        var (parameters, wrong, ignored) = WidgetParameters.Read(values, Client.AllowsRedirect);
        Promise.Holds(parameters is null != wrong is null, "parameters are read, or one of them is wrong");
        if (parameters is null)
        {
            return wrong;
        }
        Promise.Holds(
            new[] { parameters.RedirectUrl, parameters.CancelUrl, parameters.AspspCallbackUri }.All(url =>
                url is null || Client.AllowsRedirect(url)
            ),
            "nobody is sent to an address that is not the client's"
        );
        Judge(parameters.Theme);
        var state = new WidgetState { Parameters = parameters }.Open(
            WidgetPurpose.AddConnection,
            parameters,
            framed: null
        );
        var written = WidgetStore.Write(state);
        var read = JsonSerializer.Deserialize(written, WidgetStateJson.Default.WidgetState)!;
        Promise.Holds(WidgetStore.Write(read) == written, "a session's state survives being written and read");
        Promise.Holds(
            read.Open(WidgetPurpose.AddConnection, parameters, null).Step == state.Step,
            "opening an address again changes nothing"
        );
        return (
            WidgetParameters.AreIn(values),
            parameters.Language,
            parameters.ProviderId is null,
            Promise.Few(parameters.Countries.Count),
            parameters.Channel,
            Promise.Few(parameters.AccountTypes.Count),
            Promise.Few(ignored.Count)
        );
    }

    private static object? Look(string text)
    {
        var parts = text.Split('|', 3);
        var (theme, ignored) = Theme.Read(parts[0], parts.ElementAtOrDefault(1), parts.ElementAtOrDefault(2));
        Judge(theme);
        return (string.Join(' ', ignored), Promise.Few(theme.Fonts.Count), theme.IsStandard);
    }

    private static void Judge(Theme theme)
    {
        Promise.Holds(Sheet().IsMatch(theme.Css()), "nothing but fonts and colors gets into a style sheet");
        var query = Request
            .Of(theme.Address[(theme.Address.IndexOf('?', StringComparison.Ordinal) + 1)..])
            .Request.Query;
        var (again, ignored) = Theme.Read(query["font"], query["font_color"], query["elements_color"]);
        Promise.Holds(ignored.Count == 0 && again.Css() == theme.Css(), "a theme survives being written as an address");
    }

    private static object? Search(string text)
    {
        var (search, countries) = text.Split('|', 2) is [var first, var rest]
            ? (first, rest.Split(',', StringSplitOptions.RemoveEmptyEntries))
            : (text, []);
        var found = BankSearch.Find(Banks, search, countries, CultureInfo.GetCultureInfo("fr-FR")).ToArray();
        Promise.Holds(
            search.Trim(' ') != "" || countries.Length > 0 || found.Length == Banks.Length,
            "without a search all banks are there"
        );
        return found.Length;
    }

    private static object? State(string text)
    {
        var (state, _) = Promise.OrThrows<JsonException, WidgetState>(() =>
            Own(text, t => JsonSerializer.Deserialize(t, WidgetStateJson.Default.WidgetState))
        );
        if (
            state?.Parameters is not { Theme.Fonts: not null, Countries: not null, AccountTypes: not null }
            || state.Trail is null
        )
        {
            return null;
        }
        var written = WidgetStore.Write(state);
        Promise.Holds(
            WidgetStore.Write(JsonSerializer.Deserialize(written, WidgetStateJson.Default.WidgetState)!) == written,
            "a session's state survives being written and read"
        );
        return (state.Purpose, state.Step, state.FirstStep, state.Outcome?.Result);
    }

    private static object? Stored(string text)
    {
        var (content, _) = Promise.OrThrows<JsonException, QuestionContent>(() => Own(text, QuestionContent.Read));
        if (
            content is null or { Kind: QuestionKind.Redirect, Address: null }
            || content.ExpiresAt is < 0 or > 4_000_000_000
            || content.PollSeconds is < 1 or > 60
        )
        {
            return content?.Kind;
        }
        var question = content.ToQuestion();
        var stored = QuestionContent.Of(question).Write();
        Promise.Holds(
            QuestionContent.Read(stored).ToQuestion().Equals(question),
            "a question survives being written and read"
        );
        return question.GetType();
    }

    private static object? Progressed(string text)
    {
        var (progress, _) = Promise.OrThrows<JsonException, Progress>(() => Own(text, Progress.Read));
        if (progress?.Done is not { } done)
        {
            return null;
        }
        var written = progress.Write();
        Promise.Holds(Progress.Read(written).Write() == written, "progress survives being written and read");
        return string.Join(' ', done.Values.Select(result => result?.Status).Distinct());
    }

    private static object? Details(string text)
    {
        var row = new AccountRow { Details = text };
        var (loan, _) = Promise.OrThrows<JsonException, BankLoan>(() =>
            Own(text, _ => AccountDetails.Loan(row with { Type = BankAccountType.Loan }))
        );
        var (savings, _) = Promise.OrThrows<JsonException, BankSavings>(() =>
            Own(text, _ => AccountDetails.Savings(row with { Type = BankAccountType.Savings }))
        );
        var (card, _) = Promise.OrThrows<JsonException, BankCreditCard>(() =>
            Own(text, _ => AccountDetails.CreditCard(row with { Type = BankAccountType.CreditCard }))
        );
        BankAccount[] accounts =
        [
            new()
            {
                Reference = "a",
                Currency = "EUR",
                Type = BankAccountType.Loan,
                Loan = loan,
            },
            new()
            {
                Reference = "a",
                Currency = "EUR",
                Type = BankAccountType.Savings,
                Savings = savings,
            },
            new()
            {
                Reference = "a",
                Currency = "EUR",
                Type = BankAccountType.CreditCard,
                CreditCard = card,
            },
        ];
        foreach (var account in accounts)
        {
            if (AccountDetails.Of(account) is { } stored)
            {
                var again = row with { Type = account.Type, Details = stored };
                var same = (
                    AccountDetails.Loan(again),
                    AccountDetails.Savings(again),
                    AccountDetails.CreditCard(again)
                );
                Promise.Holds(
                    same == (account.Loan, account.Savings, account.CreditCard),
                    "details survive being written and read"
                );
            }
        }
        return (loan is null, savings is null, card is null);
    }

    /// <summary>
    /// What stands in rows is sound UTF-8, and knows what kind of outcome it holds: anything else is none of ours.
    /// </summary>
    private static T Own<T>(string text, Func<string, T?> read)
        where T : class
    {
        try
        {
            return text.Any(char.IsSurrogate)
                ? throw new JsonException("no text")
                : read(text) ?? throw new JsonException("null");
        }
        catch (NotSupportedException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    [GeneratedRegex(
        """^:root \{ ((--font: (("[A-Za-z0-9][A-Za-z0-9 _-]{0,60}"|[a-z-]+), )+system-ui, sans-serif;|--(ink|accent|on-accent|mark): #[0-9a-f]{6};) ?)* ?\}\z""",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Sheet();
}
