using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Affluent.Server.Connections;
using Affluent.Server.Storage;

namespace Affluent.Server.Commands.Demo;

/// <summary>Where the platform's parts are reached, and who walks.</summary>
/// <param name="RedirectUrl">The client's own page, at which the widget hands the user back.</param>
internal sealed record DemoPlace(Uri Auth, Uri Api, Uri Embed, string ClientId, string ClientSecret, Uri RedirectUrl);

/// <summary>How the user lets the platform in at the bank.</summary>
internal enum DemoChannel
{
    /// <summary>Name and password given to the widget.</summary>
    Embedded,

    /// <summary>The bank's own pages.</summary>
    Redirect,
}

/// <summary>
/// The quick start as a program: what a fintech's server and its user's browser do, over the public HTTP interfaces only.
/// </summary>
internal sealed class QuickStart(DemoPlace place, Narrator narrator, TimeProvider time) : IDisposable
{
    private const string BankName = "Linxo Test Bank";
    private const string UserScopes =
        "profile profile_edit accounts_manage connections_manage connections_sync transactions_read";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Dictionary<string, string> BankLogin = new() { ["login"] = "dev", ["password"] = "dev" };

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>From a client token to transactions, once.</summary>
    public async Task Walk(DemoChannel channel, string email, CancellationToken cancellation)
    {
        var (userToken, session) = await OpenWidget(email, cancellation);
        var widget = new Uri(
            $"{session}&redirect_url={Uri.EscapeDataString(place.RedirectUrl.ToString())}&wait_sync_end=true&locale=en_GB"
        );
        var left = await LinkBank(widget, channel, cancellation);
        var connectionId =
            System.Web.HttpUtility.ParseQueryString(left.Query)["connection_id"]
            ?? throw new DemoException("The widget handed the user back without a connection_id.");
        await narrator.Step(
            $"Synchronization     GET /api/v2.1/connections/{connectionId}",
            () => WaitForSync(userToken, connectionId, cancellation),
            status => status
        );
        await ShowData(userToken, connectionId, cancellation);
    }

    /// <summary>The client's part up to the widget: a user, the user's token, and the link for the user's browser.</summary>
    public async Task<(string UserToken, Uri Widget)> OpenWidget(string email, CancellationToken cancellation)
    {
        var password = "demo-" + Guid.NewGuid().ToString("N")[..8] + "1";
        var clientToken = await narrator.Step(
            "Client token        POST /auth/token  grant_type=client_credentials",
            () => Token(new() { ["grant_type"] = "client_credentials", ["scope"] = "users_create" }, cancellation),
            token => $"valid for {token.ExpiresIn} s"
        );
        await narrator.Step(
            "User                POST /api/v2.1/users",
            () => CreateUser(clientToken.AccessToken, email, password, cancellation),
            location => location
        );
        var userToken = await narrator.Step(
            "User token          POST /auth/token  grant_type=password",
            () =>
                Token(
                    new()
                    {
                        ["grant_type"] = "password",
                        ["username"] = email,
                        ["password"] = password,
                        ["scope"] = UserScopes,
                    },
                    cancellation
                ),
            token => $"valid for {token.ExpiresIn} s, and a refresh token"
        );
        var widget = await narrator.Step(
            "Widget session      POST /embed/v2.1/widget/widget_session",
            () => WidgetSession(userToken, cancellation),
            _ => "_links.add_connection"
        );
        return (userToken.AccessToken, widget);
    }

    public void Dispose() => _http.Dispose();

    private async Task<IssuedToken> Token(Dictionary<string, string> form, CancellationToken cancellation)
    {
        form["client_id"] = place.ClientId;
        form["client_secret"] = place.ClientSecret;
        using var content = new FormUrlEncodedContent(form);
        var json = await Read(await _http.PostAsync(Under(place.Auth, "token"), content, cancellation), cancellation);
        return new IssuedToken(
            json.GetProperty("access_token").GetString()!,
            json.TryGetProperty("refresh_token", out var refresh) ? refresh.GetString() : null,
            json.GetProperty("expires_in").GetInt32()
        );
    }

    private async Task<string> CreateUser(string token, string email, string password, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Under(place.Api, "v2.1/users"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = JsonBody(("email", email), ("password", password));
        using var answer = await _http.SendAsync(request, cancellation);
        return answer.IsSuccessStatusCode && answer.Headers.Location is { } location
            ? $"{(int)answer.StatusCode} Location: {location.AbsolutePath}"
            : throw await Refusal(answer, cancellation);
    }

    private async Task<Uri> WidgetSession(IssuedToken user, CancellationToken cancellation)
    {
        using var content = JsonBody(
            ("access_token", user.AccessToken),
            ("client_id", place.ClientId),
            ("client_secret", place.ClientSecret)
        );
        var json = await Read(
            await _http.PostAsync(Under(place.Embed, "v2.1/widget/widget_session"), content, cancellation),
            cancellation
        );
        return new Uri(json.GetProperty("_links").GetProperty("add_connection").GetString()!);
    }

    // The user's part: only what a browser can see and press.
    private async Task<Uri> LinkBank(Uri widget, DemoChannel channel, CancellationToken cancellation)
    {
        using var browser = new TextBrowser(place.RedirectUrl);
        await Act("The user opens the widget", () => browser.Open(widget, cancellation));
        var kind = channel == DemoChannel.Embedded ? "Without a current account" : "With a current account";
        await Act(
            $"chooses {BankName}",
            () =>
                browser.Press(
                    b =>
                        b.TextContent.Contains(BankName, StringComparison.Ordinal)
                        && b.TextContent.Contains(kind, StringComparison.Ordinal),
                    null,
                    cancellation
                )
        );
        await Act("reads the terms and agrees", () => browser.Press(null, null, cancellation));
        if (channel == DemoChannel.Embedded)
        {
            await Act("gives login and password to the widget", () => browser.Press(null, BankLogin, cancellation));
        }
        else
        {
            await Act("is sent to the bank", () => ToTheBank(browser, cancellation));
            await Act("logs in there", () => browser.Press(null, BankLogin, cancellation));
            await Act("agrees there", () => browser.Press(null, null, cancellation));
        }
        await narrator.Step(
            "                    waits and is handed back",
            () => Finish(browser, cancellation),
            () => $"{browser.LeftTo!.GetLeftPart(UriPartial.Path)}?…connection_id=…"
        );
        return browser.LeftTo!;

        Task Act(string what, Func<Task> act) =>
            narrator.Step(
                $"{(what.StartsWith("The user", StringComparison.Ordinal) ? what : "                    " + what)}",
                act,
                () => $"“{browser.Heading}”"
            );
    }

    private async Task ToTheBank(TextBrowser browser, CancellationToken cancellation)
    {
        // The bank's address is known after a moment of work.
        await Until(
            () => browser.Page.QuerySelector("a[data-e2e=submit-button]") is not null,
            () => browser.LookAgain(cancellation),
            "the widget to offer the way to the bank",
            cancellation
        );
        await browser.Press(null, null, cancellation);
    }

    private Task Finish(TextBrowser browser, CancellationToken cancellation) =>
        Until(
            () => browser.LeftTo is not null,
            async () =>
            {
                // Offers of a second channel are declined; the end page leads to the client.
                if (browser.Page.QuerySelector("[data-e2e=skip-button]") is not null)
                {
                    await browser.Press(b => b.GetAttribute("data-e2e") == "skip-button", null, cancellation);
                }
                else if (browser.Page.QuerySelector("a[data-e2e=submit-button]") is { } link)
                {
                    var target = new Uri(link.GetAttribute("href")!);
                    if (target.GetLeftPart(UriPartial.Path) != place.RedirectUrl.GetLeftPart(UriPartial.Path))
                    {
                        throw new DemoException($"The widget ends on \"{browser.Heading}\".");
                    }
                    browser.Leave(target);
                }
                else
                {
                    await browser.LookAgain(cancellation);
                }
            },
            "the widget to finish",
            cancellation
        );

    private async Task<string> WaitForSync(string token, string connectionId, CancellationToken cancellation)
    {
        var status = ConnectionStatus.Running.Word();
        await Until(
            () => status != ConnectionStatus.Running.Word(),
            async () =>
                status = (await Get(token, $"v2.1/connections/{connectionId}", cancellation))
                    .GetProperty("status")
                    .GetString()!,
            "the synchronization to end",
            cancellation
        );
        return status == ConnectionStatus.Success.Word()
            ? status
            : throw new DemoException($"The synchronization ended with {status}.");
    }

    private async Task ShowData(string token, string connectionId, CancellationToken cancellation)
    {
        var accounts = await narrator.Step(
            "Accounts            GET /api/v2.1/accounts",
            () => Get(token, $"v2.1/accounts?connection_id={connectionId}&limit=100", cancellation),
            list => $"{list.GetArrayLength()} accounts"
        );
        var transactions = await narrator.Step(
            "Transactions        GET /api/v2.1/transactions",
            () => Get(token, "v2.1/transactions?limit=500", cancellation),
            list => $"{list.GetArrayLength()} on the first page"
        );
        if (accounts.GetArrayLength() == 0 || transactions.GetArrayLength() == 0)
        {
            throw new DemoException("The bank was read, but no account or no transaction came out.");
        }
        narrator.Table(
            ["id", "type", "name", "IBAN or number", "balance ", ""],
            [
                .. accounts
                    .EnumerateArray()
                    .Select(a =>
                        (IReadOnlyList<string>)
                            [
                                Text(a, "id"),
                                Text(a, "type"),
                                Text(a, "name"),
                                Text(a, "iban") is { Length: > 0 } iban ? iban : Text(a, "account_number"),
                                Amount(a, "balance"),
                                Text(a, "currency"),
                            ]
                    ),
            ]
        );
        narrator.Table(
            ["date", "amount ", "", "category", "label"],
            [
                .. transactions
                    .EnumerateArray()
                    .Take(12)
                    .Select(t =>
                        (IReadOnlyList<string>)
                            [
                                Day(t, "date"),
                                Amount(t, "amount"),
                                Text(t, "currency"),
                                Text(t, "category_id"),
                                Text(t, "label"),
                            ]
                    ),
            ]
        );
        narrator.Say("");
    }

    private async Task<JsonElement> Get(string token, string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Under(place.Api, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await Read(await _http.SendAsync(request, cancellation), cancellation);
    }

    private async Task Until(Func<bool> done, Func<Task> look, string what, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        while (!done())
        {
            if (time.GetElapsedTime(start) > Patience)
            {
                throw new DemoException($"Waited {Patience.TotalSeconds:0} s for {what}.");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(250), time, cancellation);
            await look();
        }
    }

    private static async Task<JsonElement> Read(HttpResponseMessage answer, CancellationToken cancellation)
    {
        using (answer)
        {
            return answer.IsSuccessStatusCode
                ? await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation)
                : throw await Refusal(answer, cancellation);
        }
    }

    private static async Task<DemoException> Refusal(HttpResponseMessage answer, CancellationToken cancellation) =>
        new(
            $"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri!.AbsolutePath} answers {(int)answer.StatusCode}: "
                + await answer.Content.ReadAsStringAsync(cancellation)
        );

    private static Uri Under(Uri root, string path) => new(root.ToString().TrimEnd('/') + "/" + path);

    private static StringContent JsonBody(params (string Name, string Value)[] fields) =>
        new(
            JsonSerializer.Serialize(fields.ToDictionary(f => f.Name, f => f.Value)),
            new MediaTypeHeaderValue("application/json")
        );

    private static string Text(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static string Amount(JsonElement of, string name) =>
        of.TryGetProperty(name, out var value) ? value.GetDecimal().ToString("N2", CultureInfo.InvariantCulture) : "";

    // The published API gives midnight in Paris of the day.
    private static string Day(JsonElement of, string name) =>
        TimeZoneInfo
            .ConvertTime(
                DateTimeOffset.FromUnixTimeSeconds(of.GetProperty(name).GetInt64()),
                TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris")
            )
            .ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private sealed record IssuedToken(string AccessToken, string? RefreshToken, int ExpiresIn);
}
