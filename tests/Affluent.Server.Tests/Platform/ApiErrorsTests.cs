using System.Text;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.Logging;
using Xunit;
using ApiErrors = Affluent.Server.Platform.ApiErrors;

namespace Affluent.Server.Tests.Platform;

public sealed class ApiErrorsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task Every_mistake_gets_a_problem_with_its_own_code(DatabaseKind kind)
    {
        await using var app = await TestApp.StartWithBanks(kind);
        using var http = app.WithToken(await app.ClientToken(await app.CreateClient()));

        await Answers(HttpMethod.Get, "/api/v2.1/nothing", null, 404, "unknown_route", "/docs/api");
        await Answers(HttpMethod.Get, "/api/v9", null, 404, "unknown_route", "/api/v9");
        await Answers(HttpMethod.Put, "/api/v2.1/accounts", "{}", 405, "method_not_allowed", "GET");
        await Answers(
            HttpMethod.Post,
            "/api/v2.1/users",
            "{\"email\":\n \"a\", x}",
            400,
            "invalid_body",
            "line 2, position 7"
        );
        await Answers(HttpMethod.Post, "/api/v2.1/users", "{\"email\": 5}", 400, "invalid_body", "'email' has a value");
        await Answers(HttpMethod.Post, "/api/v2.1/users", "[]", 400, "invalid_body", "line 1");
        await Answers(HttpMethod.Post, "/api/v2.1/users", "", 400, "invalid_body", "not valid JSON");
        await Answers(
            HttpMethod.Post,
            "/api/v2.1/users",
            "a=b",
            415,
            "unsupported_media_type",
            "application/json",
            "text/plain"
        );
        await Answers(
            HttpMethod.Post,
            "/api/v2.1/users",
            new string(' ', 1_100_000),
            413,
            "body_too_large",
            "too large"
        );

        async Task Answers(
            HttpMethod verb,
            string path,
            string? body,
            int status,
            string code,
            string words,
            string type = "application/json"
        )
        {
            using var request = new HttpRequestMessage(verb, path);
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, type);
            // Asks before it sends, so that a refusal is read and not cut off.
            request.Headers.ExpectContinue = body?.Length > 100_000;
            using var answer = await http.SendAsync(request, Stop);
            var problem = await answer.Problem();
            Assert.Equal((status, code), ((int)answer.StatusCode, problem.Text("code")));
            Assert.Contains(words, problem.Text("detail"), StringComparison.Ordinal);
        }
    }

    [Theory, OnBothDatabases]
    public async Task A_bug_is_logged_once_and_shows_nothing_but_its_trace(DatabaseKind kind)
    {
        var log = new KeptLog();
        await using var app = await TestApp.Start(kind, configure: builder => builder.Logging.AddProvider(log));
        var (http, _) = await app.SignedInUser();
        await app.Drop("transactions");

        using var answer = await http.GetAsync("/api/v2.1/transactions", Stop);
        var problem = await answer.Problem();

        Assert.Equal(
            (500, "internal_error", "operator"),
            ((int)answer.StatusCode, problem.Text("code"), problem.Text("actor"))
        );
        Assert.DoesNotContain("table", problem.GetRawText(), StringComparison.Ordinal);
        Assert.Single(log.Lines);
    }

    [Theory]
    [OnBothDatabases("/api/v2.1/accounts/1", null, "GET /api/v2.1/accounts/{id} was answered 401 invalid_token")]
    [OnBothDatabases("/api/v2/accounts/1", null, "GET /api/v2/accounts/{id} was answered 401 invalid_token")]
    [OnBothDatabases("/v2/accounts/1", "api.example", "GET /v2/accounts/{id} was answered 401 invalid_token")]
    [OnBothDatabases("/v3/accounts/1", "api.example", "GET /v3/accounts/{id} was answered 401 invalid_token")]
    [OnBothDatabases("/v2/none/1", "api.example", "GET (no route) was answered 404 unknown_route")]
    public async Task The_log_names_the_route_as_the_caller_asked_for_it(
        DatabaseKind kind,
        string path,
        string? host,
        string line
    )
    {
        var log = new KeptLog(LogLevel.Information);
        await using var app = await TestApp.Start(
            kind,
            settings: s => s with { ApiUrl = new Uri("https://api.example") },
            configure: builder =>
            {
                builder.Logging.AddFilter(typeof(ApiErrors).FullName, LogLevel.Information);
                builder.Logging.AddProvider(log);
            }
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = host;

        using var answer = await app.Http.SendAsync(request, Stop);

        Assert.Contains(line, log.Lines);
    }

    [Theory]
    [OnBothDatabases(
        "POST",
        "/auth/token",
        "grant_type=banana",
        "POST /auth/token was answered 400 unsupported_grant_type"
    )]
    [OnBothDatabases("POST", "/auth/token", "", "POST /auth/token was answered 400 invalid_request")]
    [OnBothDatabases("GET", "/auth/token", "", "GET /auth/token was answered 400 invalid_request")]
    [OnBothDatabases("POST", "/auth/revoke", "token=x", "POST /auth/revoke was answered 401 invalid_client")]
    public async Task What_the_authorization_server_refuses_is_logged_too(
        DatabaseKind kind,
        string method,
        string path,
        string form,
        string line
    )
    {
        var log = new KeptLog(LogLevel.Information);
        await using var app = await TestApp.Start(
            kind,
            configure: builder =>
            {
                builder.Logging.AddFilter(typeof(ApiErrors).FullName, LogLevel.Information);
                builder.Logging.AddProvider(log);
            }
        );
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Content =
            method == "POST" ? new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded") : null;

        using var answer = await app.Http.SendAsync(request, Stop);

        Assert.Contains(line, log.Lines);
    }

    [Theory, OnBothDatabases]
    public async Task A_host_that_is_not_ours_is_one_line(DatabaseKind kind)
    {
        var log = new KeptLog(LogLevel.Information);
        await using var app = await TestApp.Start(
            kind,
            configure: builder =>
            {
                builder.Logging.AddFilter("Affluent.Server.Platform", LogLevel.Information);
                builder.Logging.AddProvider(log);
            }
        );
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v2.1/accounts");
        request.Headers.Host = "evil.example";

        using var answer = await app.Http.SendAsync(request, Stop);

        Assert.Equal(421, (int)answer.StatusCode);
        Assert.Single(log.Lines, line => line.Contains("evil.example", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains("unknown_host", StringComparison.Ordinal));
    }

    private sealed class KeptLog(LogLevel least = LogLevel.Error) : ILoggerProvider, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
            {
                Lines.Add(formatter(state, exception));
            }
        }

        public void Dispose() { }
    }
}
