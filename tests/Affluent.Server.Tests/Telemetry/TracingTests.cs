using System.Collections.Concurrent;
using System.Diagnostics;
using Affluent.Connectors.Contract;
using Affluent.Server.Telemetry;
using Affluent.Server.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Affluent.Server.Tests.Telemetry;

/// <summary>One id leads from what a client or an operator sees to all that was logged of it.</summary>
public sealed class TracingTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_problem_names_the_trace_under_which_its_reason_is_logged(DatabaseKind kind)
    {
        var log = new PlacedLog();
        await using var app = await TestApp.Start(kind, configure: log.AddTo);
        var (http, _) = await app.SignedInUser();
        await app.Drop("transactions");

        using var answer = await http.GetAsync("/api/v2.1/transactions", Stop);
        var problem = await answer.Problem();

        var line = Assert.Single(log.Lines, l => l.EventId == 1104);
        Assert.Equal(line.TraceId, problem.Text("trace_id"));
        Assert.NotNull(line.Ids["request_id"]);
    }

    [Theory, OnBothDatabases]
    public async Task A_trace_that_the_caller_began_goes_on(DatabaseKind kind)
    {
        await using var app = await TestApp.Start(kind);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v2.1/accounts");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");

        using var answer = await app.Http.SendAsync(request, Stop);

        Assert.Equal("0af7651916cd43dd8448eb211c80319c", (await answer.Problem()).Text("trace_id"));
    }

    [Theory, OnBothDatabases]
    public async Task What_a_run_logs_names_its_connection_job_run_and_trace(DatabaseKind kind)
    {
        var log = new PlacedLog();
        var bank = new FakeBank();
        bank.EmbeddedChannel.Instead = (context, _) =>
            new StepResult.Refused(Refusal.WrongCredentials, "no") { Session = context.Session };
        await using var app = await TestApp.Start(
            kind,
            configure: builder =>
            {
                builder.Services.AddSingleton(bank.Banks());
                log.AddTo(builder);
                builder.Logging.SetMinimumLevel(LogLevel.Information);
            }
        );
        var (http, _) = await app.SignedInUser();
        var id = await TestApp.Connect(http);

        await app.RunDueSynchronizations();

        var line = Assert.Single(log.Lines, l => l.EventId == 5101);
        Assert.Equal(id, line.Ids["connection_id"]);
        Assert.Equal(3, new HashSet<string> { id, line.Ids["job_id"], line.Ids["run_id"] }.Count);
        Assert.NotNull(line.TraceId);
    }

    /// <summary>Keeps what was logged, and where.</summary>
    private sealed class PlacedLog : ILoggerProvider, ILogger, ISupportExternalScope
    {
        private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

        public ConcurrentQueue<(int EventId, string? TraceId, IReadOnlyDictionary<string, string> Ids)> Lines { get; } =
            new();

        public void AddTo(WebApplicationBuilder builder) => builder.Logging.AddProvider(this);

        public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            Microsoft.Extensions.Logging.EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            Dictionary<string, string> ids = [];
            _scopes.ForEachScope(
                (scope, _) =>
                {
                    foreach (var (name, id) in (scope as LogScope)?.Known() ?? [])
                    {
                        ids[name] = id;
                    }
                },
                ids
            );
            Lines.Enqueue((eventId.Id, Activity.Current?.TraceId.ToString(), ids));
        }

        public void Dispose() { }
    }
}
