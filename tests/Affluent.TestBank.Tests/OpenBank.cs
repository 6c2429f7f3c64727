using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Web;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Time.Testing;

namespace Affluent.TestBank.Tests;

/// <summary>A started bank on a port of its own, a browser and a third party to visit it with, and a clock to move.</summary>
internal sealed class OpenBank : IAsyncDisposable
{
    public const string ClientId = "affluent";
    public const string ClientSecret = "affluent-secret";
    public const string Return = "http://127.0.0.1:9/return";
    public const string Api = "/stettestbank/stet/psd2/v1.4.2";

    private static readonly HtmlParser Parser = new();
    private readonly WebApplication app;

    private OpenBank(WebApplication app, FakeTimeProvider clock)
    {
        this.app = app;
        Clock = clock;
        Browser = NewBrowser();
    }

    public FakeTimeProvider Clock { get; }

    public HttpClient Browser { get; }

    public Uri Address => TestBankApp.Address(app);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Task<OpenBank> Open(TestBankOptions? options = null, FakeTimeProvider? clock = null) =>
        Open(clock ?? new FakeTimeProvider(new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero)), options);

    private static async Task<OpenBank> Open(FakeTimeProvider clock, TestBankOptions? options)
    {
        var built = TestBankApp.Build(
            options ?? new TestBankOptions { Urls = "http://127.0.0.1:0", FileNetworks = TestBankOptions.Loopback },
            clock
        );
        await built.StartAsync(Cancel);
        return new OpenBank(built, clock);
    }

    public HttpClient NewBrowser() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
        {
            BaseAddress = Address,
            Timeout = TimeSpan.FromSeconds(20),
        };

    /// <summary>The page at a path, after redirects within the bank.</summary>
    public async Task<Page> Get(string path) => await Follow(await Browser.GetAsync(path, Cancel));

    /// <summary>Submits the one form of the page with these fields added to its hidden ones.</summary>
    public async Task<Page> Submit(Page page, params (string Name, string Value)[] fields)
    {
        var form = page.Html.QuerySelector("form[method=post]") ?? throw new InvalidOperationException("No form.");
        var hidden = form.QuerySelectorAll("input[type=hidden]")
            .OfType<IHtmlInputElement>()
            .Select(i => KeyValuePair.Create(i.Name!, i.Value));
        var values = hidden.Concat(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        using var body = new FormUrlEncodedContent(values);
        return await Follow(await Browser.PostAsync(form.GetAttribute("action"), body, Cancel));
    }

    public async Task<Page> SignIn(string login, string password = "dev", string fileUrl = "") =>
        await Submit(await Get("/login"), ("login", login), ("password", password), ("file_url", fileUrl));

    private async Task<Page> Follow(HttpResponseMessage response)
    {
        for (var hops = 0; hops < 5 && response.StatusCode == HttpStatusCode.SeeOther; hops++)
        {
            var target = new Uri(response.RequestMessage!.RequestUri!, response.Headers.Location!);
            if (target.Authority != Address.Authority)
            {
                return new Page(response, Parser.ParseDocument(""), target);
            }

            response.Dispose();
            response = await Browser.GetAsync(target, Cancel);
        }

        var text = await response.Content.ReadAsStringAsync(Cancel);
        return new Page(response, Parser.ParseDocument(text), response.RequestMessage!.RequestUri!);
    }

    public Task<Page> Authorize(string query = "scope=aisp&state=s1") =>
        Get(
            $"/stettestbank/authorize?response_type=code&client_id={ClientId}"
                + $"&redirect_uri={HttpUtility.UrlEncode(Return)}&{query}"
        );

    /// <summary>Lets the third party in: login, and all accounts. Returns the code.</summary>
    public async Task<string> Consent(
        string login,
        string fileUrl = "",
        string query = "scope=aisp&state=s1",
        params string[] accounts
    )
    {
        var consent = await Submit(
            await Authorize(query),
            ("login", login),
            ("password", "dev"),
            ("file_url", fileUrl)
        );
        return await Accept(consent, accounts);
    }

    public async Task<string> Accept(Page consent, params string[] accounts)
    {
        var offered = consent.All("input[name=accounts]").Select(i => i.GetAttribute("value")!);
        var chosen = (accounts.Length > 0 ? accounts : offered).Select(a => ("accounts", a));
        var back = await Submit(consent, [.. chosen, ("decision", "accept")]);
        Assert.StartsWith(Return, back.Url.ToString(), StringComparison.Ordinal);
        return back.Query("code")!;
    }

    public async Task<(HttpStatusCode Status, JsonNode Body)> Token(params (string Name, string Value)[] fields)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/stettestbank/token");
        request.Content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        request.Headers.Authorization = Basic(ClientId, ClientSecret);
        using var response = await Browser.SendAsync(request, Cancel);
        var body = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancel))!;
        return (response.StatusCode, body);
    }

    /// <summary>Gives a token back.</summary>
    public async Task<HttpResponseMessage> Revoke(string token, string secret = ClientSecret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/stettestbank/revoke");
        request.Content = new FormUrlEncodedContent([new("token", token), new("token_type_hint", "refresh_token")]);
        request.Headers.Authorization = Basic(ClientId, secret);
        return await Browser.SendAsync(request, Cancel);
    }

    public static AuthenticationHeaderValue Basic(string id, string secret) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}")));

    public Task<(HttpStatusCode Status, JsonNode Body)> TradeCode(string code) =>
        Token(("grant_type", "authorization_code"), ("code", code), ("redirect_uri", Return));

    public Task<(HttpStatusCode Status, JsonNode Body)> Refresh(string refreshToken) =>
        Token(("grant_type", "refresh_token"), ("refresh_token", refreshToken));

    /// <summary>An access token for all accounts of this login.</summary>
    public async Task<string> AccessToken(string login, string fileUrl = "", string query = "scope=aisp&state=s1")
    {
        var (_, body) = await TradeCode(await Consent(login, fileUrl, query));
        return (string)body["access_token"]!;
    }

    public async Task<Answer> Call(
        string token,
        string pathOrLink,
        HttpMethod? method = null,
        string? json = null,
        Action<HttpRequestMessage>? change = null
    )
    {
        var path = pathOrLink.StartsWith("/stettestbank", StringComparison.Ordinal) ? pathOrLink : Api + pathOrLink;
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("X-Request-ID", "00000000-0000-4000-8000-000000000001");
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        change?.Invoke(request);
        using var response = await Browser.SendAsync(request, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        var isJson = response.Content.Headers.ContentType?.MediaType == "application/hal+json";
        return new Answer(
            response.StatusCode,
            isJson ? JsonNode.Parse(text)! : JsonValue.Create(text),
            response.Headers.TryGetValues("X-Request-ID", out var ids) ? ids.Single() : null,
            response.Content.Headers.ContentType?.ToString()
        );
    }

    public async ValueTask DisposeAsync()
    {
        Browser.Dispose();
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
    }
}

internal sealed record Answer(HttpStatusCode Status, JsonNode Body, string? RequestId, string? ContentType);

internal sealed record Page(HttpResponseMessage Response, IHtmlDocument Html, Uri Url)
{
    public string? Query(string name) => HttpUtility.ParseQueryString(Url.Query)[name];

    public IReadOnlyList<AngleSharp.Dom.IElement> All(string selector) => [.. Html.QuerySelectorAll(selector)];

    public string Text(string selector) => Html.QuerySelector(selector)?.TextContent.Trim() ?? "";

    /// <summary>The cells of each row, by the class of the cell.</summary>
    public IReadOnlyList<Dictionary<string, string>> Rows(string selector) =>
        [.. All(selector).Select(row => row.Children.ToDictionary(c => c.ClassList[0]!, c => c.TextContent.Trim()))];
}
