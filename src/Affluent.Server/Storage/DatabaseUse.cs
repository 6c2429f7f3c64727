using System.Data.Common;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Affluent.Server.Telemetry;

namespace Affluent.Server.Storage;

/// <summary>One use of the database, from the wait for a connection or a writer's turn to its end, as operators see it.</summary>
internal readonly struct DatabaseUse : IDisposable
{
    private static readonly Histogram<double> Duration = Metrics.Duration(
        "affluent.database.duration",
        "A read or a transaction, with the wait for its turn"
    );

    private static readonly Counter<long> Failures = Metrics.Meter.CreateCounter<long>(
        "affluent.database.failures",
        "{failure}",
        "Reads and transactions that the database broke off"
    );

    private readonly string _system;
    private readonly string _operation;
    private readonly long _begun;
    private readonly Activity? _span;

    private DatabaseUse(Database database, string operation)
    {
        // OpenTelemetry's names of the systems.
        var system = database is PostgresDatabase ? "postgresql" : "sqlite";
        (_system, _operation, _begun) = (system, operation, Stopwatch.GetTimestamp());
        _span = Tracing.Source.StartActivity($"database {operation}", ActivityKind.Client);
        _span?.SetTag("db.system.name", system).SetTag("db.operation.name", operation);
    }

    public static DatabaseUse Read(Database database) => new(database, "read");

    public static DatabaseUse Write(Database database) => new(database, "write");

    public void Fail(Exception error)
    {
        _span.Fail(error);
        if (error is DbException or TimeoutException)
        {
            Failures.Add(1, new("db.system.name", _system), new("error.type", error.GetType().Name));
        }
    }

    public void Dispose()
    {
        _span?.Dispose();
        if (Duration.Enabled)
        {
            Duration.Record(
                Stopwatch.GetElapsedTime(_begun).TotalSeconds,
                new("db.system.name", _system),
                new("db.operation.name", _operation)
            );
        }
    }
}
