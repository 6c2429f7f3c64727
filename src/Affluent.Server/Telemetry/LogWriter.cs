using Microsoft.Extensions.Logging.Abstractions;

namespace Affluent.Server.Telemetry;

/// <summary>Writes the log where a command's words go, not where the process prints.</summary>
internal sealed class LogWriter(LogFormatter formatter, TextWriter output) : ILoggerProvider, ISupportExternalScope
{
    private IExternalScopeProvider? _scopes;

    public ILogger CreateLogger(string categoryName) => new Line(this, categoryName);

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose() => output.Flush();

    private sealed class Line(LogWriter to, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => to._scopes?.Push(state);

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            Microsoft.Extensions.Logging.EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => to.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter!));
    }

    private void Write<TState>(LogEntry<TState> entry) => formatter.Write(entry, _scopes, output);
}
