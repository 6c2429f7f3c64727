using System.Net;
using System.Text;
using Affluent.Connectors.Testing.Recording;

namespace Affluent.Connectors.Testing.Tests;

public sealed class RecordingTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task A_recording_holds_no_secret_and_can_be_replayed()
    {
        using var recorder = new RecordingHandler(new Bank(), new SecretMask(["hunter22"]));
        var said = await Talk(recorder, "code-1", "hunter22");

        recorder.Recording.Save(_file);
        var text = await File.ReadAllTextAsync(_file, TestContext.Current.CancellationToken);
        using var replay = new ReplayHandler(HttpRecording.Load(_file), mask: new SecretMask(["other-secret"]));
        var replayed = await Talk(replay, "code-2", "other-secret");

        foreach (var secret in new[] { "code-1", "hunter22", "token-1", "bearer-1", "cookie-1", "csrf-1" })
        {
            Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        }
        Assert.Contains("\"code\":\"PMNT\"", said[0], StringComparison.Ordinal);
        Assert.Contains("\"code\":\"PMNT\"", replayed[0], StringComparison.Ordinal);
        Assert.Contains("Épargne", replayed[1], StringComparison.Ordinal);
        Assert.Empty(replay.Unused);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("""{ "exchanges": null }""")]
    [InlineData("""{ "exchanges": [ null ] }""")]
    [InlineData("""{ "exchanges": [ { "method": "GET", "url": null, "status": 200 } ] }""")]
    [InlineData("""{ "exchanges": [ { "method": "GET", "url": "/", "status": 4000 } ] }""")]
    [InlineData("""{ "exchanges": [ { "method": "GET", "url": "/", "status": 200, "response_body": null } ] }""")]
    [InlineData(
        """{ "exchanges": [ { "method": "GET", "url": "/", "status": 200, "response_headers": { "A": null } } ] }"""
    )]
    public void What_is_no_recording_is_told_by_the_one_exception(string text)
    {
        File.WriteAllText(_file, text);

        Assert.Throws<InvalidDataException>(() => HttpRecording.Load(_file));
    }

    [Fact]
    public async Task A_recording_written_by_hand_may_leave_out_what_is_empty()
    {
        await File.WriteAllTextAsync(
            _file,
            """{ "exchanges": [ { "method": "GET", "url": "http://bank.example/a", "status": 204 } ] }""",
            TestContext.Current.CancellationToken
        );
        using var replay = new ReplayHandler(HttpRecording.Load(_file));
        using var http = new HttpClient(replay);

        Assert.Equal("", await Get(http, "/a"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("""{ "request": {} }""")]
    [InlineData("""{ "request": {}, "response": { "status": "200" } }""")]
    [InlineData("""{ "request": {}, "response": { "status": 2000 } }""")]
    [InlineData("""{ "request": {}, "response": { "status": 20000000000 } }""")]
    [InlineData("""{ "request": { "urlPattern": "(" }, "response": { "status": 200 } }""")]
    [InlineData("""{ "request": { "headers": { "A": { "matches": "(" } } }, "response": { "status": 200 } }""")]
    [InlineData("""{ "request": { "queryParameters": [] }, "response": { "status": 200 } }""")]
    [InlineData("""{ "request": { "bodyPatterns": {} }, "response": { "status": 200 } }""")]
    [InlineData("""{ "request": { "bodyPatterns": [ 1 ] }, "response": { "status": 200 } }""")]
    [InlineData("""{ "request": {}, "response": { "status": 200, "headers": 1 } }""")]
    [InlineData("""{ "request": { "url": "\ud800" }, "response": { "status": 200 } }""")]
    public void What_is_no_stub_is_told_by_the_one_exception(string text)
    {
        var folder = Directory.CreateTempSubdirectory("stubs").FullName;
        File.WriteAllText(Path.Combine(folder, "a.json"), text);

        Assert.Throws<InvalidDataException>(() => WireMockHandler.Load(folder));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_secret_in_a_cookie_without_a_name_is_masked_too()
    {
        var mask = new SecretMask(["hunter22"]);

        Assert.DoesNotContain("hunter22", mask.Header("Set-Cookie", "hunter22; Path=/"), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter22", mask.Header("Set-Cookie", "a=b; Path=/hunter22"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_strict_replay_takes_the_exchanges_in_their_order_only()
    {
        using var replay = new ReplayHandler(TwoExchanges());
        using var http = new HttpClient(replay);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Get(http, "/b"));

        Assert.Equal("GET http://bank.example/b: the recording goes on with GET http://bank.example/a", error.Message);
        Assert.Equal("A", await Get(http, "/a"));
        Assert.Equal("B", await Get(http, "/b"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Get(http, "/b"));
    }

    [Fact]
    public async Task A_replay_by_match_takes_them_as_they_come_and_the_last_again()
    {
        using var replay = new ReplayHandler(TwoExchanges(), ReplayOrder.ByMatch);
        using var http = new HttpClient(replay);

        Assert.Equal("B", await Get(http, "/b"));
        Assert.Equal("/a", new Uri(Assert.Single(replay.Unused).Url).AbsolutePath);
        Assert.Equal("A", await Get(http, "/a"));
        Assert.Equal("A", await Get(http, "/a"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Get(http, "/c"));
    }

    [Fact]
    public void A_file_that_is_no_recording_is_named()
    {
        File.WriteAllText(_file, "{ \"exchanges\": [\n 1 ] }");

        Assert.StartsWith(
            _file,
            Assert.Throws<InvalidDataException>(() => HttpRecording.Load(_file)).Message,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("https://b.example/r?code=x&state=y&page=2", "https://b.example/r?code=***&state=***&page=2")]
    [InlineData("https://b.example/r?barcode=1&pincode=", "https://b.example/r?barcode=1&pincode=")]
    public void Addresses_are_masked_by_the_names_of_their_parameters(string url, string masked) =>
        Assert.Equal(masked, new SecretMask().Url(url));

    [Theory]
    [InlineData(
        "grant_type=refresh_token&refresh_token=abc&scope=aisp",
        "application/x-www-form-urlencoded",
        "grant_type=refresh_token&refresh_token=***&scope=aisp"
    )]
    [InlineData(
        """{"access_token":"a\"b","expires_in":600}""",
        "application/json",
        """{"access_token":"***","expires_in":600}"""
    )]
    [InlineData(
        """<input type=hidden name="csrf" value="x y"><input name="amount" value="12">""",
        "text/html",
        """<input type=hidden name="csrf" value="***"><input name="amount" value="12">"""
    )]
    public void Bodies_are_masked_by_the_names_of_their_fields(string body, string type, string masked) =>
        Assert.Equal(masked, new SecretMask().Body(body, type));

    [Fact]
    public void Cookies_keep_their_names_and_attributes() =>
        Assert.Equal("sid=***; Path=/; HttpOnly", new SecretMask().Header("Set-Cookie", "sid=abc; Path=/; HttpOnly"));

    private static async Task<string[]> Talk(HttpMessageHandler handler, string code, string password)
    {
        using var http = new HttpClient(handler, disposeHandler: false);
        using var form = new FormUrlEncodedContent([
            new("grant_type", "authorization_code"),
            new("code", code),
            new("password", password),
        ]);
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://bank.example/token?state=s1")
        {
            Content = form,
        };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer bearer-1");
        request.Headers.TryAddWithoutValidation("Cookie", "sid=cookie-1");
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("sid", answer.Headers.GetValues("Set-Cookie").Single().Split('=')[0]);
        var token = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return
        [
            token,
            await http.GetStringAsync(new Uri("https://bank.example/page"), TestContext.Current.CancellationToken),
        ];
    }

    private static HttpRecording TwoExchanges() =>
        new()
        {
            Exchanges =
            [
                new()
                {
                    Method = "GET",
                    Url = "http://bank.example/a",
                    Status = 200,
                    ResponseBody = "A",
                },
                new()
                {
                    Method = "GET",
                    Url = "http://bank.example/b",
                    Status = 200,
                    ResponseBody = "B",
                },
            ],
        };

    private static Task<string> Get(HttpClient http, string path) =>
        http.GetStringAsync(new Uri(new Uri("http://bank.example"), path), TestContext.Current.CancellationToken);

    private sealed class Bank : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var isToken = request.Method == HttpMethod.Post;
            var response = new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(
                    isToken
                        ? """{ "access_token": "token-1", "bankTransactionCode": {"code":"PMNT"} }"""
                        : """<p>Épargne</p><input name='_csrf' value='csrf-1'>""",
                    Encoding.UTF8,
                    isToken ? "application/json" : "text/html"
                ),
            };
            response.Headers.TryAddWithoutValidation("Set-Cookie", "sid=cookie-1; Path=/");
            return Task.FromResult(response);
        }
    }
}
