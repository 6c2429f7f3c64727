using System.Collections.Concurrent;
using System.Diagnostics;
using Affluent.Server.Platform;
using Affluent.Server.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Affluent.Server.Tests.Security;

/// <summary>An event of security, as a collector gets it.</summary>
internal sealed record RecordedEvent(
    string Name,
    string? TraceId,
    IReadOnlyDictionary<string, string> Ids,
    IReadOnlyDictionary<string, string> Values,
    string Message
)
{
    /// <summary>Client and user; "" where there is none.</summary>
    public (string Client, string User) Whose =>
        (Ids.GetValueOrDefault("client_id", ""), Ids.GetValueOrDefault("user_id", ""));

    /// <summary>All of it, to look for what must not be there.</summary>
    public string Whole => string.Join('\n', [Name, Message, .. Ids.Values, .. Values.Values]);
}

/// <summary>Keeps the security log, and no other.</summary>
internal sealed class RecordedEvents : ILoggerProvider, ILogger, ISupportExternalScope
{
    private readonly ConcurrentQueue<RecordedEvent> _all = new();
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();

    private readonly ConcurrentQueue<RecordedEvent> _everything = new();

    /// <summary>Since the last <see cref="Forget"/>.</summary>
    public IReadOnlyList<RecordedEvent> All => [.. _all];

    /// <summary>From the beginning.</summary>
    public IReadOnlyCollection<RecordedEvent> Everything => _everything;

    /// <summary>The only event of that name.</summary>
    public RecordedEvent Only(string name) => Assert.Single(_all, e => e.Name == name);

    public void Forget() => _all.Clear();

    public void AddTo(WebApplicationBuilder builder) => builder.Logging.AddProvider(this);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public ILogger CreateLogger(string categoryName) =>
        categoryName == Logs.Security ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

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
        var values = (state as IReadOnlyList<KeyValuePair<string, object?>> ?? []).ToDictionary(
            v => v.Key,
            v => v.Value?.ToString() ?? ""
        );
        var told = new RecordedEvent(
            eventId.Name!,
            Activity.Current?.TraceId.ToString(),
            ids,
            values,
            formatter(state, exception)
        );
        _all.Enqueue(told);
        _everything.Enqueue(told);
    }

    public void Dispose() { }
}
